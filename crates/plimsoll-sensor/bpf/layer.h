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

// What is asked of a file's inode and filesystem, read once.
struct node {
	struct dentry *dentry;
	struct vfsmount *mnt;
	struct inode *inode;
	struct super_block *super;
	u64 number;
	u64 magic;
	u32 device;
	u32 uid;
	u32 gid;
	u32 links;
	u32 mode;
};

// How far into each structure is read; what lies further behind is read by itself.
#define FILE_WORDS 12
#define INODE_WORDS 10
#define SUPER_WORDS 13

// The file behind an open one.
INLINE struct node node_of(struct file *file)
{
	u64 copy[FILE_WORDS];
	struct node node = {};

	bpf_probe_read_kernel(copy, sizeof(copy), file);
	node.dentry = PART(copy, file, f_path.dentry);
	node.mnt = PART(copy, file, f_path.mnt);
	node.inode = PART(copy, file, f_inode);
	return node;
}

NOINLINE int look_at(struct node *node, struct task_struct *task)
{
	struct super_block *own = task->fs->root.dentry->d_sb;
	struct inode *inode;
	u64 copy[INODE_WORDS];

	if (!node)
		return 0;
	inode = node->inode;
	bpf_probe_read_kernel(copy, sizeof(copy), inode);
	node->mode = PART(copy, inode, i_mode);
	node->uid = PART(copy, inode, i_uid.val);
	node->gid = PART(copy, inode, i_gid.val);
	node->number = PART(copy, inode, i_ino);
	node->links = PART(copy, inode, i_nlink);
	node->super = PART(copy, inode, i_sb);
	// Most files lie on the filesystem of the root, which needs no call to be read.
	if ((u64)node->super == (u64)own) {
		node->device = own->s_dev;
		node->magic = own->s_magic;
	} else {
		struct super_block *super = node->super;
		u64 words[SUPER_WORDS];

		bpf_probe_read_kernel(words, sizeof(words), super);
		node->device = PART(words, super, s_dev);
		node->magic = PART(words, super, s_magic);
	}
	return 0;
}

// By the mode bits alone: neither lists of access nor a read-only mount is asked.
INLINE bool writable(struct task_struct *task, struct node *node)
{
	const struct cred *cred = task->cred;

	if (cred->cap_effective.val >> CAP_DAC_OVERRIDE & 1)
		return true;
	if (cred->fsuid.val == node->uid)
		return node->mode & 0200;
	if (cred->fsgid.val == node->gid)
		return node->mode & 0020;
	return node->mode & 0002;
}

// A file that has a name no more: no link, or its entry was taken out of its folder.
INLINE bool nameless(struct node *node)
{
	struct dentry *dentry = node->dentry;

	return !node->links || (!GET(dentry, d_hash.pprev) && GET(dentry, d_parent) != dentry);
}

// Of a task: whether it may write to the file, and whether the file is on its root's filesystem.
NOINLINE u64 layer_of_node(struct task_struct *task, struct node *node)
{
	struct dentry *root = task->fs->root.dentry;
	u64 layer = 0;

	if (!node)
		return 0;
	if (node->magic == MAGIC_OVERLAY) {
		layer |= FILE_OVERLAY;
		if (in_upper(node->inode))
			layer |= FILE_UPPER;
	}
	// The filesystem behind memfd_create is a tmpfs that is mounted nowhere.
	if (node->magic == MAGIC_TMPFS) {
		struct vfsmount *mnt = node->mnt;
		struct mount *mount = CONTAINER_OF(mnt, struct mount, mnt);
		bool detached = GET(mount, mnt_parent) == mount &&
				(u64)GET(mnt, mnt_root) != (u64)root;

		layer |= detached ? FILE_MEMFD : FILE_TMPFS;
	}
	if (nameless(node))
		layer |= FILE_DELETED;
	if (writable(task, node))
		layer |= FILE_WRITABLE;
	if (node->mode & 04000)
		layer |= FILE_SETUID;
	if ((node->mode & 02010) == 02010)
		layer |= FILE_SETGID;
	if (pseudo(node->magic))
		layer |= FILE_PSEUDO;
	if ((u64)node->super != (u64)root->d_sb)
		layer |= FILE_MOUNTED;
	return layer;
}

// The same, of a file that has not been looked at.
INLINE u64 layer_for(struct task_struct *task, struct dentry *dentry, struct vfsmount *mnt)
{
	struct node node = { .dentry = dentry, .mnt = mnt, .inode = GET(dentry, d_inode) };

	look_at(&node, task);
	return layer_of_node(task, &node);
}

// The same for the task that runs.
INLINE u64 layer_of(struct dentry *dentry, struct vfsmount *mnt)
{
	return layer_for(bpf_get_current_task_btf(), dentry, mnt);
}
