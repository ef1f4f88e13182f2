//! Package URLs, in their canonical spelling.
//!
//! Implements the package URL specification by the `packageurl` crate; the newtype keeps the
//! canonical text so that comparing and sorting are cheap.

use std::fmt;
use std::str::FromStr;

use packageurl::PackageUrl;

/// A package URL in canonical form: `pkg:deb/debian/openssl@3.0.15-1?arch=amd64`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purl(String);

/// A package URL that cannot be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse package URL `{text}`: {reason}")]
pub struct PurlError {
    text: String,
    reason: String,
}

/// A package URL taken apart, percent-decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurlParts {
    pub purl_type: String,
    pub namespace: Option<String>,
    pub name: String,
    pub version: Option<String>,
    /// Sorted by key.
    pub qualifiers: Vec<(String, String)>,
    pub subpath: Option<String>,
}

impl Purl {
    /// Builds the canonical form. Empty qualifier values are left out. A name that the
    /// specification refuses (empty) gives an error.
    pub fn new(
        purl_type: &str,
        namespace: Option<&str>,
        name: &str,
        version: &str,
        qualifiers: &[(&str, &str)],
    ) -> Result<Self, PurlError> {
        let wrong = |error: packageurl::Error| PurlError {
            text: format!("{purl_type}/{name}"),
            reason: error.to_string(),
        };
        let mut purl = PackageUrl::new(purl_type, name).map_err(wrong)?;
        // Empty parts are none, and dots neither: `/a//./b/` is `a/b`, as it is when read.
        let parts = namespace.into_iter().flat_map(|text| text.split('/'));
        let parts: Vec<&str> = parts
            .filter(|part| !matches!(*part, "" | "." | ".."))
            .collect();
        if !parts.is_empty() {
            purl.with_namespace(parts.join("/")).map_err(wrong)?;
        }
        if !version.is_empty() {
            purl.with_version(version.to_owned()).map_err(wrong)?;
        }
        for (key, value) in qualifiers.iter().filter(|(_, value)| !value.is_empty()) {
            purl.add_qualifier((*key).to_owned(), (*value).to_owned())
                .map_err(wrong)?;
        }
        canonical(&purl).map_err(wrong)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes it apart.
    pub fn parts(&self) -> Option<PurlParts> {
        let purl = PackageUrl::from_str(&self.0).ok()?;
        let mut qualifiers: Vec<(String, String)> = purl
            .qualifiers()
            .iter()
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .collect();
        qualifiers.sort();
        Some(PurlParts {
            purl_type: purl.ty().to_owned(),
            namespace: purl.namespace().map(str::to_owned),
            name: purl.name().to_owned(),
            version: purl.version().map(str::to_owned),
            qualifiers,
            subpath: purl.subpath().map(str::to_owned),
        })
    }
}

/// The canonical text, which reads back as what it was made of. The crate leaves a slash in the
/// version as it is, and then takes it for one between names.
fn canonical(purl: &PackageUrl<'_>) -> Result<Purl, packageurl::Error> {
    let mut text = purl.to_string();
    if let Some(version) = purl.version().filter(|version| version.contains('/')) {
        let mut bare = PackageUrl::new("generic", "x")?;
        let before = bare.to_string().len();
        bare.with_version(version.to_owned())?;
        let written = bare.to_string();
        let written = written.get(before..).unwrap_or_default();
        text = text.replacen(written, &written.replace('/', "%2F"), 1);
    }
    let read = PackageUrl::from_str(&text)?;
    if read.name() == purl.name() && read.version() == purl.version() {
        Ok(Purl(text))
    } else {
        Err(packageurl::Error::MissingName)
    }
}

impl FromStr for Purl {
    type Err = PurlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        PackageUrl::from_str(text)
            .and_then(|mut purl| {
                // A version of no characters is none: the canonical form has no `@` then.
                if purl.version() == Some("") {
                    purl.without_version();
                }
                if purl.namespace() == Some("") {
                    purl.without_namespace();
                }
                canonical(&purl)
            })
            .map_err(|error| PurlError {
                text: text.to_owned(),
                reason: error.to_string(),
            })
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Purl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts of a namespace that are dots are none, whoever wrote them.
    #[test]
    fn dots_are_no_parts() {
        for (namespace, text) in [
            (".", "pkg:maven/x@1"),
            ("a/./b/..", "pkg:maven/a/b/x@1"),
            ("..", "pkg:maven/x@1"),
        ] {
            let purl = Purl::new("maven", Some(namespace), "x", "1", &[]).unwrap();
            assert_eq!(purl.as_str(), text);
            assert_eq!(text.parse(), Ok(purl.clone()));
            let written = format!("pkg:maven/{namespace}/x@1");
            assert_eq!(written.parse(), Ok(purl), "{written}");
        }
    }

    #[test]
    fn canonical_form() {
        let purl = Purl::new(
            "deb",
            Some("debian"),
            "libstdc++6",
            "12.2.0-14+deb12u1",
            &[("distro", "debian-12"), ("arch", "amd64")],
        );
        assert_eq!(
            purl.map(|p| p.to_string()),
            Ok(
                "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12"
                    .to_owned()
            )
        );
    }

    #[test]
    fn parts_survive_a_round_trip() {
        let parts = "pkg:npm/%40babel/core@7.0.0"
            .parse::<Purl>()
            .ok()
            .and_then(|purl| purl.parts());
        assert_eq!(
            parts.map(|p| (p.namespace, p.name, p.version)),
            Some((
                Some("@babel".to_owned()),
                "core".to_owned(),
                Some("7.0.0".to_owned())
            ))
        );
    }

    #[test]
    fn a_slash_in_the_version_reads_back() {
        for version in ["/", "1/2", "a@b/c", "trixie/sid", "%2F"] {
            let purl = Purl::new("deb", Some("debian"), "x", version, &[("arch", "a/b")]);
            let purl = purl.unwrap();
            assert_eq!(purl.as_str().parse(), Ok(purl.clone()), "{version}");
            assert_eq!(purl.parts().unwrap().version.as_deref(), Some(version));
        }
    }

    #[test]
    fn an_empty_version_is_none() {
        let purl: Purl = "pkg:npm/a@".parse().unwrap();
        assert_eq!(purl.as_str(), "pkg:npm/a");
        assert_eq!(purl.parts().unwrap().version, None);
    }

    #[test]
    fn empty_parts_of_a_namespace_read_back() {
        for namespace in ["/a", "a/", "//a//", "a"] {
            let purl = Purl::new("golang", Some(namespace), "b", "v1", &[]).unwrap();
            assert_eq!(purl.as_str(), "pkg:golang/a/b@v1", "{namespace}");
            assert_eq!(purl.as_str().parse(), Ok(purl));
        }
        let purl = Purl::new("golang", Some("/"), "b", "v1", &[]).unwrap();
        assert_eq!(purl.as_str(), "pkg:golang/b@v1");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!("openssl".parse::<Purl>().is_err());
        assert!(Purl::new("deb", None, "", "1", &[]).is_err());
    }
}
