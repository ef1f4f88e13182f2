//! Products: what a statement is about, and whether that is what was scanned.

use std::str::FromStr;

use plimsoll_model::{Digest, Package, Purl, PurlParts, Target};

/// A product of a statement. A statement about subcomponents holds for them inside the product
/// only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VexProduct {
    /// What the product is called; absent where only its digest is known.
    pub purl: Option<Purl>,
    /// Digests of the product: an image's manifest, or its configuration.
    pub digests: Vec<Digest>,
    pub subcomponents: Vec<Purl>,
}

impl VexProduct {
    /// A product of its identifiers, the first that is a package URL being its name. `None` if
    /// none of them is one, and there is no digest.
    pub(super) fn new<'a>(
        identifiers: impl IntoIterator<Item = &'a str>,
        digests: Vec<Digest>,
    ) -> Option<Self> {
        let purl = identifiers.into_iter().find_map(purl);
        (purl.is_some() || !digests.is_empty()).then_some(Self {
            purl,
            digests,
            subcomponents: Vec::new(),
        })
    }
}

/// A package URL, if the text is one.
pub(super) fn purl(text: &str) -> Option<Purl> {
    text.starts_with("pkg:")
        .then(|| Purl::from_str(text).ok())?
}

/// A SHA-256 digest from a table of hashes, under any of the algorithm's spellings.
pub(super) fn digest(algorithm: &str, value: &str) -> Option<Digest> {
    let is_sha256 = ["sha-256", "sha256"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(algorithm));
    let hex = value.trim().to_ascii_lowercase();
    is_sha256.then(|| Digest::from_hex(&hex).ok())?
}

/// A product with its package URLs taken apart, ready to be asked many times.
pub(super) struct Pattern {
    product: Option<PurlParts>,
    digests: Vec<Digest>,
    subcomponents: Vec<PurlParts>,
}

impl Pattern {
    pub(super) fn new(product: &VexProduct) -> Self {
        Self {
            product: product.purl.as_ref().and_then(Purl::parts),
            digests: product.digests.clone(),
            subcomponents: (product.subcomponents.iter())
                .filter_map(Purl::parts)
                .collect(),
        }
    }

    /// Whether a statement about the product is about this package of this target. `others` are
    /// the target's packages, among which the product may be, too.
    pub(super) fn covers(
        &self,
        target: &Target,
        package: &PurlParts,
        others: &[PurlParts],
    ) -> bool {
        if self.is_target(target) {
            return self.subcomponents.is_empty() || self.has_subcomponent(package);
        }
        let Some(product) = &self.product else {
            return false;
        };
        if self.subcomponents.is_empty() {
            return matches(product, package);
        }
        self.has_subcomponent(package) && others.iter().any(|other| matches(product, other))
    }

    fn has_subcomponent(&self, package: &PurlParts) -> bool {
        self.subcomponents.iter().any(|part| matches(part, package))
    }

    fn is_target(&self, target: &Target) -> bool {
        let is_digest = |digest: &Digest| self.digests.contains(digest);
        target.digest.as_ref().is_some_and(is_digest)
            || self
                .product
                .as_ref()
                .is_some_and(|product| names_image(product, target))
    }
}

/// The package URL of a package, taken apart.
pub(super) fn parts(package: &Package) -> Option<PurlParts> {
    package.purl.parts()
}

/// Whether a package is what a package URL names: same type, namespace and name; the version, the
/// qualifiers and the subpath only if the URL has them.
fn matches(pattern: &PurlParts, package: &PurlParts) -> bool {
    pattern.purl_type == package.purl_type
        && pattern.namespace == package.namespace
        && pattern.name == package.name
        && (pattern.version.is_none() || pattern.version == package.version)
        && (pattern.qualifiers.iter()).all(|qualifier| package.qualifiers.contains(qualifier))
        && (pattern.subpath.is_none() || pattern.subpath == package.subpath)
}

/// Whether a `pkg:oci` or `pkg:docker` URL names the image: by its digest, else by repository and
/// tag. An image's name without digest is as weak as it is everywhere; a statement about a digest
/// does not hold for another.
fn names_image(product: &PurlParts, target: &Target) -> bool {
    let (repository, tag) = split_reference(&target.name);
    let qualifier = |key: &str| {
        (product.qualifiers.iter())
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    };
    let named = match product.purl_type.as_str() {
        "oci" => qualifier("repository_url").map_or_else(
            || product.name.clone(),
            |url| url.trim_start_matches("https://").to_owned(),
        ),
        "docker" => {
            let path = match &product.namespace {
                Some(namespace) => format!("{namespace}/{}", product.name),
                None => product.name.clone(),
            };
            match qualifier("repository_url") {
                Some(host) => format!("{host}/{path}"),
                None => path,
            }
        }
        _ => return false,
    };
    let version = product.version.as_deref().unwrap_or_default();
    if version.starts_with("sha256:") {
        return (target.digest.as_ref()).is_some_and(|digest| digest.to_string() == version);
    }
    let wanted_tag = Some(version)
        .filter(|version| !version.is_empty())
        .or_else(|| qualifier("tag"));
    let is_last_part = product.purl_type == "oci" && !named.contains('/');
    let is_named = if is_last_part {
        repository.rsplit('/').next() == Some(named.as_str())
    } else {
        short(repository) == short(&named)
    };
    is_named && wanted_tag.is_none_or(|wanted| wanted == tag)
}

/// `host/path:tag@digest` as repository and tag.
fn split_reference(name: &str) -> (&str, &str) {
    let name = name.split_once('@').map_or(name, |(front, _)| front);
    match name.rsplit_once(':') {
        Some((front, tag)) if !tag.contains('/') => (front, tag),
        _ => (name, "latest"),
    }
}

/// Without what Docker leaves out when it speaks of its own registry.
fn short(repository: &str) -> &str {
    let path = ["docker.io/", "index.docker.io/"]
        .iter()
        .find_map(|host| repository.strip_prefix(host))
        .unwrap_or(repository);
    path.strip_prefix("library/").unwrap_or(path)
}
