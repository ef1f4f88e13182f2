//! The table of fields against what Kubernetes' own API server publishes of its objects: every kind,
//! field and type, both ways.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_test_cluster::Cluster;
use serde_json::Value;

const TABLE: &str = include_str!("../src/fields.txt");

/// Groups whose kinds the table has.
const GROUPS: &[&str] = &[
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// Kinds of these groups that nobody writes into a manifest: programs make them, or they are part of a
/// request or an answer.
const NOT_WRITTEN: &[&str] = &[
    "APIGroup",
    "APIVersions",
    "Binding",
    "CSINode",
    "CSIStorageCapacity",
    "ComponentStatus",
    "ControllerRevision",
    "DeleteOptions",
    "Endpoints",
    "Event",
    "Eviction",
    "IPAddress",
    "Node",
    "Scale",
    "Status",
    "StorageVersionMigration",
    "VolumeAttachment",
    "WatchEvent",
];

/// Types that have a word of their own in the table, by the end of their names.
const WORDS: &[(&str, &str)] = &[
    (".api.resource.Quantity", "quantity"),
    (".util.intstr.IntOrString", "port"),
    (".meta.v1.Time", "text"),
    (".meta.v1.MicroTime", "text"),
    (".meta.v1.Duration", "text"),
    (".meta.v1.FieldsV1", "any"),
    (".runtime.RawExtension", "any"),
    // Schemas are judged by the server alone.
    (".v1.JSON", "any"),
    (".v1.JSONSchemaProps", "any"),
    (".v1.JSONSchemaPropsOrArray", "any"),
    (".v1.JSONSchemaPropsOrBool", "any"),
    (".v1.JSONSchemaPropsOrStringArray", "any"),
];

/// Fields that the server writes: nothing in them is looked at.
const WRITTEN_BY_SERVER: &[&str] = &["managedFields", "status"];

/// Type by version and kind.
type Kinds = BTreeMap<(&'static str, &'static str), &'static str>;
/// Type by field.
type Fields = BTreeMap<&'static str, &'static str>;

/// Types by kind, fields by type.
fn table() -> (Kinds, BTreeMap<&'static str, Fields>) {
    let (mut kinds, mut types) = (BTreeMap::new(), BTreeMap::<_, Fields>::new());
    let mut last = "";
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.trim_start().split(' ').collect();
        if let ["=", version, kind, name] = words[..] {
            assert!(kinds.insert((version, kind), name).is_none(), "{line}");
        } else if line.starts_with(' ') {
            let fields = types.get_mut(last).unwrap();
            for &field in &words[1..] {
                assert!(fields.insert(field, words[0]).is_none(), "{last}.{field}");
            }
        } else {
            last = line;
            assert!(types.insert(line, Fields::new()).is_none(), "{line}");
        }
    }
    (kinds, types)
}

/// Walks the table and the definitions side by side.
struct Walk<'s> {
    definitions: &'s serde_json::Map<String, Value>,
    /// Types of the table with the definition of each.
    todo: Vec<(&'static str, &'s str)>,
    wrong: Vec<String>,
}

impl<'s> Walk<'s> {
    /// Compares the table's type of a field with the server's.
    fn field(&mut self, place: &str, ours: &'static str, theirs: &'s Value) {
        if let Some(reference) = theirs.get("$ref").and_then(Value::as_str) {
            let name = reference.rsplit('/').next().unwrap();
            let target = &self.definitions[name];
            let word = WORDS.iter().find(|(end, _)| name.ends_with(end));
            match word {
                Some((_, word)) => self.same(place, ours, word),
                None if target.get("properties").is_some() => self.todo.push((ours, name)),
                None => self.field(place, ours, target),
            }
            return;
        }
        let inner = |open, close| ours.strip_prefix(open)?.strip_suffix(close);
        match theirs.get("type").and_then(Value::as_str) {
            Some("array") => match inner('[', ']') {
                Some(item) => self.field(place, item, &theirs["items"]),
                None => self.same(place, ours, "a list"),
            },
            Some("object") if theirs.get("additionalProperties").is_some() => {
                match inner('{', '}') {
                    Some(value) => self.field(place, value, &theirs["additionalProperties"]),
                    None => self.same(place, ours, "a map"),
                }
            }
            _ if theirs.get("format").is_some_and(|it| it == "int-or-string") => {
                self.same(place, ours, "port");
            }
            Some("string") => self.same(place, ours, "text"),
            Some("boolean") => self.same(place, ours, "bool"),
            Some("integer") => self.same(place, ours, "int"),
            Some("number") => self.same(place, ours, "number"),
            _ => self.same(place, ours, "any"),
        }
    }

