//! Names of flags and commands, as Falco shows them. Values are those of the kernel's ABI (x86-64;
//! where others differ, of the generic table).

/// Names of bits, or of values.
#[derive(Debug)]
pub struct Flags(pub &'static [(&'static str, u64)]);

impl Flags {
    /// Names of the bits that are set, with `|` between them.
    pub fn push(&self, value: u64, out: &mut Vec<u8>) {
        let mut left = value;
        let start = out.len();
        for (name, bits) in self.0 {
            if left != 0 && *bits != 0 && left & bits == *bits {
                if out.len() > start {
                    out.push(b'|');
                }
                out.extend_from_slice(name.as_bytes());
                left &= !bits;
            }
        }
        if value == 0
            && let Some((name, _)) = self.0.iter().find(|(_, bits)| *bits == 0)
        {
            out.extend_from_slice(name.as_bytes());
        }
    }

    /// The name of one value.
    pub fn name(&self, value: u64) -> Option<&'static str> {
        let found = self.0.iter().find(|(_, known)| *known == value)?;
        Some(found.0)
    }
}

/// Bits that stand for how a file is opened: in the ABI that is a number, here a bit each.
pub const READ: u64 = 1 << 40;
pub const WRITE: u64 = 1 << 41;
/// The call made the file.
pub const CREATED: u64 = 1 << 42;
pub const UPPER: u64 = 1 << 43;
pub const LOWER: u64 = 1 << 44;

pub const O_CREAT: u64 = 0o100;
pub const O_EXCL: u64 = 0o200;
pub const O_TMPFILE: u64 = 0o20_000_000;

/// Flags of an open with its way of opening as bits.
pub const fn open_bits(flags: u64) -> u64 {
    let way = match flags & 3 {
        0 => READ,
        1 => WRITE,
        2 => READ | WRITE,
        _ => 0,
    };
    (flags & !3) | way
}

pub static OPEN: Flags = Flags(&[
    ("O_LARGEFILE", 0o100_000),
    ("O_TMPFILE", 0o20_200_000),
    ("O_DIRECTORY", 0o200_000),
    ("O_DIRECT", 0o40_000),
    ("O_TRUNC", 0o1_000),
    ("O_SYNC", 0o4_010_000),
    ("O_NONBLOCK", 0o4_000),
    ("O_EXCL", O_EXCL),
    ("O_DSYNC", 0o10_000),
    ("O_APPEND", 0o2_000),
    ("O_CREAT", O_CREAT),
    ("O_RDWR", READ | WRITE),
    ("O_WRONLY", WRITE),
    ("O_RDONLY", READ),
    ("O_CLOEXEC", 0o2_000_000),
    ("O_NONE", 0),
    ("O_F_CREATED", CREATED),
    ("FD_UPPER_LAYER", UPPER),
    ("FD_LOWER_LAYER", LOWER),
    ("O_NOFOLLOW", 0o400_000),
    ("O_NOATIME", 0o1_000_000),
    ("O_PATH", 0o10_000_000),
]);

pub static RESOLVE: Flags = Flags(&[
    ("RESOLVE_BENEATH", 8),
    ("RESOLVE_IN_ROOT", 16),
    ("RESOLVE_NO_MAGICLINKS", 2),
    ("RESOLVE_NO_SYMLINKS", 4),
    ("RESOLVE_NO_XDEV", 1),
    ("RESOLVE_CACHED", 32),
]);

pub static RENAME: Flags = Flags(&[
    ("RENAME_NOREPLACE", 1),
    ("RENAME_EXCHANGE", 2),
    ("RENAME_WHITEOUT", 4),
]);

pub static UNLINK: Flags = Flags(&[
    ("AT_REMOVEDIR", 0x200),
    ("AT_SYMLINK_NOFOLLOW", 0x100),
    ("AT_EMPTY_PATH", 0x1000),
]);

pub static LINK: Flags = Flags(&[("AT_SYMLINK_FOLLOW", 0x400), ("AT_EMPTY_PATH", 0x1000)]);

pub static UMOUNT: Flags = Flags(&[("FORCE", 1), ("DETACH", 2), ("EXPIRE", 4), ("NOFOLLOW", 8)]);

