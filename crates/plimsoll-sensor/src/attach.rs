//! Loads and attaches one program at its hook.

use std::any::Any;
use std::error::Error;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use aya::Btf;
use aya::programs::links::CgroupAttachMode;
use aya::programs::{
    BtfTracePoint, CgroupSkb, CgroupSkbAttachType, CgroupSock, CgroupSockAddr, FExit, Iter, Lsm,
    Program as Loaded, ProgramError, RawTracePoint, TracePoint,
};

use crate::capped;
use crate::hooks::Hook;

/// What keeps a program attached: dropping it detaches.
pub(crate) type Link = Box<dyn Any + Send>;

/// Loads a program, if that has not been done before, and attaches it.
pub(crate) fn attach(
    program: &mut Loaded,
    hook: Hook,
    btf: &Btf,
    loaded: bool,
) -> Result<Link, ProgramError> {
    match hook {
        Hook::Enter(name) => tracepoint(program, "syscalls", &format!("sys_enter_{name}"), loaded),
        Hook::Exit(name) => tracepoint(program, "syscalls", &format!("sys_exit_{name}"), loaded),
        Hook::Tracepoint(category, name) => tracepoint(program, category, name, loaded),
        Hook::BtfTracepoint(name) => {
            let program: &mut BtfTracePoint = program.try_into()?;
            if !loaded {
                program.load(name, btf)?;
            }
            let id = program.attach()?;
            Ok(Box::new(program.take_link(id)?))
        }
        Hook::RawTracepoint(name) => {
            let program: &mut RawTracePoint = program.try_into()?;
            if !loaded {
                program.load()?;
            }
            let id = program.attach(name)?;
            Ok(Box::new(program.take_link(id)?))
        }
        Hook::Lsm(name) => {
            let program: &mut Lsm = program.try_into()?;
            if !loaded {
                program.load(name, btf)?;
            }
            let id = program.attach()?;
            Ok(Box::new(program.take_link(id)?))
        }
        Hook::Fexit(name) => {
            let program: &mut FExit = program.try_into()?;
            if !loaded {
                program.load(name, btf)?;
            }
            let id = program.attach()?;
            Ok(Box::new(program.take_link(id)?))
        }
        Hook::Iterator(name) => {
            let program: &mut Iter = program.try_into()?;
            if !loaded {
                program.load(name, btf)?;
            }
            let id = program.attach()?;
            Ok(Box::new(program.take_link(id)?))
        }
        Hook::Cgroup => cgroup(program, loaded),
    }
}

fn tracepoint(
    program: &mut Loaded,
    category: &str,
    name: &str,
    loaded: bool,
) -> Result<Link, ProgramError> {
    let program: &mut TracePoint = program.try_into()?;
    if !loaded {
        program.load()?;
    }
    let id = program.attach(category, name)?;
    Ok(Box::new(program.take_link(id)?))
}

/// Programs at the root of the tree of cgroups stand beside those of others.
fn cgroup(program: &mut Loaded, loaded: bool) -> Result<Link, ProgramError> {
    // Links always do; the kernel takes no mode with one.
    let mode = CgroupAttachMode::Single;
    let root = cgroup_root().and_then(File::open)?;
    match program {
        Loaded::CgroupSockAddr(program) => {
            let program: &mut CgroupSockAddr = program;
            if !loaded {
                program.load()?;
            }
            let id = program.attach(root, mode)?;
            Ok(Box::new(program.take_link(id)?))
        }
        Loaded::CgroupSock(program) => {
            let program: &mut CgroupSock = program;
            if !loaded {
                program.load()?;
            }
            let id = program.attach(root, mode)?;
            Ok(Box::new(program.take_link(id)?))
        }
        Loaded::CgroupSkb(program) => {
            let program: &mut CgroupSkb = program;
            if !loaded {
                program.load()?;
            }
            // Which of the two it is stands in the section that it was compiled into.
            let direction = program
                .expected_attach_type()
                .unwrap_or(CgroupSkbAttachType::Egress);
            let id = program.attach(root, direction, mode)?;
            Ok(Box::new(program.take_link(id)?))
        }
        _ => Err(ProgramError::UnexpectedProgramType),
    }
}

/// Where the hierarchy of version 2 is mounted.
pub fn cgroup_root() -> io::Result<PathBuf> {
    let mounts = capped::text(Path::new("/proc/self/mounts"), capped::PROC_BYTES_MAX)?;
    mounts
        .lines()
        .find_map(|line| {
            let mut fields = line.split(' ');
            let (_, place, kind) = (fields.next()?, fields.next()?, fields.next()?);
            (kind == "cgroup2").then(|| PathBuf::from(place))
        })
        .ok_or_else(|| io::Error::other("no cgroup hierarchy of version 2 is mounted"))
}

/// Whether a hook is not there at all, apart from being refused.
pub(crate) fn absent(hook: Hook) -> bool {
    let folder = match hook {
        Hook::Enter(name) => format!("syscalls/sys_enter_{name}"),
        Hook::Exit(name) => format!("syscalls/sys_exit_{name}"),
        Hook::Tracepoint(category, name) => format!("{category}/{name}"),
        _ => return false,
    };
    let events = events();
    events.is_dir() && !events.join(folder).is_dir()
}

fn events() -> &'static Path {
    let first = Path::new("/sys/kernel/tracing/events");
    if first.is_dir() {
        first
    } else {
        Path::new("/sys/kernel/debug/tracing/events")
    }
}

/// Mounts tracefs where it belongs, if nobody has done so: few programs attach without it.
pub(crate) fn mount_tracefs() {
    if events().is_dir() {
        return;
    }
    // A failure shows where it matters: each program that needs it says so.
    let _ = rustix::mount::mount(
        "tracefs",
        "/sys/kernel/tracing",
        "tracefs",
        rustix::mount::MountFlags::NOSUID
            | rustix::mount::MountFlags::NODEV
            | rustix::mount::MountFlags::NOEXEC,
        None,
    );
}

/// An error and its causes in one line; of the verifier's log the end, where the reason stands.
pub(crate) fn reason(error: &ProgramError) -> String {
    if let ProgramError::LoadError {
        io_error,
        verifier_log,
    } = error
    {
        let log = verifier_log.to_string();
        let mut last: Vec<_> = log
            .lines()
            .rev()
            .filter(|line| !line.trim().is_empty() && !line.starts_with("processed "))
            .take(3)
            .collect();
        last.reverse();
        return format!("refused by the kernel: {io_error}: {}", last.join(" | "));
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = inner.source();
    }
    text
}
