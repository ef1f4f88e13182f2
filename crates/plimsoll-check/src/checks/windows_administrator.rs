//! `windows-administrator`: container runs as the administrator of Windows.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "windows-administrator",
    title: "container runs as the administrator of Windows",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.2.7", "nsa non-root-and-privileged"],
    aliases: &[],
    why: "`ContainerAdministrator` may change everything in the container, and reaches further where a flaw lets it out.",
    mend: "Set `windowsOptions.runAsUserName: ContainerUser`, or another without rights.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  os: {name: windows}
  securityContext: {windowsOptions: {runAsUserName: ContainerAdministrator}}
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  os: {name: windows}
  securityContext: {windowsOptions: {runAsUserName: ContainerUser}}
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    const FIELD: &str = "securityContext.windowsOptions.runAsUserName";
    let Some(pod) = object.pod() else {
        return;
    };
    let is_administrator = |node: &&Node| {
        let name = node.as_str().unwrap_or_default().to_ascii_lowercase();
        let user = name.rsplit('\\').next().unwrap_or(&name);
        matches!(user, "containeradministrator" | "administrator" | "system")
    };
    let path = ["windowsOptions", "runAsUserName"];
    let of_pod = pod
        .field(&["securityContext"])
        .and_then(|node| node.at_path(&path));
    if let Some(node) = of_pod.filter(is_administrator) {
        said.at(node.at, FIELD, "");
    }
    for container in pod.containers() {
        if let Some(node) = container.security(&path).filter(is_administrator) {
            said.container(&container, Some(node.at), FIELD, "");
        }
    }
}
