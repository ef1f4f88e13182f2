// A socket waits for connections.
#pragma once
#include "../socket.h"

CALL(listen, KIND_LISTEN)
{
	put_int(s, PARAM_FD, regs, 0);
	put_int(s, PARAM_ARG1, regs, 1);
	put_sock(s, sock_of(int_argument(regs, 0)), NULL);
}
