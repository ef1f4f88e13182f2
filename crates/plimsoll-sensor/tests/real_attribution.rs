//! Containers of real engines are told with their names, images and pods.

#[path = "support/containers.rs"]
mod containers;

use containers::{Containerd, Docker, Image, Podman, Root, Runc, may_run, unique};

#[test]
fn engines_come_up_and_go() {
    if !may_run() {
        return;
    }
    let root = Root::new();
    let image = Image::default();
    let podman = Podman::new();
    podman.load(&root, &image);
    let id = podman.start(&unique("box"), &[image.name]);
    assert_eq!(id.len(), 64);
    let docker = Docker::new();
    docker.load(&root, &image);
    assert_eq!(docker.start(&unique("box"), &[image.name]).len(), 64);
    let containerd = Containerd::new();
    let name = containerd.load("default", &root, &image);
    containerd.start("default", &name, &unique("box"), &["sleep", "1000"]);
    let runc = Runc::new();
    let name = unique("box");
    let bundle = runc.bundle(&name, &root, &["sleep", "1000"], |_| {});
    runc.start(&name, &bundle);
    let said = runc.exec(&name, &["id"]);
    assert!(said.status.success());
}
