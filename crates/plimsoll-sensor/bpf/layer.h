// Where a file lives: which filesystem, which layer, and whether it still has a name.
#pragma once
#include "emit.h"

#define MAGIC_OVERLAY 0x794c7630
#define MAGIC_TMPFS 0x01021994
#define MAGIC_PROC 0x9fa0
#define MAGIC_SYS 0x62656572
#define MAGIC_DEBUG 0x64626720
#define MAGIC_TRACE 0x74726163
#define MAGIC_CGROUP 0x27e0eb
#define MAGIC_CGROUP2 0x63677270
#define MAGIC_SECURITY 0x73636673
#define MAGIC_BPF 0xcafe4a11
#define CAP_DAC_OVERRIDE 1

// Whether an overlay's file has been written, or made, in the upper layer. Where overlay is a module
// its types are not among the kernel's; the upper dentry has always stood behind the inode.
INLINE bool in_upper(struct inode *inode)
{
	struct dentry *upper = NULL;

	if (__builtin_preserve_type_info(*(struct ovl_inode *)0, 0)) {
		struct ovl_inode *overlay = CONTAINER_OF(inode, struct ovl_inode, vfs_inode);
		upper = GET(overlay, __upperdentry);
	} else {
		u64 size = __builtin_preserve_type_info(*(struct inode *)0, 1);
		bpf_probe_read_kernel(&upper, sizeof(upper), (void *)inode + size);
	}
	return upper != NULL;
}

INLINE bool pseudo(unsigned long magic)
{
	return magic == MAGIC_PROC || magic == MAGIC_SYS || magic == MAGIC_DEBUG ||
	       magic == MAGIC_TRACE || magic == MAGIC_CGROUP || magic == MAGIC_CGROUP2 ||
	       magic == MAGIC_SECURITY || magic == MAGIC_BPF;
}

INLINE u64 device_of(struct inode *inode)
{
	struct super_block *super = GET(inode, i_sb);
	return GET(super, s_dev);
}

// By the mode bits alone: neither lists of access nor a read-only mount is asked.
INLINE bool writable(struct task_struct *task, struct inode *inode, u16 mode)
{
	const struct cred *cred = task->cred;

	if (cred->cap_effective.val >> CAP_DAC_OVERRIDE & 1)
		return true;
	if (cred->fsuid.val == GET(inode, i_uid.val))
		return mode & 0200;
	if (cred->fsgid.val == GET(inode, i_gid.val))
		return mode & 0020;
	return mode & 0002;
}

// Of a task: whether it may write to the file, and whether the file is on its root's filesystem.
NOINLINE u64 layer_for(struct task_struct *task, struct dentry *dentry, struct vfsmount *mnt)
{
	struct inode *inode = GET(dentry, d_inode);
	struct super_block *super = GET(dentry, d_sb);
	unsigned long magic = GET(super, s_magic);
	struct dentry *root = task->fs->root.dentry;
	u16 mode = GET(inode, i_mode);
	struct mount *mount = CONTAINER_OF(mnt, struct mount, mnt);
	bool detached = GET(mount, mnt_parent) == mount && GET(mnt, mnt_root) != root;
	u64 layer = 0;

	if (magic == MAGIC_OVERLAY) {
		layer |= FILE_OVERLAY;
		if (in_upper(inode))
			layer |= FILE_UPPER;
	}
	// The filesystem behind memfd_create is a tmpfs that is mounted nowhere.
	if (magic == MAGIC_TMPFS)
		layer |= detached ? FILE_MEMFD : FILE_TMPFS;
	if (!GET(inode, i_nlink) || (!GET(dentry, d_hash.pprev) && GET(dentry, d_parent) != dentry))
		layer |= FILE_DELETED;
	if (writable(task, inode, mode))
		layer |= FILE_WRITABLE;
	if (mode & 04000)
		layer |= FILE_SETUID;
	if ((mode & 02010) == 02010)
		layer |= FILE_SETGID;
	if (pseudo(magic))
		layer |= FILE_PSEUDO;
	if (super != root->d_sb)
		layer |= FILE_MOUNTED;
	return layer;
}

// The same for the task that runs.
INLINE u64 layer_of(struct dentry *dentry, struct vfsmount *mnt)
{
	return layer_for(bpf_get_current_task_btf(), dentry, mnt);
}
