// Another kernel is put in place: kexec_load, kexec_file_load.
//
// Parameters: size (segments), flags; of kexec_file_load the kernel's file, new_fd (initial root
// filesystem), text (command line).
#pragma once
#include "../call.h"

CALL(kexec_load, KIND_KEXEC_LOAD)
{
	put_long(s, PARAM_ARG0, regs, 0);
	put_long(s, PARAM_SIZE, regs, 1);
	put_long(s, PARAM_FLAGS, regs, 3);
}

CALL(kexec_file_load, KIND_KEXEC_FILE_LOAD)
{
	put_fd(s, int_argument(regs, 0));
	put_int(s, PARAM_NEW_FD, regs, 1);
	if (argument(regs, 2))
		put_words(s, PARAM_TEXT, regs, 3);
	put_long(s, PARAM_FLAGS, regs, 4);
}
