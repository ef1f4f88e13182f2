// Bytes that go from file to file without passing through the process: splice, sendfile,
// copy_file_range.
//
// Told are those that come from a regular file and go to a pipe or a file: what goes to sockets is a
// server's daily work. Parameters: fd (from) and its file, new_fd (to), size, flags.
#pragma once
#include "../call.h"

#define S_IFREG 0100000

INLINE u32 form_of(s64 fd)
{
	struct file *file = file_of(fd);
	struct inode *inode;

	if (!file)
		return 0;
	inode = GET(file, f_inode);
	return GET(inode, i_mode) & S_IFMT;
}

INLINE bool from_file(s64 from, s64 to)
{
	return form_of(from) == S_IFREG && form_of(to) != S_IFSOCK;
}

CALL_IF(splice, KIND_SPLICE, from_file(int_argument(regs, 0), int_argument(regs, 2)))
{
	put_fd(s, int_argument(regs, 0));
	put_int(s, PARAM_NEW_FD, regs, 2);
	put_long(s, PARAM_SIZE, regs, 4);
	put_uint(s, PARAM_FLAGS, regs, 5);
}

// The call of 32-bit callers has another name; this is the one with 64-bit offsets.
CALL_IF_AS(sendfile64, sendfile, KIND_SENDFILE,
	   from_file(int_argument(regs, 1), int_argument(regs, 0)))
{
	put_fd(s, int_argument(regs, 1));
	put_int(s, PARAM_NEW_FD, regs, 0);
	put_long(s, PARAM_SIZE, regs, 3);
}

CALL(copy_file_range, KIND_COPY_FILE_RANGE)
{
	put_fd(s, int_argument(regs, 0));
	put_int(s, PARAM_NEW_FD, regs, 2);
	put_long(s, PARAM_SIZE, regs, 4);
	put_uint(s, PARAM_FLAGS, regs, 5);
}
