// Several messages were sent with one call, each told by itself: glibc asks DNS for both families so.
#pragma once
#include "../message.h"

SEC("tracepoint/syscalls/sys_exit_sendmmsg")
int sys_exit_sendmmsg(struct syscall_exit *ctx)
{
	tell_messages(registers(), ctx->ret, KIND_SENDMMSG, true);
	return 0;
}
