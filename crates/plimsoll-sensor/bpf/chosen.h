// Which opens are told: by the beginning of the path, by a name on the way, and not again and again.
//
// Finding the path costs more than all else, so what was decided for a file is remembered as long as
// no name changes anywhere. What is remembered is bound to everything that makes the path: entry,
// its parent, its name, mount and root of the process.
#pragma once
#include "path.h"

struct prefix_key {
	u32 bits;
	u8 text[PREFIX_BYTES];
};

struct name_key {
	u8 text[CHOSEN_NAME_BYTES];
};

struct verdict_key {
	u64 dentry;
	u64 parent;
	u64 name;
	u64 inode;
	u64 mnt;
	u64 root;
};

struct repeat_key {
	u64 start_ns;
	u64 dentry;
	u64 inode;
	u32 pid;
	u32 flags;
};

struct {
	MAP_UINT(type, MAP_LPM_TRIE);
	MAP_UINT(map_flags, MAP_NO_PREALLOC);
	MAP_UINT(max_entries, 4096);
	MAP_TYPE(key, struct prefix_key);
	MAP_TYPE(value, u64);
} prefixes SEC(".maps");

struct {
	MAP_UINT(type, MAP_HASH);
	MAP_UINT(max_entries, 1024);
	MAP_TYPE(key, struct name_key);
	MAP_TYPE(value, u64);
} names SEC(".maps");

// The value is the epoch in which it was decided, twice, and 1 more when the file is chosen.
struct {
	MAP_UINT(type, MAP_LRU_HASH);
	MAP_UINT(max_entries, 16384);
	MAP_TYPE(key, struct verdict_key);
	MAP_TYPE(value, u64);
} verdicts SEC(".maps");

struct {
	MAP_UINT(type, MAP_LRU_HASH);
	MAP_UINT(max_entries, 16384);
	MAP_TYPE(key, struct repeat_key);
	MAP_TYPE(value, u64);
} repeats SEC(".maps");

struct name_walk {
	struct dentry *dentry;
	struct vfsmount *mnt;
	u32 found;
};

// Looks for a chosen name on the way up, through mounts.
static long name_step(u32 index, struct name_walk *walk)
{
	struct dentry *dentry = walk->dentry, *parent = GET(dentry, d_parent);
	struct name_key key = {};
	u32 length;

	if (dentry == parent || dentry == GET(walk->mnt, mnt_root)) {
		struct mount *mount = CONTAINER_OF(walk->mnt, struct mount, mnt);
		struct mount *above = GET(mount, mnt_parent);

		if (!above || above == mount)
			return 1;
		walk->dentry = GET(mount, mnt_mountpoint);
		walk->mnt = (void *)above + OFFSET_OF(struct mount, mnt);
		return 0;
	}
	length = GET(dentry, d_name.len);
	if (length < CHOSEN_NAME_BYTES) {
		bpf_probe_read_kernel(key.text, length & (CHOSEN_NAME_BYTES - 1), GET(dentry, d_name.name));
		if (bpf_map_lookup_elem(&names, &key)) {
			walk->found = 1;
			return 1;
		}
	}
	walk->dentry = parent;
	return 0;
}

// Whether what stands in `s->path` begins with a chosen prefix.
INLINE bool has_prefix(struct scratch *s)
{
	struct prefix_key *key = (struct prefix_key *)s->name;
	u32 length = s->path_length;

	if (length > PREFIX_BYTES - 1)
		length = PREFIX_BYTES - 1;
	length &= PREFIX_BYTES - 1;
	OPAQUE(length);
	key->bits = length * 8;
	bpf_probe_read_kernel(key->text, length, &s->path[s->path_at & PATH_MASK]);
	return bpf_map_lookup_elem(&prefixes, key) != NULL;
}

NOINLINE u64 decide(struct dentry *dentry, struct vfsmount *mnt)
{
	struct name_walk walk = { .dentry = dentry, .mnt = mnt };
	struct scratch *s;
	u64 found;

	bpf_loop(PATH_STEPS_MAX, name_step, &walk, 0);
	if (walk.found)
		return 1;
	// Without a place to look it up, telling too much is the lesser evil.
	s = claim();
	if (!s)
		return 1;
	walk_path(s, dentry, mnt, 0);
	found = has_prefix(s);
	discard(s);
	return found;
}

