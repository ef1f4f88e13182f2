//! RBAC against Kubernetes' own API server: the same answers as its SubjectAccessReview over random
//! roles and bindings, the same objects refused, and the same roles and bindings made by itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use plimsoll_access::{Access, Identity, Options, Question, Reader, Rule, What};
use plimsoll_object::File;
use plimsoll_test_cluster::{Client, Cluster};
use serde_json::{Value, json};

const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
const REVIEWS: &str = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
/// Times that objects are added and questions asked.
const ROUNDS: usize = 4;
const OBJECTS_OF_ROUND: usize = 250;
const QUESTIONS_OF_ROUND: usize = 6_000;
/// Longest wait until the authorizer has seen what was made.
const SEEN_SECONDS_MAX: u64 = 60;

const NAMESPACES: &[&str] = &["red", "green", "blue"];
const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "bind",
    "use",
    "*",
];
const GROUPS: &[&str] = &["", "apps", "batch", "example.com", "*"];
const RESOURCES: &[&str] = &[
    "pods",
    "pods/log",
    "pods/exec",
    "pods/*",
    "*/log",
    "*/scale",
    "*/*",
    "deployments",
    "deployments/scale",
    "secrets",
    "nodes",
    "namespaces",
    "widgets",
    "widgets/a/b",
    "*",
];
const NAMES: &[&str] = &["a", "b", "red", "*", ""];
const URLS: &[&str] = &[
    "/metrics",
    "/metrics/*",
    "/m*",
    "/a**",
    "/a*b",
    "/",
    "*",
    "/healthz/",
    "/api/*",
];
const ASKED_URLS: &[&str] = &[
    "/metrics",
    "/metrics/",
    "/metrics/x",
    "/a",
    "/axb",
    "/a*b",
    "/",
    "/healthz",
    "/healthz/",
    "/api",
    "/api/v1",
    "*",
];
const USERS: &[&str] = &[
    "alice",
    "bob",
    "system:anonymous",
    "system:serviceaccount:red:app",
    "system:serviceaccount:blue:app",
    "system:serviceaccount:red:app:x",
    "system:kube-scheduler",
];
const TEAMS: &[&str] = &[
    "ops",
    "dev",
    "system:authenticated",
    "system:unauthenticated",
    "system:serviceaccounts",
    "system:serviceaccounts:red",
];

/// A small generator: the same world in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    /// Mostly one or two.
    fn some(&mut self, list: &[&str]) -> Vec<String> {
        let count = if self.one_in(25) {
            0
        } else {
            1 + self.below(3)
        };
        (0..count).map(|_| self.pick(list).to_owned()).collect()
    }

    fn rule(&mut self, is_namespaced: bool) -> Value {
        let mut rule = json!({"verbs": self.some(VERBS)});
        let urls = if is_namespaced { 40 } else { 4 };
        let on_urls = self.one_in(urls);
        if on_urls {
            rule["nonResourceURLs"] = json!(self.some(URLS));
        }
        if !on_urls || self.one_in(20) {
            rule["apiGroups"] = json!(self.some(GROUPS));
            rule["resources"] = json!(self.some(RESOURCES));
            if self.one_in(3) {
                rule["resourceNames"] = json!(self.some(NAMES));
            }
        }
        rule
    }

    fn subject(&mut self) -> Value {
        let group = "rbac.authorization.k8s.io";
        match self.below(9) {
            0..3 => json!({"kind": "User", "name": self.pick(USERS), "apiGroup": group}),
            3..6 => json!({"kind": "Group", "name": self.pick(TEAMS)}),
            6 | 7 => {
                let namespace = self.pick(NAMESPACES);
                json!({"kind": "ServiceAccount", "name": "app", "namespace": namespace})
            }
            _ => match self.below(6) {
                0 => json!({"kind": "Robot", "name": "r2"}),
                1 => json!({"kind": "User", "name": ""}),
                2 => {
                    json!({"kind": "ServiceAccount", "name": "app", "namespace": "red", "apiGroup": group})
                }
                _ => json!({"kind": "ServiceAccount", "name": "app"}),
            },
        }
    }

    /// An object and the path that it is posted to.
    fn object(&mut self, number: usize) -> (String, Value) {
        let kind = ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"][self.below(4)];
        let is_namespaced = !kind.starts_with("Cluster");
        let mut metadata = json!({"name": format!("r{number}")});
        let namespace = self.pick(NAMESPACES);
        if is_namespaced {
            metadata["namespace"] = json!(namespace);
        }
        let mut object = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata,
        });
        if kind.ends_with("Binding") {
            let role = if is_namespaced && self.one_in(2) {
                "Role"
            } else {
                "ClusterRole"
            };
            let role = if self.one_in(40) { "Role" } else { role };
            // Some are missing, some come later.
            let name = match self.below(12) {
                0 => "view".to_owned(),
                1 => "system:basic-user".to_owned(),
                _ => format!("r{}", self.below(number + 30)),
            };
            let group = if self.one_in(40) {
                "apps"
            } else {
                "rbac.authorization.k8s.io"
            };
            object["roleRef"] = json!({"apiGroup": group, "kind": role, "name": name});
            let count = self.below(4);
            object["subjects"] = (0..count).map(|_| self.subject()).collect();
        } else {
            let count = self.below(4);
            object["rules"] = (0..count).map(|_| self.rule(is_namespaced)).collect();
        }
        let path = match (kind, is_namespaced) {
            (_, true) => format!("{RBAC}/namespaces/{namespace}/{}s", kind.to_lowercase()),
            _ => format!("{RBAC}/{}s", kind.to_lowercase()),
        };
        (path, object)
    }

    fn question(&mut self) -> (Identity, Question) {
        let mut groups: Vec<Box<str>> = Vec::new();
        for _ in 0..self.below(3) {
            groups.push(self.pick(TEAMS).into());
        }
        let mut user = if self.one_in(5) { "" } else { self.pick(USERS) };
        if self.one_in(60) {
            groups.push("system:masters".into());
        }
        if groups.is_empty() && user.is_empty() {
            user = "alice";
        }
        let what = if self.one_in(6) {
            What::Url(self.pick(ASKED_URLS).into())
        } else {
            let (resource, subresource) = match self.pick(RESOURCES).split_once('/') {
                Some((resource, part)) => (resource.to_owned(), part.to_owned()),
                None => (self.pick(RESOURCES).to_owned(), String::new()),
            };
            What::Resource {
                group: self.pick(GROUPS).into(),
                resource: resource.into(),
                subresource: subresource.into(),
                name: if self.one_in(2) {
                    self.pick(NAMES).into()
                } else {
                    "".into()
                },
            }
        };
        let namespace = match &what {
            What::Resource { .. } if !self.one_in(4) => self.pick(NAMESPACES),
            _ => "",
        };
        let question = Question {
            verb: self.pick(VERBS).into(),
            what,
            namespace: namespace.into(),
        };
        let user = user.into();
        (Identity { user, groups }, question)
    }
}

