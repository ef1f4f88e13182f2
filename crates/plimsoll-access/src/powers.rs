//! Rights that are worth more than they look: what a rule lets somebody become.

use super::decide::covers_resource;
use super::model::{Access, Rule};

/// What a rule gives, in the terms of who wants more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    /// Every verb on every resource.
    Everything,
    RunPods,
    /// Anything that makes pods.
    RunWorkloads,
    /// Another image in a pod that runs.
    ChangePods,
    /// A process inside a pod that runs.
    Enter,
    ReadSecrets,
    MakeSecrets,
    MakeTokens,
    BeUser,
    BeGroup,
    BeAccount,
    BindClusterRoles,
    BindRoles,
    WriteClusterBindings,
    WriteBindings,
    EscalateClusterRoles,
    EscalateRoles,
    WriteClusterRoles,
    WriteRoles,
    UseKubelet,
    RequestCertificates,
    ApproveCertificates,
    Sign,
    WriteMutatingWebhooks,
    WriteMutatingPolicies,
    WriteMutatingBindings,
    WriteValidatingWebhooks,
    LowerGuards,
    MakeVolumes,
    ChangeNamespaces,
    ChangeNodes,
}

/// What `resourceNames` do to a power.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// A request to create says no name: a rule with names never allows it.
    Void,
    /// One such object is as good as all.
    Enough,
    /// It is limited to what is named.
    Limit,
}

struct Probe {
    power: Power,
    verbs: &'static [&'static str],
    group: &'static str,
    /// With `/` before a subresource.
    resources: &'static [&'static str],
    names: Names,
}

const WRITE: &[&str] = &["update", "patch"];
const CREATE: &[&str] = &["create"];
const READ: &[&str] = &["get", "list", "watch"];
const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";

const fn probe(
    power: Power,
    verbs: &'static [&'static str],
    group: &'static str,
    resources: &'static [&'static str],
    names: Names,
) -> Probe {
    Probe {
        power,
        verbs,
        group,
        resources,
        names,
    }
}

/// Facts of Kubernetes 1.36. Exec and attach need `create` since 1.35, whatever the transport.
#[rustfmt::skip]
const PROBES: &[Probe] = &[
    probe(Power::RunPods, CREATE, "", &["pods"], Names::Void),
    probe(Power::RunWorkloads, CREATE, "apps", &["deployments", "daemonsets", "statefulsets", "replicasets"], Names::Void),
    probe(Power::RunWorkloads, WRITE, "apps", &["deployments", "daemonsets", "statefulsets", "replicasets"], Names::Enough),
    probe(Power::RunWorkloads, CREATE, "batch", &["jobs", "cronjobs"], Names::Void),
    probe(Power::RunWorkloads, WRITE, "batch", &["cronjobs"], Names::Enough),
    probe(Power::RunWorkloads, CREATE, "", &["replicationcontrollers"], Names::Void),
    probe(Power::RunWorkloads, WRITE, "", &["replicationcontrollers"], Names::Enough),
    probe(Power::ChangePods, WRITE, "", &["pods"], Names::Enough),
    probe(Power::Enter, CREATE, "", &["pods/exec", "pods/attach"], Names::Enough),
    probe(Power::Enter, WRITE, "", &["pods/ephemeralcontainers"], Names::Enough),
    probe(Power::ReadSecrets, READ, "", &["secrets"], Names::Limit),
    probe(Power::MakeSecrets, CREATE, "", &["secrets"], Names::Void),
    probe(Power::MakeTokens, CREATE, "", &["serviceaccounts/token"], Names::Limit),
    probe(Power::BeUser, &["impersonate"], "", &["users"], Names::Limit),
    probe(Power::BeGroup, &["impersonate"], "", &["groups"], Names::Limit),
    probe(Power::BeAccount, &["impersonate"], "", &["serviceaccounts"], Names::Limit),
    probe(Power::BindClusterRoles, &["bind"], RBAC, &["clusterroles"], Names::Limit),
    probe(Power::BindRoles, &["bind"], RBAC, &["roles"], Names::Limit),
    probe(Power::WriteClusterBindings, CREATE, RBAC, &["clusterrolebindings"], Names::Void),
    probe(Power::WriteClusterBindings, WRITE, RBAC, &["clusterrolebindings"], Names::Limit),
    probe(Power::WriteBindings, CREATE, RBAC, &["rolebindings"], Names::Void),
    probe(Power::WriteBindings, WRITE, RBAC, &["rolebindings"], Names::Limit),
    probe(Power::EscalateClusterRoles, &["escalate"], RBAC, &["clusterroles"], Names::Limit),
    probe(Power::EscalateRoles, &["escalate"], RBAC, &["roles"], Names::Limit),
    probe(Power::WriteClusterRoles, WRITE, RBAC, &["clusterroles"], Names::Limit),
    probe(Power::WriteRoles, WRITE, RBAC, &["roles"], Names::Limit),
    probe(Power::UseKubelet, &["get", "create"], "", &["nodes/proxy"], Names::Enough),
    probe(Power::RequestCertificates, CREATE, CERTIFICATES, &["certificatesigningrequests"], Names::Void),
    probe(Power::ApproveCertificates, WRITE, CERTIFICATES, &["certificatesigningrequests/approval"], Names::Enough),
    probe(Power::Sign, &["approve"], CERTIFICATES, &["signers"], Names::Limit),
    probe(Power::WriteMutatingWebhooks, CREATE, ADMISSION, &["mutatingwebhookconfigurations"], Names::Void),
    probe(Power::WriteMutatingWebhooks, WRITE, ADMISSION, &["mutatingwebhookconfigurations"], Names::Enough),
    probe(Power::WriteMutatingPolicies, CREATE, ADMISSION, &["mutatingadmissionpolicies"], Names::Void),
    probe(Power::WriteMutatingPolicies, WRITE, ADMISSION, &["mutatingadmissionpolicies"], Names::Enough),
    probe(Power::WriteMutatingBindings, CREATE, ADMISSION, &["mutatingadmissionpolicybindings"], Names::Void),
    probe(Power::WriteValidatingWebhooks, CREATE, ADMISSION, &["validatingwebhookconfigurations"], Names::Void),
    probe(Power::WriteValidatingWebhooks, WRITE, ADMISSION, &["validatingwebhookconfigurations"], Names::Enough),
    probe(Power::LowerGuards, &["update", "patch", "delete", "deletecollection"], ADMISSION, &["validatingwebhookconfigurations", "validatingadmissionpolicies", "validatingadmissionpolicybindings"], Names::Enough),
    probe(Power::MakeVolumes, CREATE, "", &["persistentvolumes"], Names::Void),
    probe(Power::ChangeNamespaces, WRITE, "", &["namespaces"], Names::Limit),
    probe(Power::ChangeNodes, WRITE, "", &["nodes"], Names::Enough),
];

