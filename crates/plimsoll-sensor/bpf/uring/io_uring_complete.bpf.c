// Work of a ring is done: told with its result, by the process that handed it in.
#pragma once
#include "tell.h"

SEC("tp_btf/io_uring_complete")
int io_uring_complete(u64 *ctx)
{
	// The tracepoint's own arguments have changed over time; the request has its result in all.
	struct io_kiocb *req = (void *)ctx[1];
	u64 key = (u64)req;
	struct request *request;

	if (!req)
		return 0;
	request = bpf_map_lookup_elem(&requests, &key);
	if (!request)
		return 0;
	// One that was given up without a word leaves its entry to whatever the kernel does next in its
	// place; work of the same kind would have written its own.
	if (GET(req, opcode) == request->opcode)
		tell_request(request, GET(req, file), GET(req, cqe.res), FLAG_IO_URING);
	bpf_map_delete_elem(&requests, &key);
	return 0;
}
