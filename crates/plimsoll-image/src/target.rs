//! What the user names: a target with or without its kind in front.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a target comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    Registry,
    Docker,
    Podman,
    Containerd,
    DockerArchive,
    OciDir,
    OciArchive,
    Dir,
    Rootfs,
    Sbom,
}

impl Transport {
    /// Every transport, for lists, help and tests.
    pub const ALL: [Self; 10] = [
        Self::Registry,
        Self::Docker,
        Self::Podman,
        Self::Containerd,
        Self::DockerArchive,
        Self::OciDir,
        Self::OciArchive,
        Self::Dir,
        Self::Rootfs,
        Self::Sbom,
    ];

    /// The word in front of the colon.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Containerd => "containerd",
            Self::DockerArchive => "docker-archive",
            Self::OciDir => "oci-dir",
            Self::OciArchive => "oci-archive",
            Self::Dir => "dir",
            Self::Rootfs => "rootfs",
            Self::Sbom => "sbom",
        }
    }

    /// Whether the target is a path on this machine.
    pub const fn is_path(self) -> bool {
        !matches!(
            self,
            Self::Registry | Self::Docker | Self::Podman | Self::Containerd
        )
    }
}

/// A target as the user named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetSpec {
    /// Absent: the name is tried as an existing path, by its content; then with local engines;
    /// then with a registry.
    pub transport: Option<Transport>,
    /// What stands behind the prefix; `-` is standard input.
    pub name: String,
}

impl TargetSpec {
    /// Splits the prefix off. An image that is itself called like a prefix (`docker:24`) has to
    /// be named with one: `registry:docker:24`.
    pub fn parse(text: &str) -> Self {
        if let Some((word, rest)) = text.split_once(':') {
            let transport = Transport::ALL.into_iter().find(|t| t.prefix() == word);
            if transport.is_some() {
                return Self {
                    transport,
                    name: rest.to_owned(),
                };
            }
        }
        Self {
            transport: None,
            name: text.to_owned(),
        }
    }

    /// Whether a bare name can only be a path: an image's name never starts so.
    pub fn looks_like_path(&self) -> bool {
        self.name.starts_with(['/', '.', '~']) || self.name.ends_with('/')
    }
}

impl fmt::Display for TargetSpec {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.transport {
            Some(transport) => write!(out, "{}:{}", transport.prefix(), self.name),
            None => out.write_str(&self.name),
        }
    }
}

/// Splits `PATH[:REFERENCE]` or `PATH@DIGEST`: the longest path that exists, the rest names an
/// image in it. `None` if no part of it exists.
pub fn split_reference(name: &str) -> Option<(PathBuf, Option<String>)> {
    if Path::new(name).exists() {
        return Some((PathBuf::from(name), None));
    }
    name.char_indices()
        .rev()
        .filter(|(at, separator)| matches!(separator, ':' | '@') && *at > 0)
        .find_map(|(at, _)| {
            let (path, reference) = name.split_at_checked(at)?;
            let reference = reference
                .get(1..)
                .filter(|reference| !reference.is_empty())?;
            Path::new(path)
                .exists()
                .then(|| (PathBuf::from(path), Some(reference.to_owned())))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_split_off_and_other_colons_are_not() {
        for (text, transport, name) in [
            (
                "docker-archive:/a:b.tar",
                Some(Transport::DockerArchive),
                "/a:b.tar",
            ),
            ("registry:docker:24", Some(Transport::Registry), "docker:24"),
            ("localhost:5000/x:1", None, "localhost:5000/x:1"),
            ("debian", None, "debian"),
            ("sbom:-", Some(Transport::Sbom), "-"),
            ("nonsense:/x", None, "nonsense:/x"),
        ] {
            let spec = TargetSpec::parse(text);
            assert_eq!((spec.transport, spec.name.as_str()), (transport, name));
            assert_eq!(spec.to_string(), text);
        }
    }

    #[test]
    fn references_stand_behind_paths_that_exist() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("a.tar");
        let colon = folder.path().join("b:1");
        std::fs::write(&plain, "").unwrap();
        std::fs::write(&colon, "").unwrap();
        let split = |name: String| split_reference(&name);
        let (plain_name, colon_name) = (plain.display(), colon.display());
        assert_eq!(split(format!("{plain_name}")), Some((plain.clone(), None)));
        assert_eq!(
            split(format!("{plain_name}:shop/cart:2.3")),
            Some((plain.clone(), Some("shop/cart:2.3".to_owned())))
        );
        assert_eq!(
            split(format!("{plain_name}@sha256:00")),
            Some((plain, Some("sha256:00".to_owned())))
        );
        assert_eq!(split(format!("{colon_name}")), Some((colon, None)));
        assert_eq!(split("/nowhere/at:all".to_owned()), None);
    }
}
