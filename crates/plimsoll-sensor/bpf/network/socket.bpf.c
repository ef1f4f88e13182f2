// A socket was made: what was asked for, and its inode.
#pragma once
#include "../socket.h"

#define SOCK_TYPE_MASK 0xf

CALL(socket, KIND_SOCKET)
{
	u32 type = argument(regs, 1);
	struct file *file = ret < 0 ? NULL : file_of(ret);

	put_u64(s, PARAM_SOCK_FAMILY, (u32)argument(regs, 0));
	put_u64(s, PARAM_SOCK_TYPE, type & SOCK_TYPE_MASK);
	put_u64(s, PARAM_FLAGS, type & ~SOCK_TYPE_MASK);
	put_u64(s, PARAM_SOCK_PROTOCOL, (u32)argument(regs, 2));
	if (ret < 0)
		return;
	put_u64(s, PARAM_FD, ret);
	if (file) {
		struct inode *inode = GET(file, f_inode);
		put_u64(s, PARAM_SOCK_INODE, GET(inode, i_ino));
	}
}
