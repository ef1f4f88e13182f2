//! `sealed-secret-unbound`: sealed secret can be opened under another name.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "sealed-secret-unbound",
    title: "sealed secret can be opened under another name",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.4.2", "nsa secrets"],
    aliases: &[],
    why: "Sealed without name and namespace, the text can be copied into a namespace of whoever reads the file, and be opened there.",
    mend: "Seal it with the scope `strict`, and remove the annotation.",
    bad: r#"apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: cart
  namespace: shop
  annotations: {sealedsecrets.bitnami.com/cluster-wide: "true"}
spec: {encryptedData: {password: AgBub3QgcmVhbA==}}
"#,
    good: "apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: cart, namespace: shop}
spec: {encryptedData: {password: AgBub3QgcmVhbA==}}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "SealedSecret" || object.group() != "bitnami.com" {
        return;
    }
    let annotations = object.node.at_path(&["metadata", "annotations"]);
    for (scope, detail) in [
        (
            "sealedsecrets.bitnami.com/cluster-wide",
            "in every namespace",
        ),
        (
            "sealedsecrets.bitnami.com/namespace-wide",
            "in its namespace",
        ),
    ] {
        let entry = annotations.and_then(|annotations| annotations.entry(scope));
        if let Some(entry) = entry
            && entry.value.as_str() == Some("true")
        {
            said.at(entry.at, format!("metadata.annotations.{scope}"), detail);
        }
    }
}
