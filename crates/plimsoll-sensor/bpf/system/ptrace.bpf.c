// Another process's memory and registers: ptrace, process_vm_readv, process_vm_writev.
//
// Of ptrace only what begins tracing or changes the other is told; a debugger's reading, stepping and
// going on are not. Parameters: request, target_pid (the host's), arg2 and arg3 raw; size.
#pragma once
#include "../pids.h"

#define PTRACE_TRACEME 0
#define PTRACE_POKETEXT 4
#define PTRACE_POKEDATA 5
#define PTRACE_POKEUSR 6
#define PTRACE_KILL 8
#define PTRACE_SETREGS 13
#define PTRACE_SETFPREGS 15
#define PTRACE_ATTACH 16
#define PTRACE_SETREGSET 0x4205
#define PTRACE_SEIZE 0x4206

INLINE bool changes_other(u64 request)
{
	switch (request) {
	case PTRACE_TRACEME:
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
	case PTRACE_POKEUSR:
	case PTRACE_KILL:
	case PTRACE_SETREGS:
	case PTRACE_SETFPREGS:
	case PTRACE_ATTACH:
	case PTRACE_SETREGSET:
	case PTRACE_SEIZE:
		return true;
	}
	return false;
}

CALL_IF(ptrace, KIND_PTRACE, changes_other(argument(regs, 0)))
{
	u64 request = argument(regs, 0);

	put_u64(s, PARAM_REQUEST, request);
	if (request != PTRACE_TRACEME)
		put_u64(s, PARAM_TARGET_PID, host_number(int_argument(regs, 1)));
	put_long(s, PARAM_ARG2, regs, 2);
	put_long(s, PARAM_ARG3, regs, 3);
}

CALL(process_vm_readv, KIND_PROCESS_VM_READV)
{
	put_u64(s, PARAM_TARGET_PID, host_number(int_argument(regs, 0)));
	put_u64(s, PARAM_SIZE, ret > 0 ? ret : 0);
}

CALL(process_vm_writev, KIND_PROCESS_VM_WRITEV)
{
	put_u64(s, PARAM_TARGET_PID, host_number(int_argument(regs, 0)));
	put_u64(s, PARAM_SIZE, ret > 0 ? ret : 0);
}
