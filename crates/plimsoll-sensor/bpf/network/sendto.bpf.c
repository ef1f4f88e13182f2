// A message was sent with sendto, or send.
#pragma once
#include "../message.h"

SEC("tracepoint/syscalls/sys_exit_sendto")
int sys_exit_sendto(struct syscall_exit *ctx)
{
	struct pt_regs *regs = registers();
	struct message m = {
		.fd = int_argument(regs, 0),
		.ret = ctx->ret,
		.data = argument(regs, 1),
		.bytes = argument(regs, 2),
		.flags = argument(regs, 3),
		.name = argument(regs, 4),
		.name_length = argument(regs, 5),
		.kind = KIND_SENDTO,
		.sent = true,
	};

	if (concerns(&m))
		tell_message(&m);
	return 0;
}