fn review(identity: &Identity, question: &Question) -> Value {
    let mut spec = json!({"user": identity.user, "groups": identity.groups});
    match &question.what {
        What::Url(url) => {
            spec["nonResourceAttributes"] = json!({"verb": question.verb, "path": url});
        }
        What::Resource {
            group,
            resource,
            subresource,
            name,
        } => {
            spec["resourceAttributes"] = json!({
                "verb": question.verb, "group": group, "resource": resource,
                "subresource": subresource, "name": name, "namespace": question.namespace,
            });
        }
    }
    json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec,
    })
}

fn read(text: String, with_default_bindings: bool) -> Access {
    let mut reader = Reader::new(Options {
        with_default_bindings,
        ..Options::default()
    });
    reader.file(File {
        name: "world.json".to_owned(),
        bytes: text.into_bytes(),
    });
    reader.finish()
}

/// Waits until the authorizer knows the newest role and binding of each kind.
fn wait_until_seen(admin: &Client, round: usize) {
    let user = format!("seen-{round}");
    let rules = json!([{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]);
    for (prefix, namespaced) in [("Cluster", false), ("", true)] {
        let base = if namespaced {
            format!("{RBAC}/namespaces/red")
        } else {
            RBAC.to_owned()
        };
        let lower = prefix.to_lowercase();
        let head = |kind: &str| {
            let metadata = if namespaced {
                json!({"name": user, "namespace": "red"})
            } else {
                json!({"name": user})
            };
            json!({
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": format!("{prefix}{kind}"),
                "metadata": metadata,
            })
        };
        let mut role = head("Role");
        role["rules"] = rules.clone();
        admin.create(&format!("{base}/{lower}roles"), &role);
        let mut binding = head("RoleBinding");
        let subject = format!("{user}-{namespaced}");
        binding["roleRef"] = json!({
            "apiGroup": "rbac.authorization.k8s.io", "kind": format!("{prefix}Role"), "name": user,
        });
        binding["subjects"] = json!([{"kind": "User", "name": subject}]);
        admin.create(&format!("{base}/{lower}rolebindings"), &binding);
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
            "spec": {"user": subject, "resourceAttributes": {
                "verb": "get", "resource": "pods", "namespace": "red",
            }},
        });
        let begun = Instant::now();
        while admin.post(REVIEWS, &review).body["status"]["allowed"] != true {
            let late = begun.elapsed() > Duration::from_secs(SEEN_SECONDS_MAX);
            assert!(!late, "the authorizer does not see new roles");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn same_answers_as_the_api_server() {
    let cluster = Cluster::start();
    let admin = cluster.admin();
    for namespace in NAMESPACES {
        cluster.namespace(namespace, &json!({}));
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut world = String::new();
    let (mut refused, mut asked, mut allowed) = (0, 0, 0);
    for round in 0..ROUNDS {
        let objects: Vec<(String, Value)> = (0..OBJECTS_OF_ROUND)
            .map(|number| random.object(round * OBJECTS_OF_ROUND + number))
            .collect();
        let statuses = admin.parallel(&objects, |client, (path, object)| client.post(path, object));
        for ((_, object), answer) in objects.iter().zip(&statuses) {
            let text = format!("---\n{object}\n");
            let alone = read(text.clone(), false);
            let is_refused = answer.status == 422;
            assert!(is_refused || answer.status == 201, "{object} {answer:?}");
            assert_eq!(
                !alone.unknowns.is_empty(),
                is_refused,
                "{object}\nserver: {}\nours: {:?}",
                answer.message(),
                alone.unknowns
            );
            if is_refused {
                refused += 1;
            } else {
                world.push_str(&text);
            }
        }
        wait_until_seen(admin, round);
        // The server has its own bindings; nothing fills its aggregated roles.
        let access = read(format!("{world}{}", unaggregated(admin)), true);
        let questions: Vec<(Identity, Question)> =
            (0..QUESTIONS_OF_ROUND).map(|_| random.question()).collect();
        let answers = admin.parallel(&questions, |client, (identity, question)| {
            let answer = client.post(REVIEWS, &review(identity, question));
            assert_eq!(answer.status, 201, "{question:?} {answer:?}");
            answer.body["status"]["allowed"] == true
        });
        for ((identity, question), theirs) in questions.iter().zip(&answers) {
            let ours = access.can(identity, question);
            assert_eq!(
                ours.allowed(),
                *theirs,
                "{identity:?} {question:?}: the server says {theirs}, we {ours:?}"
            );
            asked += 1;
            allowed += usize::from(*theirs);
        }
    }
    eprintln!("{asked} questions, {allowed} allowed; {refused} objects refused");
    // A test that hardly ever hears "yes" would prove little.
    assert!(
        allowed * 10 > asked && allowed * 10 < asked * 9,
        "{allowed}"
    );
    assert!(refused > 10);
}

/// The three aggregated roles as they stand on the server, which has no controller.
fn unaggregated(admin: &Client) -> String {
    ["admin", "edit", "view"]
        .iter()
        .fold(String::new(), |mut out, name| {
            let role = admin.get(&format!("{RBAC}/clusterroles/{name}")).body;
            assert!(role["rules"].is_null(), "{role}");
            let plain = json!({
                "apiVersion": role["apiVersion"].as_str().unwrap_or("rbac.authorization.k8s.io/v1"),
                "kind": "ClusterRole", "metadata": {"name": name}, "rules": [],
            });
            writeln!(out, "---\n{plain}").unwrap();
            out
        })
}

/// What our table has is what a new server makes.
#[test]
fn same_roles_and_bindings_as_a_new_server_makes() {
    let cluster = Cluster::start();
    let mut dump = String::new();
    for kind in [
        "clusterroles",
        "clusterrolebindings",
        "roles",
        "rolebindings",
    ] {
        let list = cluster.admin().get(&format!("{RBAC}/{kind}")).body;
        for item in list["items"].as_array().unwrap() {
            let mut item = item.clone();
            item["apiVersion"] = json!("rbac.authorization.k8s.io/v1");
            item["kind"] = json!(match kind {
                "clusterroles" => "ClusterRole",
                "clusterrolebindings" => "ClusterRoleBinding",
                "roles" => "Role",
                _ => "RoleBinding",
            });
            writeln!(dump, "---\n{item}").unwrap();
        }
    }
    let theirs = read(dump, false);
    let ours = read(String::new(), true);
    assert_eq!(theirs.unknowns, []);
    assert_eq!(roles(&ours), roles(&theirs));
    assert_eq!(bindings(&ours), bindings(&theirs));
    assert!(roles(&ours).len() > 60);
}

type Words = BTreeSet<Box<str>>;

fn words(list: &[Box<str>]) -> Words {
    list.iter().cloned().collect()
}

/// Rules by role, as sets.
fn roles(access: &Access) -> BTreeMap<String, BTreeSet<[Words; 5]>> {
    let rule = |rule: &Rule| {
        [
            &rule.verbs,
            &rule.groups,
            &rule.resources,
            &rule.names,
            &rule.urls,
        ]
        .map(|list| words(list))
    };
    let roles = access.roles.iter();
    roles
        .map(|role| {
            let rules = role.rules.iter().map(|index| rule(&access.rules[*index]));
            (role.display(), rules.collect())
        })
        .collect()
}

fn bindings(access: &Access) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let bindings = access.bindings.iter();
    bindings
        .map(|binding| {
            let subjects = binding.subjects.iter();
            let subjects = subjects.map(|(subject, _)| subject.to_string()).collect();
            (binding.display(), (binding.role_display(), subjects))
        })
        .collect()
}
