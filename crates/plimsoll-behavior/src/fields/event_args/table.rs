//! The arguments of each kind of event, in Falco's order and by its names.
//!
//! What a call returned comes first, then what it was given, as Falco tells calls when they return.
//! Calls that Falco tells without arguments have the names of their manual pages.

#![expect(
    clippy::match_same_arms,
    reason = "one line for each, in an order that is easy to search"
)]

use plimsoll_model::event::{EventKind, Param};

use crate::fields::arguments::{EventArg, Form, ProcessPart};
use crate::fields::flags;

const fn arg(name: &'static str, form: Form) -> EventArg {
    EventArg { name, form }
}

macro_rules! args {
    ($($name:literal $form:expr),* $(,)?) => {
        const { &[$(arg($name, $form)),*] }
    };
}

use Form::{
    Data, Decimal, Fd, Flags, Folder, Given, Group, Hex, Mode, Name, Octal, Path, Process, Result,
    ResultFd, Signed, Status, Text, Tuple, User,
};

/// The arguments of a kind; none where nothing of it is told.
pub fn args_of(kind: EventKind) -> &'static [EventArg] {
    use EventKind as K;
    match kind {
        K::Execve => EXECVE,
        K::Execveat => EXECVEAT,
        K::Clone | K::Clone3 | K::Fork | K::Vfork => CLONE,
        K::Procexit => args!["status" Status, "reaper_tid" Signed(Param::Reaper)],
        K::Open => OPEN,
        K::Openat => OPENAT,
        K::Openat2 => OPENAT2,
        K::Creat => args![
            "fd" ResultFd, "name" Path(Param::Name, None), "mode" Octal(Param::Mode),
            "dev" Hex(Param::Device), "ino" Decimal(Param::Inode),
        ],
        K::OpenByHandleAt => args![
            "fd" ResultFd, "mountfd" Folder(Param::DirFd), "flags" Flags(Param::Flags, &flags::OPEN),
            "path" Path(Param::Path, None), "dev" Hex(Param::Device), "ino" Decimal(Param::Inode),
        ],
        K::NameToHandleAt => args![
            "res" Result, "dirfd" Folder(Param::DirFd),
            "path" Path(Param::Name, Some(Param::DirFd)), "flags" Hex(Param::Flags),
        ],
        K::Close | K::Fchdir => args!["res" Result, "fd" Fd(Param::Fd)],
        K::Dup => args!["res" ResultFd, "oldfd" Fd(Param::Fd)],
        K::Dup2 => args!["res" ResultFd, "oldfd" Fd(Param::Fd), "newfd" Fd(Param::NewFd)],
        K::Dup3 => args![
            "res" ResultFd, "oldfd" Fd(Param::Fd), "newfd" Fd(Param::NewFd),
            "flags" Flags(Param::Flags, &flags::OPEN),
        ],
        K::Fcntl => {
            args!["res" ResultFd, "fd" Fd(Param::Fd), "cmd" Name(Param::Request, &flags::FCNTL)]
        }
        K::Socket => args![
            "fd" ResultFd, "domain" Name(Param::SockFamily, &flags::FAMILY),
            "type" Decimal(Param::SockType), "proto" Decimal(Param::SockProtocol),
        ],
        K::Socketpair => args![
            "res" Result, "fd1" Fd(Param::Fd), "fd2" Fd(Param::NewFd),
            "domain" Name(Param::SockFamily, &flags::FAMILY), "type" Decimal(Param::SockType),
            "proto" Decimal(Param::SockProtocol),
        ],
        K::Connect => args!["res" Result, "tuple" Tuple, "fd" Fd(Param::Fd), "addr" Given],
        K::Bind => args!["res" Result, "addr" Given, "fd" Fd(Param::Fd)],
        K::Listen => args!["res" Result, "fd" Fd(Param::Fd), "backlog" Decimal(Param::Arg1)],
        K::Accept | K::Accept4 => {
            args!["fd" ResultFd, "tuple" Tuple, "flags" Hex(Param::Flags)]
        }
        K::Sendto | K::Sendmsg | K::Sendmmsg => args![
            "res" Result, "data" Data, "fd" Fd(Param::Fd), "size" Decimal(Param::Size), "tuple" Tuple,
        ],
        K::Recvfrom | K::Recvmsg | K::Recvmmsg => args![
            "res" Result, "size" Decimal(Param::Size), "data" Data, "tuple" Tuple, "fd" Fd(Param::Fd),
        ],
        K::Shutdown => {
            args!["res" Result, "fd" Fd(Param::Fd), "how" Name(Param::Arg1, &flags::SHUTDOWN)]
        }
        K::Rename => args![
            "res" Result, "oldpath" Path(Param::Name, None), "newpath" Path(Param::NewName, None),
        ],
        K::Renameat | K::Renameat2 => args![
            "res" Result, "olddirfd" Folder(Param::DirFd),
            "oldpath" Path(Param::Name, Some(Param::DirFd)), "newdirfd" Folder(Param::NewDirFd),
            "newpath" Path(Param::NewName, Some(Param::NewDirFd)),
            "flags" Flags(Param::Flags, &flags::RENAME),
        ],
        K::Unlink | K::Rmdir | K::Chdir | K::Chroot | K::Swapon | K::Swapoff | K::Acct => {
            args!["res" Result, "path" Path(Param::Name, None)]
        }
        K::Unlinkat => args![
            "res" Result, "dirfd" Folder(Param::DirFd), "name" Path(Param::Name, Some(Param::DirFd)),
            "flags" Flags(Param::Flags, &flags::UNLINK),
        ],
        K::Mkdir => args!["res" Result, "path" Path(Param::Name, None), "mode" Octal(Param::Mode)],
        K::Mkdirat => args![
            "res" Result, "dirfd" Folder(Param::DirFd), "path" Path(Param::Name, Some(Param::DirFd)),
            "mode" Octal(Param::Mode),
        ],
        K::Symlink => args![
            "res" Result, "target" Text(Param::Name), "linkpath" Path(Param::NewName, None),
        ],
        K::Symlinkat => args![
            "res" Result, "target" Text(Param::Name), "linkdirfd" Folder(Param::NewDirFd),
            "linkpath" Path(Param::NewName, Some(Param::NewDirFd)),
        ],
        K::Link => args![
            "res" Result, "oldpath" Path(Param::Name, None), "newpath" Path(Param::NewName, None),
        ],
        K::Linkat => args![
            "res" Result, "olddir" Folder(Param::DirFd),
            "oldpath" Path(Param::Name, Some(Param::DirFd)), "newdir" Folder(Param::NewDirFd),
            "newpath" Path(Param::NewName, Some(Param::NewDirFd)),
            "flags" Flags(Param::Flags, &flags::LINK),
        ],
        K::Mknod => args![
            "res" Result, "path" Path(Param::Name, None), "mode" Mode(Param::Mode), "dev" Hex(Param::Device),
        ],
        K::Mknodat => args![
            "res" Result, "dirfd" Folder(Param::DirFd), "path" Path(Param::Name, Some(Param::DirFd)),
            "mode" Mode(Param::Mode), "dev" Hex(Param::Device),
        ],
        K::Chmod => {
            args!["res" Result, "filename" Path(Param::Name, None), "mode" Mode(Param::Mode)]
        }
        K::Fchmod => args!["res" Result, "fd" Fd(Param::Fd), "mode" Mode(Param::Mode)],
        K::Fchmodat | K::Fchmodat2 => args![
            "res" Result, "dirfd" Folder(Param::DirFd),
            "filename" Path(Param::Name, Some(Param::DirFd)), "mode" Mode(Param::Mode),
        ],
        K::Chown | K::Lchown => args![
            "res" Result, "path" Path(Param::Name, None), "uid" User(Param::Uid), "gid" Group(Param::Gid),
        ],
        K::Fchown => args![
            "res" Result, "fd" Fd(Param::Fd), "uid" User(Param::Uid), "gid" Group(Param::Gid),
        ],
        K::Fchownat => args![
            "res" Result, "dirfd" Folder(Param::DirFd),
            "pathname" Path(Param::Name, Some(Param::DirFd)), "uid" User(Param::Uid),
            "gid" Group(Param::Gid), "flags" Flags(Param::Flags, &flags::UNLINK),
        ],
        K::Truncate => {
            args!["res" Result, "path" Path(Param::Name, None), "length" Decimal(Param::Size)]
        }
        K::Ftruncate => args!["res" Result, "fd" Fd(Param::Fd), "length" Decimal(Param::Size)],
        K::Setxattr | K::Lsetxattr | K::Removexattr | K::Lremovexattr => {
            args!["res" Result, "path" Path(Param::Name, None), "name" Text(Param::Text)]
        }
        K::Fsetxattr | K::Fremovexattr => {
            args!["res" Result, "fd" Fd(Param::Fd), "name" Text(Param::Text)]
        }
        K::Utimensat => args![
            "res" Result, "dirfd" Folder(Param::DirFd), "path" Path(Param::Name, Some(Param::DirFd)),
        ],
        K::PivotRoot => args![
            "res" Result, "new_root" Path(Param::Name, None), "put_old" Path(Param::NewName, None),
        ],
        K::Mount => args![
            "res" Result, "dev" Text(Param::Source), "dir" Path(Param::Name, None),
            "type" Text(Param::FsType), "flags" Flags(Param::Flags, &flags::MOUNT),
        ],
        K::Umount2 => args![
            "res" Result, "name" Path(Param::Name, None), "flags" Flags(Param::Flags, &flags::UMOUNT),
        ],
        K::MoveMount => args![
            "res" Result, "from" Path(Param::Name, Some(Param::DirFd)),
            "to" Path(Param::NewName, Some(Param::NewDirFd)), "flags" Hex(Param::Flags),
        ],
        K::OpenTree | K::Fspick | K::MountSetattr => args![
            "fd" ResultFd, "dirfd" Folder(Param::DirFd), "path" Path(Param::Name, Some(Param::DirFd)),
            "flags" Hex(Param::Flags),
        ],
        K::Fsopen => args!["fd" ResultFd, "type" Text(Param::FsType), "flags" Hex(Param::Flags)],
        K::Fsconfig => args![
            "res" Result, "fd" Fd(Param::Fd), "cmd" Decimal(Param::Request), "key" Text(Param::Text),
        ],
        K::Fsmount => args!["fd" ResultFd, "fs_fd" Fd(Param::Fd), "flags" Hex(Param::Flags)],
        K::Setns => args![
            "res" Result, "fd" Fd(Param::Fd), "nstype" Flags(Param::Flags, &flags::CLONE),
        ],
        K::Unshare => args!["res" Result, "flags" Flags(Param::Flags, &flags::CLONE)],
        _ => super::more::args_of(kind),
    }
}

