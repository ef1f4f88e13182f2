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

use plimsoll_test_cluster::Cluster;
use serde_json::json;

#[path = "unit/machine.rs"]
mod machine;
#[path = "unit/pod.rs"]
mod pod;

use machine::Machine;
use pod::{Node, Running};

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
    machine.wait(rule, || alert_in(&machine.read(log), rule, ""))
}

/// The alert of a rule about the container of this name, if one is asked for.
fn alert_in(log: &str, rule: &str, container: &str) -> Option<Value> {
    log.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|alert| {
            let name = alert["plimsoll"]["container"]["name"].as_str();
            alert["rule"] == rule && (container.is_empty() || name == Some(container))
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

/// Kubernetes' own server takes the manifest as it is, and the pod that a controller makes of it.
#[test]
fn a_cluster_takes_the_daemon_set_and_gives_it_no_right() {
    let cluster = Cluster::start();
    let admin = cluster.admin();
    let strict = |path: &str, object: &Value| {
        let answer = admin.post(&format!("{path}?fieldValidation=Strict"), object);
        assert_eq!(answer.status, 201, "{path}: {}", answer.message());
        assert_eq!(answer.warnings, [""; 0], "{path}");
        answer
    };
    for object in pod::objects() {
        let below = |group: &str, kind: &str| format!("{group}/namespaces/plimsoll/{kind}");
        let path = match object["kind"].as_str().unwrap() {
            "Namespace" => "/api/v1/namespaces".to_owned(),
            "ConfigMap" => below("/api/v1", "configmaps"),
            "ServiceAccount" => below("/api/v1", "serviceaccounts"),
            "NetworkPolicy" => below("/apis/networking.k8s.io/v1", "networkpolicies"),
            "DaemonSet" => below("/apis/apps/v1", "daemonsets"),
            other => panic!("{other} is not tried"),
        };
        strict(&path, &object);
    }
    let template = pod::object("DaemonSet")["spec"]["template"].clone();
    let made = json!({
        "apiVersion": "v1", "kind": "Pod", "spec": template["spec"],
        "metadata": {"name": "plimsoll-watch-x2k4f", "labels": template["metadata"]["labels"]},
    });
    let admitted = strict("/api/v1/namespaces/plimsoll/pods", &made).body;
    // No token was put in.
    let spec = &admitted["spec"];
    let names = |spec: &Value| {
        let volumes = spec["volumes"].as_array().unwrap().iter();
        volumes
            .map(|volume| volume["name"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(spec), names(&template["spec"]));
    assert_eq!(spec["priority"], 2_000_001_000);

    // A namespace that does not say that it is privileged refuses the pod.
    let restricted = json!({"pod-security.kubernetes.io/enforce": "restricted"});
    cluster.namespace("shop", &restricted);
    let mut elsewhere = made;
    elsewhere["spec"]["serviceAccountName"] = json!("default");
    let refused = admin.post("/api/v1/namespaces/shop/pods", &elsewhere);
    assert_eq!(refused.status, 403, "{}", refused.message());

    for (group, resource) in [
        ("", "pods"),
        ("", "secrets"),
        ("", "nodes"),
        ("apps", "*"),
        ("*", "*"),
    ] {
        for verb in ["get", "list", "watch", "create", "update", "delete", "*"] {
            let review = json!({
                "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                "spec": {
                    "user": "system:serviceaccount:plimsoll:plimsoll-watch",
                    "groups": [
                        "system:serviceaccounts", "system:serviceaccounts:plimsoll",
                        "system:authenticated",
                    ],
                    "resourceAttributes": {
                        "namespace": "plimsoll", "group": group, "resource": resource, "verb": verb,
                    },
                },
            });
            let answer = strict(
                "/apis/authorization.k8s.io/v1/subjectaccessreviews",
                &review,
            );
            assert_eq!(answer.body["status"]["allowed"], false, "{verb} {resource}");
        }
    }
}

/// Waits for something that a container of ours says.
fn said<T>(watch: &Running, what: &str, mut seen: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + machine::PATIENCE;
    loop {
        if let Some(seen) = seen() {
            return seen;
        }
        assert!(Instant::now() < end, "no {what}: {}", watch.read("stderr"));
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Asks the container as a kubelet or Prometheus does, at the port that the manifest names.
fn asked(watch: &Running, container: &Value, path: &str) -> String {
    let port = &container["ports"][0];
    assert_eq!(port["name"], "metrics");
    let url = format!("http://127.0.0.1:{}{path}", port["containerPort"]);
    let pid = watch.state()["pid"].to_string();
    let output = Command::new("nsenter")
        .args(["--target", &pid, "--net", "--", "busybox", "wget"])
        .args(["-q", "-O", "-", &url])
        .output()
        .unwrap();
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{url}: {why}");
    String::from_utf8(output.stdout).unwrap()
}

/// A container of another pod, as containerd starts it for a kubelet.
fn neighbour(folder: &Path, tasks: &Path, layer: &Path) {
    let id = format!("{:064x}", std::process::id());
    let cgroup = format!("/kubepods/besteffort/podfeed{}/{id}", std::process::id());
    let configuration = json!({
        "ociVersion": "1.0.2",
        "process": {
            "terminal": false, "user": {"uid": 0, "gid": 0}, "cwd": "/", "env": ["PATH=/bin"],
            "args": ["sh", "-c", "sleep 1; head -c 1 /etc/shadow; sleep 30"],
        },
        "root": {"path": layer, "readonly": true},
        "mounts": [{"type": "proc", "source": "proc", "destination": "/proc"}],
        "annotations": {
            "io.kubernetes.cri.container-type": "container",
            "io.kubernetes.cri.container-name": "till",
            "io.kubernetes.cri.image-name": "shop.example/till:2",
            "io.kubernetes.cri.sandbox-id": "0".repeat(64),
            "io.kubernetes.cri.sandbox-name": "till-7d4b9",
            "io.kubernetes.cri.sandbox-namespace": "shop",
            "io.kubernetes.cri.sandbox-uid": "feed",
        },
        "linux": {
            "cgroupsPath": cgroup,
            "namespaces": [
                {"type": "pid"}, {"type": "mount"}, {"type": "network"}, {"type": "ipc"},
            ],
        },
    });
    let watch = Running::start(&id, &tasks.join("k8s.io").join(&id), &configuration);
    let log = folder.join("watch/stdout");
    let told = said(&watch, "alert about another pod", || {
        let log = fs::read_to_string(&log).unwrap();
        alert_in(&log, "Hashes of passwords read", "till")
    });
    let told = &told["plimsoll"];
    assert_eq!(
        told["container"]["image"], "shop.example/till:2",
        "{told:#}"
    );
    assert_eq!(told["pod"]["namespace"], "shop", "{told:#}");
    assert_eq!(told["pod"]["name"], "till-7d4b9", "{told:#}");
}

#[test]
fn the_container_of_the_daemon_set_watches_with_the_rights_that_it_asks_for() {
    if !can_watch() {
        return;
    }
    let begun = Instant::now();
    // Nodes have it since they began.
    if !Path::new("/sys/kernel/tracing/README").exists() {
        let status = Command::new("mount")
            .args(["-t", "tracefs", "none", "/sys/kernel/tracing"])
            .status();
        assert!(status.unwrap().success());
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (image, containers) = (folder.join("image"), folder.join("containers"));
    let (state, tasks, rules) = (
        folder.join("state"),
        folder.join("tasks"),
        folder.join("rules"),
    );
    fs::create_dir(&image).unwrap();
    fs::create_dir(&containers).unwrap();
    stripped(&folder.join("plimsoll"));
    pod::image(&image, &folder.join("plimsoll"));
    let archive = layer(folder);
    let template = pod::object("DaemonSet")["spec"]["template"]["spec"].clone();
    let node = Node {
        image: &image,
        entrypoint: "/plimsoll",
        folders: &[
            ("/var/lib/plimsoll", &state),
            ("/var/lib/containers", &containers),
            ("/run/containerd/io.containerd.runtime.v2.task", &tasks),
        ],
        configs: &rules,
        cgroup: &format!("/kubepods/burstable/podcafe{0}/{0}", std::process::id()),
        // Programs of tests are slow.
        env: &[("PLIMSOLL_CPU_MAX", "400")],
    };
    let configuration = node.configuration(&template);
    let name = format!("plimsoll-pod-{}", std::process::id());
    let watch = Running::start(&name, &folder.join("watch"), &configuration);
    let container = &template["containers"][0];
    said(&watch, "watching", || {
        watch
            .read("stderr")
            .contains("watching with ")
            .then_some(())
    });
    let pid = watch.state()["pid"].to_string();
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    for line in [
        "CapEff:\t000000c000080004",
        "CapBnd:\t000000c000080004",
        "CapAmb:\t0000000000000000",
        "NoNewPrivs:\t1",
    ] {
        assert!(status.contains(line), "{status}");
    }
    for probe in ["livenessProbe", "readinessProbe"] {
        let get = &container[probe]["httpGet"];
        assert_eq!(get["port"], "metrics");
        assert_eq!(
            asked(&watch, container, get["path"].as_str().unwrap()),
            "ok\n"
        );
    }
    let figures = asked(&watch, container, "/metrics");
    assert!(
        figures.contains("\nplimsoll_programs_refused 0\n"),
        "{figures}"
    );

    // An engine of the node.
    fs::write(folder.join("containers.conf"), PODMAN).unwrap();
    let podman = |arguments: &[&str]| {
        // With mounts of its own, so that none stays.
        let output = Command::new("unshare")
            .args(["--mount", "podman", "--root"])
            .arg(containers.join("storage"))
            .arg("--runroot")
            .arg(folder.join("run"))
            .arg("--tmpdir")
            .arg(folder.join("podman"))
            .args(["--storage-driver", "overlay"])
            .args(arguments)
            .env("CONTAINERS_CONF", folder.join("containers.conf"))
            .output()
            .unwrap();
        let why = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "podman (packages podman and runc): {why}"
        );
    };
    let act = |name: &str, script: &str| {
        let run = ["run", "--rm", "--network", "none", "--name", name, IMAGE];
        podman(&[&run[..], &["sh", "-c", script]].concat());
    };
    podman(&["import", "-q", archive.to_str().unwrap(), IMAGE]);
    act("shop-1", "sleep 1; head -c 1 /etc/shadow; sleep 1");
    let told = said(&watch, "alert", || {
        alert_in(&watch.read("stdout"), "Hashes of passwords read", "shop-1")
    });
    assert_eq!(told["plimsoll"]["container"]["image"], IMAGE, "{told:#}");
    neighbour(folder, &tasks, &folder.join("layer"));

    // The kubelet brings a new version of the ConfigMap.
    pod::configure(&rules, "local.yaml", &rule("brought"));
    said(&watch, "new rules", || {
        alert_in(
            &watch.read("stdout"),
            "Plimsoll internal: rules reloaded",
            "",
        )
    });
    act("shop-2", "sleep 1; head -c 1 /etc/secret; sleep 1");
    said(&watch, "alert of the new rule", || {
        alert_in(&watch.read("stdout"), "Secret brought", "shop-2")
    });

    // It ends when it is asked to, and has said until when it watched.
    let asked = Instant::now();
    let kill = Command::new("runc").args(["kill", &name, "TERM"]).status();
    assert!(kill.unwrap().success());
    said(&watch, "end", || {
        (watch.state()["status"] == "stopped").then_some(())
    });
    let grace = template["terminationGracePeriodSeconds"].as_u64().unwrap();
    assert!(
        asked.elapsed() < Duration::from_secs(grace),
        "{:?}",
        asked.elapsed()
    );
    let until = fs::read_to_string(state.join("watch.json")).unwrap();
    assert!(until.contains("\"ended\":true"), "{until}");
    println!("{:?} in all", begun.elapsed());
}
