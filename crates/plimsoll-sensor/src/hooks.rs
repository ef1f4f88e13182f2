//! What is attached where: one line for each kernel program.

use plimsoll_model::event::EventKind;

/// Where a program is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hook {
    /// Entry of a system call, by its name.
    Enter(&'static str),
    /// Return of a system call, by its name.
    Exit(&'static str),
    /// Another tracepoint: category and name.
    Tracepoint(&'static str, &'static str),
    /// A tracepoint with typed arguments.
    BtfTracepoint(&'static str),
    /// A tracepoint with plain arguments.
    RawTracepoint(&'static str),
    /// The root of the tree of cgroups.
    Cgroup,
    /// An iterator, run when it is asked for.
    Iterator(&'static str),
    /// A security hook; many kernels refuse it.
    Lsm(&'static str),
    /// The return of a kernel function; many kernels refuse it.
    Fexit(&'static str),
}

/// A kernel program.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// Its name in the object.
    pub name: &'static str,
    pub hook: Hook,
    /// What it tells. It is attached when one of these is wanted; always when there is none.
    pub kinds: &'static [EventKind],
    /// The sensor is whole without it.
    pub optional: bool,
}

const fn program(name: &'static str, hook: Hook, kinds: &'static [EventKind]) -> Program {
    Program {
        name,
        hook,
        kinds,
        optional: false,
    }
}

/// All of them, in the order in which they are attached.
pub const PROGRAMS: &[Program] = &[program(
    "sched_process_exec",
    Hook::BtfTracepoint("sched_process_exec"),
    &[EventKind::Execve, EventKind::Execveat],
)];