const OPEN: &[EventArg] = &[
    arg("fd", ResultFd),
    arg("name", Path(Param::Name, None)),
    arg("flags", Flags(Param::Flags, &flags::OPEN)),
    arg("mode", Octal(Param::Mode)),
    arg("dev", Hex(Param::Device)),
    arg("ino", Decimal(Param::Inode)),
];

const OPENAT: &[EventArg] = &[
    arg("fd", ResultFd),
    arg("dirfd", Folder(Param::DirFd)),
    arg("name", Path(Param::Name, Some(Param::DirFd))),
    arg("flags", Flags(Param::Flags, &flags::OPEN)),
    arg("mode", Octal(Param::Mode)),
    arg("dev", Hex(Param::Device)),
    arg("ino", Decimal(Param::Inode)),
];

const OPENAT2: &[EventArg] = &[
    arg("fd", ResultFd),
    arg("dirfd", Folder(Param::DirFd)),
    arg("name", Path(Param::Name, Some(Param::DirFd))),
    arg("flags", Flags(Param::Flags, &flags::OPEN)),
    arg("mode", Octal(Param::Mode)),
    arg("resolve", Flags(Param::Arg3, &flags::RESOLVE)),
    arg("dev", Hex(Param::Device)),
    arg("ino", Decimal(Param::Inode)),
];

