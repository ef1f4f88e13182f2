//! Sockets: which ends they have, and which side they are.

use super::check;

#[test]
fn a_client_and_the_copies_of_its_descriptor() {
    check(
        "
        10 socket=3 sock_family=2 sock_type=0o2000001 sock_protocol=6
        ? 10 fd3=*>*/unknown
        10 dup2=0 fd=3 new_fd=0
        10 connect fd=3 remote_address=192.0.2.7 remote_port=443 local_address=10.0.0.1 local_port=5000
        ? 10 fd3=10.0.0.1:5000>192.0.2.7:443/client fd0=10.0.0.1:5000>192.0.2.7:443/client
        10 execve exe_path=/bin/sh args=sh comm=sh
        ? 10 fd3=- fd0=10.0.0.1:5000>192.0.2.7:443/client",
    );
}

#[test]
fn a_connect_that_failed_is_of_its_event_alone() {
    check(
        "
        10 socket=3 sock_family=2 sock_type=1
        10 connect=-111 fd=3 given_address=\"\\x02\\x00\\x00\\x50\\xc0\\x00\\x02\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"
        ? now file=*>192.0.2.1:80/client
        ? 10 fd3=*>*/unknown
        10 connect head_flags=1 fd=3 remote_address=192.0.2.2 remote_port=80
        ? now file=*>192.0.2.2:80/client
        ? 10 fd3=*>*/unknown
        10 connect=-115 fd=3 remote_address=192.0.2.3 remote_port=80
        ? 10 fd3=*>192.0.2.3:80/client",
    );
}

#[test]
fn a_server() {
    check(
        "
        10 socket=3 sock_family=10 sock_type=1 fd=3
        10 bind=-98 fd=3 given_address=\"\\x0a\\x00\\x00\\x50\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01\" local_address=:: local_port=0
        ? now file=::1:80>*/unknown
        ? 10 fd3=*>*/unknown
        10 bind fd=3 local_address=:: local_port=80 given_address=\"\\x0a\\x00\\x00\\x50\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"
        10 listen fd=3
        ? 10 fd3=:::80>*/listener
        10 accept4=4 fd=3 local_address=::ffff:10.0.0.1 local_port=80 remote_address=::ffff:10.0.0.9 remote_port=999
        ? now fd=4 file=10.0.0.1:80>10.0.0.9:999/server second=:::80>*/listener
        ? 10 fd3=:::80>*/listener fd4=10.0.0.1:80>10.0.0.9:999/server",
    );
}

#[test]
fn datagrams_change_their_other_end() {
    check(
        "
        10 socket=3 sock_family=2 sock_type=2
        10 sendto=9 fd=3 remote_address=192.0.2.1 remote_port=53
        ? now file=*>192.0.2.1:53/client changed=false
        10 sendto=9 fd=3 remote_address=192.0.2.2 remote_port=53
        ? now file=*>192.0.2.2:53/client changed=true
        10 sendto=9 fd=3 remote_address=192.0.2.2 remote_port=53
        ? now changed=false
        11 recvfrom=9 fd=5 sock_family=2 sock_type=2 remote_address=192.0.2.9 remote_port=7
        ? now file=*>192.0.2.9:7/server",
    );
}

#[test]
fn unix_sockets() {
    check(
        "
        10 socket=3 sock_family=1 sock_type=1
        10 connect fd=3 given_address=\"\\x01\\x00/run/docker.sock\\0\"
        ? 10 fd3=unix:/run/docker.sock
        10 socketpair fd=4 new_fd=5 sock_family=1 sock_type=1
        ? now fd=4 file=unix: second=unix:
        ? 10 fds=3",
    );
}

#[test]
fn names_are_learnt_from_answers() {
    let state = check(
        "
        10 socket=3 sock_family=2 sock_type=2
        10 connect fd=3 remote_address=10.0.0.53 remote_port=53
        10 recvfrom=45 fd=3 data=\"\\x12\\x34\\x81\\x80\\x00\\x01\\x00\\x01\\x00\\x00\\x00\\x00\\x01a\\x02de\\x00\\x00\\x01\\x00\\x01\\xc0\\x0c\\x00\\x01\\x00\\x01\\x00\\x00\\x00\\x09\\x00\\x04\\xc0\\x00\\x02\\x01\"
        11 recvfrom=45 fd=3 sock_type=2 remote_address=10.0.0.53 remote_port=54 data=\"\\x12\"",
    );
    let names: Vec<_> = state
        .names
        .of(super::HOST, "192.0.2.1".parse().unwrap())
        .collect();
    assert_eq!(names, [b"a.de"]);
}
