// Where a process stands: chdir, fchdir, chroot. `cwd` and `path` are as they are now.
#pragma once
#include "calls.h"

NOINLINE int put_here(struct scratch *s)
{
	struct fs_struct *fs = bpf_get_current_task_btf()->fs;

	return put_path(s, PARAM_CWD, fs->pwd.dentry, fs->pwd.mnt);
}

ENTER(chdir)
{
	return remember(KIND_CHDIR, (void *)ctx->args[0], NULL);
}

EXIT(chdir)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_CHDIR, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_here(s);
	forget();
	return submit(s);
}

EXIT(fchdir)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_FCHDIR, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_FD, (s32)argument(regs, 0));
	put_here(s);
	return submit(s);
}

ENTER(chroot)
{
	return remember(KIND_CHROOT, (void *)ctx->args[0], NULL);
}

EXIT(chroot)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_CHROOT, ctx->ret);

	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_here(s);
	forget();
	return submit(s);
}
