//! Pod Security Standards against Kubernetes' own API server: pods, what makes pods, and containers
//! added to running pods are put to both at every version label, and every verdict is the same.
//!
//! Namespaces enforce the baseline and warn at the restricted level, so one answer to a dry run
//! gives two verdicts: refused; let through with a warning; let through in silence. What validation
//! refuses (422) never gets as far as a verdict, and is counted apart.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "support/pods.rs"]
#[allow(dead_code, reason = "each test uses its part")]
mod pods;

use std::collections::BTreeMap;

use plimsoll_check::standards::{self, Level, NEWEST_MINOR};
use plimsoll_object::{objects, yaml};
use plimsoll_test_cluster::{Answer, Client, Cluster};
use pods::{Parts, Random, Setting, bases, put, settings};
use serde_json::{Value, json};

/// Pairs of fields that are tried, each at one version.
const PAIRS: usize = 20_000;
/// Objects of each kind that makes pods.
const TEMPLATES: usize = 400;
/// What makes pods: its API, its path, where the pod stands.
const MAKERS: &[(&str, &str, &str, &str)] = &[
    ("apps/v1", "Deployment", "/apis/apps/v1", "deployments"),
    ("apps/v1", "ReplicaSet", "/apis/apps/v1", "replicasets"),
    ("apps/v1", "StatefulSet", "/apis/apps/v1", "statefulsets"),
    ("apps/v1", "DaemonSet", "/apis/apps/v1", "daemonsets"),
    ("batch/v1", "Job", "/apis/batch/v1", "jobs"),
    ("batch/v1", "CronJob", "/apis/batch/v1", "cronjobs"),
    (
        "v1",
        "ReplicationController",
        "/api/v1",
        "replicationcontrollers",
    ),
    ("v1", "PodTemplate", "/api/v1", "podtemplates"),
];

/// A version label, and the minor version that it stands for.
#[derive(Clone)]
struct Label {
    label: String,
    minor: u16,
}

impl Label {
    fn all() -> Vec<Self> {
        let numbered = (0..=NEWEST_MINOR).map(|minor| Self {
            label: format!("v1.{minor}"),
            minor,
        });
        let latest = Self {
            label: "latest".to_owned(),
            minor: NEWEST_MINOR,
        };
        numbered.chain([latest]).collect()
    }

    fn namespace(&self) -> String {
        self.label.replace('.', "-")
    }
}

/// What both are asked.
struct Question {
    label: Label,
    path: String,
    method: &'static str,
    object: Value,
    /// The object as it will be, where that is not what is sent.
    whole: Option<Value>,
}

/// Whether baseline and restricted let a pod through.
type Verdict = (bool, bool);

fn ours(question: &Question) -> Verdict {
    let text = question
        .whole
        .as_ref()
        .unwrap_or(&question.object)
        .to_string();
    let (documents, error) = yaml::parse(text.as_bytes());
    assert_eq!(error, None, "{text}");
    let mut list = Vec::new();
    objects(&documents[0].root, &mut list);
    let pod = list[0].pod().unwrap();
    let allows = |level| standards::judge(&pod, level, question.label.minor).is_empty();
    (allows(Level::Baseline), allows(Level::Restricted))
}

/// The verdict in an answer about a pod, or what validation says of it.
fn theirs(answer: &Answer) -> Result<Verdict, String> {
    let is_about_security = |text: &str| text.contains("violate PodSecurity");
    match answer.status {
        200 | 201 => Ok((
            true,
            !answer.warnings.iter().any(|text| is_about_security(text)),
        )),
        403 if answer.message().contains("violates PodSecurity") => Ok((false, false)),
        422 => Err(answer.message().to_owned()),
        status => panic!("{status} {}", answer.message()),
    }
}

fn ask(client: &Client, question: &Question) -> Answer {
    let kind = match question.method {
        "PATCH" => "application/strategic-merge-patch+json",
        _ => "application/json",
    };
    let body = question.object.to_string();
    let path = format!("{}?dryRun=All", question.path);
    client
        .send(question.method, &path, kind, body.as_bytes())
        .unwrap()
}

