use crate::scenario::{Step, read};
use crate::{Record, State};

fn lines(text: &str) -> Vec<String> {
    let mut state = State::new();
    let mut out = Vec::new();
    for step in read(text).unwrap() {
        let Step::Record(bytes) = step else {
            continue;
        };
        let record = Record::read(&bytes).unwrap();
        let mut line = Vec::new();
        super::write(&state.apply(&record), &mut line);
        out.push(String::from_utf8(line).unwrap());
    }
    out
}

#[test]
fn an_event_with_all_that_is_known() {
    let all = lines(
        "
        0 host host_name=node boot_time=1700000000000000000 host_mnt_ns=1 host_pid_ns=2
        0 container cgroup=7 container_id=abcdef container_name=web container_image=nginx:1 container_state=2 container_json=\"{\\\"pod\\\":{\\\"namespace\\\":\\\"shop\\\",\\\"name\\\":\\\"web-1\\\"}}\"
        0 account container_id=abcdef account_user=web:x:33:33::/:/bin/sh
        9 execve exe_path=/usr/sbin/nginx args=nginx comm=nginx cgroup=7
        9 clone=10 child_pid=10 child_start=10000 cgroup=7
        10 execve exe_path=/bin/sh args=sh,-c,id comm=sh uid=33 euid=33 cwd=/srv cgroup=7
        10 openat=3 name=../etc/shadow flags=0o2 dir_fd=-100 cgroup=7 cpu=1 seq=5",
    );
    insta::assert_snapshot!(all[6].replace(",\"", ",\n\""));
}

#[test]
fn a_connection_and_hostile_texts() {
    let all = lines(
        "
        10/11 connect=-115 fd=4 sock_family=2 sock_type=1 remote_address=192.0.2.1 remote_port=80 head_flags=10
        10 unlink name=\"a\\x1b[2J\\n\\xff\\xe2\\x80\\xae\" args=\"x\\xff\"",
    );
    insta::assert_snapshot!(all.join("\n").replace(",\"", ",\n\""));
    for line in all {
        serde_json::from_str::<serde_json::Value>(&line).unwrap();
        assert!(!line.contains('\n'));
    }
}
