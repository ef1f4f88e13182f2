//! Which kind of event changes what.

use plimsoll_model::event::{Class, EventKind, FLAG_ENTER, Param};

use super::State;
use super::table::Link;
use crate::wire::Record;

impl State {
    /// Takes in one record.
    pub(super) fn take(&mut self, record: &Record<'_>) {
        match record.kind.class() {
            Class::Meta => self.meta(record),
            Class::Cgroup => self.cgroup(record),
            Class::Snapshot => self.snapshot(record),
            Class::Syscall | Class::Process => {
                let link = self.who(record);
                self.now.process = link;
                if record.has(FLAG_ENTER) {
                    self.begun(link, record);
                } else {
                    self.call(link, record);
                    self.count(link, record);
                }
            }
        }
        while let Some(files) = self.processes.released.pop() {
            self.files.release(files);
        }
    }

    fn meta(&mut self, record: &Record<'_>) {
        match record.kind {
            EventKind::Host => {
                self.host.take(record);
                self.containers.epoch += 1;
            }
            EventKind::Container => self.containers.told(record),
            EventKind::Account => self.containers.account(record),
            _ => {}
        }
    }

    fn cgroup(&mut self, record: &Record<'_>) {
        match record.kind {
            EventKind::CgroupMkdir => self.containers.cgroup_made(record),
            EventKind::CgroupRmdir => self.containers.cgroup_removed(record),
            _ => {}
        }
        if record.exec.pid != 0 {
            self.now.process = self.who(record);
        }
    }

    fn snapshot(&mut self, record: &Record<'_>) {
        match record.kind {
            EventKind::Task => {
                let link = self.who(record);
                self.now.process = link;
                self.task(link, record);
            }
            EventKind::Sock if record.param(Param::Fd).is_none() => self.sock(record),
            EventKind::File | EventKind::Sock => {
                let link = self.who(record);
                self.now.process = link;
                self.found(link, record);
            }
            _ => {}
        }
    }

    /// A call was entered: nothing has been done, but what it is about is known.
    fn begun(&mut self, link: Link, record: &Record<'_>) {
        use EventKind as K;
        match record.kind {
            K::Connect => self.connect(link, record),
            K::Bind => self.bind(link, record),
            K::Open | K::Openat | K::Openat2 | K::Creat => self.named(link, record),
            _ => self.about(link, record),
        }
    }

    /// A call returned, or something else happened to a process.
    fn call(&mut self, link: Link, record: &Record<'_>) {
        use EventKind as K;
        let done = record.ret >= 0;
        match record.kind {
            K::Open | K::Openat | K::Openat2 | K::Creat | K::OpenByHandleAt | K::OpenTree => {
                self.opened(link, record);
            }
            K::Close => self.closed(link, record),
            K::Execve | K::Execveat if done => self.exec(link, record),
            K::Procexit => self.exited(link, record),
            K::Clone | K::Clone3 | K::Fork | K::Vfork if done => self.fork(link, record),
            K::Dup | K::Dup2 | K::Dup3 => self.copied(link, record),
            K::Fcntl => self.fcntl(link, record),
            K::Socket => self.socket(link, record),
            K::Socketpair => self.socketpair(link, record),
            K::Connect => {
                self.connect(link, record);
            }
            K::Bind => self.bind(link, record),
            K::Listen => self.listen(link, record),
            K::Accept | K::Accept4 => self.accepted(link, record),
            K::Sendto | K::Sendmsg | K::Sendmmsg | K::Recvfrom | K::Recvmsg | K::Recvmmsg => {
                self.transferred(link, record);
                self.resolve(link, record);
            }
            K::Pipe | K::Pipe2 => self.piped(link, record),
            K::MemfdCreate
            | K::MemfdSecret
            | K::Eventfd2
            | K::Signalfd4
            | K::EpollCreate1
            | K::TimerfdCreate
            | K::InotifyInit1
            | K::FanotifyInit
            | K::PerfEventOpen
            | K::Userfaultfd
            | K::IoUringSetup
            | K::PidfdOpen
            | K::Fsopen
            | K::Fsmount
            | K::Fspick => self.special(link, record),
            K::PidfdGetfd => self.taken(link, record),
            _ => {
                self.about(link, record);
                if done {
                    self.changed(link, record);
                }
            }
        }
    }

    /// A call that changes the process itself succeeded.
    fn changed(&mut self, link: Link, record: &Record<'_>) {
        use EventKind as K;
        match record.kind {
            K::Setuid
            | K::Setgid
            | K::Setreuid
            | K::Setregid
            | K::Setresuid
            | K::Setresgid
            | K::Setfsuid
            | K::Setfsgid
            | K::Setgroups
            | K::Capset => self.rights(link, record),
            K::Setsid => self.session(link, record),
            K::Setpgid => self.group(link, record),
            K::Prctl => self.prctl(link, record),
            K::Chdir | K::Fchdir | K::Chroot | K::PivotRoot => self.folder(link, record),
            K::Setns | K::Unshare | K::Seccomp => self.spaces(link, record),
            _ => {}
        }
    }
}
