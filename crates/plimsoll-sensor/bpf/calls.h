// System calls that are given names of files.
//
// Most calls leave no open file behind that could be asked for its path. Their names are read when
// they are entered and again when they return; if another thread has changed them meanwhile, both are
// told. A full path is put together from the folder that the kernel began at and the name as it was
// given (FLAG_PATH_GIVEN): links and `..` in the name are not followed.
#pragma once
#include "layer.h"
#include "path.h"

#define AT_FDCWD -100
#define GIVEN_BYTES 256
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFIFO 0010000

#define ENTER(call)                                                                                \
	SEC("tracepoint/syscalls/sys_enter_" #call) int sys_enter_##call(struct syscall_enter *ctx)
#define EXIT(call)                                                                                 \
	SEC("tracepoint/syscalls/sys_exit_" #call) int sys_exit_##call(struct syscall_exit *ctx)

// Names of the call that a thread is in, as they were at its entry; only their beginnings.
struct entered {
	u32 length[2];
	u8 name[2][GIVEN_BYTES];
};

struct {
	MAP_UINT(type, MAP_LRU_HASH);
	MAP_UINT(max_entries, 4096);
	MAP_TYPE(key, u64);
	MAP_TYPE(value, struct entered);
} entered_calls SEC(".maps");

// Keeps the names of a call until it returns. One that cannot be read yet is read when it does.
NOINLINE int remember(u16 kind, const void *first, const void *second)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct entered *entered;
	struct scratch *s;
	s64 length;

	if (!wanted(kind))
		return 0;
	s = claim();
	if (!s)
		return 0;
	entered = (struct entered *)s->name;
	length = bpf_probe_read_user_str(entered->name[0], GIVEN_BYTES, first);
	entered->length[0] = length > 0 ? length - 1 : 0;
	length = second ? bpf_probe_read_user_str(entered->name[1], GIVEN_BYTES, second) : 0;
	entered->length[1] = length > 0 ? length - 1 : 0;
	bpf_map_update_elem(&entered_calls, &thread, entered, UPDATE_ANY);
	discard(s);
	return 0;
}

INLINE void forget(void)
{
	u64 thread = bpf_get_current_pid_tgid();
	bpf_map_delete_elem(&entered_calls, &thread);
}

struct comparison {
	struct scratch *s;
	struct entered *entered;
	u32 second;
	u32 length;
	u32 differ;
};

// Eight bytes of `s->name` and of a name at the entry. A step of a loop of the kernel's own: the
// verifier looks at it once, and not once for each word in every program.
static long compare_step(u32 index, struct comparison *with)
{
	u32 at = (index * 8) & (GIVEN_BYTES - 8), left = with->length - at;
	const u8 *name = with->entered->name[with->second & 1];
	u64 differ;

	if (at >= with->length)
		return 1;
	differ = *(u64 *)(with->s->name + at) ^ *(const u64 *)(name + at);
	if (left < 8)
		differ &= (1ull << (left * 8)) - 1;
	with->differ |= differ != 0;
	return with->differ;
}

// Whether `s->name` begins with the first `length` bytes of a name at the entry.
INLINE bool same(struct scratch *s, struct entered *entered, u32 second, u32 length)
{
	struct comparison with = {
		.s = s, .entered = entered, .second = second, .length = length,
	};

	bpf_loop(GIVEN_BYTES / 8, compare_step, &with, 0);
	return !with.differ;
}

// Tells `s->name` of `length` bytes as a path, from this folder on when it is relative.
NOINLINE int put_below(struct scratch *s, u16 param, struct dentry *dentry, struct vfsmount *mnt,
		       u32 length)
{
	u32 at;

	if (!s)
		return 0;
	flag(s, FLAG_PATH_GIVEN);
	length &= NAME_BYTES - 1;
	OPAQUE(length);
	if (s->name[0] == '/')
		return put_kernel(s, param, s->name, length);
	if (!dentry)
		return 0;
	at = PATH_BYTES - 1 - length;
	bpf_probe_read_kernel(&s->path[at & PATH_MASK], length, s->name);
	if (length) {
		length++;
		s->path[(at - 1) & PATH_MASK] = '/';
	}
	if (!walk_path(s, dentry, mnt, length))
		flag(s, FLAG_PATH_PARTIAL);
	return put_kernel(s, param, &s->path[s->path_at & PATH_MASK], s->path_length);
}

// The same from the current folder, or that of a descriptor, on.
NOINLINE int put_joined(struct scratch *s, u16 param, s32 folder, u32 length)
{
	struct fs_struct *fs = bpf_get_current_task_btf()->fs;
	struct file *file;

	if (folder == AT_FDCWD)
		return put_below(s, param, fs->pwd.dentry, fs->pwd.mnt, length);
	file = file_of(folder);
	return put_below(s, param, file ? GET(file, f_path.dentry) : NULL,
			 file ? GET(file, f_path.mnt) : NULL, length);
}

// Tells a name of a call as it was given, and, when `path` is a parameter, as a full path.
NOINLINE int put_given(struct scratch *s, u16 param, const void *from, u32 second)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct entered *entered = bpf_map_lookup_elem(&entered_calls, &thread);
	s64 read;
	u32 length = 0, before;

	if (!s)
		return 0;
	second &= 1;
	read = bpf_probe_read_user_str(s->name, NAME_BYTES, from);
	if (read > 0)
		length = (read - 1) & (NAME_BYTES - 1);
	before = entered ? entered->length[second] : 0;
	if (read <= 0 && !before) {
		flag(s, FLAG_FAULT);
		return 0;
	}
	if (before && (length < before || !same(s, entered, second, before) ||
		       (length > before && before < GIVEN_BYTES - 1))) {
		flag(s, FLAG_RACED);
		if (length)
			put_kernel(s, PARAM_NAME_AFTER, s->name, length);
		before &= GIVEN_BYTES - 1;
		OPAQUE(before);
		bpf_probe_read_kernel(s->name, before, entered->name[second]);
		length = before;
	}
	put_kernel(s, param, s->name, length);
	return length;
}

