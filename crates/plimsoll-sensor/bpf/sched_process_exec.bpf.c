// A program was started: the event of a successful execve or execveat, with all that is known of the
// process from now on. It runs before the first instruction of the new program.
#pragma once
#include "process.h"

#define ARGS_BYTES_MAX 32768
#define ENV_BYTES_MAX 4096
#define ENV_COUNT_MAX 512

struct env_key {
	u32 bits;
	u8 text[ENV_NAME_BYTES];
};

// Names of variables, each with its `=`, that are told.
struct {
	MAP_UINT(type, MAP_LPM_TRIE);
	MAP_UINT(map_flags, MAP_NO_PREALLOC);
	MAP_UINT(max_entries, 64);
	MAP_TYPE(key, struct env_key);
	MAP_TYPE(value, u64);
} env_names SEC(".maps");

struct env_walk {
	struct scratch *s;
	u64 at;
	u64 end;
	u32 used;
};

// One variable: taken along when its name is chosen. They gather in `s->name`.
static long env_step(u32 index, struct env_walk *walk)
{
	struct scratch *s = walk->s;
	struct env_key key = { .bits = 8 * ENV_NAME_BYTES };
	u32 used = walk->used;
	s64 length;

	if (walk->at >= walk->end)
		return 1;
	if (bpf_probe_read_user_str(key.text, ENV_NAME_BYTES, (void *)walk->at) <= 0) {
		flag(s, FLAG_FAULT);
		return 1;
	}
	if (used >= ENV_BYTES_MAX - 16) {
		flag(s, FLAG_CUT);
		return 1;
	}
	used &= ENV_BYTES_MAX - 1;
	OPAQUE(used);
	length = bpf_probe_read_user_str(&s->path[used], ENV_BYTES_MAX, (void *)walk->at);
	if (length <= 0)
		return 1;
	if (bpf_map_lookup_elem(&env_names, &key)) {
		if (length >= ENV_BYTES_MAX - used) {
			length = ENV_BYTES_MAX - used;
			flag(s, FLAG_CUT);
		}
		walk->used = used + length;
	}
	// A value longer than the place goes on behind it: what is left of it matches no name, or is
	// found by the next steps to be none.
	walk->at += length;
	return 0;
}

NOINLINE int put_environment(struct scratch *s, struct mm_struct *mm)
{
	struct env_walk walk = { .s = s, .at = mm->env_start, .end = mm->env_end };

	if (!s)
		return 0;
	bpf_loop(ENV_COUNT_MAX, env_step, &walk, 0);
	if (walk.used)
		put_kernel(s, PARAM_ENV, s->path, walk.used);
	return 0;
}

NOINLINE int put_arguments(struct scratch *s, struct mm_struct *mm)
{
	u64 start = mm->arg_start, length = mm->arg_end - start;

	put_u64(s, PARAM_ARGS_BYTES, length);
	if (length > ARGS_BYTES_MAX) {
		length = ARGS_BYTES_MAX;
		flag(s, FLAG_CUT);
	}
	return put_user(s, PARAM_ARGS, (void *)start, length);
}

SEC("tp_btf/sched_process_exec")
int sched_process_exec(u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct linux_binprm *bprm = (void *)ctx[2];
	// The registers that held the number of the call are the new program's by now; only execveat
	// names a file by a descriptor.
	struct scratch *s = begin(bprm->fdpath ? KIND_EXECVEAT : KIND_EXECVE, 0);

	if (!s)
		return 0;
	put_kernel_text(s, PARAM_COMM, task->comm, sizeof(task->comm));
	put_kernel_text(s, PARAM_EXE, bprm->filename, NAME_BYTES);
	if (bprm->interp != bprm->filename)
		put_kernel_text(s, PARAM_INTERPRETER, bprm->filename, NAME_BYTES);
	put_family(s, task);
	put_credentials(s, task);
	put_standing(s, task);
	put_executable(s, task, task->mm->exe_file);
	put_path(s, PARAM_CWD, task->fs->pwd.dentry, task->fs->pwd.mnt);
	put_arguments(s, task->mm);
	put_environment(s, task->mm);
	if (is_32_bit(task->mm))
		flag(s, FLAG_COMPAT);
	submit(s);
	return 0;
}
