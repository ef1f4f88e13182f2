// Kernel programs of others: bpf.
//
// Work with the entries of maps and questions are not told: tools that measure ask thousands of times.
// Parameters: request (the command), size, text (name of the program or map), arg0 (its type), path
// as name (pinning).
#pragma once
#include "../call.h"

#define BPF_MAP_CREATE 0
#define BPF_MAP_LOOKUP_ELEM 1
#define BPF_MAP_GET_NEXT_KEY 4
#define BPF_PROG_LOAD 5
#define BPF_OBJ_PIN 6
#define BPF_OBJ_GET 7
#define BPF_PROG_GET_NEXT_ID 11
#define BPF_MAP_GET_NEXT_ID 12
#define BPF_OBJ_GET_INFO_BY_FD 15
#define BPF_TASK_FD_QUERY 20
#define BPF_BTF_GET_NEXT_ID 23
#define BPF_MAP_LOOKUP_BATCH 24
#define BPF_MAP_DELETE_BATCH 27
#define BPF_LINK_GET_NEXT_ID 31
#define BPF_NAME_BYTES 16
#define PROG_NAME_AT 48
#define MAP_NAME_AT 28

INLINE bool is_question(u32 command)
{
	if (command >= BPF_MAP_LOOKUP_ELEM && command <= BPF_MAP_GET_NEXT_KEY)
		return true;
	if (command >= BPF_MAP_LOOKUP_BATCH && command <= BPF_MAP_DELETE_BATCH)
		return true;
	switch (command) {
	case BPF_PROG_GET_NEXT_ID:
	case BPF_MAP_GET_NEXT_ID:
	case BPF_OBJ_GET_INFO_BY_FD:
	case BPF_TASK_FD_QUERY:
	case BPF_BTF_GET_NEXT_ID:
	case BPF_LINK_GET_NEXT_ID:
		return true;
	}
	return false;
}

CALL_IF(bpf, KIND_BPF, !is_question(argument(regs, 0)))
{
	u32 command = argument(regs, 0), size = argument(regs, 2), type = 0;
	u64 attributes = argument(regs, 1), name = 0;

	put_u64(s, PARAM_REQUEST, command);
	put_u64(s, PARAM_SIZE, size);
	if (command == BPF_MAP_CREATE || command == BPF_PROG_LOAD) {
		u32 at = command == BPF_PROG_LOAD ? PROG_NAME_AT : MAP_NAME_AT;

		if (bpf_probe_read_user(&type, sizeof(type), (void *)attributes))
			flag(s, FLAG_FAULT);
		put_u64(s, PARAM_ARG0, type);
		if (size >= at + BPF_NAME_BYTES)
			put_user_text(s, PARAM_TEXT, (void *)attributes + at, BPF_NAME_BYTES);
	} else if (command == BPF_OBJ_PIN || command == BPF_OBJ_GET) {
		if (!bpf_probe_read_user(&name, sizeof(name), (void *)attributes))
			put_user_text(s, PARAM_NAME, (void *)name, NAME_BYTES);
	}
}
