// Handles of other processes: pidfd_open, pidfd_getfd.
//
// Parameters: target_pid, flags; of pidfd_getfd new_fd (the other's number) and the file that came.
#pragma once
#include "../pids.h"

CALL(pidfd_open, KIND_PIDFD_OPEN)
{
	put_u64(s, PARAM_TARGET_PID, host_number(int_argument(regs, 0)));
	put_uint(s, PARAM_FLAGS, regs, 1);
	if (ret >= 0)
		put_u64(s, PARAM_FD, ret);
}

CALL(pidfd_getfd, KIND_PIDFD_GETFD)
{
	s64 fd = int_argument(regs, 0);

	put_u64(s, PARAM_FD, fd);
	put_int(s, PARAM_NEW_FD, regs, 1);
	put_u64(s, PARAM_TARGET_PID, pidfd_number(fd));
	if (ret >= 0)
		put_file(s, file_of(ret));
}
