//! Programs that belong to no ecosystem (`pkg:generic/…`), and where their authors' versions are
//! spoken of.
//!
//! Bitnami's database says of the programs that it packs which of the authors' versions are
//! affected; that holds for the same version built by anybody else. The table is written out by
//! hand: a name that is not in it is looked up under itself only, and nothing is guessed.

use std::borrow::Cow;

use plimsoll_model::{Ecosystem, Package, Unknown};

use super::subject::{Subject, SubjectKind};
use crate::Scope;

/// Names that catalogers give to programs, and Bitnami's.
const IN_BITNAMI: [(&str, &str); 21] = [
    ("apache", "apache"),
    ("haproxy", "haproxy"),
    ("httpd", "apache"),
    ("java", "java"),
    ("jdk", "java"),
    ("jre", "java"),
    ("libphp", "php"),
    ("lua", "lua"),
    ("mariadb", "mariadb"),
    ("memcached", "memcached"),
    ("nginx", "nginx"),
    ("node", "node"),
    ("openjdk", "java"),
    ("oracle-jdk", "java"),
    ("php", "php"),
    ("php-cli", "php"),
    ("php-fpm", "php"),
    ("postgresql", "postgresql"),
    ("python", "python"),
    ("redis", "redis"),
    ("ruby", "ruby"),
];

/// The programs of Bitnami's that others speak of without an ecosystem.
const IN_GENERIC: [(&str, &str); 2] = [("node", "node"), ("node-min", "node")];

/// Programs that are told by name where no source speaks of them.
const TOLD_MAX: usize = 10;

/// Where else a program is looked up, with the version as it is written there.
pub fn elsewhere(package: &Package) -> Option<(Scope, Subject<'_>)> {
    if package.namespace.is_some() {
        return None;
    }
    let (scope, table) = match package.ecosystem.as_str() {
        "generic" => (Scope::ecosystem("bitnami"), IN_BITNAMI.as_slice()),
        "bitnami" => (Scope::ecosystem("generic"), IN_GENERIC.as_slice()),
        _ => return None,
    };
    let (_, name) = table.iter().find(|(own, _)| *own == package.name)?;
    let version = match *name {
        "java" => java_version(&package.version),
        _ => Cow::Borrowed(package.version.as_str()),
    };
    let subject = Subject {
        name: Cow::Borrowed(*name),
        version,
        kind: SubjectKind::Language,
    };
    Some((scope, subject))
}

/// Whether nobody speaks for all programs of this kind, so that silence about one says nothing.
pub fn may_be_unheard(package: &Package) -> bool {
    package.ecosystem == Ecosystem::GENERIC
}

/// `1.8.0_392` is spoken of as `8.0.392`.
fn java_version(version: &str) -> Cow<'_, str> {
    match version
        .strip_prefix("1.")
        .and_then(|rest| rest.split_once('_'))
    {
        Some((front, update)) => Cow::Owned(format!("{front}.{update}")),
        None => Cow::Borrowed(version),
    }
}

/// What is said about programs that no source speaks of; nothing where there are none.
pub fn unheard<'p>(packages: impl Iterator<Item = &'p Package>) -> Option<Unknown> {
    let mut names: Vec<String> = packages
        .map(|package| format!("{} {}", package.qualified_name(), package.version))
        .collect();
    names.sort();
    names.dedup();
    let count = names.len();
    let rest = count.saturating_sub(TOLD_MAX);
    names.truncate(TOLD_MAX);
    let names = names.join(", ");
    let programs = match count {
        0 => return None,
        1 => "1 program".to_owned(),
        _ => format!("{count} programs"),
    };
    let more = match rest {
        0 => String::new(),
        _ => format!(" and {rest} more"),
    };
    Some(Unknown::whole(format!(
        "no advisories speak of {programs} without a package manager: {names}{more}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(IN_BITNAMI.is_sorted() && IN_GENERIC.is_sorted());
        assert_eq!(java_version("1.7.0_80"), "7.0.80");
        assert_eq!(java_version("1.8.0"), "1.8.0");
    }
}
