//! Sets of paths, as wide as they need be to be simple: whole paths, beginnings, ends.

use std::collections::BTreeSet;

use crate::engine::spec::{Bytes, Spec};

/// Opens that a rule may match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paths {
    None,
    Any,
    Some(Box<Wanted>),
}

/// Opens of which one of these is true. Who cannot hold an open against one of the sets has to take
/// all of them as wanted when that set is not empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The whole path.
    pub exact: BTreeSet<Bytes>,
    pub beginnings: BTreeSet<Bytes>,
    pub ends: BTreeSet<Bytes>,
    /// Whole name of the file, or of a folder above it.
    pub names: BTreeSet<Bytes>,
    /// Anywhere in the path.
    pub parts: BTreeSet<Bytes>,
    /// Anywhere in the path as the caller wrote it, not joined.
    pub raw_parts: BTreeSet<Bytes>,
    /// Name of the process, whatever it opens.
    pub commands: BTreeSet<Bytes>,
}

/// An open, as far as a filter sees it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Open<'o> {
    /// As the kernel resolved it.
    pub path: &'o [u8],
    /// As it was written, joined and normalised; absent when that is not known.
    pub written: Option<&'o [u8]>,
    /// As it was written.
    pub raw: &'o [u8],
    /// Name of the process.
    pub command: &'o [u8],
}

/// Where more texts than this would be kept apart, all opens are taken: a kernel's filter is small.
pub const TEXTS_MAX: usize = 4096;

impl Wanted {
    fn sets(&mut self) -> [&mut BTreeSet<Bytes>; 7] {
        [
            &mut self.exact,
            &mut self.beginnings,
            &mut self.ends,
            &mut self.names,
            &mut self.parts,
            &mut self.raw_parts,
            &mut self.commands,
        ]
    }

    fn is_path(&self, path: &[u8]) -> bool {
        let contains = |part: &Bytes| memchr::memmem::find(path, part).is_some();
        self.exact.contains(path)
            || self
                .beginnings
                .iter()
                .any(|beginning| path.starts_with(beginning))
            || self.ends.iter().any(|end| path.ends_with(end))
            || self.parts.iter().any(contains)
            || (!self.names.is_empty()
                && path
                    .split(|byte| *byte == b'/')
                    .any(|name| self.names.contains(name)))
    }

    fn holds(&self, open: Open<'_>) -> bool {
        let by_path = !self.exact.is_empty()
            || !self.beginnings.is_empty()
            || !self.ends.is_empty()
            || !self.names.is_empty()
            || !self.parts.is_empty();
        let raw = |part: &Bytes| memchr::memmem::find(open.raw, part).is_some();
        let written = match open.written {
            Some(written) => self.is_path(written),
            None => by_path,
        };
        self.is_path(open.path)
            || written
            || self.raw_parts.iter().any(raw)
            || self.commands.contains(open.command)
    }

    /// How much it takes in, and how dear it is to ask, roughly: a search through the path is worst,
    /// because a filter in the kernel does not do it.
    fn breadth(&self) -> usize {
        let short = |texts: &BTreeSet<Bytes>| {
            texts
                .iter()
                .map(|text| 4096 / (text.len() + 1))
                .sum::<usize>()
        };
        self.exact.len()
            + 64 * (self.commands.len() + self.names.len())
            + short(&self.beginnings)
            + 16 * short(&self.raw_parts)
            + 256 * (short(&self.ends) + short(&self.parts))
    }

    /// What a filter in the kernel can ask: beginnings of the path, names in it, what the caller wrote,
    /// who it is. None where that is not all that has to be asked.
    pub fn kernel(&self) -> Option<KernelOpens> {
        (self.ends.is_empty() && self.parts.is_empty()).then(|| KernelOpens {
            beginnings: self.exact.union(&self.beginnings).cloned().collect(),
            names: self.names.clone(),
            raw_parts: self.raw_parts.clone(),
            commands: self.commands.clone(),
        })
    }
}

/// Opens that have to be told, in a form that the kernel can follow: one of these holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KernelOpens {
    /// Of the full path, as it was resolved and as it was written.
    pub beginnings: BTreeSet<Bytes>,
    /// Whole names of the file or of a folder above it.
    pub names: BTreeSet<Bytes>,
    /// Anywhere in the path as the caller wrote it: `../`.
    pub raw_parts: BTreeSet<Bytes>,
    /// Names of processes, whatever they open.
    pub commands: BTreeSet<Bytes>,
}

