//! Cgroups that the test makes, fills and removes, as the kernel's programs tell them.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests"
)]

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use plimsoll_model::event::{EventKind, Param};

#[path = "support/recorder.rs"]
mod recorder;
use recorder::{Recorder, may_run, own_tid, told};

const KINDS: &[EventKind] = &[
    EventKind::CgroupMkdir,
    EventKind::CgroupRmdir,
    EventKind::CgroupAttach,
    EventKind::OomKill,
];

/// Where each hierarchy is mounted, and its number as `/proc/self/cgroup` has it.
fn hierarchies() -> Vec<(PathBuf, u64)> {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
    let numbers = std::fs::read_to_string("/proc/self/cgroup").unwrap();
    mounts
        .lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let at = PathBuf::from(words[1]);
            if words[2] == "cgroup2" {
                return Some((at, 0));
            }
            if words[2] != "cgroup" {
                return None;
            }
            let number = numbers.lines().find_map(|line| {
                let (number, rest) = line.split_once(':')?;
                let controllers = rest.split_once(':')?.0;
                (!controllers.is_empty() && words[3].ends_with(controllers))
                    .then(|| number.parse().unwrap())
            })?;
            Some((at, number))
        })
        .collect()
}

/// Ends and removes what a test made, also when it fails.
struct Group {
    path: PathBuf,
    child: Option<Child>,
}

impl Group {
    fn new(root: &Path, name: &str) -> Self {
        let path = root.join(format!("plimsoll-{name}-{}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        Self { path, child: None }
    }

    fn remove(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        for _ in 0..200 {
            if std::fs::remove_dir(&self.path).is_ok() || !self.path.exists() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.remove();
    }
}

#[test]
fn making_filling_and_removing_is_told_in_every_hierarchy() {
    if !may_run() {
        return;
    }
    let all = hierarchies();
    assert!(!all.is_empty(), "no cgroups are mounted");
    let mut recorder = Recorder::new(KINDS);
    for (root, number) in all {
        recorder.clear();
        let mut group = Group::new(&root, "tree");
        // A cgroup of cpusets takes nobody before it has processors.
        for file in ["cpuset.cpus", "cpuset.mems"] {
            if let Ok(value) = std::fs::read(root.join(file)) {
                let _ = std::fs::write(group.path.join(file), value);
            }
        }
        let inode = std::fs::metadata(&group.path).unwrap().ino();
        let name = group.path.file_name().unwrap().to_str().unwrap().to_owned();
        let child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = child.id();
        group.child = Some(child);
        std::fs::write(group.path.join("cgroup.procs"), pid.to_string()).unwrap();
        group.remove();
        let tid = own_tid();
        for kind in &KINDS[..3] {
            let record = recorder.wait(&format!("{kind} in {}", root.display()), |record| {
                record.kind == *kind
                    && record.number(Param::CgroupSubject) == Some(inode)
                    && record.tid == tid
            });
            let all = told(&record);
            assert_eq!(record.number(Param::CgroupHierarchy), Some(number), "{all}");
            assert_eq!(record.number(Param::CgroupLevel), Some(1), "{all}");
            assert_eq!(
                record.param(Param::CgroupPath),
                Some(format!("/{name}").as_bytes()),
                "{all}"
            );
            if *kind == EventKind::CgroupAttach {
                assert_eq!(record.number(Param::TargetPid), Some(pid.into()), "{all}");
            }
        }
    }
}

#[test]
fn a_cgroup_that_lived_for_a_moment_has_its_path() {
    if !may_run() {
        return;
    }
    let Some((root, _)) = hierarchies().into_iter().find(|found| found.1 == 0) else {
        println!("skipped: version 2 of cgroups is not mounted");
        return;
    };
    let mut recorder = Recorder::new(KINDS);
    let mut made = Vec::new();
    for number in 0..500 {
        let mut group = Group::new(&root, &format!("moment{number}"));
        let name = group.path.file_name().unwrap().to_str().unwrap().to_owned();
        made.push((std::fs::metadata(&group.path).unwrap().ino(), name));
        group.remove();
    }
    let own = recorder.own();
    for (inode, name) in made {
        for kind in [EventKind::CgroupMkdir, EventKind::CgroupRmdir] {
            let found = own
                .iter()
                .find(|record| {
                    record.kind == kind && record.number(Param::CgroupSubject) == Some(inode)
                })
                .unwrap_or_else(|| panic!("no {kind} of {name}"));
            let path = format!("/{name}");
            assert_eq!(found.param(Param::CgroupPath), Some(path.as_bytes()));
        }
    }
}

#[test]
fn a_process_that_wants_too_much_memory_is_named() {
    if !may_run() {
        return;
    }
    let all = hierarchies();
    let limited = all.iter().find_map(|(root, number)| {
        let file = if *number == 0 {
            "memory.max"
        } else {
            "memory.limit_in_bytes"
        };
        let group = Group::new(root, "hungry");
        group.path.join(file).exists().then_some((group, file))
    });
    let Some((group, file)) = limited else {
        println!("skipped: no cgroup of this machine limits memory");
        return;
    };
    let mut recorder = Recorder::new(KINDS);
    std::fs::write(group.path.join(file), "16777216").unwrap();
    // The shell moves itself before it becomes hungry.
    let script = format!(
        "echo $$ > {}/cgroup.procs; exec dd if=/dev/zero of=/dev/null bs=200M count=1",
        group.path.display()
    );
    let mut child = Command::new("sh").args(["-c", &script]).spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    let record = recorder.wait("oom_kill", |record| {
        record.kind == EventKind::OomKill && record.number(Param::TargetPid) == Some(pid.into())
    });
    assert_eq!(record.param(Param::Comm), Some(&b"dd"[..]));
}
