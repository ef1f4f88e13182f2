// Tells of a request in the terms of the system call that does the same, with FLAG_IO_URING.
#pragma once
#include "types.h"

#ifndef S_IFREG
#define S_IFREG 0100000
#endif
// The file to splice from lies in a slot.
#define SPLICE_FROM_SLOT (1u << 31)

// A name that was kept, in `s->name`.
INLINE u32 recalled(struct scratch *s, struct request *request, u32 second)
{
	u32 length = request->length[second & 1] & (GIVEN_BYTES - 1);

	OPAQUE(length);
	bpf_probe_read_kernel(s->name, GIVEN_BYTES, request->name[second & 1]);
	if (length == GIVEN_BYTES - 1)
		flag(s, FLAG_CUT);
	return length;
}

INLINE void put_kept(struct scratch *s, struct request *request)
{
	u32 length = recalled(s, request, 0);

	put_kernel(s, PARAM_NAME, s->name, length);
	if (request->folder != AT_FDCWD)
		put_u64(s, PARAM_DIR_FD, (s64)request->folder);
	// What a symbolic link says is no path.
	if (request->opcode != OP_SYMLINKAT)
		put_joined(s, PARAM_PATH, request->folder, length);
}

INLINE void put_second_kept(struct scratch *s, struct request *request)
{
	u32 length = recalled(s, request, 1);

	put_kernel(s, PARAM_NEW_NAME, s->name, length);
	if (request->new_folder != AT_FDCWD)
		put_u64(s, PARAM_NEW_DIR_FD, (s64)request->new_folder);
	put_joined(s, PARAM_NEW_PATH, request->new_folder, length);
}

// An open file or socket goes to a slot that only rings know, or becomes a descriptor.
INLINE struct file *made(struct request *request, s64 ret)
{
	return ret < 0 || request->slot ? NULL : file_of(ret);
}

INLINE void put_open(struct scratch *s, struct request *request, s64 ret)
{
	struct file *file = made(request, ret);

	put_u64(s, PARAM_FLAGS, request->flags);
	put_u64(s, PARAM_MODE, request->mode & 07777);
	if (!file) {
		put_kept(s, request);
		return;
	}
	put_kernel(s, PARAM_NAME, s->name, recalled(s, request, 0));
	if (request->folder != AT_FDCWD)
		put_u64(s, PARAM_DIR_FD, (s64)request->folder);
	put_u64(s, PARAM_FD, ret);
	put_file(s, file);
}

