// Signals to others: kill, tkill, tgkill, pidfd_send_signal.
//
// Not told are signal 0, which only asks whether somebody is there, and a process's signals to its own
// threads: runtimes send thousands of those. Parameters: target_pid (the host's; negative for a
// process group, 0 for the own one, -1 for everybody), signal.
#pragma once
#include "../pids.h"

INLINE s64 signalled(s64 number)
{
	if (number > 0)
		return host_number(number);
	if (number < -1)
		return -host_number(-number);
	return number;
}

INLINE bool is_own(s64 number)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct signal_struct *signal = task->signal;
	struct pid *pid = signal->pids[1];
	u32 level = task->thread_pid->level, own = 0;

	bpf_probe_read_kernel(&own, sizeof(own), &pid->numbers[level].nr);
	return own == number;
}

CALL_IF(kill, KIND_KILL, argument(regs, 1) && !is_own(int_argument(regs, 0)))
{
	put_u64(s, PARAM_TARGET_PID, signalled(int_argument(regs, 0)));
	put_uint(s, PARAM_SIGNAL, regs, 1);
}

CALL_IF(tgkill, KIND_TGKILL, argument(regs, 2) && !is_own(int_argument(regs, 0)))
{
	put_u64(s, PARAM_TARGET_PID, host_number(int_argument(regs, 0)));
	put_uint(s, PARAM_SIGNAL, regs, 2);
}

// Which process a thread belongs to is not asked: what is told is the thread.
CALL_IF(tkill, KIND_TKILL,
	argument(regs, 1) && host_number(int_argument(regs, 0)) != bpf_get_current_task_btf()->pid)
{
	put_u64(s, PARAM_TARGET_PID, host_number(int_argument(regs, 0)));
	put_uint(s, PARAM_SIGNAL, regs, 1);
}

CALL_IF(pidfd_send_signal, KIND_PIDFD_SEND_SIGNAL, argument(regs, 1))
{
	s64 fd = int_argument(regs, 0);

	put_u64(s, PARAM_FD, fd);
	put_u64(s, PARAM_TARGET_PID, pidfd_number(fd));
	put_uint(s, PARAM_SIGNAL, regs, 1);
	put_uint(s, PARAM_FLAGS, regs, 3);
}
