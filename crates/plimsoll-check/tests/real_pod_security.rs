//! Pod Security Standards against the library that the API server's own admission calls: the same
//! verdict on generated pods, at every version and level.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plimsoll_check::standards::{self, Level, NEWEST_MINOR};
use plimsoll_check::{objects, yaml};

/// Pods of random fields beside those of single ones.
const RANDOM_PODS: usize = 4_000;

/// The judge, built once for each version of its sources.
fn judge() -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pod-security");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pod-security");
    let status = Command::new("go")
        .args(["build", "-mod=readonly", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(sources)
        .status()
        .expect("`go` is needed: install Go 1.26 or newer");
    assert!(
        status.success(),
        "the judge could not be built by `go build`"
    );
    program
}

/// A small generator: the same pods in every run.
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
}

const BOOLS: &[&str] = &["true", "false"];
const PROFILES: &[&str] = &[
    r#"{"type":"RuntimeDefault"}"#,
    r#"{"type":"Localhost","localhostProfile":"a"}"#,
    r#"{"type":"Unconfined"}"#,
    r#"{"type":""}"#,
    "{}",
    "null",
];
const SE_LINUX: &[&str] = &[
    r#"{"type":"container_t"}"#,
    r#"{"type":"container_engine_t"}"#,
    r#"{"type":"spc_t"}"#,
    r#"{"user":"system_u"}"#,
    r#"{"role":"sysadm_r"}"#,
    r#"{"type":"","user":"","role":""}"#,
    r#"{"level":"s0:c1"}"#,
    "{}",
];
const WINDOWS: &[&str] = &[r#"{"hostProcess":true}"#, r#"{"hostProcess":false}"#, "{}"];
const USERS: &[&str] = &["0", "1000", "null"];
const HANDLERS: &[&str] = &[
    r#"{"httpGet":{"port":80}}"#,
    r#"{"httpGet":{"port":80,"host":"10.0.0.1"}}"#,
    r#"{"httpGet":{"port":80,"host":""}}"#,
    r#"{"tcpSocket":{"port":80,"host":"localhost"}}"#,
    r#"{"exec":{"command":["true"]}}"#,
];

/// Fields of a container's security context and their values.
const CONTAINER_SECURITY: &[(&str, &[&str])] = &[
    ("privileged", BOOLS),
    ("allowPrivilegeEscalation", BOOLS),
    ("runAsNonRoot", BOOLS),
    ("runAsUser", USERS),
    ("seccompProfile", PROFILES),
    ("appArmorProfile", PROFILES),
    ("seLinuxOptions", SE_LINUX),
    ("windowsOptions", WINDOWS),
    (
        "procMount",
        &[r#""Default""#, r#""Unmasked""#, r#""""#, "null"],
    ),
    (
        "capabilities",
        &[
            r#"{"drop":["ALL"]}"#,
            r#"{"drop":["ALL"],"add":["NET_BIND_SERVICE"]}"#,
            r#"{"drop":["all"]}"#,
            r#"{"add":["CHOWN","KILL"]}"#,
            r#"{"add":["SYS_ADMIN"],"drop":["ALL"]}"#,
            r#"{"add":["NET_RAW"]}"#,
            "{}",
        ],
    ),
];
/// Other fields of a container.
const CONTAINER: &[(&str, &[&str])] = &[
    ("livenessProbe", HANDLERS),
    ("readinessProbe", HANDLERS),
    ("startupProbe", HANDLERS),
    (
        "lifecycle",
        &[
            r#"{"postStart":{"httpGet":{"port":80,"host":"a"}}}"#,
            r#"{"preStop":{"tcpSocket":{"port":80,"host":"a"}}}"#,
            r#"{"preStop":{"exec":{"command":["true"]}}}"#,
        ],
    ),
    (
        "ports",
        &[
            r#"[{"containerPort":80}]"#,
            r#"[{"containerPort":80,"hostPort":0}]"#,
            r#"[{"containerPort":80},{"containerPort":81,"hostPort":8081}]"#,
        ],
    ),
];
/// Fields of a pod's security context.
const POD_SECURITY: &[(&str, &[&str])] = &[
    ("runAsNonRoot", BOOLS),
    ("runAsUser", USERS),
    ("seccompProfile", PROFILES),
    ("appArmorProfile", PROFILES),
    ("seLinuxOptions", SE_LINUX),
    ("windowsOptions", WINDOWS),
    (
        "sysctls",
        &[
            "[]",
            r#"[{"name":"net.ipv4.tcp_syncookies","value":"1"}]"#,
            r#"[{"name":"net.ipv4.ip_local_reserved_ports","value":"1"}]"#,
            r#"[{"name":"net.ipv4.tcp_fin_timeout","value":"1"}]"#,
            r#"[{"name":"net.ipv4.tcp_rmem","value":"1"}]"#,
            r#"[{"name":"kernel.msgmax","value":"1"}]"#,
        ],
    ),
];
/// Other fields of a pod.
const POD: &[(&str, &[&str])] = &[
    ("hostNetwork", BOOLS),
    ("hostPID", BOOLS),
    ("hostIPC", BOOLS),
    ("hostUsers", BOOLS),
    ("os", &[r#"{"name":"windows"}"#, r#"{"name":"linux"}"#]),
    (
        "volumes",
        &[
            r#"[{"name":"a","emptyDir":{}}]"#,
            r#"[{"name":"a","hostPath":{"path":"/"}}]"#,
            r#"[{"name":"a","nfs":{"server":"a","path":"/"}}]"#,
            r#"[{"name":"a","configMap":{"name":"a"}},{"name":"b","secret":{}}]"#,
            r#"[{"name":"a","image":{"reference":"a"}}]"#,
            r#"[{"name":"a","ephemeral":{}},{"name":"b","csi":{"driver":"a"}}]"#,
            r#"[{"name":"a","gitRepo":{"repository":"a"}}]"#,
        ],
    ),
];
/// Annotations of old.
const ANNOTATIONS: &[(&str, &[&str])] = &[
    (
        "seccomp.security.alpha.kubernetes.io/pod",
        &[
            r#""runtime/default""#,
            r#""unconfined""#,
            r#""localhost/a""#,
            r#""""#,
        ],
    ),
    (
        "container.seccomp.security.alpha.kubernetes.io/c0",
        &[r#""docker/default""#, r#""unconfined""#],
    ),
    (
        "container.seccomp.security.alpha.kubernetes.io/nobody",
        &[r#""unconfined""#],
    ),
    (
        "container.apparmor.security.beta.kubernetes.io/c0",
        &[
            r#""runtime/default""#,
            r#""unconfined""#,
            r#""localhost/a""#,
            r#""""#,
        ],
    ),
];

type Fields = &'static [(&'static str, &'static [&'static str])];

/// What a pod is made of, as JSON texts of fields.
#[derive(Default, Clone)]
struct Parts {
    annotations: Vec<String>,
    pod: Vec<String>,
    pod_security: Vec<String>,
    containers: Vec<(usize, Vec<String>, Vec<String>)>,
}

const LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

impl Parts {
    fn text(&self) -> String {
        let mut spec = self.pod.clone();
        if !self.pod_security.is_empty() {
            spec.push(format!(
                r#""securityContext":{{{}}}"#,
                self.pod_security.join(",")
            ));
        }
        for (list, key) in LISTS.iter().enumerate() {
            let mut items = Vec::new();
            for (number, (at, fields, security)) in self.containers.iter().enumerate() {
                if *at == list {
                    let mut fields = fields.clone();
                    fields.insert(0, format!(r#""name":"c{number}""#));
                    if !security.is_empty() {
                        let text = security.join(",");
                        fields.push(format!(r#""securityContext":{{{text}}}"#));
                    }
                    items.push(format!("{{{}}}", fields.join(",")));
                }
            }
            if !items.is_empty() {
                spec.push(format!(r#""{key}":[{}]"#, items.join(",")));
            }
        }
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"a","annotations":{{{}}}}},"spec":{{{}}}}}"#,
            self.annotations.join(","),
            spec.join(",")
        )
    }

    /// One that the strictest level lets through.
    fn restricted() -> Self {
        let security = vec![
            r#""allowPrivilegeEscalation":false"#.to_owned(),
            r#""capabilities":{"drop":["ALL"]}"#.to_owned(),
        ];
        Self {
            pod_security: vec![
                r#""runAsNonRoot":true"#.to_owned(),
                r#""seccompProfile":{"type":"RuntimeDefault"}"#.to_owned(),
            ],
            containers: vec![(0, Vec::new(), security)],
            ..Self::default()
        }
    }
}

/// A field put in, in the place of one of the same name.
fn put(fields: &mut Vec<String>, key: &str, value: &str) {
    let start = format!(r#""{key}":"#);
    fields.retain(|field| !field.starts_with(&start));
    fields.push(format!("{start}{value}"));
}

/// Each field of each control with each value alone, on an empty pod and on a restricted one.
fn single() -> Vec<String> {
    type Place = fn(&mut Parts) -> &mut Vec<String>;
    let places: [(Fields, Place); 5] = [
        (ANNOTATIONS, |parts| &mut parts.annotations),
        (POD, |parts| &mut parts.pod),
        (POD_SECURITY, |parts| &mut parts.pod_security),
        (CONTAINER, |parts| &mut parts.containers[0].1),
        (CONTAINER_SECURITY, |parts| &mut parts.containers[0].2),
    ];
    let plain = Parts {
        containers: vec![(0, Vec::new(), Vec::new())],
        ..Parts::default()
    };
    let mut out = Vec::new();
    for base in [plain, Parts::restricted()] {
        for list in 0..LISTS.len() {
            for (fields, place) in places {
                for (key, values) in fields {
                    for value in *values {
                        let mut parts = base.clone();
                        parts.containers[0].0 = list;
                        put(place(&mut parts), key, value);
                        out.push(parts.text());
                    }
                }
            }
        }
    }
    out
}

fn sprinkle(random: &mut Random, fields: Fields, rarity: usize, out: &mut Vec<String>) {
    for (key, values) in fields {
        if random.one_in(rarity) {
            put(out, key, values[random.below(values.len())]);
        }
    }
}

/// Several fields at once, in several containers.
fn random(random: &mut Random) -> String {
    let mut parts = if random.one_in(2) {
        Parts::restricted()
    } else {
        Parts::default()
    };
    let rarity = 3 + random.below(20);
    sprinkle(random, ANNOTATIONS, rarity * 2, &mut parts.annotations);
    sprinkle(random, POD, rarity, &mut parts.pod);
    sprinkle(random, POD_SECURITY, rarity, &mut parts.pod_security);
    for _ in 0..random.below(3) {
        let (mut fields, mut security) = (Vec::new(), Vec::new());
        if random.one_in(2) {
            security.clone_from(&Parts::restricted().containers[0].2);
        }
        sprinkle(random, CONTAINER, rarity, &mut fields);
        sprinkle(random, CONTAINER_SECURITY, rarity, &mut security);
        parts.containers.push((random.below(3), fields, security));
    }
    parts.text()
}

fn ours(text: &str) -> String {
    let (documents, error) = yaml::parse(text.as_bytes());
    assert_eq!(error, None, "{text}");
    let mut list = Vec::new();
    objects(&documents[0].root, &mut list);
    let pod = list[0].pod().unwrap();
    let mut out = String::new();
    for minor in 0..=NEWEST_MINOR {
        for level in [Level::Baseline, Level::Restricted] {
            let allowed = standards::judge(&pod, level, minor).is_empty();
            out.push(if allowed { '1' } else { '0' });
        }
    }
    out
}

#[test]
fn verdicts_are_those_of_the_api_server() {
    let mut pods = single();
    let mut source = Random(0x9e37_79b9_7f4a_7c15);
    pods.extend((0..RANDOM_PODS).map(|_| random(&mut source)));
    let mut child = Command::new(judge())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines = pods.join("\n") + "\n";
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), pods.len());
    let mut seen = [0_usize; 2];
    for (pod, answer) in pods.iter().zip(&answers) {
        assert_eq!(ours(pod), *answer, "{pod}");
        for (at, letter) in answer.bytes().enumerate() {
            seen[at % 2] += usize::from(letter == b'1');
        }
    }
    // Both levels let through and refuse a good part: the comparison says something.
    let verdicts = pods.len() * (usize::from(NEWEST_MINOR) + 1);
    for allowed in seen {
        assert!(
            allowed > verdicts / 20 && allowed < verdicts * 19 / 20,
            "{seen:?}"
        );
    }
}
