//! Tables of descriptors: copies, forks, exec, and what stays unknown.

use super::check;

#[test]
fn opened_copied_and_closed() {
    check(
        "
        10 task cwd=/srv
        10 openat=3 name=a/../b flags=0o2 dir_fd=-100
        ? now fd=3 file=/srv/b path=/srv/b
        10 dup=4 fd=3
        ? now fd=4 file=/srv/b second=/srv/b
        10 dup2=9 fd=4 new_fd=9
        10 fcntl=10 fd=9 request=0
        10 close fd=3
        ? now fd=3 file=/srv/b
        ? 10 fd3=- fd4=/srv/b fd9=/srv/b fd10=/srv/b fds=3
        10 close=-9 fd=33
        ? now fd=33 file=-
        10 openat=-2 name=none
        ? now fd=- file=/srv/none",
    );
}

#[test]
fn the_kernels_path_is_truer_than_the_callers() {
    check(
        "
        10 task cwd=/srv
        10 openat=3 name=link path=/real/file
        ? now path=/real/file written=/srv/link
        10 renameat name=x new_name=y dir_fd=3 new_dir_fd=-100
        ? now path=/real/file/x new=/srv/y
        10 renameat name=x new_name=/z dir_fd=77
        ? now path=x new=/z",
    );
}

#[test]
fn exec_closes_what_is_marked() {
    check(
        "
        10 task cwd=/
        10 openat=3 name=/kept
        10 openat=4 name=/gone flags=0o2000000
        10 dup3=5 fd=3 new_fd=5 flags=0o2000000
        10 fcntl fd=3 request=2 arg2=1
        10 fcntl fd=4 request=2 arg2=0
        10 execve exe_path=/a args=a comm=a
        ? 10 fd3=- fd4=/gone fd5=- fds=1",
    );
}

#[test]
fn a_fork_has_a_copy_and_clone_files_the_same() {
    check(
        "
        10 task cwd=/
        10 openat=3 name=/a
        10 clone=11 child_pid=11 child_start=11000
        10 clone=12 child_pid=12 child_start=12000 clone_flags=0x400
        11 close fd=3
        ? 10 fd3=/a
        ? 11 fd3=-
        12 openat=4 name=/b
        ? 10 fd4=/b
        ? 11 fd4=-
        12 execve exe_path=/x args=x comm=x
        12 close fd=3
        ? 10 fd3=/a fd4=/b
        ? 12 fd3=- fd4=/b
        10 procexit
        ? 12 fd4=/b",
    );
}

#[test]
fn other_sorts_of_descriptors() {
    check(
        "
        10 task cwd=/
        10 pipe2 fd=3 new_fd=4 flags=0
        ? now file=pipe:r second=pipe:w
        10 memfd_create=5 name=x flags=1
        10 eventfd2=6
        10 epoll_create1=7
        10 pidfd_open=8 target_pid=44
        10 userfaultfd=9
        10 io_uring_setup=10
        ? 10 fd3=pipe:r fd4=pipe:w fd5=memory:x fd6=event fd7=poll fd8=pid(44) fd9=userfault fd10=iouring
        11 task cwd=/
        11 pidfd_getfd=3 fd=8 target_pid=10 new_fd=5
        ? 11 fd3=memory:x
        11 pidfd_getfd=4 fd=8 target_pid=99 new_fd=5
        ? 11 fd4=other",
    );
}

#[test]
fn what_the_kernel_shows_is_truer_than_what_was_kept() {
    check(
        "
        10 task cwd=/
        10 openat=3 name=/a path=/a inode=5 device=1 file_mode=0o100644 flags=0o1
        10 fchmod fd=3 path=/a inode=5 device=1 file_mode=0o100644
        ? 10 fd3=/a
        10 fchmod fd=3 path=/b inode=6 device=1 file_mode=0o100644
        ? now file=/b path=/b
        ? 10 fd3=/b
        10 dup2=0 fd=7 new_fd=0 path=/c inode=7 device=1 file_mode=0o100644
        ? now file=/c second=/c
        ? 10 fd0=/c fd7=/c
        10 dup2=1 fd=8 new_fd=1 inode=9 file_mode=0o10600
        ? 10 fd1=pipe:r
        10 fcntl=9 fd=3 new_fd=9
        ? 10 fd9=/b
        10 file fd=4 path=/anon_inode:[eventfd] file_mode=0o600
        10 sock fd=5 sock_inode=9 sock_family=1 unix_path=/run/x
        ? 10 fd4=event fd5=unix:/run/x",
    );
}

#[test]
fn what_was_open_at_the_start() {
    check(
        "
        10 task cwd=/
        0 sock sock_inode=77 sock_family=2 sock_type=1 local_address=10.0.0.1 local_port=80 remote_address=10.0.0.2 remote_port=9 sock_state=1
        10 file fd=0 path=/dev/null file_mode=0o20666
        10 file fd=1 path=pipe:[5] file_mode=0o10600 flags=1 inode=5
        10 file fd=2 path=anon_inode:[eventpoll]
        10 file fd=3 file_mode=0o140777 sock_inode=77
        10 file fd=4 path=\"/memfd:x (deleted)\" file_layer=4
        ? 10 fd0=/dev/null fd1=pipe:w fd2=poll fd3=10.0.0.1:80>10.0.0.2:9/unknown fd4=memory:x",
    );
}

#[test]
fn a_descriptor_that_came_another_way_stays_unknown() {
    check(
        "
        10 task cwd=/
        10 fchmod fd=5 mode=0o777
        ? now fd=5 file=-
        10 dup2=1 fd=5 new_fd=1
        ? now fd=1 file=-
        10 dup2=-9 fd=5 new_fd=1
        ? now fd=5 file=-
        10 openat=2147483647 name=/x
        10 openat=-1 name=/y
        ? 10 fds=1",
    );
}
