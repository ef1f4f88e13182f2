// A process that existed already: all that is told at exec, but for what is in its own memory
// (arguments, environment), which is another's to read and could keep the reader waiting.
#pragma once
#include "types.h"

SEC("iter/task")
int snapshot_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct scratch *s;

	if (!task || task->pid != task->tgid)
		return 0;
	s = begin_of(task, KIND_TASK);
	if (!s)
		return 0;
	put_kernel_text(s, PARAM_COMM, task->comm, sizeof(task->comm));
	put_family(s, task);
	put_credentials(s, task);
	put_standing(s, task);
	if (!(task->flags & PF_KTHREAD) && task->mm) {
		put_executable(s, task, task->mm->exe_file);
		if (is_32_bit(task->mm))
			flag(s, FLAG_COMPAT);
	}
	if (task->fs)
		put_path(s, PARAM_CWD, task->fs->pwd.dentry, task->fs->pwd.mnt);
	return written(s, ctx->meta->seq);
}
