// Opens files as its arguments say, and changes where names lead, for tests of what the kernel leaves
// out. Each step is a letter and its operands, one argument each:
//   o NAME      open it to read            w NAME      open it to write
//   a DIR NAME  open it below a folder     l NAME      open it as descriptor 0
//   c DIR       change folder              r DIR       change root
//   b FROM TO   bind mount                 n           a mount namespace of its own
//   p NAME      the process's name
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int fd = -1, folder, failed = 0;

		switch (argv[i][0]) {
		case 'o':
			fd = open(argv[++i], O_RDONLY);
			break;
		case 'w':
			fd = open(argv[++i], O_WRONLY);
			break;
		case 'a':
			folder = open(argv[++i], O_PATH | O_DIRECTORY);
			fd = openat(folder, argv[++i], O_RDONLY);
			close(folder);
			break;
		case 'l':
			close(0);
			fd = open(argv[++i], O_RDONLY);
			break;
		case 'c':
			failed = chdir(argv[++i]);
			break;
		case 'r':
			failed = chroot(argv[++i]);
			break;
		case 'b':
			failed = mount(argv[i + 1], argv[i + 2], NULL, MS_BIND, NULL);
			i += 2;
			break;
		case 'n':
			failed = unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
			break;
		case 'p':
			failed = prctl(PR_SET_NAME, argv[++i]);
			break;
		default:
			failed = 1;
		}
		if (failed) {
			perror(argv[i]);
			return 1;
		}
		if (fd >= 0)
			close(fd);
	}
	return 0;
}
