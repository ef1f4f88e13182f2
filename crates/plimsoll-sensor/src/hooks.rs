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
    /// It tells the same as another program, dearer: attached where that one cannot be.
    pub instead_of: Option<&'static str>,
}

const fn program(name: &'static str, hook: Hook, kinds: &'static [EventKind]) -> Program {
    Program {
        name,
        hook,
        kinds,
        optional: false,
        instead_of: None,
    }
}

/// A call that is told when it returns.
const fn exit(name: &'static str, call: &'static str, kinds: &'static [EventKind]) -> Program {
    program(name, Hook::Exit(call), kinds)
}

/// The kinds of a call that changes paths: opens that are left out by what their path
/// was found to be have to know of it too.
macro_rules! paths_and {
    ($kind:ident) => {
        &[
            EventKind::$kind,
            EventKind::Open,
            EventKind::Openat,
            EventKind::Openat2,
            EventKind::Creat,
        ]
    };
}

/// The return of system calls, each told by the program `sys_exit_NAME`.
macro_rules! exits {
    ($($name:literal => $kind:ident),* $(,)?) => {
        [$(
            $crate::hooks::program(
                concat!("sys_exit_", $name),
                $crate::hooks::Hook::Exit($name),
                &[plimsoll_model::event::EventKind::$kind],
            ),
        )*]
    };
}

/// The entry of system calls whose names are kept until they return, `sys_enter_NAME`.
macro_rules! enters {
    ($($name:literal => $kind:ident),* $(,)?) => {
        [$(
            $crate::hooks::program(
                concat!("sys_enter_", $name),
                $crate::hooks::Hook::Enter($name),
                &[plimsoll_model::event::EventKind::$kind],
            ),
        )*]
    };
}

mod cgroup;
mod join;
mod network;
mod system;
mod uring;

/// All of them, in the order in which they are attached.
pub const PROGRAMS: &[Program] = &join::joined::<{ join::count(LISTS) }>(LISTS);

/// The lists that make up [`PROGRAMS`].
const LISTS: &[&[Program]] = &[
    ANSWERS,
    PROCESSES_AND_FILES,
    cgroup::PROGRAMS,
    network::CALLS,
    network::OTHERS,
    system::ENTRIES,
    system::CALLS,
    uring::PROGRAMS,
    system::MOUNTS,
];

/// What the kernel does by itself, before anybody is told.
const ANSWERS: &[Program] = &[program(
    "answer_exec",
    Hook::BtfTracepoint("sched_process_exec"),
    &[EventKind::Answered],
)];

