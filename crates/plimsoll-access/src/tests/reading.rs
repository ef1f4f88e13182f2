//! Objects that the API server would refuse, or that are none: told with their place, and what can be
//! read of them counts.

use std::fmt::Write as _;

use super::*;

fn reasons(text: &str) -> Vec<String> {
    let unknowns = read(text).unknowns;
    let shown = unknowns.iter();
    shown
        .map(|unknown| {
            format!(
                "{}: {}",
                unknown.path.as_deref().unwrap_or("-"),
                unknown.reason
            )
        })
        .collect()
}

#[test]
fn what_is_wrong_has_a_place() {
    let role = |rules: &str| cluster_role("r", rules);
    for (text, place, words) in [
        (
            role("[{apiGroups: [''], resources: [pods], verbs: []}]"),
            "a.yaml:5:9",
            "without `verbs`",
        ),
        (
            role("[{resources: [pods], verbs: [get]}]"),
            "a.yaml:5:9",
            "without `apiGroups`",
        ),
        (
            role("[{apiGroups: [''], verbs: [get]}]"),
            "a.yaml:5:9",
            "without `resources`",
        ),
        (
            role("[{nonResourceURLs: [/a], resources: [pods], verbs: [get]}]"),
            "a.yaml:5:9",
            "beside resources",
        ),
        (role("{verbs: get}"), "a.yaml:5:8", "`rules` is no list"),
        (role("[get]"), "a.yaml:5:9", "a rule is no map"),
        (
            role("[{apiGroups: [''], resources: pods, verbs: [get]}]"),
            "a.yaml:5:38",
            "`resources` is no list",
        ),
        (
            role("[{apiGroups: [''], resources: [1], verbs: [get]}]"),
            "a.yaml:5:39",
            "no text",
        ),
        (
            role("[]").replace("ClusterRole\n", "Robot\n"),
            "a.yaml:2:1",
            "`Robot` is no kind",
        ),
        (
            role("[]").replace("/v1", "/v1beta1"),
            "a.yaml:2:1",
            "no longer served",
        ),
        (
            role("[]").replace("name: r", "name: 7"),
            "a.yaml:2:1",
            "metadata.name",
        ),
        (
            role("[]").replace("kind: ClusterRole\n", ""),
            "a.yaml:2:1",
            "half an object",
        ),
        (
            binding("", "view", "{kind: ServiceAccount, name: a}"),
            "a.yaml:6:12",
            "without `namespace`",
        ),
        (
            binding("", "view", "{kind: Robot, name: a}"),
            "a.yaml:6:12",
            "no kind of subject",
        ),
        (
            binding("", "view", "{kind: User}"),
            "a.yaml:6:12",
            "without `name`",
        ),
        (
            binding("", "view", JANE).replace("kind: ClusterRole,", "kind: Role,"),
            "a.yaml:5:10",
            "cannot give a Role",
        ),
        (
            binding("", "view", JANE).replace("{apiGroup: rbac", "{apiGroup: abac"),
            "a.yaml:5:10",
            "refuses the binding",
        ),
        (
            binding("", "view", JANE).replace("roleRef", "ref"),
            "a.yaml:2:1",
            "without `roleRef`",
        ),
        (format!("{0}{0}", role("[]")), "a.yaml:7:1", "stands twice"),
        ("kind: [\n".to_owned(), "a.yaml:2:1", "not valid YAML"),
        (
            "apiVersion: authorization.openshift.io/v1\nkind: Role\nmetadata: {name: a}\n"
                .to_owned(),
            "a.yaml:1:1",
            "OpenShift",
        ),
    ] {
        let said = reasons(&text);
        assert!(
            said.iter()
                .any(|line| line.starts_with(&format!("{place}: ")) && line.contains(words)),
            "{text}\n{said:?}"
        );
    }
}

#[test]
fn what_can_be_read_counts() {
    // The API server refuses it as a whole; who may do it is told nevertheless, as unknown.
    let role = cluster_role(
        "r",
        "[{apiGroups: [''], resources: [pods], verbs: [get, 7]}]",
    );
    let access = read(&format!("{role}{}", binding("", "r", JANE)));
    assert!(can(&access, "user:jane", "get", "pods", "", ""));
    assert_eq!(access.unknowns.len(), 1);
    // A binding without subjects is none to be told: it is allowed, and gives nothing.
    assert_eq!(reasons(&binding("", "view", "")), Vec::<String>::new());
    let listed = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: rbac.authorization.k8s.io/v1\n  kind: ClusterRole\n  metadata: {name: r}\n  rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n";
    assert!(can(
        &read(&format!("{listed}{}", binding("", "r", JANE))),
        "user:jane",
        "get",
        "pods",
        "",
        ""
    ));
}

#[test]
fn an_account_without_namespace_is_of_the_binding() {
    let access = read(&binding(
        "shop",
        "view",
        "{kind: ServiceAccount, name: cart}",
    ));
    assert!(can(&access, "sa:shop/cart", "get", "pods", "shop", ""));
    assert!(!can(&access, "sa:bank/cart", "get", "pods", "shop", ""));
}

/// Selectors that choose everything, each other, or nothing end, and are bounded.
#[test]
fn odd_aggregations_end() {
    let mut text = String::new();
    for index in 0..300 {
        let _ = write!(
            text,
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: r{index}}}\naggregationRule: {{clusterRoleSelectors: [{{}}]}}\n"
        );
    }
    let access = read(&format!("{text}{}", binding("", "r7", JANE)));
    assert!(
        can(&access, "user:jane", "escalate", "clusterroles", "", ""),
        "everything is gathered"
    );
}

