// The newer calls about mounts: open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr.
//
// Parameters: dir_fd, name, path and their second ones, flags. Of fsconfig: request (what is set),
// text (its name), source (its value). Of mount_setattr: data (struct mount_attr).
#pragma once
#include "../call.h"

#define FSCONFIG_SET_STRING 1
#define FSCONFIG_SET_PATH 3
#define FSCONFIG_SET_PATH_EMPTY 4
#define MOUNT_ATTR_BYTES 32

NAME_OF(open_tree, KIND_OPEN_TREE, 1)

CALL(open_tree, KIND_OPEN_TREE)
{
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_uint(s, PARAM_FLAGS, regs, 2);
	forget();
}

NAMES_OF(move_mount, KIND_MOVE_MOUNT, 1, 3)

CALL(move_mount, KIND_MOVE_MOUNT)
{
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_second(s, (void *)argument(regs, 3), argument(regs, 2));
	put_uint(s, PARAM_FLAGS, regs, 4);
	forget();
}

CALL(fsopen, KIND_FSOPEN)
{
	put_words(s, PARAM_FS_TYPE, regs, 0);
	put_uint(s, PARAM_FLAGS, regs, 1);
}

CALL(fsconfig, KIND_FSCONFIG)
{
	u32 request = argument(regs, 1);

	put_int(s, PARAM_FD, regs, 0);
	put_u64(s, PARAM_REQUEST, request);
	if (argument(regs, 2))
		put_words(s, PARAM_TEXT, regs, 2);
	if (request == FSCONFIG_SET_STRING || request == FSCONFIG_SET_PATH ||
	    request == FSCONFIG_SET_PATH_EMPTY)
		put_words(s, PARAM_SOURCE, regs, 3);
	put_int(s, PARAM_ARG4, regs, 4);
}

CALL(fsmount, KIND_FSMOUNT)
{
	put_int(s, PARAM_FD, regs, 0);
	put_uint(s, PARAM_FLAGS, regs, 1);
	put_uint(s, PARAM_ARG2, regs, 2);
}

NAME_OF(fspick, KIND_FSPICK, 1)

CALL(fspick, KIND_FSPICK)
{
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_uint(s, PARAM_FLAGS, regs, 2);
	forget();
}

NAME_OF(mount_setattr, KIND_MOUNT_SETATTR, 1)

CALL(mount_setattr, KIND_MOUNT_SETATTR)
{
	u64 size = argument(regs, 4);

	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_uint(s, PARAM_FLAGS, regs, 2);
	put_user(s, PARAM_DATA, (void *)argument(regs, 3),
		 size > MOUNT_ATTR_BYTES ? MOUNT_ATTR_BYTES : size);
	forget();
}
