// Refuses new connections of chosen cgroups and of all below them. An object of its own: it is loaded
// without the sensor too, and stays when the sensor ends.
//
// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause OR GPL-2.0-only
#include "helpers.h"

// Deepest cgroup above the process that is looked at, counted from the root.
#define LEVELS_MAX 16

struct bpf_sock_addr;

// Ids of cgroups, and how many attempts were refused.
struct {
	MAP_UINT(type, MAP_HASH);
	MAP_UINT(max_entries, 4096);
	MAP_TYPE(key, u64);
	MAP_TYPE(value, u64);
} refused SEC(".maps");

INLINE int allowed(void)
{
	for (int level = 1; level < LEVELS_MAX; level++) {
		u64 id = bpf_get_current_ancestor_cgroup_id(level);
		u64 *count;

		if (!id)
			return 1;
		count = bpf_map_lookup_elem(&refused, &id);
		if (count) {
			__sync_fetch_and_add(count, 1);
			return 0;
		}
	}
	return 1;
}

SEC("cgroup/connect4")
int refuse_connect4(struct bpf_sock_addr *ctx)
{
	return allowed();
}

SEC("cgroup/connect6")
int refuse_connect6(struct bpf_sock_addr *ctx)
{
	return allowed();
}

SEC("cgroup/sendmsg4")
int refuse_sendmsg4(struct bpf_sock_addr *ctx)
{
	return allowed();
}

SEC("cgroup/sendmsg6")
int refuse_sendmsg6(struct bpf_sock_addr *ctx)
{
	return allowed();
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
