//! The doctor on the kernel that the tests run on, against what bpftool says.

use std::process::Command;

use plimsoll_sensor::doctor::{Given, Places, examine};

#[test]
fn the_kernel_is_examined_and_nothing_stays_behind() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: needs root and BPF (not root)");
        return;
    }
    let findings = examine(&Places::default());
    for probe in &findings.probes {
        println!("{:?} {} {}", probe.given, probe.id, probe.detail);
        assert!(
            probe.given != Given::No
                || probe.need == plimsoll_sensor::doctor::Need::Fact
                || probe.hint.is_some(),
            "{} is missing without a hint",
            probe.id
        );
    }
    let release = Command::new("uname").arg("-r").output().unwrap();
    assert_eq!(
        findings.kernel_release,
        String::from_utf8(release.stdout).unwrap().trim()
    );
    if std::path::Path::new("/sys/kernel/btf/vmlinux").exists() {
        assert!(findings.can_watch());
        for id in [
            "program/tracepoint",
            "program/tp_btf",
            "program/iter_task",
            "map/ring_buffer",
        ] {
            assert_eq!(findings.given(id), Some(&Given::Yes), "{id}");
        }
    }
    if let Some(root) = findings.cgroups.v2() {
        let own = root.join(format!("plimsoll-doctor-{}", std::process::id()));
        assert!(!own.exists(), "{} is still there", own.display());
    }
}
