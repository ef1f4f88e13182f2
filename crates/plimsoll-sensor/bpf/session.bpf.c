// Sessions and process groups: setsid, setpgid.
#pragma once
#include "calls.h"
#include "process.h"

EXIT(setsid)
{
	struct scratch *s = begin(KIND_SETSID, ctx->ret);

	if (!s)
		return 0;
	put_family(s, bpf_get_current_task_btf());
	return submit(s);
}

EXIT(setpgid)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SETPGID, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_ARG0, (s32)argument(regs, 0));
	put_u64(s, PARAM_ARG1, (s32)argument(regs, 1));
	put_family(s, bpf_get_current_task_btf());
	return submit(s);
}