INLINE struct sock *sock_behind(struct file *file)
{
	struct inode *inode;
	struct socket *socket;

	if (!file)
		return NULL;
	inode = GET(file, f_inode);
	if ((GET(inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = GET(file, private_data);
	return GET(socket, sk);
}

NOINLINE int put_names(struct scratch *s, struct request *request, s64 ret)
{
	if (!s || !request)
		return 0;
	switch (request->opcode) {
	case OP_OPENAT:
	case OP_OPENAT2:
		put_open(s, request, ret);
		break;
	case OP_CLOSE:
		put_u64(s, PARAM_FD, (s64)request->fd);
		break;
	case OP_RENAMEAT:
	case OP_LINKAT:
	case OP_SYMLINKAT:
		put_u64(s, PARAM_FLAGS, request->flags);
		put_kept(s, request);
		put_second_kept(s, request);
		break;
	case OP_UNLINKAT:
	case OP_MKDIRAT:
		put_u64(s, request->opcode == OP_UNLINKAT ? PARAM_FLAGS : PARAM_MODE, request->flags);
		put_kept(s, request);
		break;
	}
	return 0;
}

NOINLINE int put_contents(struct scratch *s, struct request *request, struct file *file)
{
	if (!s || !request)
		return 0;
	if (request->opcode == OP_SPLICE) {
		put_fd(s, (s64)request->folder);
		if (!request->fixed)
			put_u64(s, PARAM_NEW_FD, (s64)request->fd);
	} else if (request->opcode == OP_SETXATTR) {
		request->folder = AT_FDCWD;
		put_kept(s, request);
	} else {
		if (!request->fixed)
			put_u64(s, PARAM_FD, (s64)request->fd);
		put_file(s, file);
	}
	if (request->opcode == OP_SETXATTR || request->opcode == OP_FSETXATTR) {
		u32 length = recalled(s, request, 1);

		put_kernel(s, PARAM_TEXT, s->name, length);
	}
	put_u64(s, PARAM_SIZE, request->bytes);
	if (request->opcode != OP_FTRUNCATE)
		put_u64(s, PARAM_FLAGS, request->flags);
	return 0;
}

NOINLINE int put_socket_work(struct scratch *s, struct request *request, struct file *file, s64 ret)
{
	struct sock *sk = sock_behind(file);
	struct given_address given;

	if (!s || !request)
		return 0;
	given = request->given;
	if (request->opcode != OP_SOCKET && !request->fixed)
		put_u64(s, PARAM_FD, (s64)request->fd);
	switch (request->opcode) {
	case OP_SOCKET:
		put_u64(s, PARAM_SOCK_FAMILY, request->data);
		put_u64(s, PARAM_SOCK_TYPE, request->flags & 0xf);
		put_u64(s, PARAM_FLAGS, request->flags & ~0xfull);
		put_u64(s, PARAM_SOCK_PROTOCOL, request->mode);
		if (made(request, ret))
			put_u64(s, PARAM_FD, ret);
		return 0;
	case OP_ACCEPT:
		if (made(request, ret)) {
			put_u64(s, PARAM_NEW_FD, ret);
			sk = sock_of(ret);
		}
		put_u64(s, PARAM_FLAGS, request->flags);
		break;
	case OP_LISTEN:
	case OP_SHUTDOWN:
		put_u64(s, PARAM_ARG1, request->flags);
		break;
	case OP_CONNECT:
		put_kernel(s, PARAM_GIVEN_ADDRESS, request->address,
			   request->address_length & (2 * SOCKADDR_BYTES_MAX - 1));
		if (sk && GET(sk, __sk_common.skc_dport))
			given.family = 0;
		break;
	}
	if (sk)
		put_sock(s, sk, &given);
	else
		put_remote_as_given(s, &given);
	return 0;
}

INLINE bool is_message(u8 opcode)
{
	return opcode == OP_SEND || opcode == OP_SEND_ZC || opcode == OP_SENDMSG ||
	       opcode == OP_SENDMSG_ZC || opcode == OP_RECV || opcode == OP_RECVMSG;
}

INLINE bool is_about_names(u8 opcode)
{
	return opcode == OP_OPENAT || opcode == OP_OPENAT2 || opcode == OP_CLOSE ||
	       (opcode >= OP_RENAMEAT && opcode <= OP_LINKAT);
}

INLINE bool is_about_contents(u8 opcode)
{
	return opcode == OP_SPLICE || opcode == OP_FSETXATTR || opcode == OP_SETXATTR ||
	       opcode == OP_FTRUNCATE;
}

INLINE u32 form_behind(struct file *file)
{
	struct inode *inode = file ? GET(file, f_inode) : NULL;

	return inode ? GET(inode, i_mode) & S_IFMT : 0;
}

// As with the system call: from a regular file, and not to a socket.
INLINE bool is_splice_told(struct request *request, struct file *to)
{
	return !(request->flags & SPLICE_FROM_SLOT) &&
	       form_behind(file_of(request->folder)) == S_IFREG && form_behind(to) != S_IFSOCK;
}

// Whether an open of this sort is told. None is left out because another one was of no concern.
INLINE bool is_open_wanted(struct request *request, s64 ret)
{
	struct config *config = settings();

	return config && opens_told(config, ret, request->flags) != OPENS_NONE;
}

NOINLINE int tell_message_work(struct request *request, struct file *file, s64 ret)
{
	struct message m = {
		.fd = request->fd,
		.ret = ret,
		.data = request->data,
		.bytes = ret > 0 ? ret : 0,
		.flags = request->flags,
		.kind = request->kind,
		.marks = FLAG_IO_URING,
		.sent = request->kind == KIND_SENDTO || request->kind == KIND_SENDMSG,
	};

	if (!m.sent && ret < 0)
		return 0;
	// A slot of the ring is no descriptor; the socket in it is known to the request.
	if (request->fixed)
		m.fd = -1;
	if (!(request->fixed ? know_socket(&m, sock_behind(file)) : find_socket(&m)) || !matters(&m))
		return 0;
	if (request->kind == KIND_SENDMSG || request->kind == KIND_RECVMSG) {
		m.data = 0;
		if (!described(&m, request->data))
			return 0;
	}
	return tell_message(&m);
}

INLINE int tell_request(struct request *request, struct file *file, s64 ret, u16 marks)
{
	struct scratch *s;

	if (is_message(request->opcode))
		return tell_message_work(request, file, ret);
	if (request->opcode == OP_SPLICE && !is_splice_told(request, file))
		return 0;
	if ((request->kind == KIND_OPENAT || request->kind == KIND_OPENAT2) &&
	    !is_open_wanted(request, ret))
		return 0;
	s = begin(request->kind, ret);
	if (!s)
		return 0;
	flag(s, marks);
	if (is_about_names(request->opcode))
		put_names(s, request, ret);
	else if (is_about_contents(request->opcode))
		put_contents(s, request, file);
	else
		put_socket_work(s, request, file, ret);
	submit(s);
	return 0;
}
