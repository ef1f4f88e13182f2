// Memory ran out and a process was chosen to be killed: target_pid and comm. The record is of whoever
// asked for more. Before 6.8 the kernel handed over a number only; this program is left out there.
#pragma once
#include "types.h"

SEC("tp_btf/mark_victim")
int mark_victim(u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct scratch *s = begin_cgroup(KIND_OOM_KILL);

	if (!s)
		return 0;
	put_u64(s, PARAM_TARGET_PID, task->tgid);
	put_u64(s, PARAM_CHILD_START, start_of(task));
	put_kernel_text(s, PARAM_COMM, task->comm, sizeof(task->comm));
	return submit(s);
}
