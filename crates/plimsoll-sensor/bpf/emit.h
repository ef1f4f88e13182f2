// Puts records together and hands them to the ring.
//
//	struct scratch *s = begin(KIND_UNLINK, ret);
//	if (!s)
//		return 0;
//	put_user_text(s, PARAM_NAME, name, NAME_BYTES);
//	submit(s);
//
// A record that was begun ends in `submit` or `discard`, on every way out.
#pragma once
#include "filter.h"

INLINE void lose(u32 kind, u32 reason)
{
	u32 key = kind * LOSS_COUNT + reason;
	u64 *count = bpf_map_lookup_elem(&losses, &key);
	if (count)
		__sync_fetch_and_add(count, 1);
	// So that whoever looks for losses sees at once that there are none.
	key = COUNT_LOST;
	if (reason == LOSS_REPETITION)
		return;
	count = bpf_map_lookup_elem(&sequences, &key);
	if (count)
		__sync_fetch_and_add(count, 1);
}

INLINE u32 next_sequence(void)
{
	u32 key = COUNT_MEANT;
	u64 *next = bpf_map_lookup_elem(&sequences, &key);
	return next ? __sync_fetch_and_add(next, 1) : 0;
}

// A free place on this processor. Programs are not moved to another one while they run.
INLINE struct scratch *claim(void)
{
	u32 first = bpf_get_smp_processor_id() * SCRATCH_SLOTS;
#pragma unroll
	for (u32 slot = 0; slot < SCRATCH_SLOTS; slot++) {
		u32 key = first + slot;
		struct scratch *s = bpf_map_lookup_elem(&scratches, &key);
		if (s && __sync_val_compare_and_swap(&s->busy, 0, 1) == 0)
			return s;
	}
	return NULL;
}

INLINE void discard(struct scratch *s)
{
	__sync_lock_test_and_set(&s->busy, 0);
}

INLINE u64 start_of(struct task_struct *task)
{
	return task->group_leader->start_boottime;
}

// Fills the head for a task: the one that runs, or another that the event is about.
INLINE void head_of(struct scratch *s, struct task_struct *task, u64 cgroup, u16 kind, s64 ret)
{
	struct head *head = (struct head *)s->record;
	struct pid *pid = task->thread_pid;
	u32 level = pid->level;
	struct pid_namespace *ns = NULL;

	// The verifier knows of the first number alone what it is.
	if (!level) {
		head->pid_ns = pid->numbers[0].ns->ns.inum;
	} else {
		bpf_probe_read_kernel(&ns, sizeof(ns), &pid->numbers[level].ns);
		head->pid_ns = ns ? GET(ns, ns.inum) : 0;
	}
	s->at = HEAD_BYTES;
	s->params = 0;
	s->flags = 0;
	s->fs = 0;
	s->kind = kind;
	head->size = 0;
	head->kind = kind;
	head->flags = 0;
	head->time_ns = bpf_ktime_get_boot_ns();
	head->pid = task->tgid;
	head->tid = task->pid;
	head->start_ns = start_of(task);
	head->cgroup_id = cgroup;
	head->ret = ret;
	head->mnt_ns = task->nsproxy->mnt_ns->ns.inum;
	head->cpu = bpf_get_smp_processor_id();
	head->params = 0;
	head->sequence = 0;
}

// Begins a record without asking the filters.
NOINLINE struct scratch *begin_always(u16 kind, s64 ret)
{
	struct scratch *s = claim();

	if (!s) {
		next_sequence();
		lose(kind, LOSS_SCRATCH);
		return NULL;
	}
	head_of(s, bpf_get_current_task_btf(), bpf_get_current_cgroup_id(), kind, ret);
	return s;
}

// Begins a record of the task that runs; NULL when nobody wants it or there is no room.
INLINE struct scratch *begin(u16 kind, s64 ret)
{
	if (!wanted(kind))
		return NULL;
	return begin_always(kind, ret);
}

INLINE void flag(struct scratch *s, u16 flags)
{
	s->flags |= flags;
}

// Place of a parameter with `length` bytes, or NULL and FLAG_CUT when the record is full.
INLINE u8 *place(struct scratch *s, u16 param, u32 length)
{
	u32 at = s->at;
	u8 *to;

	if (at > RECORD_BYTES_MAX - 16 || length > RECORD_BYTES_MAX - 16 - at) {
		flag(s, FLAG_CUT);
		return NULL;
	}
	at &= RECORD_MASK;
	OPAQUE(at);
	to = s->record + at;
	*(u16 *)to = param;
	*(u16 *)(to + 2) = length;
	s->at = at + 4 + length;
	s->params++;
	return to + 4;
}

INLINE void put_u64(struct scratch *s, u16 param, u64 value)
{
	u8 *to = place(s, param, 8);
	if (to)
		*(u64 *)to = value;
}

