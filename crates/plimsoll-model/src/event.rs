//! What the kernel tells: kinds of events, their parameters, and the head of a record.
//!
//! One list each, with numbers that stay: recorded traces and kernel programs hold on to them. The
//! sensor's build writes a C header from these lists, so that both sides of the ring buffer cannot
//! drift apart. How a record is laid out is told in `plimsoll-behavior`, which reads it.

use std::fmt;

/// What sort of event a kind is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A system call, told when it returns (or when it is entered, see [`FLAG_ENTER`]).
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

/// The form of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Signed, little-endian, 8 bytes.
    I64,
    /// Unsigned, little-endian, 8 bytes.
    U64,
    /// As many bytes as the parameter's length says.
    Bytes,
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

macro_rules! params {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal, $type:expr;)*) => {
        /// A parameter of a record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Param {
            $($(#[$doc])* $name = $number,)*
        }

        /// All parameters, in the order of their numbers.
        pub const PARAMS: &[Param] = &[$(Param::$name,)*];

        impl Param {
            /// The parameter of a number in a record.
            pub const fn from_number(number: u16) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The name, as `plimsoll events` has it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// The form of its value.
            pub const fn value_type(self) -> Type {
                match self {
                    $(Self::$name => $type,)*
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

params! {
    // What a call was given and gave back.
    /// File descriptor that the call was given.
    Fd = 1, "fd", Type::I64;
    /// Second or made file descriptor (`dup2`, `pidfd_getfd`).
    NewFd = 2, "new_fd", Type::I64;
    /// Folder that a relative path begins at; -100 is the current folder.
    DirFd = 3, "dir_fd", Type::I64;
    /// The same for the second path.
    NewDirFd = 4, "new_dir_fd", Type::I64;
    /// Path as the caller wrote it.
    Name = 5, "name", Type::Bytes;
    /// Second path as the caller wrote it (target of a rename or link; content of a symbolic link stands in `name`).
    NewName = 6, "new_name", Type::Bytes;
    /// Full path as the kernel resolved it, seen from the process's root.
    Path = 7, "path", Type::Bytes;
    /// Full second path.
    NewPath = 8, "new_path", Type::Bytes;
    /// Flags of the call, as the kernel's ABI has them.
    Flags = 9, "flags", Type::U64;
    /// Permission bits, or the mode of the call.
    Mode = 10, "mode", Type::U64;
    /// Bytes asked for or moved.
    Size = 11, "size", Type::U64;
    /// First bytes of what was sent or received.
    Data = 12, "data", Type::Bytes;
    /// Request or command number (`ptrace`, `bpf`, `fcntl`, `keyctl`, `prctl`).
    Request = 13, "request", Type::U64;
    /// Process that the call is about, in the host's pid namespace.
    TargetPid = 14, "target_pid", Type::I64;
    /// Signal number.
    Signal = 15, "signal", Type::U64;
    /// Raw first argument, where no other parameter says it.
    Arg0 = 16, "arg0", Type::U64;
    /// Raw second argument.
    Arg1 = 17, "arg1", Type::U64;
    /// Raw third argument.
    Arg2 = 18, "arg2", Type::U64;
    /// Raw fourth argument.
    Arg3 = 19, "arg3", Type::U64;
    /// Raw fifth argument.
    Arg4 = 20, "arg4", Type::U64;
    /// Raw sixth argument.
    Arg5 = 21, "arg5", Type::U64;
    /// Source of a mount.
    Source = 22, "source", Type::Bytes;
    /// Filesystem type of a mount.
    FsType = 23, "fs_type", Type::Bytes;
    /// Another text of the call (mount options, key description, name of a module, BPF program or host).
    Text = 24, "text", Type::Bytes;
    /// Inode of the file that the call is about.
    Inode = 25, "inode", Type::U64;
    /// Device number of that file, as the kernel keeps it (`major << 20 | minor`).
    Device = 26, "device", Type::U64;
    /// Type and permission bits of that file.
    FileMode = 27, "file_mode", Type::U64;
    /// Where that file lives: bits of [`FILE_OVERLAY`] and its fellows.
    FileLayer = 28, "file_layer", Type::U64;
    /// The path read again when the call returned, if it differs from `name`: the caller's memory changed under the call.
    NameAfter = 29, "name_after", Type::Bytes;
    // Sockets.
    /// Address family.
    SockFamily = 40, "sock_family", Type::U64;
    /// Type without flags.
    SockType = 41, "sock_type", Type::U64;
    /// Protocol.
    SockProtocol = 42, "sock_protocol", Type::U64;
    /// 4 or 16 bytes, network order.
    LocalAddress = 43, "local_address", Type::Bytes;
    /// Host order.
    LocalPort = 44, "local_port", Type::U64;
    /// 4 or 16 bytes, network order.
    RemoteAddress = 45, "remote_address", Type::Bytes;
    /// Host order.
    RemotePort = 46, "remote_port", Type::U64;
    /// Path of a UNIX socket; a leading NUL means the abstract namespace.
    UnixPath = 47, "unix_path", Type::Bytes;
    /// Inode of the socket.
    SockInode = 48, "sock_inode", Type::U64;
    /// `sockaddr` as the caller gave it.
    GivenAddress = 49, "given_address", Type::Bytes;
    /// TCP state.
    SockState = 50, "sock_state", Type::U64;
    /// Process at the other end of a UNIX socket.
    PeerPid = 51, "peer_pid", Type::I64;
    // A process, at exec, fork and at start.
    /// Name of the thread, up to 15 bytes.
    Comm = 60, "comm", Type::Bytes;
    /// Path of the executable as it was asked for.
    Exe = 61, "exe", Type::Bytes;
    /// Full path of the executable file.
    ExePath = 62, "exe_path", Type::Bytes;
    /// All arguments, each ended by NUL, the program's own name first.
    Args = 63, "args", Type::Bytes;
    /// How long the arguments are in all; more than `args` holds when cut.
    ArgsBytes = 64, "args_bytes", Type::U64;
    /// Chosen variables of the environment, each ended by NUL.
    Env = 65, "env", Type::Bytes;
    /// Current folder.
    Cwd = 66, "cwd", Type::Bytes;
    /// Parent's pid, in the host's pid namespace.
    Ppid = 67, "ppid", Type::I64;
    /// When the parent began, nanoseconds since boot: with `ppid` its exec id.
    ParentStart = 68, "parent_start", Type::U64;
    /// Pid in the process's own pid namespace.
    Vpid = 69, "vpid", Type::I64;
    /// Thread id there.
    Vtid = 70, "vtid", Type::I64;
    /// Parent's pid there, 0 when it is outside.
    Vppid = 71, "vppid", Type::I64;
    /// Session id, in the host's pid namespace.
    Sid = 72, "sid", Type::I64;
    /// Process group, in the host's pid namespace.
    Pgid = 73, "pgid", Type::I64;
    /// Session id in the process's own pid namespace.
    Vsid = 74, "vsid", Type::I64;
    /// Process group there.
    Vpgid = 75, "vpgid", Type::I64;
    /// Device number of the controlling terminal, 0 for none.
    Tty = 76, "tty", Type::U64;
    /// Real user.
    Uid = 77, "uid", Type::U64;
    /// Effective user.
    Euid = 78, "euid", Type::U64;
    /// Saved user.
    Suid = 79, "suid", Type::U64;
    /// User for file access.
    Fsuid = 80, "fsuid", Type::U64;
    /// Real group.
    Gid = 81, "gid", Type::U64;
    /// Effective group.
    Egid = 82, "egid", Type::U64;
    /// Saved group.
    Sgid = 83, "sgid", Type::U64;
    /// Group for file access.
    Fsgid = 84, "fsgid", Type::U64;
    /// User that logged in; 4294967295 for none.
    LoginUid = 85, "login_uid", Type::U64;
    /// Audit session.
    AuditSession = 86, "audit_session", Type::U64;
    /// Bit set of capabilities.
    CapEffective = 87, "cap_effective", Type::U64;
    /// Bit set of capabilities.
    CapPermitted = 88, "cap_permitted", Type::U64;
    /// Bit set of capabilities.
    CapInheritable = 89, "cap_inheritable", Type::U64;
    /// Bit set of capabilities.
    CapBounding = 90, "cap_bounding", Type::U64;
    /// Bit set of capabilities.
    CapAmbient = 91, "cap_ambient", Type::U64;
    /// Mount namespace.
    MntNs = 92, "mnt_ns", Type::U64;
    /// Network namespace.
    NetNs = 93, "net_ns", Type::U64;
    /// User namespace.
    UserNs = 94, "user_ns", Type::U64;
    /// IPC namespace.
    IpcNs = 95, "ipc_ns", Type::U64;
    /// UTS namespace.
    UtsNs = 96, "uts_ns", Type::U64;
    /// Cgroup namespace.
    CgroupNs = 97, "cgroup_ns", Type::U64;
    /// Pid namespace of its children.
    PidNs = 98, "pid_ns", Type::U64;
    /// Inode of the executable.
    ExeInode = 99, "exe_inode", Type::U64;
    /// Device of the executable.
    ExeDevice = 100, "exe_device", Type::U64;
    /// Type and permission bits of the executable.
    ExeMode = 101, "exe_mode", Type::U64;
    /// Where the executable lives: bits of [`FILE_OVERLAY`] and its fellows.
    ExeLayer = 102, "exe_layer", Type::U64;
    /// Owner of the executable.
    ExeUid = 103, "exe_uid", Type::U64;
    /// Change time of the executable, nanoseconds since 1970.
    ExeCtime = 104, "exe_ctime", Type::U64;
    /// Modification time of the executable, nanoseconds since 1970.
    ExeMtime = 105, "exe_mtime", Type::U64;
    /// The script that the executable was started for, when there is one.
    Interpreter = 106, "interpreter", Type::Bytes;
    /// Process or thread that was made, in the host's pid namespace.
    ChildPid = 107, "child_pid", Type::I64;
    /// Thread that was made.
    ChildTid = 108, "child_tid", Type::I64;
    /// When it began, nanoseconds since boot.
    ChildStart = 109, "child_start", Type::U64;
    /// Flags of the clone.
    CloneFlags = 110, "clone_flags", Type::U64;
    /// Status as `wait` gives it.
    ExitCode = 111, "exit_code", Type::U64;
    /// Process that takes over the children.
    Reaper = 112, "reaper", Type::I64;
    /// 1 when set.
    NoNewPrivs = 113, "no_new_privs", Type::U64;
    /// 0 off, 1 strict, 2 filter.
    SeccompMode = 114, "seccomp_mode", Type::U64;
    /// When the thread began, nanoseconds since boot.
    ThreadStart = 115, "thread_start", Type::U64;
    // Cgroups.
    /// Path of the cgroup below its hierarchy's root.
    CgroupPath = 130, "cgroup_path", Type::Bytes;
    /// Id of the cgroup that was made, removed or attached to.
    CgroupSubject = 131, "cgroup_subject", Type::U64;
    /// Depth below the root.
    CgroupLevel = 132, "cgroup_level", Type::U64;
    /// Hierarchy's number; 0 is version 2.
    CgroupHierarchy = 133, "cgroup_hierarchy", Type::U64;
    // What user space adds.
    /// Name of the node.
    HostName = 150, "host_name", Type::Bytes;
    /// As `uname -r` says.
    KernelRelease = 151, "kernel_release", Type::Bytes;
    /// When the machine booted, nanoseconds since 1970: added to `time_ns` it gives the time.
    BootTime = 152, "boot_time", Type::U64;
    /// Version of the recorder.
    UserspaceVersion = 153, "version", Type::Bytes;
    /// Mount namespace of the host.
    HostMntNs = 154, "host_mnt_ns", Type::U64;
    /// Pid namespace of the host.
    HostPidNs = 155, "host_pid_ns", Type::U64;
    /// Full id as the engine has it.
    ContainerId = 160, "container_id", Type::Bytes;
    /// Name as the engine has it.
    ContainerName = 161, "container_name", Type::Bytes;
    /// podman, docker, containerd, cri-o, runc, systemd-nspawn, lxc.
    ContainerEngine = 162, "container_engine", Type::Bytes;
    /// Image reference.
    ContainerImage = 163, "container_image", Type::Bytes;
    /// Digest of the image's configuration.
    ContainerImageId = 164, "container_image_id", Type::Bytes;
    /// Digest of the image's manifest.
    ContainerImageDigest = 165, "container_image_digest", Type::Bytes;
    /// 0 unknown, 1 known in part (from the path), 2 known, 3 gone.
    ContainerState = 166, "container_state", Type::U64;
    /// All else that is known, as JSON: mounts, labels, privileged, pod, health checks, network, started, user.
    ContainerJson = 167, "container_json", Type::Bytes;
    /// `/etc/passwd` of a root: the host's, or a container's with `container_id`.
    AccountUser = 170, "account_user", Type::Bytes;
    /// `/etc/group` of the same.
    AccountGroup = 171, "account_group", Type::Bytes;
    /// Kind of the events that were lost, 0 for unknown.
    LostKind = 180, "lost_kind", Type::U64;
    /// How many since the last such record.
    LostCount = 181, "lost_count", Type::U64;
    /// ring full, scratch full, filtered by repetition, shed.
    LostReason = 182, "lost_reason", Type::Bytes;
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

impl Param {
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

/// The event was taken at the call's entry: there is no result yet.
pub const FLAG_ENTER: u16 = 1 << 0;
/// A parameter was cut because a limit was reached.
pub const FLAG_CUT: u16 = 1 << 1;
/// Work that io_uring did for the process; there was no system call.
pub const FLAG_IO_URING: u16 = 1 << 2;
/// A path could not be resolved to its root (too deep, or detached).
pub const FLAG_PATH_PARTIAL: u16 = 1 << 3;
/// The path was moved, removed or replaced while it was read, or the caller's memory changed.
pub const FLAG_RACED: u16 = 1 << 4;
/// The caller runs in 32-bit mode.
pub const FLAG_COMPAT: u16 = 1 << 5;
/// Memory of the caller could not be read.
pub const FLAG_FAULT: u16 = 1 << 6;
/// Told by user space from `/proc`, not by the kernel's programs.
pub const FLAG_FROM_PROC: u16 = 1 << 7;
/// The process was killed by a kernel-side response to this very event.
pub const FLAG_ANSWERED: u16 = 1 << 8;

/// The file lies on an overlay.
pub const FILE_OVERLAY: u64 = 1 << 0;
/// The file is in the overlay's upper layer: it is not the image's.
pub const FILE_UPPER: u64 = 1 << 1;
/// The file lies in memory without a name (`memfd_create`).
pub const FILE_MEMFD: u64 = 1 << 2;
/// The file lies on a tmpfs.
pub const FILE_TMPFS: u64 = 1 << 3;
/// The file has no link any more.
pub const FILE_DELETED: u64 = 1 << 4;
/// The caller may write to the file.
pub const FILE_WRITABLE: u64 = 1 << 5;
/// The file has the set-user-id bit.
pub const FILE_SETUID: u64 = 1 << 6;
/// The file has the set-group-id bit.
pub const FILE_SETGID: u64 = 1 << 7;
/// The file lies on procfs, sysfs or another of the kernel's own filesystems.
pub const FILE_PSEUDO: u64 = 1 << 8;
/// The file lies on another filesystem than the process's root: a volume or host mount.
pub const FILE_MOUNTED: u64 = 1 << 9;

/// A process across reuse of its pid: pid and start of its first thread, nanoseconds since boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ExecId {
    pub pid: u32,
    pub start_ns: u64,
}

impl fmt::Display for ExecId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.pid, self.start_ns)
    }
}

/// A field of a record's head: its name in C, its offset and its size, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadField {
    pub name: &'static str,
    pub offset: usize,
    pub bytes: usize,
}

/// The head of a record, little-endian. Parameters follow, each as two bytes of number, two bytes
/// of length and the value; nothing is padded but the end of the record, to eight bytes.
pub const HEAD: &[HeadField] = &[
    head("size", 0, 4),       // of the whole record, in bytes, padding included
    head("kind", 4, 2),       // number of the EventKind
    head("flags", 6, 2),      // FLAG_…
    head("time_ns", 8, 8),    // since boot, suspended time included
    head("pid", 16, 4),       // process (thread group), in the host's pid namespace
    head("tid", 20, 4),       // thread, in the host's pid namespace
    head("start_ns", 24, 8),  // start of the process: with pid its exec id
    head("cgroup_id", 32, 8), // of version 2
    head("ret", 40, 8),       // what the call returned, or a negative errno
    head("mnt_ns", 48, 4),    // mount namespace
    head("pid_ns", 52, 4),    // pid namespace
    head("cpu", 56, 2),       // processor
    head("params", 58, 2),    // how many parameters follow
    head("sequence", 60, 4),  // per processor, one more with each event meant for the ring
];

/// Length of a record's head, in bytes.
pub const HEAD_BYTES: usize = 64;
/// Longest record, in bytes.
pub const RECORD_BYTES_MAX: usize = 64 << 10;
/// Version of this layout; another one means that a trace cannot be read.
pub const LAYOUT_VERSION: u16 = 1;

const fn head(name: &'static str, offset: usize, bytes: usize) -> HeadField {
    HeadField {
        name,
        offset,
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_told_apart_and_found_again() {
        for window in KINDS.windows(2) {
            assert!(window[0].number() < window[1].number());
        }
        for kind in KINDS {
            assert_eq!(EventKind::from_number(kind.number()), Some(*kind));
            assert_eq!(EventKind::from_name(kind.name()), Some(*kind));
        }
        for window in PARAMS.windows(2) {
            assert!(window[0].number() < window[1].number());
        }
        for param in PARAMS {
            assert_eq!(Param::from_number(param.number()), Some(*param));
        }
    }

    #[test]
    fn the_head_has_no_gap() {
        let mut next = 0;
        for field in HEAD {
            assert_eq!(field.offset, next, "{}", field.name);
            assert_eq!(field.offset % field.bytes, 0, "{}", field.name);
            next += field.bytes;
        }
        assert_eq!(next, HEAD_BYTES);
    }
}
