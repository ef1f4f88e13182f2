// A connection was taken: both ends are those of the new socket. Attempts that found nobody waiting
// are not told: servers make them all the time.
#pragma once
#include "../socket.h"

#define EAGAIN 11

INLINE void put_accepted(struct scratch *s, struct pt_regs *regs, s64 ret)
{
	put_int(s, PARAM_FD, regs, 0);
	if (ret < 0) {
		put_sock(s, sock_of(int_argument(regs, 0)), NULL);
		return;
	}
	put_u64(s, PARAM_NEW_FD, ret);
	put_sock(s, sock_of(ret), NULL);
}

CALL_IF(accept, KIND_ACCEPT, ret != -EAGAIN)
{
	put_accepted(s, regs, ret);
}

CALL_IF(accept4, KIND_ACCEPT4, ret != -EAGAIN)
{
	put_u64(s, PARAM_FLAGS, (u32)argument(regs, 3));
	put_accepted(s, regs, ret);
}
