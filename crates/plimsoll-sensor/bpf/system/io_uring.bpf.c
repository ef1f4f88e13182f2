// Rings for work without system calls: io_uring_setup, io_uring_register. The work itself is told by
// the programs in `uring/`.
//
// Parameters: size (entries, or arguments), flags, fd; of io_uring_register request.
#pragma once
#include "../call.h"

#define RING_FLAGS_AT 8

CALL(io_uring_setup, KIND_IO_URING_SETUP)
{
	u32 flags = 0;

	put_uint(s, PARAM_SIZE, regs, 0);
	if (bpf_probe_read_user(&flags, sizeof(flags), (void *)argument(regs, 1) + RING_FLAGS_AT))
		flag(s, FLAG_FAULT);
	put_u64(s, PARAM_FLAGS, flags);
	if (ret >= 0)
		put_u64(s, PARAM_FD, ret);
}

CALL(io_uring_register, KIND_IO_URING_REGISTER)
{
	put_int(s, PARAM_FD, regs, 0);
	put_uint(s, PARAM_REQUEST, regs, 1);
	put_uint(s, PARAM_SIZE, regs, 3);
}
