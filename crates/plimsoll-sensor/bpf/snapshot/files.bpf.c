// An open descriptor that existed already: a file, or a socket with both its ends.
#pragma once
#include "../socket.h"
#include "types.h"

INLINE void put_open_file(struct scratch *s, struct task_struct *task, struct file *file,
			  struct inode *inode, u32 mode)
{
	struct dentry *dentry = GET(file, f_path.dentry);
	struct vfsmount *mnt = GET(file, f_path.mnt);

	if (!((mode & S_IFMT) == S_IFIFO && nowhere(mnt)))
		put_path(s, PARAM_PATH, dentry, mnt);
	put_u64(s, PARAM_INODE, GET(inode, i_ino));
	put_u64(s, PARAM_DEVICE, device_of(inode));
	put_u64(s, PARAM_FILE_MODE, mode);
	put_u64(s, PARAM_FILE_LAYER, layer_for(task, dentry, mnt));
}

SEC("iter/task_file")
int snapshot_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct inode *inode;
	struct scratch *s;
	bool socket;
	u32 mode;

	if (!task || !file)
		return 0;
	inode = GET(file, f_inode);
	mode = GET(inode, i_mode);
	socket = (mode & S_IFMT) == S_IFSOCK;
	s = begin_of(task, socket ? KIND_SOCK : KIND_FILE);
	if (!s)
		return 0;
	put_u64(s, PARAM_FD, ctx->fd);
	put_u64(s, PARAM_FLAGS, GET(file, f_flags));
	if (socket) {
		struct socket *behind = GET(file, private_data);
		put_sock(s, GET(behind, sk), NULL);
	} else {
		put_open_file(s, task, file, inode, mode);
	}
	return written(s, ctx->meta->seq);
}
