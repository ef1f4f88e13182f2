// A message was received with recvmsg.
#pragma once
#include "../message.h"

SEC("tracepoint/syscalls/sys_exit_recvmsg")
int sys_exit_recvmsg(struct syscall_exit *ctx)
{
	struct pt_regs *regs = registers();
	struct message m = {
		.fd = int_argument(regs, 0),
		.ret = ctx->ret,
		.bytes = ctx->ret > 0 ? ctx->ret : 0,
		.flags = argument(regs, 2),
		.kind = KIND_RECVMSG,
	};

	if (ctx->ret >= 0 && concerns(&m) && described(&m, argument(regs, 1)))
		tell_message(&m);
	return 0;
}
