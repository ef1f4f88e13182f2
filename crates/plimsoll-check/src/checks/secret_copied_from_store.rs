//! `secret-copied-from-store`: secret of a store is copied into the cluster.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "secret-copied-from-store",
    title: "secret of a store is copied into the cluster",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["cis-1.12 5.4.2", "nsa secrets"],
    aliases: &[],
    why: "The driver was to mount secrets without a copy in etcd: `secretObjects` makes one, which everybody who reads Secrets reads.",
    mend: "Have the program read the mounted file, and remove `secretObjects`.",
    bad: "apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: cart, namespace: shop}
spec:
  provider: vault
  secretObjects: [{secretName: cart, type: Opaque, data: [{objectName: password, key: password}]}]
",
    good: "apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: cart, namespace: shop}
spec: {provider: vault}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let is_class =
        object.kind == "SecretProviderClass" && object.group() == "secrets-store.csi.x-k8s.io";
    let copies = object
        .node
        .at_path(&["spec", "secretObjects"])
        .filter(|_| is_class);
    for copy in copies.map_or(&[][..], Node::items) {
        let name = copy.get("secretName").and_then(Node::as_str);
        said.at(copy.at, "spec.secretObjects", name.unwrap_or_default());
    }
}
