//! One process as a task record.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use plimsoll_behavior::wire::RecordWriter;
use plimsoll_model::event::{
    EventKind, ExecId, FILE_DELETED, FILE_MEMFD, FILE_SETGID, FILE_SETUID, FLAG_CUT, FLAG_FAULT,
    FLAG_FROM_PROC, Param,
};
use rustix::fs::{AtFlags, CWD, Statx, StatxFlags};

use super::status::{Stat, Status};
use super::{START_STEP_NS, Snapshot, Taken, Task};
use crate::capped::{self, PROC_BYTES_MAX};

/// Most bytes of arguments, as the kernel's program takes them.
const ARGS_BYTES_MAX: usize = 32 << 10;
/// Most bytes of an environment that are looked through for the chosen names.
const ENV_READ_BYTES_MAX: u64 = 256 << 10;
/// Most bytes of chosen variables.
const ENV_BYTES_MAX: usize = 4 << 10;
/// Cgroups whose id is kept.
const CGROUPS_MAX: usize = 65_536;
const DELETED: &[u8] = b" (deleted)";

impl Snapshot {
    pub(super) fn task(
        &mut self,
        pid: u32,
        time_ns: u64,
        parent_start: &dyn Fn(u32) -> Option<u64>,
        taken: &mut Taken,
    ) -> Option<Task> {
        let folder = self.proc.join(pid.to_string());
        let stat = Stat::read(&self.proc, pid)?;
        let status = Status::read(&folder)?;
        let space = |name: &str| namespace(&folder, name);
        let (mnt_ns, pid_ns) = (space("mnt"), space("pid"));
        let cgroup = Cgroup::read(&folder);
        let cgroup_id = self.cgroup_id(cgroup.as_ref());
        let exec = ExecId {
            pid,
            start_ns: stat.start_ns,
        };
        let root = link(&folder, "root").unwrap_or_else(|| b"/".to_vec());

        let mut flags = FLAG_FROM_PROC;
        let memory = self.memory(pid, &folder, &mut flags, taken);
        let mut writer = RecordWriter::new(EventKind::Task)
            .flags(flags)
            .time_ns(time_ns)
            .exec(exec, pid)
            .cgroup_id(cgroup_id)
            .namespaces(mnt_ns.unwrap_or_default(), pid_ns.unwrap_or_default())
            .bytes(Param::Comm, &stat.comm);
        writer = family(writer, &stat, &status, parent_start);
        writer = credentials(writer, &status);
        for (param, name) in [
            (Param::MntNs, "mnt"),
            (Param::NetNs, "net"),
            (Param::UserNs, "user"),
            (Param::IpcNs, "ipc"),
            (Param::UtsNs, "uts"),
            (Param::CgroupNs, "cgroup"),
            (Param::PidNs, "pid_for_children"),
        ] {
            if let Some(number) = space(name) {
                writer = writer.number(param, number.into());
            }
        }
        for (param, file) in [
            (Param::LoginUid, "loginuid"),
            (Param::AuditSession, "sessionid"),
        ] {
            if let Ok(text) = capped::text(&folder.join(file), PROC_BYTES_MAX)
                && let Ok(number) = text.trim().parse::<u32>()
            {
                writer = writer.number(param, number.into());
            }
        }
        writer = executable(writer, &folder, &root);
        if let Some(cwd) = link(&folder, "cwd") {
            writer = writer.bytes(Param::Cwd, inside(&cwd, &root));
        }
        writer = memory.put(writer, &self.env_names);
        if let Some(cgroup) = &cgroup {
            writer = cgroup.put(writer);
        }
        // The pid may have been given away while we read: then halves of two would be one.
        if Stat::read(&self.proc, pid)?.start_ns != stat.start_ns {
            taken.skip(pid, "its pid was given to another while it was read");
            return None;
        }
        Some(Task {
            record: writer.finish(),
            exec,
            cgroup_id,
            mnt_ns: mnt_ns.unwrap_or_default(),
            pid_ns: pid_ns.unwrap_or_default(),
            net_ns: space("net").map(u64::from),
            root,
        })
    }

