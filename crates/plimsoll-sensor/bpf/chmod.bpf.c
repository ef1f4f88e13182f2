// Permission bits: chmod, fchmod, fchmodat, fchmodat2.
#pragma once
#include "calls.h"

ENTER(chmod)
{
	return remember(KIND_CHMOD, (void *)ctx->args[0], NULL);
}

EXIT(chmod)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_CHMOD, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_u64(s, PARAM_MODE, argument(regs, 1));
	forget();
	return submit(s);
}

EXIT(fchmod)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_FCHMOD, ctx->ret);

	if (!s)
		return 0;
	put_fd(s, (s32)argument(regs, 0));
	put_u64(s, PARAM_MODE, argument(regs, 1));
	return submit(s);
}

ENTER(fchmodat)
{
	return remember(KIND_FCHMODAT, (void *)ctx->args[1], NULL);
}

EXIT(fchmodat)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_FCHMODAT, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_u64(s, PARAM_MODE, argument(regs, 2));
	forget();
	return submit(s);
}

ENTER(fchmodat2)
{
	return remember(KIND_FCHMODAT2, (void *)ctx->args[1], NULL);
}

EXIT(fchmodat2)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_FCHMODAT2, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_u64(s, PARAM_MODE, argument(regs, 2));
	put_u64(s, PARAM_FLAGS, argument(regs, 3));
	forget();
	return submit(s);
}
