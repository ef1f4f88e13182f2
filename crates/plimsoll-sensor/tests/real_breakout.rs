//! Calls that reach beyond a process, each made harmlessly by the test itself, most of them so that
//! the kernel refuses them, as the kernel's programs tell them.

#![allow(unsafe_code, reason = "calls that no safe crate offers")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests"
)]

use std::ffi::CString;
use std::os::fd::AsRawFd as _;

use plimsoll_behavior::wire::Record;
use plimsoll_model::event::{Class, EventKind, FLAG_ENTER, KINDS, Param};
use plimsoll_sensor::State;
use plimsoll_sensor::hooks::Hook;

#[path = "support/recorder.rs"]
mod recorder;
use recorder::{Recorder, may_run, told};

const BAD: i64 = -1;

/// Makes a call with raw arguments; its result or the negative errno.
fn call(number: libc::c_long, arguments: &[i64]) -> i64 {
    let at = |index: usize| arguments.get(index).copied().unwrap_or_default();
    // SAFETY: each test passes what its call takes, or what the kernel refuses.
    let result = unsafe { libc::syscall(number, at(0), at(1), at(2), at(3), at(4), at(5)) };
    if result < 0 {
        return -i64::from(std::io::Error::last_os_error().raw_os_error().unwrap());
    }
    result
}

fn text(value: &str) -> CString {
    CString::new(value).unwrap()
}

fn at<T: ?Sized>(value: &T) -> i64 {
    std::ptr::from_ref(value).cast::<u8>() as i64
}

/// One thing that is done, and what the record of it must say.
struct Case {
    kind: EventKind,
    ret: i64,
    numbers: Vec<(Param, i64)>,
    texts: Vec<(Param, Vec<u8>)>,
}

impl Case {
    fn new(kind: EventKind, ret: i64) -> Self {
        Self {
            kind,
            ret,
            numbers: Vec::new(),
            texts: Vec::new(),
        }
    }

    fn number(mut self, param: Param, value: i64) -> Self {
        self.numbers.push((param, value));
        self
    }

    fn text(mut self, param: Param, value: impl AsRef<[u8]>) -> Self {
        self.texts.push((param, value.as_ref().to_vec()));
        self
    }

    /// The thing is done; its record has to say so.
    fn check(self, recorder: &mut Recorder) {
        let record = recorder.own_of(self.kind);
        let all = told(&record);
        if record.has(FLAG_ENTER) {
            assert_eq!(record.ret, 0, "{all}");
        } else {
            assert_eq!(record.ret, self.ret, "{all}");
        }
        for (param, value) in &self.numbers {
            assert_eq!(
                record.signed(*param),
                Some(*value),
                "{}: {all}",
                param.name()
            );
        }
        for (param, value) in &self.texts {
            assert_eq!(
                record.param(*param),
                Some(&value[..]),
                "{}: {all}",
                param.name()
            );
        }
    }
}

/// All kinds of system calls, apart from those that others test.
fn system_kinds() -> Vec<EventKind> {
    KINDS
        .iter()
        .copied()
        .filter(|kind| {
            kind.class() == Class::Syscall
                && kind.number() >= EventKind::PivotRoot.number()
                && !matches!(
                    kind,
                    EventKind::Clone | EventKind::Clone3 | EventKind::Fork | EventKind::Vfork
                )
        })
        .collect()
}

#[test]
fn every_program_loads_also_where_this_kernel_lacks_the_call() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(&system_kinds());
    let states = recorder.sensor().programs().to_vec();
    for state in &states {
        match &state.state {
            State::Refused(reason) => panic!("{}: {reason}", state.program.name),
            State::Absent => {
                assert!(matches!(state.program.hook, Hook::Exit(_) | Hook::Enter(_)));
                let object = recorder.sensor().object();
                let program = object.program_mut(state.program.name).unwrap();
                let program: &mut aya::programs::TracePoint = program.try_into().unwrap();
                program.load().unwrap();
                println!("this kernel has no {}", state.program.name);
            }
            State::Attached | State::Unwanted => {}
        }
    }
}

