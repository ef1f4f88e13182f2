// Files that are opened: open, openat, openat2, creat. When the call returns there is an open file,
// whose path is the truth; the name as it was given is told beside it.
#pragma once
#include "asked.h"
#include "calls.h"

#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100
#define O_TRUNC 01000
#define O_TMPFILE 020000000
// Standard input, output and errors: what they are is asked when a program is started.
#define STANDARD_FD_LAST 2

// Which opens of this sort are told: OPENS_…
INLINE u64 opens_told(struct config *config, s64 ret, u64 flags)
{
	if (ret < 0)
		return config->open_failed;
	if (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_TMPFILE))
		return config->open_write;
	return config->open_read;
}

// The folder that a relative name begins at.
INLINE bool see_folder(struct opening *open, s32 folder)
{
	struct fs_struct *fs = bpf_get_current_task_btf()->fs;
	struct file *file;

	if (folder == AT_FDCWD) {
		open->folder = (u64)fs->pwd.dentry;
		open->folder_mnt = (u64)fs->pwd.mnt;
		return true;
	}
	file = file_of(folder);
	if (!file)
		return false;
	open->folder = (u64)GET(file, f_path.dentry);
	open->folder_mnt = (u64)GET(file, f_path.mnt);
	return true;
}

// How much is known of a name.
enum { NAME_UNSEEN, NAME_SEEN, NAME_WHOLE };

// The name as it was given into `s->name`. Read once: the caller may change its memory while it is
// judged.
INLINE int see_name(struct scratch *s, struct opening *open, const void *name, s32 folder)
{
	s64 read = bpf_probe_read_user_str(s->name, NAME_BYTES, name);

	if (read <= 0)
		return NAME_UNSEEN;
	open->length = read - 1;
	if (s->name[0] != '/' && !see_folder(open, folder))
		return NAME_SEEN;
	return open->length < OPEN_NAME_BYTES ? NAME_WHOLE : NAME_SEEN;
}

// Where a relative name begins. That it cannot be followed up says nothing of the file.
INLINE void put_folder(struct scratch *s, struct opening *open)
{
	if (walk_path(s, (void *)open->folder, (void *)open->folder_mnt, 0))
		put_kernel(s, PARAM_FOLDER, &s->path[s->path_at & PATH_MASK], s->path_length);
}

// An open that returned.
struct returned {
	struct opening open;
	struct asked asked;
	struct file *file;
	s64 ret;
	s32 folder;
	s32 seen;
};

_Static_assert(sizeof(struct returned) <= sizeof(((struct scratch *)0)->call), "returned");

NOINLINE int tell_open(struct scratch *s)
{
	struct returned *call;
	struct opening *open;
	u32 length;

	if (!s)
		return 0;
	call = (struct returned *)s->call;
	open = &call->open;
	head_of(s, bpf_get_current_task_btf(), bpf_get_current_cgroup_id(), open->kind, call->ret);
	put_u64(s, PARAM_FLAGS, open->flags);
	if (open->flags & (O_CREAT | O_TMPFILE))
		put_u64(s, PARAM_MODE, open->mode);
	length = open->length & (NAME_BYTES - 1);
	if (call->seen == NAME_UNSEEN)
		flag(s, FLAG_FAULT);
	else
		put_kernel(s, PARAM_NAME, s->name, length);
	if (length == NAME_BYTES - 1)
		flag(s, FLAG_CUT);
	if (call->folder != AT_FDCWD)
		put_u64(s, PARAM_DIR_FD, (s64)call->folder);
	if (call->file) {
		if (open->folder)
			put_folder(s, open);
		put_file(s, call->file);
	} else if (call->seen != NAME_UNSEEN) {
		put_below(s, PARAM_PATH, (void *)open->folder, (void *)open->folder_mnt, length);
	}
	// How such opens can be left out, and the name of the process that this holds for.
	if (call->asked.epoch) {
		put_kernel(s, PARAM_OPEN_KEY, &call->asked, sizeof(call->asked));
		put_kernel_text(s, PARAM_COMM, open->comm, sizeof(open->comm));
	}
	return submit(s);
}

INLINE int opened(u16 kind, s64 ret, const void *name, s32 folder, u64 flags, u64 mode)
{
	struct config *config = settings();
	struct file *file = NULL;
	struct returned *call;
	struct scratch *s;
	u64 opens;

	opens = config ? opens_told(config, ret, flags) : OPENS_NONE;
	if (opens == OPENS_NONE || !wanted(kind))
		return 0;
	s = claim();
	if (!s) {
		next_sequence();
		lose(kind, LOSS_SCRATCH);
		return 0;
	}
	if (ret >= 0)
		file = file_of(ret);
	call = (struct returned *)s->call;
	*call = (struct returned){
		.open = {
			.kind = kind,
			.flags = flags,
			// Without a file to be made the argument means nothing.
			.mode = flags & (O_CREAT | O_TMPFILE) ? mode & 07777 : 0,
			.error = ret < 0 ? -ret : 0,
		},
		.file = file,
		.ret = ret,
		.folder = folder,
	};
	call->seen = see_name(s, &call->open, name, folder);
	if (opens == OPENS_ASKED && call->seen == NAME_WHOLE && (file || ret < 0) &&
	    (ret < 0 || ret > STANDARD_FD_LAST) && is_left_out(s, file, &call->asked))
		goto out;
	if (config->repeat_ns && file && repeated(config, kind, file, flags))
		goto out;
	return tell_open(s);
out:
	discard(s);
	return 0;
}

EXIT(openat)
{
	struct pt_regs *regs = registers();

	return opened(KIND_OPENAT, ctx->ret, (void *)argument(regs, 1), argument(regs, 0),
		      argument(regs, 2), argument(regs, 3));
}

EXIT(open)
{
	struct pt_regs *regs = registers();

	return opened(KIND_OPEN, ctx->ret, (void *)argument(regs, 0), AT_FDCWD, argument(regs, 1),
		      argument(regs, 2));
}

EXIT(creat)
{
	struct pt_regs *regs = registers();

	return opened(KIND_CREAT, ctx->ret, (void *)argument(regs, 0), AT_FDCWD,
		      O_CREAT | O_WRONLY | O_TRUNC, argument(regs, 1));
}

EXIT(openat2)
{
	struct pt_regs *regs = registers();
	u64 how[2] = {};

	bpf_probe_read_user(how, sizeof(how), (void *)argument(regs, 2));
	return opened(KIND_OPENAT2, ctx->ret, (void *)argument(regs, 1), argument(regs, 0), how[0],
		      how[1]);
}
