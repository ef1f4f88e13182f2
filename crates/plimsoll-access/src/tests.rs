//! What is read, decided, gathered and found, without a server.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use plimsoll_model::Severity;
use proptest::prelude::*;

use super::*;
use plimsoll_object::File;

mod paths;
mod reading;

fn read_with(text: &str, with_default_bindings: bool) -> Access {
    let mut reader = Reader::new(Options {
        with_default_bindings,
        ..Options::default()
    });
    reader.file(File {
        name: "a.yaml".to_owned(),
        bytes: text.as_bytes().to_vec(),
    });
    reader.finish()
}

fn read(text: &str) -> Access {
    read_with(text, false)
}

fn cluster_role(name: &str, rules: &str) -> String {
    format!(
        "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: {name}}}\nrules: {rules}\n"
    )
}

fn binding(namespace: &str, role: &str, subject: &str) -> String {
    let (kind, metadata) = match namespace {
        "" => ("ClusterRoleBinding", format!("name: to-{role}")),
        namespace => (
            "RoleBinding",
            format!("name: to-{role}, namespace: {namespace}"),
        ),
    };
    format!(
        "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{{metadata}}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {role}}}\n\
         subjects: [{subject}]\n"
    )
}

const JANE: &str = "{kind: User, name: jane}";

fn can(
    access: &Access,
    subject: &str,
    verb: &str,
    what: &str,
    namespace: &str,
    name: &str,
) -> bool {
    let identity = Identity::of(&subject.parse().unwrap(), &[]);
    let question = Question::parse(verb, what, namespace, name, access).unwrap();
    access.can(&identity, &question).allowed()
}

#[test]
fn a_role_counts_where_it_is_bound() {
    let role = cluster_role(
        "r",
        "[{apiGroups: [''], resources: [pods, pods/log], verbs: [get]}]",
    );
    let here = read(&format!("{role}{}", binding("shop", "r", JANE)));
    assert!(can(&here, "user:jane", "get", "pods", "shop", "a"));
    assert!(can(&here, "user:jane", "get", "po/log", "shop", ""));
    assert!(!can(&here, "user:jane", "get", "pods/exec", "shop", ""));
    assert!(!can(&here, "user:jane", "get", "pods", "bank", ""));
    assert!(!can(&here, "user:jane", "get", "pods", "", ""));
    assert!(!can(&here, "group:jane", "get", "pods", "shop", ""));
    let all = read(&format!("{role}{}", binding("", "r", JANE)));
    assert!(can(&all, "user:jane", "get", "pods", "bank", ""));
    assert!(can(&all, "user:jane", "get", "pods", "", ""));
}

/// The name of a namespace is the namespace of the request.
#[test]
fn a_namespace_may_be_read_from_inside() {
    let role = cluster_role(
        "r",
        "[{apiGroups: [''], resources: [namespaces, nodes], verbs: [get]}]",
    );
    let access = read(&format!("{role}{}", binding("shop", "r", JANE)));
    assert!(can(&access, "user:jane", "get", "namespaces", "", "shop"));
    assert!(!can(&access, "user:jane", "get", "namespaces", "", "bank"));
    assert!(!can(&access, "user:jane", "get", "nodes", "shop", ""));
}

#[test]
fn names_limit_what_carries_one() {
    let role = cluster_role(
        "r",
        "[{apiGroups: [''], resources: [secrets], resourceNames: [a], verbs: [get, list, create]}]",
    );
    let access = read(&format!("{role}{}", binding("", "r", JANE)));
    assert!(can(&access, "user:jane", "get", "secrets", "shop", "a"));
    assert!(!can(&access, "user:jane", "get", "secrets", "shop", "b"));
    assert!(!can(&access, "user:jane", "list", "secrets", "shop", ""));
    assert!(!can(&access, "user:jane", "create", "secrets", "shop", ""));
}

