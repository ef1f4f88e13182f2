//! What the user named to be looked at.

use crate::{Date, Digest, Platform};

/// The kind of thing a target turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// A container image, from wherever it was read.
    Image,
    /// A directory, looked at as a source tree.
    Directory,
    /// A directory that is the root of an operating system.
    RootFilesystem,
    /// An inventory written by some tool.
    Sbom,
    /// A container, running or stopped.
    Container,
    /// Files of configuration, or the objects of a cluster.
    Configuration,
}

impl TargetKind {
    /// Every kind, for lists and tests.
    pub const ALL: [Self; 6] = [
        Self::Image,
        Self::Directory,
        Self::RootFilesystem,
        Self::Sbom,
        Self::Container,
        Self::Configuration,
    ];

    /// The word for it in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Directory => "directory",
            Self::RootFilesystem => "rootfs",
            Self::Sbom => "sbom",
            Self::Container => "container",
            Self::Configuration => "configuration",
        }
    }
}

/// A target as opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub kind: TargetKind,
    /// As the user named it, without the prefix.
    pub name: String,
    /// Digest of the manifest, or of the image's configuration where there is no manifest.
    pub digest: Option<Digest>,
    pub platform: Option<Platform>,
    pub os: Option<Distribution>,
}

/// An operating system distribution, as `os-release` names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Distribution {
    /// `ID`: `debian`, `alpine`, `rhel`.
    pub id: String,
    /// `ID_LIKE`, nearest first.
    pub id_like: Vec<String>,
    /// `VERSION_ID`: `12`, `3.19.1`. Empty for rolling releases.
    pub version_id: Option<String>,
    /// `VERSION_CODENAME`: `bookworm`.
    pub codename: Option<String>,
    /// `PRETTY_NAME`.
    pub pretty_name: Option<String>,
    /// Last day of the vendor's security support, where known.
    pub eol: Option<Date>,
}

impl Distribution {
    /// `debian 12`, for people.
    pub fn display(&self) -> String {
        match &self.version_id {
            Some(version) => format!("{} {version}", self.id),
            None => self.id.clone(),
        }
    }
}
