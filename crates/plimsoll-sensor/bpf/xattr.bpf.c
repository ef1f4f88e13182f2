// Extended attributes; `text` is the attribute's name.
#pragma once
#include "calls.h"

ENTER(setxattr)
{
	return remember(KIND_SETXATTR, (void *)ctx->args[0], NULL);
}

EXIT(setxattr)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SETXATTR, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_user_text(s, PARAM_TEXT, (void *)argument(regs, 1), GIVEN_BYTES);
	put_u64(s, PARAM_SIZE, argument(regs, 3));
	put_u64(s, PARAM_FLAGS, argument(regs, 4));
	forget();
	return submit(s);
}

ENTER(lsetxattr)
{
	return remember(KIND_LSETXATTR, (void *)ctx->args[0], NULL);
}

EXIT(lsetxattr)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_LSETXATTR, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_user_text(s, PARAM_TEXT, (void *)argument(regs, 1), GIVEN_BYTES);
	put_u64(s, PARAM_SIZE, argument(regs, 3));
	put_u64(s, PARAM_FLAGS, argument(regs, 4));
	forget();
	return submit(s);
}

EXIT(fsetxattr)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_FSETXATTR, ctx->ret);

	if (!s)
		return 0;
	put_fd(s, (s32)argument(regs, 0));
	put_user_text(s, PARAM_TEXT, (void *)argument(regs, 1), GIVEN_BYTES);
	put_u64(s, PARAM_SIZE, argument(regs, 3));
	put_u64(s, PARAM_FLAGS, argument(regs, 4));
	return submit(s);
}

ENTER(removexattr)
{
	return remember(KIND_REMOVEXATTR, (void *)ctx->args[0], NULL);
}

EXIT(removexattr)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_REMOVEXATTR, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_user_text(s, PARAM_TEXT, (void *)argument(regs, 1), GIVEN_BYTES);
	forget();
	return submit(s);
}

ENTER(lremovexattr)
{
	return remember(KIND_LREMOVEXATTR, (void *)ctx->args[0], NULL);
}

EXIT(lremovexattr)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_LREMOVEXATTR, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_user_text(s, PARAM_TEXT, (void *)argument(regs, 1), GIVEN_BYTES);
	forget();
	return submit(s);
}

EXIT(fremovexattr)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_FREMOVEXATTR, ctx->ret);

	if (!s)
		return 0;
	put_fd(s, (s32)argument(regs, 0));
	put_user_text(s, PARAM_TEXT, (void *)argument(regs, 1), GIVEN_BYTES);
	return submit(s);
}
