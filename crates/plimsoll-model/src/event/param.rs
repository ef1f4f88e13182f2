//! Parameters of events.

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
    /// Where that file lives: bits of [`FILE_OVERLAY`](super::FILE_OVERLAY) and its fellows.
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
    /// Where the executable lives: bits of [`FILE_OVERLAY`](super::FILE_OVERLAY) and its fellows.
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
    /// 0 unknown, 1 known in part (from the path), 2 known, 3 gone; see [`container`](super::container).
    ContainerState = 166, "container_state", Type::U64;
    /// All else that is known, as JSON with the keys of [`CONTAINER_KEYS`](super::container::CONTAINER_KEYS).
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
    // What the kernel leaves out.
    /// Full path of the folder that the relative name of a successful open begins at.
    Folder = 190, "folder", Type::Bytes;
    /// Given back to the kernel, it has opens like this one left out: a hash and the time for which it
    /// holds. Not told where nothing is left out.
    OpenKey = 191, "open_key", Type::Bytes;
}

impl Param {
    /// The number in a record.
    pub const fn number(self) -> u16 {
        self as u16
    }
}
