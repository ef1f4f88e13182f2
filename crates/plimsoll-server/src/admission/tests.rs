//! The core as the edge calls it: bytes in, bytes out.

use plimsoll_check::Persona;
use plimsoll_model::{Outcome, Timestamp};
use plimsoll_policy::Document;
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_795_000_000; // 2026-11-18

fn gate(policy: &str) -> Gate {
    let document = Document::parse(policy, "plimsoll.yaml").unwrap();
    Gate::new(Rulebook {
        policy: document.policy,
        exceptions: document.exceptions,
        admission: document.admission,
        registries: document.settings.registries,
        persona: Persona::Regular,
        minor: 36,
        own: Own {
            namespace: Some("plimsoll".to_owned()),
            user: Some("system:serviceaccount:plimsoll:plimsoll".to_owned()),
        },
    })
}

/// Refuses privileged containers and nothing else.
const STRICT: &str = "policy:
  name: strict
  rules:
    - {name: no-privileged, mode: enforce, ids: [privileged-container, dangerous-capability, host-network]}
";

fn pod(containers: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "cart", "namespace": "shop"},
        "spec": {"containers": containers}})
}

fn container(name: &str, privileged: bool) -> Value {
    json!({"name": name, "image": "registry.example/cart:1.0",
        "securityContext": {"privileged": privileged}})
}

fn review(object: &Value) -> Value {
    let (group, version) = match object["apiVersion"]
        .as_str()
        .unwrap_or_default()
        .split_once('/')
    {
        Some((group, version)) => (group, version),
        None => ("", object["apiVersion"].as_str().unwrap_or_default()),
    };
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u-1", "operation": "CREATE", "namespace": "shop", "name": object["metadata"]["name"],
        "kind": {"group": group, "version": version, "kind": object["kind"]},
        "resource": {"group": group, "version": version, "resource": "things"},
        "userInfo": {"username": "jane", "groups": ["developers"]}, "object": object}})
}

fn update(object: &Value, old: &Value) -> Value {
    let mut review = review(object);
    review["request"]["operation"] = json!("UPDATE");
    review["request"]["oldObject"] = old.clone();
    review
}

struct Said {
    allowed: bool,
    code: Value,
    message: String,
    warnings: Vec<String>,
    annotations: Value,
    decision: Decision,
}

fn ask(gate: &Gate, review: &Value) -> Said {
    ask_bytes(gate, review.to_string().as_bytes(), "u-1")
}