    /// The memory of a process that the kernel told of; `None` when another has its pid by now.
    pub(super) fn own_memory(
        &mut self,
        pid: u32,
        start_ns: u64,
        flags: &mut u16,
        taken: &mut Taken,
    ) -> Option<Memory> {
        let folder = self.proc.join(pid.to_string());
        let memory = self.memory(pid, &folder, flags, taken);
        let started = Stat::read(&self.proc, pid)?.start_ns;
        (started == start_ns / START_STEP_NS * START_STEP_NS).then_some(memory)
    }

    /// Adds where a process is in the trees of cgroups.
    pub(super) fn put_cgroup(&self, writer: RecordWriter, pid: u32) -> RecordWriter {
        match Cgroup::read(&self.proc.join(pid.to_string())) {
            Some(cgroup) => cgroup.put(writer),
            None => writer,
        }
    }

    /// Arguments and environment, which are the process's own memory.
    fn memory(&mut self, pid: u32, folder: &Path, flags: &mut u16, taken: &mut Taken) -> Memory {
        let mut wanted = vec![(folder.join("cmdline"), ARGS_BYTES_MAX as u64 + 1)];
        if !self.env_names.is_empty() {
            wanted.push((folder.join("environ"), ENV_READ_BYTES_MAX));
        }
        let mut read = match self.patient.read(wanted) {
            Ok(read) => read.into_iter(),
            Err(refused) => {
                *flags |= FLAG_FAULT;
                taken.skip(pid, format!("arguments and environment: {refused}"));
                Vec::new().into_iter()
            }
        };
        let mut args = read.next().flatten().unwrap_or_default();
        let env = read.next().flatten().unwrap_or_default();
        if args.len() > ARGS_BYTES_MAX {
            args.truncate(ARGS_BYTES_MAX);
            *flags |= FLAG_CUT;
        }
        Memory { args, env }
    }

    /// Inode of the cgroup's folder in version 2: the id that the kernel's programs tell.
    fn cgroup_id(&mut self, cgroup: Option<&Cgroup>) -> u64 {
        let Some((root, cgroup)) = self.cgroup.as_ref().zip(cgroup) else {
            return 0;
        };
        if let Some(id) = self.cgroup_ids.get(&cgroup.path_v2) {
            return *id;
        }
        let path = root.join(cgroup.path_v2.trim_start_matches('/'));
        let id = statx(&path).map_or(0, |found| found.stx_ino);
        if self.cgroup_ids.len() < CGROUPS_MAX {
            self.cgroup_ids.insert(cgroup.path_v2.clone(), id);
        }
        id
    }
}

pub(super) struct Memory {
    args: Vec<u8>,
    env: Vec<u8>,
}

impl Memory {
    pub(super) fn put(&self, writer: RecordWriter, names: &[String]) -> RecordWriter {
        let writer = writer
            .bytes(Param::Args, &self.args)
            .number(Param::ArgsBytes, self.args.len() as u64);
        let mut chosen = Vec::new();
        for variable in self.env.split(|byte| *byte == 0) {
            let name = variable.split(|byte| *byte == b'=').next();
            let wanted = name.is_some_and(|name| names.iter().any(|n| n.as_bytes() == name));
            if wanted && chosen.len() + variable.len() < ENV_BYTES_MAX {
                chosen.extend(variable);
                chosen.push(0);
            }
        }
        if chosen.is_empty() {
            return writer;
        }
        writer.bytes(Param::Env, &chosen)
    }
}

fn family(
    mut writer: RecordWriter,
    stat: &Stat,
    status: &Status,
    parent_start: &dyn Fn(u32) -> Option<u64>,
) -> RecordWriter {
    writer = writer.signed(Param::Ppid, stat.ppid);
    if let Ok(ppid) = u32::try_from(stat.ppid)
        && let Some(start) = parent_start(ppid)
    {
        writer = writer.number(Param::ParentStart, start);
    }
    writer = writer
        .signed(Param::Sid, stat.sid)
        .signed(Param::Pgid, stat.pgid)
        .number(Param::Tty, stat.tty)
        .number(Param::ThreadStart, stat.start_ns);
    for (param, key) in [
        (Param::Vpid, "NStgid"),
        (Param::Vtid, "NSpid"),
        (Param::Vpgid, "NSpgid"),
        (Param::Vsid, "NSsid"),
    ] {
        if let Some(number) = status.innermost(key) {
            writer = writer.number(param, number);
        }
    }
    writer
}

