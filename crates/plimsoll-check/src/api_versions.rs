//! Which release of Kubernetes serves which version of which API.
//!
//! From 1.0 to the newest release that is known; only what Kubernetes itself serves, no custom
//! resources. What is off unless asked for (alpha, later beta) counts as served.

use plimsoll_object::object::Object;
use plimsoll_object::yaml::Place;

mod table;

pub use table::TABLE;

/// A version of some kinds of an API group.
#[derive(Debug, Clone, Copy)]
pub struct Api {
    /// Empty for the core.
    pub group: &'static str,
    pub version: &'static str,
    pub kinds: &'static [&'static str],
    /// Minor version of the first release that served it.
    pub since: u16,
    /// Minor version of the first release that called it deprecated; 0 where none has.
    pub deprecated: u16,
    /// Minor version of the first release without it; 0 where none is known.
    pub removed: u16,
    /// The `apiVersion` to use; empty where there is none.
    pub instead: &'static str,
}

/// What is known of an object's `apiVersion` and `kind`.
#[derive(Debug, Clone, Copy)]
pub enum Known {
    /// Not an API of Kubernetes itself.
    Foreign,
    /// It was served by some release.
    Api(&'static Api),
    /// The group is known, the version of this kind is not.
    NoSuchVersion,
    /// The group is known, and has no such kind.
    NoSuchKind,
}

impl Api {
    pub const fn is_deprecated(&self, minor: u16) -> bool {
        self.deprecated != 0 && self.deprecated <= minor
    }

    pub const fn is_removed(&self, minor: u16) -> bool {
        self.removed != 0 && self.removed <= minor
    }
}

/// Looks an object up.
pub fn look_up(object: &Object<'_>) -> Known {
    let (group, version) = match object.api_version.split_once('/') {
        Some(parts) => parts,
        None => ("", object.api_version),
    };
    let mut group_known = false;
    let mut kind_known = false;
    for api in TABLE.iter().filter(|api| api.group == group) {
        group_known = true;
        if api.kinds.contains(&object.kind) {
            kind_known = true;
            if api.version == version {
                return Known::Api(api);
            }
        }
    }
    match (group_known, kind_known) {
        // Lists, deletions and the like of a kind are not listed.
        (true, false) if object.kind.ends_with("List") || object.kind.ends_with("Options") => {
            Known::Foreign
        }
        (true, true) => Known::NoSuchVersion,
        // The core has no name that would tell others apart: a `Config` of `v1` is one for kubectl.
        (true, false) if group.is_empty() && !is_close(object.kind) => Known::Foreign,
        (true, false) => Known::NoSuchKind,
        (false, _) => Known::Foreign,
    }
}

/// Whether a kind is one of Kubernetes, or would be with other letters great and small.
fn is_close(kind: &str) -> bool {
    let mut kinds = TABLE.iter().flat_map(|api| api.kinds);
    kinds.any(|known| known.eq_ignore_ascii_case(kind))
}

/// The groups that have a kind.
pub fn groups_with(kind: &str) -> impl Iterator<Item = &'static str> {
    let of_kind = TABLE.iter().filter(move |api| api.kinds.contains(&kind));
    of_kind.map(|api| api.group)
}

/// Where an object says its version.
pub fn at(object: &Object<'_>) -> Place {
    let node = object.node.get("apiVersion");
    node.map_or(object.node.at, |node| node.at)
}

/// The versions of a kind that a release serves and does not call deprecated, as `apiVersion`s.
pub fn served(group: &str, kind: &str, minor: u16) -> impl Iterator<Item = String> {
    TABLE
        .iter()
        .filter(move |api| api.group == group && api.kinds.contains(&kind))
        .filter(move |api| api.since <= minor && !api.is_removed(minor))
        .filter(move |api| !api.is_deprecated(minor))
        .map(|api| match api.group {
            "" => api.version.to_owned(),
            group => format!("{group}/{}", api.version),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A version comes before it is deprecated, and is deprecated before it goes; no kind stands in
    /// two rows of a version; what is named instead is in the table.
    #[test]
    fn rows_make_sense() {
        let mut seen = std::collections::BTreeSet::new();
        for api in TABLE {
            assert!(
                api.deprecated == 0 || api.since <= api.deprecated,
                "{api:?}"
            );
            assert!(api.removed == 0 || api.since < api.removed, "{api:?}");
            assert!(api.removed == 0 || api.deprecated < api.removed, "{api:?}");
            for kind in api.kinds {
                assert!(seen.insert((api.group, api.version, *kind)), "{api:?}");
            }
            let instead = match api.instead.split_once('/') {
                Some((group, version)) => (group, version),
                None => continue,
            };
            assert!(
                TABLE
                    .iter()
                    .any(|other| (other.group, other.version) == instead),
                "{api:?}"
            );
        }
    }

    #[test]
    fn what_is_ours_and_what_is_not() {
        for (text, expected) in [
            ("{apiVersion: v1, kind: Pod}", "api"),
            ("{apiVersion: v1, kind: PodList}", "foreign"),
            ("{apiVersion: v1, kind: Config}", "foreign"),
            ("{apiVersion: v1, kind: Deployment}", "kind"),
            ("{apiVersion: v1, kind: pod}", "kind"),
            ("{apiVersion: apps/v1, kind: Deploymnet}", "kind"),
            ("{apiVersion: apps/v3, kind: Deployment}", "version"),
            ("{apiVersion: example.com/v1, kind: Deployment}", "foreign"),
        ] {
            let (documents, _) = plimsoll_object::yaml::parse(text.as_bytes());
            let mut all = Vec::new();
            plimsoll_object::object::objects(&documents[0].root, &mut all);
            let said = match look_up(&all[0]) {
                Known::Foreign => "foreign",
                Known::Api(_) => "api",
                Known::NoSuchVersion => "version",
                Known::NoSuchKind => "kind",
            };
            assert_eq!(said, expected, "{text}");
        }
    }

    #[test]
    fn newest_of_a_kind_is_served() {
        let of = |group, kind, minor| served(group, kind, minor).collect::<Vec<_>>();
        assert_eq!(of("apps", "Deployment", 36), ["apps/v1"]);
        assert_eq!(of("", "Pod", 36), ["v1"]);
        assert_eq!(
            of("networking.k8s.io", "Ingress", 18),
            ["networking.k8s.io/v1beta1"]
        );
        assert!(of("policy", "PodSecurityPolicy", 25).is_empty());
    }
}
