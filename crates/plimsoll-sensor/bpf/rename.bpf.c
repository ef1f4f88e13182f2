// Names that change: rename, renameat, renameat2.
#pragma once
#include "calls.h"

NOINLINE int renamed(struct scratch *s, const void *from, s32 folder, const void *to, s32 new_folder)
{
	put_name(s, from, folder);
	put_second(s, to, new_folder);
	forget();
	return 0;
}

ENTER(rename)
{
	return remember(KIND_RENAME, (void *)ctx->args[0], (void *)ctx->args[1]);
}

EXIT(rename)
{
	struct pt_regs *regs = registers();
	struct scratch *s;

	paths_changed(ctx->ret);
	s = begin(KIND_RENAME, ctx->ret);
	if (!s)
		return 0;
	renamed(s, (void *)argument(regs, 0), AT_FDCWD, (void *)argument(regs, 1), AT_FDCWD);
	return submit(s);
}

ENTER(renameat)
{
	return remember(KIND_RENAMEAT, (void *)ctx->args[1], (void *)ctx->args[3]);
}

EXIT(renameat)
{
	struct pt_regs *regs = registers();
	struct scratch *s;

	paths_changed(ctx->ret);
	s = begin(KIND_RENAMEAT, ctx->ret);
	if (!s)
		return 0;
	renamed(s, (void *)argument(regs, 1), argument(regs, 0), (void *)argument(regs, 3),
		argument(regs, 2));
	return submit(s);
}

ENTER(renameat2)
{
	return remember(KIND_RENAMEAT2, (void *)ctx->args[1], (void *)ctx->args[3]);
}

EXIT(renameat2)
{
	struct pt_regs *regs = registers();
	struct scratch *s;

	paths_changed(ctx->ret);
	s = begin(KIND_RENAMEAT2, ctx->ret);
	if (!s)
		return 0;
	renamed(s, (void *)argument(regs, 1), argument(regs, 0), (void *)argument(regs, 3),
		argument(regs, 2));
	put_u64(s, PARAM_FLAGS, argument(regs, 4));
	return submit(s);
}
