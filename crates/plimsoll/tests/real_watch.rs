//! `plimsoll watch` on this machine's kernel: alerts, reload, recording, signals, a restart.
//! Needs root and BPF.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Loading takes some seconds, and more on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

struct Watch {
    child: Child,
    folder: PathBuf,
}

impl Watch {
    fn start(folder: &Path, more: &[&str]) -> Self {
        let path = |name: &str| folder.join(name).display().to_string();
        let (rules, alerts) = (path("rules.yaml"), format!("json={}", path("alerts.json")));
        let state = path("state.json");
        let mut all = vec!["--rules", &rules, "-o", &alerts, "--state", &state];
        all.extend(more);
        let watch = Self::begin(folder, &all);
        watch.wait_for("stderr", "watching with ");
        watch
    }

    /// Begins to load.
    fn begin(folder: &Path, arguments: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["watch", "--cache", "off", "--format", "json"])
            .args(arguments)
            .stdout(fs::File::create(folder.join("stdout")).unwrap())
            .stderr(fs::File::create(folder.join("stderr")).unwrap())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            child,
            folder: folder.to_owned(),
        }
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    fn wait_for(&self, name: &str, text: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.read(name).contains(text) {
            let said = self.read("stderr");
            assert!(Instant::now() < end, "no `{text}` in {name}; {said}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).unwrap();
    }

    fn end(&mut self, signal: Signal) -> Option<i32> {
        self.signal(signal);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn can_watch() -> bool {
    let root = rustix::process::geteuid().is_root();
    if root && Path::new("/sys/kernel/btf/vmlinux").exists() {
        return true;
    }
    println!("skipped: needs root and BPF (/sys/kernel/btf/vmlinux)");
    false
}

fn write_rules(folder: &Path, word: &str) {
    let target = folder.join("secret").display().to_string();
    let rules = format!(
        "- rule: Secret {word}\n  desc: d\n  condition: evt.type in (open, openat) and fd.name={target}\n  \
         output: {word} by %proc.name (%proc.cmdline)\n  priority: WARNING\n  tags: [T1555]\n"
    );
    fs::write(folder.join("rules.yaml"), rules).unwrap();
}

/// Lets a program of this machine read the file.
fn act(folder: &Path) {
    let status = Command::new("/bin/cat")
        .arg(folder.join("secret"))
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
}

fn metrics(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// Alerts of a file of Falco's JSON, without what the sensor says of itself.
fn alerts(text: &str) -> Vec<&str> {
    let lines = text.lines();
    lines
        .filter(|line| !line.contains("\"source\":\"internal\""))
        .collect()
}

#[test]
fn one_run_and_its_replay_tell_the_same() {
    if !can_watch() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("secret"), "x").unwrap();
    write_rules(folder, "read");
    let trace = folder.join("trace").display().to_string();
    let mut watch = Watch::start(folder, &["--record", &trace, "--metrics", "127.0.0.1:0"]);
    let begin = Instant::now();
    act(folder);
    watch.wait_for("alerts.json", "read by cat");
    let late = begin.elapsed();
    let alert: serde_json::Value =
        serde_json::from_str(watch.read("alerts.json").lines().next().unwrap()).unwrap();
    assert_eq!(alert["plimsoll"]["mitre"][0], "T1555");
    assert_eq!(alert["plimsoll"]["process_chain"][0]["args"][0], "/bin/cat");
    let said = watch.read("stderr");
    let port = said.split("metrics at http://127.0.0.1:").nth(1).unwrap();
    let port = port.split('/').next().unwrap().parse().unwrap();
    thread::sleep(Duration::from_millis(1500));
    let figures = metrics(port);
    assert!(figures.contains("\nplimsoll_rules 1\n"), "{figures}");
    assert!(
        figures.contains("plimsoll_alerts_total{rule=\"Secret read\""),
        "{figures}"
    );
    assert_eq!(watch.end(Signal::TERM), Some(0));
    let lines = watch.read("alerts.json");
    assert_eq!(watch.read("stdout"), lines);
    let replayed = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args([
            "replay", &trace, "--cache", "off", "--format", "json", "--rules",
        ])
        .arg(folder.join("rules.yaml"))
        .output()
        .unwrap();
    let replayed = String::from_utf8(replayed.stdout).unwrap();
    assert_eq!(alerts(&replayed), alerts(&lines));
    println!("told after {late:?}");
}

#[test]
fn rules_are_exchanged_and_a_restart_says_what_it_missed() {
    if !can_watch() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("secret"), "x").unwrap();
    write_rules(folder, "first");
    let mut watch = Watch::start(folder, &[]);
    fs::write(folder.join("rules.yaml"), "- rule: [").unwrap();
    watch.signal(Signal::HUP);
    watch.wait_for("alerts.json", "Plimsoll internal: rules not reloaded");
    act(folder);
    watch.wait_for("alerts.json", "first by cat");
    write_rules(folder, "second");
    watch.signal(Signal::HUP);
    watch.wait_for("alerts.json", "Plimsoll internal: rules reloaded");
    act(folder);
    watch.wait_for("alerts.json", "second by cat");
    // Without a word; and the file that it wrote to was moved away.
    watch.wait_for("state.json", "until");
    watch.end(Signal::KILL);
    let watch = Watch::start(folder, &[]);
    watch.wait_for("alerts.json", "it ended without a word");
    fs::rename(folder.join("alerts.json"), folder.join("old.json")).unwrap();
    watch.signal(Signal::HUP);
    watch.wait_for("alerts.json", "Plimsoll internal: rules reloaded");
}

/// A response to an alert, and one that the kernel carries out by itself.
#[test]
fn what_the_policy_answers_is_done_and_written_down() {
    if !can_watch() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_rules(folder, "answered");
    fs::write(folder.join("secret"), "x").unwrap();
    let name = format!("plimsoll-answered-{}", std::process::id());
    let policy = format!(
        "responses:\n  - name: readers\n    rules: ['Secret*']\n    answer: kill\n    host: true\n    \
         mode: enforce\n  - name: programs\n    exec: {{names: [{name}]}}\n    answer: kill\n    \
         mode: enforce\n"
    );
    let config = folder.join("plimsoll.yaml");
    fs::write(&config, policy).unwrap();
    let trail = folder.join("answers.jsonl").display().to_string();
    let config = config.display().to_string();
    let mut watch = Watch::start(folder, &["--config", &config, "--trail", &trail]);

    let mut reader = Command::new("/usr/bin/tail")
        .arg("-f")
        .arg(folder.join("secret"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let ended = reader.wait().unwrap();
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&ended),
        Some(9)
    );

    let program = folder.join(&name);
    fs::copy("/bin/echo", &program).unwrap();
    let output = Command::new("unshare")
        .arg("--mount")
        .arg(&program)
        .output()
        .unwrap();
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&output.status),
        Some(9)
    );
    assert!(output.stdout.is_empty());

    watch.wait_for("answers.jsonl", "before its first instruction");
    watch.wait_for("alerts.json", "Response programs");
    assert_eq!(watch.end(Signal::TERM), Some(0));
    let said = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["respond", "trail", "--trail", &trail])
        .output()
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("killed process"), "{said}");
    assert!(
        said.contains("readers: Secret answered in the host"),
        "{said}"
    );
}

