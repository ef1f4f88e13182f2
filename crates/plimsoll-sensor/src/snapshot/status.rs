//! `/proc/PID/stat` and `/proc/PID/status` as numbers.

use std::path::Path;

use super::START_STEP_NS;
use crate::capped::{self, PROC_BYTES_MAX};

/// Of `/proc/PID/stat`, what `status` does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// Name of the main thread, up to 15 bytes.
    pub comm: Vec<u8>,
    pub ppid: i64,
    pub pgid: i64,
    pub sid: i64,
    /// Device of the controlling terminal, 0 for none.
    pub tty: u64,
    /// Nanoseconds since boot, cut to [`START_STEP_NS`].
    pub start_ns: u64,
}

impl Stat {
    pub fn read(proc: &Path, pid: u32) -> Option<Self> {
        let path = proc.join(pid.to_string()).join("stat");
        Self::parse(&capped::bytes(&path, PROC_BYTES_MAX).ok()?)
    }

    pub fn parse(bytes: &[u8]) -> Option<Self> {
        // The name may hold anything, parentheses and spaces included.
        let open = bytes.iter().position(|byte| *byte == b'(')?;
        let close = bytes.iter().rposition(|byte| *byte == b')')?;
        let comm = bytes.get(open + 1..close)?.to_vec();
        let rest = std::str::from_utf8(bytes.get(close + 1..)?).ok()?;
        let words: Vec<&str> = rest.split_ascii_whitespace().collect();
        let number = |index: usize| words.get(index)?.parse::<i64>().ok();
        Some(Self {
            comm,
            ppid: number(1)?,
            pgid: number(2)?,
            sid: number(3)?,
            tty: u64::from(number(4)? as u32),
            start_ns: u64::try_from(number(19)?)
                .ok()?
                .saturating_mul(START_STEP_NS),
        })
    }
}

/// When a process began, cut to [`START_STEP_NS`].
pub fn start_ns(proc: &Path, pid: u32) -> Option<u64> {
    Stat::read(proc, pid).map(|stat| stat.start_ns)
}

/// The lines of `/proc/PID/status`. The name in the first line is escaped by the kernel, so that no
/// line can be forged.
#[derive(Debug)]
pub struct Status(String);

impl Status {
    pub fn read(folder: &Path) -> Option<Self> {
        capped::text(&folder.join("status"), PROC_BYTES_MAX)
            .ok()
            .map(Self)
    }

    fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))
            .unwrap_or_default()
            .split_ascii_whitespace()
    }

    /// One number of a line.
    pub fn number(&self, key: &str, index: usize) -> Option<u64> {
        self.values(key).nth(index)?.parse().ok()
    }

    /// A bit set in hexadecimal.
    pub fn bits(&self, key: &str) -> Option<u64> {
        u64::from_str_radix(self.values(key).next()?, 16).ok()
    }

    /// The last number of a line: that in the innermost pid namespace.
    pub fn innermost(&self, key: &str) -> Option<u64> {
        self.values(key).last()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_forge_the_numbers() {
        let line = b"7 (a) R 1 2 3) S 4 5 6 34816 8 0 0 0 0 0 0 0 0 0 20 0 1 0 1234 0 0 0\n";
        let stat = Stat::parse(line).unwrap();
        assert_eq!(stat.comm, b"a) R 1 2 3");
        assert_eq!((stat.ppid, stat.pgid, stat.sid), (4, 5, 6));
        assert_eq!(stat.tty, 34816);
        assert_eq!(stat.start_ns, 12_340_000_000);
        for end in 0..line.len() - 10 {
            let _ = Stat::parse(&line[..end]);
        }
        assert_eq!(Stat::parse(b") 1 ("), None);
    }

    #[test]
    fn status_gives_numbers() {
        let status = Status(
            "Name:\tx\\nUid: 5\nUid:\t1\t2\t3\t4\nNStgid:\t900\t17\t1\nCapEff:\t00000000a80425fb\n"
                .to_owned(),
        );
        assert_eq!(status.number("Uid", 1), Some(2));
        assert_eq!(status.number("Uid", 9), None);
        assert_eq!(status.innermost("NStgid"), Some(1));
        assert_eq!(status.bits("CapEff"), Some(0xa804_25fb));
        assert_eq!(status.bits("CapAmb"), None);
    }
}