/// Fills in what the API wants of any pod, and what it wants beside a value for that to be valid at
/// all. Both judges see the same pod.
fn valid(parts: &Parts) -> Value {
    let mut pod: Value = serde_json::from_str(&parts.text()).unwrap();
    let spec = &mut pod["spec"];
    let text = spec.to_string();
    if spec["containers"].is_null() {
        spec["containers"] = json!([{"name": "main"}]);
    }
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        for container in spec[list].as_array_mut().into_iter().flatten() {
            container["image"] = json!("registry.example/a:1");
            if container["securityContext"]["privileged"] == true {
                remove(
                    &mut container["securityContext"],
                    &["allowPrivilegeEscalation"],
                );
            }
            let acts = [
                "livenessProbe",
                "readinessProbe",
                "startupProbe",
                "lifecycle",
            ];
            if list == "initContainers" && acts.iter().any(|key| !container[key].is_null()) {
                container["restartPolicy"] = json!("Always");
            }
        }
    }
    if text.contains("\"Unmasked\"") && spec["hostUsers"].is_null() {
        spec["hostUsers"] = json!(false);
    }
    if text.contains("\"hostProcess\":true") {
        spec["hostNetwork"] = json!(true);
        spec["securityContext"]["windowsOptions"] = json!({"hostProcess": true});
    }
    if spec["os"]["name"] == "windows" {
        windows(spec);
    }
    for volume in spec["volumes"].as_array_mut().into_iter().flatten() {
        if !volume["secret"].is_null() {
            volume["secret"]["secretName"] = json!("a");
        }
        if !volume["ephemeral"].is_null() {
            volume["ephemeral"] = json!({"volumeClaimTemplate": {"spec": {
                "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
            }}});
        }
    }
    // The annotation of old and the field may not say different things.
    if pod["metadata"]["annotations"]
        .to_string()
        .contains("seccomp")
    {
        remove(&mut pod["spec"]["securityContext"], &["seccompProfile"]);
    }
    pod
}

/// Takes away what a pod for Windows may not have.
fn windows(spec: &mut Value) {
    const LINUX: &[&str] = &[
        "allowPrivilegeEscalation",
        "appArmorProfile",
        "capabilities",
        "privileged",
        "procMount",
        "runAsUser",
        "seLinuxOptions",
        "seccompProfile",
        "sysctls",
    ];
    remove(spec, &["hostPID", "hostIPC", "hostUsers"]);
    remove(&mut spec["securityContext"], LINUX);
    for list in ["containers", "initContainers"] {
        for container in spec[list].as_array_mut().into_iter().flatten() {
            remove(&mut container["securityContext"], LINUX);
        }
    }
}

fn remove(holder: &mut Value, keys: &[&str]) {
    if let Some(map) = holder.as_object_mut() {
        map.retain(|key, _| !keys.contains(&key.as_str()));
    }
}

