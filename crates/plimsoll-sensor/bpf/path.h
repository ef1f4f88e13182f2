// Full paths, walked from the file up to the root of the process, through mounts.
//
// The kernel's own helper for this is open to few programs, and resolves to the root of the machine.
// Here the path is what the process itself would call the file.
#pragma once
#include "emit.h"

#define PATH_STEPS_MAX 2048

// Longest name that can lie within a dentry, with its NUL.
#define NAME_INSIDE 40

// What the walk needs of a dentry. It lies side by side in the kernel, the name too where it is short,
// and is read at once.
struct entry {
	struct dentry *parent;
	u64 hash_len;
	const unsigned char *name;
	struct inode *inode;
	u64 inside[NAME_INSIDE / 8];
};

struct walk {
	struct scratch *s;
	struct dentry *dentry;
	struct vfsmount *mnt;
	// The uppermost dentry of the mount.
	struct dentry *top;
	struct dentry *root_dentry;
	struct vfsmount *root_mnt;
	u32 at;
	u32 done;
};

// Reads an entry. Returns whether the name lies inside.
INLINE bool read_entry(struct entry *entry, struct dentry *dentry)
{
	u32 first = OFFSET_OF(struct dentry, d_parent);

	if (OFFSET_OF(struct dentry, d_name.hash_len) == first + 8 &&
	    OFFSET_OF(struct dentry, d_name.name) == first + 16 &&
	    OFFSET_OF(struct dentry, d_inode) == first + 24) {
		bpf_probe_read_kernel(entry, sizeof(*entry), (void *)dentry + first);
		// Behind the inode stands the place for short names.
		return (u64)entry->name == (u64)dentry + first + __builtin_offsetof(struct entry, inside);
	}
	entry->parent = GET(dentry, d_parent);
	entry->hash_len = GET(dentry, d_name.hash_len);
	entry->name = GET(dentry, d_name.name);
	return false;
}

// Copies a short name word by word. The last word may reach into what is there already: that is put
// back.
INLINE void copy_inside(struct scratch *s, u32 at, struct entry *entry, u32 length)
{
	u64 *to = (u64 *)&s->path[at & PATH_MASK];
	u64 *behind = (u64 *)&s->path[(at + length) & PATH_MASK];
	u64 kept = *behind;

	to[0] = entry->inside[0];
	if (length > 8)
		to[1] = entry->inside[1];
	if (length > 16)
		to[2] = entry->inside[2];
	if (length > 24)
		to[3] = entry->inside[3];
	if (length > 32)
		to[4] = entry->inside[4];
	*behind = kept;
}

// Puts a slash and a name before what is there already; false when there is no room.
INLINE bool prepend(struct walk *walk, struct dentry *dentry, struct entry *entry, bool inside)
{
	struct scratch *s = walk->s;
	u32 at = walk->at, length = entry->hash_len >> 32 & 255;

	if (at < length + 1)
		return false;
	at -= length + 1;
	walk->at = at;
	s->path[at & PATH_MASK] = '/';
	if (inside && length < NAME_INSIDE)
		copy_inside(s, at + 1, entry, length);
	else
		bpf_probe_read_kernel(&s->path[(at + 1) & PATH_MASK], length, entry->name);
	// A rename exchanges name and length together: another sum means that they may not belong together.
	if (GET(dentry, d_name.hash_len) != entry->hash_len)
		flag(s, FLAG_RACED);
	return true;
}

// One component, or one step from the top of a mount to where it is mounted.
static long walk_step(u32 index, struct walk *walk)
{
	struct dentry *dentry = walk->dentry;
	struct entry entry;
	bool inside;

	if (dentry == walk->root_dentry && walk->mnt == walk->root_mnt) {
		walk->done = 1;
		return 1;
	}
	if (dentry == walk->top) {
		struct mount *mount = CONTAINER_OF(walk->mnt, struct mount, mnt);
		struct mount *above = GET(mount, mnt_parent);

		// The uppermost mount of a namespace, or one that is mounted nowhere.
		if (!above || above == mount)
			return 1;
		walk->dentry = GET(mount, mnt_mountpoint);
		walk->mnt = (void *)above + OFFSET_OF(struct mount, mnt);
		walk->top = GET(above, mnt.mnt_root);
		return 0;
	}
	inside = read_entry(&entry, dentry);
	// A file that lies in no folder, as memfd_create makes them, still has a name.
	if (!prepend(walk, dentry, &entry, inside) || dentry == entry.parent)
		return 1;
	walk->dentry = entry.parent;
	return 0;
}

// Walks a path into `s->path`, in front of the `behind` bytes that already stand at its end;
// `s->path_at` and `s->path_length` say where it lies. Returns whether the process's root was met.
NOINLINE int walk_path(struct scratch *s, struct dentry *dentry, struct vfsmount *mnt, u32 behind)
{
	struct fs_struct *fs = bpf_get_current_task_btf()->fs;
	struct walk walk = {
		.s = s,
		.dentry = dentry,
		.mnt = mnt,
		.root_dentry = fs->root.dentry,
		.root_mnt = fs->root.mnt,
		.at = PATH_BYTES - 1 - (behind & PATH_MASK),
	};

	if (!s)
		return 0;
	// Most files lie on the mount of the root, of which the verifier knows what it is.
	walk.top = (u64)mnt == (u64)walk.root_mnt ? fs->root.mnt->mnt_root : GET(mnt, mnt_root);
	if (s->fs) {
		struct fs_struct *other = (void *)s->fs;

		walk.root_dentry = GET(other, root.dentry);
		walk.root_mnt = GET(other, root.mnt);
	}
	bpf_loop(PATH_STEPS_MAX, walk_step, &walk, 0);
	// The root itself has no component.
	if (walk.at == PATH_BYTES - 1)
		s->path[--walk.at & PATH_MASK] = '/';
	s->path_at = walk.at;
	s->path_length = PATH_BYTES - 1 - walk.at;
	return walk.done;
}

// Files of the kernel's own, that are mounted nowhere: pipes, sockets, memfd.
INLINE bool nowhere(struct vfsmount *mnt)
{
	struct mount *mount = CONTAINER_OF(mnt, struct mount, mnt);
	return GET(mount, mnt_parent) == mount;
}

// Adds a path as a parameter.
NOINLINE int put_path(struct scratch *s, u16 param, struct dentry *dentry, struct vfsmount *mnt)
{
	if (!s || !dentry)
		return 0;
	if (!walk_path(s, dentry, mnt, 0))
		flag(s, FLAG_PATH_PARTIAL);
	return put_kernel(s, param, &s->path[s->path_at & PATH_MASK], s->path_length);
}

// The open file of a descriptor of the task that runs.
INLINE struct file *file_of(s64 fd)
{
	struct fdtable *table = bpf_get_current_task_btf()->files->fdt;
	struct file *file = NULL;

	if (fd < 0 || fd >= table->max_fds)
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), table->fd + fd);
	return file;
}
