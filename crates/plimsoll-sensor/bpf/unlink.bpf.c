// Names that go: unlink, unlinkat, rmdir.
#pragma once
#include "calls.h"

ENTER(unlink)
{
	return remember(KIND_UNLINK, (void *)ctx->args[0], NULL);
}

EXIT(unlink)
{
	struct scratch *s = begin(KIND_UNLINK, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(registers(), 0), AT_FDCWD);
	forget();
	return submit(s);
}

ENTER(rmdir)
{
	return remember(KIND_RMDIR, (void *)ctx->args[0], NULL);
}

EXIT(rmdir)
{
	struct scratch *s = begin(KIND_RMDIR, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(registers(), 0), AT_FDCWD);
	forget();
	return submit(s);
}

ENTER(unlinkat)
{
	return remember(KIND_UNLINKAT, (void *)ctx->args[1], NULL);
}

EXIT(unlinkat)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_UNLINKAT, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_u64(s, PARAM_FLAGS, argument(regs, 2));
	forget();
	return submit(s);
}
