//! What a server serves: every kind that can be listed, once, at the version that its group prefers.
//!
//! Asks for aggregated discovery (two requests, Kubernetes 1.26 and later); a server without it is
//! asked group by group.

use std::collections::BTreeMap;

use plimsoll_model::Unknown;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::connection::{Answer, BodyError, Connection, Refusal};
use crate::error::ClusterError;

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
pub(crate) const JSON: &str = "application/json";
/// Largest answer about what is served, in bytes.
const DISCOVERY_BYTES_MAX: u64 = 32 << 20;
/// Most groups that are asked one by one.
const GROUPS_MAX: usize = 2_000;

/// Kinds that say nothing which others do not: made by the cluster out of those, or measured.
const DERIVED: &[(&str, &str)] = &[
    ("", "ComponentStatus"),
    ("", "Endpoints"),
    ("", "Event"),
    ("apps", "ControllerRevision"),
    ("coordination.k8s.io", "Lease"),
    ("coordination.k8s.io", "LeaseCandidate"),
    ("custom.metrics.k8s.io", ""),
    ("discovery.k8s.io", "EndpointSlice"),
    ("events.k8s.io", "Event"),
    ("external.metrics.k8s.io", ""),
    ("metrics.k8s.io", ""),
    ("networking.k8s.io", "IPAddress"),
    ("storage.k8s.io", "CSINode"),
    ("storage.k8s.io", "CSIStorageCapacity"),
    ("storage.k8s.io", "VolumeAttachment"),
];

/// A kind that can be listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    /// Empty for the core.
    pub group: String,
    pub kind: String,
    pub version: String,
    /// The name in paths: `deployments`.
    pub plural: String,
    pub is_namespaced: bool,
}

impl Resource {
    /// `apps/v1`, `v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `deployments.apps`, as people name it.
    pub fn display(&self) -> String {
        if self.group.is_empty() {
            self.plural.clone()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// The path of its list, in one namespace or all.
    pub(crate) fn path(&self, namespace: Option<&str>) -> String {
        let mut path = if self.group.is_empty() {
            format!("/api/{}", self.version)
        } else {
            format!("/apis/{}/{}", self.group, self.version)
        };
        if let Some(namespace) = namespace {
            path.push_str("/namespaces/");
            path.push_str(namespace);
        }
        path.push('/');
        path.push_str(&self.plural);
        path
    }

    /// Whether it says nothing that other kinds do not: made by the cluster out of those, or measured.
    pub fn is_derived(&self) -> bool {
        DERIVED
            .iter()
            .any(|(group, kind)| *group == self.group && (kind.is_empty() || *kind == self.kind))
    }

    /// Whether its parts can stand in a path: a server could say anything.
    fn is_sound(&self) -> bool {
        let is_word = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
        };
        let parts = [&self.group, &self.version, &self.plural, &self.kind];
        parts.iter().all(|part| is_word(part))
            && !self.version.is_empty()
            && !self.plural.is_empty()
            && !self.kind.is_empty()
    }
}

#[derive(Deserialize)]
struct Aggregated {
    #[serde(default)]
    items: Vec<AggregatedGroup>,
}

#[derive(Deserialize)]
struct AggregatedGroup {
    #[serde(default)]
    metadata: Named,
    #[serde(default)]
    versions: Vec<AggregatedVersion>,
}

#[derive(Default, Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct AggregatedVersion {
    version: String,
    #[serde(default)]
    resources: Vec<AggregatedResource>,
    freshness: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AggregatedResource {
    resource: String,
    response_kind: Option<Kind>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    verbs: Vec<String>,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

#[derive(Deserialize)]
struct Versions {
    #[serde(default)]
    versions: Vec<String>,
}

#[derive(Deserialize)]
struct Groups {
    #[serde(default)]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    name: String,
    #[serde(default)]
    versions: Vec<GroupVersion>,
    preferred_version: Option<GroupVersion>,
}

#[derive(Deserialize, Clone)]
struct GroupVersion {
    version: String,
}

#[derive(Deserialize)]
struct Resources {
    #[serde(default)]
    resources: Vec<OldResource>,
}

#[derive(Deserialize)]
struct OldResource {
    name: String,
    kind: String,
    #[serde(default)]
    namespaced: bool,
    #[serde(default)]
    verbs: Vec<String>,
}

/// What is served, and what could not be asked for.
#[derive(Default)]
pub(crate) struct Served {
    /// By group and kind.
    pub resources: Vec<Resource>,
    pub unknowns: Vec<Unknown>,
}

/// Finds what can be listed.
pub(crate) fn served(connection: &mut Connection) -> Result<Served, ClusterError> {
    let mut found = Found::default();
    for path in ["/api", "/apis"] {
        let (kind, bytes) = ask(connection, path, AGGREGATED).map_err(|refusal| match refusal {
            Refusal::Fatal(error) => error,
            Refusal::Status { code, message } => {
                let hint =
                    "a client needs the ClusterRole system:discovery; is this an API server?";
                connection.error(format!("{path} answers {code} {message}"), Some(hint))
            }
            Refusal::Nothing(reason) | Refusal::Wrong(reason) => connection.error(reason, None),
        })?;
        if kind.contains("apidiscovery.k8s.io") {
            let list: Aggregated =
                parsed(&bytes).map_err(|reason| connection.error(reason, None))?;
            for group in list.items {
                found.aggregated(group);
            }
        } else {
            found.one_by_one(connection, path, &bytes)?;
        }
    }
    Ok(found.finish())
}

/// What an aggregated answer says, for fuzzing.
pub(crate) fn read_aggregated(bytes: &[u8]) -> Result<Vec<Resource>, String> {
    let mut found = Found::default();
    for group in parsed::<Aggregated>(bytes)?.items {
        found.aggregated(group);
    }
    Ok(found.finish().resources)
}

fn ask(
    connection: &mut Connection,
    path: &str,
    accept: &str,
) -> Result<(String, Vec<u8>), Refusal> {
    connection.get(path, accept, &mut |answer| {
        whole(answer, DISCOVERY_BYTES_MAX)
    })
}

/// The kind of an answer and all of it, up to a limit.
pub(crate) fn whole(answer: &mut Answer, bytes_max: u64) -> Result<(String, Vec<u8>), BodyError> {
    use std::io::Read;
    let mut bytes = Vec::new();
    answer
        .reader()
        .take(bytes_max + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| BodyError::Broken(error.to_string()))?;
    if bytes.len() as u64 > bytes_max {
        return Err(BodyError::Wrong(format!(
            "the answer is larger than {bytes_max} bytes"
        )));
    }
    Ok((answer.content_type.clone(), bytes))
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("what it serves is not said: {error}"))
}

#[derive(Default)]
struct Found {
    /// By group and kind; the first, at the version that is preferred, stays.
    resources: BTreeMap<(String, String), Resource>,
    unknowns: Vec<Unknown>,
}

impl Found {
    fn add(&mut self, resource: Resource, verbs: &[String]) {
        let is_part = resource.plural.contains('/');
        if !is_part && verbs.iter().any(|verb| verb == "list") && resource.is_sound() {
            let key = (resource.group.clone(), resource.kind.clone());
            self.resources.entry(key).or_insert(resource);
        }
    }

