//! Checks at the edges of what they mean: what only looks like a defect, and defects in disguise.

#![allow(clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use plimsoll_check::{CHECKS, Options, Persona, check};
use plimsoll_model::Date;
use plimsoll_object::File;
use plimsoll_object::yaml::{Entry, Node, Value, parse};

fn ids(text: &str) -> BTreeSet<String> {
    let mut options = Options::new(Date::constant(2026, 11, 22));
    options.persona = Persona::Auditor;
    let file = File {
        name: "a.yaml".to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let checked = check([file], options);
    assert!(
        checked.unknowns.is_empty(),
        "{:?}\n{text}",
        checked.unknowns
    );
    checked.findings.into_iter().map(|it| it.id).collect()
}

/// A pod with lines of its container, and lines of its spec.
fn pod(container: &str, spec: &str) -> String {
    let indented = |text: &str, by: usize| {
        let line = |line: &str| format!("{}{line}\n", " ".repeat(by));
        text.lines().map(line).collect::<String>()
    };
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: cart, namespace: shop}}\nspec:\n{}  containers:\n    - name: cart\n{}",
        indented(spec, 2),
        indented(container, 6)
    )
}

fn told(id: &str, texts: &[String]) {
    for text in texts {
        assert!(ids(text).contains(id), "{id} is not told:\n{text}");
    }
}

fn quiet(id: &str, texts: &[String]) {
    for text in texts {
        assert!(!ids(text).contains(id), "{id} is told:\n{text}");
    }
}

fn containers(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| pod(line, "")).collect()
}

fn image(name: &str) -> String {
    pod(&format!("image: {name:?}"), "")
}

#[test]
fn programs_of_commands() {
    told(
        "sudo-in-command",
        &containers(&[
            "command: [/usr/bin/sudo, cart]",
            "command: [sh, -c]\nargs: ['cd /x && exec su -c id nobody']",
            "lifecycle: {postStart: {exec: {command: [sh, -c, 'true; sudo -u a b']}}}",
        ]),
    );
    quiet(
        "sudo-in-command",
        &containers(&[
            "command: [cart, sudo]",
            "command: [sh, -c, 'echo sudo']",
            "command: [sh, -c, '# sudo cart']",
            "command: null\nargs: [1, null, {}]",
        ]),
    );
    told(
        "code-fetched-at-start",
        &containers(&[
            "command: [apk, add, curl]",
            "command: [bash, -lc, 'wget -qO- https://a.example/x | bash -s --']",
            "args: [sh, -c, 'python -c 1; pip install x']",
        ]),
    );
    quiet(
        "code-fetched-at-start",
        &containers(&[
            "command: [sh, -c, 'curl -fsS https://a.example | jq .']",
            "command: [sh, -c, 'pip list; npm start; go test ./...']",
            "command: [sh, -c, 'cat /x | sh']",
        ]),
    );
    told(
        "node-entered",
        &containers(&[
            "command: [chroot, /host, systemctl]",
            "command: [nsenter, -t, '1', -m]",
        ]),
    );
    quiet(
        "node-entered",
        &containers(&["command: [chroot, /srv/jail, cart]"]),
    );
}

#[test]
fn secrets_and_what_only_sounds_like_one() {
    told(
        "secret-in-script",
        &containers(&[
            "command: [sh, -c, 'export DB_PASSWORD=hunter2-not-real; cart']",
            "command: [sh, -c, 'PGPASSWORD=hunter2-not-real psql']",
            "command: [cart, --admin-token, n0t-a-real-token]",
        ]),
    );
    quiet(
        "secret-in-script",
        &containers(&[
            "command: [sh, -c, 'export DB_PASSWORD=$(cat /run/secrets/db)']",
            "command: [sh, -c, 'PASSWORD=\"$SECRET\" cart --password \"$PASSWORD\"']",
            "command: [cart, --token-file, /run/token]",
            "command: [cart, --password, --verbose]",
        ]),
    );
    let service = |annotation: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  annotations: {{{annotation}}}\n"
        )
    };
    quiet(
        "secret-in-annotation",
        &[
            service("vault.hashicorp.com/agent-inject-secret-db: kv-db"),
            service("vault.hashicorp.com/agent-inject-token: 'true'"),
            service("nginx.ingress.kubernetes.io/auth-tls-secret: shop/ca"),
            service("checksum/password: 0123456789abcdef0123456789abcdef"),
            service("eks.amazonaws.com/token-expiration: '86400'"),
        ],
    );
    told(
        "secret-in-annotation",
        &[
            service("shop.example/password: hunter2-not-real"),
            service("shop.example/note: 'redis://:hunter2-not-real@cache'"),
        ],
    );
    let secret = |fields: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a, namespace: shop{fields}\n")
    };
    told(
        "secret-in-manifest",
        &[secret("}\nstringData: {a: hunter2-not-real}")],
    );
    quiet(
        "secret-in-manifest",
        &[
            secret(", uid: 1-2-3}\ndata: {a: bm90IHJlYWw=}"),
            secret("}\nstringData: {a: 'ENC[AES256_GCM,data:x]'}"),
            secret("}\nstringData: {a: '${PASSWORD}'}"),
            secret("}\ndata: null"),
        ],
    );
}