#[test]
fn groups_come_with_what_one_is() {
    for (group, subject, expected) in [
        ("system:authenticated", "user:jane", true),
        ("system:authenticated", "user:system:anonymous", false),
        ("system:unauthenticated", "user:system:anonymous", true),
        ("system:authenticated", "sa:shop/cart", true),
        ("system:serviceaccounts", "sa:shop/cart", true),
        ("system:serviceaccounts:shop", "sa:shop/cart", true),
        ("system:serviceaccounts:bank", "sa:shop/cart", false),
        ("system:serviceaccounts", "user:jane", false),
        (
            "system:serviceaccounts",
            "user:system:serviceaccount:shop:cart",
            true,
        ),
        ("ops", "group:ops", true),
        ("ops", "group:system:masters", true),
    ] {
        let subject_of = format!("{{kind: Group, name: '{group}'}}");
        let access = read(&format!(
            "{}{}",
            cluster_role("r", "[{apiGroups: [''], resources: [pods], verbs: [get]}]"),
            binding("", "r", &subject_of)
        ));
        assert_eq!(
            can(&access, subject, "get", "pods", "", ""),
            expected,
            "{group} {subject}"
        );
    }
}

/// Over two steps, by expressions, never itself; rules that stand in it are replaced and told.
#[test]
fn aggregated_roles_gather() {
    let text = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: top, labels: {tier: top}}
aggregationRule:
  clusterRoleSelectors:
    - matchExpressions: [{key: tier, operator: In, values: [top, middle]}]
rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: middle, labels: {tier: middle}}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {tier: low}}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: low, labels: {tier: low}}
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
";
    let access = read(&format!("{text}{}", binding("", "top", JANE)));
    assert!(can(&access, "user:jane", "get", "pods", "", ""));
    assert!(!can(&access, "user:jane", "get", "secrets", "", ""));
    assert_eq!(access.unknowns.len(), 1, "{:?}", access.unknowns);
    // From a cluster, what stands in it is what holds.
    let live = text.replace("{name: top,", "{name: top, resourceVersion: '7',");
    let access = read(&format!("{live}{}", binding("", "top", JANE)));
    assert!(can(&access, "user:jane", "get", "secrets", "", ""));
    assert!(access.unknowns.is_empty(), "{:?}", access.unknowns);
}

#[test]
fn roles_of_kubernetes_are_known() {
    let access = read(&binding("shop", "edit", JANE));
    assert!(can(&access, "user:jane", "create", "deploy", "shop", ""));
    assert!(
        can(&access, "user:jane", "list", "configmaps", "shop", ""),
        "edit gathers view"
    );
    assert!(!can(&access, "user:jane", "create", "roles", "shop", ""));
    // A role of one's own that joins it.
    let own = cluster_role(
        "widgets",
        "[{apiGroups: [example.com], resources: [widgets], verbs: [get]}]",
    )
    .replace(
        "{name: widgets}",
        "{name: widgets, labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}}",
    );
    let access = read(&format!("{own}{}", binding("shop", "admin", JANE)));
    assert!(can(&access, "user:jane", "get", "widgets", "shop", ""));
    // Bindings of its own count where they are asked for.
    assert!(!can(&read(""), "user:jane", "get", "/version", "", ""));
    assert!(can(
        &read_with("", true),
        "user:jane",
        "get",
        "/version",
        "",
        ""
    ));
}

#[test]
fn a_missing_role_is_told() {
    let access = read(&binding("", "lost", JANE));
    let identity = Identity::of(&"user:jane".parse().unwrap(), &[]);
    let question = Question::parse("get", "pods", "", "", &access).unwrap();
    let decision = access.can(&identity, &question);
    assert!(!decision.allowed());
    assert_eq!(decision.missing, [0]);
}

#[test]
fn resources_by_the_names_that_people_type() {
    let access = read(&cluster_role(
        "r",
        "[{apiGroups: [a.example, b.example], resources: [gadgets], verbs: [get]}, {apiGroups: [example.com], resources: [widgets/status], verbs: [get]}]",
    ));
    let parse = |what: &str| Question::parse("get", what, "", "", &access);
    for (typed, expected) in [
        ("deploy", "get deployments.apps in every namespace"),
        (
            "deployments.apps/scale",
            "get deployments.apps/scale in every namespace",
        ),
        ("PVC", "get persistentvolumeclaims in every namespace"),
        (
            "events.events.k8s.io",
            "get events.events.k8s.io in every namespace",
        ),
        ("widgets", "get widgets.example.com in every namespace"),
        ("nodes", "get nodes"),
        ("*", "get *.* in every namespace"),
        ("/metrics", "get /metrics"),
    ] {
        assert_eq!(parse(typed).unwrap().display(), expected);
    }
    assert!(matches!(parse("gizmos"), Err(QuestionError::Unknown(_))));
    assert!(matches!(
        parse("gadgets"),
        Err(QuestionError::Ambiguous(..))
    ));
    for wrong in ["jane", "user:", "sa:shop", "sa:/a", "sa:a/b/c", "robot:a"] {
        assert!(wrong.parse::<Subject>().is_err(), "{wrong}");
    }
}

