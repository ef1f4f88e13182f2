//! Which process is in which container, whoever tells it when.

use std::fmt::Write as _;

use super::check;

const HOST: &str = "0 host host_name=node boot_time=5 host_mnt_ns=1 host_pid_ns=2\n";

fn on_host(text: &str) -> super::State {
    check(&format!("{HOST}{text}"))
}

#[test]
fn told_before_and_told_after() {
    on_host(
        "
        10 execve exe_path=/a comm=a mnt=1 pidns=2 cgroup=1
        ? 10 container=host
        20 execve exe_path=/b comm=b mnt=8 pidns=9 cgroup=50
        ? 20 container=
        0 container cgroup=50 cgroup_path=/docker/abc container_id=abc container_state=1
        20 openat=3 name=/x mnt=8 pidns=9 cgroup=50
        ? 20 container=abc
        0 container cgroup=50 cgroup_path=/docker/abc container_id=abc container_name=web container_image=nginx container_state=2
        20 openat=3 name=/x mnt=8 pidns=9 cgroup=50
        ? now container=abc",
    );
}

#[test]
fn cgroups_inside_a_containers_are_the_containers() {
    on_host(
        "
        0 cgroup_mkdir cgroup_subject=50 cgroup_path=/docker/abc
        0 cgroup_mkdir cgroup_subject=51 cgroup_path=/docker/abc/in
        0 container cgroup=50 cgroup_path=/docker/abc container_id=abc container_state=2
        0 cgroup_mkdir cgroup_subject=52 cgroup_path=/docker/abc/a/b
        0 cgroup_mkdir cgroup_subject=53 cgroup_path=/docker/abcd
        10 execve comm=a cgroup=51 mnt=8 pidns=9
        11 execve comm=a cgroup=52 mnt=8 pidns=9
        12 execve comm=a cgroup=53 mnt=8 pidns=9
        ? 10 container=abc
        ? 11 container=abc
        ? 12 container=host
        0 container cgroup=51 cgroup_path=/docker/abc/in container_id=inner container_state=2
        0 container cgroup=50 cgroup_path=/docker/abc container_id=abc container_state=2
        10 openat=3 name=/x cgroup=51 mnt=8 pidns=9
        11 openat=3 name=/x cgroup=52 mnt=8 pidns=9
        ? 10 container=inner
        ? 11 container=abc",
    );
}

#[test]
fn late_events_of_a_removed_container() {
    on_host(
        "
        0 container cgroup=50 cgroup_path=/c/abc container_id=abc container_state=2
        10 execve comm=a cgroup=50 mnt=8 pidns=9
        0 cgroup_rmdir cgroup_subject=50 cgroup_path=/c/abc
        11 execve comm=a cgroup=50 mnt=8 pidns=9
        ? 10 container=abc
        ? 11 container=abc",
    );
}

#[test]
fn a_container_may_have_a_cgroup_beside_its_own() {
    on_host(
        "
        0 cgroup_mkdir cgroup_subject=50 cgroup_path=/docker/abc
        0 container cgroup=50 cgroup_path=/docker/abc container_id=abc container_state=2
        0 cgroup_mkdir cgroup_subject=60 cgroup_path=/docker/other
        0 container cgroup=60 container_id=abc container_state=2
        10 execve comm=a cgroup=60 mnt=8 pidns=9
        ? 10 container=abc
        0 cgroup_rmdir cgroup_subject=60 cgroup_path=/docker/other
        0 cgroup_mkdir cgroup_subject=61 cgroup_path=/docker/abc/in
        11 execve comm=a cgroup=61 mnt=8 pidns=9
        ? 11 container=abc",
    );
}

