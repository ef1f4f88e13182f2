// Owners: chown, lchown, fchown, fchownat.
#pragma once
#include "calls.h"

ENTER(chown)
{
	return remember(KIND_CHOWN, (void *)ctx->args[0], NULL);
}

EXIT(chown)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_CHOWN, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_u64(s, PARAM_UID, argument(regs, 1));
	put_u64(s, PARAM_GID, argument(regs, 2));
	forget();
	return submit(s);
}

ENTER(lchown)
{
	return remember(KIND_LCHOWN, (void *)ctx->args[0], NULL);
}

EXIT(lchown)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_LCHOWN, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_u64(s, PARAM_UID, argument(regs, 1));
	put_u64(s, PARAM_GID, argument(regs, 2));
	forget();
	return submit(s);
}

EXIT(fchown)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_FCHOWN, ctx->ret);

	if (!s)
		return 0;
	put_fd(s, (s32)argument(regs, 0));
	put_u64(s, PARAM_UID, argument(regs, 1));
	put_u64(s, PARAM_GID, argument(regs, 2));
	return submit(s);
}

ENTER(fchownat)
{
	return remember(KIND_FCHOWNAT, (void *)ctx->args[1], NULL);
}

EXIT(fchownat)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_FCHOWNAT, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_u64(s, PARAM_UID, argument(regs, 2));
	put_u64(s, PARAM_GID, argument(regs, 3));
	put_u64(s, PARAM_FLAGS, argument(regs, 4));
	forget();
	return submit(s);
}
