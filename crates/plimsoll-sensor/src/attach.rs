//! Loads and attaches one program at its hook.

use std::any::Any;
use std::error::Error;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use aya::Btf;
use aya::programs::links::CgroupAttachMode;
use aya::programs::{CgroupSkbAttachType, Program as Loaded, ProgramError};

use crate::capped;
use crate::hooks::Hook;

/// What keeps a program attached: dropping it detaches.
pub(crate) type Link = Box<dyn Any + Send>;

/// Has the kernel check a program and take it in; those that need the kernel's types are not for
/// here.
pub(crate) fn load(program: &mut Loaded) -> Result<(), ProgramError> {
    match program {
        Loaded::TracePoint(program) => program.load(),
        Loaded::RawTracePoint(program) => program.load(),
        Loaded::CgroupSockAddr(program) => program.load(),
        Loaded::CgroupSock(program) => program.load(),
        Loaded::CgroupSkb(program) => program.load(),
        _ => Err(ProgramError::UnexpectedProgramType),
    }
}

/// The same for a program that is tied to one of the kernel's types; `None` when it is not.
pub(crate) fn load_typed(
    program: &mut Loaded,
    hook: Hook,
    btf: &Btf,
) -> Option<Result<(), ProgramError>> {
    match (program, hook) {
        (Loaded::BtfTracePoint(program), Hook::BtfTracepoint(name)) => {
            Some(program.load(name, btf))
        }
        (Loaded::Lsm(program), Hook::Lsm(name)) => Some(program.load(name, btf)),
        (Loaded::FExit(program), Hook::Fexit(name)) => Some(program.load(name, btf)),
        (Loaded::Iter(program), Hook::Iterator(name)) => Some(program.load(name, btf)),
        _ => None,
    }
}

/// Attaches a program that has been loaded.
pub(crate) fn attach(program: &mut Loaded, hook: Hook) -> Result<Link, ProgramError> {
    // What was attached belongs to whoever holds the link.
    macro_rules! link {
        ($program:ident.attach($($argument:expr),*)) => {{
            let id = $program.attach($($argument),*)?;
            Ok(Box::new($program.take_link(id)?))
        }};
    }
    match (program, hook) {
        (Loaded::TracePoint(program), Hook::Enter(name)) => {
            link!(program.attach("syscalls", &format!("sys_enter_{name}")))
        }
        (Loaded::TracePoint(program), Hook::Exit(name)) => {
            link!(program.attach("syscalls", &format!("sys_exit_{name}")))
        }
        (Loaded::TracePoint(program), Hook::Tracepoint(category, name)) => {
            link!(program.attach(category, name))
        }
        (Loaded::RawTracePoint(program), Hook::RawTracepoint(name)) => link!(program.attach(name)),
        (Loaded::BtfTracePoint(program), _) => link!(program.attach()),
        (Loaded::Lsm(program), _) => link!(program.attach()),
        (Loaded::FExit(program), _) => link!(program.attach()),
        (Loaded::Iter(program), _) => link!(program.attach()),
        // Programs at the root of the tree of cgroups stand beside those of others: links always do,
        // and the kernel takes no mode with one.
        (Loaded::CgroupSockAddr(program), _) => {
            link!(program.attach(File::open(cgroup_root()?)?, CgroupAttachMode::Single))
        }
        (Loaded::CgroupSock(program), _) => {
            link!(program.attach(File::open(cgroup_root()?)?, CgroupAttachMode::Single))
        }
        (Loaded::CgroupSkb(program), _) => {
            // Which of the two it is stands in the section that it was compiled into.
            let direction = program
                .expected_attach_type()
                .unwrap_or(CgroupSkbAttachType::Egress);
            let root = File::open(cgroup_root()?)?;
            link!(program.attach(root, direction, CgroupAttachMode::Single))
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