// Whether a file is chosen, by its full path.
NOINLINE u64 chosen(struct config *config, struct file *file)
{
	struct dentry *dentry = file ? GET(file, f_path.dentry) : NULL;
	struct vfsmount *mnt = file ? GET(file, f_path.mnt) : NULL;
	struct verdict_key key = {
		.dentry = (u64)dentry,
		.mnt = (u64)mnt,
		.root = (u64)bpf_get_current_task_btf()->fs->root.dentry,
	};
	u64 epoch, *known, verdict;

	if (!file || !config)
		return 1;
	key.parent = (u64)GET(dentry, d_parent);
	key.name = GET(dentry, d_name.hash_len);
	key.inode = (u64)GET(dentry, d_inode);
	epoch = (config->epoch + current_epoch()) << 1;
	known = bpf_map_lookup_elem(&verdicts, &key);
	if (known && (*known & ~1ull) == epoch)
		return *known & 1;
	verdict = decide(dentry, mnt);
	epoch |= verdict;
	bpf_map_update_elem(&verdicts, &key, &epoch, UPDATE_ANY);
	return verdict;
}

// Names of processes whose opens are all told.
struct command_key {
	u8 text[16];
};

struct {
	MAP_UINT(type, MAP_HASH);
	MAP_UINT(max_entries, 256);
	MAP_TYPE(key, struct command_key);
	MAP_TYPE(value, u64);
} commands SEC(".maps");

INLINE bool chosen_command(struct config *config)
{
	struct command_key key = {};

	if (!config->open_commands)
		return false;
	bpf_probe_read_kernel_str(key.text, sizeof(key.text), bpf_get_current_task_btf()->comm);
	return bpf_map_lookup_elem(&commands, &key) != NULL;
}

#define DOTS 0x2e2e2e2e2e2e2e2eull
#define ONES 0x0101010101010101ull
#define TOPS 0x8080808080808080ull

// Whether two dots follow each other, eight bytes at a time. May say yes too often, never too rarely.
INLINE bool has_dots(const u8 *text, u32 length)
{
	u64 before = 0;

	for (u32 at = 0; at < PREFIX_BYTES + 1; at += 8) {
		u64 word, dots;

		if (at >= length)
			break;
		word = *(u64 *)(text + at) ^ DOTS;
		dots = (word - ONES) & ~word & TOPS;
		if (dots & (dots << 8 | before))
			return true;
		before = dots >> 56;
	}
	return false;
}

// Whether a name as it was given is chosen. A relative one always is: what it is relative to would
// have to be asked, and few programs that open much use them.
NOINLINE u64 chosen_given(struct config *config, const void *name)
{
	struct scratch *s = claim();
	struct prefix_key *key;
	s64 length;
	u64 found = 1;

	if (!s)
		return 1;
	if (!config)
		goto out;
	key = (struct prefix_key *)s->name;
	length = bpf_probe_read_user_str(key->text, PREFIX_BYTES, name);
	if (length <= 1 || length == PREFIX_BYTES || key->text[0] != '/')
		goto out;
	if (config->open_dots && has_dots(key->text, length))
		goto out;
	key->bits = (length - 1) * 8;
	found = bpf_map_lookup_elem(&prefixes, key) != NULL;
out:
	discard(s);
	return found;
}

// Whether the same process opened the same file in the same way just before; then it is counted.
NOINLINE u64 repeated(struct config *config, u16 kind, struct file *file, u64 flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct dentry *dentry = file ? GET(file, f_path.dentry) : NULL;
	struct repeat_key key = {
		.start_ns = start_of(task),
		.dentry = (u64)dentry,
		.inode = (u64)GET(dentry, d_inode),
		.pid = task->tgid,
		.flags = flags,
	};
	u64 now = bpf_ktime_get_boot_ns(), *last;

	if (!config)
		return 0;
	last = bpf_map_lookup_elem(&repeats, &key);
	if (last && now - *last < config->repeat_ns) {
		lose(kind, LOSS_REPETITION);
		return 1;
	}
	bpf_map_update_elem(&repeats, &key, &now, UPDATE_ANY);
	return 0;
}