fn ask_bytes(gate: &Gate, bytes: &[u8], uid: &str) -> Said {
    let answer = gate.answer(bytes, Timestamp::from_second(NOW).unwrap());
    assert!(
        answer.is_review,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    assert!(answer.body.len() <= ANSWER_BYTES_MAX);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["response"]["uid"], uid);
    assert_eq!(body["kind"], "AdmissionReview");
    let response = &body["response"];
    let warnings = response["warnings"].as_array().cloned().unwrap_or_default();
    let said = Said {
        allowed: response["allowed"].as_bool().unwrap(),
        code: response["status"]["code"].clone(),
        message: response["status"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        warnings: warnings
            .iter()
            .map(|it| it.as_str().unwrap().to_owned())
            .collect(),
        annotations: response["auditAnnotations"].clone(),
        decision: answer.decision,
    };
    assert_eq!(said.allowed, said.decision.outcome != Outcome::Deny);
    assert_eq!(said.code.is_null(), said.allowed);
    said
}

#[test]
fn a_refusal_says_which_rule_which_container_what_and_what_to_do() {
    let gate = gate(STRICT);
    let pod = pod(&json!([container("web", false), container("debug", true)]));
    let said = ask(&gate, &review(&pod));
    assert!(!said.allowed);
    assert_eq!(said.code, 403);
    for part in [
        "policy `strict` refuses Pod shop/cart:",
        "container debug: ",
        "`securityContext.privileged` is `true`",
        "[rule no-privileged, privileged-container]. ",
    ] {
        assert!(said.message.contains(part), "{part}: {}", said.message);
    }
    assert!(!said.message.contains("container web"), "{}", said.message);
    assert_eq!(
        said.annotations["denied"],
        "no-privileged/privileged-container (container debug)"
    );
    let good = ask(
        &gate,
        &review(&self::pod(&json!([container("web", false)]))),
    );
    assert!(good.allowed && good.warnings.is_empty() && good.annotations.is_null());
}

#[test]
fn every_workload_that_brings_a_container_is_judged() {
    let gate = gate(STRICT);
    let template = json!({"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [container("web", true)]}});
    let spec = json!({"template": template});
    for (version, kind, spec) in [
        ("apps/v1", "Deployment", spec.clone()),
        ("apps/v1", "ReplicaSet", spec.clone()),
        ("apps/v1", "StatefulSet", spec.clone()),
        ("apps/v1", "DaemonSet", spec.clone()),
        ("v1", "ReplicationController", spec.clone()),
        ("batch/v1", "Job", spec.clone()),
        (
            "batch/v1",
            "CronJob",
            json!({"jobTemplate": {"spec": spec}}),
        ),
        ("argoproj.io/v1alpha1", "Rollout", spec.clone()),
    ] {
        let object =
            json!({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}, "spec": spec});
        assert!(!ask(&gate, &review(&object)).allowed, "{kind}");
    }
    let template = json!({"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "x"}, "template": template});
    assert!(!ask(&gate, &review(&template)).allowed);
    for list in ["initContainers", "ephemeralContainers"] {
        let mut pod = pod(&json!([container("web", false)]));
        pod["spec"][list] = json!([container("other", true)]);
        let said = ask(&gate, &review(&pod));
        assert!(
            said.message.contains("container other"),
            "{list}: {}",
            said.message
        );
    }
}

#[test]
fn an_update_is_refused_only_for_what_it_changes() {
    let gate = gate(STRICT);
    let old = pod(&json!([container("web", true)]));
    let mut new = old.clone();
    new["metadata"]["labels"] = json!({"a": "b"});
    let said = ask(&gate, &update(&new, &old));
    assert!(said.allowed, "{}", said.message);
    assert!(
        said.warnings[0].starts_with("as before, Pod shop/cart, container web: "),
        "{:?}",
        said.warnings
    );
    assert_eq!(
        said.annotations["before"],
        "no-privileged/privileged-container (container web)"
    );
    // Another container that is as bad is a change.
    new["spec"]["containers"] = json!([container("web", true), container("more", true)]);
    let said = ask(&gate, &update(&new, &old));
    assert!(!said.allowed && said.message.contains("container more"));
    assert!(!said.message.contains("container web"), "{}", said.message);
    // What the old object did not have is refused, and mending is not.
    let good = pod(&json!([container("web", false)]));
    assert!(!ask(&gate, &update(&old, &good)).allowed);
    assert!(ask(&gate, &update(&good, &old)).allowed);
}

#[test]
fn modes_by_stage_and_namespace() {
    let policy = |mode: &str| {
        format!(
            "policy: {{rules: [{{name: r, mode: {mode}, ids: [privileged-container]}}]}}
admission: {{namespaces: [{{names: [dev-*], mode: audit}}]}}"
        )
    };
    let pod = pod(&json!([container("web", true)]));
    let deny = gate(&policy("{build: audit, deploy: enforce}"));
    assert!(!ask(&deny, &review(&pod)).allowed);
    let mut in_dev = review(&pod);
    in_dev["request"]["namespace"] = json!("dev-jane");
    let said = ask(&deny, &in_dev);
    assert!(said.allowed && said.warnings.is_empty());
    assert_eq!(
        said.annotations["audited"],
        "r/privileged-container (container web)"
    );
    assert_eq!(said.decision.under_enforcement().collect::<Vec<_>>(), ["r"]);
    let said = ask(
        &gate(&policy("{build: enforce, deploy: warn}")),
        &review(&pod),
    );
    assert!(said.allowed);
    assert_eq!(said.warnings.len(), 1);
    assert!(said.warnings[0].len() <= WARNING_BYTES_MAX);
    assert!(
        ask(&gate(&policy("{build: enforce}")), &review(&pod))
            .annotations
            .is_null()
    );
}

#[test]
fn exempt_are_who_the_policy_says_and_the_webhook_itself() {
    let gate = gate(&format!(
        "{STRICT}admission: {{exempt: {{users: [root], groups: [breakglass]}}}}"
    ));
    let pod = pod(&json!([container("web", true)]));
    let with = |key: &str, value: &Value| {
        let mut review = review(&pod);
        match key {
            "namespace" => review["request"]["namespace"] = value.clone(),
            key => review["request"]["userInfo"][key] = value.clone(),
        }
        ask(&gate, &review)
    };
    for (key, value) in [
        ("namespace", json!("kube-system")),
        ("namespace", json!("plimsoll")),
        ("username", json!("root")),
        ("username", json!("system:serviceaccount:plimsoll:plimsoll")),
        ("groups", json!(["a", "breakglass"])),
    ] {
        let said = with(key, &value);
        assert!(said.allowed, "{key} {value}");
        assert!(matches!(said.decision.way, Way::Exempt(_)), "{key} {value}");
    }
    for (key, value) in [
        ("namespace", json!("kube-systemd")),
        ("namespace", json!("")),
        ("username", json!("system:serviceaccount:plimsoll:other")),
        ("groups", json!("breakglass")),
    ] {
        assert!(!with(key, &value).allowed, "{key} {value}");
    }
}

#[test]
fn what_brings_no_container_is_let_through_and_who_enters_one_is_recorded() {
    let gate = gate(STRICT);
    let mut delete = review(&pod(&json!([container("web", true)])));
    delete["request"]["operation"] = json!("DELETE");
    delete["request"]["object"] = Value::Null;
    assert!(ask(&gate, &delete).allowed);
    let options = json!({"apiVersion": "v1", "kind": "PodExecOptions", "container": "web", "command": ["sh", "-c", "id"]});
    let mut exec = review(&options);
    exec["request"]["operation"] = json!("CONNECT");
    exec["request"]["subResource"] = json!("exec");
    exec["request"]["name"] = json!("cart");
    let said = ask(&gate, &exec);
    assert!(said.allowed);
    let line: Value = serde_json::from_str(&said.decision.line(
        Timestamp::from_second(NOW).unwrap(),
        std::time::Duration::from_micros(7),
    ))
    .unwrap();
    for (key, value) in [
        ("schema", json!("plimsoll.decision/v1")),
        ("user", json!("jane")),
        ("groups", json!(["developers"])),
        ("subresource", json!("exec")),
        ("name", json!("cart")),
        ("container", json!("web")),
        ("command", json!(["sh", "-c", "id"])),
        ("verdict", json!("allow")),
        ("way", json!("nothing_to_judge")),
        ("duration_us", json!(7)),
    ] {
        assert_eq!(line[key], value, "{key}");
    }
    for subresource in ["scale", "binding", "status"] {
        let mut review =
            review(&json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {}}));
        review["request"]["subResource"] = json!(subresource);
        assert!(ask(&gate, &review).allowed);
    }
}

/// The way round by a controller's name is open to controllers only.
#[test]
fn exceptions_name_workloads_and_only_controllers_are_believed() {
    let gate = gate(&format!("{STRICT}exceptions:
  - {{id: privileged-container, path: shop/Deployment/cart, owner: a, reason: b, expires: 2027-01-31}}
  - {{id: privileged-container, path: shop/Pod/old, owner: jo, reason: b, expires: 2026-01-31}}
"));
    let mut pod = pod(&json!([container("web", true)]));
    pod["metadata"] = json!({"generateName": "cart-7d9f8-", "name": "cart-7d9f8-abcde",
        "labels": {"pod-template-hash": "7d9f8"},
        "ownerReferences": [{"kind": "ReplicaSet", "name": "cart-7d9f8", "controller": true}]});
    let mut made = review(&pod);
    assert!(!ask(&gate, &made).allowed);
    made["request"]["userInfo"]["username"] =
        json!("system:serviceaccount:kube-system:replicaset-controller");
    assert!(ask(&gate, &made).allowed);
    let mut old = review(&self::pod(&json!([container("web", true)])));
    old["request"]["name"] = json!("old");
    let said = ask(&gate, &old);
    assert!(
        said.message
            .contains("the exception for privileged-container expired on 2026-01-31 (owner: jo)"),
        "{}",
        said.message
    );
}

#[test]
fn pods_of_one_replica_set_are_judged_once() {
    let gate = gate(STRICT);
    let made = |name: &str, bad: bool| {
        let mut pod = pod(&json!([container("web", bad)]));
        pod["metadata"] = json!({"generateName": "cart-1-", "name": name, "uid": name});
        ask(&gate, &review(&pod))
    };
    assert!(!made("cart-1-a", true).decision.is_remembered);
    let again = made("cart-1-b", true);
    assert!(again.decision.is_remembered && !again.allowed);
    assert!(again.message.contains("container web"));
    assert!(!made("cart-1-c", false).decision.is_remembered);
    assert!(made("cart-1-d", false).allowed);
    assert_eq!(gate.remembered(), 2);
}

#[test]
fn bad_input_is_refused_with_its_uid_and_never_allowed_by_accident() {
    let strict = gate(STRICT);
    let lenient = gate(&format!("{STRICT}admission: {{on_error: allow}}"));
    let good = review(&pod(&json!([container("web", true)])));
    let with = |path: &[&str], value: Value| {
        let mut review = good.clone();
        let mut at = &mut review;
        for key in path {
            at = &mut at[*key];
        }
        *at = value;
        review.to_string()
    };
    let many: Vec<Value> = (0..10_000)
        .map(|n| container(&format!("c{n}"), true))
        .collect();
    let deep = format!(
        "{{\"request\":{{\"uid\":\"u-1\",\"object\":{}",
        "{\"a\":".repeat(5_000)
    );
    let text = good.to_string();
    for (what, bytes, trouble) in [
        ("cut off", text[..text.len() - 40].to_owned(), "unreadable"),
        (
            "another version",
            with(&["apiVersion"], json!("admission.k8s.io/v2")),
            "unreadable",
        ),
        (
            "an old version",
            with(&["apiVersion"], json!("admission.k8s.io/v1beta1")),
            "unreadable",
        ),
        (
            "another kind",
            with(&["kind"], json!("ConversionReview")),
            "unreadable",
        ),
        (
            "no operation",
            with(&["request", "operation"], json!("PATCH")),
            "unreadable",
        ),
        (
            "no object",
            with(&["request", "object"], Value::Null),
            "unreadable",
        ),
        (
            "an object of another kind",
            with(&["request", "object", "kind"], json!("ConfigMap")),
            "unreadable",
        ),
        (
            "an object of another version",
            with(&["request", "object", "apiVersion"], json!("v2")),
            "unreadable",
        ),
        (
            "an update without the old",
            with(&["request", "operation"], json!("UPDATE")),
            "unreadable",
        ),
        (
            "containers beyond number",
            with(&["request", "object", "spec", "containers"], json!(many)),
            "too_large",
        ),
        ("nesting beyond depth", deep, "too_large"),
    ] {
        let said = ask_bytes(&strict, bytes.as_bytes(), "u-1");
        assert!(!said.allowed, "{what}");
        assert!(
            matches!(&said.decision.way, Way::Trouble(kind, _) if *kind == trouble),
            "{what}: {:?}",
            said.decision.way
        );
        assert!(
            said.message.contains("could not judge"),
            "{what}: {}",
            said.message
        );
        let said = ask_bytes(&lenient, bytes.as_bytes(), "u-1");
        assert!(
            said.allowed && said.warnings[0].contains("unjudged"),
            "{what}"
        );
    }
    for bytes in [
        "",
        "null",
        "[]",
        "{}",
        "{\"request\":{\"uid\":\"\"}}",
        "\u{0}",
        "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{}}",
    ] {
        // Also where the policy lets trouble through: there is no uid to answer with.
        let answer = lenient.answer(bytes.as_bytes(), Timestamp::from_second(NOW).unwrap());
        assert!(!answer.is_review && answer.code == 400, "{bytes}");
        assert_eq!(answer.decision.outcome, Outcome::Deny);
    }
    // A large object is judged all the same.
    let mut large = pod(&json!([container("web", true)]));
    large["metadata"]["annotations"] = json!({"a": "x".repeat(3 << 20)});
    assert!(!ask(&strict, &review(&large)).allowed);
    let most: Vec<Value> = (0..CONTAINERS_MAX)
        .map(|n| container(&format!("c{n}"), true))
        .collect();
    let said = ask(&strict, &review(&pod(&json!(most))));
    assert!(
        said.message.len() <= 5 << 10 && said.message.contains("more"),
        "{}",
        said.message
    );
}

#[test]
fn hostile_names_reach_no_terminal() {
    let gate = gate(STRICT);
    let mut bad = pod(&json!([container("w\u{1b}[2Jeb\nfake: line", true)]));
    bad["metadata"]["name"] = json!("c\u{202e}art");
    let mut review = review(&bad);
    review["request"]["user"] = json!("\u{1b}");
    let said = ask(&gate, &review);
    assert!(!said.message.contains('\u{1b}') && !said.message.contains('\u{202e}'));
    assert!(!said.message.contains("\nfake"), "{}", said.message);
}

/// Every policy in the documentation is one.
#[test]
fn the_documentation_s_policies_can_be_used() {
    let page = include_str!("../../../../docs/admission.md");
    let blocks = page.split("```yaml\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split("```").next());
    let policies: Vec<&str> = blocks
        .filter(|block| !block.starts_with("apiVersion"))
        .collect();
    assert_eq!(policies.len(), 4);
    let rules = "policy: {rules: [{name: bad-configuration, mode: audit, severity: high}]}\n";
    for policy in policies {
        let head = if policy.contains("policy:") {
            ""
        } else {
            rules
        };
        let read = Document::parse(&format!("{head}{policy}"), "admission.md");
        assert!(read.is_ok(), "{policy}: {:?}", read.err());
    }
}
