// Files that are opened: open, openat, openat2, creat. When the call returns there is an open file,
// whose path is the truth; the name as it was given is told beside it.
#pragma once
#include "calls.h"
#include "chosen.h"

#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100
#define O_TRUNC 01000
#define O_TMPFILE 020000000

NOINLINE int put_opened(struct scratch *s, struct file *file, const void *name, s32 folder)
{
	if (!file)
		return put_name(s, name, folder);
	put_user_text(s, PARAM_NAME, name, NAME_BYTES);
	if (folder != AT_FDCWD)
		put_u64(s, PARAM_DIR_FD, (s64)folder);
	return put_file(s, file);
}

INLINE int opened(u16 kind, s64 ret, const void *name, s32 folder, u64 flags, u64 mode)
{
	struct config *config = settings();
	struct file *file = NULL;
	struct scratch *s;
	u64 opens;

	if (!config)
		return 0;
	if (ret < 0)
		opens = config->open_failed;
	else if (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_TMPFILE))
		opens = config->open_write;
	else
		opens = config->open_read;
	if (opens == OPENS_NONE || !wanted(kind))
		return 0;
	if (ret >= 0)
		file = file_of(ret);
	// By the file's own path and by the name as it was given: a rule may be about either.
	if (opens == OPENS_CHOSEN && !chosen_command(config) && !(file && chosen(config, file)) &&
	    !chosen_given(config, name))
		return 0;
	if (config->repeat_ns && file && repeated(config, kind, file, flags))
		return 0;
	s = begin_always(kind, ret);
	if (!s)
		return 0;
	put_u64(s, PARAM_FLAGS, flags);
	// Without a file to be made the argument means nothing.
	if (flags & (O_CREAT | O_TMPFILE))
		put_u64(s, PARAM_MODE, mode & 07777);
	put_opened(s, file, name, folder);
	return submit(s);
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
