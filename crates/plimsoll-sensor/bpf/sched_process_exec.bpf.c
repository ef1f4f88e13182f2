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

// The bytes that chosen names have at their first places: most variables differ there already.
struct env_letters {
	u64 at[ENV_LETTERS][4];
};

struct {
	MAP_UINT(type, MAP_ARRAY);
	MAP_UINT(max_entries, 1);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct env_letters);
} env_letters SEC(".maps");

struct env_walk {
	struct scratch *s;
	struct env_letters *letters;
	u64 at;
	u64 end;
	u32 used;
};

INLINE bool may_be_chosen(struct env_letters *letters, const u8 *text)
{
#pragma unroll
	for (u32 place = 0; place < ENV_LETTERS; place++) {
		u8 byte = text[place];

		if (!(letters->at[place][byte >> 6] >> (byte & 63) & 1))
			return false;
	}
	return true;
}

INLINE bool is_chosen_name(const u8 *text)
{
	struct env_key key = { .bits = 8 * ENV_NAME_BYTES };

#pragma unroll
	for (u32 at = 0; at < ENV_NAME_BYTES; at += 4)
		*(u32 *)(key.text + at) = *(u32 *)(text + at);
	return bpf_map_lookup_elem(&env_names, &key) != NULL;
}

// One variable: taken along when its name is chosen. They gather in `s->path`.
static long env_step(u32 index, struct env_walk *walk)
{
	struct scratch *s = walk->s;
	u32 used = walk->used;
	s64 length;
	u8 *text;

	if (walk->at >= walk->end)
		return 1;
	if (used >= ENV_BYTES_MAX - 16) {
		flag(s, FLAG_CUT);
		return 1;
	}
	used &= ENV_BYTES_MAX - 1;
	OPAQUE(used);
	text = &s->path[used];
	length = bpf_probe_read_user_str(text, ENV_BYTES_MAX, (void *)walk->at);
	if (length <= 0) {
		flag(s, FLAG_FAULT);
		return 1;
	}
	if (may_be_chosen(walk->letters, text) && is_chosen_name(text)) {
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
	u32 key = 0;
	struct env_walk walk = {
		.s = s,
		.letters = bpf_map_lookup_elem(&env_letters, &key),
		.at = mm->env_start,
		.end = mm->env_end,
	};

	if (!s || !walk.letters)
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
