//! `login-certificate-requested`: certificate is asked for that nothing can stop.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "login-certificate-requested",
    title: "certificate is asked for that nothing can stop",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa authentication", "mitre T1078"],
    aliases: &[],
    why: "A certificate that the API server believes cannot be called back: until it ends its holder is who it names. A file with the request makes one again with each roll-out.",
    mend: "Have people sign in by OpenID Connect; ask for certificates of programs by cert-manager.",
    bad: "apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: admin}
spec: {request: bm90IHJlYWw=, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
",
    good: "apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: cart}
spec: {request: bm90IHJlYWw=, signerName: shop.example/cart, usages: [server auth]}
",
    test: Test::Object(test),
};

/// The signer whose certificates the API server takes for logins.
const SIGNER: &str = "kubernetes.io/kube-apiserver-client";

fn test(object: &Object<'_>, said: &mut Said) {
    let held = object.node.at_path(&["metadata", "uid"]);
    if object.kind == "CertificateSigningRequest"
        && object.group() == "certificates.k8s.io"
        && held.is_none()
        && let Some(node) = object.node.at_path(&["spec", "signerName"])
        && node.as_str() == Some(SIGNER)
    {
        said.at(node.at, "spec.signerName", "");
    }
}
