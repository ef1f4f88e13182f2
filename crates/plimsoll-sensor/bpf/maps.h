// What programs and user space share. Sizes that depend on the machine are set by the loader.
#pragma once
#include "helpers.h"
#include "kinds.h"

#define RECORD_MASK 0xffff
#define PATH_BYTES 8192
#define PATH_MASK (PATH_BYTES - 1)
#define NAME_BYTES 4096
// Several programs may be under way on one processor: one interrupts another.
#define SCRATCH_SLOTS 4

// Where a record is put together before it goes to the ring. Twice the longest record: with a masked
// start and a masked length no write leaves it, which is how the verifier sees it too.
struct scratch {
	u32 busy;
	u32 at;
	u16 kind;
	u16 flags;
	u16 params;
	u16 path_flags;
	u32 path_at;
	u32 path_length;
	// Whose root paths are told from, when it is not the task's that runs: a `struct fs_struct`.
	u64 fs;
	// What a program keeps of the call that it tells of.
	u64 call[32];
	u8 record[2 * (RECORD_MASK + 1)];
	u8 path[PATH_BYTES + 256];
	u8 name[NAME_BYTES + 8];
};

struct {
	MAP_UINT(type, MAP_RINGBUF);
	MAP_UINT(max_entries, 8 << 20);
} ring SEC(".maps");

struct {
	MAP_UINT(type, MAP_ARRAY);
	MAP_UINT(max_entries, SCRATCH_SLOTS);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct scratch);
} scratches SEC(".maps");

struct {
	MAP_UINT(type, MAP_ARRAY);
	MAP_UINT(max_entries, 1);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct config);
} configs SEC(".maps");

// Events meant for the ring, and those that were lost, per processor.
enum { COUNT_MEANT, COUNT_LOST, COUNTS };

struct {
	MAP_UINT(type, MAP_PERCPU_ARRAY);
	MAP_UINT(max_entries, COUNTS);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, u64);
} sequences SEC(".maps");

// Events that did not reach the ring, per processor, by kind and reason.
struct {
	MAP_UINT(type, MAP_PERCPU_ARRAY);
	MAP_UINT(max_entries, KIND_COUNT * LOSS_COUNT);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, u64);
} losses SEC(".maps");

// Cgroups that are told apart, and what for: CGROUP_ALLOW, CGROUP_DENY.
struct {
	MAP_UINT(type, MAP_HASH);
	MAP_UINT(max_entries, 16384);
	MAP_TYPE(key, u64);
	MAP_TYPE(value, u64);
} cgroups SEC(".maps");

// Raised whenever a name changes that other paths may pass through: what was decided by path before
// holds no longer.
struct {
	MAP_UINT(type, MAP_ARRAY);
	MAP_UINT(max_entries, 1);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, u64);
} epochs SEC(".maps");
