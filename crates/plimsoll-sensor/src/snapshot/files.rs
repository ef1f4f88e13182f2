//! The open descriptors of a process as file and socket records.

use std::path::Path;

use plimsoll_behavior::wire::RecordWriter;
use plimsoll_model::event::{EventKind, FLAG_FROM_PROC, Param};

use super::process::{device, link, place, set_id, statx};
use super::sockets::Tables;
use super::{FILES_MAX, FILES_PER_PROCESS_MAX, Snapshot, Taken, Task};
use crate::capped::{self, PROC_BYTES_MAX};

impl Snapshot {
    pub(super) fn files(
        &self,
        task: &Task,
        time_ns: u64,
        tables: Option<&Tables>,
        taken: &mut Taken,
        emit: &mut dyn FnMut(&[u8]),
    ) {
        let pid = task.exec.pid;
        let folder = self.proc.join(pid.to_string());
        let listed = match std::fs::read_dir(folder.join("fd")) {
            Ok(listed) => listed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                taken.skip(pid, format!("descriptors: {error}"));
                return;
            }
        };
        let mut fds: Vec<u32> = listed
            .take(FILES_PER_PROCESS_MAX + 1)
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect();
        fds.sort_unstable();
        if fds.len() > FILES_PER_PROCESS_MAX {
            taken.skip(pid, format!("descriptors beyond {FILES_PER_PROCESS_MAX}"));
            fds.truncate(FILES_PER_PROCESS_MAX);
        }
        for fd in fds {
            if taken.files + taken.sockets >= FILES_MAX {
                taken.skip(pid, format!("descriptors: {FILES_MAX} in all are read"));
                return;
            }
            let Some(target) = link(&folder.join("fd"), &fd.to_string()) else {
                continue;
            };
            let number = target
                .strip_prefix(b"socket:[")
                .and_then(|rest| std::str::from_utf8(rest.strip_suffix(b"]")?).ok())
                .and_then(|text| text.parse::<u64>().ok());
            let kind = if number.is_some() {
                EventKind::Sock
            } else {
                EventKind::File
            };
            let mut writer = RecordWriter::new(kind)
                .flags(FLAG_FROM_PROC)
                .time_ns(time_ns)
                .exec(task.exec, pid)
                .cgroup_id(task.cgroup_id)
                .namespaces(task.mnt_ns, task.pid_ns)
                .signed(Param::Fd, fd.into());
            if let Some(flags) = flags(&folder, fd) {
                writer = writer.number(Param::Flags, flags);
            }
            writer = if let Some(inode) = number {
                taken.sockets += 1;
                socket(writer, inode, tables)
            } else {
                taken.files += 1;
                file(
                    writer,
                    &folder.join("fd").join(fd.to_string()),
                    &target,
                    &task.root,
                )
            };
            emit(&writer.finish());
        }
    }
}

/// The flags in `fdinfo`, which are octal there.
fn flags(folder: &Path, fd: u32) -> Option<u64> {
    let text = capped::text(&folder.join("fdinfo").join(fd.to_string()), PROC_BYTES_MAX).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("flags:"))?;
    u64::from_str_radix(line.trim(), 8).ok()
}

fn file(mut writer: RecordWriter, path: &Path, target: &[u8], root: &[u8]) -> RecordWriter {
    let (name, mut layer) = place(target, root);
    writer = writer.bytes(Param::Path, name);
    if let Some(found) = statx(path) {
        let mode = u64::from(found.stx_mode);
        layer |= set_id(mode);
        writer = writer
            .number(Param::Inode, found.stx_ino)
            .number(
                Param::Device,
                device(found.stx_dev_major, found.stx_dev_minor),
            )
            .number(Param::FileMode, mode);
    }
    writer.number(Param::FileLayer, layer)
}

fn socket(writer: RecordWriter, inode: u64, tables: Option<&Tables>) -> RecordWriter {
    let writer = writer.number(Param::SockInode, inode);
    // Other families (netlink, packet) and sockets of another namespace have no line there.
    match tables.and_then(|tables| tables.get(inode)) {
        Some(socket) => socket.put(writer),
        None => writer,
    }
}
