//! Files of engines that do not run in tests, as they write them, and files that lie in wait.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;

use super::lookup::{Found, Question, look};
use super::places::Places;
use crate::attribution::details::Details;
use crate::attribution::path::{Engine, Place};

const APPLIED: &str = r#"{"spec":{"containers":[{"name":"web","livenessProbe":{"exec":{"command":["test","-e","/alive"]}},"readinessProbe":{"httpGet":{}}}]}}"#;

/// Nothing but what lies below a folder.
fn places(folder: &Path) -> Places {
    Places {
        storages: vec![folder.join("storage")],
        docker: vec![folder.join("docker")],
        containerd: vec![folder.join("containerd")],
        runtimes: vec![folder.join("runc")],
        machines: folder.join("machines"),
        lxc: vec![folder.join("lxc")],
        proc: folder.join("proc"),
        cgroups: Some(folder.join("cgroup")),
    }
}

fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// What is found of the container that a path names.
fn ask(folder: &Path, path: &str) -> Found {
    let place = Place::read(path.as_bytes());
    let claim = place.innermost().unwrap();
    let question = Question {
        engine: claim.engine,
        id: claim.id.clone(),
        path: path.as_bytes().into(),
        user: place.user,
        ..Question::default()
    };
    look(&places(folder), &question)
}

fn id() -> String {
    "a1".repeat(32)
}

#[test]
fn cri_o_tells_pods_by_annotations() {
    let folder = tempfile::tempdir().unwrap();
    let id = id();
    let slice = "kubepods-burstable-pod3f1c2d4e_5a6b_4c7d_8e9f_0a1b2c3d4e5f.slice";
    let key = |name: &str| format!("io.kubernetes.cri-o.{name}");
    let annotations = json!({
        "io.container.manager": "cri-o",
        key("ContainerType"): "container",
        key("ImageName"): "registry.example/shop/cart:2.3",
        key("SandboxID"): "b2b2",
        key("IP.0"): "10.0.0.7",
        key("Labels"): json!({
            "io.kubernetes.container.name": "web", "io.kubernetes.pod.name": "cart-0",
            "io.kubernetes.pod.namespace": "shop", "io.kubernetes.pod.uid": "3f1c",
        }).to_string(),
        key("Annotations"): json!({"kubectl.kubernetes.io/last-applied-configuration": APPLIED}).to_string(),
    });
    let config =
        json!({"annotations": annotations, "linux": {"cgroupsPath": format!("{slice}:crio:{id}")}});
    let bundle = folder
        .path()
        .join("storage/overlay-containers")
        .join(&id)
        .join("userdata");
    write(&bundle.join("config.json"), config.to_string());
    write(
        &folder
            .path()
            .join("storage/overlay-containers/containers.json"),
        json!([{"id": id, "names": ["k8s_web"]}]).to_string(),
    );
    let found = ask(
        folder.path(),
        &format!("/kubepods.slice/kubepods-burstable.slice/{slice}/crio-{id}.scope"),
    );
    assert_eq!(
        (found.engine, found.is_known, found.is_complete),
        (Some(Engine::CriO), true, true)
    );
    let details = found.details;
    assert_eq!(details.name.as_deref(), Some("web"));
    assert_eq!(
        details.image.as_deref(),
        Some("registry.example/shop/cart:2.3")
    );
    assert_eq!(details.liveness.as_deref(), Some("test -e /alive"));
    assert_eq!((details.readiness, details.sandbox), (None, Some(false)));
    let pod = details.pod.unwrap();
    assert_eq!(
        (pod.name.as_deref(), pod.namespace.as_deref()),
        (Some("cart-0"), Some("shop"))
    );
    assert_eq!(
        (pod.sandbox_id.as_deref(), pod.ip.as_deref()),
        (Some("b2b2"), Some("10.0.0.7"))
    );
}

#[test]
fn containerd_tells_pods_by_annotations() {
    let folder = tempfile::tempdir().unwrap();
    let id = id();
    let pod = "pod3f1c2d4e-5a6b-4c7d-8e9f-0a1b2c3d4e5f";
    let key = |name: &str| format!("io.kubernetes.cri.{name}");
    let config = json!({
        "annotations": {
            key("container-type"): "container", key("container-name"): "web",
            key("image-name"): "registry.example/shop/cart:2.3", key("sandbox-id"): "b2b2",
            key("sandbox-name"): "cart-0", key("sandbox-namespace"): "shop", key("sandbox-uid"): "3f1c",
        },
        "linux": {"cgroupsPath": format!("/kubepods/burstable/{pod}/{id}")},
    });
    let bundle = folder
        .path()
        .join("containerd/io.containerd.runtime.v2.task/k8s.io")
        .join(&id);
    write(&bundle.join("config.json"), config.to_string());
    write(&bundle.join("init.pid"), "77");
    let found = ask(folder.path(), &format!("/kubepods/burstable/{pod}/{id}"));
    assert_eq!(
        (found.engine, found.is_complete),
        (Some(Engine::Containerd), true)
    );
    let details = found.details;
    assert_eq!(
        (details.name.as_deref(), details.init_pid),
        (Some("web"), Some(77))
    );
    assert_eq!(details.namespace.as_deref(), Some("k8s.io"));
    assert!(
        details
            .not_known
            .iter()
            .any(|text| text.contains("database"))
    );
    let told = details.pod.unwrap();
    assert_eq!(
        (told.name.as_deref(), told.uid.as_deref()),
        (Some("cart-0"), Some("3f1c"))
    );
    // The same id in another cgroup is not this container.
    let found = ask(folder.path(), &format!("/kubepods/besteffort/{pod}/{id}"));
    assert!(!found.is_known);
}

