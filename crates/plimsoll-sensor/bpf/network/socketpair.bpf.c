// Two sockets were made that are connected with each other.
#pragma once
#include "../socket.h"

CALL(socketpair, KIND_SOCKETPAIR)
{
	u32 type = argument(regs, 1);
	s32 pair[2] = {};

	put_u64(s, PARAM_SOCK_FAMILY, (u32)argument(regs, 0));
	put_u64(s, PARAM_SOCK_TYPE, type & 0xf);
	put_u64(s, PARAM_FLAGS, type & ~0xfu);
	put_u64(s, PARAM_SOCK_PROTOCOL, (u32)argument(regs, 2));
	if (ret)
		return;
	if (bpf_probe_read_user(pair, sizeof(pair), (void *)argument(regs, 3))) {
		flag(s, FLAG_FAULT);
		return;
	}
	put_u64(s, PARAM_FD, pair[0]);
	put_u64(s, PARAM_NEW_FD, pair[1]);
}
