//! What a record's parameters say of a process, taken over in one pass.

use std::sync::Arc;

use plimsoll_model::event::{ExecId, Param};

use super::process::{Process, Program};
use super::text::Text;
use crate::wire::Record;

/// Longest path of an executable or current folder, in bytes.
const PATH_BYTES_MAX: usize = 4096;
/// Longest arguments that are kept, in bytes.
pub const ARGS_BYTES_MAX: usize = 32 << 10;
/// Longest environment that is kept, in bytes.
pub const ENV_BYTES_MAX: usize = 8 << 10;

/// Takes over what a record says of a process; what it does not say stays. Gives the parent that
/// the kernel names, which is the reaper once the true one has ended.
pub fn describe(process: &mut Process, record: &Record<'_>) -> Option<ExecId> {
    let mut parent = ExecId::default();
    let mut program: Option<Program> = None;
    for (number, value) in record.params() {
        let Some(param) = Param::from_number(number) else {
            continue;
        };
        match param {
            Param::Comm => process.comm.set(comm(value)),
            Param::Cwd => process.cwd.set(capped(value, PATH_BYTES_MAX)),
            Param::Exe
            | Param::ExePath
            | Param::Args
            | Param::Env
            | Param::Interpreter
            | Param::ArgsBytes
            | Param::ExeInode
            | Param::ExeDevice
            | Param::ExeMode
            | Param::ExeLayer
            | Param::ExeUid
            | Param::ExeCtime
            | Param::ExeMtime => {
                let program = program.get_or_insert_with(|| Program::clone(&process.program));
                executed(program, param, value);
            }
            _ => {
                let Some(value) = number_of(value) else {
                    continue;
                };
                match param {
                    Param::Ppid => parent.pid = value as u32,
                    Param::ParentStart => parent.start_ns = value,
                    _ => standing(process, param, value),
                }
            }
        }
    }
    if let Some(program) = program
        && program != *process.program
    {
        process.program = Arc::new(program);
    }
    (parent.pid != 0).then_some(parent)
}

/// Takes over users, groups and capabilities alone.
pub fn describe_rights(process: &mut Process, record: &Record<'_>) {
    for (number, value) in record.params() {
        let (Some(param), Some(value)) = (Param::from_number(number), number_of(value)) else {
            continue;
        };
        if (Param::Uid..=Param::Fsgid).contains(&param)
            || (Param::CapEffective..=Param::CapAmbient).contains(&param)
        {
            standing(process, param, value);
        }
    }
}

/// A thread's name up to its NUL.
pub fn comm(value: &[u8]) -> &[u8] {
    let end = value.iter().position(|byte| *byte == 0);
    let end = end.unwrap_or(value.len()).min(15);
    value.get(..end).unwrap_or_default()
}

fn executed(program: &mut Program, param: Param, value: &[u8]) {
    match param {
        Param::Exe => program.exe = Text::capped(value, PATH_BYTES_MAX),
        Param::ExePath => program.exe_path = Text::capped(value, PATH_BYTES_MAX),
        Param::Args => program.args = Text::capped(value, ARGS_BYTES_MAX),
        Param::Env => program.env = Text::capped(value, ENV_BYTES_MAX),
        Param::Interpreter => program.interpreter = Text::capped(value, PATH_BYTES_MAX),
        _ => {
            let Some(value) = number_of(value) else {
                return;
            };
            let file = &mut program.file;
            match param {
                Param::ArgsBytes => program.args_bytes = value,
                Param::ExeInode => file.inode = value,
                Param::ExeDevice => file.device = value,
                Param::ExeMode => file.mode = value as u32,
                Param::ExeLayer => file.layer = value,
                Param::ExeUid => file.uid = value as u32,
                Param::ExeCtime => file.ctime_ns = value,
                Param::ExeMtime => file.mtime_ns = value,
                _ => {}
            }
        }
    }
}

fn standing(process: &mut Process, param: Param, value: u64) {
    let number = value as u32;
    let users = &mut process.credentials;
    let rights = &mut process.capabilities;
    let spaces = &mut process.namespaces;
    match param {
        Param::Vpid => process.vpid = number,
        Param::Vppid => process.vppid = number,
        Param::Sid => process.sid = number,
        Param::Pgid => process.pgid = number,
        Param::Vsid => process.vsid = number,
        Param::Vpgid => process.vpgid = number,
        Param::Tty => process.tty = number,
        Param::Uid => users.uid = number,
        Param::Euid => {
            users.euid = number;
            process.described = true;
        }
        Param::Suid => users.suid = number,
        Param::Fsuid => users.fsuid = number,
        Param::Gid => users.gid = number,
        Param::Egid => users.egid = number,
        Param::Sgid => users.sgid = number,
        Param::Fsgid => users.fsgid = number,
        Param::LoginUid => process.login_uid = number,
        Param::AuditSession => process.audit_session = number,
        Param::CapEffective => rights.effective = value,
        Param::CapPermitted => rights.permitted = value,
        Param::CapInheritable => rights.inheritable = value,
        Param::CapBounding => rights.bounding = value,
        Param::CapAmbient => rights.ambient = value,
        Param::MntNs => spaces.mnt = number,
        Param::NetNs => spaces.net = number,
        Param::UserNs => spaces.user = number,
        Param::IpcNs => spaces.ipc = number,
        Param::UtsNs => spaces.uts = number,
        Param::CgroupNs => spaces.cgroup = number,
        Param::PidNs => spaces.pid_for_children = number,
        Param::NoNewPrivs => process.no_new_privs = value != 0,
        Param::SeccompMode => process.seccomp_mode = value as u8,
        _ => {}
    }
}

fn number_of(value: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(value.try_into().ok()?))
}

fn capped(value: &[u8], most: usize) -> &[u8] {
    value.get(..most).unwrap_or(value)
}
