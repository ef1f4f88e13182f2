// The tree of mounts is changed: mount, umount2, pivot_root.
//
// Parameters: source, name and path (where), fs_type, flags, text (options, up to their first NUL).
#pragma once
#include "../call.h"

NAMES_OF(mount, KIND_MOUNT, 0, 1)

CALL(mount, KIND_MOUNT)
{
	u32 length;

	put_given(s, PARAM_SOURCE, (void *)argument(regs, 0), 0);
	length = put_given(s, PARAM_NAME, (void *)argument(regs, 1), 1);
	put_joined(s, PARAM_PATH, AT_FDCWD, length);
	put_words(s, PARAM_FS_TYPE, regs, 2);
	put_long(s, PARAM_FLAGS, regs, 3);
	put_words(s, PARAM_TEXT, regs, 4);
	forget();
}

NAME_OF(umount, KIND_UMOUNT2, 0)

CALL_AS(umount, umount2, KIND_UMOUNT2)
{
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_uint(s, PARAM_FLAGS, regs, 1);
	forget();
}

NAMES_OF(pivot_root, KIND_PIVOT_ROOT, 0, 1)

CALL(pivot_root, KIND_PIVOT_ROOT)
{
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_second(s, (void *)argument(regs, 1), AT_FDCWD);
	forget();
}
