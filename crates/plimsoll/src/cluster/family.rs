//! Who looks after whom in a cluster, so that a defect of a Deployment is not told again for its
//! ReplicaSet and each of its pods.
//!
//! Only what is the same is folded: what a pod has beyond its owner stays, be it put in on its way by a
//! webhook, or be the pod one that only claims to belong to somebody.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use plimsoll_cluster::Item;
use plimsoll_model::Finding;

/// Owners of owners that are followed.
const GENERATIONS_MAX: usize = 8;

/// Owners among the objects that were read.
#[derive(Debug, Default)]
pub struct Family {
    /// The file of each object, by its `uid`.
    files: HashMap<String, String>,
    /// The `uid` of the owner of each file that has one.
    owners: HashMap<String, String>,
}

impl Family {
    pub fn add(&mut self, item: &Item) {
        if !item.uid.is_empty() {
            self.files.insert(item.uid.clone(), item.display());
        }
        if let Some(owner) = &item.owner {
            self.owners.insert(item.display(), owner.clone());
        }
    }

    /// The files of the owners of a file, the nearest first; last the `uid` of one that was not read. An
    /// owner is in the same namespace.
    fn line(&self, path: &str) -> Vec<&str> {
        let mut line: Vec<&str> = Vec::new();
        let mut at = path;
        while line.len() < GENERATIONS_MAX
            && let Some(uid) = self.owners.get(at)
        {
            let Some(owner) = self.files.get(uid) else {
                line.push(uid);
                break;
            };
            let is_near = namespace(owner) == namespace(path);
            if !is_near || owner == path || line.contains(&owner.as_str()) {
                break;
            }
            line.push(owner);
            at = owner;
        }
        line
    }

    /// Tells once what an owner and what it makes have in common, and once what several that it makes
    /// have and it has not.
    pub fn fold(&self, findings: &mut Vec<Finding>) {
        let paths: BTreeSet<&str> = findings.iter().filter_map(path).collect();
        let mut lines: HashMap<String, Vec<&str>> = HashMap::new();
        for path in paths {
            let line = self.line(path);
            if !line.is_empty() {
                lines.insert(path.to_owned(), line);
            }
        }
        let owners: HashSet<&str> = lines.values().flatten().copied().collect();
        let of_owners: HashSet<(String, String)> = findings
            .iter()
            .filter_map(|finding| {
                let path = path(finding).filter(|path| owners.contains(path))?;
                Some((path.to_owned(), what(finding, path)))
            })
            .collect();
        let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
        let mut first: HashMap<(String, String), usize> = HashMap::new();
        let mut more: BTreeMap<usize, usize> = BTreeMap::new();
        for finding in findings.drain(..) {
            let family = path(&finding).and_then(|path| Some((path, lines.get(path)?)));
            if let Some((path, line)) = family {
                let what = what(&finding, path);
                let is_told =
                    |owner: &&str| of_owners.contains(&((*owner).to_owned(), what.clone()));
                if line.iter().any(is_told) {
                    continue;
                }
                let root = line.last().copied().unwrap_or_default().to_owned();
                if let Some(index) = first.get(&(root.clone(), what.clone())) {
                    *more.entry(*index).or_default() += 1;
                    continue;
                }
                first.insert((root, what), kept.len());
            }
            kept.push(finding);
        }
        for (index, count) in more {
            if let Some(finding) = kept.get_mut(index) {
                let text = match count {
                    1 => "; 1 more of the same owner has it".to_owned(),
                    _ => format!("; {count} more of the same owner have it"),
                };
                finding.title.push_str(&text);
            }
        }
        *findings = kept;
    }
}

fn path(finding: &Finding) -> Option<&str> {
    finding.locations.first().map(|location| &*location.path)
}

/// `shop` of `shop/Pod/cart`; nothing for `Node/n1`.
fn namespace(path: &str) -> Option<&str> {
    let (namespace, rest) = path.split_once('/')?;
    rest.contains('/').then_some(namespace)
}

