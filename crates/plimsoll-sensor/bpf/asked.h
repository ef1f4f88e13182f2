// Which opens are told. User space judges by rules that no program here could follow; what it has been
// told once and found to be of no rule's concern it can have left out from then on.
//
// An open is known again by a hash of all that such a judgement may rest on: the file (entry, name,
// inode and its number, mount), the root of the process, the name as it was given and the folder that it
// began at, the way it was opened and how that ended, and the name of the process's first thread. What is
// remembered lapses when anything is renamed or mounted, as paths may be others then, and when the
// filter is set anew, as it is for other rules.
//
// The hash is NH (RFC 4418, 5.2) with a key of random numbers, over words of 64 bits and twice, with the
// key moved on by a word: two opens that were chosen without knowledge of the key meet with a
// probability of one in 2^64.
#pragma once
#include "path.h"

// All that an open is told by, apart from its name. It stands in `s->call`.
struct opening {
	u16 kind;
	u16 mode;
	u16 length;
	// The error, where there is no file; 0 where there is.
	u16 error;
	u64 flags;
	// Of a relative name: where it begins.
	u64 folder;
	u64 folder_mnt;
	u64 dentry;
	// The hash of the name, into which the kernel has put the parent.
	u64 name;
	u64 inode;
	u64 number;
	u64 mnt;
	u64 root;
	u64 root_mnt;
	u8 comm[16];
};

_Static_assert(sizeof(struct opening) == OPENING_WORDS * 8, "opening");

struct open_key {
	u64 hash[2];
};

// What is known to be of no concern: the epoch in which that was so.
struct {
	MAP_UINT(type, MAP_LRU_HASH);
	MAP_UINT(max_entries, 32768);
	MAP_TYPE(key, struct open_key);
	MAP_TYPE(value, u64);
} left_out SEC(".maps");

// An open as it is told to user space, which gives it back to have such opens left out.
struct asked {
	struct open_key key;
	u64 epoch;
};

INLINE u64 product(u64 word, u64 seed)
{
	return (u64)(u32)(word + seed) * (u32)((word >> 32) + (seed >> 32));
}

// The hash of an open whose name stands in `s->name`: one half is returned, the other put in place.
NOINLINE u64 hash_open(struct scratch *s, struct config *config, u64 *other)
{
	u64 first = 0, second = 0, *words;
	s32 length;

	if (!s || !config || !other)
		return 0;
	words = s->call;
	length = ((struct opening *)words)->length;
	for (u32 at = 0; at < OPENING_WORDS; at++) {
		first += product(words[at], config->open_seed[at]);
		second += product(words[at], config->open_seed[at + 1]);
	}
	for (u32 at = 0; at < OPEN_NAME_BYTES / 8; at++) {
		u64 word;
		s32 left = length - at * 8;

		if (left <= 0)
			break;
		word = *(u64 *)(s->name + at * 8);
		if (left < 8)
			word &= (1ull << (left * 8)) - 1;
		first += product(word, config->open_seed[OPENING_WORDS + at]);
		second += product(word, config->open_seed[OPENING_WORDS + at + 1]);
	}
	*other = second;
	return first;
}

// Name and inode of an entry, as they lie side by side.
struct name_and_inode {
	u64 hash_len;
	u64 text;
	u64 inode;
};

// The file that was opened. Reads cost more than anything else here, so there are few.
INLINE void see_file(struct opening *open, struct file *file)
{
	struct path path = GET(file, f_path);
	struct dentry *dentry = path.dentry;
	struct name_and_inode both = {};

	if (OFFSET_OF(struct dentry, d_inode) == OFFSET_OF(struct dentry, d_name) + 16) {
		bpf_probe_read_kernel(&both, sizeof(both), &dentry->d_name);
	} else {
		both.hash_len = GET(dentry, d_name.hash_len);
		both.inode = (u64)GET(dentry, d_inode);
	}
	open->dentry = (u64)dentry;
	open->mnt = (u64)path.mnt;
	open->name = both.hash_len;
	open->inode = both.inode;
	open->number = GET((struct inode *)both.inode, i_ino);
}

// Whether opens like this one are left out. If not, `asked` says how to have them left out; it stays
// empty for those that never are.
NOINLINE int is_left_out(struct scratch *s, struct file *file, struct asked *asked)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct config *config = settings();
	struct opening *open;
	struct open_key key;
	u64 epoch, *known;

	if (!s || !config || !asked)
		return 0;
	open = (struct opening *)s->call;
	// Before anything is looked at: a name that changes meanwhile raises it.
	epoch = config->epoch + current_epoch();
	if (file)
		see_file(open, file);
	open->root = (u64)task->fs->root.dentry;
	open->root_mnt = (u64)task->fs->root.mnt;
	bpf_probe_read_kernel(open->comm, sizeof(open->comm), task->group_leader->comm);
	key.hash[0] = hash_open(s, config, &key.hash[1]);
	known = bpf_map_lookup_elem(&left_out, &key);
	if (known && *known == epoch)
		return 1;
	asked->key = key;
	asked->epoch = epoch;
	return 0;
}

struct repeat_key {
	u64 start_ns;
	u64 dentry;
	u64 inode;
	u32 pid;
	u32 flags;
};

struct {
	MAP_UINT(type, MAP_LRU_HASH);
	MAP_UINT(max_entries, 16384);
	MAP_TYPE(key, struct repeat_key);
	MAP_TYPE(value, u64);
} repeats SEC(".maps");

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