const PROCESSES_AND_FILES: &[Program] = &[
    program(
        "sched_process_exec",
        Hook::BtfTracepoint("sched_process_exec"),
        &[EventKind::Execve, EventKind::Execveat],
    ),
    program(
        "sched_process_fork",
        Hook::BtfTracepoint("sched_process_fork"),
        &[
            EventKind::Clone,
            EventKind::Clone3,
            EventKind::Fork,
            EventKind::Vfork,
        ],
    ),
    program(
        "sched_process_exit",
        Hook::BtfTracepoint("sched_process_exit"),
        &[EventKind::Procexit],
    ),
    exit("sys_exit_clone", "clone", &[EventKind::Clone]),
    exit("sys_exit_clone3", "clone3", &[EventKind::Clone3]),
    exit("sys_exit_fork", "fork", &[EventKind::Fork]),
    exit("sys_exit_vfork", "vfork", &[EventKind::Vfork]),
    exit("sys_exit_execve", "execve", &[EventKind::Execve]),
    exit("sys_exit_execveat", "execveat", &[EventKind::Execveat]),
    exit("sys_exit_open", "open", &[EventKind::Open]),
    exit("sys_exit_openat", "openat", &[EventKind::Openat]),
    exit("sys_exit_openat2", "openat2", &[EventKind::Openat2]),
    exit("sys_exit_creat", "creat", &[EventKind::Creat]),
    exit("sys_exit_close", "close", &[EventKind::Close]),
    exit("sys_exit_dup", "dup", &[EventKind::Dup]),
    exit("sys_exit_dup2", "dup2", &[EventKind::Dup2]),
    exit("sys_exit_dup3", "dup3", &[EventKind::Dup3]),
    exit("sys_exit_fcntl", "fcntl", &[EventKind::Fcntl]),
    exit("sys_exit_fchmod", "fchmod", &[EventKind::Fchmod]),
    exit("sys_exit_fchown", "fchown", &[EventKind::Fchown]),
    exit("sys_exit_ftruncate", "ftruncate", &[EventKind::Ftruncate]),
    exit("sys_exit_fsetxattr", "fsetxattr", &[EventKind::Fsetxattr]),
    exit(
        "sys_exit_fremovexattr",
        "fremovexattr",
        &[EventKind::Fremovexattr],
    ),
    exit("sys_exit_fchdir", "fchdir", &[EventKind::Fchdir]),
    exit("sys_exit_setuid", "setuid", &[EventKind::Setuid]),
    exit("sys_exit_setgid", "setgid", &[EventKind::Setgid]),
    exit("sys_exit_setreuid", "setreuid", &[EventKind::Setreuid]),
    exit("sys_exit_setregid", "setregid", &[EventKind::Setregid]),
    exit("sys_exit_setresuid", "setresuid", &[EventKind::Setresuid]),
    exit("sys_exit_setresgid", "setresgid", &[EventKind::Setresgid]),
    exit("sys_exit_setfsuid", "setfsuid", &[EventKind::Setfsuid]),
    exit("sys_exit_setfsgid", "setfsgid", &[EventKind::Setfsgid]),
    exit("sys_exit_setgroups", "setgroups", &[EventKind::Setgroups]),
    exit("sys_exit_capset", "capset", &[EventKind::Capset]),
    exit("sys_exit_setsid", "setsid", &[EventKind::Setsid]),
    exit("sys_exit_setpgid", "setpgid", &[EventKind::Setpgid]),
    exit("sys_exit_prctl", "prctl", &[EventKind::Prctl]),
    program(
        "sys_enter_unlink",
        Hook::Enter("unlink"),
        &[EventKind::Unlink],
    ),
    exit("sys_exit_unlink", "unlink", &[EventKind::Unlink]),
    program(
        "sys_enter_unlinkat",
        Hook::Enter("unlinkat"),
        &[EventKind::Unlinkat],
    ),
    exit("sys_exit_unlinkat", "unlinkat", &[EventKind::Unlinkat]),
    program("sys_enter_rmdir", Hook::Enter("rmdir"), &[EventKind::Rmdir]),
    exit("sys_exit_rmdir", "rmdir", &[EventKind::Rmdir]),
    program(
        "sys_enter_rename",
        Hook::Enter("rename"),
        &[EventKind::Rename],
    ),
    exit("sys_exit_rename", "rename", paths_and!(Rename)),
    program(
        "sys_enter_renameat",
        Hook::Enter("renameat"),
        &[EventKind::Renameat],
    ),
    exit("sys_exit_renameat", "renameat", paths_and!(Renameat)),
    program(
        "sys_enter_renameat2",
        Hook::Enter("renameat2"),
        &[EventKind::Renameat2],
    ),
    exit("sys_exit_renameat2", "renameat2", paths_and!(Renameat2)),
    program("sys_enter_mkdir", Hook::Enter("mkdir"), &[EventKind::Mkdir]),
    exit("sys_exit_mkdir", "mkdir", &[EventKind::Mkdir]),
    program(
        "sys_enter_mkdirat",
        Hook::Enter("mkdirat"),
        &[EventKind::Mkdirat],
    ),
    exit("sys_exit_mkdirat", "mkdirat", &[EventKind::Mkdirat]),
    program("sys_enter_mknod", Hook::Enter("mknod"), &[EventKind::Mknod]),
    exit("sys_exit_mknod", "mknod", &[EventKind::Mknod]),
    program(
        "sys_enter_mknodat",
        Hook::Enter("mknodat"),
        &[EventKind::Mknodat],
    ),
    exit("sys_exit_mknodat", "mknodat", &[EventKind::Mknodat]),
    program("sys_enter_link", Hook::Enter("link"), &[EventKind::Link]),
    exit("sys_exit_link", "link", &[EventKind::Link]),
    program(
        "sys_enter_linkat",
        Hook::Enter("linkat"),
        &[EventKind::Linkat],
    ),
    exit("sys_exit_linkat", "linkat", &[EventKind::Linkat]),
    program(
        "sys_enter_symlink",
        Hook::Enter("symlink"),
        &[EventKind::Symlink],
    ),
    exit("sys_exit_symlink", "symlink", &[EventKind::Symlink]),
    program(
        "sys_enter_symlinkat",
        Hook::Enter("symlinkat"),
        &[EventKind::Symlinkat],
    ),
    exit("sys_exit_symlinkat", "symlinkat", &[EventKind::Symlinkat]),
    program("sys_enter_chmod", Hook::Enter("chmod"), &[EventKind::Chmod]),
    exit("sys_exit_chmod", "chmod", &[EventKind::Chmod]),
    program(
        "sys_enter_fchmodat",
        Hook::Enter("fchmodat"),
        &[EventKind::Fchmodat],
    ),
    exit("sys_exit_fchmodat", "fchmodat", &[EventKind::Fchmodat]),
    program(
        "sys_enter_fchmodat2",
        Hook::Enter("fchmodat2"),
        &[EventKind::Fchmodat2],
    ),
    exit("sys_exit_fchmodat2", "fchmodat2", &[EventKind::Fchmodat2]),
    program("sys_enter_chown", Hook::Enter("chown"), &[EventKind::Chown]),
    exit("sys_exit_chown", "chown", &[EventKind::Chown]),
    program(
        "sys_enter_lchown",
        Hook::Enter("lchown"),
        &[EventKind::Lchown],
    ),
    exit("sys_exit_lchown", "lchown", &[EventKind::Lchown]),
    program(
        "sys_enter_fchownat",
        Hook::Enter("fchownat"),
        &[EventKind::Fchownat],
    ),
    exit("sys_exit_fchownat", "fchownat", &[EventKind::Fchownat]),
    program(
        "sys_enter_truncate",
        Hook::Enter("truncate"),
        &[EventKind::Truncate],
    ),
    exit("sys_exit_truncate", "truncate", &[EventKind::Truncate]),
    program(
        "sys_enter_utimensat",
        Hook::Enter("utimensat"),
        &[EventKind::Utimensat],
    ),
    exit("sys_exit_utimensat", "utimensat", &[EventKind::Utimensat]),
    program(
        "sys_enter_setxattr",
        Hook::Enter("setxattr"),
        &[EventKind::Setxattr],
    ),
    exit("sys_exit_setxattr", "setxattr", &[EventKind::Setxattr]),
    program(
        "sys_enter_lsetxattr",
        Hook::Enter("lsetxattr"),
        &[EventKind::Lsetxattr],
    ),
    exit("sys_exit_lsetxattr", "lsetxattr", &[EventKind::Lsetxattr]),
    program(
        "sys_enter_removexattr",
        Hook::Enter("removexattr"),
        &[EventKind::Removexattr],
    ),
    exit(
        "sys_exit_removexattr",
        "removexattr",
        &[EventKind::Removexattr],
    ),
    program(
        "sys_enter_lremovexattr",
        Hook::Enter("lremovexattr"),
        &[EventKind::Lremovexattr],
    ),
    exit(
        "sys_exit_lremovexattr",
        "lremovexattr",
        &[EventKind::Lremovexattr],
    ),
    program("sys_enter_chdir", Hook::Enter("chdir"), &[EventKind::Chdir]),
    exit("sys_exit_chdir", "chdir", &[EventKind::Chdir]),
    program(
        "sys_enter_chroot",
        Hook::Enter("chroot"),
        &[EventKind::Chroot],
    ),
    exit("sys_exit_chroot", "chroot", &[EventKind::Chroot]),
];
