//! Containers that live for milliseconds, processes that live for less, and one that pretends to be
//! another: whose they are is said right when the event is read, not afterwards.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "support/containers.rs"]
mod containers;
#[path = "support/live.rs"]
mod live;
#[path = "support/told.rs"]
mod told;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use containers::{Docker, Image, Podman, Root, Runc, may_run, unique};
use live::Live;
use serde_json::json;

/// Containers that are made, run and removed.
const CONTAINERS: usize = 2_000;
/// Processes of one container, one after the other.
const PROCESSES: usize = 10_000;

#[test]
fn two_thousand_short_containers_are_told_apart() {
    if !may_run() {
        return;
    }
    let (root, runc, mut live) = (Root::new(), Runc::new(), Live::new());
    let prefix = unique("job");
    let next = AtomicUsize::new(0);
    live.during(|| {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= CONTAINERS {
                            return;
                        }
                        let name = format!("{prefix}.{number}");
                        let bundle = runc.bundle(&name, &root, &["true", &name], |_| {});
                        assert!(runc.run(&name, &bundle), "{name}");
                        std::fs::remove_dir_all(bundle).unwrap();
                    }
                });
            }
        });
    });
    assert_eq!(live.lost(), 0);
    let mut known = 0;
    for number in 0..CONTAINERS {
        let name = format!("{prefix}.{number}");
        assert_eq!(live.started.get(&name), Some(&Some(name.clone())), "{name}");
        let container = &live.told.containers[&name];
        assert_eq!(container.engine, "runc", "{name}");
        assert_eq!(container.cgroups.len(), 1, "{name}");
        known += usize::from(container.json["command"] == json!(["true", name]));
    }
    assert_eq!(live.changed, 0);
    // Its bundle is read while it runs; on a machine that is busy a few may be gone before.
    println!("{known} of {CONTAINERS} were known with their configuration");
    assert!(known > CONTAINERS * 9 / 10, "{known}");
}

#[test]
fn ten_thousand_short_processes_are_one_containers() {
    if !may_run() {
        return;
    }
    let (root, runc, mut live) = (Root::new(), Runc::new(), Live::new());
    let name = unique("many");
    let script = format!(
        "i=0; while [ $i -lt {PROCESSES} ]; do /bin/busybox true counted; i=$((i+1)); done"
    );
    let bundle = runc.bundle(&name, &root, &["sh", "-c", &script], |_| {});
    assert!(live.during(|| runc.run(&name, &bundle)));
    assert_eq!(live.lost(), 0);
    assert_eq!(
        live.counted.get(&name),
        Some(&PROCESSES),
        "{:?}",
        live.counted.len()
    );
}

/// A ring of one page overflows: what is lost is counted, and whoever runs on is known all the same.
#[test]
fn containers_are_known_after_losses() {
    if !may_run() {
        return;
    }
    let (root, runc, mut live) = (Root::new(), Runc::new(), Live::with_ring(4096));
    let names: Vec<String> = (0..3).map(|_| unique("lost")).collect();
    let script = "until [ -e /tmp/now ]; do sleep 0.05; done; /bin/true ran-$0; sleep 1000";
    // Nobody reads while they begin: neither their cgroups nor their first programs are told.
    for name in &names {
        let bundle = runc.bundle(name, &root, &["sh", "-c", script, name], |_| {});
        runc.start(name, &bundle);
    }
    assert!(live.lost() > 0);
    live.take();
    for name in &names {
        assert!(!live.told.containers.contains_key(name), "{name}");
    }
    live.say_losses();
    let ids = || names.iter().map(|name| (name, cgroup_of(name)));
    let begun = std::time::Instant::now();
    while ids().any(|(name, id)| live.told.attribution.container_id(id) != Some(&**name)) {
        assert!(
            begun.elapsed().as_secs() < 20,
            "{:?}",
            live.told.attribution.counts()
        );
        live.take();
    }
    assert!(live.told.attribution.counts().rescans > 0);
    live.during(|| std::fs::write(root.path().join("tmp/now"), "").unwrap());
    for name in &names {
        let ran = live.started.get(&format!("ran-{name}"));
        assert_eq!(ran, Some(&Some(name.clone())), "{name}");
    }
}

/// Id of the cgroup of version 2 that runc gives a container of this name.
fn cgroup_of(name: &str) -> u64 {
    let path = plimsoll_sensor::cgroup_root().unwrap().join(name);
    std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(path).unwrap())
}

#[test]
fn a_container_does_not_become_another() {
    if !may_run() {
        return;
    }
    let (root, runc, mut live) = (Root::new(), Runc::new(), Live::new());
    let name = unique("liar");
    let other = "0123456789abcdef".repeat(4);
    // It may write to the whole tree of cgroups, makes itself a place there and moves into it: beside
    // its own cgroup, then below it.
    let script = format!(
        "mkdir -p /cg/docker/{other} /cg/{name}/libpod-{other}; \
         echo 0 >/cg/docker/{other}/cgroup.procs; /bin/true beside-{name}; \
         echo 0 >/cg/{name}/libpod-{other}/cgroup.procs; /bin/true below-{name}; \
         echo 0 >/cg/{name}/cgroup.procs; rmdir /cg/docker/{other} /cg/{name}/libpod-{other}"
    );
    let mount = plimsoll_sensor::cgroup_root().unwrap();
    let bundle = runc.bundle(&name, &root, &["sh", "-c", &script], |config| {
        let bind = json!({"destination": "/cg", "type": "bind", "source": mount, "options": ["rbind", "rw"]});
        config["mounts"].as_array_mut().unwrap().push(bind);
        config["root"]["readonly"] = json!(false);
    });
    assert!(live.during(|| runc.run(&name, &bundle)));
    for place in ["beside", "below"] {
        let started = live.started.get(&format!("{place}-{name}"));
        assert_eq!(started, Some(&Some(name.clone())), "{place}");
    }
    let container = &live.told.containers[&name];
    let claims = container.json["claims"].as_array().unwrap();
    let engines: Vec<&str> = claims
        .iter()
        .map(|claim| claim["engine"].as_str().unwrap())
        .collect();
    assert_eq!(engines, ["docker", "podman"]);
    assert!(claims.iter().all(|claim| claim["id"] == *other));
    assert!(!live.told.containers.contains_key(&other));
}

#[test]
fn short_containers_of_engines_are_known_with_their_images() {
    if !may_run() {
        return;
    }
    let (root, podman, docker) = (Root::new(), Podman::new(), Docker::new());
    let image = Image::default();
    podman.load(&root, &image);
    docker.load(&root, &image);
    let mut live = Live::new();
    let names: Vec<String> = (0..5).map(|_| unique("short")).collect();
    live.during(|| {
        for name in &names {
            docker.run(&[
                "--rm",
                "--name",
                name,
                image.name,
                "true",
                &format!("docker-{name}"),
            ]);
            podman.run(&[
                "--rm",
                "--name",
                name,
                &format!("localhost/{}", image.name),
                "true",
                &format!("podman-{name}"),
            ]);
        }
    });
    for (engine, prefix) in [("docker", ""), ("podman", "localhost/")] {
        for name in &names {
            let id = live.started[&format!("{engine}-{name}")].clone().unwrap();
            let container = &live.told.containers[&id];
            let found = (&*container.engine, &*container.name, &*container.image);
            assert_eq!(
                found,
                (engine, &**name, &*format!("{prefix}{}", image.name))
            );
        }
    }
}
