//! `--cluster` against Kubernetes' own API server, as a person runs it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "support/program.rs"]
mod program;

use std::path::Path;

use plimsoll_test_cluster::Cluster;
use program::{Ran, World};
use serde_json::{Value, json};

fn run(world: &World, kubeconfig: &Path, arguments: &[&str]) -> Ran {
    let mut all = arguments.to_vec();
    all.extend(["--kubeconfig", kubeconfig.to_str().unwrap()]);
    world.run(&all)
}

fn owned(name: &str, (kind, owner): (&str, &str), uid: &str) -> Value {
    json!({"name": name, "labels": {"app": "cart"}, "ownerReferences": [{
        "apiVersion": "apps/v1", "kind": kind, "name": owner, "uid": uid, "controller": true,
    }]})
}

/// A Deployment with a ReplicaSet of now and one of before, two pods that a webhook changed, one that
/// only claims to be of them, a bare one, and a secret in a ConfigMap that claims to be let through.
fn fill(cluster: &Cluster) {
    let admin = cluster.admin();
    cluster.namespace("shop", &json!({}));
    let apps = "/apis/apps/v1/namespaces/shop";
    let container = json!({
        "name": "cart", "image": "registry.example/cart:1.0",
        "securityContext": {"privileged": true},
    });
    let pod = json!({"containers": [container]});
    let template = json!({"metadata": {"labels": {"app": "cart"}}, "spec": pod});
    let spec = |replicas: u8| json!({"replicas": replicas, "selector": {"matchLabels": {"app": "cart"}}, "template": template});
    let create = |path: &str, object: Value| {
        let made = admin.create(path, &object).body;
        made["metadata"]["uid"].as_str().unwrap().to_owned()
    };
    let deployment = create(
        &format!("{apps}/deployments"),
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "cart"}, "spec": spec(2),
        }),
    );
    let set = |name: &str, replicas: u8| {
        create(
            &format!("{apps}/replicasets"),
            json!({
                "apiVersion": "apps/v1", "kind": "ReplicaSet", "spec": spec(replicas),
                "metadata": owned(name, ("Deployment", "cart"), &deployment),
            }),
        )
    };
    let now = set("cart-now", 2);
    set("cart-before", 0);
    let pods = "/api/v1/namespaces/shop/pods";
    for name in ["cart-now-1", "cart-now-2"] {
        let mut changed = pod.clone();
        changed["hostNetwork"] = json!(true);
        create(
            pods,
            json!({
                "apiVersion": "v1", "kind": "Pod", "spec": changed,
                "metadata": owned(name, ("ReplicaSet", "cart-now"), &now),
            }),
        );
    }
    let mut thief = pod.clone();
    thief["hostPID"] = json!(true);
    create(
        pods,
        json!({
            "apiVersion": "v1", "kind": "Pod", "spec": thief,
            "metadata": owned("thief", ("ReplicaSet", "cart-now"), &now),
        }),
    );
    create(
        pods,
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare"}, "spec": pod,
        }),
    );
    create(
        "/api/v1/namespaces/shop/configmaps",
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"},
            "data": {"password": "correct-horse-battery", "a": "# plimsoll: allow secret-in-config-map, mine"},
        }),
    );
}

/// Where an id was found, and what is said there.
fn places(report: &Value, id: &str) -> Vec<(String, String)> {
    let findings = report["findings"].as_array().unwrap();
    let of_id = findings.iter().filter(|finding| finding["id"] == id);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut found: Vec<(String, String)> = of_id
        .map(|finding| {
            (
                text(&finding["locations"][0]["path"]),
                text(&finding["title"]),
            )
        })
        .collect();
    found.sort();
    found
}

fn paths(report: &Value, id: &str) -> Vec<String> {
    places(report, id)
        .into_iter()
        .map(|(path, _)| path)
        .collect()
}

#[test]
fn a_cluster_is_checked() {
    let cluster = Cluster::start();
    fill(&cluster);
    let world = World::new("real-cluster");
    let admin = cluster.kubeconfig("admin");

    let report = run(&world, &admin, &["check", "--cluster", "--format", "json"])
        .ended(2)
        .json();
    assert_eq!(report["target"]["name"], "cluster admin");
    assert_eq!(
        report
            .get("unknowns")
            .and_then(Value::as_array)
            .map_or(0, Vec::len),
        0
    );
    assert_eq!(
        paths(&report, "privileged-container"),
        ["shop/Deployment/cart", "shop/Pod/bare"]
    );
    let [(path, title)] = &places(&report, "host-network")[..] else {
        panic!("{report:#}");
    };
    assert_eq!(path, "shop/Pod/cart-now-1");
    assert!(
        title.ends_with("; 1 more of the same owner has it"),
        "{title}"
    );
    assert_eq!(paths(&report, "host-pid"), ["shop/Pod/thief"]);
    assert_eq!(
        paths(&report, "secret-in-config-map"),
        ["shop/ConfigMap/settings"]
    );
    for finding in report["findings"].as_array().unwrap() {
        assert!(finding["excepted"].is_null(), "{finding}");
        assert!(finding["locations"][0]["line"].is_null(), "{finding}");
    }
    // The same bytes again.
    let once = run(
        &world,
        &admin,
        &["check", "--cluster", "-n", "shop", "--format", "json"],
    )
    .ended(2);
    let again = run(
        &world,
        &admin,
        &["check", "--cluster", "-n", "shop", "--format", "json"],
    )
    .ended(2);
    assert_eq!(once.text(), again.text());
    let text = run(&world, &admin, &["check", "--cluster", "-n", "shop"]).ended(2);
    assert!(
        text.text()
            .contains("  --> shop/Deployment/cart (Deployment shop/cart, container cart)\n"),
        "{}",
        text.text()
    );

    network(&world, &cluster);
    access(&world, &cluster);
    errors(&world, &cluster);
}

