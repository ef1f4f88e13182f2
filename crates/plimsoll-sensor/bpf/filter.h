// What is dropped before a record is begun.
#pragma once
#include "core.h"
#include "maps.h"

INLINE struct config *settings(void)
{
	u32 key = 0;
	return bpf_map_lookup_elem(&configs, &key);
}

// Whether events of the task that runs, of this kind, are wanted at all.
INLINE bool wanted(u16 kind)
{
	struct config *config = settings();
	struct task_struct *task;

	if (!config || kind >= KIND_COUNT || !(config->kinds[kind >> 6] >> (kind & 63) & 1))
		return false;
	task = bpf_get_current_task_btf();
	// The sensor does not watch its own reading of files: that would never end.
	if (task->tgid == config->own_pid && kind < KIND_PROCEXIT)
		return false;
	if (!config->host && task->nsproxy->mnt_ns->ns.inum == config->host_mnt_ns)
		return false;
	if (config->cgroup_mode) {
		u64 id = bpf_get_current_cgroup_id();
		u64 *known = bpf_map_lookup_elem(&cgroups, &id);

		if (config->cgroup_mode == CGROUPS_ONLY ? !known : known != NULL)
			return false;
	}
	return true;
}
