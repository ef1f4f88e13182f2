// Processes that a call names, in the host's pid namespace.
//
// A caller names others by the numbers of its own namespace. Those are looked up where the kernel
// keeps them, in the namespace's tree of numbers.
#pragma once
#include "call.h"

#define PID_TREE_DEPTH 6
#define PID_TREE_MASK 63
#define PIDFS_MAGIC 0x50494446
#define ANON_MAGIC 0x09041934

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct xa_node {
	u8 shift;
	void *slots[64];
};

struct xarray {
	void *xa_head;
};

struct idr {
	struct xarray idr_rt;
	u32 idr_base;
};

struct pid_namespace___tree {
	struct idr idr;
};

#pragma clang attribute pop

// Number of a pid in the host's namespace.
INLINE s64 number_of(struct pid *pid)
{
	s32 number = 0;

	if (pid)
		bpf_probe_read_kernel(&number, sizeof(number), &pid->numbers[0].nr);
	return number;
}

// The namespace whose numbers the task that runs uses.
INLINE struct pid_namespace *own_namespace(void)
{
	struct pid *pid = bpf_get_current_task_btf()->thread_pid;
	struct pid_namespace *space = NULL;
	u32 level = pid->level;

	bpf_probe_read_kernel(&space, sizeof(space), &pid->numbers[level].ns);
	return space;
}

// Looks a number up in a namespace. NULL when nobody has it.
NOINLINE struct pid *pid_of(struct pid_namespace *space, u32 number)
{
	struct pid_namespace___tree *tree = (void *)space;
	u64 entry = (u64)GET(tree, idr.idr_rt.xa_head);
	u32 index = number - GET(tree, idr.idr_base);

#pragma unroll
	for (u32 depth = 0; depth < PID_TREE_DEPTH; depth++) {
		struct xa_node *node = (void *)(entry - 2);
		u64 next = 0;
		u32 slot;

		// An inner node is marked by its lowest bits; anything else is what is looked for.
		if ((entry & 3) != 2 || entry <= 4096)
			break;
		slot = index >> GET(node, shift);
		if (slot > PID_TREE_MASK)
			return NULL;
		bpf_probe_read_kernel(&next, sizeof(next), &node->slots[0] + slot);
		entry = next;
	}
	// A tree without inner nodes holds the number 0 alone, which no process has.
	return entry & 3 ? NULL : (struct pid *)entry;
}

// A process or thread as the caller names it, in the host's numbers; 0 when there is none.
INLINE s64 host_number(s64 number)
{
	struct pid_namespace *space = own_namespace();

	if (number <= 0 || !space)
		return 0;
	if (!GET(space, level))
		return number;
	return number_of(pid_of(space, number));
}

// The process behind a pidfd, in the host's numbers; 0 when it is none.
INLINE s64 pidfd_number(s64 fd)
{
	struct file *file = file_of(fd);
	struct inode *inode;
	struct super_block *super;
	u64 magic;

	if (!file)
		return 0;
	inode = GET(file, f_inode);
	super = GET(inode, i_sb);
	magic = GET(super, s_magic);
	// Since 6.9 pidfds have a filesystem of their own.
	if (magic == PIDFS_MAGIC)
		return number_of(GET(inode, i_private));
	return magic == ANON_MAGIC ? number_of(GET(file, private_data)) : 0;
}