fn credentials(mut writer: RecordWriter, status: &Status) -> RecordWriter {
    for (index, uid, gid) in [
        (0, Param::Uid, Param::Gid),
        (1, Param::Euid, Param::Egid),
        (2, Param::Suid, Param::Sgid),
        (3, Param::Fsuid, Param::Fsgid),
    ] {
        for (param, key) in [(uid, "Uid"), (gid, "Gid")] {
            if let Some(number) = status.number(key, index) {
                writer = writer.number(param, number);
            }
        }
    }
    for (param, key) in [
        (Param::CapEffective, "CapEff"),
        (Param::CapPermitted, "CapPrm"),
        (Param::CapInheritable, "CapInh"),
        (Param::CapBounding, "CapBnd"),
        (Param::CapAmbient, "CapAmb"),
    ] {
        if let Some(bits) = status.bits(key) {
            writer = writer.number(param, bits);
        }
    }
    for (param, key) in [
        (Param::NoNewPrivs, "NoNewPrivs"),
        (Param::SeccompMode, "Seccomp"),
    ] {
        if let Some(number) = status.number(key, 0) {
            writer = writer.number(param, number);
        }
    }
    writer
}

fn executable(mut writer: RecordWriter, folder: &Path, root: &[u8]) -> RecordWriter {
    // Kernel threads have none.
    let Some(link) = link(folder, "exe") else {
        return writer;
    };
    let (path, mut layer) = place(&link, root);
    writer = writer.bytes(Param::ExePath, path);
    if let Some(found) = statx(&folder.join("exe")) {
        let mode = u64::from(found.stx_mode);
        layer |= set_id(mode);
        writer = writer
            .number(Param::ExeInode, found.stx_ino)
            .number(
                Param::ExeDevice,
                device(found.stx_dev_major, found.stx_dev_minor),
            )
            .number(Param::ExeMode, mode)
            .number(Param::ExeUid, found.stx_uid.into())
            .number(
                Param::ExeCtime,
                time(found.stx_ctime.tv_sec, found.stx_ctime.tv_nsec),
            )
            .number(
                Param::ExeMtime,
                time(found.stx_mtime.tv_sec, found.stx_mtime.tv_nsec),
            );
    }
    writer.number(Param::ExeLayer, layer)
}

/// A path as its process sees it, and what the link's form tells of where the file is.
pub fn place<'a>(link: &'a [u8], root: &[u8]) -> (&'a [u8], u64) {
    let mut layer = 0;
    let mut path = link;
    if let Some(name) = path.strip_suffix(DELETED) {
        path = name;
        layer |= FILE_DELETED;
    }
    if path.starts_with(b"/memfd:") {
        layer |= FILE_MEMFD;
        return (path, layer);
    }
    (inside(path, root), layer)
}

pub const fn set_id(mode: u64) -> u64 {
    let mut layer = 0;
    if mode & 0o4000 != 0 {
        layer |= FILE_SETUID;
    }
    if mode & 0o2000 != 0 {
        layer |= FILE_SETGID;
    }
    layer
}

/// The path below a root that is not ours (`chroot`). Of a process in another mount namespace the
/// kernel gives the path from that namespace's root anyway.
fn inside<'a>(path: &'a [u8], root: &[u8]) -> &'a [u8] {
    if root == b"/" {
        return path;
    }
    match path.strip_prefix(root) {
        Some([]) => b"/",
        Some(below) if below.first() == Some(&b'/') => below,
        _ => path,
    }
}

/// The device number as the kernel keeps it.
pub const fn device(major: u32, minor: u32) -> u64 {
    (major as u64) << 20 | minor as u64
}

