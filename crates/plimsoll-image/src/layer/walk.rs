//! Shows the entries of a layer to a visitor and keeps its index.
//!
//! Whiteouts are those of the OCI image specification 1.1 (`layer.md`, "Whiteouts"), which are
//! AUFS's: `.wh.name` removes `name`, `.wh..wh..opq` hides what is below a folder. AUFS's own
//! bookkeeping (`.wh..wh.plnk` and its like) is passed over, as engines do.

use std::sync::Arc;

use plimsoll_model::Unknown;

use super::Chunks;
use super::links::WantedLink;
use crate::decompress::LimitReached;
use crate::index::IndexBuilder;
use crate::limits::{LAYER_ENTRIES_MAX, LINKS_WANTED_MAX, UNKNOWNS_MAX};
use crate::tar::{Next, TarContent, TarError, TarReader};
use crate::{Entry, EntryKind, IndexEntry, IndexKind, LayerIndex, Store, Visitor};

const WHITEOUT_PREFIX: &str = ".wh.";
const OPAQUE_NAME: &str = ".wh..wh..opq";
const AUFS_PREFIX: &str = ".wh..wh.";

/// What one look at a layer gave.
#[derive(Debug)]
pub(super) struct Walked {
    pub index: LayerIndex,
    pub unknowns: Vec<Unknown>,
    pub links: Vec<WantedLink>,
    /// A limit was reached, as `unknowns` says.
    pub stopped: bool,
}

/// Reads the tar to its end or to a limit.
pub(super) fn walk(
    chunks: &mut Chunks,
    visitor: &mut dyn Visitor,
    store: &Arc<Store>,
) -> Result<Walked, TarError> {
    let mut state = State {
        index: IndexBuilder::default(),
        unknowns: Unknowns::default(),
        links: Vec::new(),
    };
    let read = state
        .entries(chunks, visitor, store)
        // What follows the end of the tar has to be hashed too.
        .and_then(|()| Ok(chunks.drain().map_err(TarError::Io)?));
    let stopped = match read {
        Ok(()) => None,
        Err(Stop::Limit(reason)) => Some(reason),
        Err(Stop::Tar(TarError::Io(error))) => match LimitReached::of(&error) {
            Some(limit) => Some(limit.to_string()),
            None => return Err(error.into()),
        },
        Err(Stop::Tar(error)) => return Err(error),
    };
    let mut unknowns = state.unknowns.finish();
    if let Some(reason) = &stopped {
        unknowns.push(Unknown::whole(format!("rest of the layer: {reason}")));
    }
    Ok(Walked {
        index: state.index.finish(),
        unknowns,
        links: state.links,
        stopped: stopped.is_some(),
    })
}

/// Why the walk ends before the end.
enum Stop {
    Limit(String),
    Tar(TarError),
}

impl From<TarError> for Stop {
    fn from(error: TarError) -> Self {
        Self::Tar(error)
    }
}

struct State {
    index: IndexBuilder,
    unknowns: Unknowns,
    links: Vec<WantedLink>,
}

impl State {
    fn entries(
        &mut self,
        chunks: &mut Chunks,
        visitor: &mut dyn Visitor,
        store: &Arc<Store>,
    ) -> Result<(), Stop> {
        let mut reader = TarReader::new(chunks);
        for _ in 0..=LAYER_ENTRIES_MAX {
            match reader.advance()? {
                Next::End => return Ok(()),
                Next::Refused { path, reason } => self.unknowns.push(path, reason),
                Next::Entry => {
                    let (entry, sparse, body) = reader.parts();
                    match classify(entry.path) {
                        Class::Root | Class::Bookkeeping => {}
                        Class::BadWhiteout => {
                            self.unknowns.push(entry.path, "whiteout of nothing");
                        }
                        Class::Whiteout { folder, name } => {
                            let path = join(folder, name);
                            self.record(IndexKind::Whiteout, &path, "")?;
                        }
                        Class::Opaque(folder) => self.record(IndexKind::Opaque, folder, "")?,
                        Class::Entry => {
                            let kind = IndexKind::Entry(entry.kind);
                            self.record(kind, entry.path, entry.link.unwrap_or_default())?;
                            if entry.kind == EntryKind::HardLink {
                                self.link(&entry, visitor);
                            } else {
                                let mut content = TarContent::new(&entry, sparse, body, store);
                                visitor.entry(&entry, &mut content);
                            }
                        }
                    }
                }
            }
        }
        Err(Stop::Limit(format!(
            "number of entries is larger than the limit of {LAYER_ENTRIES_MAX}"
        )))
    }

