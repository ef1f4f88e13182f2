//! Who made whom: forks, execs, ends, in every order in which they come.

use super::check;

#[test]
fn fork_and_exec_in_their_order() {
    check(
        "
        10 task comm=bash exe_path=/bin/bash args=bash cwd=/root uid=0 euid=0 ppid=1 parent_start=1000 sid=10
        10 clone=11 child_pid=11 child_start=11000 vpid=11
        ? 11 comm=bash exe=/bin/bash parent=10 cwd=/root origin=fork sid=10
        11 execve exe_path=/usr/bin/id args=id,-u comm=id ppid=10 parent_start=10000
        ? 11 comm=id exe=/usr/bin/id argv=id,-u ancestors=10 origin=exec
        ? now pid=11 parent=10
        11 procexit exit_code=0
        ? 11 ended=true comm=id
        ? 10 ended=false",
    );
}

#[test]
fn the_texts_of_a_fork_are_counted_once_for_each() {
    let state = check(
        "
        10 execve exe_path=/usr/bin/long args=a,long,line comm=long
        10 clone=11 child_pid=11 child_start=11000
        10 clone=12 child_pid=12 child_start=12000",
    );
    state.processes.verify();
}

#[test]
fn a_failed_exec_and_an_entry_change_nothing() {
    check(
        "
        10 execve exe_path=/bin/sh args=sh comm=sh
        10 execve=-2 exe=/bin/none comm=none
        10 execve head_flags=1 exe=/bin/none comm=none
        ? 10 comm=sh exe=/bin/sh argv=sh",
    );
}

#[test]
fn an_exec_takes_nothing_over_from_the_program_before() {
    check(
        "
        10 execve exe_path=/bin/sh args=sh,-c,x comm=sh
        10 execve exe=/bin/other
        ? 10 argv= exe= comm=other",
    );
}

#[test]
fn lineage_survives_the_end_of_parents() {
    check(
        "
        10 execve exe_path=/a args=a comm=a
        10 fork=11 child_pid=11 child_start=11000
        11 fork=12 child_pid=12 child_start=12000
        11 procexit
        10 procexit
        12 execve exe_path=/b args=b comm=b ppid=1 parent_start=1000
        ? 12 parent=11 ancestors=11,10
        ? 11 ended=true
        12 task ppid=1 parent_start=1000
        ? 12 ancestors=11,10",
    );
}

#[test]
fn a_pid_used_again_is_another_process() {
    check(
        "
        10@5 execve exe_path=/a args=a comm=a
        10@5 openat=3 name=/etc/a
        10@9 execve exe_path=/b args=b comm=b
        ? 10@9 comm=b fd3=-
        ? 10@5 comm=a ended=true
        10@5 close fd=3
        ? now pid=10 file=/etc/a
        10@5 procexit
        ? 10@9 ended=false
        10@3 close fd=3
        ? 10@9 ended=false comm=b
        ? 10@3 ended=true",
    );
}

#[test]
fn events_of_a_child_before_its_parents_fork() {
    check(
        "
        10 execve exe_path=/a args=a comm=a cwd=/x
        10 openat=3 name=/etc/a
        11 openat=4 name=/etc/b
        ? 11 comm= origin=guess
        10 clone=11 child_pid=11 child_start=11000
        ? 11 comm=a exe=/a origin=fork ancestors=10 fd4=/etc/b cwd=/x
        12 execve exe_path=/c args=c comm=c
        10 clone=12 child_pid=12 child_start=12000
        ? 12 comm=c exe=/c origin=exec ancestors=10",
    );
}

#[test]
fn the_end_before_the_fork_was_seen() {
    check(
        "
        11 procexit exit_code=9
        ? 11 ended=true origin=guess
        10 execve exe_path=/a args=a comm=a
        10 clone=11 child_pid=11 child_start=11000
        ? 11 ended=true comm=a ancestors=10
        10 clone=12 child_pid=12 child_start=12000
        ? 12 ended=false",
    );
}

#[test]
fn a_lost_fork_is_made_good_by_a_task() {
    check(
        "
        11 openat=3 name=/etc/b
        ? 11 origin=guess parent=0
        11 task comm=late exe_path=/l args=l ppid=10 parent_start=10000 euid=5
        ? 11 origin=task comm=late parent=10 fd3=/etc/b euid=5 ancestors=
        11@11000 openat=4 name=/etc/c
        ? 11 fd4=/etc/c",
    );
}

