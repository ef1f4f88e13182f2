// What is told of a process: who it is, where it stands and what it may.
#pragma once
#include "layer.h"
#include "path.h"

enum { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID };

// Number of a pid in the namespace at a level; 0 when it has none there.
INLINE u32 number_at(struct pid *pid, u32 level)
{
	u32 number = 0;

	if (!pid || level > pid->level)
		return 0;
	// The verifier knows of the first number alone what it is.
	if (!level)
		return pid->numbers[0].nr;
	bpf_probe_read_kernel(&number, sizeof(number), &pid->numbers[level].nr);
	return number;
}

// A set of capabilities. Two halves or one number: the same eight bytes.
#define CAPABILITIES(cred, set)                                                                    \
	({                                                                                         \
		u64 set_ = 0;                                                                      \
		if (HAS(cred, set.val))                                                            \
			set_ = (cred)->set.val;                                                    \
		else                                                                               \
			bpf_probe_read_kernel(&set_, sizeof(set_), &(cred)->set);                  \
		set_;                                                                              \
	})

#ifdef __TARGET_ARCH_x86
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	unsigned long flags;
} mm_context_t;

struct mm_struct___context {
	mm_context_t context;
};

#pragma clang attribute pop
#endif

// Whether a program's code is for 32 bits. What it does is seen in part only: tracepoints of system
// calls leave out those made in 32-bit mode.
INLINE bool is_32_bit(struct mm_struct *mm)
{
#ifdef __TARGET_ARCH_x86
	struct mm_struct___context *member = (void *)mm;

	// MM_CONTEXT_UPROBE_IA32, which is set for every such program.
	if (HAS(member, context.flags))
		return GET(member, context.flags) & 1;
#endif
	return false;
}

// Pids, in the host's namespace and the process's own.
NOINLINE int put_family(struct scratch *s, struct task_struct *task)
{
	struct task_struct *parent = task->real_parent;
	struct signal_struct *signal = task->signal;
	struct pid *session = signal->pids[PIDTYPE_SID], *group = signal->pids[PIDTYPE_PGID];
	u32 level = task->thread_pid->level;

	put_u64(s, PARAM_PPID, parent->tgid);
	put_u64(s, PARAM_PARENT_START, start_of(parent));
	put_u64(s, PARAM_VPID, number_at(signal->pids[PIDTYPE_TGID], level));
	put_u64(s, PARAM_VTID, number_at(task->thread_pid, level));
	put_u64(s, PARAM_VPPID, number_at(parent->signal->pids[PIDTYPE_TGID], level));
	put_u64(s, PARAM_SID, number_at(session, 0));
	put_u64(s, PARAM_PGID, number_at(group, 0));
	put_u64(s, PARAM_VSID, number_at(session, level));
	put_u64(s, PARAM_VPGID, number_at(group, level));
	return 0;
}

// Device number in the form that /proc/PID/stat has it.
INLINE u64 terminal_of(struct task_struct *task)
{
	struct tty_struct *tty = task->signal->tty;
	u32 major, minor;

	if (!tty)
		return 0;
	major = tty->driver->major;
	minor = tty->driver->minor_start + tty->index;
	return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
}

// Users, groups and capabilities.
NOINLINE int put_credentials(struct scratch *s, struct task_struct *task)
{
	const struct cred *cred = task->cred;

	put_u64(s, PARAM_UID, cred->uid.val);
	put_u64(s, PARAM_EUID, cred->euid.val);
	put_u64(s, PARAM_SUID, cred->suid.val);
	put_u64(s, PARAM_FSUID, cred->fsuid.val);
	put_u64(s, PARAM_GID, cred->gid.val);
	put_u64(s, PARAM_EGID, cred->egid.val);
	put_u64(s, PARAM_SGID, cred->sgid.val);
	put_u64(s, PARAM_FSGID, cred->fsgid.val);
	put_u64(s, PARAM_CAP_EFFECTIVE, CAPABILITIES(cred, cap_effective));
	put_u64(s, PARAM_CAP_PERMITTED, CAPABILITIES(cred, cap_permitted));
	put_u64(s, PARAM_CAP_INHERITABLE, CAPABILITIES(cred, cap_inheritable));
	put_u64(s, PARAM_CAP_BOUNDING, CAPABILITIES(cred, cap_bset));
	put_u64(s, PARAM_CAP_AMBIENT, CAPABILITIES(cred, cap_ambient));
	return 0;
}

