// Kills a program before its first instruction, when the policy says so of its name, its path or
// where its file lives. What was done, or would have been, is told as an event of its own.
#pragma once
#include "process.h"

struct answer_path {
	u8 text[ANSWER_PATH_BYTES];
};

struct answer_name {
	u8 text[ANSWER_NAME_BYTES];
};

// Each word is a set of slots: one bit for each response.
struct answer_config {
	u64 slots;        // all that there are
	u64 enforced;     // those that kill; the others only tell
	u64 everywhere;   // those that hold for all containers
	u64 host;         // those that hold for the host too
	u64 not_in_image; // those about files that the image does not have
	u64 in_memory;    // those about files without a name
};

struct answer_scope {
	u64 slots;  // what holds here beside that which holds everywhere
	u64 spared; // what does not hold here
};

struct answer_rate {
	u64 times;
	u64 window_ns;
	u64 begun_ns;
	u64 count;
};

struct {
	MAP_UINT(type, MAP_ARRAY);
	MAP_UINT(max_entries, 1);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct answer_config);
} answer_config SEC(".maps");

struct {
	MAP_UINT(type, MAP_HASH);
	MAP_UINT(max_entries, 4096);
	MAP_TYPE(key, struct answer_path);
	MAP_TYPE(value, u64);
} answer_paths SEC(".maps");

struct {
	MAP_UINT(type, MAP_HASH);
	MAP_UINT(max_entries, 4096);
	MAP_TYPE(key, struct answer_name);
	MAP_TYPE(value, u64);
} answer_names SEC(".maps");

struct {
	MAP_UINT(type, MAP_HASH);
	MAP_UINT(max_entries, 16384);
	MAP_TYPE(key, u64);
	MAP_TYPE(value, struct answer_scope);
} answer_scopes SEC(".maps");

struct {
	MAP_UINT(type, MAP_ARRAY);
	MAP_UINT(max_entries, ANSWER_SLOTS);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct answer_rate);
} answer_rates SEC(".maps");

INLINE u64 slots_of_name(const void *name)
{
	struct answer_name key = {};
	u64 *slots;

	if (bpf_probe_read_kernel_str(key.text, sizeof(key.text), name) <= 1)
		return 0;
	slots = bpf_map_lookup_elem(&answer_names, &key);
	return slots ? *slots : 0;
}

// Text as the kernel has it; a longer one than can be chosen matches nothing.
NOINLINE u64 slots_of_path(struct scratch *s, const void *path)
{
	struct answer_path *key;
	u64 *slots;

	if (!s)
		return 0;
	key = (struct answer_path *)s->name;
	__builtin_memset(key, 0, sizeof(*key));
	if (bpf_probe_read_kernel_str(key->text, sizeof(key->text), path) == sizeof(key->text))
		return 0;
	slots = bpf_map_lookup_elem(&answer_paths, key);
	return slots ? *slots : 0;
}

// Which responses are about this container, or about the host.
NOINLINE u64 slots_in_scope(struct answer_config *config)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct config *general = settings();
	u64 slots;

	if (!config || !general)
		return 0;
	if (task->tgid == 1 || task->tgid == general->own_pid)
		return 0;
	if (task->nsproxy->mnt_ns->ns.inum == general->host_mnt_ns)
		return config->slots & config->host;
	slots = config->everywhere;
	for (int level = 1; level < 16; level++) {
		u64 id = bpf_get_current_ancestor_cgroup_id(level);
		struct answer_scope *scope;

		if (!id)
			break;
		scope = bpf_map_lookup_elem(&answer_scopes, &id);
		if (scope) {
			slots |= scope->slots;
			if (scope->spared)
				slots &= ~scope->spared;
		}
	}
	return config->slots & slots;
}

// The lowest bit of a set that is not empty.
INLINE u32 lowest(u64 slots)
{
	u32 slot = 0;

	if (!(slots & 0xffffffff))
		slot += 32, slots >>= 32;
	if (!(slots & 0xffff))
		slot += 16, slots >>= 16;
	if (!(slots & 0xff))
		slot += 8, slots >>= 8;
	if (!(slots & 0xf))
		slot += 4, slots >>= 4;
	if (!(slots & 3))
		slot += 2, slots >>= 2;
	if (!(slots & 1))
		slot += 1;
	return slot;
}

// Whether the response may be carried out once more in this window.
INLINE bool within_rate(u32 slot)
{
	struct answer_rate *rate = bpf_map_lookup_elem(&answer_rates, &slot);
	u64 now = bpf_ktime_get_boot_ns(), begun;

	if (!rate)
		return false;
	begun = rate->begun_ns;
	// Of several that see the window's end only one begins the next.
	if (now - begun >= rate->window_ns &&
	    __sync_val_compare_and_swap(&rate->begun_ns, begun, now) == begun)
		rate->count = 0;
	return __sync_fetch_and_add(&rate->count, 1) < rate->times;
}

SEC("tp_btf/sched_process_exec")
int answer_exec(u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct linux_binprm *bprm = (void *)ctx[2];
	u32 key = 0, slot;
	struct answer_config *config = bpf_map_lookup_elem(&answer_config, &key);
	u64 scope, slots, layer, outcome = ANSWER_DRY_RUN;
	struct dentry *dentry;
	struct vfsmount *mnt;
	struct scratch *s;
	struct file *exe;

	if (!config || !config->slots)
		return 0;
	scope = slots_in_scope(config);
	if (!scope)
		return 0;
	s = begin_always(KIND_ANSWERED, 0);
	if (!s)
		return 0;
	exe = task->mm->exe_file;
	dentry = GET(exe, f_path.dentry);
	mnt = GET(exe, f_path.mnt);
	layer = layer_of(dentry, mnt);
	slots = slots_of_name(GET(dentry, d_name.name)) | slots_of_name(task->comm) |
		slots_of_path(s, bprm->filename);
	put_path(s, PARAM_EXE_PATH, dentry, mnt);
	slots |= slots_of_path(s, &s->path[s->path_at & PATH_MASK]);
	if (layer & FILE_UPPER)
		slots |= config->not_in_image;
	if (layer & (FILE_MEMFD | FILE_DELETED))
		slots |= config->in_memory;
	slots &= scope;
	if (!slots) {
		discard(s);
		return 0;
	}
	// One that kills goes before one that only tells.
	slot = lowest(slots & config->enforced ? slots & config->enforced : slots);
	if (!within_rate(slot))
		outcome = ANSWER_HELD_BACK;
	else if (config->enforced >> (slot & 63) & 1)
		outcome = bpf_send_signal(9) ? ANSWER_FAILED : ANSWER_KILLED;
	if (outcome == ANSWER_KILLED)
		flag(s, FLAG_ANSWERED);
	put_u64(s, PARAM_ARG0, slot);
	put_u64(s, PARAM_ARG1, outcome);
	put_u64(s, PARAM_EXE_LAYER, layer);
	put_u64(s, PARAM_PPID, task->real_parent->tgid);
	put_kernel_text(s, PARAM_COMM, task->comm, sizeof(task->comm));
	put_kernel_text(s, PARAM_EXE, bprm->filename, NAME_BYTES);
	submit(s);
	return 0;
}
