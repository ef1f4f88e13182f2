//! A disk that is full and has room again: a tmpfs of one page or two. Needs root.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use plimsoll_behavior::Alert;
use plimsoll_behavior::rules::Priority;
use plimsoll_model::Timestamp;
use plimsoll_notify::{Notifier, Target, TargetOptions};

struct Mounted(tempfile::TempDir);

impl Mounted {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16k", "plimsoll-test"])
            .arg(folder.path())
            .status()
            .unwrap();
        assert!(status.success(), "cannot mount a tmpfs");
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).status();
    }
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost_once_there_is_room() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: needs root (to mount a small tmpfs)");
        return;
    }
    let disk = Mounted::new();
    let ballast = disk.path().join("ballast");
    fs::write(&ballast, vec![0; 8 << 10]).unwrap();
    let path = disk.path().join("alerts.log");
    let target = Target::parse(&format!("text={}", path.display())).unwrap();
    let mut notifier = Notifier::default();
    let output = target.open(&TargetOptions::default()).unwrap();
    notifier.add(target.name(), output).unwrap();
    for number in 0..100 {
        let text = format!("number {number} {}", "x".repeat(100));
        let time = Timestamp::UNIX_EPOCH;
        notifier.tell(&Alert::new(time, "r", Priority::Error, "syscall", text));
        thread::sleep(Duration::from_millis(2));
    }
    let end = Instant::now() + Duration::from_secs(20);
    while notifier.status().remove(0).trouble.as_deref() != Some("the disk is full") {
        assert!(Instant::now() < end, "{:?}", notifier.status());
        thread::sleep(Duration::from_millis(5));
    }
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.ends_with('\n'), "half a line is left");
    fs::remove_file(&ballast).unwrap();
    while notifier.status().remove(0).delivered < 100 {
        // 8 KiB more are room for some 60 lines: make what there is short.
        if notifier.status().remove(0).trouble.is_some()
            && fs::metadata(&path).unwrap().len() > 9000
        {
            fs::File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_len(0)
                .unwrap();
        }
        assert!(Instant::now() < end, "{:?}", notifier.status());
        thread::sleep(Duration::from_millis(5));
    }
    let status = notifier.close(Duration::from_secs(1)).remove(0);
    assert_eq!((status.dropped, status.trouble), (0, None));
}
