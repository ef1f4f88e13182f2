//! `serve admission` before Kubernetes' own API server, as a cluster meets it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests"
)]

#[path = "real_admission/gate.rs"]
mod gate;

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gate::{Gate, certificate};
use plimsoll_test_cluster::{Answer, Client, Cluster};
use serde_json::{Value, json};

const POLICY: &str = "policy:
  name: gate
  rules:
    - {name: no-privileged, mode: enforce, ids: [privileged-container]}
    - {name: no-host-network, mode: warn, ids: [host-network]}
    - {name: no-host-pid, mode: audit, ids: [host-pid]}
    - {name: no-host-ipc, mode: {deploy: enforce}, ids: [host-ipc]}
admission:
  namespaces:
    - {names: [dev-*], mode: audit}
";
const PODS: &str = "/api/v1/namespaces/shop/pods";

fn container(privileged: bool) -> Value {
    json!({"name": "web", "image": "registry.example/web:1.0",
        "securityContext": {"privileged": privileged}})
}

fn pod(name: &str, privileged: bool) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {"containers": [container(privileged)]}})
}

fn deployment(privileged: bool) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "cart"}, "spec": {
        "replicas": 1, "selector": {"matchLabels": {"app": "cart"}},
        "template": {"metadata": {"labels": {"app": "cart"}},
            "spec": {"containers": [container(privileged)]}}}})
}

fn patch(client: &Client, path: &str, change: &Value) -> Answer {
    let kind = "application/strategic-merge-patch+json";
    let sent = client.send("PATCH", path, kind, change.to_string().as_bytes());
    sent.unwrap()
}

fn delete(client: &Client, path: &str) -> Answer {
    client.send("DELETE", path, "", &[]).unwrap()
}

fn refused(answer: &Answer, parts: &[&str]) {
    assert_eq!(answer.status, 403, "{}", answer.body);
    for part in parts {
        assert!(
            answer.message().contains(part),
            "{part}: {}",
            answer.message()
        );
    }
}

fn allowed(answer: &Answer) {
    assert!(matches!(answer.status, 200 | 201), "{}", answer.body);
}

/// Waits until something holds, on a machine that does much else.
fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Registers the webhook, as docs/admission.md has it, and waits until the API server asks it.
fn register(cluster: &Cluster, gate: &Gate, failure_policy: &str) {
    let rule = |groups: &[&str], resources: &[&str], operations: &[&str]| {
        json!({"apiGroups": groups, "apiVersions": ["*"], "resources": resources,
            "operations": operations, "scope": "Namespaced"})
    };
    let changes = ["CREATE", "UPDATE"];
    let webhook = json!({
        "name": "admission.plimsoll.example", "admissionReviewVersions": ["v1"],
        "sideEffects": "NoneOnDryRun", "timeoutSeconds": 5, "failurePolicy": failure_policy,
        "clientConfig": {"url": gate.url("/validate"), "caBundle": gate.authority()},
        "rules": [
            rule(&[""], &["pods", "pods/ephemeralcontainers", "pods/resize", "podtemplates",
                "replicationcontrollers", "replicationcontrollers/scale"], &changes),
            rule(&["apps"], &["deployments", "replicasets", "statefulsets", "daemonsets",
                "deployments/scale", "replicasets/scale", "statefulsets/scale"], &changes),
            rule(&["batch"], &["jobs", "cronjobs"], &changes),
            rule(&[""], &["pods/exec", "pods/attach", "pods/portforward"], &["CONNECT"]),
            rule(&[""], &["pods/binding"], &["CREATE"]),
        ],
    });
    let configuration = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "plimsoll"}, "webhooks": [webhook],
    });
    let all = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    let _ = delete(cluster.admin(), &format!("{all}/plimsoll"));
    cluster.admin().create(all, &configuration);
    wait("the API server asks the webhook", || {
        let answer = cluster
            .admin()
            .post(&format!("{PODS}?dryRun=All"), &pod("canary", true));
        answer.status == 403
    });
}

