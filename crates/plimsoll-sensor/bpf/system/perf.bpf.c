// Counters and tracepoints of the kernel: perf_event_open.
//
// Parameters: request (the type), arg0 (its configuration), target_pid (-1 for everybody), arg2
// (processor), flags.
#pragma once
#include "../pids.h"

#define PERF_CONFIG_AT 8

CALL(perf_event_open, KIND_PERF_EVENT_OPEN)
{
	u64 attributes = argument(regs, 0), configuration = 0;
	s64 number = int_argument(regs, 1);
	u32 type = 0;

	if (bpf_probe_read_user(&type, sizeof(type), (void *)attributes) ||
	    bpf_probe_read_user(&configuration, sizeof(configuration),
				(void *)attributes + PERF_CONFIG_AT))
		flag(s, FLAG_FAULT);
	put_u64(s, PARAM_REQUEST, type);
	put_u64(s, PARAM_ARG0, configuration);
	put_u64(s, PARAM_TARGET_PID, number > 0 ? host_number(number) : number);
	put_int(s, PARAM_ARG2, regs, 2);
	put_long(s, PARAM_FLAGS, regs, 4);
}