/// Responses are read anew, the kernel's among them, on SIGHUP and when the file changes.
#[test]
fn responses_are_exchanged_while_watching() {
    if !can_watch() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_rules(folder, "exchanged");
    fs::write(folder.join("secret"), "x").unwrap();
    let name = format!("plimsoll-exchanged-{}", std::process::id());
    let program = folder.join(&name);
    fs::copy("/bin/echo", &program).unwrap();
    let run = || {
        let output = Command::new("unshare")
            .arg("--mount")
            .arg(&program)
            .output();
        std::os::unix::process::ExitStatusExt::signal(&output.unwrap().status)
    };
    let config = folder.join("plimsoll.yaml");
    fs::write(&config, "").unwrap();
    let trail = folder.join("answers.jsonl").display().to_string();
    let arguments = ["--config", &config.display().to_string(), "--trail", &trail];
    let watch = Watch::start(folder, &arguments);
    assert_eq!(run(), None);
    let kill =
        format!("  - {{name: kill, exec: {{names: [{name}]}}, answer: kill, mode: enforce}}\n");
    fs::write(&config, format!("responses:\n{kill}")).unwrap();
    watch.wait_for("alerts.json", "1 response is in force, 1 enforced");
    assert_eq!(run(), Some(9));
    watch.wait_for("alerts.json", "Response kill");
    // Broken: what was said before holds on.
    fs::write(&config, format!("responses:\n{kill}  - {{name: ?\n")).unwrap();
    watch.signal(Signal::HUP);
    watch.wait_for(
        "alerts.json",
        "Plimsoll internal: configuration not reloaded",
    );
    assert_eq!(run(), Some(9));
    let readers =
        "  - {name: readers, rules: ['Secret*'], answer: kill, host: true, mode: enforce}\n";
    fs::write(&config, format!("responses:\n{readers}")).unwrap();
    watch.signal(Signal::HUP);
    let end = Instant::now() + PATIENCE;
    while run().is_some() {
        assert!(Instant::now() < end, "it holds on");
        thread::sleep(Duration::from_millis(20));
    }
    let mut reader = Command::new("/usr/bin/tail")
        .arg("-f")
        .arg(folder.join("secret"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let ended = reader.wait().unwrap();
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&ended),
        Some(9)
    );
}

