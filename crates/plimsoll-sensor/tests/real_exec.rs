//! Processes on this machine, as the sensor sees them. Needs root and BPF.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::process::Command;

use plimsoll_model::event::{
    EventKind, FILE_DELETED, FILE_MEMFD, FILE_OVERLAY, FILE_SETUID, FILE_UPPER, FLAG_CUT,
    FLAG_PATH_GIVEN, Param,
};

#[path = "support/watch.rs"]
mod watch;

use watch::{Watch, compiled};

const EXEC: &[EventKind] = &[EventKind::Execve, EventKind::Execveat];
const LIFE: &[EventKind] = &[
    EventKind::Execve,
    EventKind::Execveat,
    EventKind::Clone,
    EventKind::Clone3,
    EventKind::Fork,
    EventKind::Vfork,
    EventKind::Procexit,
];

#[test]
fn a_process_is_told_as_proc_tells_it() {
    let Some(mut watch) = Watch::children(EXEC) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let pid = watch.finish(
        Command::new("cat")
            .args(["/proc/self/stat", "/proc/self/status", "-"])
            .stdin(std::process::Stdio::null())
            .env("LD_LIBRARY_PATH", "/a:/b")
            .env("NOT_CHOSEN", "secret")
            .current_dir(folder.path()),
    );
    let exec = watch.exec(pid);
    assert_eq!(
        exec.bytes(Param::Args),
        b"cat\0/proc/self/stat\0/proc/self/status\0-\0"
    );
    assert_eq!(exec.number(Param::ArgsBytes), 40);
    assert_eq!(exec.text(Param::Comm), "cat");
    assert_eq!(exec.text(Param::Exe), "/usr/bin/cat");
    assert_eq!(exec.text(Param::ExePath), "/usr/bin/cat");
    assert_eq!(exec.text(Param::Cwd), folder.path().to_str().unwrap());
    let environment = exec.text(Param::Env);
    assert!(
        environment.contains("LD_LIBRARY_PATH=/a:/b\0"),
        "{environment:?}"
    );
    assert!(!environment.contains("secret"), "{environment:?}");
    let file = fs::metadata("/usr/bin/cat").unwrap();
    assert_eq!(exec.number(Param::ExeInode), file.ino());
    assert_eq!(exec.number(Param::ExeMode), u64::from(file.mode()));
    assert_eq!(exec.number(Param::ExeUid), u64::from(file.uid()));
    let nanoseconds = |seconds: i64, rest: i64| (seconds * 1_000_000_000 + rest) as u64;
    assert_eq!(
        exec.number(Param::ExeMtime),
        nanoseconds(file.mtime(), file.mtime_nsec())
    );
    assert_eq!(
        exec.number(Param::ExeCtime),
        nanoseconds(file.ctime(), file.ctime_nsec())
    );
    let device = exec.number(Param::ExeDevice);
    let (major, minor) = (rustix::fs::major(file.dev()), rustix::fs::minor(file.dev()));
    assert_eq!(
        (device >> 20, device & 0xfffff),
        (major.into(), minor.into())
    );
    // What belongs to this process belongs to its child.
    let own = status();
    assert_eq!(exec.number(Param::Ppid), u64::from(std::process::id()));
    for (param, name) in [
        (Param::CapEffective, "CapEff"),
        (Param::CapPermitted, "CapPrm"),
        (Param::CapInheritable, "CapInh"),
        (Param::CapBounding, "CapBnd"),
        (Param::CapAmbient, "CapAmb"),
    ] {
        assert_eq!(
            exec.number(param),
            u64::from_str_radix(&own[name], 16).unwrap(),
            "{name}"
        );
    }
    for (param, name) in [
        (Param::MntNs, "mnt"),
        (Param::NetNs, "net"),
        (Param::UserNs, "user"),
        (Param::IpcNs, "ipc"),
        (Param::UtsNs, "uts"),
        (Param::CgroupNs, "cgroup"),
        (Param::PidNs, "pid"),
    ] {
        let space = fs::metadata(format!("/proc/self/ns/{name}")).unwrap();
        assert_eq!(exec.number(param), space.ino(), "{name}");
    }
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    assert_eq!(exec.number(Param::Pgid).to_string(), fields[2]);
    assert_eq!(exec.number(Param::Sid).to_string(), fields[3]);
    assert_eq!(exec.number(Param::Tty).to_string(), fields[4]);
    let begun: u64 = fields[19].parse().unwrap();
    assert_eq!(exec.number(Param::ParentStart) / 10_000_000, begun);
    assert_eq!(exec.number(Param::Vpid), u64::from(pid));
}

