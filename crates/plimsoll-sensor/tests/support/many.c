// Makes containers as engines do, one after the other: a cgroup with an engine's name, a process in it
// that starts a program, and both gone again.
//
// Arguments: folder of the tree, how many, a word for the programs' arguments, the first's number. The
// name of a container is its number as 64 hexadecimal digits, under each engine's folder in turn. Three
// of four processes are born in their cgroup, as engines have it today; the fourth is moved.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int into(const char *path)
{
	struct clone_args arguments = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), child;

	arguments.cgroup = folder;
	child = syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (child)
		close(folder);
	return child;
}

static int moved(const char *path)
{
	char procs[512];
	int child = fork(), file;

	if (child)
		return child;
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	file = open(procs, O_WRONLY | O_CLOEXEC);
	if (file < 0 || write(file, "0", 1) != 1)
		_exit(3);
	return 0;
}

int main(int count, char **words)
{
	static const char *forms[] = { "docker/%064x", "libpod_parent/libpod-%064x",
				       "kubepods/besteffort/pod0f0e0d0c-1111-2222-3333-444455556666/%064x",
				       "system.slice/crio-%064x.scope" };
	int from, most, number;

	if (count != 5)
		return 2;
	most = atoi(words[2]);
	from = atoi(words[4]);
	for (number = from; number < from + most; number++) {
		char below[256], path[512], id[80];
		int child, status;

		snprintf(below, sizeof(below), forms[number % 4], number);
		snprintf(path, sizeof(path), "%s/%s", words[1], below);
		snprintf(id, sizeof(id), "%064x", number);
		if (mkdir(path, 0755)) {
			perror(path);
			return 1;
		}
		child = number / 4 % 4 ? into(path) : moved(path);
		if (!child) {
			execl("/bin/true", "true", words[3], id, (char *)0);
			_exit(4);
		}
		if (child < 0 || waitpid(child, &status, 0) < 0 || status) {
			perror("child");
			return 1;
		}
		// Busy until the kernel has put the process away.
		while (rmdir(path))
			usleep(50);
	}
	return 0;
}
