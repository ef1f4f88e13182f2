// Messages that were sent with sendto or sendmsg; and questions to DNS that were written with write or
// writev, as Go's resolver does: told as sendto. The kernel says of every send which socket it was and
// how long. Most are sent through connections and are nobody's concern: here that is seen without
// looking for the socket behind a descriptor first, as the return of the calls has to.
#pragma once
#include "../message.h"
#include "length.h"

// Sends of many messages with one call tell of each at their return.
NOINLINE int tell_sent(struct sock *sk, s32 ret, bool is_dns)
{
	struct pt_regs *regs = registers();
	s32 number = syscall_number(regs);
	struct message m = { .kind = KIND_SENDTO, .sent = true, .ret = ret };

	if (!sk)
		return 0;
	m.fd = int_argument(regs, 0);
	m.bytes = ret > 0 ? ret : 0;
	if (number == NR_SENDTO) {
		m.data = argument(regs, 1);
		m.bytes = argument(regs, 2);
		m.flags = argument(regs, 3);
		m.name = argument(regs, 4);
		m.name_length = argument(regs, 5);
	} else if (number == NR_SENDMSG) {
		m.kind = KIND_SENDMSG;
		m.flags = argument(regs, 2);
		if (!described(&m, argument(regs, 1)))
			return 0;
	} else if (number == NR_WRITE && is_dns) {
		m.data = argument(regs, 1);
	} else if (number == NR_WRITEV && is_dns) {
		m.vectors = argument(regs, 1);
		m.vector_count = argument(regs, 2);
	} else {
		return 0;
	}
	m.sk = sk;
	m.type = sk->sk_type;
	m.family = sk->__sk_common.skc_family;
	m.local_port = sk->__sk_common.skc_num;
	m.remote_port = sk->__sk_common.skc_dport;
	return tell_message(&m);
}

// Data that goes with the request for a connection.
INLINE bool opens_fast(void)
{
	struct pt_regs *regs = registers();
	s32 number = syscall_number(regs);
	u64 flags = 0;

	if (number == NR_SENDTO)
		flags = argument(regs, 3);
	else if (number == NR_SENDMSG)
		flags = argument(regs, 2);
	return flags & MSG_FASTOPEN;
}

SEC("tp_btf/sock_send_length")
int sock_send_length(u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct config *config = settings();
	u16 type = sk->sk_type;
	bool is_dns = sk->__sk_common.skc_dport == swapped(PORT_DNS) ||
		      sk->__sk_common.skc_num == PORT_DNS;

	if (!config)
		return 0;
	if (config->messages)
		return tell_sent(sk, (s32)ctx[1], is_dns);
	if (!is_internet(sk->__sk_common.skc_family))
		return 0;
	if ((type == SOCK_STREAM || type == SOCK_SEQPACKET) && !is_dns && !opens_fast())
		return 0;
	return tell_sent(sk, (s32)ctx[1], is_dns);
}