#[test]
fn mounts_are_told_with_all_their_names() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(&[
        EventKind::PivotRoot,
        EventKind::Mount,
        EventKind::Umount2,
        EventKind::MoveMount,
        EventKind::OpenTree,
        EventKind::Fsopen,
        EventKind::Fsconfig,
        EventKind::Fsmount,
        EventKind::Fspick,
        EventKind::MountSetattr,
    ]);
    let folder = tempfile::tempdir().unwrap();
    std::env::set_current_dir(folder.path()).unwrap();
    let full = |name: &str| {
        folder
            .path()
            .join(name)
            .into_os_string()
            .into_encoded_bytes()
    };
    let (source, target, kind) = (text("/nowhere"), text("absent/here"), text("ext4"));
    let options = text("ro,noload");
    let ret = call(
        libc::SYS_mount,
        &[at(&*source), at(&*target), at(&*kind), 1, at(&*options)],
    );
    Case::new(EventKind::Mount, ret)
        .text(Param::Source, "/nowhere")
        .text(Param::Name, "absent/here")
        .text(Param::Path, full("absent/here"))
        .text(Param::FsType, "ext4")
        .text(Param::Text, "ro,noload")
        .number(Param::Flags, 1)
        .check(&mut recorder);
    let ret = call(libc::SYS_umount2, &[at(&*target), 8]);
    Case::new(EventKind::Umount2, ret)
        .text(Param::Name, "absent/here")
        .number(Param::Flags, 8)
        .check(&mut recorder);
    let old = text("old");
    let ret = call(libc::SYS_pivot_root, &[at(&*target), at(&*old)]);
    Case::new(EventKind::PivotRoot, ret)
        .text(Param::NewName, "old")
        .text(Param::NewPath, full("old"))
        .check(&mut recorder);

    let ret = call(
        libc::SYS_open_tree,
        &[i64::from(libc::AT_FDCWD), at(&*target), 1],
    );
    Case::new(EventKind::OpenTree, ret)
        .text(Param::Name, "absent/here")
        .number(Param::Flags, 1)
        .check(&mut recorder);
    let ret = call(
        libc::SYS_move_mount,
        &[BAD, at(&*target), BAD, at(&*old), 4],
    );
    Case::new(EventKind::MoveMount, ret)
        .number(Param::DirFd, -1)
        .number(Param::NewDirFd, -1)
        .text(Param::NewName, "old")
        .check(&mut recorder);
    let tmpfs = text("tmpfs");
    let fd = call(libc::SYS_fsopen, &[at(&*tmpfs), 1]);
    assert!(fd >= 0);
    Case::new(EventKind::Fsopen, fd)
        .text(Param::FsType, "tmpfs")
        .check(&mut recorder);
    let (key, value) = (text("size"), text("1m"));
    let ret = call(libc::SYS_fsconfig, &[fd, 1, at(&*key), at(&*value), 0]);
    Case::new(EventKind::Fsconfig, ret)
        .number(Param::Fd, fd)
        .number(Param::Request, 1)
        .text(Param::Text, "size")
        .text(Param::Source, "1m")
        .check(&mut recorder);
    let ret = call(libc::SYS_fsmount, &[fd, 1, 2]);
    Case::new(EventKind::Fsmount, ret)
        .number(Param::Fd, fd)
        .number(Param::Arg2, 2)
        .check(&mut recorder);
    call(libc::SYS_close, &[fd]);
    let ret = call(libc::SYS_fspick, &[BAD, at(&*target), 0]);
    Case::new(EventKind::Fspick, ret)
        .text(Param::Name, "absent/here")
        .check(&mut recorder);
    let attributes = [7_u64, 0, 0, 0];
    let ret = call(
        libc::SYS_mount_setattr,
        &[BAD, at(&*target), 0x8000, at(&attributes), 32],
    );
    let bytes: Vec<u8> = attributes
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect();
    Case::new(EventKind::MountSetattr, ret)
        .text(Param::Data, bytes)
        .number(Param::Flags, 0x8000)
        .check(&mut recorder);
    std::env::set_current_dir("/").unwrap();
}

