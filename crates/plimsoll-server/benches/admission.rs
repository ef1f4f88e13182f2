//! How many reviews the core judges in a second, and how long the slowest hundredth takes.
//!
//! `cargo bench -p plimsoll-server`. Three loads: every object another one, so that nothing is
//! remembered; pods of few workloads, as clusters make them; reviews that nothing is wrong with.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a program for people"
)]

use std::fmt::Write;
use std::time::{Duration, Instant};

use plimsoll_check::Persona;
use plimsoll_model::Timestamp;
use plimsoll_policy::Document;
use plimsoll_server::admission::{Gate, Own, Rulebook};
use serde_json::{Value, json};

/// Reviews of each load.
const REVIEWS: usize = 20_000;

fn gate() -> Gate {
    let document = Document::parse("", "built in").expect("the default policy");
    Gate::new(Rulebook {
        policy: document.policy,
        exceptions: document.exceptions,
        admission: document.admission,
        registries: vec!["registry.example".to_owned()],
        persona: Persona::Auditor,
        minor: 36,
        own: Own::default(),
    })
}

/// A pod as the API server hands it over: defaults, a token volume, tolerations, two containers.
fn review(number: usize, image: usize, is_good: bool) -> Vec<u8> {
    let security = if is_good {
        json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": true, "runAsNonRoot": true, "runAsUser": 10_001,
            "seccompProfile": {"type": "RuntimeDefault"}})
    } else {
        json!({"privileged": true})
    };
    let container = |name: &str| {
        json!({"name": name, "image": format!("registry.example/shop/{name}:1.{image}"),
            "imagePullPolicy": "IfNotPresent", "securityContext": security,
            "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "PORT", "value": "8080"}],
            "ports": [{"containerPort": 8080, "name": "http", "protocol": "TCP"}],
            "readinessProbe": {"httpGet": {"path": "/ready", "port": "http", "scheme": "HTTP"},
                "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3},
            "resources": {"requests": {"cpu": "100m", "memory": "64Mi"},
                "limits": {"cpu": "1", "memory": "128Mi"}},
            "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
            "volumeMounts": [{"name": "token", "readOnly": true,
                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}]})
    };
    let name = format!("cart-7d9f8b6c5-{number:05}");
    let pod = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "generateName": "cart-7d9f8b6c5-", "namespace": "shop",
            "uid": format!("{number:032}"), "labels": {"app": "cart", "pod-template-hash": "7d9f8b6c5"},
            "annotations": {"prometheus.io/scrape": "true"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "cart-7d9f8b6c5",
                "uid": "0b7", "controller": true, "blockOwnerDeletion": true}]},
        "spec": {"containers": [container("cart"), container("proxy")],
            "dnsPolicy": "ClusterFirst", "enableServiceLinks": true, "preemptionPolicy": "PreemptLowerPriority",
            "priority": 0, "restartPolicy": "Always", "schedulerName": "default-scheduler",
            "serviceAccount": "cart", "serviceAccountName": "cart", "terminationGracePeriodSeconds": 30,
            "tolerations": [{"effect": "NoExecute", "key": "node.kubernetes.io/not-ready",
                "operator": "Exists", "tolerationSeconds": 300}],
            "volumes": [{"name": "token", "projected": {"defaultMode": 420, "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}]}}]},
        "status": {"phase": "Pending", "qosClass": "Burstable"}});
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": format!("u-{number}"), "operation": "CREATE", "namespace": "shop", "name": name,
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "userInfo": {"username": "system:serviceaccount:kube-system:replicaset-controller",
            "groups": ["system:serviceaccounts", "system:authenticated"]},
        "object": pod, "oldObject": Value::Null, "dryRun": false}});
    review.to_string().into_bytes()
}

fn run(what: &str, reviews: &[Vec<u8>]) {
    let gate = gate();
    let now = Timestamp::from_second(1_795_000_000).expect("a time");
    let mut times: Vec<Duration> = Vec::with_capacity(reviews.len());
    let begun = Instant::now();
    for review in reviews {
        let at = Instant::now();
        std::hint::black_box(gate.answer(review, now));
        times.push(at.elapsed());
    }
    let all = begun.elapsed();
    times.sort_unstable();
    let at = |share: f64| {
        times
            .get((times.len() as f64 * share) as usize)
            .copied()
            .unwrap_or_default()
    };
    let mut line = String::new();
    let rate = reviews.len() as f64 / all.as_secs_f64();
    let _ = write!(line, "{what:<28} {rate:>9.0} reviews/s on one core");
    for (name, share) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)] {
        let _ = write!(line, "  {name} {:>7.1} us", at(share).as_secs_f64() * 1e6);
    }
    println!("{line}");
}

fn main() {
    // `cargo test` runs benches as well, to see that they work.
    let count = if std::env::args().any(|word| word == "--bench") {
        REVIEWS
    } else {
        20
    };
    let make = |image: fn(usize) -> usize, is_good| -> Vec<Vec<u8>> {
        (0..count)
            .map(|number| review(number, image(number), is_good))
            .collect()
    };
    run("bad pods, all different", &make(|number| number, false));
    run("good pods, all different", &make(|number| number, true));
    run(
        "bad pods of 50 workloads",
        &make(|number| number % 50, false),
    );
}
