// The time is set: settimeofday, clock_settime, adjtimex, clock_adjtime.
//
// Questions (adjtimex without modes) are not told. Parameters: request (the clock), mode (what is
// adjusted), arg1 (seconds since 1970).
#pragma once
#include "../call.h"

INLINE u32 modes_at(u64 at)
{
	u32 modes = 0;

	bpf_probe_read_user(&modes, sizeof(modes), (void *)at);
	return modes;
}

INLINE void put_seconds(struct scratch *s, u64 at)
{
	s64 seconds = 0;

	if (!at)
		return;
	if (bpf_probe_read_user(&seconds, sizeof(seconds), (void *)at))
		flag(s, FLAG_FAULT);
	else
		put_u64(s, PARAM_ARG1, seconds);
}

CALL(settimeofday, KIND_SETTIMEOFDAY)
{
	put_seconds(s, argument(regs, 0));
}

CALL(clock_settime, KIND_CLOCK_SETTIME)
{
	put_uint(s, PARAM_REQUEST, regs, 0);
	put_seconds(s, argument(regs, 1));
}

CALL_IF(adjtimex, KIND_ADJTIMEX, modes_at(argument(regs, 0)))
{
	put_u64(s, PARAM_MODE, modes_at(argument(regs, 0)));
}

CALL_IF(clock_adjtime, KIND_CLOCK_ADJTIME, modes_at(argument(regs, 1)))
{
	put_uint(s, PARAM_REQUEST, regs, 0);
	put_u64(s, PARAM_MODE, modes_at(argument(regs, 1)));
}
