//! Mends that are safe, written into YAML as text: comments, order and layout stay.
//!
//! A mend is safe when a pod of the usual kind runs on as it did: see [`SAFE`]. What stands in an
//! anchor, an alias or a merged map, in JSON, or is written in a way that is not certain is left
//! alone, with the reason. What was written is read again: nothing but the mended fields differs.

use std::collections::BTreeSet;

use plimsoll_object::object::{Container, Object, Pod, objects};
use plimsoll_object::yaml::{self, Document, Entry, Node, Place, Value};

mod edit;
#[cfg(test)]
mod tests;

use edit::{Edit, Lines};

/// Checks whose findings are mended, with what is written and when.
pub const SAFE: &[(&str, &str)] = &[
    (
        "deprecated-api-version",
        "the successor, where its schema is the same and it is served",
    ),
    (
        "deprecated-field",
        "`serviceAccountName` for `serviceAccount`, unless both are set; no other field",
    ),
    (
        "privilege-escalation-allowed",
        "`allowPrivilegeEscalation: false`, unless it is set, the container is privileged, has CAP_SYS_ADMIN, or its command calls sudo or su",
    ),
    (
        "removed-api-version",
        "the successor, where its schema is the same and it is served",
    ),
    (
        "seccomp-profile-missing",
        "`seccompProfile: {type: RuntimeDefault}` on the pod, unless a container is privileged or a profile is set anywhere",
    ),
];

/// Largest file that is mended, in bytes.
const FILE_BYTES_MAX: usize = 16 << 20;

