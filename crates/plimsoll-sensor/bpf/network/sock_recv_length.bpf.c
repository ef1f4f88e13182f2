// Answers of DNS that were read with read or readv: told as recvfrom.
#pragma once
#include "../message.h"
#include "length.h"

SEC("tp_btf/sock_recv_length")
int sock_recv_length(u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct pt_regs *regs;
	struct message m = { .kind = KIND_RECVFROM };
	s32 number;

	if (sk->__sk_common.skc_dport != swapped(PORT_DNS) && sk->__sk_common.skc_num != PORT_DNS)
		return 0;
	regs = registers();
	number = syscall_number(regs);
	m.fd = int_argument(regs, 0);
	m.ret = (s32)ctx[1];
	m.bytes = m.ret > 0 ? m.ret : 0;
	if (number == NR_READ) {
		m.data = argument(regs, 1);
	} else if (number == NR_READV) {
		m.vectors = argument(regs, 1);
		m.vector_count = argument(regs, 2);
	} else {
		return 0;
	}
	if (concerns(&m))
		tell_message(&m);
	return 0;
}
