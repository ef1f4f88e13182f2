//! `pmatch`: whether one of many paths is a path itself or a folder above it.
//!
//! Paths are held by their components, so that `/var/run` is above `/var/run/docker` but not above
//! `/var/running`. Components may hold wildcards. Slashes that are double or at the end do not count,
//! nor whether a path begins with one.

use std::collections::BTreeMap;

use super::glob::Glob;

/// Paths, by component.
#[derive(Debug, Clone, Default)]
pub struct PathSet {
    /// A path ends here: what lies below is found.
    end: bool,
    plain: BTreeMap<Box<[u8]>, PathSet>,
    wild: Vec<(Glob, PathSet)>,
}

impl PathSet {
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p [u8]>) -> Self {
        let mut whole = Self::default();
        for path in paths {
            whole.add(path);
        }
        whole
    }

    fn add(&mut self, path: &[u8]) {
        let mut at = self;
        for component in components(path) {
            at = if Glob::is_wild(component) {
                let glob = Glob::new(component, false);
                let index = at.wild.iter().position(|(held, _)| *held == glob);
                let index = index.unwrap_or_else(|| {
                    at.wild.push((glob, Self::default()));
                    at.wild.len() - 1
                });
                let Some((_, below)) = at.wild.get_mut(index) else {
                    return;
                };
                below
            } else {
                at.plain.entry(component.into()).or_default()
            };
        }
        at.end = true;
    }

    pub fn matches(&self, path: &[u8]) -> bool {
        self.below(components(path))
    }

    fn below<'p>(&self, mut components: impl Iterator<Item = &'p [u8]> + Clone) -> bool {
        if self.end {
            return true;
        }
        let Some(component) = components.next() else {
            return false;
        };
        if let Some(below) = self.plain.get(component)
            && below.below(components.clone())
        {
            return true;
        }
        self.wild
            .iter()
            .any(|(glob, below)| glob.matches(component) && below.below(components.clone()))
    }
}

fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    path.split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::PathSet;

    #[test]
    fn folders_above_are_found() {
        let paths = PathSet::new(["/var/run", "/etc", "/lib", "/usr/lib"].map(str::as_bytes));
        for (path, expected) in [
            ("/var/run/docker", true),
            ("/var/run", true),
            ("/var/run/", true),
            ("/var/running", false),
            ("/boot", false),
            ("/var/lib/messages", false),
            ("/var", false),
            ("/", false),
            ("", false),
            ("//etc///passwd", true),
            ("etc/passwd", true),
        ] {
            assert_eq!(paths.matches(path.as_bytes()), expected, "{path}");
        }
        assert!(PathSet::new([&b"/"[..]]).matches(b"/anything"));
        let wild = PathSet::new(["/home/*/.ssh", "/proc/[0-9]*/mem"].map(str::as_bytes));
        assert!(wild.matches(b"/home/jane/.ssh/id_rsa"));
        assert!(!wild.matches(b"/home/jane/x/.ssh"));
        assert!(wild.matches(b"/proc/12/mem"));
        assert!(!wild.matches(b"/proc/self/mem"));
        // A plain component that leads nowhere does not hide a wild one.
        let both = PathSet::new(["/a/b/x", "/a/*/y"].map(str::as_bytes));
        assert!(both.matches(b"/a/b/y"));
    }
}
