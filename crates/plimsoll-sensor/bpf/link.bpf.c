// Second names: link, linkat, symlink, symlinkat. What a symbolic link says is `name`.
#pragma once
#include "calls.h"

ENTER(link)
{
	return remember(KIND_LINK, (void *)ctx->args[0], (void *)ctx->args[1]);
}

EXIT(link)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_LINK, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_second(s, (void *)argument(regs, 1), AT_FDCWD);
	forget();
	return submit(s);
}

ENTER(linkat)
{
	return remember(KIND_LINKAT, (void *)ctx->args[1], (void *)ctx->args[3]);
}

EXIT(linkat)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_LINKAT, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_second(s, (void *)argument(regs, 3), argument(regs, 2));
	put_u64(s, PARAM_FLAGS, argument(regs, 4));
	forget();
	return submit(s);
}

ENTER(symlink)
{
	return remember(KIND_SYMLINK, (void *)ctx->args[0], (void *)ctx->args[1]);
}

EXIT(symlink)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SYMLINK, ctx->ret);

	if (!s)
		return 0;
	put_given(s, PARAM_NAME, (void *)argument(regs, 0), 0);
	put_second(s, (void *)argument(regs, 1), AT_FDCWD);
	forget();
	return submit(s);
}

ENTER(symlinkat)
{
	return remember(KIND_SYMLINKAT, (void *)ctx->args[0], (void *)ctx->args[2]);
}

EXIT(symlinkat)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SYMLINKAT, ctx->ret);

	if (!s)
		return 0;
	put_given(s, PARAM_NAME, (void *)argument(regs, 0), 0);
	put_second(s, (void *)argument(regs, 2), argument(regs, 1));
	forget();
	return submit(s);
}