const CLONE: &[EventArg] = &[
    arg("res", Result),
    arg("exe", Process(ProcessPart::Exe)),
    arg("args", Process(ProcessPart::Args)),
    arg("tid", Process(ProcessPart::Tid)),
    arg("pid", Process(ProcessPart::Pid)),
    arg("ptid", Process(ProcessPart::ParentPid)),
    arg("cwd", Process(ProcessPart::Cwd)),
    arg("comm", Process(ProcessPart::Comm)),
    arg("flags", Flags(Param::CloneFlags, &flags::CLONE)),
    arg("uid", Process(ProcessPart::Uid)),
    arg("gid", Process(ProcessPart::Gid)),
    arg("vtid", Process(ProcessPart::Vtid)),
    arg("vpid", Process(ProcessPart::Vpid)),
];

macro_rules! exec {
    ($($more:expr),*) => {
        &[
            arg("res", Result),
            arg("exe", Process(ProcessPart::Exe)),
            arg("args", Process(ProcessPart::Args)),
            arg("tid", Process(ProcessPart::Tid)),
            arg("pid", Process(ProcessPart::Pid)),
            arg("ptid", Process(ProcessPart::ParentPid)),
            arg("cwd", Process(ProcessPart::Cwd)),
            arg("comm", Process(ProcessPart::Comm)),
            arg("env", Process(ProcessPart::Env)),
            arg("tty", Process(ProcessPart::Tty)),
            arg("vpgid", Process(ProcessPart::Vpgid)),
            arg("loginuid", Process(ProcessPart::LoginUid)),
            arg("flags", Process(ProcessPart::ExeFlags)),
            arg("cap_inheritable", Process(ProcessPart::CapInheritable)),
            arg("cap_permitted", Process(ProcessPart::CapPermitted)),
            arg("cap_effective", Process(ProcessPart::CapEffective)),
            arg("exe_ino", Process(ProcessPart::ExeInode)),
            arg("exe_ino_ctime", Process(ProcessPart::ExeCtime)),
            arg("exe_ino_mtime", Process(ProcessPart::ExeMtime)),
            arg("uid", Process(ProcessPart::Uid)),
            arg("trusted_exepath", Process(ProcessPart::TrustedExePath)),
            arg("pgid", Process(ProcessPart::Pgid)),
            arg("gid", Process(ProcessPart::Gid)),
            arg("filename", Text(Param::Exe)),
            $($more),*
        ]
    };
}

const EXECVE: &[EventArg] = exec![];
const EXECVEAT: &[EventArg] = exec![
    arg("dirfd", Folder(Param::DirFd)),
    arg("pathname", Path(Param::Name, Some(Param::DirFd)))
];