// Namespaces, login, terminal and limits that were set upon it.
NOINLINE int put_standing(struct scratch *s, struct task_struct *task)
{
	struct nsproxy *spaces = task->nsproxy;

	put_u64(s, PARAM_MNT_NS, spaces->mnt_ns->ns.inum);
	put_u64(s, PARAM_NET_NS, spaces->net_ns->ns.inum);
	put_u64(s, PARAM_USER_NS, task->cred->user_ns->ns.inum);
	put_u64(s, PARAM_IPC_NS, spaces->ipc_ns->ns.inum);
	put_u64(s, PARAM_UTS_NS, spaces->uts_ns->ns.inum);
	put_u64(s, PARAM_CGROUP_NS, spaces->cgroup_ns->ns.inum);
	put_u64(s, PARAM_PID_NS, spaces->pid_ns_for_children->ns.inum);
	put_u64(s, PARAM_TTY, terminal_of(task));
	// Without audit in the kernel nobody is known to have logged in.
	if (HAS(task, loginuid)) {
		put_u64(s, PARAM_LOGIN_UID, task->loginuid.val);
		put_u64(s, PARAM_AUDIT_SESSION, task->sessionid);
	} else {
		put_u64(s, PARAM_LOGIN_UID, 0xffffffff);
	}
	put_u64(s, PARAM_NO_NEW_PRIVS, task->atomic_flags & 1);
	put_u64(s, PARAM_SECCOMP_MODE, task->seccomp.mode);
	put_u64(s, PARAM_THREAD_START, task->start_boottime);
	return 0;
}

// Since 6.13 the nanoseconds carry a mark that somebody has asked for them.
#define CTIME_QUERIED (1u << 31)

// Seconds and nanoseconds of a change, under the names of this kernel and of earlier ones.
INLINE u64 changed_at(struct inode *inode)
{
	struct inode___hidden *hidden = (void *)inode;
	struct inode___plain *plain = (void *)inode;

	if (HAS(inode, i_ctime_sec))
		return GET(inode, i_ctime_sec) * 1000000000ull + (GET(inode, i_ctime_nsec) & ~CTIME_QUERIED);
	if (HAS(hidden, __i_ctime))
		return GET(hidden, __i_ctime.tv_sec) * 1000000000ull + GET(hidden, __i_ctime.tv_nsec);
	return GET(plain, i_ctime.tv_sec) * 1000000000ull + GET(plain, i_ctime.tv_nsec);
}

INLINE u64 modified_at(struct inode *inode)
{
	struct inode___hidden *hidden = (void *)inode;
	struct inode___plain *plain = (void *)inode;

	if (HAS(inode, i_mtime_sec))
		return GET(inode, i_mtime_sec) * 1000000000ull + GET(inode, i_mtime_nsec);
	if (HAS(hidden, __i_mtime))
		return GET(hidden, __i_mtime.tv_sec) * 1000000000ull + GET(hidden, __i_mtime.tv_nsec);
	return GET(plain, i_mtime.tv_sec) * 1000000000ull + GET(plain, i_mtime.tv_nsec);
}

// The executable's file: path, identity, owner and layer.
NOINLINE int put_executable(struct scratch *s, struct task_struct *task, struct file *exe)
{
	struct node node;
	struct inode *inode;

	if (!s || !exe)
		return 0;
	node = node_of(exe);
	look_at(&node, task);
	inode = node.inode;
	put_path(s, PARAM_EXE_PATH, node.dentry, node.mnt);
	put_u64(s, PARAM_EXE_INODE, node.number);
	put_u64(s, PARAM_EXE_DEVICE, node.device);
	put_u64(s, PARAM_EXE_MODE, node.mode);
	put_u64(s, PARAM_EXE_UID, node.uid);
	put_u64(s, PARAM_EXE_CTIME, changed_at(inode));
	put_u64(s, PARAM_EXE_MTIME, modified_at(inode));
	put_u64(s, PARAM_EXE_LAYER, layer_of_node(task, &node));
	return 0;
}
