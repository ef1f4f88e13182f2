// The frame of a program that tells of a system call when it returns:
//
//	CALL(listen, KIND_LISTEN)
//	{
//		put_int(s, PARAM_FD, regs, 0);
//	}
//
// Arguments are taken from the registers that the call was made with. What they point to is read when
// the call returns: a caller with several threads can have changed it since. So names of files are
// kept from the entry on (NAME_OF), and what the kernel itself holds, such as a socket's addresses, is
// told beside what was given.
#pragma once
#include "calls.h"

// Whether a call gives files other paths without renaming anything.
INLINE bool moves_paths(u16 kind)
{
	return kind == KIND_MOUNT || kind == KIND_MOVE_MOUNT || kind == KIND_PIVOT_ROOT ||
	       kind == KIND_UMOUNT2;
}

// A call that is told as another kind of name and only when a condition on `regs` and `ret` holds.
#define CALL_IF_AS(call, name, number, condition)                                                  \
	INLINE void tell_##name(struct scratch *s, struct pt_regs *regs, s64 ret);                 \
	EXIT(call)                                                                                 \
	{                                                                                          \
		struct pt_regs *regs = registers();                                                \
		s64 ret = ctx->ret;                                                                \
		struct scratch *s;                                                                 \
                                                                                                   \
		if (!(condition))                                                                  \
			return 0;                                                                  \
		if (moves_paths(number))                                                           \
			paths_changed(ret);                                                        \
		s = begin(number, ret);                                                            \
		if (!s)                                                                            \
			return 0;                                                                  \
		tell_##name(s, regs, ret);                                                         \
		return submit(s);                                                                  \
	}                                                                                          \
	INLINE void tell_##name(struct scratch *s, struct pt_regs *regs, s64 ret)

#define CALL_AS(call, name, number) CALL_IF_AS(call, name, number, true)
#define CALL_IF(name, number, condition) CALL_IF_AS(name, name, number, condition)
#define CALL(name, number) CALL_IF_AS(name, name, number, true)

// Keeps one or two names of a call from its entry on; the program at its return has to `forget` them.
#define NAME_OF(call, number, index)                                                               \
	ENTER(call)                                                                                \
	{                                                                                          \
		return remember(number, (void *)ctx->args[index], NULL);                           \
	}
#define NAMES_OF(call, number, first, second)                                                      \
	ENTER(call)                                                                                \
	{                                                                                          \
		return remember(number, (void *)ctx->args[first], (void *)ctx->args[second]);      \
	}

// An argument that is an int: its upper half is whatever the register held.
INLINE s64 int_argument(struct pt_regs *regs, u32 index)
{
	return (s32)argument(regs, index);
}

INLINE void put_int(struct scratch *s, u16 param, struct pt_regs *regs, u32 index)
{
	put_u64(s, param, int_argument(regs, index));
}

// An argument that is an unsigned int.
INLINE void put_uint(struct scratch *s, u16 param, struct pt_regs *regs, u32 index)
{
	put_u64(s, param, (u32)argument(regs, index));
}

INLINE void put_long(struct scratch *s, u16 param, struct pt_regs *regs, u32 index)
{
	put_u64(s, param, argument(regs, index));
}

// An argument that points to a text that is no path; NULL gives no parameter.
INLINE void put_words(struct scratch *s, u16 param, struct pt_regs *regs, u32 index)
{
	put_user_text(s, param, (void *)argument(regs, index), NAME_BYTES);
}