#[test]
fn a_difference_knows_what_covers_what() {
    let with = |rules: &str| {
        read(&format!(
            "{}{}",
            cluster_role("r", rules),
            binding("", "r", JANE)
        ))
    };
    let old = with(
        "[{apiGroups: [''], resources: [pods], verbs: [get, list]}, {nonResourceURLs: [/a/b], verbs: [get]}]",
    );
    let new = with(
        "[{apiGroups: ['*'], resources: ['*'], verbs: [get]}, {nonResourceURLs: ['/a/*'], verbs: [get]}]",
    );
    let change = &difference(&old, &new)[0];
    let shown = |list: &[Atom]| -> Vec<String> {
        list.iter()
            .map(|atom| format!("{} {}{}", atom.verb, atom.resource, atom.url))
            .collect()
    };
    assert_eq!(shown(&change.gained), ["get /a/*", "get *"]);
    assert_eq!(shown(&change.lost), ["list pods"]);
    assert_eq!(difference(&old, &old), []);
    // The same rights in another shape are no difference.
    let split = with(
        "[{apiGroups: [''], resources: [pods], verbs: [list]}, {apiGroups: [''], resources: [pods], verbs: [get]}, {nonResourceURLs: [/a/b], verbs: [get]}]",
    );
    assert_eq!(difference(&old, &split), []);
}

#[test]
fn every_risk_has_its_text_once() {
    assert!(RISKS.windows(2).all(|pair| pair[0].id < pair[1].id));
    for risk in RISKS {
        assert!(risk.id.starts_with("access-") && risk.severity != Severity::Unknown);
        assert!(
            risk.why.ends_with('.') && risk.mend.ends_with('.'),
            "{}",
            risk.id
        );
    }
}

fn words(list: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(proptest::sample::select(list), 1..3)
}

prop_compose! {
    fn rule()(
        verbs in words(&["get", "list", "*"]),
        groups in words(&["", "apps", "*"]),
        resources in words(&["pods", "pods/log", "*/log", "*"]),
        names in proptest::option::of(words(&["a", "b"])),
    ) -> String {
        let names = names.map_or_else(String::new, |names| format!(", resourceNames: {names:?}"));
        format!("{{verbs: {verbs:?}, apiGroups: {groups:?}, resources: {resources:?}{names}}}")
    }
}

proptest! {
    // Each case reads Kubernetes' own roles several times.
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The answer is that of the rights, one by one; another rule takes nothing away.
    #[test]
    fn can_is_any_right(
        rules in proptest::collection::vec(rule(), 1..4),
        more in rule(),
        place in proptest::sample::select(vec!["", "shop"]),
        verb in proptest::sample::select(vec!["get", "list", "*"]),
        what in proptest::sample::select(vec!["pods", "pods/log", "deployments.apps", "*"]),
        namespace in proptest::sample::select(vec!["", "shop", "bank"]),
        name in proptest::sample::select(vec!["", "a"]),
    ) {
        let text = |rules: &[String]| {
            format!("{}{}", cluster_role("r", &format!("[{}]", rules.join(", "))), binding(place, "r", JANE))
        };
        let access = read(&text(&rules));
        prop_assert!(access.unknowns.is_empty());
        let identity = Identity::of(&"user:jane".parse().unwrap(), &[]);
        let question = Question::parse(verb, what, namespace, name, &access).unwrap();
        let decision = access.can(&identity, &question);
        let by_rights = access.rights(&identity).iter().any(|right| {
            right.rule.allows(&question) && right.namespace.is_none_or(|place| place == namespace)
        });
        prop_assert_eq!(decision.allowed(), by_rights);
        let who = access.who(&question);
        prop_assert_eq!(who.iter().any(|holder| holder.subject.to_string() == "user:jane"), by_rights);
        let mut wider = rules.clone();
        wider.push(more);
        let wider = read(&text(&wider));
        prop_assert!(!decision.allowed() || wider.can(&identity, &question).allowed());
        for change in difference(&access, &wider) {
            prop_assert_eq!(&change.lost, &Vec::new());
        }
    }
}
