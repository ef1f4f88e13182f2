// One or both directions of a connection were closed.
#pragma once
#include "../socket.h"

CALL(shutdown, KIND_SHUTDOWN)
{
	put_int(s, PARAM_FD, regs, 0);
	put_int(s, PARAM_ARG1, regs, 1);
	put_sock(s, sock_of(int_argument(regs, 0)), NULL);
}
