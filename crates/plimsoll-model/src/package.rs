//! Packages and where they were found.

use std::borrow::Cow;
use std::fmt;

use crate::{Digest, Purl};

/// A package ecosystem: the `type` of a package URL. An open set.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ecosystem(Cow<'static, str>);

impl Ecosystem {
    pub const DEB: Self = Self(Cow::Borrowed("deb"));
    pub const APK: Self = Self(Cow::Borrowed("apk"));
    pub const RPM: Self = Self(Cow::Borrowed("rpm"));
    pub const PYPI: Self = Self(Cow::Borrowed("pypi"));
    pub const NPM: Self = Self(Cow::Borrowed("npm"));
    pub const MAVEN: Self = Self(Cow::Borrowed("maven"));
    pub const GOLANG: Self = Self(Cow::Borrowed("golang"));
    pub const CARGO: Self = Self(Cow::Borrowed("cargo"));
    pub const GEM: Self = Self(Cow::Borrowed("gem"));
    pub const COMPOSER: Self = Self(Cow::Borrowed("composer"));
    pub const NUGET: Self = Self(Cow::Borrowed("nuget"));
    pub const BITNAMI: Self = Self(Cow::Borrowed("bitnami"));
    pub const GENERIC: Self = Self(Cow::Borrowed("generic"));

    /// An ecosystem by its purl type, folded to lower case.
    pub fn new(purl_type: &str) -> Self {
        Self(Cow::Owned(purl_type.to_ascii_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Ecosystem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Which part of the software stack a package belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Installed by the operating system's package manager.
    Os,
    /// A language runtime or its standard library.
    Runtime,
    /// A library of a language ecosystem.
    Language,
    /// A program that was delivered as such (a Go or Rust binary's main module, an application).
    Application,
}

impl Part {
    pub const ALL: [Self; 4] = [Self::Os, Self::Runtime, Self::Language, Self::Application];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Os => "os",
            Self::Runtime => "runtime",
            Self::Language => "language",
            Self::Application => "application",
        }
    }
}

/// Whether a package is there, or only asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The package's own files are in the target.
    Installed,
    /// A lockfile or manifest names it.
    Declared,
}

impl State {
    pub const ALL: [Self; 2] = [Self::Installed, Self::Declared];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Declared => "declared",
        }
    }
}

/// The source package that an operating system package was built from. Advisories of most
/// distributions speak of these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourcePackage {
    pub name: String,
    pub version: String,
}

/// A place in a target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Path inside the target, without a leading slash; `!/` steps into an archive.
    pub path: String,
    /// `diff_id` of the layer.
    pub layer: Option<Digest>,
    /// 1-based.
    pub line: Option<u32>,
    /// 1-based.
    pub column: Option<u32>,
}

impl Location {
    /// A place that is a whole file.
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            layer: None,
            line: None,
            column: None,
        }
    }

    /// The same place, in a layer.
    #[must_use]
    pub fn in_layer(mut self, layer: Option<Digest>) -> Self {
        self.layer = layer;
        self
    }

    /// The same place, at a line (1-based).
    #[must_use]
    pub fn at_line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }
}

/// Position of a package in [`crate::Inventory::packages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageIndex(pub usize);

impl fmt::Display for PackageIndex {
    /// The package's id in reports: `p1` is the first.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "p{}", self.0 + 1)
    }
}

/// One package at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub ecosystem: Ecosystem,
    /// The purl's namespace: `debian`, an npm scope with its `@`, a Maven group id, the first part
    /// of a Composer name. Absent where the ecosystem has none; Go keeps the whole path in `name`.
    pub namespace: Option<String>,
    pub name: String,
    /// As the package's own metadata spells it, with epoch and revision.
    pub version: String,
    /// Architecture, for operating system packages.
    pub arch: Option<String>,
    pub purl: Purl,
    pub part: Part,
    pub state: State,
    pub source: Option<SourcePackage>,
    /// SPDX expressions where they parse, else the text as found.
    pub licenses: Vec<String>,
    /// Id of the cataloger that found it.
    pub cataloger: Cow<'static, str>,
    /// Where it was found: the primary place first. Never empty for what a cataloger found.
    pub locations: Vec<Location>,
    /// The stream a modular rpm belongs to (`nodejs:18`).
    pub module: Option<String>,
}

impl Package {
    /// `group:artifact`, `@scope/name`, `vendor/name`, or the plain name: what the ecosystem's
    /// advisories call it.
    pub fn qualified_name(&self) -> String {
        match (&self.namespace, self.ecosystem.as_str()) {
            (Some(group), "maven") => format!("{group}:{}", self.name),
            (Some(scope), "npm" | "composer" | "swift") => format!("{scope}/{}", self.name),
            _ => self.name.clone(),
        }
    }
}
