//! Under which names a package is looked up, and which version is compared there.

use std::borrow::Cow;

use plimsoll_model::{Ecosystem, Package};

use super::kernels::{self, Concern};
use crate::feed::ecosystems::package_name;

/// One look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject<'a> {
    pub name: Cow<'a, str>,
    pub version: Cow<'a, str>,
    pub kind: SubjectKind,
}

/// What the name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectKind {
    /// A source package: statements about binary packages do not count.
    Source,
    /// A binary package: statements about source packages do not count.
    Binary,
    /// A package of a language.
    Language,
}

impl Subject<'_> {
    /// What was compared, for people.
    pub fn describe(&self) -> String {
        let kind = match self.kind {
            SubjectKind::Source => "source package",
            SubjectKind::Binary => "binary package",
            SubjectKind::Language => "package",
        };
        format!("{kind} {} {}", self.name, self.version)
    }

    /// Whether statements about this kind of package count.
    pub fn takes(&self, binary: bool) -> bool {
        match self.kind {
            SubjectKind::Source => !binary,
            SubjectKind::Binary => binary,
            SubjectKind::Language => true,
        }
    }
}

/// The look-ups for a package; for a distribution's, the source package first.
pub fn subjects(package: &Package, is_distribution: bool) -> Vec<Subject<'_>> {
    if !is_distribution {
        let name = package.qualified_name();
        return vec![Subject {
            name: Cow::Owned(package_name(package.ecosystem.as_str(), &name)),
            version: Cow::Borrowed(&package.version),
            kind: SubjectKind::Language,
        }];
    }
    let (source_name, source_version) = match &package.source {
        Some(source) if source.version.is_empty() => (&source.name, &package.version),
        Some(source) => (&source.name, &source.version),
        None => (&package.name, &package.version),
    };
    let binary = Subject {
        name: Cow::Borrowed(&package.name),
        version: Cow::Borrowed(&package.version),
        kind: SubjectKind::Binary,
    };
    let is_deb = package.ecosystem == Ecosystem::DEB;
    let (name, version) = match kernels::signed_source(source_name).filter(|_| is_deb) {
        Some(kernel) => (kernel, &package.version),
        None => (Cow::Borrowed(source_name.as_str()), source_version),
    };
    if is_deb && kernels::concern(&name, &package.name) == Concern::Nothing {
        return vec![binary];
    }
    let source = Subject {
        name,
        version: Cow::Borrowed(version),
        kind: SubjectKind::Source,
    };
    vec![source, binary]
}