/// A power that a rule gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    pub power: Power,
    /// Whether it holds for the names of the rule only.
    pub is_limited: bool,
    /// Position in [`Access::rules`].
    pub rule: usize,
}

/// What a role gives, each power by its first rule, those limited to names by every rule.
pub fn of_role(access: &Access, role: usize) -> Vec<Given> {
    let mut out: Vec<Given> = Vec::new();
    let Some(role) = access.roles.get(role) else {
        return out;
    };
    for (index, rule) in access.rules_of(role) {
        of_rule(rule, |power, is_limited| {
            let is_known = out
                .iter()
                .any(|given| given.power == power && (!given.is_limited || given.rule == index));
            if !is_known {
                out.push(Given {
                    power,
                    is_limited,
                    rule: index,
                });
            }
        });
    }
    out
}

/// Whether it is every verb on every resource.
pub fn is_everything(rule: &Rule) -> bool {
    let all = |list: &[Box<str>]| list.iter().any(|word| &**word == "*");
    all(&rule.verbs) && all(&rule.groups) && all(&rule.resources) && rule.names.is_empty()
}

fn of_rule(rule: &Rule, mut found: impl FnMut(Power, bool)) {
    if rule.resources.is_empty() {
        return;
    }
    if is_everything(rule) {
        found(Power::Everything, false);
    }
    let has = |list: &[Box<str>], word: &str| list.iter().any(|it| &**it == "*" || &**it == word);
    for probe in PROBES {
        let is_limited = match (rule.names.is_empty(), probe.names) {
            (true, _) | (false, Names::Enough) => false,
            (false, Names::Limit) => true,
            (false, Names::Void) => continue,
        };
        let holds = has(&rule.groups, probe.group)
            && probe.verbs.iter().any(|verb| has(&rule.verbs, verb))
            && probe.resources.iter().any(|resource| {
                let (resource, part) = resource.split_once('/').unwrap_or((resource, ""));
                let mut patterns = rule.resources.iter();
                patterns.any(|pattern| covers_resource(pattern, resource, part))
            });
        if holds {
            found(probe.power, is_limited);
        }
    }
}
