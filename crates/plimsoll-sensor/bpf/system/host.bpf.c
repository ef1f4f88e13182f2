// The machine as a whole: sethostname, setdomainname, reboot, swapon, swapoff, quotactl, syslog, acct,
// iopl, ioperm.
//
// Parameters: text (a name), name and path (a file), request, flags, size, raw arguments.
#pragma once
#include "../call.h"

#define REBOOT_RESTART2 0xa1b2c3d4
#define HOST_NAME_BYTES 64

INLINE void put_host_name(struct scratch *s, struct pt_regs *regs)
{
	u64 length = argument(regs, 1);

	put_user(s, PARAM_TEXT, (void *)argument(regs, 0),
		 length > HOST_NAME_BYTES ? HOST_NAME_BYTES : length);
}

CALL(sethostname, KIND_SETHOSTNAME)
{
	put_host_name(s, regs);
}

CALL(setdomainname, KIND_SETDOMAINNAME)
{
	put_host_name(s, regs);
}

// One that succeeds does not return: it is told when it is entered.
ENTER(reboot)
{
	struct scratch *s = begin(KIND_REBOOT, 0);

	if (!s)
		return 0;
	flag(s, FLAG_ENTER);
	put_u64(s, PARAM_REQUEST, (u32)ctx->args[2]);
	if ((u32)ctx->args[2] == REBOOT_RESTART2)
		put_user_text(s, PARAM_TEXT, (void *)ctx->args[3], NAME_BYTES);
	return submit(s);
}

CALL(swapon, KIND_SWAPON)
{
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_uint(s, PARAM_FLAGS, regs, 1);
}

CALL(swapoff, KIND_SWAPOFF)
{
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
}

CALL(quotactl, KIND_QUOTACTL)
{
	put_uint(s, PARAM_REQUEST, regs, 0);
	if (argument(regs, 1))
		put_name(s, (void *)argument(regs, 1), AT_FDCWD);
	put_uint(s, PARAM_ARG2, regs, 2);
}

CALL(syslog, KIND_SYSLOG)
{
	put_uint(s, PARAM_REQUEST, regs, 0);
	put_int(s, PARAM_SIZE, regs, 2);
}

CALL(acct, KIND_ACCT)
{
	if (argument(regs, 0))
		put_name(s, (void *)argument(regs, 0), AT_FDCWD);
}

CALL(iopl, KIND_IOPL)
{
	put_uint(s, PARAM_REQUEST, regs, 0);
}

CALL(ioperm, KIND_IOPERM)
{
	put_long(s, PARAM_ARG0, regs, 0);
	put_long(s, PARAM_ARG1, regs, 1);
	put_int(s, PARAM_ARG2, regs, 2);
}
