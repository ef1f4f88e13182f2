// Requests of io_uring, trimmed as in vmlinux.h. The command of a request lies at its beginning; which
// of these structures it is, its opcode says.
#pragma once
#include "../message.h"
#include "../open.bpf.c"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct io_cqe {
	s32 res;
	int fd;
};

struct io_kiocb {
	struct file *file;
	u8 opcode;
	u64 flags;
	struct io_cqe cqe;
};

struct filename {
	const char *name;
};

struct open_how {
	u64 flags;
	u64 mode;
};

struct io_open {
	int dfd;
	u32 file_slot;
	struct filename *filename;
	struct open_how how;
};

struct io_close {
	int fd;
};

struct io_rename {
	int old_dfd;
	int new_dfd;
	struct filename *oldpath;
	struct filename *newpath;
	int flags;
};

struct io_link {
	int old_dfd;
	int new_dfd;
	struct filename *oldpath;
	struct filename *newpath;
	int flags;
};

struct io_unlink {
	int dfd;
	int flags;
	struct filename *filename;
};

struct io_mkdir {
	int dfd;
	u16 mode;
	struct filename *filename;
};

struct io_connect {
	void *addr;
	int addr_len;
};

struct io_socket {
	int domain;
	int type;
	int protocol;
	u32 file_slot;
};

struct io_accept {
	int flags;
	u32 file_slot;
};

struct io_shutdown {
	int how;
};

struct io_listen {
	int backlog;
};

struct xattr_name {
	char name[GIVEN_BYTES];
};

struct kernel_xattr_ctx {
	unsigned long size;
	struct xattr_name *kname;
	u32 flags;
};

struct io_xattr {
	struct kernel_xattr_ctx ctx;
	struct filename *filename;
};

struct io_ftrunc {
	s64 len;
};

struct io_splice {
	u64 len;
	int splice_fd_in;
	u32 flags;
};

struct io_sr_msg {
	union {
		void *umsg;
		void *buf;
	};
	int len;
	u32 msg_flags;
};

#pragma clang attribute pop

// `enum io_uring_op`, a promise of the kernel's.
enum {
	OP_SENDMSG = 9,
	OP_RECVMSG = 10,
	OP_ACCEPT = 13,
	OP_CONNECT = 16,
	OP_OPENAT = 18,
	OP_CLOSE = 19,
	OP_SEND = 26,
	OP_RECV = 27,
	OP_OPENAT2 = 28,
	OP_SPLICE = 30,
	OP_SHUTDOWN = 34,
	OP_RENAMEAT = 35,
	OP_UNLINKAT = 36,
	OP_MKDIRAT = 37,
	OP_SYMLINKAT = 38,
	OP_LINKAT = 39,
	OP_FSETXATTR = 41,
	OP_SETXATTR = 42,
	OP_SOCKET = 45,
	OP_SEND_ZC = 47,
	OP_SENDMSG_ZC = 48,
	OP_FTRUNCATE = 55,
	OP_BIND = 56,
	OP_LISTEN = 57,
};

// Flags that a request has from its caller.
#define REQUEST_FIXED_FILE (1 << 0)
#define REQUEST_SKIP_SUCCESS (1 << 6)

// What a request asks for, kept from its submission until it is done: by then the kernel has given
// back its names.
struct request {
	u16 kind;
	u8 opcode;
	bool fixed;
	s32 fd;
	s32 folder;
	s32 new_folder;
	u64 flags;
	u64 mode;
	u64 slot;
	u64 data;
	u64 bytes;
	u32 address_length;
	struct given_address given;
	u8 address[SOCKADDR_BYTES_MAX];
	u32 length[2];
	u8 name[2][GIVEN_BYTES];
};

struct {
	MAP_UINT(type, MAP_LRU_HASH);
	MAP_UINT(max_entries, 4096);
	MAP_TYPE(key, u64);
	MAP_TYPE(value, struct request);
} requests SEC(".maps");

// The kind of event that an opcode is told as; 0 for what is not told.
INLINE u16 kind_of(u8 opcode)
{
	switch (opcode) {
	case OP_OPENAT: return KIND_OPENAT;
	case OP_OPENAT2: return KIND_OPENAT2;
	case OP_CLOSE: return KIND_CLOSE;
	case OP_RENAMEAT: return KIND_RENAMEAT2;
	case OP_UNLINKAT: return KIND_UNLINKAT;
	case OP_MKDIRAT: return KIND_MKDIRAT;
	case OP_SYMLINKAT: return KIND_SYMLINKAT;
	case OP_LINKAT: return KIND_LINKAT;
	case OP_FSETXATTR: return KIND_FSETXATTR;
	case OP_SETXATTR: return KIND_SETXATTR;
	case OP_FTRUNCATE: return KIND_FTRUNCATE;
	case OP_SPLICE: return KIND_SPLICE;
	case OP_SOCKET: return KIND_SOCKET;
	case OP_CONNECT: return KIND_CONNECT;
	case OP_ACCEPT: return KIND_ACCEPT4;
	case OP_BIND: return KIND_BIND;
	case OP_LISTEN: return KIND_LISTEN;
	case OP_SHUTDOWN: return KIND_SHUTDOWN;
	case OP_SEND:
	case OP_SEND_ZC: return KIND_SENDTO;
	case OP_SENDMSG:
	case OP_SENDMSG_ZC: return KIND_SENDMSG;
	case OP_RECV: return KIND_RECVFROM;
	case OP_RECVMSG: return KIND_RECVMSG;
	}
	return 0;
}
