//! `etcd-open`: etcd answers without a certificate.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "etcd-open",
    title: "etcd answers without a certificate",
    severity: Severity::Critical,
    persona: Persona::Regular,
    answers: &["nsa etcd", "mitre T1190"],
    aliases: &["CKV_K8S_117"],
    why: "etcd is the cluster: who reaches it reads every Secret and writes any object, past the API server.",
    mend: "Set `--client-cert-auth=true` with `--trusted-ca-file`, and listen on `https://` only.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: etcd, namespace: kube-system}
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:v1.36.3
      command:
        - etcd
        - --listen-client-urls=http://0.0.0.0:2379
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: etcd, namespace: kube-system}
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:v1.36.3
      command:
        - etcd
        - --client-cert-auth=true
        - --peer-client-cert-auth=true
        - --listen-client-urls=https://10.0.0.1:2379
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let Some(etcd) = Component::of(container, "etcd") else {
        return;
    };
    // What only the machine itself reaches may do without.
    let is_local = |url: &str| {
        let host = url.split_once("://").map_or(url, |(_, host)| host);
        ["127.", "localhost", "[::1]"]
            .iter()
            .any(|local| host.starts_with(local))
    };
    let urls = etcd.flag("listen-client-urls");
    let all = urls.map_or("http://localhost:2379", |(_, urls)| urls);
    let mut open = all
        .split(',')
        .map(str::trim)
        .filter(|url| !is_local(url))
        .peekable();
    if open.peek().is_none() {
        return;
    }
    if let Some(url) = open.find(|url| url.starts_with("http://")) {
        let at = urls.map_or_else(|| etcd.at(), |(at, _)| at);
        said.container(container, Some(at), "--listen-client-urls", url);
        return;
    }
    match etcd.flag("client-cert-auth") {
        Some((_, "true")) => {}
        Some((at, value)) => said.container(container, Some(at), "--client-cert-auth", value),
        None => said.container(container, Some(etcd.at()), "--client-cert-auth", "not set"),
    }
}
