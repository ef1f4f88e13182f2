// Who a process is: the setuid and setgid families, setgroups, capset. Arguments as they were given,
// credentials as they are now.
#pragma once
#include "calls.h"
#include "process.h"

EXIT(setuid)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SETUID, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_ARG0, argument(regs, 0));
	put_credentials(s, bpf_get_current_task_btf());
	return submit(s);
}

EXIT(setgid)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SETGID, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_ARG0, argument(regs, 0));
	put_credentials(s, bpf_get_current_task_btf());
	return submit(s);
}

EXIT(setreuid)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SETREUID, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_ARG0, argument(regs, 0));
	put_u64(s, PARAM_ARG1, argument(regs, 1));
	put_credentials(s, bpf_get_current_task_btf());
	return submit(s);
}

EXIT(setregid)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SETREGID, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_ARG0, argument(regs, 0));
	put_u64(s, PARAM_ARG1, argument(regs, 1));
	put_credentials(s, bpf_get_current_task_btf());
	return submit(s);
}

EXIT(setresuid)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SETRESUID, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_ARG0, argument(regs, 0));
	put_u64(s, PARAM_ARG1, argument(regs, 1));
	put_u64(s, PARAM_ARG2, argument(regs, 2));
	put_credentials(s, bpf_get_current_task_btf());
	return submit(s);
}

EXIT(setresgid)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SETRESGID, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_ARG0, argument(regs, 0));
	put_u64(s, PARAM_ARG1, argument(regs, 1));
	put_u64(s, PARAM_ARG2, argument(regs, 2));
	put_credentials(s, bpf_get_current_task_btf());
	return submit(s);
}

EXIT(setfsuid)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SETFSUID, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_ARG0, argument(regs, 0));
	put_credentials(s, bpf_get_current_task_btf());
	return submit(s);
}

EXIT(setfsgid)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SETFSGID, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_ARG0, argument(regs, 0));
	put_credentials(s, bpf_get_current_task_btf());
	return submit(s);
}

EXIT(setgroups)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_SETGROUPS, ctx->ret);

	if (!s)
		return 0;
	put_u64(s, PARAM_ARG0, argument(regs, 0));
	put_credentials(s, bpf_get_current_task_btf());
	return submit(s);
}

EXIT(capset)
{
	struct scratch *s = begin(KIND_CAPSET, ctx->ret);

	if (!s)
		return 0;
	put_credentials(s, bpf_get_current_task_btf());
	return submit(s);
}