#[test]
fn docker_tells_pods_by_labels() {
    let folder = tempfile::tempdir().unwrap();
    let id = id();
    let key = |name: &str| format!("io.kubernetes.{name}");
    let config = json!({
        "Name": "/k8s_web_cart-0", "Path": "sleep", "Args": ["1"],
        "Config": {"Image": "shop/cart:2.3", "Labels": {
            key("pod.name"): "cart-0", key("pod.namespace"): "shop", key("pod.uid"): "3f1c",
            key("container.name"): "web", key("docker.type"): "container", key("sandbox.id"): "b2",
        }},
    });
    let at = folder.path().join("docker/containers").join(&id);
    write(&at.join("config.v2.json"), config.to_string());
    write(
        &at.join("hostconfig.json"),
        json!({"Privileged": true, "NetworkMode": "host"}).to_string(),
    );
    let found = ask(folder.path(), &format!("/docker/{id}"));
    assert_eq!((found.engine, found.is_known), (Some(Engine::Docker), true));
    let details = found.details;
    assert_eq!(
        (details.name.as_deref(), details.privileged),
        (Some("web"), Some(true))
    );
    assert_eq!(
        (details.host_network, details.sandbox),
        (Some(true), Some(false))
    );
    assert_eq!(details.pod.unwrap().sandbox_id.as_deref(), Some("b2"));
}

#[test]
fn machines_are_found_by_name() {
    let folder = tempfile::tempdir().unwrap();
    write(
        &folder.path().join("machines/my-box"),
        "NAME=my-box\nLEADER=9\n",
    );
    let found = ask(
        folder.path(),
        r"/machine.slice/machine-my\x2dbox.scope/payload",
    );
    assert_eq!((found.is_known, found.details.init_pid), (true, Some(9)));
    write(
        &folder.path().join("lxc/web/config"),
        "lxc.uts.name = shop\n",
    );
    let found = ask(folder.path(), "/lxc.payload.web");
    assert_eq!(found.details.hostname.as_deref(), Some("shop"));
    let found = ask(folder.path(), "/lxc.payload.other");
    assert!(!found.is_known && !found.details.not_known.is_empty());
}

#[test]
fn what_lies_in_wait_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let id = id();
    let at = folder.path().join("docker/containers").join(&id);
    fs::create_dir_all(&at).unwrap();
    // A pipe blocks who opens it, a folder is no file, a long file is not read.
    let config = at.join("config.v2.json");
    let ask = || ask(folder.path(), &format!("/docker/{id}"));
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &config,
        rustix::fs::FileType::Fifo,
        0o600.into(),
        0,
    )
    .unwrap();
    assert!(!ask().is_known);
    fs::remove_file(&config).unwrap();
    symlink("/dev/zero", &config).unwrap();
    assert!(!ask().is_known);
    fs::remove_file(&config).unwrap();
    fs::File::create(&config).unwrap().set_len(1 << 40).unwrap();
    assert!(!ask().is_known);
    for text in ["", "null", "[]", r#"{"Name": 7, "Config": []}"#, "{"] {
        fs::write(&config, text).unwrap();
        let _ = ask();
    }
}

#[test]
fn accounts_do_not_lead_out_of_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    write(&folder.path().join("secret"), "secret:x:0:0::/:/bin/sh\n");
    fs::create_dir_all(root.join("etc")).unwrap();
    symlink("../../secret", root.join("etc/passwd")).unwrap();
    assert!(super::process::accounts(&root).is_err());
    fs::remove_file(root.join("etc/passwd")).unwrap();
    // A link of the container's that stays inside is its own affair.
    write(&root.join("real"), "shop:x:5:5::/:/bin/sh\n");
    symlink("/real", root.join("etc/passwd")).unwrap();
    assert_eq!(
        super::process::accounts(&root).unwrap().users,
        b"shop:x:5:5::/:/bin/sh\n"
    );
}

#[test]
fn pods_stand_in_records_as_their_readers_expect() {
    let mut details = Details::default();
    details.pod().name = Some("cart-0".to_owned());
    let json = serde_json::Value::Object(details.json()).to_string();
    let read: plimsoll_behavior::state::Details = serde_json::from_str(&json).unwrap();
    assert_eq!(read.pod.unwrap().name, "cart-0");
}