/// What a finding says, the object's name apart.
fn what(finding: &Finding, path: &str) -> String {
    let subject = match namespace(path) {
        Some(namespace) => {
            let rest = path.get(namespace.len() + 1..).unwrap_or_default();
            let (kind, name) = rest.split_once('/').unwrap_or((rest, ""));
            format!("{kind} {namespace}/{name}")
        }
        None => path.replacen('/', " ", 1),
    };
    let title = &finding.title;
    let rest = title.strip_prefix(&subject).unwrap_or(title);
    format!("{} {rest}", finding.id)
}

#[cfg(test)]
mod tests {
    use plimsoll_model::{FindingKind, Location, Severity};

    use super::*;

    fn family(members: &[(&str, &str, Option<&str>)]) -> Family {
        let mut family = Family::default();
        for (path, uid, owner) in members {
            let parts: Vec<&str> = path.split('/').collect();
            family.add(&Item {
                api_version: "v1".to_owned(),
                kind: parts[1].to_owned(),
                namespace: parts[0].to_owned(),
                name: parts[2].to_owned(),
                uid: (*uid).to_owned(),
                owner: owner.map(str::to_owned),
                is_idle: false,
                json: Vec::new(),
            });
        }
        family
    }

    fn finding(path: &str, words: &str) -> Finding {
        let parts: Vec<&str> = path.split('/').collect();
        let title = format!("{} {}/{}: {words}", parts[1], parts[0], parts[2]);
        let mut finding = Finding::new(
            FindingKind::Configuration,
            "id",
            path,
            Severity::High,
            title,
        );
        finding.locations = vec![Location::file(path)];
        finding
    }

    fn titles(family: &Family, mut findings: Vec<Finding>) -> Vec<String> {
        family.fold(&mut findings);
        findings.into_iter().map(|finding| finding.title).collect()
    }

    #[test]
    fn what_an_owner_has_too_is_told_once() {
        let family = family(&[
            ("a/Deployment/d", "1", None),
            ("a/ReplicaSet/r", "2", Some("1")),
            ("a/Pod/p", "3", Some("2")),
            ("a/Pod/q", "4", Some("2")),
        ]);
        let findings = vec![
            finding("a/Deployment/d", "x"),
            finding("a/Pod/p", "put in"),
            finding("a/Pod/p", "x"),
            finding("a/Pod/q", "put in"),
            finding("a/Pod/q", "x"),
            finding("a/ReplicaSet/r", "x"),
        ];
        assert_eq!(
            titles(&family, findings),
            [
                "Deployment a/d: x",
                "Pod a/p: put in; 1 more of the same owner has it"
            ]
        );
    }

    #[test]
    fn who_only_claims_an_owner_hides_nothing() {
        let family = family(&[
            ("a/Deployment/d", "1", None),
            ("a/Pod/thief", "2", Some("1")),
            ("b/Pod/stranger", "3", Some("1")),
            ("a/Pod/round", "4", Some("5")),
            ("a/Pod/trip", "5", Some("4")),
            ("a/Pod/orphan", "6", Some("gone")),
        ]);
        let findings = vec![
            finding("a/Deployment/d", "x"),
            finding("a/Pod/thief", "y"),
            finding("b/Pod/stranger", "x"),
            finding("a/Pod/round", "z"),
            finding("a/Pod/orphan", "x"),
        ];
        assert_eq!(titles(&family, findings).len(), 5);
    }

    #[test]
    fn pods_of_an_owner_that_was_not_read_stand_together() {
        let family = family(&[
            ("a/Pod/p", "1", Some("gone")),
            ("a/Pod/q", "2", Some("gone")),
            ("a/Pod/r", "3", Some("gone")),
        ]);
        let findings = ["p", "q", "r"].map(|name| finding(&format!("a/Pod/{name}"), "x"));
        assert_eq!(
            titles(&family, findings.to_vec()),
            ["Pod a/p: x; 2 more of the same owner have it"]
        );
    }
}
