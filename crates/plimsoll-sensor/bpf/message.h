// Messages that were sent or received: which of them are told, and what of them.
//
// A server sends and receives all the time, and rules ask for little of it. Told are
// - questions and answers of DNS (port 53, over UDP or TCP) with their first bytes;
// - messages of sockets without a connection, once for each other end while that is remembered;
// - data sent with the request for a connection (MSG_FASTOPEN).
// With `messages` set in the configuration everything is told; then too, bytes of DNS alone.
#pragma once
#include "socket.h"

#define DATA_BYTES_MAX 1024
#define DATA_VECTORS_MAX 4
#define MSG_FASTOPEN 0x20000000u

struct talk {
	u64 socket;
	struct given_address other;
	u32 kind;
};

// Ends that have been told of, the least recently used forgotten first.
struct {
	MAP_UINT(type, MAP_LRU_HASH);
	MAP_UINT(max_entries, 16384);
	MAP_TYPE(key, struct talk);
	MAP_TYPE(value, u64);
} talks SEC(".maps");

// One message as its caller describes it.
struct message {
	// -1 where there is none.
	s64 fd;
	s64 ret;
	u64 name;
	u64 data;
	u64 vectors;
	u64 vector_count;
	u64 bytes;
	// The socket and what of it decides; `find_socket` fills it in. Ports as `struct sock` has them.
	struct sock *sk;
	u32 name_length;
	u32 flags;
	u16 type;
	u16 family;
	u16 local_port;
	u16 remote_port;
	u16 kind;
	// Flags of the record.
	u16 marks;
	bool sent;
	bool cut;
};

INLINE bool is_internet(u16 family)
{
	return family == AF_INET || family == AF_INET6;
}

#define SOCKET_WORDS 5
#define SOCK_WORDS 3

// Finds the socket behind the descriptor. False when there is none.
INLINE bool find_socket(struct message *m)
{
	u64 words[SOCKET_WORDS], common[SOCK_WORDS];
	struct file *file = file_of(m->fd);
	struct socket *socket;
	struct sock *sk;

	if (!file)
		return false;
	socket = GET(file, private_data);
	bpf_probe_read_kernel(words, sizeof(words), socket);
	// Of other files this is anything; a socket knows its file.
	if (PART(words, socket, file) != file)
		return false;
	sk = PART(words, socket, sk);
	bpf_probe_read_kernel(common, sizeof(common), sk);
	m->sk = sk;
	m->type = PART(words, socket, type);
	m->family = PART(common, sk, __sk_common.skc_family);
	m->local_port = PART(common, sk, __sk_common.skc_num);
	m->remote_port = PART(common, sk, __sk_common.skc_dport);
	return true;
}

INLINE bool is_stream(struct message *m)
{
	return m->type == SOCK_STREAM || m->type == SOCK_SEQPACKET;
}

INLINE bool is_port_dns(struct message *m)
{
	return m->local_port == PORT_DNS || m->remote_port == swapped(PORT_DNS);
}

// The same where the socket is known.
INLINE bool know_socket(struct message *m, struct sock *sk)
{
	if (!sk)
		return false;
	m->sk = sk;
	m->type = GET(sk, sk_type);
	m->family = GET(sk, __sk_common.skc_family);
	m->local_port = GET(sk, __sk_common.skc_num);
	m->remote_port = GET(sk, __sk_common.skc_dport);
	return true;
}

// Whether there is anything to tell at all: of most messages there is not, and what is sent through
// connections is all that servers do.
INLINE bool matters(struct message *m)
{
	struct config *config = settings();

	if (!config)
		return false;
	if (config->messages || (m->sent && m->flags & MSG_FASTOPEN))
		return true;
	return is_internet(m->family) && (!is_stream(m) || is_port_dns(m));
}

INLINE bool concerns(struct message *m)
{
	return find_socket(m) && matters(m);
}

// Whether this end is new to the socket.
INLINE bool is_new(struct message *m, struct sock *sk, struct given_address *given)
{
	struct socket *socket = GET(sk, sk_socket);
	struct file *file = socket ? GET(socket, file) : NULL;
	struct inode *inode = file ? GET(file, f_inode) : NULL;
	struct talk talk = {};
	u64 now = 1;

	// Not where it lies in memory: the next socket lies there too.
	talk.socket = inode ? GET(inode, i_ino) : 0;
	talk.other = *given;
	talk.kind = m->kind;
	if (bpf_map_lookup_elem(&talks, &talk))
		return false;
	bpf_map_update_elem(&talks, &talk, &now, UPDATE_ANY);
	return true;
}

INLINE bool is_told(struct message *m, struct sock *sk, struct given_address *given, bool dns)
{
	struct config *config = settings();

	if (dns)
		return m->ret > 0 || m->sent;
	if (config && config->messages)
		return true;
	if (m->sent && m->flags & MSG_FASTOPEN)
		return true;
	if (!is_internet(m->family) || (!m->sent && m->ret < 0))
		return false;
	if (is_stream(m))
		return false;
	// With a connection the other end has been told already.
	if (!given->family && m->remote_port)
		return false;
	return is_new(m, sk, given);
}

