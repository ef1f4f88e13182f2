// A cgroup was made, in whichever hierarchy.
#pragma once
#include "types.h"

SEC("tp_btf/cgroup_mkdir")
int cgroup_mkdir(u64 *ctx)
{
	struct scratch *s = begin_cgroup(KIND_CGROUP_MKDIR);

	if (!s)
		return 0;
	put_cgroup(s, (void *)ctx[0], (void *)ctx[1]);
	return submit(s);
}