impl Paths {
    /// Whether an open is among them.
    pub fn holds(&self, open: Open<'_>) -> bool {
        match self {
            Self::None => false,
            Self::Any => true,
            Self::Some(wanted) => wanted.holds(open),
        }
    }

    /// Opens of either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => Self::Any,
            (Self::None, paths) | (paths, Self::None) => paths,
            (Self::Some(mut held), Self::Some(mut more)) => {
                let mut count = 0;
                for (held, more) in held.sets().into_iter().zip(more.sets()) {
                    held.append(more);
                    count += held.len();
                }
                if count > TEXTS_MAX {
                    Self::Any
                } else {
                    Self::Some(held)
                }
            }
        }
    }

    /// No fewer than the opens of both: the narrower of the two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, _) | (_, Self::None) => Self::None,
            (Self::Any, paths) | (paths, Self::Any) => paths,
            (Self::Some(left), Self::Some(right)) => {
                Self::Some(if left.breadth() <= right.breadth() {
                    left
                } else {
                    right
                })
            }
        }
    }

    /// One set of texts; all opens where one of them is empty, because that is in every text.
    fn of(
        texts: impl IntoIterator<Item = Bytes>,
        set: impl FnOnce(&mut Wanted) -> &mut BTreeSet<Bytes>,
    ) -> Self {
        let mut wanted = Box::<Wanted>::default();
        let held = set(&mut wanted);
        held.extend(texts);
        if held.iter().any(|text| text.is_empty()) {
            Self::Any
        } else {
            Self::Some(wanted)
        }
    }

    fn exact(texts: impl IntoIterator<Item = Bytes>) -> Self {
        Self::of(texts, |wanted| &mut wanted.exact)
    }

    fn beginnings(texts: impl IntoIterator<Item = Bytes>) -> Self {
        Self::of(texts, |wanted| &mut wanted.beginnings)
    }

    fn names(texts: impl IntoIterator<Item = Bytes>) -> Self {
        Self::of(texts, |wanted| &mut wanted.names)
    }

    fn ends(texts: impl IntoIterator<Item = Bytes>) -> Self {
        Self::of(texts, |wanted| &mut wanted.ends)
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
        ("fd.nameraw" | "fs.path.nameraw", _) => of_raw,
        ("proc.name", _) => of_command,
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
        Spec::EndsWith(texts) => each(texts, |text| match text.strip_prefix(b"/") {
            Some(name) if is_name(name) => Paths::names([name.into()]),
            _ => Paths::ends([text.clone()]),
        }),
        Spec::Contains(texts) => each(texts, |text| {
            let inner = text
                .strip_prefix(b"/")
                .and_then(|rest| rest.strip_suffix(b"/"));
            match inner {
                Some(name) if is_name(name) => Paths::names([name.into()]),
                _ => Paths::of([text.clone()], |wanted| &mut wanted.parts),
            }
        }),
        Spec::Paths(texts) => Paths::beginnings(texts.iter().map(|text| folder_above(text))),
        Spec::Glob(pattern, false) => Paths::beginnings([plain(pattern)]),
        _ => Paths::Any,
    }
}

fn of_raw(spec: &Spec) -> Paths {
    match spec {
        Spec::Texts(texts)
        | Spec::StartsWith(texts)
        | Spec::EndsWith(texts)
        | Spec::Contains(texts) => Paths::of(texts.iter().cloned(), |wanted| &mut wanted.raw_parts),
        _ => Paths::Any,
    }
}

fn of_command(spec: &Spec) -> Paths {
    match spec {
        Spec::Texts(texts) => Paths::of(texts.iter().cloned(), |wanted| &mut wanted.commands),
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
    match spec {
        Spec::Texts(texts) if texts.iter().all(|text| is_name(text)) => {
            Paths::names(texts.iter().cloned())
        }
        Spec::EndsWith(texts) if texts.iter().all(|text| is_name(text)) => {
            Paths::ends(texts.iter().cloned())
        }
        _ => Paths::Any,
    }
}

fn is_name(text: &[u8]) -> bool {
    !text.is_empty() && !text.contains(&b'/')
}

fn each(texts: &BTreeSet<Bytes>, paths: impl Fn(&Bytes) -> Paths) -> Paths {
    texts.iter().map(paths).fold(Paths::None, Paths::or)
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
