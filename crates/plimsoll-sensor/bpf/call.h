// The frame of a program that tells of a system call when it returns:
//
//	CALL(listen, KIND_LISTEN)
//	{
//		put_int(s, PARAM_FD, regs, 0);
//	}
//
// Arguments are taken from the registers that the call was made with. What they point to is read when
// the call returns: a caller with several threads can have changed it since, so what the kernel itself
// holds (a socket's addresses, a file's path) is told beside it where there is something.
#pragma once
#include "calls.h"

#define CALL(name, number)                                                                         \
	INLINE void tell_##name(struct scratch *s, struct pt_regs *regs, s64 ret);                 \
	SEC("tracepoint/syscalls/sys_exit_" #name)                                                 \
	int sys_exit_##name(struct syscall_exit *ctx)                                                  \
	{                                                                                          \
		struct scratch *s = begin(number, ctx->ret);                                       \
		if (!s)                                                                            \
			return 0;                                                                  \
		tell_##name(s, registers(), ctx->ret);                                             \
		submit(s);                                                                         \
		return 0;                                                                          \
	}                                                                                          \
	INLINE void tell_##name(struct scratch *s, struct pt_regs *regs, s64 ret)

// The same for a call that is told only when a condition on `regs` and `ret` holds.
#define CALL_IF(name, number, condition)                                                           \
	INLINE void tell_##name(struct scratch *s, struct pt_regs *regs, s64 ret);                 \
	SEC("tracepoint/syscalls/sys_exit_" #name)                                                 \
	int sys_exit_##name(struct syscall_exit *ctx)                                                  \
	{                                                                                          \
		struct pt_regs *regs = registers();                                                \
		s64 ret = ctx->ret;                                                                \
		struct scratch *s;                                                                 \
		if (!(condition))                                                                  \
			return 0;                                                                  \
		s = begin(number, ret);                                                            \
		if (!s)                                                                            \
			return 0;                                                                  \
		tell_##name(s, regs, ret);                                                         \
		submit(s);                                                                         \
		return 0;                                                                          \
	}                                                                                          \
	INLINE void tell_##name(struct scratch *s, struct pt_regs *regs, s64 ret)

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
