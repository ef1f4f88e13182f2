// An execve or execveat that failed. One that succeeded is told by sched_process_exec.
#pragma once
#include "calls.h"

#define ARGS_COUNT_MAX 128
#define ARG_BYTES_MAX 4096
#define TRIED_BYTES_MAX 8192

struct argument_walk {
	struct scratch *s;
	const u64 *next;
	u32 used;
};

// One argument, with its NUL. They gather in `s->path`.
static long argument_step(u32 index, struct argument_walk *walk)
{
	struct scratch *s = walk->s;
	u32 used = walk->used;
	u64 pointer = 0;
	s64 length;

	if (bpf_probe_read_user(&pointer, sizeof(pointer), walk->next) || !pointer)
		return 1;
	if (used >= TRIED_BYTES_MAX - ARG_BYTES_MAX) {
		flag(s, FLAG_CUT);
		return 1;
	}
	used &= PATH_MASK / 2;
	OPAQUE(used);
	length = bpf_probe_read_user_str(&s->path[used], ARG_BYTES_MAX, (void *)pointer);
	if (length <= 0) {
		flag(s, FLAG_FAULT);
		return 1;
	}
	if (length == ARG_BYTES_MAX)
		flag(s, FLAG_CUT);
	walk->used = used + length;
	walk->next++;
	return 0;
}

NOINLINE int put_tried(struct scratch *s, const void *arguments)
{
	struct argument_walk walk = { .s = s, .next = arguments };

	if (!s || !arguments)
		return 0;
	if (bpf_loop(ARGS_COUNT_MAX, argument_step, &walk, 0) == ARGS_COUNT_MAX)
		flag(s, FLAG_CUT);
	return put_kernel(s, PARAM_ARGS, s->path, walk.used);
}

EXIT(execve)
{
	struct pt_regs *regs = registers();
	struct scratch *s;

	if (ctx->ret >= 0)
		return 0;
	s = begin(KIND_EXECVE, ctx->ret);
	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 0), AT_FDCWD);
	put_tried(s, (void *)argument(regs, 1));
	return submit(s);
}

EXIT(execveat)
{
	struct pt_regs *regs = registers();
	struct scratch *s;

	if (ctx->ret >= 0)
		return 0;
	s = begin(KIND_EXECVEAT, ctx->ret);
	if (!s)
		return 0;
	put_name(s, (void *)argument(regs, 1), argument(regs, 0));
	put_tried(s, (void *)argument(regs, 2));
	put_u64(s, PARAM_FLAGS, argument(regs, 4));
	return submit(s);
}