#[test]
fn processes_are_named_by_the_host_s_numbers() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(&[
        EventKind::Setns,
        EventKind::Ptrace,
        EventKind::ProcessVmReadv,
        EventKind::ProcessVmWritev,
        EventKind::PidfdOpen,
        EventKind::PidfdGetfd,
        EventKind::PidfdSendSignal,
        EventKind::Kill,
        EventKind::Tkill,
        EventKind::Tgkill,
        EventKind::Prlimit64,
    ]);
    let mut child = std::process::Command::new("sleep")
        .arg("60")
        .spawn()
        .unwrap();
    let pid = i64::from(child.id());
    let seize = 0x4206;
    let ret = call(libc::SYS_ptrace, &[seize, pid, 0, 0]);
    Case::new(EventKind::Ptrace, ret)
        .number(Param::Request, seize)
        .number(Param::TargetPid, pid)
        .check(&mut recorder);
    let mut byte = 0_u8;
    let local = libc::iovec {
        iov_base: (&raw mut byte).cast(),
        iov_len: 1,
    };
    for (number, kind) in [
        (libc::SYS_process_vm_readv, EventKind::ProcessVmReadv),
        (libc::SYS_process_vm_writev, EventKind::ProcessVmWritev),
    ] {
        let ret = call(number, &[pid, at(&local), 1, at(&local), 1, 0]);
        Case::new(kind, ret)
            .number(Param::TargetPid, pid)
            .number(Param::Size, ret.max(0))
            .check(&mut recorder);
    }
    let fd = call(libc::SYS_pidfd_open, &[pid, 0]);
    Case::new(EventKind::PidfdOpen, fd)
        .number(Param::TargetPid, pid)
        .check(&mut recorder);
    let got = call(libc::SYS_pidfd_getfd, &[fd, 0, 0]);
    Case::new(EventKind::PidfdGetfd, got)
        .number(Param::TargetPid, pid)
        .number(Param::NewFd, 0)
        .check(&mut recorder);
    let ret = call(libc::SYS_setns, &[fd, 0x2000_0000]);
    Case::new(EventKind::Setns, ret)
        .number(Param::TargetPid, pid)
        .number(Param::Flags, 0x2000_0000)
        .check(&mut recorder);
    let space = std::fs::File::open("/proc/self/ns/uts").unwrap();
    let ret = call(libc::SYS_setns, &[space.as_raw_fd().into(), 0]);
    assert_eq!(ret, 0);
    let inode = std::os::unix::fs::MetadataExt::ino(&space.metadata().unwrap());
    let tid = recorder::own_tid();
    let entered = recorder.wait("setns with a namespace", |record| {
        record.kind == EventKind::Setns
            && record.tid == tid
            && record.signed(Param::Fd) == Some(space.as_raw_fd().into())
    });
    assert_eq!(entered.number(Param::Inode), Some(inode));

    // Signal 0 asks only and is not told; what is told first is the other.
    assert_eq!(call(libc::SYS_kill, &[pid, 0]), 0);
    let ret = call(libc::SYS_kill, &[pid, libc::SIGCONT.into()]);
    Case::new(EventKind::Kill, ret)
        .number(Param::TargetPid, pid)
        .number(Param::Signal, libc::SIGCONT.into())
        .check(&mut recorder);
    let ret = call(libc::SYS_tkill, &[pid, libc::SIGCONT.into()]);
    Case::new(EventKind::Tkill, ret)
        .number(Param::TargetPid, pid)
        .check(&mut recorder);
    let ret = call(libc::SYS_tgkill, &[pid, pid, libc::SIGCONT.into()]);
    Case::new(EventKind::Tgkill, ret)
        .number(Param::TargetPid, pid)
        .check(&mut recorder);
    let ret = call(
        libc::SYS_pidfd_send_signal,
        &[fd, libc::SIGKILL.into(), 0, 0],
    );
    Case::new(EventKind::PidfdSendSignal, ret)
        .number(Param::TargetPid, pid)
        .number(Param::Signal, libc::SIGKILL.into())
        .check(&mut recorder);
    child.wait().unwrap();
    let limit = [1_u64 << 40, 1 << 41];
    let ret = call(libc::SYS_prlimit64, &[pid + 1_000_000, 9, at(&limit), 0]);
    Case::new(EventKind::Prlimit64, ret)
        .number(Param::TargetPid, pid + 1_000_000)
        .number(Param::Size, 1 << 40)
        .check(&mut recorder);
}

