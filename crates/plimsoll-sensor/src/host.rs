//! Which namespaces are the host's.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::capped;

/// The number of a namespace of the host (`mnt`, `pid`, …): its first process's. Where that may not
/// be looked at, the kernel's own second process is asked, and only then our own, which is wrong in
/// a service with mounts of its own.
pub fn namespace(kind: &str) -> io::Result<u64> {
    of(Path::new("/proc"), kind)
}

fn of(proc: &Path, kind: &str) -> io::Result<u64> {
    let number = |pid: &str| {
        let path = proc.join(pid).join("ns").join(kind);
        fs::metadata(path).map(|found| found.ino())
    };
    number("1")
        .or_else(|error| {
            if has_kernel_threads(proc) {
                number("2")
            } else {
                Err(error)
            }
        })
        .or_else(|_| number("self"))
}

/// Whether this is the first pid namespace: in others the second process is anybody's.
fn has_kernel_threads(proc: &Path) -> bool {
    let status = capped::text(&proc.join("2/status"), capped::PROC_BYTES_MAX).unwrap_or_default();
    // A parent of 0 and no memory of its own: no program can look like it.
    status.starts_with("Name:\tkthreadd\n")
        && status.contains("\nPPid:\t0\n")
        && !status.contains("\nVmSize:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(proc: &Path, pid: &str, status: &str) -> u64 {
        let folder = proc.join(pid);
        fs::create_dir_all(folder.join("ns")).unwrap();
        fs::write(folder.join("status"), status).unwrap();
        fs::write(folder.join("ns/mnt"), pid).unwrap();
        fs::metadata(folder.join("ns/mnt")).unwrap().ino()
    }

    #[test]
    fn a_first_process_that_is_closed_is_gone_round() {
        let folder = tempfile::tempdir().unwrap();
        let proc = folder.path();
        let own = process(proc, "self", "Name:\tplimsoll\n");
        process(proc, "2", "Name:\tkthreadd\nPPid:\t1\nVmSize:\t1 kB\n");
        assert_eq!(of(proc, "mnt").unwrap(), own);
        let kernel = process(proc, "2", "Name:\tkthreadd\nPid:\t2\nPPid:\t0\n");
        assert_eq!(of(proc, "mnt").unwrap(), kernel);
        let first = process(proc, "1", "Name:\tinit\n");
        assert_eq!(of(proc, "mnt").unwrap(), first);
    }
}