/// A file after its mends.
#[derive(Debug, Default)]
pub struct Mended {
    pub bytes: Vec<u8>,
    /// What was mended: check and place before.
    pub done: Vec<(&'static str, Place)>,
    /// What was left, and why.
    pub left: Vec<(&'static str, Place, &'static str)>,
}

/// API versions whose successor takes the same objects: kind, old, new, and the minor version from
/// which the new one is served. Source: the API reference of Kubernetes and its deprecation guide.
const SUCCESSORS: &[(&str, &str, &str, u16)] = &[
    (
        "ClusterRole",
        "rbac.authorization.k8s.io/v1beta1",
        "rbac.authorization.k8s.io/v1",
        8,
    ),
    (
        "ClusterRoleBinding",
        "rbac.authorization.k8s.io/v1beta1",
        "rbac.authorization.k8s.io/v1",
        8,
    ),
    ("CronJob", "batch/v1beta1", "batch/v1", 21),
    ("DaemonSet", "apps/v1beta2", "apps/v1", 9),
    ("Deployment", "apps/v1beta2", "apps/v1", 9),
    (
        "HorizontalPodAutoscaler",
        "autoscaling/v2beta2",
        "autoscaling/v2",
        23,
    ),
    (
        "NetworkPolicy",
        "extensions/v1beta1",
        "networking.k8s.io/v1",
        8,
    ),
    ("PodDisruptionBudget", "policy/v1beta1", "policy/v1", 21),
    (
        "PriorityClass",
        "scheduling.k8s.io/v1beta1",
        "scheduling.k8s.io/v1",
        14,
    ),
    ("ReplicaSet", "apps/v1beta2", "apps/v1", 9),
    (
        "Role",
        "rbac.authorization.k8s.io/v1beta1",
        "rbac.authorization.k8s.io/v1",
        8,
    ),
    (
        "RoleBinding",
        "rbac.authorization.k8s.io/v1beta1",
        "rbac.authorization.k8s.io/v1",
        8,
    ),
    ("StatefulSet", "apps/v1beta2", "apps/v1", 9),
    (
        "StorageClass",
        "storage.k8s.io/v1beta1",
        "storage.k8s.io/v1",
        6,
    ),
];

/// Mends what was found in a file; `wanted` has the ids and places of the findings that are open.
pub fn mend(bytes: &[u8], wanted: &BTreeSet<(String, Place)>, minor: u16) -> Mended {
    let mut out = Mended {
        bytes: bytes.to_vec(),
        ..Mended::default()
    };
    let (documents, error) = yaml::parse(bytes);
    let Some(lines) =
        Lines::read(bytes).filter(|_| error.is_none() && bytes.len() <= FILE_BYTES_MAX)
    else {
        leave_all(&mut out, wanted, "the file cannot be read with certainty");
        return out;
    };
    let shared = edit::shared_lines(bytes);
    let mut edits: Vec<Edit> = Vec::new();
    for document in &documents {
        let mut found = Vec::new();
        objects(&document.root, &mut found);
        for object in &found {
            for (id, at, edit) in edits_of(object, wanted, minor, &lines) {
                let edit = match edit {
                    Ok(edit)
                        if shared
                            .iter()
                            .any(|(from, to)| (*from..=*to).contains(&edit.line())) =>
                    {
                        Err(edit::SHARED)
                    }
                    other => other,
                };
                match edit {
                    Ok(edit) => {
                        out.done.push((id, at));
                        if !edits.contains(&edit) {
                            edits.push(edit);
                        }
                    }
                    Err(reason) => out.left.push((id, at, reason)),
                }
            }
        }
    }
    if edits.is_empty() {
        return out;
    }
    let new = lines.edited(&edits);
    let (after, error) = yaml::parse(&new);
    if error.is_some() || !is_only(&documents, &after, edits.len()) {
        let done = std::mem::take(&mut out.done);
        let reason = "the file would not be the same but for this";
        out.left
            .extend(done.into_iter().map(|(id, at)| (id, at, reason)));
        return out;
    }
    out.bytes = new;
    out
}

fn leave_all(out: &mut Mended, wanted: &BTreeSet<(String, Place)>, reason: &'static str) {
    for (id, at) in wanted {
        if let Some((id, _)) = SAFE.iter().find(|(safe, _)| safe == id) {
            out.left.push((id, *at, reason));
        }
    }
}

type Planned = (&'static str, Place, Result<Edit, &'static str>);

/// The edits of an object's findings.
fn edits_of(
    object: &Object<'_>,
    wanted: &BTreeSet<(String, Place)>,
    minor: u16,
    lines: &Lines<'_>,
) -> Vec<Planned> {
    let mut out = Vec::new();
    let is_wanted = |id: &str, places: &[Place]| {
        let mut places = places.iter();
        places
            .find(|at| wanted.contains(&(id.to_owned(), **at)))
            .copied()
    };
    if let Some(entry) = object.node.entry("apiVersion") {
        for id in ["deprecated-api-version", "removed-api-version"] {
            if let Some(at) = is_wanted(id, &[entry.value.at, entry.at, object.node.at]) {
                out.push((id_of(id), at, successor(object, &entry.value, minor, lines)));
            }
        }
    }
    let Some(pod) = object.pod() else { return out };
    if let Some(entry) = pod.spec.entry(ACCOUNT_OF_OLD)
        && let Some(at) = is_wanted("deprecated-field", &[entry.at])
    {
        out.push((id_of("deprecated-field"), at, account(&pod, entry, lines)));
    }
    for container in pod.containers() {
        let id = "privilege-escalation-allowed";
        let context = container.node.entry("securityContext");
        let mut places = vec![container.node.at];
        places.extend(
            context
                .iter()
                .flat_map(|context| [context.at, context.value.at]),
        );
        places.extend(
            container
                .security(&["allowPrivilegeEscalation"])
                .map(|node| node.at),
        );
        if let Some(at) = is_wanted(id, &places) {
            out.push((id_of(id), at, no_escalation(&container, lines)));
        }
    }
    let id = "seccomp-profile-missing";
    let context = pod.spec.entry("securityContext");
    let mut places = vec![pod.at, pod.spec.at];
    places.extend(
        context
            .iter()
            .flat_map(|context| [context.at, context.value.at]),
    );
    for container in pod.containers() {
        places.push(container.node.at);
        places.extend(
            container
                .node
                .entry("securityContext")
                .map(|context| context.value.at),
        );
    }
    if let Some(at) = is_wanted(id, &places) {
        out.push((id_of(id), at, default_profile(&pod, lines)));
    }
    out
}

fn id_of(id: &str) -> &'static str {
    let found = SAFE.iter().find(|(safe, _)| *safe == id);
    found.map_or("", |(safe, _)| safe)
}

fn successor(
    object: &Object<'_>,
    value: &Node,
    minor: u16,
    lines: &Lines<'_>,
) -> Result<Edit, &'static str> {
    let row = SUCCESSORS
        .iter()
        .find(|(kind, old, ..)| *kind == object.kind && *old == object.api_version);
    let (.., new, since) = row.ok_or("its successor takes other fields")?;
    if *since > minor {
        return Err("its successor is not served yet");
    }
    let selector = object.node.at_path(&["spec", "selector"]);
    let needs = matches!(
        object.kind,
        "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet" | "PodDisruptionBudget"
    );
    if needs && selector.is_none_or(|selector| selector.entries().is_empty()) {
        return Err("its successor reads a selector that is missing or empty in another way");
    }
    lines
        .replaced(value, new)
        .ok_or("it is written in a way that is not certain")
}

const ACCOUNT_OF_OLD: &str = "serviceAccount";
const ACCOUNT: &str = "serviceAccountName";

