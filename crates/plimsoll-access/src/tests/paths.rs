//! Chains of steps, one for each right that leads on.

use super::*;

const TODAY: plimsoll_model::Date = plimsoll_model::Date::constant(2026, 11, 22);

/// The titles of the findings of an id.
fn found(text: &str, id: &str) -> Vec<String> {
    let findings = read_with(text, true).risks(TODAY);
    let of_id = findings.into_iter().filter(|finding| finding.id == id);
    of_id.map(|finding| finding.title).collect()
}

/// An account in `shop` that is cluster-admin and runs in a pod.
fn boss() -> String {
    let pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: boss, namespace: shop}\nspec: {serviceAccountName: boss, containers: []}\n";
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: t, namespace: shop, annotations: {kubernetes.io/service-account.name: boss}}\ntype: kubernetes.io/service-account-token\n";
    let subject = "{kind: ServiceAccount, name: boss, namespace: shop}";
    format!("{pod}{secret}{}", binding("", "cluster-admin", subject))
}

fn with_rules(namespace: &str, rules: &str) -> String {
    format!(
        "{}{}{}",
        boss(),
        cluster_role("r", rules),
        binding(namespace, "r", JANE)
    )
}

const SHOP: &str = "shop";

/// Each right that leads to cluster-admin alone, and in as many steps.
#[test]
fn each_way_to_cluster_admin() {
    let rbac = "rbac.authorization.k8s.io";
    let certificates = "certificates.k8s.io";
    for (namespace, rules, words) in [
        (SHOP, "{apiGroups: [''], resources: [pods], verbs: [create]}".to_owned(), "in 1 step: create a pod"),
        (SHOP, "{apiGroups: [apps], resources: [deployments], resourceNames: [x], verbs: [patch]}".to_owned(), "in 1 step: create or change a workload"),
        (SHOP, "{apiGroups: [batch], resources: [jobs], verbs: [create]}".to_owned(), "in 1 step: create or change a workload"),
        (SHOP, "{apiGroups: [''], resources: [pods], verbs: [patch]}".to_owned(), "in 1 step: put another image"),
        (SHOP, "{apiGroups: [''], resources: [pods/exec], verbs: [create]}".to_owned(), "in 1 step: start a process"),
        (SHOP, "{apiGroups: [''], resources: [pods/attach], verbs: [create]}".to_owned(), "in 1 step: start a process"),
        (SHOP, "{apiGroups: [''], resources: [pods/ephemeralcontainers], verbs: [update]}".to_owned(), "in 1 step: start a process"),
        (SHOP, "{apiGroups: [''], resources: [secrets], verbs: [list]}".to_owned(), "in 1 step: read the token of sa:shop/boss"),
        (SHOP, "{apiGroups: [''], resources: [serviceaccounts/token], verbs: [create]}".to_owned(), "in 1 step: request a token of sa:shop/boss"),
        (SHOP, "{apiGroups: [''], resources: [serviceaccounts/token], resourceNames: [boss], verbs: [create]}".to_owned(), "in 1 step: request a token of sa:shop/boss"),
        (SHOP, "{apiGroups: [''], resources: [serviceaccounts], verbs: [impersonate]}".to_owned(), "in 1 step: impersonate sa:shop/boss"),
        ("", "{apiGroups: [''], resources: [users, groups], verbs: [impersonate]}".to_owned(), "in 1 step: impersonate group:system:masters"),
        ("", "{apiGroups: [''], resources: [nodes/proxy], verbs: [get]}".to_owned(), "in 1 step: start a process through the kubelet"),
        ("", format!("{{apiGroups: [{rbac}], resources: [clusterroles, clusterrolebindings], verbs: [bind, create]}}"), "in 1 step: bind cluster-admin"),
        ("", format!("{{apiGroups: [{rbac}], resources: [clusterroles], verbs: [escalate, update]}}"), "in 1 step: write every right"),
        (SHOP, format!("{{apiGroups: [{rbac}], resources: [clusterroles, rolebindings], verbs: [bind, create]}}"), "in 1 step: bind cluster-admin to itself in namespace shop"),
        (SHOP, format!("{{apiGroups: [{rbac}], resources: [roles], verbs: [escalate, patch]}}"), "in 1 step: write every right into a Role"),
        ("", format!("{{apiGroups: [{certificates}], resources: [certificatesigningrequests, certificatesigningrequests/approval, signers], verbs: [create, update, approve]}}"), "in 2 steps: request a client certificate for user:system:kube-controller-manager"),
        ("", "{apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [create]}".to_owned(), "in 1 step: have each object"),
        ("", "{apiGroups: [admissionregistration.k8s.io], resources: [mutatingadmissionpolicies, mutatingadmissionpolicybindings], verbs: [create]}".to_owned(), "in 1 step: have each object"),
    ] {
        let titles = found(&with_rules(namespace, &format!("[{rules}]")), "access-escalation");
        assert!(
            titles.iter().any(|title| title.starts_with("user:jane") && title.contains(words)),
            "{rules}: {titles:#?}"
        );
    }
}