    fn record(&mut self, kind: IndexKind, path: &str, link: &str) -> Result<(), Stop> {
        if self.index.push(&IndexEntry { kind, path, link }) {
            return Ok(());
        }
        Err(Stop::Limit(
            "paths take more memory than the limit".to_owned(),
        ))
    }

    fn link(&mut self, entry: &Entry<'_>, visitor: &mut dyn Visitor) {
        if !visitor.wants_link(entry) {
            return;
        }
        if self.links.len() < LINKS_WANTED_MAX {
            self.links.push(WantedLink::of(entry));
        } else {
            self.unknowns.push(
                entry.path,
                format!("more hard links than the limit of {LINKS_WANTED_MAX}"),
            );
        }
    }
}

/// What a path in a layer stands for.
#[derive(Debug, PartialEq, Eq)]
enum Class<'a> {
    Entry,
    Root,
    Whiteout { folder: &'a str, name: &'a str },
    Opaque(&'a str),
    Bookkeeping,
    BadWhiteout,
}

fn classify(path: &str) -> Class<'_> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if name.is_empty() {
        return Class::Root;
    }
    let Some(hidden) = name.strip_prefix(WHITEOUT_PREFIX) else {
        return Class::Entry;
    };
    match hidden {
        _ if name == OPAQUE_NAME => Class::Opaque(folder),
        _ if name.starts_with(AUFS_PREFIX) => Class::Bookkeeping,
        "" | "." | ".." => Class::BadWhiteout,
        name => Class::Whiteout { folder, name },
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        return name.to_owned();
    }
    format!("{folder}/{name}")
}

/// Unknowns up to a limit; the rest is counted.
#[derive(Debug, Default)]
pub(crate) struct Unknowns {
    kept: Vec<Unknown>,
    more: u64,
}

impl Unknowns {
    pub fn push(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        if self.kept.len() < UNKNOWNS_MAX {
            self.kept.push(Unknown::at(path, reason));
        } else {
            self.more += 1;
        }
    }

    pub fn finish(mut self) -> Vec<Unknown> {
        if self.more > 0 {
            let reason = format!("{} more entries that could not be read", self.more);
            self.kept.push(Unknown::whole(reason));
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whiteouts_are_told_by_name() {
        let whiteout = |folder, name| Class::Whiteout { folder, name };
        assert_eq!(classify("etc/.wh.passwd"), whiteout("etc", "passwd"));
        assert_eq!(classify(".wh.a"), whiteout("", "a"));
        assert_eq!(classify("etc/.wh..wh..opq"), Class::Opaque("etc"));
        assert_eq!(classify(".wh..wh..opq"), Class::Opaque(""));
        assert_eq!(classify(".wh..wh.plnk/1.2"), Class::Entry);
        assert_eq!(classify(".wh..wh.plnk"), Class::Bookkeeping);
        assert_eq!(classify("a/.wh."), Class::BadWhiteout);
        assert_eq!(classify("a/.wh..."), Class::BadWhiteout);
        assert_eq!(classify("a/.wh.."), Class::BadWhiteout);
        assert_eq!(classify("a/.white"), Class::Entry);
        assert_eq!(classify(""), Class::Root);
    }
}
