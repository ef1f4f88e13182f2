// Watching and holding up what others do with files: fanotify_init, fanotify_mark.
//
// Parameters: flags, arg1 (flags of the files handed over), fd, arg2 (which events), dir_fd, name, path.
#pragma once
#include "../call.h"

CALL(fanotify_init, KIND_FANOTIFY_INIT)
{
	put_uint(s, PARAM_FLAGS, regs, 0);
	put_uint(s, PARAM_ARG1, regs, 1);
	if (ret >= 0)
		put_u64(s, PARAM_FD, ret);
}

CALL(fanotify_mark, KIND_FANOTIFY_MARK)
{
	put_int(s, PARAM_FD, regs, 0);
	put_uint(s, PARAM_FLAGS, regs, 1);
	put_long(s, PARAM_ARG2, regs, 2);
	if (argument(regs, 4))
		put_name(s, (void *)argument(regs, 4), argument(regs, 3));
	else
		put_int(s, PARAM_DIR_FD, regs, 3);
}
