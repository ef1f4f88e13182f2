// A process was put into a cgroup: target_pid, and when it began in child_start.
#pragma once
#include "types.h"

SEC("tp_btf/cgroup_attach_task")
int cgroup_attach_task(u64 *ctx)
{
	struct task_struct *task = (void *)ctx[2];
	struct scratch *s = begin_cgroup(KIND_CGROUP_ATTACH);

	if (!s)
		return 0;
	put_cgroup(s, (void *)ctx[0], (void *)ctx[1]);
	put_u64(s, PARAM_TARGET_PID, task->tgid);
	put_u64(s, PARAM_CHILD_START, start_of(task));
	return submit(s);
}