// The first bytes of several places, put together in `s->name`. Returns how many.
NOINLINE u32 gather(struct scratch *s, struct message *m)
{
	u32 used = 0;

	if (!s || !m)
		return 0;
#pragma unroll
	for (u32 index = 0; index < DATA_VECTORS_MAX; index++) {
		struct iovec vector = {};
		u32 length;

		if (index >= m->vector_count || used >= m->bytes || used >= DATA_BYTES_MAX)
			break;
		if (bpf_probe_read_user(&vector, sizeof(vector),
					(void *)m->vectors + index * sizeof(vector)))
			break;
		if (vector.length > m->bytes - used)
			vector.length = m->bytes - used;
		length = vector.length > DATA_BYTES_MAX - 1 ? DATA_BYTES_MAX - 1 : vector.length;
		length &= DATA_BYTES_MAX - 1;
		OPAQUE(length);
		if (bpf_probe_read_user(&s->name[used & (DATA_BYTES_MAX - 1)], length,
					(void *)vector.base))
			break;
		used += length;
	}
	return used > DATA_BYTES_MAX ? DATA_BYTES_MAX : used;
}

NOINLINE int put_data(struct scratch *s, struct message *m)
{
	u32 length;

	if (!s || !m)
		return 0;
	if (m->data) {
		length = m->bytes > DATA_BYTES_MAX ? DATA_BYTES_MAX : m->bytes;
		put_user(s, PARAM_DATA, (void *)m->data, length);
	} else {
		length = gather(s, m);
		if (length)
			put_kernel(s, PARAM_DATA, s->name, length);
	}
	if (length < m->bytes)
		flag(s, FLAG_CUT);
	return 0;
}

// Tells a message whose socket was found.
NOINLINE int tell_message(struct message *m)
{
	struct given_address given;
	struct scratch *s;
	struct sock *sk;
	bool dns;

	if (!m || !m->sk)
		return 0;
	sk = m->sk;
	given = given_at(m->name, m->name_length);
	dns = is_internet(m->family) &&
	      (is_port_dns(m) || (given.family && given.port == swapped(PORT_DNS)));
	if (!is_told(m, sk, &given, dns))
		return 0;
	s = begin(m->kind, m->ret);
	if (!s)
		return 0;
	if (m->fd >= 0)
		put_u64(s, PARAM_FD, m->fd);
	put_u64(s, PARAM_FLAGS, m->flags);
	put_u64(s, PARAM_SIZE, m->bytes);
	put_given_address(s, m->name, m->name_length);
	put_sock(s, sk, &given);
	if (dns)
		put_data(s, m);
	flag(s, m->marks);
	if (m->cut)
		flag(s, FLAG_CUT);
	submit(s);
	return 0;
}

// Fills in what a `struct msghdr` of the caller's says. Whether it could be read.
INLINE bool described(struct message *m, u64 at)
{
	struct user_message header;

	if (bpf_probe_read_user(&header, sizeof(header), (void *)at))
		return false;
	m->name = header.name;
	m->name_length = header.name_length;
	m->vectors = header.vectors;
	m->vector_count = header.vector_count;
	return true;
}

// Length of an address that the kernel wrote, from where the caller keeps it.
INLINE u32 length_at(u64 at)
{
	u32 length = 0;

	if (at)
		bpf_probe_read_user(&length, sizeof(length), (void *)at);
	return length;
}

// Several messages of one call: as many of them as this are told.
#define MESSAGES_TOLD_MAX 8

struct several {
	u64 at;
	s64 ret;
	// What all of them have in common.
	struct message common;
};

static long tell_one(u32 index, struct several *several)
{
	u64 here = several->at + index * sizeof(struct user_messages);
	struct message m = several->common;
	u32 length = 0;

	if (index >= several->ret || !described(&m, here))
		return 1;
	bpf_probe_read_user(&length, sizeof(length), (void *)here + sizeof(struct user_message));
	m.ret = m.bytes = length;
	m.cut = index == MESSAGES_TOLD_MAX - 1 && several->ret > MESSAGES_TOLD_MAX;
	tell_message(&m);
	return 0;
}

INLINE void tell_messages(struct pt_regs *regs, s64 ret, u16 kind, bool sent)
{
	struct several several = {
		.at = argument(regs, 1),
		.ret = ret,
		.common = {
			.fd = int_argument(regs, 0),
			.flags = argument(regs, 3),
			.kind = kind,
			.sent = sent,
		},
	};

	if (ret > 0 && concerns(&several.common))
		bpf_loop(MESSAGES_TOLD_MAX, tell_one, &several, 0);
}
