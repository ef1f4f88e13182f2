//! Names of images in registries: `[host[:port]/]path[:tag][@digest]`.

use std::fmt;
use std::str::FromStr;

use plimsoll_model::Digest;

/// Longest name, in bytes.
const NAME_BYTES_MAX: usize = 512;
/// The registry that is meant where none is named.
const DEFAULT_HOST: &str = "docker.io";
/// Where that registry really answers.
const DEFAULT_ENDPOINT: &str = "registry-1.docker.io";

/// An image in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// `registry.example:5000`.
    pub host: String,
    /// `shop/cart`.
    pub repository: String,
    pub tag: Option<String>,
    pub digest: Option<Digest>,
}

/// A name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse image name `{text}`: {reason}")]
pub struct ReferenceError {
    text: String,
    reason: &'static str,
}

impl Reference {
    /// The tag or digest as it stands in a URL.
    pub fn version(&self) -> String {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.to_string(),
            (None, Some(tag)) => tag.clone(),
            (None, None) => "latest".to_owned(),
        }
    }

    /// The host that is really asked.
    pub fn endpoint(&self) -> &str {
        if self.host == DEFAULT_HOST {
            DEFAULT_ENDPOINT
        } else {
            &self.host
        }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |reason| ReferenceError {
            text: text.to_owned(),
            reason,
        };
        if text.len() > NAME_BYTES_MAX {
            return Err(wrong("too long"));
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => {
                let digest = digest.parse().map_err(|_| wrong("the digest is none"))?;
                (rest, Some(digest))
            }
            None => (text, None),
        };
        let (rest, tag) = match rest.rsplit_once(':') {
            // A colon before a slash is a port.
            Some((rest, tag)) if !tag.contains('/') => (rest, Some(tag.to_owned())),
            _ => (rest, None),
        };
        if tag.as_deref().is_some_and(|tag| !is_tag(tag)) {
            return Err(wrong("the tag is none"));
        }
        let (host, path) = match rest.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (host, path),
            _ => (DEFAULT_HOST, rest),
        };
        let repository = if host == DEFAULT_HOST && !path.contains('/') {
            format!("library/{path}")
        } else {
            path.to_owned()
        };
        if !is_host(host) {
            return Err(wrong("the registry's name is none"));
        }
        if !repository.split('/').all(is_part) {
            return Err(wrong(
                "a repository is lower case letters, digits, `.`, `_`, `-` and `/`",
            ));
        }
        Ok(Self {
            host: host.to_owned(),
            repository,
            tag,
            digest,
        })
    }
}

fn is_host(host: &str) -> bool {
    host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
        && !host.contains("..")
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b))
}

fn is_part(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    part.bytes().next().is_some_and(plain)
        && part
            .bytes()
            .all(|byte| plain(byte) || b"._-".contains(&byte))
}

fn is_tag(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && tag
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && !tag.starts_with(['.', '-'])
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(out, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(out, "@{digest}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood_as_docker_does() {
        for (text, full) in [
            ("alpine", "docker.io/library/alpine"),
            ("alpine:3.19", "docker.io/library/alpine:3.19"),
            ("shop/cart", "docker.io/shop/cart"),
            ("registry.example/cart:1", "registry.example/cart:1"),
            ("localhost:5000/cart", "localhost:5000/cart"),
            ("localhost/a/b_c-d.e", "localhost/a/b_c-d.e"),
        ] {
            let parsed = text
                .parse::<Reference>()
                .map(|reference| reference.to_string());
            assert_eq!(parsed, Ok(full.to_owned()), "{text}");
        }
        let digest = format!("r.example/a@sha256:{}", "0".repeat(64));
        assert_eq!(
            digest.parse::<Reference>().map(|r| r.to_string()),
            Ok(digest)
        );
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            "Cart",
            "a//b",
            "../a",
            "a:b c",
            "r.example/",
            "a@sha256:0",
            "r.ex\nample/a",
            "a:-x",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }
}