#[test]
fn strangers_are_named_until_somebody_tells_of_them() {
    let mut state = check(
        "
        11 openat=3 name=/etc/b
        11 clone=12 child_pid=12 child_start=12000
        13 openat=3 name=/etc/b
        13 task uid=5 euid=5 comm=known
        14 openat=3 name=/etc/b
        14 procexit",
    );
    let pids = |state: &mut super::State| -> Vec<u32> {
        let strangers = state.take_strangers(9);
        strangers.iter().map(|exec| exec.pid).collect()
    };
    assert_eq!(pids(&mut state), [11, 12]);
    assert!(pids(&mut state).is_empty());
}

#[test]
fn a_start_out_of_proc_is_rough() {
    check(
        "
        11@20000000 task comm=a head_flags=128 ppid=1 parent_start=1
        11@23456789 openat=3 name=/x
        ? 11@23456789 comm=a fd3=/x
        11@20000000 task comm=b head_flags=128
        ? 11@23456789 comm=b
        11@93456789 openat=3 name=/x
        ? 11@93456789 comm=",
    );
}

#[test]
fn a_parent_out_of_proc_is_found_by_its_rough_start() {
    check(
        "
        5@40000000 task comm=init head_flags=128
        10@20000000 task comm=a head_flags=128 ppid=5 parent_start=40000000
        10@23456789 openat=3 name=/x
        11@30000000 task comm=b head_flags=128 ppid=10 parent_start=20000000
        12 execve comm=c ppid=5 parent_start=41234567
        ? 11@30000000 ancestors=10,5
        ? 12 ancestors=5",
    );
}

#[test]
fn threads_share_the_process() {
    check(
        "
        10 execve exe_path=/a args=a comm=a
        10 clone=11 child_pid=10 child_tid=11 clone_flags=0x10000
        10/11 openat=3 name=/x
        10/11 prctl request=15 text=worker
        10/11 clone=12 child_pid=12 child_start=12000
        ? 10 fd3=/x comm=a
        ? 12 ancestors=10
        ? gone 11
        10 prctl request=15 text=renamed
        ? 10 comm=renamed
        10/11 procexit
        10 openat=4 name=/y
        ? 10 ended=false fd3=/x",
    );
}

#[test]
fn a_sibling_made_with_clone_parent() {
    check(
        "
        9 execve exe_path=/shim args=shim comm=shim
        9 clone=10 child_pid=10 child_start=10000
        10 clone=11 child_pid=11 child_start=11000 clone_flags=0x8000
        ? 11 parent=9 ancestors=9",
    );
}

#[test]
fn users_change_as_the_calls_say() {
    check(
        "
        10 task uid=0 euid=0 suid=0 fsuid=0 gid=0 egid=0 sgid=0 cap_effective=0xff cap_permitted=0xff
        10 setresuid arg0=-1 arg1=1000 arg2=-1
        ? 10 uid=0 euid=1000 suid=0 caps=0
        10 setresuid arg0=-1 arg1=0 arg2=-1
        ? 10 euid=0 caps=ff
        10 setuid=-1 arg0=7
        ? 10 uid=0
        10 setuid arg0=1000
        ? 10 uid=1000 euid=1000 suid=1000 caps=0
        10 capset cap_effective=1 cap_permitted=1 cap_inheritable=0
        ? 10 caps=1
        10 setuid uid=1 euid=2 suid=3 fsuid=2 cap_effective=0
        ? 10 uid=1 euid=2 suid=3 caps=0",
    );
}

#[test]
fn sessions_groups_and_folders() {
    check(
        "
        10 task sid=5 pgid=5 vpid=10 cwd=/home/a
        10 setsid=10
        ? 10 sid=10 pgid=10
        10 clone=11 child_pid=11 child_start=11000 vpid=11
        10 setpgid arg0=11 arg1=11 pgid=10 sid=10
        ? 11 pgid=11
        10 chdir name=../b
        ? 10 cwd=/home/b
        10 openat=3 name=/srv/./x/ flags=0o200000
        10 fchdir fd=3
        ? 10 cwd=/srv/x
        10 chdir=-2 name=/none
        ? 10 cwd=/srv/x
        10 chdir name=link path=/real
        ? 10 cwd=/real
        ? 11 cwd=/home/a",
    );
}
