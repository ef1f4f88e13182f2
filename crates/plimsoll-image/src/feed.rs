//! The files of an advisory feed, from a folder, an archive, or one file, packed or not.
//!
//! What a path is told by its content. Order is fixed: folders are walked by name, archives as
//! stored. Links in folders and archives are not followed, and `.git` is not entered.
//!
//! Files inside of a folder or archive that are packed by themselves (`changelog.Debian.gz`) are
//! unpacked and lose that suffix. Debian packages in a folder, if they are wanted, are read as
//! archives of the files in them.

mod deb;
mod folder;

use std::fs::File;
use std::io::{self, Read, Take};
use std::path::Path;

use self::folder::{FolderWalk, Step};
use crate::decompress::input::{Input, Keep};
use crate::decompress::{DecodeLimits, Decoder};
use crate::file::open_file;
use crate::tar::header::{BLOCK_BYTES, Header};
use crate::tar::{Next, TarContent, TarReader};
use crate::zip::{ZipArchive, ZipEntries, ZipError, ZipLimits};
use crate::{Content, EntryKind, OpenError, Store};

/// What packed files are called; it is taken off their names.
const PACKED_SUFFIXES: [&str; 4] = [".gz", ".zst", ".xz", ".bz2"];

/// Unpacked bytes from which on a feed must not be packed more tightly than text can be: a feed
/// is held in memory file by file.
const RATIO_FREE_BYTES: u64 = 32 << 20;

fn decode_limits(bytes_max: u64) -> DecodeLimits {
    DecodeLimits {
        ratio_free_bytes: RATIO_FREE_BYTES,
        ..DecodeLimits::of(bytes_max)
    }
}

/// Caps on a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedLimits {
    /// Unpacked bytes of one file.
    pub file_bytes_max: u64,
    /// Unpacked bytes altogether.
    pub total_bytes_max: u64,
    /// Number of files, wanted or not.
    pub files_max: u64,
}

impl Default for FeedLimits {
    fn default() -> Self {
        Self {
            file_bytes_max: 1 << 30,
            total_bytes_max: 64 << 30,
            files_max: 5_000_000,
        }
    }
}

/// One file of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedFile {
    /// Inside of the folder or archive, normalised; the file's own name where it is alone, without
    /// the suffix of its packing.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// The files of a feed, one by one.
pub struct Feed {
    path: String,
    limits: FeedLimits,
    source: Source,
    /// A package that the walk has come to, and what its files are called before their path.
    package: Option<(String, Box<Tar>)>,
    files: u64,
    bytes: u64,
    ended: bool,
}

/// A tar archive, packed or not.
type Tar = TarReader<Input<Decoder<Take<File>>>>;

enum Source {
    Folder(FolderWalk),
    Tar(Box<Tar>),
    Zip(ZipEntries),
    Single {
        name: String,
        input: Box<Input<Decoder<Take<File>>>>,
    },
}

impl Feed {
    /// Opens a feed and looks what it is.
    pub fn open(path: &Path, limits: FeedLimits) -> Result<Self, OpenError> {
        let shown = path.display().to_string();
        let named = |error| OpenError::io(&shown, error);
        let meta = path.metadata().map_err(named)?;
        let source = if meta.is_dir() {
            Source::Folder(FolderWalk::new(path))
        } else if meta.is_file() {
            open_source(path, &shown, limits)?
        } else {
            // A pipe would have to be opened twice, and opening it may wait for ever.
            return Err(OpenError::NotATarget {
                path: shown,
                reason: "neither a regular file nor a folder".to_owned(),
            });
        };
        Ok(Self {
            path: shown,
            limits,
            source,
            package: None,
            files: 0,
            bytes: 0,
            ended: false,
        })
    }

    /// The next file whose path is wanted; the others are not read. After an error there may be
    /// more.
    pub fn next_file(
        &mut self,
        wants: &dyn Fn(&str) -> bool,
    ) -> Option<Result<FeedFile, OpenError>> {
        while !self.ended {
            let next = self.step(wants);
            self.files += 1;
            let total_max = self.limits.total_bytes_max;
            let file = match next {
                Ok(None) => {
                    self.ended = true;
                    return None;
                }
                Ok(Some(file)) => file,
                Err(Failure { error, fatal }) => {
                    self.ended = fatal;
                    return Some(Err(error));
                }
            };
            if self.files > self.limits.files_max {
                return Some(Err(self.limit("number of files", self.limits.files_max)));
            }
            let Some(file) = file else { continue };
            self.bytes = self.bytes.saturating_add(file.bytes.len() as u64);
            if self.bytes > total_max {
                return Some(Err(self.limit("feed", total_max)));
            }
            return Some(Ok(file));
        }
        None
    }

