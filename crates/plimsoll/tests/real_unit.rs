//! The systemd unit: as systemd itself judges it, and at work on a machine that runs systemd; and the
//! container of the DaemonSet. Both with exactly the rights that they ask for. Needs root and BPF.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

#[path = "unit/machine.rs"]
mod machine;

use machine::Machine;

/// Highest exposure that `systemd-analyze security` may find, in tenths: 0 is none, 100 all.
const EXPOSURE_MAX: u32 = 25;

fn unit() -> (tempfile::TempDir, std::path::PathBuf) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/plimsoll-watch.service");
    let text = fs::read_to_string(source).unwrap();
    assert!(text.contains("ExecStart=/usr/local/bin/plimsoll watch "));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plimsoll-watch.service");
    // It is not installed here.
    let program = env!("CARGO_BIN_EXE_plimsoll");
    fs::write(&path, text.replace("/usr/local/bin/plimsoll", program)).unwrap();
    (folder, path)
}

fn analyze(arguments: &[&str], unit: &Path) -> std::process::Output {
    Command::new("systemd-analyze")
        .args(arguments)
        .arg(unit)
        .env("SYSTEMD_COLORS", "0")
        .output()
        .expect("systemd-analyze is missing: apt install systemd")
}

#[test]
fn systemd_finds_nothing_wrong_in_it() {
    let (_folder, path) = unit();
    let output = analyze(&["verify", "--man=no"], &path);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn it_is_exposed_as_little_as_it_can_be() {
    let (_folder, path) = unit();
    let threshold = format!("--threshold={EXPOSURE_MAX}");
    let output = analyze(
        &["security", "--offline=yes", "--no-pager", &threshold],
        &path,
    );
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}

#[test]
fn its_command_line_is_one_that_plimsoll_takes() {
    let (_folder, path) = unit();
    let text = fs::read_to_string(path).unwrap().replace("\\\n", " ");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .unwrap();
    let mut words = line.split_whitespace();
    let output = Command::new(words.next().unwrap())
        .args(words)
        // Told what is wrong before anything is loaded.
        .args(["--dedupe", "nonsense", "--state", "off"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("failed to read the time `nonsense`"),
        "{said}"
    );
}

fn can_watch() -> bool {
    let root = rustix::process::geteuid().is_root();
    if root && Path::new("/sys/kernel/btf/vmlinux").exists() {
        return true;
    }
    println!("skipped: needs root and BPF (/sys/kernel/btf/vmlinux)");
    false
}

/// The program without what only debuggers read, which would not fit into the unit's memory.
fn stripped(to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    let status = Command::new("strip")
        .arg("-o")
        .args([to, Path::new(env!("CARGO_BIN_EXE_plimsoll"))])
        .status()
        .expect("`strip` is needed: install the package binutils");
    assert!(status.success());
}

/// An image's only layer: busybox, and hashes of passwords to read.
fn layer(folder: &Path) -> std::path::PathBuf {
    let root = folder.join("layer");
    for name in ["bin", "etc"] {
        fs::create_dir_all(root.join(name)).unwrap();
    }
    fs::copy("/bin/busybox", root.join("bin/busybox"))
        .expect("busybox is missing: apt install busybox-static");
    for name in ["sh", "head", "sleep"] {
        std::os::unix::fs::symlink("busybox", root.join("bin").join(name)).unwrap();
    }
    fs::write(root.join("etc/shadow"), "root:*:1::::::\n").unwrap();
    fs::write(root.join("etc/secret"), "x").unwrap();
    let archive = folder.join("layer.tar");
    let tar = Command::new("tar")
        .args(["-C".as_ref(), root.as_os_str(), "-cf".as_ref()])
        .args([archive.as_os_str(), ".".as_ref()])
        .status();
    assert!(tar.unwrap().success());
    archive
}

const IMAGE: &str = "shop.example/shop:1";
/// Podman for machines where limits cannot be raised.
const PODMAN: &str = "[containers]\ndefault_ulimits = [\"nofile=20000:20000\", \"nproc=20000:20000\"]\n\
                      [engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\n\
                      lock_type = \"file\"\nevents_logger = \"none\"\n";

/// What the machine has beside what all have.
fn files(folder: &Path) -> std::path::PathBuf {
    let files = folder.join("files");
    let write = |path: &str, text: &str| {
        let path = files.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/plimsoll-watch.service");
    // As installed, but for the folder of the program: /usr is the real machine's.
    let unit = fs::read_to_string(source).unwrap();
    let unit = unit.replace("/usr/local/bin/", "/opt/");
    write("etc/systemd/system/plimsoll-watch.service", &unit);
    // Who looks for a process by its number looks among the real machine's; programs of tests are
    // slow; and a folder of rules, as the unit says that it is set.
    write(
        "etc/systemd/system/plimsoll-watch.service.d/test.conf",
        "[Service]\nBindPaths=/host-proc:/proc\nEnvironment=PLIMSOLL_CPU_MAX=400\n\
         Environment=PLIMSOLL_RULES=/etc/plimsoll/rules.d\n",
    );
    write(
        "etc/systemd/system/test.target",
        "[Unit]\nDefaultDependencies=no\nWants=systemd-journald.service\n",
    );
    write("etc/plimsoll/rules.d/local.yaml", &rule("first"));
    write("etc/containers.conf", PODMAN);
    stripped(&files.join("opt/plimsoll"));
    fs::rename(layer(folder), files.join("layer.tar")).unwrap();
    files
}

fn rule(word: &str) -> String {
    format!(
        "- rule: Secret {word}\n  desc: d\n  condition: reads and fd.name=/etc/secret\n  \
         output: {word} by %proc.name\n  priority: WARNING\n\
         - macro: reads\n  condition: evt.type in (open, openat, openat2) and evt.is_open_read=true\n"
    )
}

const SERVICE: &str = "plimsoll-watch.service";
const LOG: &str = "/var/log/private/plimsoll/alerts.json";

/// The alert of a rule, once it is there.
fn alert(machine: &Machine, log: &str, rule: &str) -> Value {
    machine.wait(rule, || {
        machine
            .read(log)
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .find(|alert| alert["rule"] == rule)
    })
}

/// A property of the unit, by its name.
fn shown(machine: &Machine, property: &str) -> String {
    let property = format!("--property={property}");
    let text = machine.run(&["systemctl", "show", "--value", &property, "plimsoll-watch"]);
    text.trim().to_owned()
}

/// Waits until it watches for the so-and-so-manyth time; its number among the real machine's
/// processes.
fn watching(machine: &Machine, times: usize) -> String {
    machine.wait("watching", || {
        let said = machine.run(&[
            "journalctl",
            "--no-pager",
            "-o",
            "cat",
            "-u",
            "plimsoll-watch",
        ]);
        (said.matches("\nwatching with ").count() >= times).then_some(())
    });
    let processes = fs::read_to_string(machine.cgroup(SERVICE).join("cgroup.procs"));
    processes.unwrap().trim().to_owned()
}

/// Lets a container do something, and end.
fn act(machine: &Machine, name: &str, script: &str) {
    let run = ["run", "--rm", "--network", "none", "--name", name, IMAGE];
    machine.podman(&[&run[..], &["sh", "-c", script]].concat());
}

#[test]
fn it_watches_with_the_rights_that_the_unit_gives() {
    if !can_watch() {
        return;
    }
    let begun = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::start(&files(folder.path()));
    machine.podman(&["import", "-q", "/layer.tar", IMAGE]);
    machine.run(&["systemctl", "start", "plimsoll-watch"]);
    let pid = watching(&machine, 1);

    // What systemd made of the unit.
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    for line in [
        "CapEff:\t000000c000080004",
        "CapBnd:\t000000c000080004",
        "NoNewPrivs:\t1",
        "Seccomp:\t2",
    ] {
        assert!(status.contains(line), "{status}");
    }
    assert!(!status.contains("Uid:\t0\t"), "{status}");
    let mounts = fs::read_to_string(format!("/proc/{pid}/mountinfo")).unwrap();
    for place in [
        "/",
        "/usr",
        "/sys",
        "/sys/fs/cgroup",
        "/sys/kernel/tracing",
        "/proc/sys",
    ] {
        // The last of several at one place is the one that is seen.
        let mount = mounts
            .lines()
            .rfind(|line| line.split(' ').nth(4) == Some(place));
        let options = mount.and_then(|line| line.split(' ').nth(5));
        assert!(options.unwrap_or("").starts_with("ro"), "{place}: {mounts}");
    }

    act(
        &machine,
        "shop-1",
        "sleep 1; head -c 1 /etc/shadow; head -c 1 /etc/secret; sleep 1",
    );
    let told = alert(&machine, LOG, "Hashes of passwords read");
    assert_eq!(told["plimsoll"]["container"]["name"], "shop-1", "{told:#}");
    assert_eq!(told["plimsoll"]["container"]["image"], IMAGE, "{told:#}");
    alert(&machine, LOG, "Secret first");

    // Rules are loaded anew, and files opened anew.
    fs::write(
        machine.path("/etc/plimsoll/rules.d/local.yaml"),
        rule("second"),
    )
    .unwrap();
    let old = format!("{LOG}.1");
    fs::rename(machine.path(LOG), machine.path(&old)).unwrap();
    machine.run(&["systemctl", "reload", "plimsoll-watch"]);
    alert(&machine, LOG, "Plimsoll internal: rules reloaded");
    act(
        &machine,
        "shop-2",
        "sleep 1; head -c 1 /etc/secret; sleep 1",
    );
    let told = alert(&machine, LOG, "Secret second");
    assert_eq!(told["plimsoll"]["container"]["name"], "shop-2", "{told:#}");
    let figures = machine.run(&[
        "busybox",
        "wget",
        "-q",
        "-O",
        "-",
        "http://127.0.0.1:9187/metrics",
    ]);
    assert!(
        figures.contains("\nplimsoll_programs_refused 0\n"),
        "{figures}"
    );

    // The most memory that it took, in all; the kernel names the file by its version.
    let peak = ["memory.max_usage_in_bytes", "memory.peak"]
        .iter()
        .find_map(|name| fs::read_to_string(machine.cgroup(SERVICE).join(name)).ok());
    let peak: u64 = peak.unwrap().trim().parse().unwrap();
    let limit: u64 = shown(&machine, "MemoryMax").parse().unwrap();
    assert!(peak < limit * 9 / 10, "{peak} of {limit} bytes");

    // It comes back, and says what it missed.
    machine.run(&["systemctl", "kill", "--signal=KILL", "plimsoll-watch"]);
    watching(&machine, 2);
    let told = alert(&machine, LOG, "Plimsoll internal: not watching");
    let output = told["output"].as_str().unwrap();
    assert!(output.contains("it ended without a word"), "{output}");
    assert_eq!(shown(&machine, "NRestarts"), "1");

    let stopping = Instant::now();
    machine.run(&["systemctl", "stop", "plimsoll-watch"]);
    assert!(
        stopping.elapsed() < Duration::from_secs(10),
        "{:?}",
        stopping.elapsed()
    );
    assert_eq!(shown(&machine, "Result"), "success");
    println!("at most {} MiB; {:?} in all", peak >> 20, begun.elapsed());
}
