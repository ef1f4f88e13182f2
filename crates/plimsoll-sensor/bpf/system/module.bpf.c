// Kernel modules: init_module, finit_module, delete_module.
//
// Parameters: size (of the image in memory), text (parameters, or the name of what goes), flags; of
// finit_module fd and the file behind it.
#pragma once
#include "../call.h"

CALL(init_module, KIND_INIT_MODULE)
{
	put_long(s, PARAM_SIZE, regs, 1);
	put_words(s, PARAM_TEXT, regs, 2);
}

CALL(finit_module, KIND_FINIT_MODULE)
{
	put_fd(s, int_argument(regs, 0));
	put_words(s, PARAM_TEXT, regs, 1);
	put_uint(s, PARAM_FLAGS, regs, 2);
}

CALL(delete_module, KIND_DELETE_MODULE)
{
	put_words(s, PARAM_TEXT, regs, 0);
	put_uint(s, PARAM_FLAGS, regs, 1);
}
