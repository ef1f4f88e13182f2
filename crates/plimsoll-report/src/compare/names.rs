//! What makes a package of one tool the same as that of another.

use plimsoll_model::{Package, Purl, PurlParts};

/// Purl type and whole name, folded as the ecosystem folds names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub ecosystem: String,
    pub name: String,
}

impl Name {
    pub fn of(package: &Package) -> Self {
        let namespace = package.namespace.as_deref();
        Self::new(package.ecosystem.as_str(), namespace, &package.name)
    }

    pub fn of_purl(purl: &Purl) -> Option<Self> {
        let parts: PurlParts = purl.parts()?;
        Some(Self::new(
            &parts.purl_type,
            parts.namespace.as_deref(),
            &parts.name,
        ))
    }

    /// From the parts of a purl. A distribution's name is left out: tools spell it differently.
    pub fn new(ecosystem: &str, namespace: Option<&str>, name: &str) -> Self {
        let ecosystem = ecosystem.to_ascii_lowercase();
        let name = match (namespace, ecosystem.as_str()) {
            (_, "deb" | "rpm" | "apk") | (None, _) => name.to_owned(),
            (Some(namespace), "maven") => format!("{namespace}:{name}"),
            (Some(namespace), _) => format!("{namespace}/{name}"),
        };
        let name = match ecosystem.as_str() {
            "pypi" => name.to_lowercase().replace(['_', '.'], "-"),
            "golang" | "npm" | "composer" | "nuget" | "deb" => name.to_lowercase(),
            _ => name,
        };
        Self { ecosystem, name }
    }

    /// A version without what tools add or leave out at will.
    pub fn version(&self, version: &str) -> String {
        let version = version.trim();
        match self.ecosystem.as_str() {
            "golang" => version.strip_prefix('v').unwrap_or(version).to_owned(),
            "rpm" | "deb" => version.strip_prefix("0:").unwrap_or(version).to_owned(),
            _ => version.to_owned(),
        }
    }

    /// `npm lodash`, for people.
    pub fn display(&self) -> String {
        format!("{} {}", self.ecosystem, self.name)
    }
}
