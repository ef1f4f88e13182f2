// Work was handed to a ring. Kept until it is done; work whose success is not to be reported to its
// caller is told at once, without a result.
//
// Not told: reading and writing, what lies in slots of the ring (names and addresses of work with them
// are), the second and later connections of one request to accept many. The whole list, opcode by
// opcode, stands in docs/runtime-seen.md.
#pragma once
#include "tell.h"

INLINE void keep_name(struct request *request, u32 second, struct filename *name)
{
	s64 length = bpf_probe_read_kernel_str(request->name[second & 1], GIVEN_BYTES, GET(name, name));

	request->length[second & 1] = length > 0 ? length - 1 : 0;
}

// What a request for a file or folder asks for.
NOINLINE int keep_names(struct request *request, struct io_kiocb *req)
{
	struct io_open *open = (void *)req;
	struct io_rename *rename = (void *)req;
	struct io_link *link = (void *)req;
	struct io_unlink *unlink = (void *)req;
	struct io_mkdir *mkdir = (void *)req;
	struct io_close *close = (void *)req;

	if (!request)
		return 0;
	switch (request->opcode) {
	case OP_OPENAT:
	case OP_OPENAT2:
		request->folder = GET(open, dfd);
		request->slot = GET(open, file_slot);
		request->flags = GET(open, how.flags);
		request->mode = GET(open, how.mode);
		keep_name(request, 0, GET(open, filename));
		break;
	case OP_RENAMEAT:
		request->folder = GET(rename, old_dfd);
		request->new_folder = GET(rename, new_dfd);
		request->flags = GET(rename, flags);
		keep_name(request, 0, GET(rename, oldpath));
		keep_name(request, 1, GET(rename, newpath));
		break;
	case OP_LINKAT:
	case OP_SYMLINKAT:
		request->folder = request->opcode == OP_LINKAT ? GET(link, old_dfd) : AT_FDCWD;
		request->new_folder = GET(link, new_dfd);
		request->flags = GET(link, flags);
		keep_name(request, 0, GET(link, oldpath));
		keep_name(request, 1, GET(link, newpath));
		break;
	case OP_UNLINKAT:
		request->folder = GET(unlink, dfd);
		request->flags = GET(unlink, flags);
		keep_name(request, 0, GET(unlink, filename));
		break;
	case OP_MKDIRAT:
		request->folder = GET(mkdir, dfd);
		request->flags = GET(mkdir, mode);
		keep_name(request, 0, GET(mkdir, filename));
		break;
	case OP_CLOSE:
		request->fd = GET(close, fd);
		break;
	}
	return 0;
}

// What a request about an open file's contents or attributes asks for.
NOINLINE int keep_contents(struct request *request, struct io_kiocb *req)
{
	struct io_xattr *xattr = (void *)req;
	struct io_ftrunc *truncate = (void *)req;
	struct io_splice *splice = (void *)req;
	s64 length;

	if (!request)
		return 0;
	switch (request->opcode) {
	case OP_SETXATTR:
	case OP_FSETXATTR:
		request->bytes = GET(xattr, ctx.size);
		request->flags = GET(xattr, ctx.flags);
		length = bpf_probe_read_kernel_str(request->name[1], GIVEN_BYTES, GET(xattr, ctx.kname));
		request->length[1] = length > 0 ? length - 1 : 0;
		if (request->opcode == OP_SETXATTR)
			keep_name(request, 0, GET(xattr, filename));
		break;
	case OP_FTRUNCATE:
		request->bytes = GET(truncate, len);
		break;
	case OP_SPLICE:
		request->bytes = GET(splice, len);
		request->flags = GET(splice, flags);
		request->folder = GET(splice, splice_fd_in);
		break;
	}
	return 0;
}

// What a request about a socket asks for. Addresses are the caller's memory: read here, as the kernel
// has just done or is about to do.
NOINLINE int keep_socket(struct request *request, struct io_kiocb *req)
{
	struct io_connect *connect = (void *)req;
	struct io_socket *socket = (void *)req;
	struct io_accept *accept = (void *)req;
	struct io_shutdown *shutdown = (void *)req;
	struct io_listen *listen = (void *)req;
	struct io_sr_msg *message = (void *)req;
	u32 length;

	if (!request)
		return 0;
	switch (request->opcode) {
	case OP_CONNECT:
		length = GET(connect, addr_len);
		if (length > SOCKADDR_BYTES_MAX)
			length = SOCKADDR_BYTES_MAX;
		request->address_length = length;
		request->given = given_at((u64)GET(connect, addr), length);
		bpf_probe_read_user(request->address, length, GET(connect, addr));
		break;
	case OP_SOCKET:
		request->data = GET(socket, domain);
		request->flags = GET(socket, type);
		request->mode = GET(socket, protocol);
		request->slot = GET(socket, file_slot);
		break;
	case OP_ACCEPT:
		request->flags = GET(accept, flags);
		request->slot = GET(accept, file_slot);
		break;
	case OP_SHUTDOWN:
		request->flags = GET(shutdown, how);
		break;
	case OP_LISTEN:
		request->flags = GET(listen, backlog);
		break;
	case OP_BIND:
		break;
	default:
		request->data = (u64)GET(message, buf);
		request->bytes = GET(message, len);
		request->flags = GET(message, msg_flags);
	}
	return 0;
}

SEC("tp_btf/io_uring_submit_req")
int io_uring_submit_req(u64 *ctx)
{
	struct io_kiocb *req = (void *)ctx[0];
	u8 opcode = GET(req, opcode);
	u16 kind = kind_of(opcode);
	u64 key = (u64)req, flags;
	struct request *request;
	struct scratch *s;

	if (!kind || !wanted(kind))
		return 0;
	s = claim();
	if (!s) {
		next_sequence();
		lose(kind, LOSS_SCRATCH);
		return 0;
	}
	flags = GET(req, flags);
	request = (struct request *)s->name;
	__builtin_memset(request, 0, __builtin_offsetof(struct request, address));
	request->length[0] = request->length[1] = 0;
	request->kind = kind;
	request->opcode = opcode;
	request->fixed = flags & REQUEST_FIXED_FILE;
	request->fd = GET(req, cqe.fd);
	request->folder = request->new_folder = AT_FDCWD;
	if (is_about_names(opcode))
		keep_names(request, req);
	else if (is_about_contents(opcode))
		keep_contents(request, req);
	else
		keep_socket(request, req);
	bpf_map_update_elem(&requests, &key, request, UPDATE_ANY);
	discard(s);
	if (!(flags & REQUEST_SKIP_SUCCESS))
		return 0;
	request = bpf_map_lookup_elem(&requests, &key);
	if (!request)
		return 0;
	// Whatever it makes cannot be found yet, as if it went to a slot.
	request->slot = 1;
	tell_request(request, GET(req, file), 0, FLAG_IO_URING | FLAG_ENTER);
	bpf_map_delete_elem(&requests, &key);
	return 0;
}
