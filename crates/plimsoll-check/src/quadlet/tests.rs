use plimsoll_model::Date;
use proptest::prelude::*;

use super::*;
use crate::check::Persona;

fn told(files: &[(&str, &str)]) -> Told {
    let files: Vec<File> = files
        .iter()
        .map(|(name, text)| File {
            name: (*name).to_owned(),
            bytes: text.as_bytes().to_vec(),
        })
        .collect();
    let options = Options {
        persona: Persona::Pedantic,
        ..Options::new(Date::constant(2026, 11, 22))
    };
    check(&files, options)
}

fn lines(told: &Told) -> Vec<String> {
    let mut out: Vec<String> = told
        .findings
        .iter()
        .map(|finding| {
            let at = &finding.locations[0];
            format!(
                "{} {}:{}:{}",
                finding.id,
                at.path,
                at.line.unwrap(),
                at.column.unwrap()
            )
        })
        .collect();
    out.sort();
    out
}

const UNIT: &str = "\
# The cart.
[Unit]
Description=cart

[Container]
Image=registry.example/cart:latest
AddCapability=CAP_SYS_ADMIN \\
  # not this one
  NET_RAW
PodmanArgs=--privileged --pid=host \\
  --ipc host
Network=host
Volume=%t/podman/podman.sock:/run/podman/podman.sock
PublishPort=6379:6379
User=0
SecurityLabelDisable=true
AutoUpdate=registry
Environment=\"DB_PASSWORD=hunter2-not-real\" LEVEL=info

[Service]
MemoryMax=1G
";

#[test]
fn each_finding_stands_at_its_setting() {
    let told = told(&[("cart.container", UNIT)]);
    assert!(told.unknowns.is_empty(), "{:?}", told.unknowns);
    let lines = lines(&told);
    for line in [
        "mutable-image-tag cart.container:6:7",
        "node-root-capability cart.container:7:15",
        "privileged-container cart.container:10:12",
        "host-pid cart.container:10:12",
        "host-ipc cart.container:10:12",
        "host-network cart.container:12:9",
        "engine-socket-mounted cart.container:13:8",
        "data-port-published cart.container:14:13",
        "root-user cart.container:15:6",
        "selinux-label-turned-off cart.container:16:22",
        "automatic-image-update cart.container:17:12",
        "secret-in-environment cart.container:18:13",
        "writable-root-filesystem cart.container:5:1",
    ] {
        assert!(lines.iter().any(|one| one == line), "{line}\n{lines:#?}");
    }
    assert!(
        !lines
            .iter()
            .any(|line| line.starts_with("missing-memory-limit"))
    );
    let host = told
        .findings
        .iter()
        .find(|one| one.id == "host-network")
        .unwrap();
    assert_eq!(
        host.title,
        "Container cart.container: container shares the network of its host (`Network=host`)"
    );
    assert!(host.mend.as_deref().unwrap().contains("Network=host"));
}

#[test]
fn a_careful_unit_passes() {
    let unit = "[Container]\nImage=registry.example/cart:1@sha256:0000000000000000000000000000000000000000000000000000000000000000\nUser=10001\nGroup=10001\nReadOnly=true\nDropCapability=all\nNoNewPrivileges=true\nMemory=256m\nPidsLimit=100\nPublishPort=127.0.0.1:8080:80\n";
    assert_eq!(
        lines(&told(&[("cart.container", unit)])),
        Vec::<String>::new()
    );
}

/// A drop-in comes after, and an empty value takes back.
#[test]
fn drop_ins_change_the_unit() {
    let unit = "[Container]\nImage=a.example/a:1\nAddCapability=SYS_ADMIN\nNetwork=host\n";
    let drop_in = "[Container]\nAddCapability=\nNetwork=\nPodmanArgs=--privileged\n";
    let told = told(&[("a.container", unit), ("a.container.d/10.conf", drop_in)]);
    let lines = lines(&told);
    assert!(
        lines.contains(&"privileged-container a.container.d/10.conf:4:12".to_owned()),
        "{lines:?}"
    );
    assert!(
        !lines
            .iter()
            .any(|line| line.starts_with("host-network") || line.starts_with("node-root"))
    );
}

/// What runs in a pod or of a Kubernetes file is described elsewhere.
#[test]
fn pods_and_kube_units_lack_nothing() {
    let told = told(&[("a.kube", "[Kube]\nYaml=a.yaml\nNetwork=host\n")]);
    assert_eq!(lines(&told), ["host-network a.kube:3:9"]);
}

#[test]
fn odd_lines_are_told() {
    let told = told(&[("a.container", "[Container]\nImage\nImage=a.example/a:1\n")]);
    assert_eq!(told.unknowns[0].path.as_deref(), Some("a.container:2:1"));
}

proptest! {
    #[test]
    fn any_unit_is_read(text in r#"(\[Container\]\n|Image=|PodmanArgs=|Volume=|[a-z:/=\\"' \n-]){0,60}"#) {
        told(&[("a.container", &text)]);
        words(&text);
    }
}