#[test]
fn the_webhook_of_a_cluster() {
    let audit = tempfile::tempdir().unwrap();
    let (rules, log) = (audit.path().join("policy.yaml"), audit.path().join("log"));
    let kind = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata, resources: [{resources: [pods]}]}]\n";
    fs::write(&rules, kind).unwrap();
    let cluster = Cluster::start_with(&[
        &format!("--audit-policy-file={}", rules.display()),
        &format!("--audit-log-path={}", log.display()),
    ]);
    for namespace in ["shop", "dev-jane"] {
        cluster.namespace(namespace, &json!({}));
    }
    // From before the webhook was there.
    cluster.admin().create(
        "/apis/apps/v1/namespaces/shop/deployments",
        &deployment(true),
    );
    let gate = Gate::start(cluster.folder(), POLICY, &[]);
    manifests(&cluster, &gate);
    register(&cluster, &gate, "Fail");
    verdicts(&cluster);
    annotations(&log);
    updates(&cluster);
    subresources(&cluster, &gate);
    dry_run(&cluster, &gate);
    reload_under_load(&cluster, &gate);
    broken_policy(&cluster, &gate);
    metrics(&gate);
    down(&cluster, gate);
}

/// What `deploy/` and the documentation hold is taken as it is, and within Pod Security `restricted`.
fn manifests(cluster: &Cluster, gate: &Gate) {
    let text = include_str!("../../../deploy/plimsoll-admission.yaml");
    let documents: Vec<&str> = text.split("\n---\n").collect();
    assert_eq!(documents.len(), 7);
    let page = include_str!("../../../docs/admission.md");
    let (_, rest) = page
        .split_once("```yaml\napiVersion: admissionregistration")
        .unwrap();
    let configuration = rest.split("```").next().unwrap();
    let configuration = format!("apiVersion: admissionregistration{configuration}");
    let configuration = configuration.replace("LS0t…", &gate.authority());
    for document in documents.into_iter().chain([configuration.as_str()]) {
        let line = |key: &str| {
            document
                .lines()
                .find_map(|line| line.strip_prefix(key))
                .unwrap()
        };
        let (version, kind) = (line("apiVersion: "), line("kind: "));
        let prefix = if version == "v1" {
            "/api/v1".to_owned()
        } else {
            format!("/apis/{version}")
        };
        let plural = match kind {
            "NetworkPolicy" => "networkpolicies".to_owned(),
            kind => format!("{}s", kind.to_ascii_lowercase()),
        };
        let path = match kind {
            "Namespace" | "ValidatingWebhookConfiguration" => format!("{prefix}/{plural}"),
            _ => format!("{prefix}/namespaces/plimsoll-admission/{plural}"),
        };
        let tried = if kind.starts_with("Validating") {
            "?dryRun=All"
        } else {
            ""
        };
        let path = format!("{path}{tried}");
        let answer = cluster
            .admin()
            .send("POST", &path, "application/yaml", document.as_bytes());
        let answer = answer.unwrap();
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        assert_eq!(answer.warnings, Vec::<String>::new(), "{path}");
    }
}

fn verdicts(cluster: &Cluster) {
    let admin = cluster.admin();
    let good = admin.post(PODS, &pod("good", false));
    allowed(&good);
    assert_eq!(good.warnings, Vec::<String>::new());
    refused(
        &admin.post(PODS, &pod("bad", true)),
        &[
            "admission webhook \"admission.plimsoll.example\" denied the request",
            "policy `gate` refuses Pod shop/bad:",
            "container web: ",
            "[rule no-privileged, privileged-container]",
        ],
    );
    let mut warned = pod("warned", false);
    warned["spec"]["hostNetwork"] = json!(true);
    let answer = admin.post(PODS, &warned);
    allowed(&answer);
    let said = answer
        .warnings
        .iter()
        .find(|it| it.contains("no-host-network"));
    assert!(
        said.is_some_and(|it| it.contains("Pod shop/warned")),
        "{:?}",
        answer.warnings
    );
    let mut audited = pod("audited", false);
    audited["spec"]["hostPID"] = json!(true);
    let answer = admin.post(PODS, &audited);
    allowed(&answer);
    assert_eq!(answer.warnings, Vec::<String>::new());
    // Another mode in another namespace, and the control plane's is left alone.
    for namespace in ["dev-jane", "kube-system"] {
        allowed(&admin.post(
            &format!("/api/v1/namespaces/{namespace}/pods"),
            &pod("bad", true),
        ));
    }
    let job = json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "x"}, "spec": {
        "schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": {"spec": {
            "restartPolicy": "Never", "containers": [container(true)]}}}}}});
    let answer = admin.post("/apis/batch/v1/namespaces/shop/cronjobs", &job);
    refused(&answer, &["refuses CronJob shop/x"]);
    let mut generated = pod("", true);
    generated["metadata"] = json!({"generateName": "many-"});
    refused(&admin.post(PODS, &generated), &["Pod shop/many-"]);
    allowed(&delete(
        admin,
        &format!("{PODS}/warned?gracePeriodSeconds=0"),
    ));
}