/// The same value under the name of today; the API server reads the old one where this is not set.
fn account(pod: &Pod<'_>, entry: &Entry, lines: &Lines<'_>) -> Result<Edit, &'static str> {
    if pod.spec.entry(ACCOUNT).is_some() {
        return Err("both are set");
    }
    if entry.value.as_str().is_none_or(str::is_empty) {
        return Err("it is no name");
    }
    lines
        .renamed(entry.at, ACCOUNT_OF_OLD, ACCOUNT)
        .ok_or("it is written in a way that is not certain")
}

fn no_escalation(container: &Container<'_>, lines: &Lines<'_>) -> Result<Edit, &'static str> {
    let truth = |path: &[&str]| container.security(path).and_then(Node::as_bool);
    if container.security(&["allowPrivilegeEscalation"]).is_some() {
        return Err("somebody has set it");
    }
    if truth(&["privileged"]) == Some(true) {
        return Err("the container is privileged");
    }
    let added = container
        .security(&["capabilities", "add"])
        .map_or(&[][..], Node::items);
    let rules = |node: &Node| {
        let name = node.as_str().unwrap_or_default().to_ascii_uppercase();
        matches!(
            name.strip_prefix("CAP_").unwrap_or(&name),
            "SYS_ADMIN" | "ALL"
        )
    };
    if added.iter().any(rules) {
        return Err("the container has a capability that goes against it");
    }
    for list in ["command", "args"] {
        let words = container.field(&[list]).map_or(&[][..], Node::items);
        let mut words = words
            .iter()
            .filter_map(Node::as_str)
            .flat_map(str::split_whitespace);
        if words.any(|word| matches!(word.rsplit('/').next(), Some("sudo" | "su" | "doas"))) {
            return Err("its command takes another user's rights");
        }
    }
    lines.field(
        container.node,
        "securityContext",
        "allowPrivilegeEscalation",
        "false",
    )
}

fn default_profile(pod: &Pod<'_>, lines: &Lines<'_>) -> Result<Edit, &'static str> {
    if pod.field(&["securityContext", "seccompProfile"]).is_some()
        || pod.annotations().any(|(key, ..)| key.contains("seccomp"))
    {
        return Err("a profile is set");
    }
    if pod.is_windows() {
        return Err("Windows has none");
    }
    for container in pod.containers() {
        if container.security(&["seccompProfile"]).is_some() {
            return Err("a profile is set");
        }
        if container.security(&["privileged"]).and_then(Node::as_bool) == Some(true) {
            return Err("a container is privileged");
        }
    }
    lines.field(
        pod.spec,
        "securityContext",
        "seccompProfile",
        "{type: RuntimeDefault}",
    )
}

/// Whether two readings of a file differ in at most so many places, each a field that is new or
/// renamed, or another version of the API.
fn is_only(before: &[Document], after: &[Document], edits: usize) -> bool {
    let mut differences = 0;
    before.len() == after.len()
        && before
            .iter()
            .zip(after)
            .all(|(before, after)| is_alike(&before.root, &after.root, &mut differences))
        && differences == edits
}

fn is_alike(before: &Node, after: &Node, differences: &mut usize) -> bool {
    match (&before.value, &after.value) {
        (Value::Map(_), Value::Map(_)) => {
            let mut old = before.entries().iter().peekable();
            for new in after.entries() {
                match old.peek() {
                    Some(same) if same.key == new.key => {
                        let is_version =
                            &*new.key == "apiVersion" && same.value.value != new.value.value;
                        if is_version {
                            *differences += 1;
                        } else if !is_alike(&same.value, &new.value, differences) {
                            return false;
                        }
                        old.next();
                    }
                    Some(same) if is_renamed(same, new) => {
                        *differences += 1;
                        old.next();
                    }
                    _ if is_mend(&new.key, &new.value) => *differences += 1,
                    _ => return false,
                }
            }
            old.peek().is_none()
        }
        (Value::List(_), Value::List(_)) => {
            let (old, new) = (before.items(), after.items());
            old.len() == new.len()
                && old
                    .iter()
                    .zip(new)
                    .all(|(old, new)| is_alike(old, new, differences))
        }
        (old, new) => old == new,
    }
}

fn is_renamed(old: &Entry, new: &Entry) -> bool {
    let keys = (&*old.key, &*new.key);
    keys == (ACCOUNT_OF_OLD, ACCOUNT) && old.value.value == new.value.value
}

/// Whether a new field is one that is written here.
fn is_mend(key: &str, value: &Node) -> bool {
    match key {
        "allowPrivilegeEscalation" => value.as_bool() == Some(false),
        "seccompProfile" => {
            value.entries().len() == 1
                && value.get("type").and_then(Node::as_str) == Some("RuntimeDefault")
        }
        "securityContext" => match value.entries() {
            [only] => &*only.key != "securityContext" && is_mend(&only.key, &only.value),
            _ => false,
        },
        _ => false,
    }
}