fn status() -> BTreeMap<String, String> {
    fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .filter_map(|line| line.split_once(":\t"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn long_and_strange_arguments_are_kept_as_they_are() {
    let Some(mut watch) = Watch::children(EXEC) else {
        return;
    };
    let strange = OsStr::from_bytes(b"\x1b[2J\xff\xfe\n\t\"'");
    let pid = watch.finish(Command::new("true").arg(strange));
    assert_eq!(
        watch.exec(pid).bytes(Param::Args),
        b"true\0\x1b[2J\xff\xfe\n\t\"'\0"
    );
    // As long as the kernel's own limit allows, and in many pieces.
    let long = "x".repeat(100_000);
    let pid = watch.finish(Command::new("true").arg(&long));
    let exec = watch.exec(pid);
    assert_eq!(exec.number(Param::ArgsBytes), 100_006);
    assert!(exec.has(FLAG_CUT));
    assert_eq!(exec.bytes(Param::Args).len(), 32768);
    assert!(exec.bytes(Param::Args).starts_with(b"true\0xxxx"));
    let pid = watch.finish(Command::new("true").args(vec!["yz"; 40_000]));
    let exec = watch.exec(pid);
    assert_eq!(exec.number(Param::ArgsBytes), 120_005);
    assert_eq!(exec.text(Param::ExePath), "/usr/bin/true");
}

#[test]
fn a_script_names_itself_and_its_interpreter() {
    let Some(mut watch) = Watch::children(EXEC) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("job.sh");
    fs::write(&script, "#!/bin/sh -e\nexit 0\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let pid = watch.finish(Command::new(&script).arg("now"));
    let exec = watch.exec(pid);
    let path = script.to_str().unwrap();
    assert_eq!(exec.text(Param::Interpreter), path);
    assert_eq!(exec.text(Param::Exe), path);
    assert_eq!(
        exec.text(Param::ExePath),
        fs::canonicalize("/bin/sh").unwrap().to_str().unwrap()
    );
    assert_eq!(
        exec.text(Param::Args),
        format!("/bin/sh\0-e\0{path}\0now\0")
    );
}

#[test]
fn programs_in_memory_and_without_a_name_are_known() {
    let Some(mut watch) = Watch::children(EXEC) else {
        return;
    };
    let code = r#"
import os, shutil, sys, time
fd = os.memfd_create("hidden", os.MFD_CLOEXEC)
os.write(fd, open("/bin/true", "rb").read())
if os.fork() == 0: os.execve(fd, ["quiet"], {})
os.wait()
copy = sys.argv[1]
shutil.copy("/bin/true", copy)
os.chmod(copy, 0o4755)
fd = os.open(copy, os.O_RDONLY)
os.unlink(copy)
os.execve(fd, ["gone"], {})
"#;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let pid = watch.finish(Command::new("python3").args(["-c", code]).arg(&copy));
    let hidden = watch.one("memfd", |seen| seen.bytes(Param::Args) == b"quiet\0");
    assert_eq!(
        hidden.kind,
        EventKind::Execveat,
        "{}",
        hidden.text(Param::Exe)
    );
    assert_eq!(hidden.text(Param::ExePath), "/memfd:hidden");
    assert_ne!(hidden.number(Param::ExeLayer) & FILE_MEMFD, 0);
    assert_ne!(hidden.pid, pid);
    let gone = watch.one("deleted", |seen| seen.bytes(Param::Args) == b"gone\0");
    assert_eq!(gone.text(Param::ExePath), copy.to_str().unwrap());
    let layer = gone.number(Param::ExeLayer);
    assert_eq!(
        layer & (FILE_DELETED | FILE_SETUID | FILE_MEMFD),
        FILE_DELETED | FILE_SETUID
    );
}

#[test]
fn a_failed_exec_is_told_with_what_was_tried() {
    let Some(mut watch) = Watch::children(EXEC) else {
        return;
    };
    let code = "import os\nos.chdir('/tmp')\ntry: os.execve('nowhere/tool', ['tool', '-x'], {})\nexcept OSError: pass";
    let pid = watch.finish(Command::new("python3").args(["-c", code]));
    let failed = watch.one("failed", |seen| {
        seen.pid == pid && seen.ret < 0 && seen.text(Param::Name) == "nowhere/tool"
    });
    assert_eq!(failed.ret, -2);
    assert_eq!(failed.text(Param::Path), "/tmp/nowhere/tool");
    assert!(failed.has(FLAG_PATH_GIVEN));
    assert_eq!(failed.bytes(Param::Args), b"tool\0-x\0");
}

#[test]
fn links_are_followed_to_the_executable() {
    let Some(mut watch) = Watch::children(EXEC) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("innocent");
    symlink("/bin/true", &link).unwrap();
    let pid = watch.finish(&mut Command::new(&link));
    let exec = watch.exec(pid);
    assert_eq!(exec.text(Param::Exe), link.to_str().unwrap());
    assert_eq!(exec.text(Param::ExePath), "/usr/bin/true");
}

/// Starts as many processes as it is told to, each of which ends at once; prints their pids.
const SHORT: &str = r#"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv) {
    if (argc < 2) _exit(7);
    for (int i = 0, n = atoi(argv[1]); i < n; i++) {
        pid_t pid = vfork();
        if (!pid) { execl(argv[0], "short", NULL); _exit(1); }
        waitpid(pid, NULL, 0);
        printf("%d\n", pid);
    }
    return 0;
}
"#;

#[test]
fn ten_thousand_short_processes_are_all_seen() {
    let Some(mut watch) = Watch::children(LIFE) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let program = compiled(folder.path(), "short", SHORT);
    let out = folder.path().join("pids");
    let script = format!("exec {} 10000 > {}", program.display(), out.display());
    watch.finish(Command::new("sh").args(["-c", &script]));
    let pids: Vec<u32> = fs::read_to_string(&out)
        .unwrap()
        .lines()
        .map(|line| line.parse().unwrap())
        .collect();
    assert_eq!(pids.len(), 10_000);
    assert_eq!(watch.sensor.losses().unwrap(), vec![]);
    let starts: BTreeSet<_> = watch
        .seen
        .iter()
        .filter(|seen| seen.kind == EventKind::Vfork)
        .map(|seen| {
            (
                seen.number(Param::ChildPid) as u32,
                seen.number(Param::ChildStart),
            )
        })
        .collect();
    let execs: BTreeSet<_> = watch
        .seen
        .iter()
        .filter(|seen| seen.kind == EventKind::Execve && seen.bytes(Param::Args) == b"short\0")
        .map(|seen| (seen.pid, seen.start_ns))
        .collect();
    let exits: BTreeSet<_> = watch
        .seen
        .iter()
        .filter(|seen| seen.kind == EventKind::Procexit && seen.number(Param::ExitCode) == 7 << 8)
        .map(|seen| (seen.pid, seen.start_ns))
        .collect();
    assert_eq!(execs.len(), 10_000);
    assert_eq!(starts, execs);
    assert_eq!(exits, execs);
    assert_eq!(
        execs.iter().map(|(pid, _)| *pid).collect::<BTreeSet<_>>(),
        pids.into_iter().collect()
    );
    // Every number of a processor's sequence is there.
    let mut sequences: BTreeMap<u16, BTreeSet<u32>> = BTreeMap::new();
    for seen in &watch.seen {
        assert!(sequences.entry(seen.cpu).or_default().insert(seen.sequence));
    }
    for numbers in sequences.values() {
        assert_eq!(numbers.len() as u32, numbers.last().unwrap() + 1);
    }
}

#[test]
fn a_pid_that_is_used_again_is_another_process() {
    let Some(mut watch) = Watch::children(LIFE) else {
        return;
    };
    // The last pid given out can be set: the next process takes the one behind it.
    let code = r#"
import os
for attempt in range(200):
    first = os.fork()
    if first == 0: os._exit(1)
    os.waitpid(first, 0)
    with open("/proc/sys/kernel/ns_last_pid", "w") as last: last.write(str(first - 1))
    second = os.fork()
    if second == 0: os._exit(2)
    os.waitpid(second, 0)
    if first == second: break
else: raise SystemExit("no pid came again")
"#;
    watch.finish(Command::new("python3").args(["-c", code]));
    let mut lives: BTreeMap<u32, BTreeSet<(u64, u64)>> = BTreeMap::new();
    for seen in watch
        .seen
        .iter()
        .filter(|seen| seen.kind == EventKind::Procexit)
    {
        lives
            .entry(seen.pid)
            .or_default()
            .insert((seen.start_ns, seen.number(Param::ExitCode) >> 8));
    }
    let twice: Vec<_> = lives.values().filter(|lives| lives.len() == 2).collect();
    assert_eq!(twice.len(), 1, "{lives:?}");
    assert_eq!(
        twice[0].iter().map(|(_, code)| *code).collect::<Vec<_>>(),
        [1, 2]
    );
}

#[test]
fn an_orphan_is_told_with_its_new_parent() {
    let Some(mut watch) = Watch::children(LIFE) else {
        return;
    };
    let script = "(sh -c 'sleep 0.3; exec true orphan' & ) ; exec true";
    let pid = watch.finish(Command::new("sh").args(["-c", script]));
    for _ in 0..200 {
        if watch
            .seen
            .iter()
            .any(|seen| seen.ret == 0 && seen.bytes(Param::Args) == b"true\0orphan\0")
        {
            break;
        }
        watch.gather();
    }
    let orphan = watch.one("orphan", |seen| {
        seen.ret == 0 && seen.bytes(Param::Args) == b"true\0orphan\0"
    });
    let made = watch.one("fork of the orphan", |seen| {
        seen.kind != EventKind::Execve
            && seen.record().number(Param::ChildPid) == Some(orphan.pid.into())
    });
    assert_eq!(made.number(Param::ChildStart), orphan.start_ns);
    assert_ne!(u64::from(made.pid), orphan.number(Param::Ppid));
    assert_ne!(orphan.number(Param::Ppid), u64::from(pid));
}

#[test]
fn layers_of_an_overlay_and_other_namespaces_are_told() {
    let Some(mut watch) = Watch::children(EXEC) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    // A container's root in small: the program of the image, one that was added, one that was changed.
    let script = r"
set -e
cd $0; mount -t tmpfs none .; mkdir lower upper work root
cp /bin/true lower/shipped; cp /bin/true lower/changed
mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none root
cp /bin/true root/added; echo >> root/changed
root/shipped; root/added; root/changed; exec true last";
    let mut command = Command::new("unshare");
    command
        .args(["-m", "-p", "-u", "-f", "sh", "-c", script])
        .arg(folder.path());
    watch.finish(&mut command);
    let layer = |name: &str| {
        let path = format!("{}/root/{name}", folder.path().display());
        let seen = watch.one(name, |seen| {
            seen.ret == 0 && seen.text(Param::ExePath) == path
        });
        seen.number(Param::ExeLayer) & (FILE_OVERLAY | FILE_UPPER)
    };
    assert_eq!(layer("shipped"), FILE_OVERLAY);
    assert_eq!(layer("added"), FILE_OVERLAY | FILE_UPPER);
    assert_eq!(layer("changed"), FILE_OVERLAY | FILE_UPPER);
    let last = watch.one("last", |seen| {
        seen.ret == 0 && seen.bytes(Param::Args) == b"true\0last\0"
    });
    assert_eq!(
        (last.number(Param::Vpid), last.number(Param::Vppid)),
        (1, 0)
    );
    for (param, name, same) in [
        (Param::MntNs, "mnt", false),
        (Param::UtsNs, "uts", false),
        (Param::PidNs, "pid", false),
        (Param::NetNs, "net", true),
        (Param::UserNs, "user", true),
    ] {
        let own = fs::metadata(format!("/proc/self/ns/{name}")).unwrap().ino();
        assert_eq!(last.number(param) == own, same, "{name}");
    }
}

#[test]
fn credentials_are_those_of_the_new_program() {
    let Some(mut watch) = Watch::children(EXEC) else {
        return;
    };
    // Loses all but one capability, and its users and groups.
    let code = "
import ctypes, os
libc = ctypes.CDLL(None)
libc.prctl(38, 1, 0, 0, 0)
os.setsid()
os.setgroups([]); os.setresgid(10, 11, 12); os.setresuid(20, 21, 22)
os.execv('/bin/true', ['true', 'less'])";
    let pid = watch.finish(Command::new("python3").args(["-c", code]));
    let less = watch.one("less", |seen| {
        seen.ret == 0 && seen.bytes(Param::Args) == b"true\0less\0"
    });
    for (param, value) in [
        (Param::Uid, 20),
        (Param::Euid, 21),
        (Param::Suid, 21),
        (Param::Fsuid, 21),
        (Param::Gid, 10),
        (Param::Egid, 11),
        (Param::Sgid, 11),
        (Param::Fsgid, 11),
        (Param::CapEffective, 0),
        (Param::CapPermitted, 0),
        (Param::NoNewPrivs, 1),
        (Param::Sid, pid.into()),
        (Param::Pgid, pid.into()),
    ] {
        assert_eq!(less.number(param), value, "{param:?}");
    }
}
