// Extended attributes; `text` is the attribute's name.
#pragma once
#include "calls.h"

INLINE int put_attribute(struct scratch *s, struct pt_regs *regs, bool set)
{
	put_user_text(s, PARAM_TEXT, (void *)argument(regs, 1), GIVEN_BYTES);
	if (set) {
		put_u64(s, PARAM_SIZE, argument(regs, 3));
		put_u64(s, PARAM_FLAGS, argument(regs, 4));
	}
	return submit(s);
}

// Of a file that is named.
INLINE int named_attribute(u16 kind, s64 ret, bool set)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(kind, ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	forget();
	return put_attribute(s, regs, set);
}

// Of a file that is open.
INLINE int open_attribute(u16 kind, s64 ret, bool set)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(kind, ret);

	if (!s)
		return 0;
	put_fd(s, (s32)argument(regs, 0));
	return put_attribute(s, regs, set);
}

ENTER(setxattr)
{
	return remember(KIND_SETXATTR, (void *)ctx->args[0], NULL);
}

EXIT(setxattr)
{
	return named_attribute(KIND_SETXATTR, ctx->ret, true);
}

ENTER(lsetxattr)
{
	return remember(KIND_LSETXATTR, (void *)ctx->args[0], NULL);
}

EXIT(lsetxattr)
{
	return named_attribute(KIND_LSETXATTR, ctx->ret, true);
}

EXIT(fsetxattr)
{
	return open_attribute(KIND_FSETXATTR, ctx->ret, true);
}

ENTER(removexattr)
{
	return remember(KIND_REMOVEXATTR, (void *)ctx->args[0], NULL);
}

EXIT(removexattr)
{
	return named_attribute(KIND_REMOVEXATTR, ctx->ret, false);
}

ENTER(lremovexattr)
{
	return remember(KIND_LREMOVEXATTR, (void *)ctx->args[0], NULL);
}

EXIT(lremovexattr)
{
	return named_attribute(KIND_LREMOVEXATTR, ctx->ret, false);
}

EXIT(fremovexattr)
{
	return open_attribute(KIND_FREMOVEXATTR, ctx->ret, false);
}
