// What is dropped before a record is begun.
#pragma once
#include "core.h"
#include "maps.h"

INLINE struct config *settings(void)
{
	u32 key = 0;
	return bpf_map_lookup_elem(&configs, &key);
}

INLINE u64 current_epoch(void)
{
	u32 key = 0;
	u64 *epoch = bpf_map_lookup_elem(&epochs, &key);
	return epoch ? *epoch : 0;
}

// To be called where a call that may change paths (rename, mount and their like) has succeeded.
INLINE void paths_changed(s64 ret)
{
	u32 key = 0;
	u64 *epoch = bpf_map_lookup_elem(&epochs, &key);
	if (epoch && ret >= 0)
		__sync_fetch_and_add(epoch, 1);
}

// Whether events of the task that runs, of this kind, are wanted at all.
INLINE bool wanted(u16 kind)
{
	struct config *config = settings();
	struct task_struct *task;

	if (!config || kind >= KIND_COUNT || !(config->kinds[kind >> 6] >> (kind & 63) & 1))
		return false;
	task = bpf_get_current_task_btf();
	// The sensor does not watch its own reading of files: that would never end. What it starts is
	// watched like anything else.
	if (task->tgid == config->own_pid && kind < KIND_PROCEXIT &&
	    !(kind >= KIND_CLONE && kind <= KIND_VFORK))
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
