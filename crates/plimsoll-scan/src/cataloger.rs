//! What a cataloger is, what it is handed, and what it gives back.

use std::borrow::Cow;
use std::sync::Arc;

use plimsoll_image::ReadAt;
use plimsoll_model::{Distribution, Ecosystem, Part, SourcePackage, State, Unknown};
use xxhash_rust::xxh3::xxh3_64;

/// Largest file that is handed over in memory by [`File::bytes`], in bytes.
pub const FILE_BYTES_MAX: u64 = 64 << 20;

/// Which files a cataloger wants to see. All are matched on the normalised path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// Exactly this path: `var/lib/dpkg/status`.
    Path(&'static str),
    /// Every file below this folder (no trailing slash): `var/lib/dpkg/status.d`.
    Under(&'static str),
    /// A file of this name anywhere: `package-lock.json`.
    Name(&'static str),
    /// A file whose name ends so, in any case: `.jar`.
    Suffix(&'static str),
    /// A file whose path ends so, at a folder boundary: `lib/apk/db/installed`.
    Tail(&'static str),
    /// A file of at least this size that starts with these bytes: `\x7fELF`. Only executables
    /// and shared objects should be asked for by content: every file is peeked at.
    Magic(&'static [u8]),
}

/// A file as handed to a cataloger.
pub struct File<'a> {
    /// Normalised path in the target.
    pub path: &'a str,
    /// Permission bits (`0o7777`).
    pub mode: u32,
    pub data: Arc<dyn ReadAt>,
}

impl File<'_> {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    /// The whole content; an error past [`FILE_BYTES_MAX`].
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, CatalogError> {
        if let Some(slice) = self.data.as_slice() {
            return Ok(Cow::Borrowed(slice));
        }
        let size = self.data.size();
        if size > FILE_BYTES_MAX {
            return Err(CatalogError::new(format!(
                "file of {size} bytes is larger than the limit of {FILE_BYTES_MAX} bytes"
            )));
        }
        let mut bytes = vec![0; size as usize];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.data.read_at(filled as u64, rest) {
                Ok(0) => return Err(CatalogError::new("file ends early")),
                Ok(count) => filled += count,
                Err(error) => return Err(CatalogError::new(format!("read: {error}"))),
            }
        }
        Ok(Cow::Owned(bytes))
    }

    /// The whole content as text; bytes that are not UTF-8 become U+FFFD.
    pub fn text(&self) -> Result<String, CatalogError> {
        Ok(String::from_utf8_lossy(&self.bytes()?).into_owned())
    }
}

/// A file (or part of one) that a cataloger could not read. Becomes an `Unknown` at the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct CatalogError {
    /// A clause in lower case, without a full stop.
    pub reason: String,
}

impl CatalogError {
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

/// A package as a cataloger finds it; the engine adds purl, layer and ownership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub ecosystem: Ecosystem,
    /// Left empty for packages of an operating system: the engine takes the distribution's id.
    pub namespace: Option<String>,
    pub name: String,
    pub version: String,
    pub arch: Option<String>,
    pub part: Part,
    pub state: State,
    pub source: Option<SourcePackage>,
    /// As found; the engine normalises what parses as an SPDX expression.
    pub licenses: Vec<String>,
    /// Further purl qualifiers, beside `arch`, `distro`, `upstream`, `epoch` which the engine adds.
    pub qualifiers: Vec<(String, String)>,
    /// Where inside the file: `BOOT-INF/lib/x.jar!/META-INF/MANIFEST.MF`. The engine puts
    /// `<path>!/` in front. Absent when it is the file itself.
    pub inside: Option<String>,
    /// 1-based line in the file.
    pub line: Option<u32>,
    /// Stream of a modular rpm.
    pub module: Option<String>,
}

impl Found {
    /// A library of a language ecosystem; adjust the rest with struct update syntax.
    pub fn new(ecosystem: Ecosystem, name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            ecosystem,
            namespace: None,
            name: name.into(),
            version: version.into(),
            arch: None,
            part: Part::Language,
            state: State::Installed,
            source: None,
            licenses: Vec::new(),
            qualifiers: Vec::new(),
            inside: None,
            line: None,
            module: None,
        }
    }
}

/// The files that belong to one package of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedFiles {
    /// Name as in [`Found::name`] of the package, which may be in another file or layer.
    pub package: String,
    /// Architecture where the file list is of one architecture only (`libc6:amd64.list`).
    pub arch: Option<String>,
    /// [`path_hash`] of each path.
    pub paths: Vec<u64>,
}

/// Licences of a package of the operating system, told by another file than its database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageLicenses {
    /// Name as in [`Found::name`] of the package, which may be in another file or layer.
    pub package: String,
    /// As [`Found::licenses`].
    pub licenses: Vec<String>,
}

/// Hash under which a path is kept in ownership lists: xxh3 of the path without leading slash.
pub fn path_hash(path: &str) -> u64 {
    xxh3_64(path.trim_start_matches('/').as_bytes())
}

/// What one file told one cataloger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    pub packages: Vec<Found>,
    pub owned: Vec<OwnedFiles>,
    /// Joined to packages whose own database says nothing of their licences.
    pub licenses: Vec<PackageLicenses>,
    /// From `os-release` and its like.
    pub os: Option<Distribution>,
    /// Parts that could not be read; `path` is relative to the file (`inner.jar`), the engine puts
    /// `<path>!/` in front; `None` means the file itself.
    pub unknowns: Vec<Unknown>,
}

/// Reads one package database, lockfile or binary format.
pub trait Cataloger: Sync {
    /// `dpkg-status`: kebab case, also the file's name in the folder.
    fn id(&self) -> &'static str;

    /// Counts up whenever the same bytes give other facts: part of the cache key.
    fn version(&self) -> u32;

    /// One line for the documentation: what it reads.
    fn describe(&self) -> &'static str;

    /// What it finds: installed packages or declared ones.
    fn state(&self) -> State;

    fn patterns(&self) -> &'static [Pattern];

    /// A second look after a pattern matched, before any byte is read.
    fn wants(&self, path: &str, mode: u32, size_bytes: u64) -> bool {
        let _ = (path, mode, size_bytes);
        true
    }

    /// Whether it reads here and there in large files; otherwise it gets the file in memory, and
    /// a file past [`FILE_BYTES_MAX`] becomes an `Unknown` instead.
    fn random_access(&self) -> bool {
        false
    }

    /// Reads the file. What was found before an error counts.
    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError>;
}