#[test]
fn processes_of_another_pid_namespace_are_found_too() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(&[EventKind::Kill]);
    // In a pid namespace of its own the shell is 1 and its child has a small number; the signal
    // 28 (window size) harms nobody.
    let output = std::process::Command::new("unshare")
        .args(["--pid", "--fork", "--mount-proc", "sh", "-c"])
        .arg("sleep 5 & echo $!; readlink /proc/self/ns/pid; kill -28 $!; kill -9 $!; wait")
        .output()
        .unwrap_or_else(|error| panic!("unshare: {error}; install the package util-linux"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let small: i64 = said.lines().next().unwrap().parse().unwrap();
    let space: u32 = said.lines().nth(1).unwrap()["pid:[".len()..]
        .trim_end_matches(']')
        .parse()
        .unwrap();
    let record = recorder.wait("kill in a namespace", |record| {
        record.kind == EventKind::Kill
            && record.number(Param::Signal) == Some(28)
            && record.pid_ns == space
    });
    let found = record.signed(Param::TargetPid).unwrap();
    assert!(small < 100, "{said}");
    assert!(
        found > 0 && found != small,
        "{found} is {small}'s number outside"
    );
    // It is the sender's younger brother in the host's numbers.
    assert!(found > i64::from(record.exec.pid), "{}", told(&record));
}

#[test]
fn the_kernel_and_the_machine() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(&[
        EventKind::Keyctl,
        EventKind::AddKey,
        EventKind::RequestKey,
        EventKind::Userfaultfd,
        EventKind::IoUringSetup,
        EventKind::IoUringRegister,
        EventKind::MemfdCreate,
        EventKind::MemfdSecret,
        EventKind::PerfEventOpen,
        EventKind::Bpf,
        EventKind::Seccomp,
        EventKind::Personality,
        EventKind::LandlockRestrictSelf,
        EventKind::Settimeofday,
        EventKind::ClockSettime,
        EventKind::Adjtimex,
        EventKind::ClockAdjtime,
    ]);
    let (name, description) = (text("user"), text("plimsoll:test"));
    let ret = call(libc::SYS_keyctl, &[9_999, 1, 2, 3, 4]);
    Case::new(EventKind::Keyctl, ret)
        .number(Param::Request, 9_999)
        .number(Param::Arg4, 4)
        .check(&mut recorder);
    let ret = call(libc::SYS_add_key, &[at(&*name), at(&*description), 0, 5, 0]);
    Case::new(EventKind::AddKey, ret)
        .text(Param::FsType, "user")
        .text(Param::Text, "plimsoll:test")
        .number(Param::Size, 5)
        .check(&mut recorder);
    let ret = call(
        libc::SYS_request_key,
        &[at(&*name), at(&*description), 0, 0],
    );
    Case::new(EventKind::RequestKey, ret)
        .text(Param::Text, "plimsoll:test")
        .check(&mut recorder);
    let ret = call(libc::SYS_userfaultfd, &[1]);
    Case::new(EventKind::Userfaultfd, ret)
        .number(Param::Flags, 1)
        .check(&mut recorder);
    let mut parameters = [0_u32; 30];
    parameters[2] = 1 << 30;
    let ret = call(libc::SYS_io_uring_setup, &[7, at(&parameters)]);
    Case::new(EventKind::IoUringSetup, ret)
        .number(Param::Size, 7)
        .number(Param::Flags, 1 << 30)
        .check(&mut recorder);
    let ret = call(libc::SYS_io_uring_register, &[BAD, 3, 0, 2]);
    Case::new(EventKind::IoUringRegister, ret)
        .number(Param::Fd, -1)
        .number(Param::Request, 3)
        .check(&mut recorder);
    let memory = text("a name");
    let fd = call(libc::SYS_memfd_create, &[at(&*memory), 1]);
    Case::new(EventKind::MemfdCreate, fd)
        .text(Param::Name, "a name")
        .number(Param::Flags, 1)
        .number(Param::Fd, fd)
        .check(&mut recorder);
    call(libc::SYS_close, &[fd]);
    let ret = call(libc::SYS_memfd_secret, &[0x7fff_0000]);
    Case::new(EventKind::MemfdSecret, ret)
        .number(Param::Flags, 0x7fff_0000)
        .check(&mut recorder);
    let attributes = [1_u32, 64, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let ret = call(libc::SYS_perf_event_open, &[at(&attributes), -1, 77, -1, 8]);
    Case::new(EventKind::PerfEventOpen, ret)
        .number(Param::Request, 1)
        .number(Param::Arg0, 99)
        .number(Param::TargetPid, -1)
        .number(Param::Arg2, 77)
        .check(&mut recorder);
    let mut program = [0_u32; 32];
    program[0] = 99;
    program[12] = u32::from_le_bytes(*b"evil");
    let ret = call(libc::SYS_bpf, &[5, at(&program), 128]);
    Case::new(EventKind::Bpf, ret)
        .number(Param::Request, 5)
        .number(Param::Arg0, 99)
        .text(Param::Text, "evil")
        .check(&mut recorder);
    let ret = call(libc::SYS_seccomp, &[77, 5, 0]);
    Case::new(EventKind::Seccomp, ret)
        .number(Param::Request, 77)
        .number(Param::Flags, 5)
        .check(&mut recorder);
    let asked = call(libc::SYS_personality, &[0xffff_ffff]);
    let ret = call(libc::SYS_personality, &[asked]);
    Case::new(EventKind::Personality, ret)
        .number(Param::Request, asked)
        .check(&mut recorder);
    let ret = call(libc::SYS_landlock_restrict_self, &[BAD, 0]);
    Case::new(EventKind::LandlockRestrictSelf, ret)
        .number(Param::Fd, -1)
        .check(&mut recorder);
    // Bad clocks and times are refused.
    let wrong = [12_345_i64, 2_000_000_000];
    let ret = call(libc::SYS_settimeofday, &[at(&wrong), 0]);
    Case::new(EventKind::Settimeofday, ret)
        .number(Param::Arg1, 12_345)
        .check(&mut recorder);
    let ret = call(libc::SYS_clock_settime, &[99, at(&wrong)]);
    Case::new(EventKind::ClockSettime, ret)
        .number(Param::Request, 99)
        .number(Param::Arg1, 12_345)
        .check(&mut recorder);
    let mut adjust = [0_u32; 64];
    adjust[0] = 0x4000;
    let ret = call(libc::SYS_adjtimex, &[at(&adjust)]);
    assert!(ret < 0, "a tick of 0 is refused");
    Case::new(EventKind::Adjtimex, ret)
        .number(Param::Mode, 0x4000)
        .check(&mut recorder);
    let ret = call(libc::SYS_clock_adjtime, &[99, at(&adjust)]);
    Case::new(EventKind::ClockAdjtime, ret)
        .number(Param::Request, 99)
        .number(Param::Mode, 0x4000)
        .check(&mut recorder);
}

#[test]
fn the_machine_s_name_swap_and_ports() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(&[
        EventKind::Sethostname,
        EventKind::Setdomainname,
        EventKind::Reboot,
        EventKind::Swapon,
        EventKind::Swapoff,
        EventKind::Acct,
        EventKind::Quotactl,
        EventKind::Syslog,
        EventKind::Iopl,
        EventKind::Ioperm,
    ]);
    let name = text("a-host");
    // A length that is refused; the name is told up to 64 bytes.
    let long = [b'x'; 80];
    let ret = call(libc::SYS_sethostname, &[at(&long), 80]);
    assert!(ret < 0);
    Case::new(EventKind::Sethostname, ret)
        .text(Param::Text, [b'x'; 64])
        .check(&mut recorder);
    let ret = call(libc::SYS_setdomainname, &[at(&long), 80]);
    assert!(ret < 0);
    Case::new(EventKind::Setdomainname, ret).check(&mut recorder);
    // The magic numbers are wrong.
    let ret = call(libc::SYS_reboot, &[1, 2, 0x0123_4567, 0]);
    assert!(ret < 0);
    Case::new(EventKind::Reboot, 0)
        .number(Param::Request, 0x0123_4567)
        .check(&mut recorder);
    let nowhere = text("/nowhere/swap");
    for (number, kind) in [
        (libc::SYS_swapon, EventKind::Swapon),
        (libc::SYS_swapoff, EventKind::Swapoff),
        (libc::SYS_acct, EventKind::Acct),
    ] {
        let ret = call(number, &[at(&*nowhere), 0]);
        assert!(ret < 0);
        Case::new(kind, ret)
            .text(Param::Name, "/nowhere/swap")
            .check(&mut recorder);
    }
    let ret = call(libc::SYS_quotactl, &[0x8000_0700, at(&*nowhere), 7, 0]);
    Case::new(EventKind::Quotactl, ret)
        .text(Param::Name, "/nowhere/swap")
        .number(Param::Arg2, 7)
        .check(&mut recorder);
    let ret = call(libc::SYS_syslog, &[77, 0, 5]);
    Case::new(EventKind::Syslog, ret)
        .number(Param::Request, 77)
        .check(&mut recorder);
    #[cfg(target_arch = "x86_64")]
    {
        let ret = call(libc::SYS_iopl, &[9]);
        Case::new(EventKind::Iopl, ret)
            .number(Param::Request, 9)
            .check(&mut recorder);
        let ret = call(libc::SYS_ioperm, &[1 << 40, 1, 1]);
        Case::new(EventKind::Ioperm, ret)
            .number(Param::Arg0, 1 << 40)
            .check(&mut recorder);
    }
    drop(name);
}

