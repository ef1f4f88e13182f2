//! `engine-in-container`: container engine runs inside of the container.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::command;
use plimsoll_object::image::ImageName;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "engine-in-container",
    title: "container engine runs inside of the container",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa non-root-and-privileged", "mitre T1612", "mitre T1610"],
    aliases: &[],
    why: "A Docker daemon in a pod needs to be privileged, runs containers that nobody admitted, and builds images that nobody scanned.",
    mend: "Build with rootless BuildKit, Buildah or kaniko's successors; run what is to run as pods.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: docker.io/library/docker:28-dind
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: docker.io/moby/buildkit:v0.25.0-rootless
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    const DAEMONS: [&str; 3] = ["dockerd", "containerd", "crio"];
    if let Some(node) = container.field(&["image"]) {
        let name = ImageName::parse(node.as_str().unwrap_or_default());
        let tag = name.tag.unwrap_or_default();
        let is_rootless = tag.contains("rootless");
        let is_daemon = name.short() == "docker" && tag.split('-').any(|part| part == "dind")
            || name.short() == "dind";
        if is_daemon && !is_rootless {
            said.container(container, Some(node.at), "image", name.short());
            return;
        }
    }
    for run in command::runs(container) {
        if DAEMONS.contains(&run.program())
            && let Some(node) = run.node()
        {
            said.container(container, Some(node.at), "command", run.program());
            return;
        }
    }
}
