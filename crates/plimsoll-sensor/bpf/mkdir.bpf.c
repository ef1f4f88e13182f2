// Names that come: mkdir, mkdirat, mknod, mknodat.
#pragma once
#include "calls.h"

ENTER(mkdir)
{
	return remember(KIND_MKDIR, (void *)ctx->args[0], NULL);
}

EXIT(mkdir)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_MKDIR, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_u64(s, PARAM_MODE, argument(regs, 1));
	forget();
	return submit(s);
}

ENTER(mkdirat)
{
	return remember(KIND_MKDIRAT, (void *)ctx->args[1], NULL);
}

EXIT(mkdirat)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_MKDIRAT, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_u64(s, PARAM_MODE, argument(regs, 2));
	forget();
	return submit(s);
}

ENTER(mknod)
{
	return remember(KIND_MKNOD, (void *)ctx->args[0], NULL);
}

EXIT(mknod)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_MKNOD, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_u64(s, PARAM_MODE, argument(regs, 1));
	put_u64(s, PARAM_DEVICE, argument(regs, 2));
	forget();
	return submit(s);
}

ENTER(mknodat)
{
	return remember(KIND_MKNODAT, (void *)ctx->args[1], NULL);
}

EXIT(mknodat)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_MKNODAT, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_u64(s, PARAM_MODE, argument(regs, 2));
	put_u64(s, PARAM_DEVICE, argument(regs, 3));
	forget();
	return submit(s);
}