// Bytes of the kernel's memory. What does not fit is cut.
NOINLINE int put_kernel(struct scratch *s, u16 param, const void *from, u32 length)
{
	u32 at, room;
	u8 *to;

	if (!s)
		return 0;
	at = s->at;
	if (at > RECORD_BYTES_MAX - 16) {
		flag(s, FLAG_CUT);
		return 0;
	}
	room = RECORD_BYTES_MAX - 16 - at;
	if (length > room) {
		flag(s, FLAG_CUT);
		length = room;
	}
	length &= RECORD_MASK;
	OPAQUE(length);
	at &= RECORD_MASK;
	OPAQUE(at);
	to = s->record + at;
	if (bpf_probe_read_kernel(to + 4, length, from))
		return 0;
	*(u16 *)to = param;
	*(u16 *)(to + 2) = length;
	s->at = at + 4 + length;
	s->params++;
	return length;
}

// Bytes of the caller's memory. What does not fit is cut; what cannot be read is told by a flag.
NOINLINE int put_user(struct scratch *s, u16 param, const void *from, u32 length)
{
	u32 at, room;
	u8 *to;

	if (!s)
		return 0;
	at = s->at;
	if (at > RECORD_BYTES_MAX - 16) {
		flag(s, FLAG_CUT);
		return 0;
	}
	room = RECORD_BYTES_MAX - 16 - at;
	if (length > room) {
		flag(s, FLAG_CUT);
		length = room;
	}
	length &= RECORD_MASK;
	OPAQUE(length);
	at &= RECORD_MASK;
	OPAQUE(at);
	to = s->record + at;
	if (bpf_probe_read_user(to + 4, length, from)) {
		flag(s, FLAG_FAULT);
		return 0;
	}
	*(u16 *)to = param;
	*(u16 *)(to + 2) = length;
	s->at = at + 4 + length;
	s->params++;
	return length;
}

// A text up to its NUL, which is not taken along: at most `most` bytes, from the kernel's memory or
// the caller's. Returns its length.
NOINLINE int put_text(struct scratch *s, u16 param, const void *from, u32 most, bool user)
{
	u32 at, room;
	s64 length;
	u8 *to;

	if (!s || !from)
		return 0;
	at = s->at;
	if (at > RECORD_BYTES_MAX - 16) {
		flag(s, FLAG_CUT);
		return 0;
	}
	room = RECORD_BYTES_MAX - 16 - at;
	if (most > room)
		most = room;
	most &= RECORD_MASK;
	OPAQUE(most);
	at &= RECORD_MASK;
	OPAQUE(at);
	to = s->record + at;
	length = user ? bpf_probe_read_user_str(to + 4, most, from)
		      : bpf_probe_read_kernel_str(to + 4, most, from);
	if (length <= 0) {
		flag(s, FLAG_FAULT);
		return 0;
	}
	// The NUL counts; a text that fills its place was perhaps longer. Names of threads always may.
	if (length == most && param != PARAM_COMM)
		flag(s, FLAG_CUT);
	length = (length - 1) & RECORD_MASK;
	*(u16 *)to = param;
	*(u16 *)(to + 2) = length;
	s->at = at + 4 + length;
	s->params++;
	return length;
}

INLINE int put_user_text(struct scratch *s, u16 param, const void *from, u32 most)
{
	return put_text(s, param, from, most, true);
}

INLINE int put_kernel_text(struct scratch *s, u16 param, const void *from, u32 most)
{
	return put_text(s, param, from, most, false);
}

// Whether this record makes the whole of so many bytes wait, or a multiple of that. Not at every record
// past the mark: a wake-up is an interrupt, which costs as much as all else.
INLINE bool is_due(u64 wake_bytes, u32 size)
{
	u64 waiting = bpf_ringbuf_query(&ring, RING_AVAILABLE);

	return !wake_bytes || waiting / wake_bytes != (waiting + size) / wake_bytes;
}

// Ends a record and hands it over. Whoever reads is woken when enough has gathered, and otherwise
// comes by itself: a wake-up for each event would cost more than the event.
NOINLINE int submit(struct scratch *s)
{
	struct head *head;
	struct config *config = settings();
	u64 wake = RING_NO_WAKEUP;
	u32 size;
	int failed;

	if (!s)
		return 0;
	head = (struct head *)s->record;
	size = s->at & RECORD_MASK;
	OPAQUE(size);
	*(u64 *)(s->record + size) = 0;
	size = (size + 7) & ~7u;
	head->size = size;
	head->flags = s->flags;
	head->params = s->params;
	head->sequence = next_sequence();
	if (config && is_due(config->wake_bytes, size))
		wake = RING_FORCE_WAKEUP;
	failed = bpf_ringbuf_output(&ring, s->record, size, wake) != 0;
	if (failed)
		lose(s->kind, LOSS_RING);
	discard(s);
	return failed;
}
