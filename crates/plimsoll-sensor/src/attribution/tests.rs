//! Streams of records, and what is added to them.

use plimsoll_behavior::wire::RecordWriter;
use plimsoll_model::event::ExecId;
use plimsoll_model::event::container::{STATE_GONE, STATE_PARTLY, STATE_UNKNOWN};

use super::*;

const HOST_PID_NS: u32 = 100;

struct Stream {
    attribution: Attribution,
    time_ns: u64,
}

/// A record that was added: kind, cgroup, id, engine, name, state.
#[derive(Debug, PartialEq, Eq)]
struct Added {
    cgroup_id: u64,
    id: String,
    engine: String,
    name: String,
    state: u64,
}

impl Stream {
    fn new() -> Self {
        Self::of_tree(None)
    }

    fn of_tree(cgroups: Option<std::path::PathBuf>) -> Self {
        let nowhere = Places {
            storages: Vec::new(),
            docker: Vec::new(),
            containerd: Vec::new(),
            runtimes: Vec::new(),
            machines: "/nowhere".into(),
            lxc: Vec::new(),
            proc: "/nowhere".into(),
            cgroups,
        };
        Self {
            attribution: Attribution::new(HOST_PID_NS, nowhere).unwrap(),
            time_ns: 0,
        }
    }

    fn see(&mut self, record: RecordWriter) -> Vec<Added> {
        self.time_ns += 1;
        let bytes = record.time_ns(self.time_ns).finish();
        let mut out = Vec::new();
        let record = Record::read(&bytes).unwrap();
        self.attribution.foresee(&record, &mut out);
        self.attribution.see(&record, &mut out);
        out.iter()
            .map(|bytes| {
                let record = Record::read(bytes).unwrap();
                assert_eq!(record.kind, EventKind::Container);
                let text = |param| {
                    String::from_utf8(record.param(param).unwrap_or_default().to_vec()).unwrap()
                };
                Added {
                    cgroup_id: record.cgroup_id,
                    id: text(Param::ContainerId),
                    engine: text(Param::ContainerEngine),
                    name: text(Param::ContainerName),
                    state: record.number(Param::ContainerState).unwrap(),
                }
            })
            .collect()
    }

    fn cgroup(&mut self, kind: EventKind, id: u64, path: &str, maker: (u64, u32)) -> Vec<Added> {
        let record = RecordWriter::new(kind)
            .cgroup_id(maker.0)
            .namespaces(1, maker.1)
            .number(Param::CgroupSubject, id)
            .number(Param::CgroupHierarchy, 0)
            .bytes(Param::CgroupPath, path.as_bytes());
        self.see(record)
    }

    fn exec(&mut self, words: &[&str], cgroup: u64, pid_ns: u32, uid: u64) -> Vec<Added> {
        let args = words
            .iter()
            .flat_map(|word| [word.as_bytes(), b"\0"].concat());
        let exec = ExecId {
            pid: 7,
            start_ns: 1,
        };
        let record = RecordWriter::new(EventKind::Execve)
            .exec(exec, 7)
            .cgroup_id(cgroup)
            .namespaces(1, pid_ns)
            .bytes(Param::Args, &args.collect::<Vec<u8>>())
            .bytes(Param::Cwd, b"/home/b")
            .number(Param::Euid, uid);
        self.see(record)
    }
}

const HOST: (u64, u32) = (1, HOST_PID_NS);

fn added(cgroup_id: u64, id: &str, engine: &str, name: &str, state: u64) -> Vec<Added> {
    vec![Added {
        cgroup_id,
        id: id.to_owned(),
        engine: engine.to_owned(),
        name: name.to_owned(),
        state,
    }]
}

#[test]
fn a_container_is_told_when_its_cgroup_is_made_and_when_it_goes() {
    let mut stream = Stream::new();
    let id = "ab".repeat(32);
    let path = format!("/libpod_parent/libpod-{id}");
    stream.exec(
        &["/usr/bin/conmon", "-c", &id, "-n", "web", "-b", "/nowhere"],
        1,
        HOST_PID_NS,
        0,
    );
    let told = stream.cgroup(EventKind::CgroupMkdir, 5, &path, HOST);
    assert_eq!(told, added(5, &id, "podman", "web", STATE_PARTLY));
    assert_eq!(stream.attribution.container_id(5), Some(&*id));
    let told = stream.cgroup(EventKind::CgroupRmdir, 5, &path, HOST);
    assert_eq!(told, added(5, &id, "podman", "web", STATE_GONE));
    assert_eq!(stream.attribution.counts().containers, 1);
}

