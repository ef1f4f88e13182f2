// A descriptor that goes: close. There is nothing left to be told of the file.
#pragma once
#include "calls.h"

EXIT(close)
{
	struct scratch *s = begin(KIND_CLOSE, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_FD, (s32)argument(registers(), 0));
	return submit(s);
}