    fn same(&mut self, place: &str, ours: &str, theirs: &str) {
        if ours != theirs {
            let line = format!("{place}: the table has {ours}, the server {theirs}");
            self.wrong.push(line);
        }
    }
}

/// Kinds that the server has, each with its definition.
fn served(definitions: &serde_json::Map<String, Value>) -> BTreeMap<(String, String), &str> {
    let mut out = BTreeMap::new();
    for (name, definition) in definitions {
        let kinds = definition.get("x-kubernetes-group-version-kind");
        let kinds = kinds
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        // What goes with every group is no object.
        let [kind] = kinds else { continue };
        let [group, version, kind] =
            ["group", "version", "kind"].map(|key| kind[key].as_str().unwrap());
        if !GROUPS.contains(&group) || NOT_WRITTEN.contains(&kind) || kind.ends_with("List") {
            continue;
        }
        let version = if group.is_empty() {
            version.to_owned()
        } else {
            format!("{group}/{version}")
        };
        out.insert((version, kind.to_owned()), name.as_str());
    }
    out
}

#[test]
fn the_table_is_what_the_server_publishes() {
    let cluster = Cluster::start();
    let answer = cluster.admin().get("/openapi/v2");
    let definitions = answer.body["definitions"].as_object().unwrap();
    let (kinds, types) = table();
    let served = served(definitions);
    let mut walk = Walk {
        definitions,
        todo: Vec::new(),
        wrong: Vec::new(),
    };
    for (&(version, kind), &name) in &kinds {
        match served.get(&(version.to_owned(), kind.to_owned())) {
            Some(definition) => walk.todo.push((name, definition)),
            None => walk
                .wrong
                .push(format!("{version} {kind}: the server has none")),
        }
    }
    for (version, kind) in served.keys() {
        if !kinds.contains_key(&(version.as_str(), kind.as_str())) {
            let line = format!("{version} {kind}: the table has none");
            walk.wrong.push(line);
        }
    }
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let mut fields = 0;
    while let Some((name, definition)) = walk.todo.pop() {
        if let Some(other) = seen.insert(name, definition) {
            walk.same(name, other, definition);
            continue;
        }
        let Some(ours) = types.get(name) else {
            walk.wrong.push(format!(
                "{definition}: the table has {name}, which is no type"
            ));
            continue;
        };
        let theirs = definitions[definition]["properties"].as_object().unwrap();
        for (field, &takes) in ours {
            fields += 1;
            let place = format!("{name}.{field}");
            match theirs.get(*field) {
                None => walk.wrong.push(format!("{place}: the server has none")),
                Some(_) if WRITTEN_BY_SERVER.contains(field) => walk.same(&place, takes, "any"),
                Some(theirs) => walk.field(&place, takes, theirs),
            }
        }
        let missing = theirs
            .keys()
            .filter(|field| !ours.contains_key(field.as_str()));
        let missing = missing.map(|field| format!("{name}.{field}: the table has none"));
        walk.wrong.extend(missing.collect::<Vec<_>>());
    }
    let unused = types.keys().filter(|name| !seen.contains_key(*name));
    let unused: BTreeSet<_> = unused.collect();
    assert!(unused.is_empty(), "of no kind: {unused:?}");
    assert!(walk.wrong.is_empty(), "{}", walk.wrong.join("\n"));
    assert!(
        kinds.len() > 40 && fields > 1_200,
        "{} kinds, {fields} fields",
        kinds.len()
    );
}
