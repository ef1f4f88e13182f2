// A socket was given an address of its own.
#pragma once
#include "../socket.h"

CALL(bind, KIND_BIND)
{
	put_int(s, PARAM_FD, regs, 0);
	put_given_address(s, argument(regs, 1), argument(regs, 2));
	put_sock(s, sock_of(int_argument(regs, 0)), NULL);
}