pub static MOUNT: Flags = Flags(&[
    ("RDONLY", 1),
    ("NOSUID", 2),
    ("NODEV", 4),
    ("NOEXEC", 8),
    ("SYNCHRONOUS", 16),
    ("REMOUNT", 32),
    ("MANDLOCK", 64),
    ("DIRSYNC", 128),
    ("NOATIME", 1 << 10),
    ("NODIRATIME", 1 << 11),
    ("BIND", 1 << 12),
    ("MOVE", 1 << 13),
    ("REC", 1 << 14),
    ("SILENT", 1 << 15),
    ("POSIXACL", 1 << 16),
    ("UNBINDABLE", 1 << 17),
    ("PRIVATE", 1 << 18),
    ("SLAVE", 1 << 19),
    ("SHARED", 1 << 20),
    ("RELATIME", 1 << 21),
    ("KERNMOUNT", 1 << 22),
    ("I_VERSION", 1 << 23),
    ("STRICTATIME", 1 << 24),
    ("LAZYTIME", 1 << 25),
]);

pub static CLONE: Flags = Flags(&[
    ("CLONE_FILES", 0x400),
    ("CLONE_FS", 0x200),
    ("CLONE_IO", 0x8000_0000),
    ("CLONE_NEWIPC", 0x0800_0000),
    ("CLONE_NEWNET", 0x4000_0000),
    ("CLONE_NEWNS", 0x0002_0000),
    ("CLONE_NEWPID", 0x2000_0000),
    ("CLONE_NEWUTS", 0x0400_0000),
    ("CLONE_PARENT", 0x8000),
    ("CLONE_PARENT_SETTID", 0x0010_0000),
    ("CLONE_PTRACE", 0x2000),
    ("CLONE_SIGHAND", 0x800),
    ("CLONE_SYSVSEM", 0x0004_0000),
    ("CLONE_THREAD", 0x0001_0000),
    ("CLONE_UNTRACED", 0x0080_0000),
    ("CLONE_VM", 0x100),
    ("CLONE_NEWUSER", 0x1000_0000),
    ("CLONE_CHILD_CLEARTID", 0x0020_0000),
    ("CLONE_CHILD_SETTID", 0x0100_0000),
    ("CLONE_SETTLS", 0x0008_0000),
    ("CLONE_VFORK", 0x4000),
    ("CLONE_NEWCGROUP", 0x0200_0000),
    ("CLONE_INTO_CGROUP", 0x2_0000_0000),
]);

/// Permission bits.
pub static MODE: Flags = Flags(&[
    ("S_IXOTH", 0o1),
    ("S_IWOTH", 0o2),
    ("S_IROTH", 0o4),
    ("S_IXGRP", 0o10),
    ("S_IWGRP", 0o20),
    ("S_IRGRP", 0o40),
    ("S_IXUSR", 0o100),
    ("S_IWUSR", 0o200),
    ("S_IRUSR", 0o400),
    ("S_ISVTX", 0o1000),
    ("S_ISGID", 0o2000),
    ("S_ISUID", 0o4000),
]);

pub static SHUTDOWN: Flags = Flags(&[("SHUT_RD", 0), ("SHUT_WR", 1), ("SHUT_RDWR", 2)]);

pub static PROT: Flags = Flags(&[
    ("PROT_READ", 1),
    ("PROT_WRITE", 2),
    ("PROT_EXEC", 4),
    ("PROT_NONE", 0),
]);

pub static MEMFD: Flags = Flags(&[
    ("MFD_CLOEXEC", 1),
    ("MFD_ALLOW_SEALING", 2),
    ("MFD_HUGETLB", 4),
    ("MFD_NOEXEC_SEAL", 8),
    ("MFD_EXEC", 16),
]);

pub static MODULE: Flags = Flags(&[
    ("MODULE_INIT_IGNORE_MODVERSIONS", 1),
    ("MODULE_INIT_IGNORE_VERMAGIC", 2),
    ("MODULE_INIT_COMPRESSED_FILE", 4),
]);

pub static DELETE_MODULE: Flags = Flags(&[("O_NONBLOCK", 0o4_000), ("O_TRUNC", 0o1_000)]);

mod names;
pub use names::{BPF, CAPABILITY, FAMILY, FCNTL, PRCTL, PTRACE, RLIMIT, SIGNAL, errno};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_shown_as_falco_shows_them() {
        let shown = |flags: &Flags, value| {
            let mut out = Vec::new();
            flags.push(value, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(shown(&OPEN, open_bits(0o2_000_000)), "O_RDONLY|O_CLOEXEC");
        assert_eq!(shown(&OPEN, open_bits(0o1_101)), "O_TRUNC|O_CREAT|O_WRONLY");
        assert_eq!(shown(&OPEN, open_bits(2)), "O_RDWR");
        assert_eq!(shown(&CLONE, 0x2002_0000), "CLONE_NEWNS|CLONE_NEWPID");
        assert_eq!(
            shown(&MODE, 0o4755),
            "S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID"
        );
        assert_eq!(PTRACE.name(16), Some("PTRACE_ATTACH"));
        assert_eq!(errno(2), Some("ENOENT"));
    }
}
