// A process made another one. Told by the maker, before the new one runs. Threads are not told: what
// they do carries the process's id.
#pragma once
#include "process.h"

#define PF_KTHREAD 0x00200000

#ifdef __TARGET_ARCH_x86
#define NR_CLONE 56
#define NR_FORK 57
#define NR_VFORK 58
#else
#define NR_CLONE 220
#define NR_FORK -1
#define NR_VFORK -1
#endif
#define NR_CLONE3 435

SEC("tp_btf/sched_process_fork")
int sched_process_fork(u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0], *child = (void *)ctx[1];
	struct pt_regs *regs = registers();
	s32 number = syscall_number(regs);
	u64 flags = 0;
	u16 kind;
	struct scratch *s;
	u32 level;

	if (child->tgid == parent->tgid || child->flags & PF_KTHREAD)
		return 0;
	switch (number) {
	case NR_FORK: kind = KIND_FORK; break;
	case NR_VFORK: kind = KIND_VFORK; break;
	case NR_CLONE3: kind = KIND_CLONE3; break;
	default: kind = KIND_CLONE;
	}
	s = begin(kind, child->tgid);
	if (!s)
		return 0;
	if (kind == KIND_CLONE)
		flags = argument(regs, 0);
	else if (kind == KIND_CLONE3)
		bpf_probe_read_user(&flags, sizeof(flags), (void *)argument(regs, 0));
	level = child->thread_pid->level;
	put_u64(s, PARAM_CHILD_PID, child->tgid);
	put_u64(s, PARAM_CHILD_TID, child->pid);
	put_u64(s, PARAM_CHILD_START, start_of(child));
	put_u64(s, PARAM_CLONE_FLAGS, flags);
	put_kernel_text(s, PARAM_COMM, child->comm, sizeof(child->comm));
	// Of the child, in its own namespaces.
	put_u64(s, PARAM_VPID, number_at(child->thread_pid, level));
	put_u64(s, PARAM_PPID, child->real_parent->tgid);
	put_u64(s, PARAM_PARENT_START, start_of(child->real_parent));
	put_u64(s, PARAM_MNT_NS, child->nsproxy->mnt_ns->ns.inum);
	put_u64(s, PARAM_PID_NS, child->nsproxy->pid_ns_for_children->ns.inum);
	return submit(s);
}
