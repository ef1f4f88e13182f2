// Sockets of the kernel, trimmed as in vmlinux.h.
#pragma once
#include "helpers.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct sock;

struct socket {
	s16 type;
	struct file *file;
	struct sock *sk;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	u8 bytes[16];
};

struct sock_common {
	u32 skc_daddr;
	u32 skc_rcv_saddr;
	u16 skc_dport;
	u16 skc_num;
	u16 skc_family;
	u8 skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	struct socket *sk_socket;
	u16 sk_protocol;
	u16 sk_type;
	struct pid *sk_peer_pid;
};

struct sockaddr_un {
	u16 sun_family;
	char sun_path[108];
};

struct unix_address {
	int len;
	struct sockaddr_un name[1];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct path path;
	struct sock *peer;
};

#pragma clang attribute pop

// What callers hand over: the kernel's promise to them.
struct iovec {
	u64 base;
	u64 length;
};

struct user_message {
	u64 name;
	u32 name_length;
	u32 padding;
	u64 vectors;
	u64 vector_count;
	u64 control;
	u64 control_length;
	u32 flags;
};

struct user_messages {
	struct user_message message;
	u32 padding;
	u32 length;
};

// The beginnings of sockaddr_in and sockaddr_in6, ports and addresses in network order.
struct given_address {
	u16 family;
	u16 port;
	u8 four[4];
	u8 six[16];
};

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_SEQPACKET 5
#define SOCKADDR_BYTES_MAX 128
#define PORT_DNS 53

INLINE u16 swapped(u16 value)
{
	return __builtin_bswap16(value);
}