fn time(seconds: i64, nanoseconds: u32) -> u64 {
    u64::try_from(seconds)
        .unwrap_or_default()
        .saturating_mul(1_000_000_000)
        .saturating_add(nanoseconds.into())
}

/// Attributes of what a link of `/proc` stands for, as the kernel has them in memory: a filesystem
/// in user space or over the network is not asked.
pub fn statx(path: &Path) -> Option<Statx> {
    rustix::fs::statx(CWD, path, AtFlags::STATX_DONT_SYNC, StatxFlags::BASIC_STATS).ok()
}

pub fn link(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let target = std::fs::read_link(folder.join(name)).ok()?;
    Some(target.as_os_str().as_bytes().to_vec())
}

/// The number in `mnt:[4026531841]`.
fn namespace(folder: &Path, name: &str) -> Option<u32> {
    let link = link(&folder.join("ns"), name)?;
    let text = std::str::from_utf8(&link).ok()?;
    text.split_once('[')?.1.strip_suffix(']')?.parse().ok()
}

/// Where a process is in the trees of cgroups.
#[derive(Debug, PartialEq, Eq)]
struct Cgroup {
    /// The path that tells most: version 2's, or where that is the root, the deepest of version 1.
    path: String,
    /// Number of that hierarchy; 0 is version 2.
    hierarchy: u64,
    path_v2: String,
}

impl Cgroup {
    fn put(&self, writer: RecordWriter) -> RecordWriter {
        writer
            .bytes(Param::CgroupPath, self.path.as_bytes())
            .number(Param::CgroupHierarchy, self.hierarchy)
    }

    fn read(folder: &Path) -> Option<Self> {
        Self::parse(&capped::text(&folder.join("cgroup"), PROC_BYTES_MAX).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines: Vec<(u64, &str)> = text
            .lines()
            .filter_map(|line| {
                let (number, rest) = line.split_once(':')?;
                Some((number.parse().ok()?, rest.split_once(':')?.1))
            })
            .collect();
        lines.sort_unstable();
        let path_v2 = lines
            .first()
            .filter(|line| line.0 == 0)
            .map_or("/", |line| line.1);
        let depth = |path: &str| path.split('/').filter(|part| !part.is_empty()).count();
        let (hierarchy, path) = if depth(path_v2) > 0 {
            (0, path_v2)
        } else {
            let deepest = lines.iter().map(|line| depth(line.1)).max()?;
            *lines.iter().find(|line| depth(line.1) == deepest)?
        };
        Some(Self {
            path: path.to_owned(),
            hierarchy,
            path_v2: path_v2.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cgroup_that_tells_most_is_told() {
        let v2 = Cgroup::parse("0::/user.slice/a\n").unwrap();
        assert_eq!((v2.hierarchy, v2.path.as_str()), (0, "/user.slice/a"));
        let v1 = Cgroup::parse("9:name=systemd:/\n8:pids:/docker/x\n4:memory:/docker/x\n0::/\n");
        let v1 = v1.unwrap();
        assert_eq!((v1.hierarchy, v1.path.as_str()), (4, "/docker/x"));
        assert_eq!(v1.path_v2, "/");
        let odd = Cgroup::parse("4:memory:/a:b\nrubbish\n").unwrap();
        assert_eq!((odd.path.as_str(), odd.path_v2.as_str()), ("/a:b", "/"));
        assert_eq!(Cgroup::parse(""), None);
    }

    #[test]
    fn paths_are_told_from_the_process_s_root() {
        assert_eq!(inside(b"/srv/jail/bin/sh", b"/srv/jail"), b"/bin/sh");
        assert_eq!(inside(b"/srv/jail", b"/srv/jail"), b"/");
        assert_eq!(inside(b"/srv/jailer/x", b"/srv/jail"), b"/srv/jailer/x");
        assert_eq!(
            place(b"/bin/x (deleted)", b"/"),
            (&b"/bin/x"[..], FILE_DELETED)
        );
        assert_eq!(
            place(b"/memfd:a (deleted)", b"/"),
            (&b"/memfd:a"[..], FILE_DELETED | FILE_MEMFD)
        );
    }
}
