// What a process asks of the kernel about itself: prctl. Names are told when they are set.
#pragma once
#include "calls.h"

#define PR_SET_NAME 15
#define COMM_BYTES 16

EXIT(prctl)
{
	struct pt_regs *regs = registers();
	struct scratch *s = begin(KIND_PRCTL, ctx->ret);
	u64 option = argument(regs, 0);

	if (!s)
		return 0;
	put_u64(s, PARAM_REQUEST, option);
	if (option == PR_SET_NAME) {
		put_kernel_text(s, PARAM_COMM, bpf_get_current_task_btf()->comm, COMM_BYTES);
	} else {
		put_u64(s, PARAM_ARG1, argument(regs, 1));
		put_u64(s, PARAM_ARG2, argument(regs, 2));
		put_u64(s, PARAM_ARG3, argument(regs, 3));
		put_u64(s, PARAM_ARG4, argument(regs, 4));
	}
	return submit(s);
}