#[test]
fn images() {
    told(
        "retired-registry",
        &[
            image("k8s.gcr.io/pause:3.9"),
            image("bitnami/redis:7.2"),
            image("docker.io/bitnami/redis:7"),
        ],
    );
    quiet(
        "retired-registry",
        &[
            image("bitnamisecure/redis:latest"),
            image("gcr.io/distroless/base:nonroot"),
        ],
    );
    told(
        "image-past-its-end",
        &[
            image("python:3.9-slim"),
            image("debian:buster-slim"),
            image("docker.io/library/node:18.20.4-alpine"),
        ],
    );
    quiet(
        "image-past-its-end",
        &[
            image("python:3.90"),
            image("registry.example/python:3.9"),
            image("debian:13"),
            image("alpine:3.22"),
            image("shop/python:2"),
        ],
    );
    told(
        "invalid-image-name",
        &[image(""), image("$IMAGE"), image("Shop/Cart:1")],
    );
    quiet(
        "invalid-image-name",
        &[image("a.example:5000/b/c:1.0"), image("cart")],
    );
    told(
        "local-registry-image",
        &[image("127.0.0.1:5000/a"), image("localhost/a:1")],
    );
    quiet(
        "local-registry-image",
        &[image("localhost.example/a:1"), image("a/localhost:1")],
    );
    told(
        "engine-in-container",
        &[
            image("docker:dind"),
            image("docker.io/library/docker:28.5-dind"),
        ],
    );
    quiet(
        "engine-in-container",
        &[image("docker:28-dind-rootless"), image("docker:28-cli")],
    );
}

#[test]
fn folders_of_the_node() {
    let host = |path: &str| {
        pod(
            "volumeMounts: [{name: a, mountPath: /a}]",
            &format!("volumes: [{{name: a, hostPath: {{path: {path}}}}}]"),
        )
    };
    told(
        "node-credentials-mounted",
        &[host("/etc/kubernetes/pki/"), host("/root/.kube")],
    );
    quiet(
        "sensitive-host-path",
        &[
            host("/etc/kubernetes/pki"),
            host("/etcetera"),
            host("/variable"),
        ],
    );
    told(
        "sensitive-host-path",
        &[
            host("/"),
            host("/etc"),
            host("/etc/cron.d"),
            host("/var/lib/containerd"),
        ],
    );
    told("node-device-mounted", &[host("/dev/kvm")]);
    quiet(
        "node-device-mounted",
        &[host("/dev/shm"), host("/device"), host("null")],
    );
    let logs = "volumeMounts: [{name: a, mountPath: /a, readOnly: true}]";
    quiet(
        "node-logs-writable",
        &[
            pod(logs, "volumes: [{name: a, hostPath: {path: /var/log}}]"),
            host("/var/log/cart"),
        ],
    );
}

#[test]
fn windows_and_user_namespaces_are_another_matter() {
    quiet(
        "node-root-capability",
        &[pod(
            "securityContext: {capabilities: {add: [SYS_ADMIN]}}",
            "hostUsers: false",
        )],
    );
    told(
        "node-root-capability",
        &containers(&["securityContext: {capabilities: {add: [CAP_SYS_ADMIN, CHOWN]}}"]),
    );
    quiet(
        "node-user-namespace",
        &[pod("", "os: {name: windows}"), pod("", "hostNetwork: true")],
    );
}