/// What rules that only audit say stands in the API server's own audit log.
fn annotations(log: &std::path::Path) {
    let says = |name: &str, key: &str, value: &str| {
        let log = fs::read_to_string(log).unwrap_or_default();
        let mut lines = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let key = format!("admission.plimsoll.example/{key}");
        lines.any(|line| {
            line["objectRef"]["name"] == name && line["annotations"][&key].as_str() == Some(value)
        })
    };
    for (name, key, value) in [
        ("audited", "audited", "no-host-pid/host-pid"),
        ("warned", "warned", "no-host-network/host-network"),
        (
            "bad",
            "denied",
            "no-privileged/privileged-container (container web)",
        ),
    ] {
        wait(&format!("{name} {key}"), || says(name, key, value));
    }
}

/// The Deployment was there before, and bad.
fn updates(cluster: &Cluster) {
    let admin = cluster.admin();
    let path = "/apis/apps/v1/namespaces/shop/deployments/cart";
    let answer = patch(admin, path, &json!({"metadata": {"labels": {"a": "b"}}}));
    allowed(&answer);
    let said = answer
        .warnings
        .iter()
        .any(|it| it.starts_with("as before, Deployment shop/cart"));
    assert!(said, "{:?}", answer.warnings);
    let worse = json!({"spec": {"template": {"spec": {"hostIPC": true}}}});
    let answer = patch(admin, path, &worse);
    refused(&answer, &["[rule no-host-ipc, host-ipc]"]);
    assert!(
        !answer.message().contains("privileged"),
        "{}",
        answer.message()
    );
    let scale = patch(
        admin,
        &format!("{path}/scale"),
        &json!({"spec": {"replicas": 3}}),
    );
    // The API server takes merge patches alone there.
    assert!(matches!(scale.status, 200 | 415), "{}", scale.body);
    let scale = admin
        .send(
            "PATCH",
            &format!("{path}/scale"),
            "application/merge-patch+json",
            br#"{"spec":{"replicas":3}}"#,
        )
        .unwrap();
    allowed(&scale);
    let mended = json!({"spec": {"template": {"spec": {"containers": [container(false)]}}}});
    let answer = patch(admin, path, &mended);
    allowed(&answer);
    assert_eq!(answer.warnings, Vec::<String>::new());
}

fn subresources(cluster: &Cluster, gate: &Gate) {
    let admin = cluster.admin();
    let path = format!("{PODS}/good/ephemeralcontainers");
    let debug = |privileged| {
        let mut one = container(privileged);
        one["name"] = json!("debug");
        json!({"spec": {"ephemeralContainers": [one]}})
    };
    refused(&patch(admin, &path, &debug(true)), &["container debug: "]);
    allowed(&patch(admin, &path, &debug(false)));
    // There is no node: it fails, after admission.
    let exec = admin.send(
        "POST",
        &format!("{PODS}/good/exec?command=id&container=web"),
        "",
        b"{}",
    );
    assert_ne!(exec.unwrap().status, 403);
    let line = gate.decision(|line| line["subresource"] == "exec");
    assert_eq!(line["user"], "admin");
    assert_eq!(line["groups"][0], "system:masters");
    assert_eq!(line["command"], json!(["id"]));
    assert_eq!(line["container"], "web");
    let line = gate.decision(|line| line["name"] == "audited");
    assert_eq!(line["verdict"], "allow");
    assert_eq!(line["reasons"][0]["rule"], "no-host-pid");
    gate.decision(|line| line["name"] == "bad" && line["verdict"] == "deny");
    gate.decision(|line| line["subresource"] == "scale");
    gate.decision(|line| line["namespace"] == "kube-system" && line["way"] == "exempt");
}

fn dry_run(cluster: &Cluster, gate: &Gate) {
    let answer = cluster
        .admin()
        .post(&format!("{PODS}?dryRun=All"), &pod("tried", true));
    refused(&answer, &["refuses Pod shop/tried"]);
    refused(&cluster.admin().post(PODS, &pod("after", true)), &[]);
    gate.decision(|line| line["name"] == "after");
    assert!(!gate.log().contains("tried"));
}

