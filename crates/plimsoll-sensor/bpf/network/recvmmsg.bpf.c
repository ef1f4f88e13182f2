// Several messages were received with one call, each told by itself.
#pragma once
#include "../message.h"

SEC("tracepoint/syscalls/sys_exit_recvmmsg")
int sys_exit_recvmmsg(struct syscall_exit *ctx)
{
	tell_messages(registers(), ctx->ret, KIND_RECVMMSG, false);
	return 0;
}