#[test]
fn roles() {
    let role = |kind: &str, rule: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: a}}\nrules: [{{{rule}}}]\n"
        )
    };
    let cluster = |rule: &str| role("ClusterRole", rule);
    told(
        "cluster-secrets-readable",
        &[
            cluster("apiGroups: ['*'], resources: [secrets], verbs: [watch]"),
            cluster("apiGroups: [''], resources: [pods, secrets], verbs: ['*']"),
        ],
    );
    quiet(
        "cluster-secrets-readable",
        &[
            cluster("apiGroups: [vault.example], resources: [secrets], verbs: [get]"),
            cluster("apiGroups: [''], resources: [secrets], verbs: [create]"),
            cluster("apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [a]"),
            cluster("apiGroups: [''], resources: ['*'], verbs: [get]"),
            role(
                "Role",
                "apiGroups: [''], resources: [secrets], verbs: [get]",
            ),
            cluster("apiGroups: null, resources: null, verbs: text"),
        ],
    );
    quiet(
        "all-rights-role",
        &[cluster(
            "apiGroups: [shop.example], resources: ['*'], verbs: ['*']",
        )],
    );
    told(
        "all-rights-role",
        &[cluster(
            "apiGroups: [apps, shop.example], resources: ['*'], verbs: ['*']",
        )],
    );
    let given = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: a, labels: {kubernetes.io/bootstrapping: rbac-defaults}}\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: Group, name: 'system:masters'}]\n".to_owned();
    quiet("cluster-admin-binding", std::slice::from_ref(&given));
    quiet("masters-group-subject", &[given]);
}

#[test]
fn control_plane() {
    let etcd = |flags: &str| pod(&format!("command: [etcd, {flags}]"), "");
    told(
        "etcd-open",
        &[
            etcd("'--listen-client-urls=https://10.0.0.1:2379'"),
            etcd("--listen-client-urls, 'http://127.0.0.1:2379,http://0.0.0.0:2379'"),
        ],
    );
    quiet(
        "etcd-open",
        &[
            etcd("'--listen-client-urls=http://127.0.0.1:2379'"),
            etcd("'--listen-client-urls=https://10.0.0.1:2379', --client-cert-auth"),
            pod("command: [etcdctl, get, a]", ""),
        ],
    );
    told(
        "authorization-off",
        &containers(&[
            "command: [sh, -c, 'exec /usr/local/bin/kube-apiserver --authorization-mode=RBAC,AlwaysAllow']",
            "command: [kube-apiserver, --v=2]",
        ]),
    );
    quiet(
        "authorization-off",
        &containers(&[
            "command: [kube-apiserver, --authorization-config=/etc/a.yaml]",
            "command: [kube-scheduler]",
        ]),
    );
}

#[test]
fn services_for_the_inside() {
    let service = |spec: &str, annotation: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a, annotations: {{{annotation}}}}}\nspec: {{{spec}}}\n"
        )
    };
    told(
        "internal-service-exposed",
        &[service(
            "type: LoadBalancer, ports: [{port: 80, targetPort: 9200}]",
            "",
        )],
    );
    quiet(
        "internal-service-exposed",
        &[
            service(
                "type: LoadBalancer, ports: [{port: 5432}], loadBalancerSourceRanges: [10.0.0.0/8]",
                "",
            ),
            service(
                "type: LoadBalancer, ports: [{port: 5432}]",
                "networking.gke.io/load-balancer-type: Internal",
            ),
            service("ports: [{port: 5432}]", ""),
            service(
                "type: LoadBalancer, ports: [{port: 443, targetPort: https}]",
                "",
            ),
        ],
    );
}

/// JSON of a tree, with the value at one place another.
fn json(node: &Node, place: &mut usize, other: &str) -> String {
    *place = place.wrapping_sub(1);
    if *place == usize::MAX {
        return other.to_owned();
    }
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => format!("{:?}", &**text),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| json(item, place, other)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Map(entries) => {
            let entry = |entry: &Entry| {
                let value = json(&entry.value, place, other);
                format!("{:?}:{value}", &*entry.key)
            };
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

/// Each value of each example is put aside for another in turn: nothing falls over, whatever stands
/// there.
#[test]
fn odd_values_stop_no_check() {
    const OTHERS: [&str; 7] = [
        "null",
        "-1",
        "\"\"",
        "[]",
        "{}",
        "[null]",
        "\"\u{fc}=://:@:/\"",
    ];
    let mut options = Options::new(Date::constant(2026, 11, 22));
    options.persona = Persona::Auditor;
    let mut tries = 0;
    for one in CHECKS {
        let (documents, _) = parse(one.bad.as_bytes());
        for document in &documents {
            for start in 0.. {
                let mut place = start;
                let other = OTHERS[(tries + start) % OTHERS.len()];
                let text = json(&document.root, &mut place, other);
                if place <= start {
                    break;
                }
                tries += 1;
                let file = File {
                    name: "a.json".to_owned(),
                    bytes: text.into_bytes(),
                };
                check([file], options);
            }
        }
    }
    assert!(tries > 2000, "{tries}");
}
