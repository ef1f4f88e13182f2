// What is told of a socket: family, type, both ends, state, namespace.
#pragma once
#include "call.h"
#include "socket_types.h"

// The socket behind a descriptor of the task that runs; NULL when there is none.
INLINE struct socket *socket_of(s64 fd)
{
	struct file *file = file_of(fd);
	struct inode *inode;

	if (!file)
		return NULL;
	inode = GET(file, f_inode);
	if ((GET(inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	return GET(file, private_data);
}

INLINE struct sock *sock_of(s64 fd)
{
	struct socket *socket = socket_of(fd);
	return socket ? GET(socket, sk) : NULL;
}

// An address as the caller gave it. It is believed only where the kernel has none itself.
INLINE struct given_address given_at(u64 at, u32 length)
{
	struct given_address given = {};
	// Of IPv6 the flow stands where IPv4 has its address.
	u32 head = 8;

	if (!at || length < head || bpf_probe_read_user(&given, head, (void *)at))
		return given;
	if (given.family == AF_INET6 &&
	    (length < 24 || bpf_probe_read_user(given.six, sizeof(given.six), (void *)at + head)))
		given.family = 0;
	return given;
}

INLINE void put_given_address(struct scratch *s, u64 at, u32 length)
{
	if (!at || !length)
		return;
	put_user(s, PARAM_GIVEN_ADDRESS, (void *)at,
		 length > SOCKADDR_BYTES_MAX ? SOCKADDR_BYTES_MAX : length);
}

INLINE void put_remote_as_given(struct scratch *s, struct given_address *given)
{
	if (given->family == AF_INET)
		put_kernel(s, PARAM_REMOTE_ADDRESS, given->four, sizeof(given->four));
	else if (given->family == AF_INET6)
		put_kernel(s, PARAM_REMOTE_ADDRESS, given->six, sizeof(given->six));
	else
		return;
	put_u64(s, PARAM_REMOTE_PORT, swapped(given->port));
}

// Both ends of an internet socket; the other one as given where the socket has none.
NOINLINE int put_internet(struct scratch *s, struct sock *sk, struct given_address *given)
{
	u16 family, port;

	if (!s || !sk)
		return 0;
	family = GET(sk, __sk_common.skc_family);
	port = GET(sk, __sk_common.skc_dport);
	if (family == AF_INET)
		put_kernel(s, PARAM_LOCAL_ADDRESS, &sk->__sk_common.skc_rcv_saddr, 4);
	else
		put_kernel(s, PARAM_LOCAL_ADDRESS, &sk->__sk_common.skc_v6_rcv_saddr, 16);
	put_u64(s, PARAM_LOCAL_PORT, GET(sk, __sk_common.skc_num));
	if (given && given->family) {
		put_remote_as_given(s, given);
		return 0;
	}
	if (!port && !GET(sk, __sk_common.skc_daddr))
		return 0;
	if (family == AF_INET)
		put_kernel(s, PARAM_REMOTE_ADDRESS, &sk->__sk_common.skc_daddr, 4);
	else
		put_kernel(s, PARAM_REMOTE_ADDRESS, &sk->__sk_common.skc_v6_daddr, 16);
	put_u64(s, PARAM_REMOTE_PORT, swapped(port));
	return 0;
}

// The name of a UNIX socket, and the path of its file as the process sees it. Whether it has a name.
NOINLINE int put_unix_name(struct scratch *s, struct sock *sk)
{
	struct unix_sock *named = (void *)sk;
	struct unix_address *address;
	struct dentry *dentry;
	s32 length;
	char first;

	if (!s || !sk)
		return 0;
	address = GET(named, addr);
	if (!address)
		return 0;
	length = GET(address, len) - (s32)sizeof(u16);
	if (length <= 0)
		return 0;
	if (length > 108)
		length = 108;
	bpf_probe_read_kernel(&first, 1, &address->name[0].sun_path);
	if (first)
		put_kernel_text(s, PARAM_UNIX_PATH, &address->name[0].sun_path, length + 1);
	else
		put_kernel(s, PARAM_UNIX_PATH, &address->name[0].sun_path, length);
	dentry = GET(named, path.dentry);
	if (dentry)
		put_path(s, PARAM_PATH, dentry, GET(named, path.mnt));
	return 1;
}

// The other end's name where there is one, else its own; and who is there.
INLINE int put_unix(struct scratch *s, struct sock *sk)
{
	struct unix_sock *own = (void *)sk;
	struct sock *peer;
	struct pid *pid;

	if (!s || !sk)
		return 0;
	peer = GET(own, peer);
	if (!peer || !put_unix_name(s, peer))
		put_unix_name(s, sk);
	pid = GET(sk, sk_peer_pid);
	if (pid) {
		u32 number = 0;
		bpf_probe_read_kernel(&number, sizeof(number), &pid->numbers[0].nr);
		put_u64(s, PARAM_PEER_PID, number);
	}
	return 0;
}

// Everything that is known of a socket.
NOINLINE int put_sock(struct scratch *s, struct sock *sk, struct given_address *given)
{
	struct socket *socket;
	struct net *net;
	u16 family;

	if (!s || !sk)
		return 0;
	family = GET(sk, __sk_common.skc_family);
	put_u64(s, PARAM_SOCK_FAMILY, family);
	put_u64(s, PARAM_SOCK_TYPE, GET(sk, sk_type));
	put_u64(s, PARAM_SOCK_PROTOCOL, GET(sk, sk_protocol));
	put_u64(s, PARAM_SOCK_STATE, GET(sk, __sk_common.skc_state));
	net = GET(sk, __sk_common.skc_net.net);
	put_u64(s, PARAM_NET_NS, GET(net, ns.inum));
	socket = GET(sk, sk_socket);
	if (socket) {
		struct file *file = GET(socket, file);
		struct inode *inode = file ? GET(file, f_inode) : NULL;
		if (inode)
			put_u64(s, PARAM_SOCK_INODE, GET(inode, i_ino));
	}
	if (family == AF_INET || family == AF_INET6)
		put_internet(s, sk, given);
	else if (family == AF_UNIX)
		put_unix(s, sk);
	return 0;
}
