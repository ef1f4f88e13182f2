//! Arguments of calls about processes, credentials, memory, modules and the kernel itself.

#![expect(
    clippy::match_same_arms,
    reason = "one line for each, in an order that is easy to search"
)]

use plimsoll_model::event::{EventKind, Param};

use crate::fields::arguments::{EventArg, Form};
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
    Data, Decimal, Fd, Flags, Folder, Group, Hex, Name, Path, Result, ResultFd, Signed, Text, User,
};

/// The arguments of a kind that the first table does not have.
pub fn args_of(kind: EventKind) -> &'static [EventArg] {
    use EventKind as K;
    match kind {
        K::Ptrace => args![
            "res" Result, "addr" Hex(Param::Arg2), "data" Hex(Param::Arg3),
            "request" Name(Param::Request, &flags::PTRACE), "pid" Signed(Param::TargetPid),
        ],
        K::ProcessVmReadv | K::ProcessVmWritev => {
            args!["res" Result, "pid" Signed(Param::TargetPid), "data" Data]
        }
        K::PidfdOpen => {
            args!["fd" ResultFd, "pid" Signed(Param::TargetPid), "flags" Hex(Param::Flags)]
        }
        K::PidfdGetfd => args![
            "fd" ResultFd, "pid_fd" Fd(Param::Fd), "target_fd" Signed(Param::NewFd),
            "flags" Hex(Param::Flags),
        ],
        K::PidfdSendSignal => args![
            "res" Result, "fd" Fd(Param::Fd), "sig" Name(Param::Signal, &flags::SIGNAL),
        ],
        K::Kill => args![
            "res" Result, "pid" Signed(Param::TargetPid), "sig" Name(Param::Signal, &flags::SIGNAL),
        ],
        K::Tkill => args![
            "res" Result, "tid" Signed(Param::TargetPid), "sig" Name(Param::Signal, &flags::SIGNAL),
        ],
        K::Tgkill => args![
            "res" Result, "pid" Signed(Param::TargetPid), "tid" Decimal(Param::Arg1),
            "sig" Name(Param::Signal, &flags::SIGNAL),
        ],
        K::Bpf => args!["fd" ResultFd, "cmd" Name(Param::Request, &flags::BPF)],
        K::InitModule => {
            args!["res" Result, "length" Decimal(Param::Size), "uargs" Text(Param::Text)]
        }
        K::FinitModule => args![
            "res" Result, "fd" Fd(Param::Fd), "uargs" Text(Param::Text),
            "flags" Flags(Param::Flags, &flags::MODULE),
        ],
        K::DeleteModule => args![
            "res" Result, "name" Text(Param::Text), "flags" Flags(Param::Flags, &flags::DELETE_MODULE),
        ],
        K::Keyctl => args!["res" Result, "cmd" Decimal(Param::Request)],
        K::AddKey | K::RequestKey => args!["res" Result, "description" Text(Param::Text)],
        K::Userfaultfd => args!["res" ResultFd, "flags" Flags(Param::Flags, &flags::OPEN)],
        K::IoUringSetup => args![
            "res" ResultFd, "entries" Decimal(Param::Size), "flags" Hex(Param::Flags),
        ],
        K::IoUringRegister => args![
            "res" Result, "fd" Fd(Param::Fd), "opcode" Decimal(Param::Request), "arg" Hex(Param::Arg2),
            "nr_args" Decimal(Param::Size),
        ],
        K::MemfdCreate => args![
            "fd" ResultFd, "name" Text(Param::Name), "flags" Flags(Param::Flags, &flags::MEMFD),
        ],
        K::MemfdSecret => args!["fd" ResultFd, "flags" Hex(Param::Flags)],
        K::PerfEventOpen => args!["fd" ResultFd, "pid" Signed(Param::TargetPid)],
        K::KexecLoad | K::KexecFileLoad => args!["res" Result, "flags" Hex(Param::Flags)],
        K::Setuid | K::Setfsuid => args!["res" Result, "uid" User(Param::Arg0)],
        K::Setgid | K::Setfsgid => args!["res" Result, "gid" Group(Param::Arg0)],
        K::Setreuid => args!["res" Result, "ruid" User(Param::Arg0), "euid" User(Param::Arg1)],
        K::Setregid => args!["res" Result, "rgid" Group(Param::Arg0), "egid" Group(Param::Arg1)],
        K::Setresuid => args![
            "res" Result, "ruid" User(Param::Arg0), "euid" User(Param::Arg1), "suid" User(Param::Arg2),
        ],
        K::Setresgid => args![
            "res" Result, "rgid" Group(Param::Arg0), "egid" Group(Param::Arg1), "sgid" Group(Param::Arg2),
        ],
        K::Capset => args![
            "res" Result, "cap_inheritable" Flags(Param::CapInheritable, &flags::CAPABILITY),
            "cap_permitted" Flags(Param::CapPermitted, &flags::CAPABILITY),
            "cap_effective" Flags(Param::CapEffective, &flags::CAPABILITY),
        ],
        K::Setpgid => {
            args!["res" Result, "pid" Decimal(Param::Arg0), "pgid" Decimal(Param::Arg1)]
        }
        K::Prctl => args![
            "res" Result, "option" Name(Param::Request, &flags::PRCTL), "arg2_str" Text(Param::Comm),
            "arg2_int" Decimal(Param::Arg1),
        ],
        K::Seccomp => args!["res" Result, "op" Decimal(Param::Request), "flags" Hex(Param::Flags)],
        K::Sethostname | K::Setdomainname => args!["res" Result, "name" Text(Param::Text)],
        K::Pipe | K::Pipe2 => args![
            "res" Result, "fd1" Fd(Param::Fd), "fd2" Fd(Param::NewFd), "ino" Decimal(Param::Inode),
            "flags" Flags(Param::Flags, &flags::OPEN),
        ],
        K::Eventfd2 | K::Signalfd4 | K::InotifyInit1 | K::EpollCreate1 | K::TimerfdCreate => {
            args!["res" ResultFd, "flags" Hex(Param::Flags)]
        }
        K::Splice => args![
            "res" Result, "fd_in" Fd(Param::Fd), "fd_out" Fd(Param::NewFd), "size" Decimal(Param::Size),
            "flags" Hex(Param::Flags),
        ],
        K::Sendfile => args![
            "res" Result, "out_fd" Fd(Param::Fd), "in_fd" Fd(Param::NewFd), "size" Decimal(Param::Size),
        ],
        K::CopyFileRange => args![
            "res" Result, "fdin" Fd(Param::Fd), "fdout" Fd(Param::NewFd), "len" Decimal(Param::Size),
        ],
        K::Mprotect => args![
            "res" Result, "addr" Hex(Param::Arg0), "length" Decimal(Param::Size),
            "prot" Flags(Param::Request, &flags::PROT),
        ],
        K::Setrlimit => args!["res" Result, "resource" Name(Param::Request, &flags::RLIMIT)],
        K::Prlimit64 => args![
            "res" Result, "pid" Signed(Param::TargetPid), "resource" Name(Param::Request, &flags::RLIMIT),
        ],
        K::FanotifyInit => args!["fd" ResultFd, "flags" Hex(Param::Flags)],
        K::FanotifyMark => args![
            "res" Result, "fd" Fd(Param::Fd), "flags" Hex(Param::Flags),
            "dirfd" Folder(Param::DirFd), "path" Path(Param::Name, Some(Param::DirFd)),
        ],
        K::OomKill => args!["pid" Signed(Param::TargetPid)],
        K::CgroupMkdir | K::CgroupRmdir | K::CgroupAttach => args!["path" Text(Param::CgroupPath)],
        K::Container => args!["json" Text(Param::ContainerJson)],
        K::LandlockRestrictSelf => args!["res" Result, "fd" Fd(Param::Fd)],
        K::Syslog => args!["res" Result, "type" Decimal(Param::Request)],
        K::Reboot => args!["res" Result, "cmd" Hex(Param::Request)],
        _ => args!["res" Result],
    }
}
