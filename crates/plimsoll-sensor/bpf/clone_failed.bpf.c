// A process or thread that could not be made. One that was made is told by sched_process_fork.
#pragma once
#include "calls.h"

INLINE int clone_failed(u16 kind, s64 ret, u64 flags)
{
	struct scratch *s;

	if (ret >= 0)
		return 0;
	s = begin(kind, ret);
	if (!s)
		return 0;
	put_u64(s, PARAM_CLONE_FLAGS, flags);
	return submit(s);
}

EXIT(clone)
{
	return clone_failed(KIND_CLONE, ctx->ret, argument(registers(), 0));
}

EXIT(clone3)
{
	u64 flags = 0;

	// The flags come first in what it points to; where that cannot be read they stay 0.
	if (ctx->ret < 0)
		bpf_probe_read_user(&flags, sizeof(flags), (void *)argument(registers(), 0));
	return clone_failed(KIND_CLONE3, ctx->ret, flags);
}

EXIT(fork)
{
	return clone_failed(KIND_FORK, ctx->ret, 0);
}

EXIT(vfork)
{
	return clone_failed(KIND_VFORK, ctx->ret, 0);
}