/// Whatever is cut off or overwritten, reading and looking for risks end, and what a document lost is
/// told: "no" is never said as if it had been read whole.
#[test]
fn damaged_files_are_read_as_far_as_they_go() {
    let role = cluster_role(
        "r",
        "[{apiGroups: [''], resources: [pods, pods/exec], verbs: [create]}]",
    );
    let whole = format!("{}{role}", binding("shop", "r", JANE));
    let today = plimsoll_model::Date::constant(2026, 11, 22);
    let jane = Identity::of(&"user:jane".parse().unwrap(), &[]);
    for at in 0..whole.len() {
        let access = read(&whole[..at]);
        let question = Question::parse("create", "pods", "shop", "", &access).unwrap();
        let decision = access.can(&jane, &question);
        let is_told = !access.unknowns.is_empty() || !decision.missing.is_empty();
        // Before its subjects a binding is whole, and a role before its rules: the API server takes both.
        let names_nobody = access.bindings.iter().any(|it| it.subjects.is_empty());
        let mut own = access.roles.iter().filter(|role| &*role.name == "r");
        let is_whole = names_nobody || own.any(|role| role.rules.is_empty());
        let is_begun = whole[..at].contains("apiVersion:") && !is_whole;
        assert!(
            decision.allowed() || is_told || !is_begun,
            "{}",
            &whole[..at]
        );
    }
    for at in (0..whole.len()).step_by(5) {
        for byte in ["\t", "{", "]", ":", "&a ", "*a", "\u{7f}", "---\n"] {
            let mut text = whole.clone();
            text.replace_range(at..=at, byte);
            let _ = read(&text).risks(today);
        }
    }
}

/// What a controller made is told at the controller; what only claims to be made is told itself.
#[test]
fn pods_hide_behind_no_owner() {
    let pod = |name: &str, owner: &str, spec: &str| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop, ownerReferences: [{owner}]}}\n\
             spec: {{{spec}, containers: []}}\n"
        )
    };
    let set = |name: &str, more: &str, spec: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {{name: {name}, namespace: shop, {more}}}\n\
             spec: {{{spec}template: {{spec: {{serviceAccountName: cart, containers: []}}}}}}\n"
        )
    };
    let by = |kind: &str, name: &str, uid: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: {kind}, name: {name}, uid: '{uid}', controller: true}}"
        )
    };
    let owned = |kind, name, uid| format!("ownerReferences: [{}]", by(kind, name, uid));
    let deployment = set("cart", "uid: '1'", "").replace("ReplicaSet", "Deployment");
    let middle = set(
        "cart-1",
        &format!("uid: '2', {}", owned("Deployment", "cart", "1")),
        "",
    );
    let cart = "serviceAccountName: cart";
    let made = pod("made", &by("ReplicaSet", "cart-1", "2"), cart);
    for (what, text, wanted) in [
        (
            "whole line",
            format!("{made}{middle}{deployment}"),
            vec!["Deployment shop/cart"],
        ),
        ("owner is not here", made.clone(), vec!["Pod shop/made"]),
        (
            "another account",
            format!(
                "{}{middle}{deployment}",
                pod(
                    "a",
                    &by("ReplicaSet", "cart-1", "2"),
                    "serviceAccountName: root"
                )
            ),
            vec!["Pod shop/a", "Deployment shop/cart"],
        ),
        (
            "asks for the token by itself",
            format!(
                "{}{middle}{deployment}",
                pod(
                    "a",
                    &by("ReplicaSet", "cart-1", "2"),
                    "automountServiceAccountToken: true, serviceAccountName: cart"
                )
            ),
            vec!["Pod shop/a", "Deployment shop/cart"],
        ),
        (
            "an owner of old, made anew",
            format!(
                "{}{middle}{deployment}",
                pod("a", &by("ReplicaSet", "cart-1", "9"), cart)
            ),
            vec!["Pod shop/a", "Deployment shop/cart"],
        ),
        (
            "no uid",
            format!(
                "{}{middle}{deployment}",
                pod("a", &by("ReplicaSet", "cart-1", ""), cart)
            ),
            vec!["Deployment shop/cart"],
        ),
        (
            "an owner that makes no pods",
            format!(
                "{}---\napiVersion: v1\nkind: Node\nmetadata: {{name: n}}\n",
                pod("a", "{apiVersion: v1, kind: Node, name: n}", cart)
            ),
            vec!["Pod shop/a"],
        ),
        (
            "another namespace",
            format!(
                "{made}{}",
                middle.replace("namespace: shop", "namespace: bank")
            ),
            vec!["Pod shop/made", "ReplicaSet bank/cart-1"],
        ),
        (
            "a circle",
            format!(
                "{}{}",
                set("a", &owned("ReplicaSet", "b", ""), ""),
                set("b", &owned("ReplicaSet", "a", ""), "")
            ),
            vec!["ReplicaSet shop/a", "ReplicaSet shop/b"],
        ),
        (
            "itself",
            set("a", &owned("ReplicaSet", "a", ""), ""),
            vec!["ReplicaSet shop/a"],
        ),
        (
            "what a Deployment keeps of old",
            format!(
                "{}{deployment}",
                middle
                    .replace("spec: {t", "spec: {replicas: 0, t")
                    .replace("Name: cart", "Name: old")
            ),
            vec!["Deployment shop/cart"],
        ),
    ] {
        let access = read(&text);
        let is: Vec<&str> = access
            .uses
            .iter()
            .map(|used| used.workload.as_str())
            .collect();
        assert_eq!(is, wanted, "{what}: {text}");
    }
}
