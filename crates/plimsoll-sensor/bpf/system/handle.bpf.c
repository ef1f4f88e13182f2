// Files by handle, past all folders: name_to_handle_at, open_by_handle_at.
//
// Parameters: dir_fd, name, path, flags; of open_by_handle_at fd (of the filesystem) and the file that
// was opened.
#pragma once
#include "../call.h"

NAME_OF(name_to_handle_at, KIND_NAME_TO_HANDLE_AT, 1)

CALL(name_to_handle_at, KIND_NAME_TO_HANDLE_AT)
{
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_uint(s, PARAM_FLAGS, regs, 4);
	forget();
}

CALL(open_by_handle_at, KIND_OPEN_BY_HANDLE_AT)
{
	put_int(s, PARAM_DIR_FD, regs, 0);
	put_uint(s, PARAM_FLAGS, regs, 2);
	if (ret >= 0)
		put_fd(s, ret);
}
