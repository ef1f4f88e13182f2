// Limits of resources are set: prlimit64, setrlimit. Questions are not told.
//
// Parameters: target_pid, request (the resource), size (the new soft limit), arg3 (the hard one).
#pragma once
#include "../pids.h"

INLINE void put_limit(struct scratch *s, u64 at)
{
	u64 limit[2] = {};

	if (bpf_probe_read_user(limit, sizeof(limit), (void *)at)) {
		flag(s, FLAG_FAULT);
		return;
	}
	put_u64(s, PARAM_SIZE, limit[0]);
	put_u64(s, PARAM_ARG3, limit[1]);
}

CALL_IF(prlimit64, KIND_PRLIMIT64, argument(regs, 2))
{
	s64 number = int_argument(regs, 0);

	put_u64(s, PARAM_TARGET_PID, number ? host_number(number) : bpf_get_current_task_btf()->tgid);
	put_uint(s, PARAM_REQUEST, regs, 1);
	put_limit(s, argument(regs, 2));
}

CALL(setrlimit, KIND_SETRLIMIT)
{
	put_u64(s, PARAM_TARGET_PID, bpf_get_current_task_btf()->tgid);
	put_uint(s, PARAM_REQUEST, regs, 0);
	put_limit(s, argument(regs, 1));
}