// A name, the folder that it begins at, and both together as a path.
NOINLINE int put_name(struct scratch *s, const void *from, s32 folder)
{
	u32 length = put_given(s, PARAM_NAME, from, 0);

	if (s && folder != AT_FDCWD)
		put_u64(s, PARAM_DIR_FD, (s64)folder);
	return put_joined(s, PARAM_PATH, folder, length);
}

// The same for the second name of a call.
NOINLINE int put_second(struct scratch *s, const void *from, s32 folder)
{
	u32 length = put_given(s, PARAM_NEW_NAME, from, 1);

	if (s && folder != AT_FDCWD)
		put_u64(s, PARAM_NEW_DIR_FD, (s64)folder);
	return put_joined(s, PARAM_NEW_PATH, folder, length);
}

// What an open file is: path, identity, mode and layer. Sockets and pipes have no path.
NOINLINE int put_file(struct scratch *s, struct file *file)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct node node;
	u32 form;

	if (!s || !file)
		return 0;
	node = node_of(file);
	look_at(&node, task);
	form = node.mode & S_IFMT;
	if (form != S_IFSOCK && !(form == S_IFIFO && nowhere(node.mnt)))
		put_path(s, PARAM_PATH, node.dentry, node.mnt);
	put_u64(s, PARAM_INODE, node.number);
	put_u64(s, PARAM_DEVICE, node.device);
	put_u64(s, PARAM_FILE_MODE, node.mode);
	put_u64(s, PARAM_FILE_LAYER, layer_of_node(task, &node));
	return 0;
}

// A descriptor that a call was given, and the file behind it.
NOINLINE int put_fd(struct scratch *s, s64 fd)
{
	if (!s)
		return 0;
	put_u64(s, PARAM_FD, fd);
	return put_file(s, file_of(fd));
}