/// Values that no API server takes; the comparison with the library has them.
fn is_never_valid(setting: &Setting) -> bool {
    let is_profile = matches!(setting.key, "seccompProfile" | "appArmorProfile");
    is_profile && matches!(setting.value, r#"{"type":""}"# | "{}")
        || setting.key == "procMount" && setting.value == r#""""#
        || setting.key.contains("kubernetes.io/") && setting.value == r#""""#
}

fn usable() -> Vec<Setting> {
    settings()
        .into_iter()
        .filter(|setting| !is_never_valid(setting))
        .collect()
}

/// Every field alone, in containers and init containers, at one version.
fn singles() -> Vec<Value> {
    let mut out = Vec::new();
    for base in bases() {
        for setting in usable() {
            for list in 0..=usize::from(setting.is_of_container) {
                let mut parts = base.clone();
                parts.containers[0].0 = list;
                put((setting.place)(&mut parts), setting.key, setting.value);
                out.push(valid(&parts));
            }
        }
    }
    out
}

/// Two fields at once.
fn pair(random: &mut Random) -> Value {
    let usable = usable();
    let mut parts = bases()[random.below(2)].clone();
    parts.containers[0].0 = random.below(2);
    for _ in 0..2 {
        let setting = usable[random.below(usable.len())];
        put((setting.place)(&mut parts), setting.key, setting.value);
    }
    valid(&parts)
}

fn pod_questions(random: &mut Random) -> Vec<Question> {
    let labels = Label::all();
    let question = |label: &Label, object: Value| Question {
        label: label.clone(),
        path: format!("/api/v1/namespaces/{}/pods", label.namespace()),
        method: "POST",
        object,
        whole: None,
    };
    let mut out = Vec::new();
    for pod in singles() {
        out.extend(labels.iter().map(|label| question(label, pod.clone())));
    }
    for _ in 0..PAIRS {
        let label = &labels[random.below(labels.len())];
        out.push(question(label, pair(random)));
    }
    out
}

/// Containers that are added to the pods `plain` and `strict` of every namespace.
fn ephemeral_questions() -> Vec<Question> {
    let mut out = Vec::new();
    for label in Label::all() {
        for (base, name) in bases().into_iter().zip(["plain", "strict"]) {
            for setting in usable().iter().filter(|setting| setting.is_of_container) {
                let mut parts = base.clone();
                parts.containers[0].1.clear();
                put((setting.place)(&mut parts), setting.key, setting.value);
                // Ports, probes and hooks are not for them.
                if !parts.containers[0].1.is_empty() {
                    continue;
                }
                let mut added: Value = valid(&parts)["spec"]["containers"][0].take();
                added["name"] = json!("added");
                let mut whole = valid(&base);
                whole["spec"]["ephemeralContainers"] = json!([added.clone()]);
                out.push(Question {
                    label: label.clone(),
                    path: format!(
                        "/api/v1/namespaces/{}/pods/{name}/ephemeralcontainers",
                        label.namespace()
                    ),
                    method: "PATCH",
                    object: json!({"spec": {"ephemeralContainers": [added]}}),
                    whole: Some(whole),
                });
            }
        }
    }
    out
}

/// Holds our verdicts against the server's; gives how often each was met and what validation said.
fn compare(client: &Client, questions: &[Question]) -> (BTreeMap<Verdict, usize>, Vec<String>) {
    let answers = client.parallel(questions, |client, question| theirs(&ask(client, question)));
    let mut met = BTreeMap::new();
    let mut refused = Vec::new();
    let mut different = Vec::new();
    for (question, answer) in questions.iter().zip(answers) {
        match answer {
            Ok(verdict) if verdict == ours(question) => *met.entry(verdict).or_default() += 1,
            Ok(verdict) => different.push(format!(
                "at {} (baseline, restricted) theirs {verdict:?}, ours {:?}: {}",
                question.label.label,
                ours(question),
                question.whole.as_ref().unwrap_or(&question.object)
            )),
            Err(reason) => refused.push(reason),
        }
    }
    let count = different.len();
    different.truncate(20);
    assert!(count == 0, "{count} differ:\n{}", different.join("\n"));
    (met, refused)
}

fn namespaces(cluster: &Cluster) {
    let kind = |name: &str| format!("pod-security.kubernetes.io/{name}");
    for label in Label::all() {
        let version = &label.label;
        let labels = json!({
            kind("enforce"): "baseline", kind("enforce-version"): version,
            kind("warn"): "restricted", kind("warn-version"): version,
        });
        cluster.namespace(&label.namespace(), &labels);
        let pods = format!("/api/v1/namespaces/{}/pods", label.namespace());
        for (base, name) in bases().iter().zip(["plain", "strict"]) {
            let mut pod = valid(base);
            pod["metadata"]["name"] = json!(name);
            cluster.admin().create(&pods, &pod);
        }
    }
}

#[test]
fn verdicts_on_pods_are_those_of_the_server() {
    let cluster = Cluster::start();
    namespaces(&cluster);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (what, questions) in [
        ("pods", pod_questions(&mut random)),
        ("ephemeral containers", ephemeral_questions()),
    ] {
        let begun = std::time::Instant::now();
        let (met, refused) = compare(cluster.admin(), &questions);
        println!(
            "{what}: {} asked in {:?}: {met:?}; {} not valid",
            questions.len(),
            begun.elapsed(),
            refused.len()
        );
        // Each verdict is met often enough to mean something, and little is lost.
        assert_eq!(met.len(), 3, "{what}: {met:?}");
        assert!(
            met.values().all(|count| *count > questions.len() / 20),
            "{met:?}"
        );
        assert!(
            refused.len() < questions.len() / 10,
            "{what}: {}",
            refused.len()
        );
    }
}

/// A workload with this pod.
fn maker(api_version: &str, kind: &str, pod: &Value) -> Value {
    let mut pod = pod.clone();
    pod["metadata"]["labels"] = json!({"app": "a"});
    let mut template = json!({"metadata": pod["metadata"], "spec": pod["spec"]});
    template["metadata"].as_object_mut().unwrap().remove("name");
    if matches!(kind, "Job" | "CronJob") {
        template["spec"]["restartPolicy"] = json!("Never");
    }
    let selector = json!({"matchLabels": {"app": "a"}});
    let spec = match kind {
        "Job" => json!({"template": template}),
        "CronJob" => json!({
            "schedule": "0 * * * *", "jobTemplate": {"spec": {"template": template}},
        }),
        "ReplicationController" => json!({"selector": {"app": "a"}, "template": template}),
        "StatefulSet" => json!({
            "selector": selector, "serviceName": "a", "template": template,
        }),
        _ => json!({"selector": selector, "template": template}),
    };
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}});
    if kind == "PodTemplate" {
        object["template"] = template;
    } else {
        object["spec"] = spec;
    }
    object
}

