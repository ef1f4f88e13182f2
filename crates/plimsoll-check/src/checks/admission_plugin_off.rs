//! `admission-plugin-off`: admission plug-in that guards the cluster is off.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "admission-plugin-off",
    title: "admission plug-in that guards the cluster is off",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa admission", "mitre T1562"],
    aliases: &["CKV_K8S_82", "CKV_K8S_83"],
    why: "These are on unless somebody turns them off: they hold pods to the Pod Security of their namespace, quotas to their sum and service accounts to what exists.",
    mend: "Take them out of `--disable-admission-plugins`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.3
      command:
        - kube-apiserver
        - --disable-admission-plugins=PodSecurity
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

const GUARDS: [&str; 7] = [
    "LimitRanger",
    "NamespaceLifecycle",
    "PodSecurity",
    "ResourceQuota",
    "ServiceAccount",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionWebhook",
];

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    const FLAG: &str = "disable-admission-plugins";
    let Some(server) = Component::of(container, "kube-apiserver") else {
        return;
    };
    for guard in GUARDS {
        if let Some(at) = server.lists(FLAG, guard) {
            said.container(container, Some(at), format!("--{FLAG}.{guard}"), guard);
        }
    }
}
