// Files that are cut or given another time: truncate, ftruncate, utimensat.
#pragma once
#include "calls.h"

ENTER(truncate)
{
	return remember(KIND_TRUNCATE, (void *)ctx->args[0], NULL);
}

EXIT(truncate)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_TRUNCATE, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_u64(s, PARAM_SIZE, argument(regs, 1));
	forget();
	return submit(s);
}

EXIT(ftruncate)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_FTRUNCATE, ctx->ret);

	if (!s)
		return 0;
	put_fd(s, (s32)argument(regs, 0));
	put_u64(s, PARAM_SIZE, argument(regs, 1));
	return submit(s);
}

ENTER(utimensat)
{
	return remember(KIND_UTIMENSAT, (void *)ctx->args[1], NULL);
}

EXIT(utimensat)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_UTIMENSAT, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_u64(s, PARAM_FLAGS, argument(regs, 3));
	forget();
	return submit(s);
}
