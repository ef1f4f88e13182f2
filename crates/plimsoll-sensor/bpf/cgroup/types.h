// Cgroups of the kernel, trimmed as in vmlinux.h, and what is told of one.
#pragma once
#include "../emit.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kernfs_node {
	u64 id;
};

struct cgroup_root {
	int hierarchy_id;
};

struct cgroup {
	int level;
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

#pragma clang attribute pop

// Begins a record about the tree of cgroups. It is told whoever does it: containers are made by
// processes of the host, and what is not told here cannot be attributed later.
INLINE struct scratch *begin_cgroup(u16 kind)
{
	struct config *config = settings();

	if (!config || !(config->kinds[kind >> 6] >> (kind & 63) & 1))
		return NULL;
	return begin_always(kind, 0);
}

// The path is that below the root of the hierarchy, as the kernel put it together.
INLINE void put_cgroup(struct scratch *s, struct cgroup *cgroup, const char *path)
{
	put_kernel_text(s, PARAM_CGROUP_PATH, path, NAME_BYTES);
	put_u64(s, PARAM_CGROUP_SUBJECT, cgroup->kn->id);
	put_u64(s, PARAM_CGROUP_LEVEL, cgroup->level);
	put_u64(s, PARAM_CGROUP_HIERARCHY, cgroup->root->hierarchy_id);
}