/// Policy and certificate change while requests flow; each gets the verdict of a policy that was in
/// force, none is lost.
fn reload_under_load(cluster: &Cluster, gate: &Gate) {
    let is_over = AtomicBool::new(false);
    let asked = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (is_over, asked, admin) = (&is_over, &asked, cluster.admin().clone());
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let number = asked.fetch_add(1, Ordering::Relaxed);
                    let is_bad = number % 2 == 0;
                    let name = format!("load-{worker}-{number}");
                    let answer = admin.post(&format!("{PODS}?dryRun=All"), &pod(&name, is_bad));
                    if is_bad {
                        refused(&answer, &["rule no-privileged"]);
                    } else {
                        allowed(&answer);
                    }
                }
            });
        }
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let first = gate.shown_certificate();
            for round in 0..3 {
                let policy = POLICY.replace("name: gate", &format!("name: gate-{round}"));
                gate.write_policy(&policy);
                certificate(gate.folder(), "server");
                wait("the new policy is judged by", || {
                    let answer = cluster
                        .admin()
                        .post(&format!("{PODS}?dryRun=All"), &pod("x", true));
                    refused(&answer, &[]);
                    answer.message().contains(&format!("policy `gate-{round}`"))
                });
            }
            wait("the new certificate is shown", || {
                gate.shown_certificate() != first
            });
        }));
        is_over.store(true, Ordering::Relaxed);
        result.unwrap();
    });
    assert!(asked.load(Ordering::Relaxed) > 50);
}

fn broken_policy(cluster: &Cluster, gate: &Gate) {
    gate.write_policy("policy: {rulez: []}");
    wait("the broken policy is told", || {
        gate.said()
            .contains("the policy that was read before stays")
    });
    refused(
        &cluster.admin().post(PODS, &pod("x", true)),
        &["policy `gate-2`"],
    );
    fs::write(gate.folder().join("server.key"), "no key").unwrap();
    wait("the broken key is told", || {
        gate.said()
            .contains("the certificate that was read before stays")
    });
    refused(
        &cluster.admin().post(PODS, &pod("x", true)),
        &["policy `gate-2`"],
    );
    gate.write_policy(POLICY);
    certificate(gate.folder(), "server");
}

fn metrics(gate: &Gate) {
    let text = gate.get("/metrics");
    for line in [
        "plimsoll_admission_denied_total{rule=\"no-privileged\",namespace=\"shop\"} ",
        "plimsoll_admission_under_enforcement_total{rule=\"no-host-pid\",namespace=\"shop\"} 1",
        "plimsoll_admission_under_enforcement_total{rule=\"no-privileged\",namespace=\"dev-jane\"} 1",
        "plimsoll_admission_reloads_total{what=\"policy\",result=\"refused\"} 1",
        "plimsoll_admission_ready 1",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(gate.get("/readyz"), "ok\n");
    assert_eq!(gate.get("/healthz"), "ok\n");
}

/// Without the webhook: `Fail` refuses but in its own way, `Ignore` lets through; it ends in order.
fn down(cluster: &Cluster, gate: Gate) {
    let folder = gate.folder().to_owned();
    // It hangs: the API server gives up in its own time, and refuses.
    gate.signal("STOP");
    let begun = Instant::now();
    let answer = cluster.admin().post(PODS, &pod("while-hanging", false));
    assert_eq!(answer.status, 500, "{}", answer.body);
    assert!(
        answer.message().contains("failed calling webhook"),
        "{}",
        answer.message()
    );
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
    gate.signal("CONT");
    wait("it goes on", || {
        cluster
            .admin()
            .post(PODS, &pod("after-hanging", false))
            .status
            == 201
    });
    assert_eq!(gate.end(), Some(0));
    let answer = cluster.admin().post(PODS, &pod("while-down", false));
    assert_eq!(answer.status, 500, "{}", answer.body);
    assert!(
        answer.message().contains("failed calling webhook"),
        "{}",
        answer.message()
    );
    // It comes back by itself: what it needs for that is not in its way.
    let gate = Gate::start(&folder, POLICY, &[]);
    register(cluster, &gate, "Ignore");
    drop(gate);
    allowed(&cluster.admin().post(PODS, &pod("while-down", true)));
}
