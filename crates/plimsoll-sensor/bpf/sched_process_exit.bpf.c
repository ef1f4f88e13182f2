// A process ended: its last thread did.
#pragma once
#include "process.h"

SEC("tp_btf/sched_process_exit")
int sched_process_exit(u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct signal_struct *signal = task->signal;
	struct scratch *s;
	u64 code;

	if (signal->live.counter > 0)
		return 0;
	s = begin(KIND_PROCEXIT, 0);
	if (!s)
		return 0;
	// What the parent will be told: how all ended together, or how the first thread did.
	code = signal->group_exit_code ? signal->group_exit_code : task->group_leader->exit_code;
	put_u64(s, PARAM_EXIT_CODE, code);
	put_u64(s, PARAM_PPID, task->real_parent->tgid);
	put_u64(s, PARAM_PARENT_START, start_of(task->real_parent));
	return submit(s);
}
