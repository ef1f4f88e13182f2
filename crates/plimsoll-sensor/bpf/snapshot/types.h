// Iterators: what each of their runs is handed, and how a record leaves them.
//
// They run when somebody reads from their file, and write records there instead of to the ring.
#pragma once
#include "../cgroup/types.h"
#include "../process.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct task_struct___cgroups {
	struct css_set *cgroups;
};

struct seq_file {
	u64 size;
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	u32 fd;
	struct file *file;
};

#pragma clang attribute pop

#define PF_KTHREAD 0x00200000

static long (*bpf_seq_write)(struct seq_file *seq, const void *data, u32 length) = (void *)127;

// Begins a record of a task that does not run.
INLINE struct scratch *begin_of(struct task_struct *task, u16 kind)
{
	struct task_struct___cgroups *member = (void *)task;
	struct css_set *set = GET(member, cgroups);
	struct cgroup *cgroup = GET(set, dfl_cgrp);
	struct kernfs_node *node = GET(cgroup, kn);
	struct scratch *s = claim();

	if (!s) {
		lose(kind, LOSS_SCRATCH);
		return NULL;
	}
	head_of(s, task, GET(node, id), kind, 0);
	s->fs = (u64)task->fs;
	return s;
}

// Ends a record. When there is no room, the kernel runs the program again for the same task or file.
INLINE int written(struct scratch *s, struct seq_file *seq)
{
	struct head *head = (struct head *)s->record;
	u32 size = s->at & RECORD_MASK;

	OPAQUE(size);
	*(u64 *)(s->record + size) = 0;
	size = (size + 7) & ~7u;
	head->size = size;
	head->flags = s->flags;
	head->params = s->params;
	bpf_seq_write(seq, s->record, size & RECORD_MASK);
	discard(s);
	return 0;
}