/// Workloads are never refused, only warned about: one namespace for each level.
#[test]
fn verdicts_on_what_makes_pods_are_those_of_the_server() {
    let cluster = Cluster::start();
    for level in Level::ALL {
        let labels = json!({"pod-security.kubernetes.io/warn": level.as_str()});
        cluster.namespace(level.as_str(), &labels);
    }
    let label = Label::all().pop().unwrap();
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let pods = singles();
    let mut questions = Vec::new();
    for (api_version, kind, path, plural) in MAKERS {
        for _ in 0..TEMPLATES {
            let object = maker(api_version, kind, &pods[random.below(pods.len())]);
            for level in Level::ALL {
                questions.push(Question {
                    label: label.clone(),
                    path: format!("{path}/namespaces/{}/{plural}", level.as_str()),
                    method: "POST",
                    object: object.clone(),
                    whole: None,
                });
            }
        }
    }
    let answers = cluster.admin().parallel(&questions, ask);
    let (mut met, mut refused) = ([0_usize; 2], 0);
    for (question, answer) in questions.iter().zip(answers) {
        if answer.status == 422 {
            refused += 1;
            continue;
        }
        assert_eq!(answer.status, 201, "{}", answer.message());
        let warns = answer
            .warnings
            .iter()
            .any(|text| text.contains("violate PodSecurity"));
        let (baseline, restricted) = ours(question);
        let allowed = if question.path.contains("/baseline/") {
            baseline
        } else {
            restricted
        };
        assert_eq!(!warns, allowed, "{} {}", question.path, question.object);
        met[usize::from(allowed)] += 1;
    }
    println!(
        "{} asked, (refused, let through) {met:?}; {refused} not valid",
        questions.len()
    );
    assert!(
        met.iter().all(|count| *count > questions.len() / 10),
        "{met:?}"
    );
    assert!(refused < questions.len() / 20, "{refused}");
}
