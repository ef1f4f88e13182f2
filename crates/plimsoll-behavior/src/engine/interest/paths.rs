//! Sets of paths, as wide as they need be to be simple: whole paths, beginnings, ends.

use std::collections::BTreeSet;

use crate::engine::spec::{Bytes, Spec};

/// Paths that a rule may match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paths {
    None,
    Any,
    /// One of these holds.
    Some {
        exact: BTreeSet<Bytes>,
        beginnings: BTreeSet<Bytes>,
        ends: BTreeSet<Bytes>,
    },
}

/// Where more paths than this would be kept apart, all are taken: a kernel's filter is small.
pub const PATHS_MAX: usize = 4096;

impl Paths {
    /// Whether a path is among them.
    pub fn holds(&self, path: &[u8]) -> bool {
        match self {
            Self::None => false,
            Self::Any => true,
            Self::Some {
                exact,
                beginnings,
                ends,
            } => {
                exact.contains(path)
                    || beginnings
                        .iter()
                        .any(|beginning| path.starts_with(beginning))
                    || ends.iter().any(|end| path.ends_with(end))
            }
        }
    }

    /// Paths of either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => Self::Any,
            (Self::None, paths) | (paths, Self::None) => paths,
            (
                Self::Some {
                    mut exact,
                    mut beginnings,
                    mut ends,
                },
                Self::Some {
                    exact: more,
                    beginnings: more_beginnings,
                    ends: more_ends,
                },
            ) => {
                exact.extend(more);
                beginnings.extend(more_beginnings);
                ends.extend(more_ends);
                if exact.len() + beginnings.len() + ends.len() > PATHS_MAX {
                    return Self::Any;
                }
                Self::Some {
                    exact,
                    beginnings,
                    ends,
                }
            }
        }
    }

    /// No fewer than the paths of both: the narrower of the two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, _) | (_, Self::None) => Self::None,
            (Self::Any, paths) | (paths, Self::Any) => paths,
            (left, right) => {
                if left.breadth() <= right.breadth() {
                    left
                } else {
                    right
                }
            }
        }
    }

    /// Beginnings and ends take in more than whole paths do.
    fn breadth(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Any => usize::MAX,
            Self::Some {
                exact,
                beginnings,
                ends,
            } => {
                let short = |texts: &BTreeSet<Bytes>| {
                    texts
                        .iter()
                        .map(|text| 4096 / (text.len() + 1))
                        .sum::<usize>()
                };
                exact.len() + short(beginnings) + 4 * short(ends)
            }
        }
    }

    fn exact(texts: impl IntoIterator<Item = Bytes>) -> Self {
        Self::Some {
            exact: texts.into_iter().collect(),
            beginnings: BTreeSet::new(),
            ends: BTreeSet::new(),
        }
    }

    fn beginnings(texts: impl IntoIterator<Item = Bytes>) -> Self {
        let beginnings: BTreeSet<Bytes> = texts.into_iter().collect();
        // What begins with nothing is everything.
        if beginnings.iter().any(|text| text.is_empty()) {
            return Self::Any;
        }
        Self::Some {
            exact: BTreeSet::new(),
            beginnings,
            ends: BTreeSet::new(),
        }
    }

    fn ends(texts: impl IntoIterator<Item = Bytes>) -> Self {
        let ends: BTreeSet<Bytes> = texts.into_iter().collect();
        if ends.iter().any(|text| text.is_empty()) {
            return Self::Any;
        }
        Self::Some {
            exact: BTreeSet::new(),
            beginnings: BTreeSet::new(),
            ends,
        }
    }
}

/// Paths for which the answer to a question to a field can be yes.
pub fn of(field: &str, argument: Option<&str>, spec: &Spec) -> Paths {
    let part = match (field, argument) {
        ("fd.name" | "fs.path.name", _) | ("evt.arg", Some("name" | "path" | "filename")) => {
            of_path
        }
        ("fd.directory", _) => of_folder,
        ("fd.filename", _) => of_name,
        _ => return Paths::Any,
    };
    match spec {
        Spec::AnyOf(specs) => {
            let parts = specs.iter().map(|spec| of(field, argument, spec));
            parts.fold(Paths::None, Paths::or)
        }
        Spec::AllOf(specs) => {
            let parts = specs.iter().map(|spec| of(field, argument, spec));
            parts.fold(Paths::Any, Paths::and)
        }
        Spec::OneOf(specs) => {
            let parts = specs.iter().map(|spec| of(field, argument, spec));
            parts.fold(Paths::None, Paths::or)
        }
        Spec::Never => Paths::None,
        spec => part(spec),
    }
}

fn of_path(spec: &Spec) -> Paths {
    match spec {
        Spec::Texts(texts) => Paths::exact(texts.iter().cloned()),
        Spec::StartsWith(texts) => Paths::beginnings(texts.iter().cloned()),
        Spec::EndsWith(texts) => Paths::ends(texts.iter().cloned()),
        Spec::Paths(texts) => Paths::beginnings(texts.iter().map(|text| folder_above(text))),
        Spec::Glob(pattern, false) => Paths::beginnings([plain(pattern)]),
        _ => Paths::Any,
    }
}

fn of_folder(spec: &Spec) -> Paths {
    match spec {
        // The folder's own path, where a folder is opened, and all that lies in it.
        Spec::Texts(texts) | Spec::StartsWith(texts) => Paths::beginnings(texts.iter().cloned()),
        Spec::Paths(texts) => Paths::beginnings(texts.iter().map(|text| folder_above(text))),
        Spec::Glob(pattern, false) => Paths::beginnings([plain(pattern)]),
        _ => Paths::Any,
    }
}

fn of_name(spec: &Spec) -> Paths {
    // A path that ends in a slash is its own name; one without any has the name `/`.
    let plain = |texts: &BTreeSet<Bytes>| texts.iter().all(|text| !text.contains(&b'/'));
    match spec {
        Spec::Texts(texts) | Spec::EndsWith(texts) if plain(texts) => {
            Paths::ends(texts.iter().cloned())
        }
        _ => Paths::Any,
    }
}

/// What all paths of a pattern begin with.
fn plain(pattern: &[u8]) -> Bytes {
    let wild = pattern.iter().position(|byte| b"*?[\\".contains(byte));
    pattern
        .get(..wild.unwrap_or(pattern.len()))
        .unwrap_or_default()
        .into()
}

/// What a path has to begin with to lie below a folder. Slashes that are double or missing do not
/// count when paths are matched, so that only the plainest form is followed.
fn folder_above(folder: &[u8]) -> Bytes {
    let odd = !folder.starts_with(b"/") || folder.windows(2).any(|pair| pair == b"//");
    if odd {
        return [].into();
    }
    let beginning = plain(folder);
    beginning.strip_suffix(b"/").unwrap_or(&beginning).into()
}