#[test]
fn a_plain_name_is_a_containers_when_its_runtime_said_so() {
    let mut stream = Stream::new();
    assert!(
        stream
            .cgroup(EventKind::CgroupMkdir, 4, "/job-6", HOST)
            .is_empty()
    );
    stream.exec(&["runc", "--root", "/r", "run", "job-7"], 1, HOST_PID_NS, 0);
    let told = stream.cgroup(EventKind::CgroupMkdir, 5, "/job-7", HOST);
    assert_eq!(told, added(5, "job-7", "runc", "", STATE_PARTLY));
    // Said by somebody else, or from inside of a container, it counts for nothing.
    stream.exec(&["runc", "run", "job-8"], 1, HOST_PID_NS, 1000);
    assert!(
        stream
            .cgroup(EventKind::CgroupMkdir, 6, "/job-8", HOST)
            .is_empty()
    );
    stream.exec(&["runc", "run", "job-9"], 5, 200, 0);
    assert!(
        stream
            .cgroup(EventKind::CgroupMkdir, 7, "/job-9", HOST)
            .is_empty()
    );
}

#[test]
fn what_runs_isolated_is_told_as_unknown() {
    let mut stream = Stream::new();
    stream.cgroup(EventKind::CgroupMkdir, 4, "/job-6", HOST);
    assert!(stream.exec(&["sh"], 4, HOST_PID_NS, 0).is_empty());
    let told = stream.exec(&["sh"], 4, 300, 0);
    assert_eq!(told, added(4, "job-6", "", "", STATE_UNKNOWN));
    assert!(stream.exec(&["sh"], 4, 300, 0).is_empty());
}

#[test]
fn other_hierarchies_make_no_containers() {
    let mut stream = Stream::new();
    let path = format!("/docker/{}", "ab".repeat(32));
    let record = RecordWriter::new(EventKind::CgroupMkdir)
        .number(Param::CgroupSubject, 9)
        .number(Param::CgroupHierarchy, 3)
        .bytes(Param::CgroupPath, path.as_bytes());
    assert!(stream.see(record).is_empty());
    assert_eq!(stream.attribution.counts().containers, 0);
}

/// Any folder will do for a tree: what is read of it are folders and their inodes.
#[test]
fn containers_whose_beginning_was_lost_are_found_in_the_tree() {
    let tree = tempfile::tempdir().unwrap();
    let (a, b) = ("ab".repeat(32), "cd".repeat(32));
    let made = |path: &str| {
        let path = tree.path().join(path);
        std::fs::create_dir_all(&path).unwrap();
        std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(path).unwrap())
    };
    let first = made(&format!("docker/{a}"));
    let mut stream = Stream::of_tree(Some(tree.path().to_owned()));
    let mut out = Vec::new();
    assert_eq!(stream.attribution.scan(1, &mut out), 0);
    assert_eq!(stream.attribution.container_id(first), Some(&*a));

    // Nobody tells that one goes and another comes.
    std::fs::remove_dir(tree.path().join(format!("docker/{a}"))).unwrap();
    let second = made(&format!("libpod_parent/libpod-{b}"));
    out.clear();
    stream.attribution.poll(2, &mut out);
    assert!(out.is_empty(), "nothing said that anything was lost");
    // Whoever runs there is not taken for the host's when it makes a cgroup.
    let maker = stream.attribution.table.maker(second, HOST_PID_NS);
    assert_eq!(maker, Maker::Unknown);
    assert!(stream.exec(&["sh"], second, 300, 0).is_empty());
    stream.attribution.poll(3, &mut out);
    let told: Vec<_> = out
        .iter()
        .map(|bytes| Record::read(bytes).unwrap())
        .map(|record| (record.kind, record.number(Param::ContainerState)))
        .collect();
    let (gone, partly) = (Some(STATE_GONE), Some(STATE_PARTLY));
    assert!(told.contains(&(EventKind::CgroupRmdir, None)), "{told:?}");
    assert!(told.contains(&(EventKind::Container, gone)), "{told:?}");
    assert!(told.contains(&(EventKind::CgroupMkdir, None)), "{told:?}");
    assert!(told.contains(&(EventKind::Container, partly)), "{told:?}");
    assert_eq!(stream.attribution.container_id(second), Some(&*b));

    // Not more often than is paid for, and not for ever.
    let rescans = |stream: &Stream| stream.attribution.counts().rescans;
    assert_eq!(rescans(&stream), 1);
    stream.exec(&["sh"], 77, 300, 0);
    stream.attribution.poll(4, &mut out);
    assert_eq!(rescans(&stream), 1);
    stream.attribution.poll(SECOND_NS * 2, &mut out);
    assert_eq!(rescans(&stream), 2);
    stream.attribution.poll(SECOND_NS * 100, &mut out);
    assert_eq!(rescans(&stream), 2);
}

#[test]
fn what_is_isolated_is_said_before_its_first_event_is_judged() {
    let mut stream = Stream::new();
    stream.cgroup(EventKind::CgroupMkdir, 4, "/job-6", HOST);
    let record = RecordWriter::new(EventKind::Openat)
        .cgroup_id(4)
        .namespaces(1, 300)
        .finish();
    let mut ahead = Vec::new();
    let record = Record::read(&record).unwrap();
    stream.attribution.foresee(&record, &mut ahead);
    assert_eq!(ahead.len(), 1);
    assert_eq!(stream.attribution.container_id(4), Some("job-6"));
}
