//! What the catalogers say about one layer: the unit that is cached by the layer's digest.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use plimsoll_image::{Content, Entry, EntryKind, ReadAt, ReadError, Visitor};
use plimsoll_model::Unknown;

use crate::cataloger::FILE_BYTES_MAX;
use crate::dispatch::{CatalogerIndex, Dispatch, MAGIC_BYTES_MAX};
use crate::{Facts, File};

/// Catalogers of an operating system's packages: a target without their file has none, and so it
/// matters what is there in its stead.
const DATABASES: [&str; 5] = [
    "apk-installed",
    "dpkg-status",
    "rpm-bdb",
    "rpm-ndb",
    "rpm-sqlite",
];

/// What one cataloger said about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    pub path: String,
    /// Id of the cataloger.
    pub cataloger: String,
    pub facts: Facts,
}

/// Everything the catalogers said about a layer (or a directory), in path order.
pub type LayerFacts = Vec<FileFacts>;

/// Shows each file to the catalogers that want it.
pub struct LayerVisitor<'c> {
    dispatch: &'c Dispatch<'c>,
    facts: LayerFacts,
    /// Paths that `facts` speaks of.
    known: HashSet<String>,
    wanted: Vec<CatalogerIndex>,
}

impl<'c> LayerVisitor<'c> {
    pub fn new(dispatch: &'c Dispatch<'c>) -> Self {
        Self {
            dispatch,
            facts: Vec::new(),
            known: HashSet::new(),
            wanted: Vec::new(),
        }
    }

    /// What was found. The last file of a path wins, as it does when a layer is unpacked.
    pub fn into_facts(mut self) -> LayerFacts {
        self.facts
            .sort_by(|a, b| (&a.path, &a.cataloger).cmp(&(&b.path, &b.cataloger)));
        self.facts
    }

    fn look(&mut self, entry: &Entry<'_>, content: &mut dyn Content) -> Result<(), ReadError> {
        let Entry {
            path, mode, size, ..
        } = *entry;
        let mut wanted = std::mem::take(&mut self.wanted);
        self.dispatch.by_path(path, mode, size, &mut wanted);
        if size > 0 && self.dispatch.looks_at_content(path, mode) {
            let head = content.peek(MAGIC_BYTES_MAX)?;
            self.dispatch
                .by_content(path, mode, size, head, &mut wanted);
        }
        let read = if wanted.is_empty() {
            Ok(())
        } else {
            self.show(entry, content, &wanted)
        };
        self.wanted = wanted;
        read
    }

    /// What is said of something that has the name of a file to be read and is none: nothing can be
    /// read of it, and that must not pass for "nothing is in there".
    fn out_of_place(&mut self, entry: &Entry<'_>) -> Option<String> {
        let is_like_a_file = match entry.kind {
            EntryKind::Fifo | EntryKind::Socket | EntryKind::Device => true,
            EntryKind::Symlink | EntryKind::Directory => false,
            _ => return None,
        };
        let mut wanted = std::mem::take(&mut self.wanted);
        self.dispatch.by_path(entry.path, 0, 1, &mut wanted);
        let is_database = wanted.iter().any(|index| {
            let cataloger = self.dispatch.catalogers().get(*index);
            cataloger.is_some_and(|cataloger| DATABASES.contains(&cataloger.id()))
        });
        let is_wanted = !wanted.is_empty();
        self.wanted = wanted;
        match entry.kind {
            EntryKind::Symlink if is_database => {
                Some("package database: a link is in its place, which is not followed".to_owned())
            }
            EntryKind::Directory if is_database => {
                Some("package database: a folder is in its place".to_owned())
            }
            _ if is_like_a_file && is_wanted => Some("not a regular file".to_owned()),
            _ => None,
        }
    }

    fn show(
        &mut self,
        entry: &Entry<'_>,
        content: &mut dyn Content,
        wanted: &[CatalogerIndex],
    ) -> Result<(), ReadError> {
        let catalogers: Vec<_> = wanted
            .iter()
            .filter_map(|index| self.dispatch.catalogers().get(*index))
            .collect();
        let data: Arc<dyn ReadAt> = if catalogers.iter().any(|c| c.random_access()) {
            content.random_access()?
        } else {
            Arc::new(content.read_all(FILE_BYTES_MAX)?)
        };
        let file = File {
            path: entry.path,
            mode: entry.mode,
            data,
        };
        for cataloger in catalogers {
            let mut facts = Facts::default();
            let result = catch_unwind(AssertUnwindSafe(|| cataloger.read(&file, &mut facts)));
            let reason = match result {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(format!("{}: {error}", cataloger.id())),
                Err(_) => Some(format!(
                    "{}: the cataloger failed on this file",
                    cataloger.id()
                )),
            };
            facts.unknowns.extend(reason.map(|reason| Unknown {
                path: None,
                layer: None,
                reason,
            }));
            self.keep(entry.path, cataloger.id(), facts);
        }
        Ok(())
    }

    fn keep(&mut self, path: &str, cataloger: &str, facts: Facts) {
        if facts == Facts::default() {
            return;
        }
        self.known.insert(path.to_owned());
        self.facts.push(FileFacts {
            path: path.to_owned(),
            cataloger: cataloger.to_owned(),
            facts,
        });
    }
}

impl Visitor for LayerVisitor<'_> {
    /// Only links whose own name is wanted: what a file is by content is told at the file itself.
    fn wants_link(&mut self, entry: &Entry<'_>) -> bool {
        let mut wanted = std::mem::take(&mut self.wanted);
        self.dispatch
            .by_path(entry.path, entry.mode, entry.size, &mut wanted);
        let is_wanted = !wanted.is_empty();
        self.wanted = wanted;
        is_wanted
    }

    fn entry(&mut self, entry: &Entry<'_>, content: &mut dyn Content) {
        // The same path twice in one layer: the later entry replaces the earlier one.
        if self.known.remove(entry.path) {
            self.facts.retain(|facts| facts.path != entry.path);
        }
        let reason = if entry.kind == EntryKind::File {
            self.look(entry, content)
                .err()
                .map(|error| error.to_string())
        } else {
            self.out_of_place(entry)
        };
        if let Some(reason) = reason {
            let mut facts = Facts::default();
            facts.unknowns.push(Unknown {
                path: None,
                layer: None,
                reason,
            });
            self.keep(entry.path, "content", facts);
        }
    }
}