#[test]
fn a_container_that_is_started_again_is_not_forgotten_as_ended() {
    let mut text = String::from(
        "
        0 container cgroup=50 cgroup_path=/c/abc container_id=abc container_state=2
        0 cgroup_rmdir cgroup_subject=50 cgroup_path=/c/abc
        0 container cgroup=51 cgroup_path=/c/abc container_id=abc container_state=2\n",
    );
    for number in 100..500 {
        let id = format!("cgroup={number} cgroup_path=/c/{number} container_id={number}");
        let _ = writeln!(text, "0 container {id} container_state=2");
        let _ = writeln!(
            text,
            "0 cgroup_rmdir cgroup_subject={number} cgroup_path=/c/{number}"
        );
    }
    text += "10 execve comm=a cgroup=51 mnt=8 pidns=9\n? 10 container=abc";
    on_host(&text);
}

#[test]
fn without_version_2_by_namespaces() {
    on_host(
        "
        0 container mnt=8 pidns=9 container_id=abc container_state=2
        10 execve comm=a mnt=8 pidns=9 cgroup=1
        11 execve comm=a mnt=1 pidns=2 cgroup=1
        12 execve comm=a mnt=7 pidns=7 cgroup=1
        ? 10 container=abc
        ? 11 container=host
        ? 12 container=
        0 container mnt=8 pidns=9 container_id=abc container_state=3
        13 execve comm=a mnt=8 pidns=9 cgroup=1
        ? 13 container=abc",
    );
}

#[test]
fn a_process_that_moves_into_a_container() {
    on_host(
        "
        0 container cgroup=50 cgroup_path=/c/abc container_id=abc container_state=1
        10 execve comm=runc cgroup=1 mnt=1 pidns=2
        ? now container=host
        10 unshare flags=0x20000000 cgroup=50 mnt=8 pidns=2
        ? now container=abc",
    );
}

#[test]
fn users_are_those_of_the_container() {
    on_host(
        "
        0 account account_user=\"root:x:0:0::/:/bin/sh\\nweb:x:5:5::/:/bin/sh\\n\" account_group=\"\"
        0 container cgroup=50 cgroup_path=/c/abc container_id=abc container_state=1
        0 account container_id=abc account_user=\"other:x:5:5::/:/bin/sh\\n\"
        10 execve comm=a cgroup=50 mnt=8 pidns=9 uid=5
        ? now user=other
        11 execve comm=a cgroup=1 mnt=1 pidns=2 uid=5
        ? now user=web",
    );
}

#[test]
fn the_path_of_the_cgroup_is_kept_for_the_container_that_is_told_later() {
    let state = on_host(
        "
        0 cgroup_mkdir cgroup_subject=50 cgroup_path=/libpod_parent/libpod-abc
        0 container cgroup=50 container_id=abc container_name=web container_state=2
    ",
    );
    let (_, container) = state
        .containers
        .iter()
        .find(|(_, container)| &*container.name == b"web")
        .unwrap();
    assert_eq!(&*container.cgroup_path, b"/libpod_parent/libpod-abc");
}

/// Docker in docker: the outer container did it, and what the path says of the inner one is kept.
#[test]
fn what_the_path_of_a_cgroup_claims_is_named() {
    let (a, b) = ("a1".repeat(32), "b2".repeat(32));
    on_host(&format!(
        "
        0 container cgroup=50 cgroup_path=/docker/{a} container_id={a} container_state=2
        0 cgroup_mkdir cgroup_subject=51 cgroup_path=/docker/{a}/docker/{b}
        0 cgroup_mkdir cgroup_subject=52 cgroup_path=/docker/{a}/x.slice/libpod-{b}.scope/init
        0 cgroup_mkdir cgroup_subject=53 cgroup_path=/docker/{a}/job-7
        10 execve comm=a cgroup=51 mnt=8 pidns=9
        ? now container={a} claimed={b}
        11 execve comm=a cgroup=52 mnt=8 pidns=9
        ? now container={a} claimed={b}
        12 execve comm=a cgroup=53 mnt=8 pidns=9
        ? now container={a} claimed=
        13 execve comm=a cgroup=50 mnt=8 pidns=9
        ? now container={a} claimed=
        14 execve comm=a cgroup=1 mnt=1 pidns=2
        ? now container=host claimed="
    ));
}
