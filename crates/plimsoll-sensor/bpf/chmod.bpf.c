// Permission bits: chmod, fchmod, fchmodat, fchmodat2.
#pragma once
#include "calls.h"

// A named file, with the arguments from the mode on.
INLINE int permitted(u16 kind, s64 ret, u64 name, s32 folder, u64 mode)
{
	struct scratch *s = begin(kind, ret);

	if (!s)
		return 0;
	put_name(s, (void *)name, folder);
	put_u64(s, PARAM_MODE, mode);
	if (kind == KIND_FCHMODAT2)
		put_u64(s, PARAM_FLAGS, argument(registers(), 3));
	forget();
	return submit(s);
}

ENTER(chmod)
{
	return remember(KIND_CHMOD, (void *)ctx->args[0], NULL);
}

EXIT(chmod)
{
	struct pt_regs *regs = registers();

	return permitted(KIND_CHMOD, ctx->ret, argument(regs, 0), AT_FDCWD, argument(regs, 1));
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

	return permitted(KIND_FCHMODAT, ctx->ret, argument(regs, 1), argument(regs, 0),
			 argument(regs, 2));
}

ENTER(fchmodat2)
{
	return remember(KIND_FCHMODAT2, (void *)ctx->args[1], NULL);
}

EXIT(fchmodat2)
{
	struct pt_regs *regs = registers();

	return permitted(KIND_FCHMODAT2, ctx->ret, argument(regs, 1), argument(regs, 0),
			 argument(regs, 2));
}