/// A cgroup by which a process is known as in a container, until it is dropped.
struct Cgroup(PathBuf);

impl Cgroup {
    fn new() -> Self {
        let mounts = fs::read_to_string("/proc/mounts").unwrap();
        let root = mounts.lines().find_map(|line| {
            let mut words = line.split(' ').skip(1);
            let place = words.next()?;
            (words.next() == Some("cgroup2")).then(|| PathBuf::from(place))
        });
        let root = root.expect("a mount of cgroups of version 2");
        let parent = root.join(format!("plimsoll-replayed-{}", std::process::id()));
        let id = format!("{:064x}", std::process::id());
        fs::create_dir_all(parent.join(format!("docker-{id}.scope"))).unwrap();
        Self(parent.join(format!("docker-{id}.scope")))
    }

    /// Runs a line of shell inside, in namespaces of its own.
    fn run(&self, line: &str) {
        let procs = self.0.join("cgroup.procs").display().to_string();
        let status = Command::new("sh")
            .args([
                "-c",
                "echo $$ > \"$0\" && exec unshare --mount --pid --fork sh -c \"$1\"",
            ])
            .args([&procs, line])
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "{line}");
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
        let _ = self.0.parent().map(fs::remove_dir);
    }
}

/// Our own set and Falco's: what was printed while watching comes out of the recording, byte by byte.
#[test]
fn our_own_and_the_stock_rules_replay_byte_by_byte() {
    if !can_watch() {
        return;
    }
    let stock = data().join("rules/falco_rules.yaml");
    let mut sets = vec![vec![]];
    if stock.exists() {
        sets.push(vec!["--rules".to_owned(), stock.display().to_string()]);
    } else {
        println!("skipped the stock rules: {} is not there", stock.display());
    }
    let scope = ["--container", "*", "--host", "--dedupe", "1s"].map(str::to_owned);
    let folder = tempfile::tempdir().unwrap();
    let mut runs = Vec::new();
    for (number, mut set) in sets.into_iter().enumerate() {
        let folder = folder.path().join(number.to_string());
        fs::create_dir(&folder).unwrap();
        set.extend(scope.clone());
        let trace = folder.join("trace").display().to_string();
        let mut arguments = vec!["--state", "off", "--record", &trace];
        arguments.extend(set.iter().map(String::as_str));
        let watch = Watch::begin(&folder, &arguments);
        runs.push((watch, set, trace));
    }
    for (watch, ..) in &runs {
        watch.wait_for("stderr", "watching with ");
    }
    let cgroup = Cgroup::new();
    cgroup.run("cat /etc/shadow; cp /bin/true /tmp/plimsoll-replayed; /tmp/plimsoll-replayed");
    cgroup
        .run("rm /tmp/plimsoll-replayed; nsenter --mount=/proc/self/ns/mnt true; cat /etc/shadow");
    for (watch, ..) in &runs {
        watch.wait_for("stdout", "/etc/shadow");
    }
    thread::sleep(Duration::from_millis(1500));
    for (mut watch, set, trace) in runs {
        assert_eq!(watch.end(Signal::TERM), Some(0));
        let lines = watch.read("stdout");
        let replayed = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["replay", &trace, "--cache", "off", "--format", "json"])
            .args(&set)
            .output()
            .unwrap();
        let replayed = String::from_utf8(replayed.stdout).unwrap();
        assert_eq!(alerts(&replayed), alerts(&lines), "{set:?}");
        let inside = format!("{:064x}", std::process::id());
        let told = alerts(&lines)
            .iter()
            .filter(|line| line.contains(&inside))
            .count();
        assert!(told > 0, "nothing from the container: {lines}");
        println!(
            "{} alerts, {told} of them of the container",
            alerts(&lines).len()
        );
    }
}

/// The folder of feeds that were collected elsewhere.
fn data() -> PathBuf {
    std::env::var_os("PLIMSOLL_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    )
}
