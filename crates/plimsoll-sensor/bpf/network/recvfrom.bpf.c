// A message was received with recvfrom, or recv.
#pragma once
#include "../message.h"

SEC("tracepoint/syscalls/sys_exit_recvfrom")
int sys_exit_recvfrom(struct syscall_exit *ctx)
{
	struct pt_regs *regs = registers();
	struct message m = {
		.fd = int_argument(regs, 0),
		.ret = ctx->ret,
		.data = argument(regs, 1),
		.bytes = ctx->ret > 0 ? ctx->ret : 0,
		.flags = argument(regs, 3),
		.name = argument(regs, 4),
		.kind = KIND_RECVFROM,
	};

	if (ctx->ret < 0 || !concerns(&m))
		return 0;
	m.name_length = length_at(argument(regs, 5));
	tell_message(&m);
	return 0;
}
