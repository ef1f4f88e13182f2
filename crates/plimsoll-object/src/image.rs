//! The parts of an image's name, as container engines read them.
//!
//! Specification: <https://github.com/distribution/reference>.

/// The registry that a name without one means.
pub const DEFAULT_REGISTRY: &str = "docker.io";

/// `registry/path:tag@digest`, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageName<'a> {
    /// As it is written; absent where the engine's own is meant.
    pub registry: Option<&'a str>,
    pub path: &'a str,
    pub tag: Option<&'a str>,
    pub digest: Option<&'a str>,
}

impl<'a> ImageName<'a> {
    /// Takes any text apart; whether an engine takes it is another question, see [`is_valid`].
    ///
    /// [`is_valid`]: Self::is_valid
    pub fn parse(text: &'a str) -> Self {
        let (named, digest) = match text.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (text, None),
        };
        let (registry, rest) = match named.split_once('/') {
            Some((host, rest)) if is_host(host) => (Some(host), rest),
            _ => (None, named),
        };
        let last = rest.rfind('/').map_or(0, |at| at + 1);
        let colon = rest
            .get(last..)
            .and_then(|end| end.find(':'))
            .map(|at| last + at);
        let (path, tag) = match colon {
            Some(at) => (rest.get(..at).unwrap_or(rest), rest.get(at + 1..)),
            None => (rest, None),
        };
        Self {
            registry,
            path,
            tag,
            digest,
        }
    }

    /// The registry that is asked.
    pub fn host(&self) -> &'a str {
        match self.registry {
            None | Some("index.docker.io" | "registry-1.docker.io" | "registry.hub.docker.com") => {
                DEFAULT_REGISTRY
            }
            Some(host) => host,
        }
    }

    /// The path in the registry: `library/debian` for `debian`.
    pub fn repository(&self) -> String {
        if self.host() == DEFAULT_REGISTRY && !self.path.contains('/') {
            format!("library/{}", self.path)
        } else {
            self.path.to_owned()
        }
    }

    /// The last part of the path.
    pub fn short(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    /// Whether the tag is one that is moved as a matter of course, `latest` or `cuda-latest`, or
    /// there is none; a digest holds it in place.
    pub fn moves(&self) -> bool {
        const MOVING: [&str; 6] = ["latest", "stable", "edge", "nightly", "main", "master"];
        let moves = |tag: &str| {
            let is_latest = tag.split(['-', '_', '.']).any(|part| part == "latest");
            is_latest || MOVING.contains(&tag)
        };
        self.digest.is_none() && self.tag.is_none_or(moves)
    }

    /// Whether an engine takes the name.
    pub fn is_valid(&self) -> bool {
        let part = |part: &str| {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            part.starts_with(plain)
                && part.ends_with(plain)
                && part.chars().all(|c| plain(c) || "._-".contains(c))
        };
        let is_word = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let host = self.registry.is_none_or(|host| {
            let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
            !host.is_empty() && host.chars().all(is_host)
        });
        let tag = self.tag.is_none_or(|tag| {
            !tag.is_empty() && !tag.starts_with(['.', '-']) && tag.chars().all(is_word)
        });
        let digest = self.digest.is_none_or(|digest| {
            digest.split_once(':').is_some_and(|(algorithm, hex)| {
                !algorithm.is_empty()
                    && hex.len() >= 32
                    && hex.chars().all(|c| c.is_ascii_hexdigit())
            })
        });
        host && tag && digest && self.path.split('/').all(part)
    }

    /// Whether the name begins with `registry.example` or `registry.example/shop`; `*.example` stands
    /// for every host below.
    pub fn is_from(&self, allowed: &str) -> bool {
        let (host, path) = allowed
            .trim_end_matches('/')
            .split_once('/')
            .unwrap_or((allowed.trim_end_matches('/'), ""));
        let is_host = match host.strip_prefix('*') {
            Some(end) => self.host().ends_with(end) && end.starts_with('.'),
            None => self.host() == host,
        };
        let repository = self.repository();
        let below = repository.strip_prefix(path);
        is_host
            && (path.is_empty()
                || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

/// Whether the part before the first `/` names a host.
fn is_host(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost"
}

#[cfg(test)]
mod tests {
    use super::ImageName;

    #[test]
    fn parts() {
        let name = ImageName::parse("registry.example:5000/shop/cart:2.3@sha256:00");
        assert_eq!(name.registry, Some("registry.example:5000"));
        assert_eq!((name.path, name.tag), ("shop/cart", Some("2.3")));
        assert_eq!(name.digest, Some("sha256:00"));
        let plain = ImageName::parse("debian");
        assert_eq!((plain.host(), plain.tag), ("docker.io", None));
        assert_eq!(plain.repository(), "library/debian");
        assert!(plain.moves());
        let local = ImageName::parse("localhost/cart");
        assert_eq!((local.host(), local.path), ("localhost", "cart"));
    }

    #[test]
    fn names_that_engines_refuse() {
        for good in ["debian", "a.example/b/c_d:1.0", "[::1]:5000/a", "a__b/c--d"] {
            assert!(ImageName::parse(good).is_valid(), "{good}");
        }
        for bad in [
            "",
            "Cart:1.0",
            "{{ .image }}",
            "cart:",
            "cart: 1",
            "a//b",
            "a/b@sha256:1",
        ] {
            assert!(!ImageName::parse(bad).is_valid(), "{bad}");
        }
    }

    #[test]
    fn allowed_registries() {
        for (name, allowed, is) in [
            ("a.example/shop/cart", "a.example", true),
            ("a.example/shop/cart", "a.example/shop/", true),
            ("a.example/shopping/cart", "a.example/shop", false),
            ("a.example.evil.example/cart", "a.example", false),
            ("b.a.example/cart", "*.a.example", true),
            ("a.example/cart", "*.a.example", false),
            ("debian:12", "docker.io/library", true),
            ("index.docker.io/x/y", "docker.io", true),
        ] {
            assert_eq!(
                ImageName::parse(name).is_from(allowed),
                is,
                "{name} {allowed}"
            );
        }
    }
}