/// Half of what a way needs opens nothing.
#[test]
fn half_a_way_is_none() {
    for (namespace, rules) in [
        (
            "",
            "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind]}",
        ),
        (
            "",
            "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings], verbs: [create]}",
        ),
        (
            "",
            "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate]}",
        ),
        (
            "",
            "{apiGroups: [''], resources: [groups], verbs: [impersonate]}",
        ),
        (
            "",
            "{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [create]}",
        ),
        (
            SHOP,
            "{apiGroups: [''], resources: [pods], resourceNames: [a], verbs: [create]}",
        ),
        (
            SHOP,
            "{apiGroups: [''], resources: [pods/exec], verbs: [get]}",
        ),
        (
            SHOP,
            "{apiGroups: [''], resources: [serviceaccounts/token], resourceNames: [cart], verbs: [create]}",
        ),
        (
            "bank",
            "{apiGroups: [''], resources: [secrets], verbs: [get]}",
        ),
    ] {
        let titles = found(
            &with_rules(namespace, &format!("[{rules}]")),
            "access-escalation",
        );
        assert!(
            titles.iter().all(|title| !title.starts_with("user:jane")),
            "{rules}: {titles:#?}"
        );
    }
}

#[test]
fn pod_security_stands_between_a_pod_and_its_node() {
    let rules = "[{apiGroups: [''], resources: [pods], verbs: [create]}]";
    let base = format!("{}{}", cluster_role("r", rules), binding("bank", "r", JANE));
    let namespace = |level: &str| {
        format!(
            "---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: bank, labels: {{pod-security.kubernetes.io/enforce: {level}}}}}\n"
        )
    };
    let of = |text: &str| found(text, "access-node-root");
    assert!(of(&base)[0].contains("no Pod Security level is known"));
    assert!(
        of(&format!("{base}{}", namespace("privileged")))[0]
            .contains("enforces no Pod Security level")
    );
    let enforced = format!("{base}{}", namespace("baseline"));
    assert_eq!(of(&enforced), Vec::<String>::new());
    let label = "[{apiGroups: [''], resources: [pods, namespaces], verbs: [create, patch]}]";
    let label = enforced.replace(rules, label);
    assert!(
        of(&label)[0].contains("turn off Pod Security"),
        "{:?}",
        of(&label)
    );
}

/// Everybody's right is told once, of the group.
#[test]
fn what_a_group_has_is_told_of_the_group() {
    let text = format!(
        "{}{}{}",
        boss(),
        cluster_role(
            "r",
            "[{apiGroups: [''], resources: [pods/exec], verbs: [create]}]"
        ),
        binding("", "r", "{kind: Group, name: 'system:serviceaccounts'}"),
    );
    let other = binding("bank", "view", "{kind: ServiceAccount, name: cart}");
    let titles = found(&format!("{text}{other}"), "access-escalation");
    assert_eq!(titles.len(), 1, "{titles:#?}");
    assert!(titles[0].starts_with("group:system:serviceaccounts can become"));
}

#[test]
fn other_risks() {
    let deployment = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: shop}\nspec: {template: {spec: {serviceAccountName: cart, containers: []}}}\n";
    let account =
        "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: other, namespace: shop}\n";
    let secrets = cluster_role(
        "s",
        "[{apiGroups: [''], resources: [secrets], verbs: [get]}]",
    );
    let text = [
        boss(),
        deployment.to_owned(),
        account.to_owned(),
        secrets.clone(),
        binding("", "s", "{kind: User, name: reader}"),
        cluster_role("w", "[{apiGroups: [''], resources: ['*'], verbs: [get]}]"),
        cluster_role(
            "n",
            "[{apiGroups: [''], resources: [pods], resourceNames: [a], verbs: [create]}]",
        ),
        binding("", "gone", JANE),
        binding("shop", "view", "{kind: ServiceAccount, name: gone}"),
        binding("bank", "view", "{kind: ServiceAccount, name: default}"),
        binding("red", "view", "{kind: Group, name: 'system:authenticated'}"),
        binding("blue", "view", "{kind: User, name: 'system:anonymous'}"),
        binding("", "view", ""),
    ]
    .concat()
    .replace("type: kubernetes.io/service-account-token", "type: Opaque");
    let findings = read_with(&text, true).risks(TODAY);
    let mut ids: Vec<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(
        ids,
        [
            "access-anonymous",
            "access-cluster-admin",
            "access-default-account",
            "access-empty-binding",
            "access-everyone",
            "access-missing-account",
            "access-missing-role",
            "access-needless-token",
            "access-powerful-token",
            "access-reads-secrets",
            "access-rule-without-effect",
            "access-unused-role",
            "access-wildcard",
        ]
    );
    assert!(findings.iter().all(|finding| !finding.locations.is_empty()));
    let known = |id: &str| RISKS.iter().any(|risk| risk.id == id);
    assert!(
        findings
            .iter()
            .all(|finding| known(&finding.id) && finding.mend.is_some())
    );
    // Nothing is told about Kubernetes' own bindings alone.
    assert_eq!(read_with("", true).risks(TODAY), []);
}

/// A comment lets through what it names, where the subject stands.
#[test]
fn comments_let_through() {
    let text = format!(
        "# plimsoll: allow access-cluster-admin, breaks glass\n{}",
        &binding("", "cluster-admin", JANE)[4..]
    );
    let findings = read_with(&text, true).risks(TODAY);
    let admin = findings
        .iter()
        .find(|finding| finding.id == "access-cluster-admin");
    assert!(admin.unwrap().excepted.is_some(), "{findings:#?}");
}
