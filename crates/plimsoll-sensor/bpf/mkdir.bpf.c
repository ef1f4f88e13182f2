// Names that come: mkdir, mkdirat, mknod, mknodat.
#pragma once
#include "calls.h"

// The arguments from `first` on: name, mode and, where a node is made, its device.
INLINE int made_name(u16 kind, s64 ret, s32 folder, u32 first)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(kind, ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, first), folder);
	put_u64(s, PARAM_MODE, argument(regs, first + 1));
	if (kind == KIND_MKNOD || kind == KIND_MKNODAT)
		put_u64(s, PARAM_DEVICE, argument(regs, first + 2));
	forget();
	return submit(s);
}

ENTER(mkdir)
{
	return remember(KIND_MKDIR, (void *)ctx->args[0], NULL);
}

EXIT(mkdir)
{
	return made_name(KIND_MKDIR, ctx->ret, AT_FDCWD, 0);
}

ENTER(mkdirat)
{
	return remember(KIND_MKDIRAT, (void *)ctx->args[1], NULL);
}

EXIT(mkdirat)
{
	return made_name(KIND_MKDIRAT, ctx->ret, argument(registers(), 0), 1);
}

ENTER(mknod)
{
	return remember(KIND_MKNOD, (void *)ctx->args[0], NULL);
}

EXIT(mknod)
{
	return made_name(KIND_MKNOD, ctx->ret, AT_FDCWD, 0);
}

ENTER(mknodat)
{
	return remember(KIND_MKNODAT, (void *)ctx->args[1], NULL);
}

EXIT(mknodat)
{
	return made_name(KIND_MKNODAT, ctx->ret, argument(registers(), 0), 1);
}