    fn aggregated(&mut self, group: AggregatedGroup) {
        for version in group.versions {
            if version.freshness.as_deref() == Some("Stale") {
                self.not_served(
                    &group.metadata.name,
                    &version.version,
                    "its server does not answer",
                );
            }
            for resource in version.resources {
                let Some(kind) = resource.response_kind else {
                    continue;
                };
                let found = Resource {
                    group: group.metadata.name.clone(),
                    kind: kind.kind,
                    version: version.version.clone(),
                    plural: resource.resource,
                    is_namespaced: resource.scope == "Namespaced",
                };
                self.add(found, &resource.verbs);
            }
        }
    }

    fn not_served(&mut self, group: &str, version: &str, reason: &str) {
        let group = plimsoll_model::text::clean(group);
        let version = plimsoll_model::text::clean(version);
        let reason = format!("the kinds of {group}/{version} are not known: {reason}");
        self.unknowns.push(Unknown::whole(reason));
    }

    fn one_by_one(
        &mut self,
        connection: &mut Connection,
        path: &str,
        bytes: &[u8],
    ) -> Result<(), ClusterError> {
        let mut wanted = Vec::new();
        if path == "/api" {
            let list: Versions = parsed(bytes).map_err(|reason| connection.error(reason, None))?;
            wanted.extend(
                list.versions
                    .into_iter()
                    .map(|version| (String::new(), version)),
            );
        } else {
            let list: Groups = parsed(bytes).map_err(|reason| connection.error(reason, None))?;
            for group in list.groups {
                let preferred = group.preferred_version.iter().chain(&group.versions);
                wanted.extend(preferred.map(|one| (group.name.clone(), one.version.clone())));
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        wanted.retain(|one| seen.insert(one.clone()));
        if wanted.len() > GROUPS_MAX {
            let reason = format!("more than {GROUPS_MAX} groups");
            self.unknowns.push(Unknown::whole(reason));
            wanted.truncate(GROUPS_MAX);
        }
        for (group, version) in wanted {
            let probe = Resource {
                group: group.clone(),
                kind: "-".to_owned(),
                version: version.clone(),
                plural: "-".to_owned(),
                is_namespaced: false,
            };
            if !probe.is_sound() {
                continue;
            }
            let path = probe.path(None);
            let list = match ask(connection, path.trim_end_matches("/-"), JSON) {
                Ok((_, bytes)) => parsed::<Resources>(&bytes),
                Err(Refusal::Fatal(error)) => return Err(error),
                Err(Refusal::Status { code, message }) => Err(format!("{code} {message}")),
                Err(Refusal::Nothing(reason) | Refusal::Wrong(reason)) => Err(reason),
            };
            match list {
                Ok(list) => {
                    for resource in list.resources {
                        let found = Resource {
                            group: group.clone(),
                            kind: resource.kind,
                            version: version.clone(),
                            plural: resource.name,
                            is_namespaced: resource.namespaced,
                        };
                        self.add(found, &resource.verbs);
                    }
                }
                Err(reason) => self.not_served(&group, &version, reason.trim()),
            }
        }
        Ok(())
    }

    fn finish(self) -> Served {
        Served {
            resources: self.resources.into_values().collect(),
            unknowns: self.unknowns,
        }
    }
}