#[test]
fn files_by_handle_pieces_of_files_and_watching() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(&[
        EventKind::NameToHandleAt,
        EventKind::OpenByHandleAt,
        EventKind::Splice,
        EventKind::Sendfile,
        EventKind::CopyFileRange,
        EventKind::FanotifyInit,
        EventKind::FanotifyMark,
        EventKind::Mprotect,
        EventKind::Unshare,
    ]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("from");
    std::fs::write(&path, "0123456789").unwrap();
    let from = std::fs::File::open(&path).unwrap();
    let to = std::fs::File::create(folder.path().join("to")).unwrap();
    let own = |record: &Record<'_>| record.param(Param::Path).map(<[u8]>::to_vec);
    let expected = Some(path.clone().into_os_string().into_encoded_bytes());

    let name = text(path.to_str().unwrap());
    let mut handle = [0_u32; 34];
    handle[0] = 128;
    let mut mount = 0_i32;
    let ret = call(
        libc::SYS_name_to_handle_at,
        &[
            i64::from(libc::AT_FDCWD),
            at(&*name),
            (&raw mut handle) as i64,
            (&raw mut mount) as i64,
            0,
        ],
    );
    Case::new(EventKind::NameToHandleAt, ret)
        .text(Param::Name, path.to_str().unwrap())
        .check(&mut recorder);
    assert_eq!(ret, 0);
    let root = std::fs::File::open(folder.path()).unwrap();
    let fd = call(
        libc::SYS_open_by_handle_at,
        &[root.as_raw_fd().into(), at(&handle), 0],
    );
    assert!(fd >= 0, "{fd}");
    let opened = recorder.own_of(EventKind::OpenByHandleAt);
    assert_eq!(opened.ret, fd);
    assert_eq!(own(&opened), expected);
    call(libc::SYS_close, &[fd]);

    let (_read, write) = std::io::pipe().unwrap();
    let ret = call(
        libc::SYS_splice,
        &[
            from.as_raw_fd().into(),
            0,
            write.as_raw_fd().into(),
            0,
            4,
            0,
        ],
    );
    assert_eq!(ret, 4);
    let spliced = recorder.own_of(EventKind::Splice);
    assert_eq!((spliced.ret, own(&spliced)), (4, expected.clone()));
    let ret = call(
        libc::SYS_sendfile,
        &[to.as_raw_fd().into(), from.as_raw_fd().into(), 0, 4],
    );
    assert_eq!(ret, 4);
    let sent = recorder.own_of(EventKind::Sendfile);
    assert_eq!(sent.signed(Param::NewFd), Some(to.as_raw_fd().into()));
    assert_eq!(own(&sent), expected);
    let ret = call(
        libc::SYS_copy_file_range,
        &[from.as_raw_fd().into(), 0, to.as_raw_fd().into(), 0, 2, 0],
    );
    Case::new(EventKind::CopyFileRange, ret)
        .number(Param::Size, 2)
        .check(&mut recorder);
    // What goes to a socket is not told.
    recorder.clear();
    let (one, _two) = std::os::unix::net::UnixStream::pair().unwrap();
    call(
        libc::SYS_sendfile,
        &[one.as_raw_fd().into(), from.as_raw_fd().into(), 0, 1],
    );
    assert!(
        !recorder
            .own()
            .iter()
            .any(|record| record.kind == EventKind::Sendfile)
    );

    let fd = call(libc::SYS_fanotify_init, &[4, 0]);
    Case::new(EventKind::FanotifyInit, fd)
        .number(Param::Flags, 4)
        .check(&mut recorder);
    let ret = call(
        libc::SYS_fanotify_mark,
        &[BAD, 1, 0x1_0000, i64::from(libc::AT_FDCWD), at(&*name)],
    );
    Case::new(EventKind::FanotifyMark, ret)
        .number(Param::Arg2, 0x1_0000)
        .text(Param::Name, path.to_str().unwrap())
        .check(&mut recorder);
    if fd >= 0 {
        call(libc::SYS_close, &[fd]);
    }

    // Only memory that is made writable and executable at once is told.
    let page = call(libc::SYS_mmap, &[0, 4096, 3, 0x22, -1, 0]);
    recorder.clear();
    assert_eq!(call(libc::SYS_mprotect, &[page, 4096, 1]), 0);
    assert_eq!(call(libc::SYS_mprotect, &[page, 4096, 7]), 0);
    let told = recorder.own_of(EventKind::Mprotect);
    assert_eq!(told.number(Param::Request), Some(7));
    assert_eq!(told.signed(Param::Arg0), Some(page));
    call(libc::SYS_munmap, &[page, 4096]);

    let ret = call(libc::SYS_unshare, &[0x7f]);
    Case::new(EventKind::Unshare, ret)
        .number(Param::Flags, 0x7f)
        .check(&mut recorder);
}