    fn limit(&mut self, what: &str, limit: u64) -> OpenError {
        self.ended = true;
        OpenError::Limit {
            path: self.path.clone(),
            what: what.to_owned(),
            limit,
        }
    }

    /// One step: `None` at the end, `Some(None)` over what is not wanted.
    #[expect(clippy::option_option, reason = "the end and nothing differ")]
    fn step(&mut self, wants: &dyn Fn(&str) -> bool) -> Result<Option<Option<FeedFile>>, Failure> {
        let max = self.limits.file_bytes_max;
        let feed = &self.path;
        let inside = |path: &str| format!("{feed}!/{path}");
        if let Some((before, tar)) = &mut self.package {
            let step = step_tar(tar, feed, before, wants, max);
            if matches!(step, Ok(None) | Err(Failure { fatal: true, .. })) {
                self.package = None;
            }
            // A package that ends, or breaks off, does not end the folder.
            return match step {
                Ok(None) => Ok(Some(None)),
                Err(Failure { error, .. }) => Err(Failure {
                    error,
                    fatal: false,
                }),
                step => step,
            };
        }
        match &mut self.source {
            Source::Folder(walk) => match walk.step(wants, max)? {
                Step::End => Ok(None),
                Step::Nothing => Ok(Some(None)),
                Step::File(file) => Ok(Some(Some(file))),
                Step::Package { path, place } => {
                    let open = File::open(&place).and_then(deb::data);
                    let tar = open.and_then(|data| unpacked(data, self.limits));
                    let tar = tar.map_err(|error| Failure {
                        error: OpenError::document(inside(&path), "package", error.to_string()),
                        fatal: false,
                    })?;
                    self.package = Some((format!("{path}/"), Box::new(TarReader::new(tar))));
                    Ok(Some(None))
                }
            },
            Source::Tar(reader) => step_tar(reader, feed, "", wants, max),
            Source::Zip(entries) => {
                let entry = match entries.next() {
                    None => return Ok(None),
                    Some(Ok(entry)) => entry,
                    Some(Err(error)) => {
                        let fatal = !matches!(error, ZipError::Name { .. });
                        let error = OpenError::document(feed, "zip", error.to_string());
                        return Err(Failure { error, fatal });
                    }
                };
                if entry.is_dir || !wants(plain_name(&entry.name)) {
                    return Ok(Some(None));
                }
                match entries.archive.read_entry(&entry, max) {
                    Ok(bytes) => Ok(Some(Some(plain_file(entry.name, bytes, max)?))),
                    Err(error) => {
                        let path = inside(&entry.name);
                        let error = OpenError::document(path, "file", error.to_string());
                        Err(Failure {
                            error,
                            fatal: false,
                        })
                    }
                }
            }
            Source::Single { name, input } => {
                if self.files > 0 {
                    return Ok(None);
                }
                if !wants(name) {
                    return Ok(Some(None));
                }
                match read_capped(input, max) {
                    Ok(bytes) => Ok(Some(Some(FeedFile {
                        path: name.clone(),
                        bytes,
                    }))),
                    Err(error) => Err(Failure {
                        error: OpenError::document(feed, "file", error.to_string()),
                        fatal: true,
                    }),
                }
            }
        }
    }
}

/// A file that could not be read, and whether the feed ends with it.
struct Failure {
    error: OpenError,
    fatal: bool,
}

