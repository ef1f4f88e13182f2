// Memory that code can come from: memfd_create, memfd_secret, userfaultfd, mprotect.
//
// Of mprotect only what makes memory writable and executable at once. Parameters: name, flags, fd;
// of mprotect arg0 (address), size, request (protection).
#pragma once
#include "../call.h"

#define PROT_WRITE_EXEC 6

CALL(memfd_create, KIND_MEMFD_CREATE)
{
	put_words(s, PARAM_NAME, regs, 0);
	put_uint(s, PARAM_FLAGS, regs, 1);
	if (ret >= 0)
		put_u64(s, PARAM_FD, ret);
}

CALL(memfd_secret, KIND_MEMFD_SECRET)
{
	put_uint(s, PARAM_FLAGS, regs, 0);
	if (ret >= 0)
		put_u64(s, PARAM_FD, ret);
}

CALL(userfaultfd, KIND_USERFAULTFD)
{
	put_uint(s, PARAM_FLAGS, regs, 0);
	if (ret >= 0)
		put_u64(s, PARAM_FD, ret);
}

CALL_IF(mprotect, KIND_MPROTECT, (argument(regs, 2) & PROT_WRITE_EXEC) == PROT_WRITE_EXEC)
{
	put_long(s, PARAM_ARG0, regs, 0);
	put_long(s, PARAM_SIZE, regs, 1);
	put_long(s, PARAM_REQUEST, regs, 2);
}
