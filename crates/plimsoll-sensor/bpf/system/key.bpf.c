// The kernel's keyrings: keyctl, add_key, request_key.
//
// Parameters: request and arg1 to arg4 raw; fs_type (the key's type), text (its description), size.
// A key's content is not told.
#pragma once
#include "../call.h"

CALL(keyctl, KIND_KEYCTL)
{
	put_uint(s, PARAM_REQUEST, regs, 0);
	put_long(s, PARAM_ARG1, regs, 1);
	put_long(s, PARAM_ARG2, regs, 2);
	put_long(s, PARAM_ARG3, regs, 3);
	put_long(s, PARAM_ARG4, regs, 4);
}

CALL(add_key, KIND_ADD_KEY)
{
	put_words(s, PARAM_FS_TYPE, regs, 0);
	put_words(s, PARAM_TEXT, regs, 1);
	put_long(s, PARAM_SIZE, regs, 3);
	put_int(s, PARAM_ARG4, regs, 4);
}

CALL(request_key, KIND_REQUEST_KEY)
{
	put_words(s, PARAM_FS_TYPE, regs, 0);
	put_words(s, PARAM_TEXT, regs, 1);
	put_int(s, PARAM_ARG3, regs, 3);
}