/// One step through a tar archive; as [`Feed::step`].
#[expect(clippy::option_option, reason = "the end and nothing differ")]
fn step_tar(
    reader: &mut Tar,
    feed: &str,
    before: &str,
    wants: &dyn Fn(&str) -> bool,
    bytes_max: u64,
) -> Result<Option<Option<FeedFile>>, Failure> {
    let inside = |path: &str| format!("{feed}!/{before}{path}");
    match reader.advance() {
        Ok(Next::End) => return Ok(None),
        Ok(Next::Entry) => {}
        Ok(Next::Refused { path, reason }) => {
            let error = OpenError::document(inside(&path), "entry", reason);
            return Err(Failure {
                error,
                fatal: false,
            });
        }
        Err(error) => {
            let error = OpenError::document(inside(""), "tar", error.to_string());
            return Err(Failure { error, fatal: true });
        }
    }
    let (entry, sparse, body) = reader.parts();
    let path = format!("{before}{}", entry.path);
    if entry.kind != EntryKind::File || !wants(plain_name(&path)) {
        return Ok(Some(None));
    }
    let store = Store::in_memory(bytes_max);
    let bytes = TarContent::new(&entry, sparse, body, &store).read_all(bytes_max);
    match bytes {
        Ok(bytes) => Ok(Some(Some(plain_file(path, bytes, bytes_max)?))),
        Err(error) => {
            let error = OpenError::read(format!("{feed}!/{path}"), "file", error);
            Err(Failure {
                error,
                fatal: false,
            })
        }
    }
}

/// A name without the suffix of its packing.
fn plain_name(name: &str) -> &str {
    PACKED_SUFFIXES
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name)
}

/// A file of a folder or archive, unpacked where its name says that it is packed.
fn plain_file(path: String, bytes: Vec<u8>, bytes_max: u64) -> Result<FeedFile, Failure> {
    let plain = plain_name(&path);
    if plain.len() == path.len() {
        return Ok(FeedFile { path, bytes });
    }
    let unpacked = Decoder::new(bytes.as_slice(), decode_limits(bytes_max))
        .and_then(|mut decoder| read_capped(&mut decoder, bytes_max));
    match unpacked {
        Ok(bytes) => Ok(FeedFile {
            path: plain.to_owned(),
            bytes,
        }),
        Err(error) => Err(Failure {
            error: OpenError::document(path, "file", error.to_string()),
            fatal: false,
        }),
    }
}

/// Unpacks the rest of a file, whatever its packing.
fn unpacked(file: Take<File>, limits: FeedLimits) -> io::Result<Input<Decoder<Take<File>>>> {
    let decoder = Decoder::new(file, decode_limits(limits.total_bytes_max))?;
    Ok(Input::new(decoder, Keep))
}

/// Tells a zip by its directory, a Debian package by its first bytes, a tar (packed or not) by its
/// first block; anything else is one file.
fn open_source(path: &Path, shown: &str, limits: FeedLimits) -> Result<Source, OpenError> {
    let named = |error| OpenError::io(shown, error);
    let mut start = Vec::new();
    let mut file = File::open(path).map_err(named)?;
    file.by_ref()
        .take(deb::MAGIC.len() as u64)
        .read_to_end(&mut start)
        .map_err(named)?;
    if start.starts_with(b"PK") {
        let zip_limits = ZipLimits {
            entries_max: limits.files_max,
            entry_bytes_max: limits.file_bytes_max,
            total_bytes_max: limits.total_bytes_max,
            ..ZipLimits::DEFAULT
        };
        let archive = ZipArchive::open(open_file(path, None)?, &zip_limits)
            .map_err(|error| OpenError::document(shown, "zip", error.to_string()))?;
        return Ok(Source::Zip(archive.into_entries()));
    }
    let file = File::open(path).map_err(named)?;
    if start == deb::MAGIC {
        let data = deb::data(file).map_err(named)?;
        let tar = unpacked(data, limits).map_err(named)?;
        return Ok(Source::Tar(Box::new(TarReader::new(tar))));
    }
    let mut input = unpacked(file.take(u64::MAX), limits).map_err(named)?;
    let first = input.peek(BLOCK_BYTES).map_err(named)?;
    let is_tar = first.first_chunk().is_some_and(Header::is_header);
    if is_tar {
        return Ok(Source::Tar(Box::new(TarReader::new(input))));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Source::Single {
        name: plain_name(&name).to_owned(),
        input: Box::new(input),
    })
}

fn read_capped(reader: &mut impl Read, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = reader.by_ref().take(bytes_max).read_to_end(&mut bytes)?;
    if read as u64 == bytes_max && reader.read(&mut [0])? > 0 {
        return Err(io::Error::other(format!(
            "larger than the limit of {bytes_max} bytes"
        )));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
