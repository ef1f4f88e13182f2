//! Which file systems mounted inside a folder are entered.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{Mode, OFlags};

/// What to do with a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Enter,
    /// A view of the kernel: nothing was installed there.
    HoldsNoFiles,
    /// May hang or shows files a second time; with the name of the file system.
    Skip(&'static str),
}

/// File systems by the magic number of `statfs` (linux/magic.h): views of the kernel.
const NO_FILES: &[u64] = &[
    0x9fa0,      // proc
    0x6265_6572, // sysfs
    0x0027_e0eb, // cgroup
    0x6367_7270, // cgroup2
    0x1cd1,      // devpts
    0x6462_6720, // debugfs
    0x7472_6163, // tracefs
    0x7363_6673, // securityfs
    0xcafe_4a11, // bpf
    0x1980_0202, // mqueue
    0x9584_58f6, // hugetlbfs
    0x6165_676c, // pstore
    0x6265_6570, // configfs
    0x6573_5543, // fusectl
    0x4249_4e4d, // binfmt_misc
    0x6759_6969, // rpc_pipefs
    0x6e73_6673, // nsfs
    0xde5e_81e4, // efivarfs
    0xf97c_ff8c, // selinuxfs
    0x0187,      // autofs
];

/// File systems that may hang on a server or a process, and merged views of containers.
const SKIPPED: &[(u64, &str)] = &[
    (0x6969, "nfs"),
    (0x517b, "smb"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb2"),
    (0x6573_5546, "fuse"),
    (0x0102_1997, "9p"),
    (0x00c3_6400, "ceph"),
    (0x5346_414f, "afs"),
    (0x794c_7630, "overlay"),
];

/// Decides by device, asking the kernel once for each.
pub(super) struct MountRule {
    known: Mutex<BTreeMap<u64, Answer>>,
}

impl MountRule {
    /// The file system that the root itself is on is always entered.
    pub(super) fn new(root: BorrowedFd<'_>) -> Self {
        let known = rustix::fs::fstat(root)
            .map(|stat| BTreeMap::from([(stat.st_dev, Answer::Enter)]))
            .unwrap_or_default();
        Self {
            known: Mutex::new(known),
        }
    }

    pub(super) fn enters(&self, folder: &OwnedFd, name: &OsStr, device: u64) -> Answer {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry(device).or_insert_with(|| {
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            rustix::fs::openat(folder, name, flags, Mode::empty())
                .and_then(|fd| rustix::fs::fstatfs(&fd))
                .map_or(Answer::Enter, |stat| answer(stat.f_type as u64))
        })
    }
}

fn answer(magic: u64) -> Answer {
    // The type is signed on some machines.
    let magic = magic & 0xffff_ffff;
    if NO_FILES.contains(&magic) {
        return Answer::HoldsNoFiles;
    }
    SKIPPED
        .iter()
        .find(|(skipped, _)| *skipped == magic)
        .map_or(Answer::Enter, |(_, name)| Answer::Skip(name))
}
