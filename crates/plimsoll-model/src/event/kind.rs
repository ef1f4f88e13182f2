//! Kinds of events.

use std::fmt;

/// What sort of event a kind is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A system call, told when it returns (or when it is entered, see [`FLAG_ENTER`](super::FLAG_ENTER)).
    Syscall,
    /// Something else in the life of a process.
    Process,
    /// A change of the tree of cgroups.
    Cgroup,
    /// What existed when the sensor began.
    Snapshot,
    /// Not from the kernel: said by the sensor about the host, containers and losses.
    Meta,
}

macro_rules! kinds {
    ($($name:ident = $number:literal, $text:literal, $class:expr;)*) => {
        /// A kind of event. System calls have the kernel's names.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum EventKind {
            $($name = $number,)*
        }

        /// All kinds, in the order of their numbers.
        pub const KINDS: &[EventKind] = &[$(EventKind::$name,)*];

        impl EventKind {
            /// The kind of a number in a record.
            pub const fn from_number(number: u16) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The name, as `evt.type` and `plimsoll events` have it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// What sort it is.
            pub const fn class(self) -> Class {
                match self {
                    $(Self::$name => $class,)*
                }
            }
        }
    };
}

kinds! {
    Execve = 1, "execve", Class::Syscall;
    Execveat = 2, "execveat", Class::Syscall;
    Open = 3, "open", Class::Syscall;
    Openat = 4, "openat", Class::Syscall;
    Openat2 = 5, "openat2", Class::Syscall;
    Creat = 6, "creat", Class::Syscall;
    Close = 7, "close", Class::Syscall;
    Dup = 8, "dup", Class::Syscall;
    Dup2 = 9, "dup2", Class::Syscall;
    Dup3 = 10, "dup3", Class::Syscall;
    Fcntl = 11, "fcntl", Class::Syscall;
    Socket = 12, "socket", Class::Syscall;
    Socketpair = 13, "socketpair", Class::Syscall;
    Connect = 14, "connect", Class::Syscall;
    Bind = 15, "bind", Class::Syscall;
    Listen = 16, "listen", Class::Syscall;
    Accept = 17, "accept", Class::Syscall;
    Accept4 = 18, "accept4", Class::Syscall;
    Sendto = 19, "sendto", Class::Syscall;
    Sendmsg = 20, "sendmsg", Class::Syscall;
    Sendmmsg = 21, "sendmmsg", Class::Syscall;
    Recvfrom = 22, "recvfrom", Class::Syscall;
    Recvmsg = 23, "recvmsg", Class::Syscall;
    Recvmmsg = 24, "recvmmsg", Class::Syscall;
    Shutdown = 25, "shutdown", Class::Syscall;
    Rename = 26, "rename", Class::Syscall;
    Renameat = 27, "renameat", Class::Syscall;
    Renameat2 = 28, "renameat2", Class::Syscall;
    Unlink = 29, "unlink", Class::Syscall;
    Unlinkat = 30, "unlinkat", Class::Syscall;
    Rmdir = 31, "rmdir", Class::Syscall;
    Mkdir = 32, "mkdir", Class::Syscall;
    Mkdirat = 33, "mkdirat", Class::Syscall;
    Symlink = 34, "symlink", Class::Syscall;
    Symlinkat = 35, "symlinkat", Class::Syscall;
    Link = 36, "link", Class::Syscall;
    Linkat = 37, "linkat", Class::Syscall;
    Mknod = 38, "mknod", Class::Syscall;
    Mknodat = 39, "mknodat", Class::Syscall;
    Chmod = 40, "chmod", Class::Syscall;
    Fchmod = 41, "fchmod", Class::Syscall;
    Fchmodat = 42, "fchmodat", Class::Syscall;
    Fchmodat2 = 43, "fchmodat2", Class::Syscall;
    Chown = 44, "chown", Class::Syscall;
    Fchown = 45, "fchown", Class::Syscall;
    Lchown = 46, "lchown", Class::Syscall;
    Fchownat = 47, "fchownat", Class::Syscall;
    Truncate = 48, "truncate", Class::Syscall;
    Ftruncate = 49, "ftruncate", Class::Syscall;
    Setxattr = 50, "setxattr", Class::Syscall;
    Lsetxattr = 51, "lsetxattr", Class::Syscall;
    Fsetxattr = 52, "fsetxattr", Class::Syscall;
    Removexattr = 53, "removexattr", Class::Syscall;
    Lremovexattr = 54, "lremovexattr", Class::Syscall;
    Fremovexattr = 55, "fremovexattr", Class::Syscall;
    Utimensat = 56, "utimensat", Class::Syscall;
    Chdir = 57, "chdir", Class::Syscall;
    Fchdir = 58, "fchdir", Class::Syscall;
    Chroot = 59, "chroot", Class::Syscall;
    PivotRoot = 60, "pivot_root", Class::Syscall;
    Mount = 61, "mount", Class::Syscall;
    Umount2 = 62, "umount2", Class::Syscall;
    MoveMount = 63, "move_mount", Class::Syscall;
    OpenTree = 64, "open_tree", Class::Syscall;
    Fsopen = 65, "fsopen", Class::Syscall;
    Fsconfig = 66, "fsconfig", Class::Syscall;
    Fsmount = 67, "fsmount", Class::Syscall;
    Fspick = 68, "fspick", Class::Syscall;
    MountSetattr = 69, "mount_setattr", Class::Syscall;
    Setns = 70, "setns", Class::Syscall;
    Unshare = 71, "unshare", Class::Syscall;
    Clone = 72, "clone", Class::Syscall;
    Clone3 = 73, "clone3", Class::Syscall;
    Fork = 74, "fork", Class::Syscall;
    Vfork = 75, "vfork", Class::Syscall;
    Ptrace = 76, "ptrace", Class::Syscall;
    ProcessVmReadv = 77, "process_vm_readv", Class::Syscall;
    ProcessVmWritev = 78, "process_vm_writev", Class::Syscall;
    PidfdOpen = 79, "pidfd_open", Class::Syscall;
    PidfdGetfd = 80, "pidfd_getfd", Class::Syscall;
    PidfdSendSignal = 81, "pidfd_send_signal", Class::Syscall;
    Kill = 82, "kill", Class::Syscall;
    Tkill = 83, "tkill", Class::Syscall;
    Tgkill = 84, "tgkill", Class::Syscall;
    Bpf = 85, "bpf", Class::Syscall;
    InitModule = 86, "init_module", Class::Syscall;
    FinitModule = 87, "finit_module", Class::Syscall;
    DeleteModule = 88, "delete_module", Class::Syscall;
    Keyctl = 89, "keyctl", Class::Syscall;
    AddKey = 90, "add_key", Class::Syscall;
    RequestKey = 91, "request_key", Class::Syscall;
    Userfaultfd = 92, "userfaultfd", Class::Syscall;
    IoUringSetup = 93, "io_uring_setup", Class::Syscall;
    IoUringRegister = 94, "io_uring_register", Class::Syscall;
    MemfdCreate = 95, "memfd_create", Class::Syscall;
    MemfdSecret = 96, "memfd_secret", Class::Syscall;
    PerfEventOpen = 97, "perf_event_open", Class::Syscall;
    KexecLoad = 98, "kexec_load", Class::Syscall;
    KexecFileLoad = 99, "kexec_file_load", Class::Syscall;
    Setuid = 100, "setuid", Class::Syscall;
    Setgid = 101, "setgid", Class::Syscall;
    Setreuid = 102, "setreuid", Class::Syscall;
    Setregid = 103, "setregid", Class::Syscall;
    Setresuid = 104, "setresuid", Class::Syscall;
    Setresgid = 105, "setresgid", Class::Syscall;
    Setfsuid = 106, "setfsuid", Class::Syscall;
    Setfsgid = 107, "setfsgid", Class::Syscall;
    Setgroups = 108, "setgroups", Class::Syscall;
    Capset = 109, "capset", Class::Syscall;
    Setsid = 110, "setsid", Class::Syscall;
    Setpgid = 111, "setpgid", Class::Syscall;
    Prctl = 112, "prctl", Class::Syscall;
    Seccomp = 113, "seccomp", Class::Syscall;
    Personality = 114, "personality", Class::Syscall;
    Settimeofday = 115, "settimeofday", Class::Syscall;
    ClockSettime = 116, "clock_settime", Class::Syscall;
    Adjtimex = 117, "adjtimex", Class::Syscall;
    ClockAdjtime = 118, "clock_adjtime", Class::Syscall;
    Sethostname = 119, "sethostname", Class::Syscall;
    Setdomainname = 120, "setdomainname", Class::Syscall;
    Reboot = 121, "reboot", Class::Syscall;
    Swapon = 122, "swapon", Class::Syscall;
    Swapoff = 123, "swapoff", Class::Syscall;
    Quotactl = 124, "quotactl", Class::Syscall;
    Syslog = 125, "syslog", Class::Syscall;
    Acct = 126, "acct", Class::Syscall;
    Iopl = 127, "iopl", Class::Syscall;
    Ioperm = 128, "ioperm", Class::Syscall;
    NameToHandleAt = 129, "name_to_handle_at", Class::Syscall;
    OpenByHandleAt = 130, "open_by_handle_at", Class::Syscall;
    Pipe = 131, "pipe", Class::Syscall;
    Pipe2 = 132, "pipe2", Class::Syscall;
    Eventfd2 = 133, "eventfd2", Class::Syscall;
    Signalfd4 = 134, "signalfd4", Class::Syscall;
    InotifyInit1 = 135, "inotify_init1", Class::Syscall;
    EpollCreate1 = 136, "epoll_create1", Class::Syscall;
    TimerfdCreate = 137, "timerfd_create", Class::Syscall;
    Splice = 138, "splice", Class::Syscall;
    Sendfile = 139, "sendfile", Class::Syscall;
    CopyFileRange = 140, "copy_file_range", Class::Syscall;
    Mprotect = 141, "mprotect", Class::Syscall;
    Setrlimit = 142, "setrlimit", Class::Syscall;
    Prlimit64 = 143, "prlimit64", Class::Syscall;
    FanotifyInit = 144, "fanotify_init", Class::Syscall;
    FanotifyMark = 145, "fanotify_mark", Class::Syscall;
    LandlockRestrictSelf = 146, "landlock_restrict_self", Class::Syscall;
    Procexit = 400, "procexit", Class::Process;
    OomKill = 401, "oom_kill", Class::Process;
    Answered = 402, "answered", Class::Process;
    CgroupMkdir = 420, "cgroup_mkdir", Class::Cgroup;
    CgroupRmdir = 421, "cgroup_rmdir", Class::Cgroup;
    CgroupAttach = 422, "cgroup_attach", Class::Cgroup;
    Task = 440, "task", Class::Snapshot;
    File = 441, "file", Class::Snapshot;
    Sock = 442, "sock", Class::Snapshot;
    Host = 480, "host", Class::Meta;
    Container = 481, "container", Class::Meta;
    Account = 482, "account", Class::Meta;
    Lost = 483, "lost", Class::Meta;
    Dropped = 484, "dropped", Class::Meta;
    End = 485, "end", Class::Meta;
}

impl EventKind {
    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        KINDS.iter().copied().find(|kind| kind.name() == name)
    }

    /// The number in a record.
    pub const fn number(self) -> u16 {
        self as u16
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
