//! `always-admit`: admission lets everything in.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "always-admit",
    title: "admission lets everything in",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa admission", "mitre T1562"],
    aliases: &["CKV_K8S_79", "C-0122"],
    why: "The plug-in AlwaysAdmit says yes before anything else is asked.",
    mend: "Take it out of `--enable-admission-plugins`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.3
      command:
        - kube-apiserver
        - --enable-admission-plugins=AlwaysAdmit
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.3
      command:
        - kube-apiserver
        - --anonymous-auth=false
        - --authorization-mode=Node,RBAC
        - --enable-admission-plugins=NodeRestriction
        - --audit-log-path=/var/log/audit.log
        - --encryption-provider-config=/etc/kubernetes/encryption.yaml
        - --profiling=false
        - --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt
        - --client-ca-file=/etc/kubernetes/pki/ca.crt
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    const FLAG: &str = "--enable-admission-plugins";
    if let Some(server) = Component::of(container, "kube-apiserver")
        && let Some(at) = server.lists("enable-admission-plugins", "AlwaysAdmit")
    {
        said.container(container, Some(at), FLAG, "");
    }
}
