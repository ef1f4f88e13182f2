// Second descriptors for a file: dup, dup2, dup3, and fcntl when it does the same.
#pragma once
#include "calls.h"

#define F_DUPFD 0
#define F_DUPFD_CLOEXEC 1030

NOINLINE int duplicated(u16 kind, s64 ret, u64 flags)
{
	s32 fd = argument(registers(), 0);
	struct scratch *s = begin(kind, ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_FD, (s64)fd);
	if (ret >= 0)
		put_u64(s, PARAM_NEW_FD, ret);
	if (flags)
		put_u64(s, PARAM_FLAGS, flags);
	put_file(s, file_of(ret >= 0 ? ret : fd));
	return submit(s);
}

EXIT(dup)
{
	return duplicated(KIND_DUP, ctx->ret, 0);
}

EXIT(dup2)
{
	return duplicated(KIND_DUP2, ctx->ret, 0);
}

EXIT(dup3)
{
	return duplicated(KIND_DUP3, ctx->ret, argument(registers(), 2));
}

EXIT(fcntl)
{
	u64 command = argument(registers(), 1);

	if (command != F_DUPFD && command != F_DUPFD_CLOEXEC)
		return 0;
	return duplicated(KIND_FCNTL, ctx->ret, 0);
}
