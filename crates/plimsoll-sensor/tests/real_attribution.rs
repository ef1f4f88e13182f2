//! Containers of real engines are told with their names, images and pods.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "support/containers.rs"]
mod containers;
#[path = "support/told.rs"]
mod told;

use std::process::Command;

use containers::{Containerd, Docker, Image, Podman, Root, Runc, may_run, output, unique};
use plimsoll_sensor::attribution::Places;
use serde_json::json;
use told::Told;

const CONFIG: &str = r#"{
    "Env": ["PATH=/usr/bin:/bin", "API_TOKEN=hidden", "COLOR=red"],
    "Labels": {"tier": "front"},
    "Healthcheck": {"Test": ["CMD", "test", "-e", "/etc/passwd"]},
    "Cmd": ["sleep", "1000"]
}"#;

/// An image that says something of itself.
fn image() -> Image<'static> {
    Image {
        name: "shop/cart:2.3",
        config: CONFIG,
    }
}

#[test]
fn podman_is_known() {
    if !may_run() {
        return;
    }
    let (root, podman) = (Root::new(), Podman::new());
    podman.load(&root, &image());
    let name = unique("cart");
    let id = podman.start(
        &name,
        &[
            "--label",
            "a=b",
            "-v",
            "/tmp:/in:ro",
            "--privileged",
            "--health-cmd",
            "test -e /",
            "localhost/shop/cart:2.3",
        ],
    );
    // Nobody said where this podman keeps its things: conmon, which runs, does.
    let mut told = Told::scanned(Places::default());
    let found = told.known(&id);
    assert_eq!(found.engine, "podman");
    assert_eq!(found.name, name);
    assert_eq!(found.image, "localhost/shop/cart:2.3");
    let inspected = |what: &str| podman.call(&["inspect", "--format", what, &name]);
    assert_eq!(
        found.image_id,
        format!("sha256:{}", inspected("{{.Image}}"))
    );
    assert_eq!(found.image_digest, inspected("{{.ImageDigest}}"));
    assert_eq!(found.json["privileged"], true);
    assert_eq!(found.json["labels"], json!({"a": "b", "tier": "front"}));
    assert_eq!(
        found.json["init_pid"].to_string(),
        inspected("{{.State.Pid}}")
    );
    assert_eq!(found.json["healthcheck"], "test -e /");
    let mount = &found.json["mounts"][0];
    assert_eq!(
        (&mount["source"], &mount["dest"], &mount["rw"]),
        (&json!("/tmp"), &json!("/in"), &json!(false))
    );
    let env = found.json["env"].as_array().unwrap();
    assert!(env.contains(&json!("COLOR=red")) && env.contains(&json!("API_TOKEN=")));
    assert!(
        found.json["started_ns"].as_u64().unwrap() > found.json["created_ns"].as_u64().unwrap()
    );
    assert!(told.users(&id).contains("shop:x:1234"));
}

#[test]
fn pods_of_podman_are_known() {
    if !may_run() {
        return;
    }
    let (root, podman) = (Root::new(), Podman::new());
    podman.load(&root, &image());
    let pod = unique("pod");
    // Its infra container is made of the same image: the usual one would be built.
    let infra = ["--infra-image", "localhost/shop/cart:2.3"];
    let pod_id = podman.call(
        &[
            &[
                "pod",
                "create",
                "--name",
                &pod,
                "--network",
                "none",
                "--label",
                "p=q",
            ],
            &infra[..],
        ]
        .concat(),
    );
    let name = unique("cart");
    let id = podman.call(&[
        "run",
        "-d",
        "--pod",
        &pod,
        "--name",
        &name,
        "localhost/shop/cart:2.3",
    ]);
    let mut told = Told::scanned(Places::default());
    let found = told.known(&id);
    assert_eq!(found.json["pod"]["name"], pod);
    assert_eq!(found.json["pod"]["uid"], pod_id);
    assert_eq!(found.json["pod"]["labels"]["p"], "q");
    let sandbox = found.json["pod"]["sandbox_id"].as_str().unwrap().to_owned();
    assert_eq!(told.known(&sandbox).json["pod"]["name"], pod);
}

#[test]
fn docker_is_known() {
    if !may_run() {
        return;
    }
    let (root, docker) = (Root::new(), Docker::new());
    docker.load(&root, &image());
    let name = unique("cart");
    let id = docker.start(
        &name,
        &[
            "--label",
            "a=b",
            "-v",
            "/tmp:/in",
            "--user",
            "1234",
            "--pid",
            "host",
            image().name,
        ],
    );
    let mut told = Told::scanned(Places::default());
    let found = told.known(&id);
    assert_eq!(
        (&*found.engine, &*found.name, &*found.image),
        ("docker", &*name, image().name)
    );
    let inspected = |what: &str| docker.call(&["inspect", "--format", what, &name]);
    assert_eq!(found.image_id, inspected("{{.Image}}"));
    assert_eq!(
        found.json["init_pid"].to_string(),
        inspected("{{.State.Pid}}")
    );
    assert_eq!(found.json["privileged"], false);
    assert_eq!(found.json["user"], "1234");
    assert_eq!(
        (&found.json["host_pid"], &found.json["host_network"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(found.json["labels"], json!({"a": "b", "tier": "front"}));
    assert_eq!(found.json["healthcheck"], "test -e /etc/passwd");
    let mounts = found.json["mounts"].as_array().unwrap();
    assert!(
        mounts
            .iter()
            .any(|mount| mount["dest"] == "/in" && mount["rw"] == true)
    );
    assert!(told.users(&id).contains("shop:x:1234"));
}

#[test]
fn containerd_is_known_by_names() {
    if !may_run() {
        return;
    }
    let (root, containerd) = (Root::new(), Containerd::new());
    let loaded = containerd.load("shop", &root, &image());
    let name = unique("my.cart");
    containerd.start("shop", &loaded, &name, &["sleep", "1000"]);
    let mut told = Told::scanned(Places::default());
    let found = told.known(&name);
    assert_eq!(
        (&*found.engine, &*found.name, &*found.image),
        ("containerd", &*name, &*loaded)
    );
    assert_eq!(found.json["namespace"], "shop");
    let images = containerd.call(&["-n", "shop", "images", "list"]);
    assert!(
        images.contains(&found.image_digest),
        "{images} {}",
        found.image_digest
    );
    assert!(found.image_id.starts_with("sha256:"));
    assert_eq!(found.json["command"], json!(["sleep", "1000"]));
    assert!(told.users(&name).contains("shop:x:1234"));
}

#[test]
fn runc_alone_is_known() {
    if !may_run() {
        return;
    }
    let (root, runc) = (Root::new(), Runc::new());
    let name = unique("job");
    let bundle = runc.bundle(&name, &root, &["sleep", "1000"], |_| {});
    runc.start(&name, &bundle);
    let mut told = Told::scanned(Places::default());
    let found = told.known(&name);
    assert_eq!((&*found.engine, &*found.name), ("runc", &*name));
    assert_eq!(found.json["hostname"], "box");
    assert_eq!(
        found.json["capabilities"],
        json!(["CHOWN", "DAC_OVERRIDE", "KILL"])
    );
    assert_eq!(found.json["read_only"], true);
    let state = output(Command::new("runc").args(["state", &name]), "runc");
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    assert_eq!(found.json["init_pid"], state["pid"]);
    assert!(told.users(&name).contains("shop:x:1234"));
}