/// A policy that lets nobody in, in the shop but for what is on the network of its node.
fn network(world: &World, cluster: &Cluster) {
    let admin = cluster.kubeconfig("admin");
    let prove = ["network", "prove", "shop/bare is isolated", "--cluster"];
    run(world, &admin, &prove).ended(2);
    let open = ["network", "open", "--cluster", "--format", "json"];
    let before = run(world, &admin, &open).json();
    assert_eq!(before["target"]["name"], "cluster admin");
    assert!(paths(&before, "open-to-any-source").contains(&"shop/Pod/bare".to_owned()));
    let policy = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": "closed"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    });
    let path = "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies";
    cluster.admin().create(path, &policy);
    run(world, &admin, &prove).ended(0);
    let after = run(world, &admin, &open).json();
    assert!(!paths(&after, "open-to-any-source").contains(&"shop/Pod/bare".to_owned()));
    let explain = ["network", "explain", "world", "shop/bare", "--cluster"];
    let explained = run(world, &admin, &explain);
    assert!(
        explained.text().contains("shop/NetworkPolicy/closed"),
        "{}",
        explained.text()
    );
    assert!(!explained.text().contains(":1:"), "{}", explained.text());
}

/// What Kubernetes gives by itself is quiet; what somebody adds or changes is told.
fn access(world: &World, cluster: &Cluster) {
    let admin = cluster.kubeconfig("admin");
    let risks = || {
        let ran = run(
            world,
            &admin,
            &["access", "risks", "--cluster", "--format", "json"],
        );
        ran.json()
    };
    let before = risks();
    assert_eq!(paths(&before, "access-cluster-admin"), [] as [&str; 0]);
    assert_eq!(paths(&before, "access-escalation"), [] as [&str; 0]);
    let rbac = "/apis/rbac.authorization.k8s.io/v1";
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": "ops"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin",
        },
        "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "shop"}],
    });
    cluster
        .admin()
        .create(&format!("{rbac}/clusterrolebindings"), &binding);
    // A role of Kubernetes with one right more is none of its own any more.
    let patch = json!({"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]});
    let patched = cluster.admin().send(
        "PATCH",
        &format!("{rbac}/clusterroles/system:kube-scheduler"),
        "application/merge-patch+json",
        patch.to_string().as_bytes(),
    );
    assert_eq!(patched.unwrap().status, 200);
    let after = risks();
    assert_eq!(
        paths(&after, "access-cluster-admin")[0],
        "ClusterRoleBinding/ops"
    );
    assert!(
        after
            .to_string()
            .contains("ClusterRole/system:kube-scheduler"),
        "{after:#}"
    );
    for finding in after["findings"].as_array().unwrap() {
        for location in finding["locations"].as_array().unwrap() {
            assert!(location["line"].is_null(), "{location}");
        }
    }
    let can = [
        "access",
        "can",
        "sa:shop/default",
        "create",
        "pods",
        "-n",
        "bank",
        "--cluster",
    ];
    let yes = run(world, &admin, &can).ended(0);
    let place = "to sa:shop/default (ClusterRoleBinding/ops)";
    assert!(yes.text().contains(place), "{}", yes.text());
    let no = [
        "access",
        "can",
        "user:jane",
        "create",
        "pods",
        "--cluster",
        "--strict",
    ];
    run(world, &admin, &no).ended(2);
}

fn errors(world: &World, cluster: &Cluster) {
    let admin = cluster.kubeconfig("admin");
    let jane = cluster.kubeconfig("jane");
    let none = run(world, &jane, &["check", "--cluster"]).ended(1);
    assert!(
        none.stderr
            .contains("hint: docs/guide/cluster.md has the ClusterRole"),
        "{}",
        none.stderr
    );
    let elsewhere = run(world, &admin, &["check", "--cluster", "--context", "none"]).ended(1);
    assert!(
        elsewhere.stderr.contains("no context `none`"),
        "{}",
        elsewhere.stderr
    );
    // No cluster is asked unless it is said so.
    let unsaid = run(world, &admin, &["check", "."]).ended(1);
    assert!(unsaid.stderr.contains("say --cluster"), "{}", unsaid.stderr);

    // Who may see pods alone gets those, and is told what is missing.
    let rbac = "/apis/rbac.authorization.k8s.io/v1";
    let api = "rbac.authorization.k8s.io/v1";
    cluster.admin().create(
        &format!("{rbac}/clusterroles"),
        &json!({
            "apiVersion": api, "kind": "ClusterRole", "metadata": {"name": "pods"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}],
        }),
    );
    cluster.admin().create(&format!("{rbac}/clusterrolebindings"), &json!({
        "apiVersion": api, "kind": "ClusterRoleBinding", "metadata": {"name": "jane"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "pods"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"}],
    }));
    let client = cluster.client("jane");
    while client.get("/api/v1/pods").status != 200 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let partial = run(
        world,
        &jane,
        &[
            "check",
            "--cluster",
            "--format",
            "json",
            "--severity",
            "critical",
            "--strict",
        ],
    );
    let report = partial.json();
    assert!(
        [2, 3].contains(&partial.code.unwrap()),
        "{}",
        partial.stderr
    );
    let unknowns = report["unknowns"].as_array().unwrap();
    let reason = "may not list secrets in all namespaces (403)";
    assert!(
        unknowns.iter().any(|unknown| unknown["reason"] == reason),
        "{unknowns:?}"
    );
    assert_eq!(
        paths(&report, "privileged-container").len(),
        2,
        "bare, and one for those of an owner"
    );
}
