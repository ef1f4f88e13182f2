//! Pods made of the fields that the Pod Security Standards look at, alone and together.

/// A small generator: the same pods in every run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

pub const BOOLS: &[&str] = &["true", "false"];
pub const PROFILES: &[&str] = &[
    r#"{"type":"RuntimeDefault"}"#,
    r#"{"type":"Localhost","localhostProfile":"a"}"#,
    r#"{"type":"Unconfined"}"#,
    r#"{"type":""}"#,
    "{}",
    "null",
];
pub const SE_LINUX: &[&str] = &[
    r#"{"type":"container_t"}"#,
    r#"{"type":"container_engine_t"}"#,
    r#"{"type":"spc_t"}"#,
    r#"{"user":"system_u"}"#,
    r#"{"role":"sysadm_r"}"#,
    r#"{"type":"","user":"","role":""}"#,
    r#"{"level":"s0:c1"}"#,
    "{}",
];
pub const WINDOWS: &[&str] = &[r#"{"hostProcess":true}"#, r#"{"hostProcess":false}"#, "{}"];
pub const USERS: &[&str] = &["0", "1000", "null"];
pub const HANDLERS: &[&str] = &[
    r#"{"httpGet":{"port":80}}"#,
    r#"{"httpGet":{"port":80,"host":"10.0.0.1"}}"#,
    r#"{"httpGet":{"port":80,"host":""}}"#,
    r#"{"tcpSocket":{"port":80,"host":"localhost"}}"#,
    r#"{"exec":{"command":["true"]}}"#,
];

/// Fields of a container's security context and their values.
pub const CONTAINER_SECURITY: &[(&str, &[&str])] = &[
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
pub const CONTAINER: &[(&str, &[&str])] = &[
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
pub const POD_SECURITY: &[(&str, &[&str])] = &[
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
pub const POD: &[(&str, &[&str])] = &[
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
pub const ANNOTATIONS: &[(&str, &[&str])] = &[
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

pub type Fields = &'static [(&'static str, &'static [&'static str])];

/// What a pod is made of, as JSON texts of fields.
#[derive(Default, Clone)]
pub struct Parts {
    pub annotations: Vec<String>,
    pub pod: Vec<String>,
    pub pod_security: Vec<String>,
    pub containers: Vec<(usize, Vec<String>, Vec<String>)>,
}

pub const LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

impl Parts {
    pub fn text(&self) -> String {
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
    pub fn restricted() -> Self {
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
pub fn put(fields: &mut Vec<String>, key: &str, value: &str) {
    let start = format!(r#""{key}":"#);
    fields.retain(|field| !field.starts_with(&start));
    fields.push(format!("{start}{value}"));
}

/// One field with one value.
#[derive(Clone, Copy)]
pub struct Setting {
    pub place: fn(&mut Parts) -> &mut Vec<String>,
    /// Whether it is a container's: each kind of container has it.
    pub is_of_container: bool,
    pub key: &'static str,
    pub value: &'static str,
}

/// Each field of each control with each of its values.
pub fn settings() -> Vec<Setting> {
    type Place = fn(&mut Parts) -> &mut Vec<String>;
    let places: [(Fields, Place, bool); 5] = [
        (ANNOTATIONS, |parts| &mut parts.annotations, false),
        (POD, |parts| &mut parts.pod, false),
        (POD_SECURITY, |parts| &mut parts.pod_security, false),
        (CONTAINER, |parts| &mut parts.containers[0].1, true),
        (CONTAINER_SECURITY, |parts| &mut parts.containers[0].2, true),
    ];
    let mut out = Vec::new();
    for (fields, place, is_of_container) in places {
        for (key, values) in fields {
            out.extend(values.iter().map(|value| Setting {
                place,
                is_of_container,
                key,
                value,
            }));
        }
    }
    out
}

/// An empty pod and a restricted one.
pub fn bases() -> [Parts; 2] {
    let plain = Parts {
        containers: vec![(0, Vec::new(), Vec::new())],
        ..Parts::default()
    };
    [plain, Parts::restricted()]
}

/// Each field of each control with each value alone, on an empty pod and on a restricted one.
pub fn single() -> Vec<String> {
    let mut out = Vec::new();
    for base in bases() {
        for list in 0..LISTS.len() {
            for setting in settings() {
                let mut parts = base.clone();
                parts.containers[0].0 = list;
                put((setting.place)(&mut parts), setting.key, setting.value);
                out.push(parts.text());
            }
        }
    }
    out
}

pub fn sprinkle(random: &mut Random, fields: Fields, rarity: usize, out: &mut Vec<String>) {
    for (key, values) in fields {
        if random.one_in(rarity) {
            put(out, key, values[random.below(values.len())]);
        }
    }
}

/// Several fields at once, in several containers.
pub fn random(random: &mut Random) -> String {
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
