// A connection was asked for. The other end is the socket's own; where the socket has none any more
// (refused, unreachable) it is the address as it was given. Non-blocking: the result is EINPROGRESS.
#pragma once
#include "../socket.h"

CALL(connect, KIND_CONNECT)
{
	struct sock *sk = sock_of(int_argument(regs, 0));
	u64 at = argument(regs, 1);
	u32 length = argument(regs, 2);
	struct given_address given = given_at(at, length);

	put_int(s, PARAM_FD, regs, 0);
	put_given_address(s, at, length);
	if (sk) {
		// A connected socket says itself where to.
		if (GET(sk, __sk_common.skc_dport))
			given.family = 0;
		put_sock(s, sk, &given);
	} else {
		put_remote_as_given(s, &given);
	}
}
