// A cgroup was removed.
#pragma once
#include "types.h"

SEC("tp_btf/cgroup_rmdir")
int cgroup_rmdir(u64 *ctx)
{
	struct scratch *s = begin_cgroup(KIND_CGROUP_RMDIR);

	if (!s)
		return 0;
	put_cgroup(s, (void *)ctx[0], (void *)ctx[1]);
	return submit(s);
}
