// Who a process is: the setuid and setgid families, setgroups, capset. Arguments as they were given,
// credentials as they are now.
#pragma once
#include "calls.h"
#include "process.h"

INLINE int changed(u16 kind, s64 ret, u32 arguments)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(kind, ret);

	if (!s)
		return 0;
	if (arguments > 0)
		put_u64(s, PARAM_ARG0, argument(regs, 0));
	if (arguments > 1)
		put_u64(s, PARAM_ARG1, argument(regs, 1));
	if (arguments > 2)
		put_u64(s, PARAM_ARG2, argument(regs, 2));
	put_credentials(s, bpf_get_current_task_btf());
	return submit(s);
}

EXIT(setuid)
{
	return changed(KIND_SETUID, ctx->ret, 1);
}

EXIT(setgid)
{
	return changed(KIND_SETGID, ctx->ret, 1);
}

EXIT(setreuid)
{
	return changed(KIND_SETREUID, ctx->ret, 2);
}

EXIT(setregid)
{
	return changed(KIND_SETREGID, ctx->ret, 2);
}

EXIT(setresuid)
{
	return changed(KIND_SETRESUID, ctx->ret, 3);
}

EXIT(setresgid)
{
	return changed(KIND_SETRESGID, ctx->ret, 3);
}

EXIT(setfsuid)
{
	return changed(KIND_SETFSUID, ctx->ret, 1);
}

EXIT(setfsgid)
{
	return changed(KIND_SETFSGID, ctx->ret, 1);
}

EXIT(setgroups)
{
	return changed(KIND_SETGROUPS, ctx->ret, 1);
}

EXIT(capset)
{
	return changed(KIND_CAPSET, ctx->ret, 0);
}
