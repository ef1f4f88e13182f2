// Namespaces are entered and left: setns, unshare. Those of new processes are told by the fork.
//
// Parameters: fd and, when it is a namespace, inode (its number); when it is a pidfd, target_pid; flags.
#pragma once
#include "../pids.h"

CALL(setns, KIND_SETNS)
{
	s64 fd = int_argument(regs, 0);
	struct file *file = file_of(fd);
	s64 target = pidfd_number(fd);

	put_u64(s, PARAM_FD, fd);
	put_uint(s, PARAM_FLAGS, regs, 1);
	if (target) {
		put_u64(s, PARAM_TARGET_PID, target);
	} else if (file) {
		struct inode *inode = GET(file, f_inode);
		put_u64(s, PARAM_INODE, GET(inode, i_ino));
	}
}

CALL(unshare, KIND_UNSHARE)
{
	put_long(s, PARAM_FLAGS, regs, 0);
}
