// What a process does to itself: seccomp, personality, landlock_restrict_self.
//
// Questions for the personality are not told. Parameters: request, flags, fd.
#pragma once
#include "../call.h"

#define PERSONALITY_ASK 0xffffffff

CALL(seccomp, KIND_SECCOMP)
{
	put_uint(s, PARAM_REQUEST, regs, 0);
	put_uint(s, PARAM_FLAGS, regs, 1);
}

CALL_IF(personality, KIND_PERSONALITY, (u32)argument(regs, 0) != PERSONALITY_ASK)
{
	put_uint(s, PARAM_REQUEST, regs, 0);
}

CALL(landlock_restrict_self, KIND_LANDLOCK_RESTRICT_SELF)
{
	put_int(s, PARAM_FD, regs, 0);
	put_uint(s, PARAM_FLAGS, regs, 1);
}
