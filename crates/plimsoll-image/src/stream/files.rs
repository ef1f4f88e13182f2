//! What is kept of an archive that streamed by: its documents, and which layers there were.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::Arc;

use plimsoll_model::Digest;

use super::StreamRead;
use crate::archive::{self, Files, Form, Member, Members, follow, link_target};
use crate::oci::Selection;
use crate::{Blob, Entry, EntryKind, Image, OpenError};

/// A layer that passed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passed {
    /// Computed, or what the member's name says where the sink did not want it read.
    pub diff_id: Digest,
    pub blob_digest: Option<Digest>,
}

#[derive(Debug)]
enum Kept {
    Document(Vec<u8>),
    Layer(Passed, u64),
}

/// Members of the archive as far as they are still needed.
pub(super) struct StreamFiles {
    name: String,
    members: Members<Kept>,
    pub documents_bytes: u64,
}

impl StreamFiles {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            members: Members::new(),
            documents_bytes: 0,
        }
    }

    pub fn document(&mut self, path: String, bytes: Vec<u8>) {
        self.documents_bytes += bytes.len() as u64;
        self.members
            .insert(path, Member::File(Kept::Document(bytes)));
    }

    pub fn layer(&mut self, path: String, layer: Passed, size: u64) {
        self.members
            .insert(path, Member::File(Kept::Layer(layer, size)));
    }

    pub fn link(&mut self, entry: &Entry<'_>) {
        let link = entry.link.unwrap_or_default();
        let target = match entry.kind {
            EntryKind::Symlink => link_target(entry.path, link),
            _ => link_target("", link),
        };
        if let Some(target) = target {
            self.members
                .insert(entry.path.to_owned(), Member::Link(target));
        }
    }

    /// Finds the image and holds its layers against those that passed by.
    pub fn resolve(self, form: Form, selection: &Selection) -> Result<StreamRead, OpenError> {
        let image = archive::open_image(&self, form, selection)?;
        let mut seen: BTreeMap<&Digest, bool> = BTreeMap::new();
        for member in self.members.values() {
            if let Member::File(Kept::Layer(passed, _)) = member {
                seen.insert(&passed.diff_id, false);
            }
        }
        for source in &image.sources {
            if matches!(source.bytes, crate::LayerBytes::Missing(_)) {
                continue;
            }
            match seen.get_mut(&source.diff_id) {
                Some(used) => *used = true,
                None => return Err(self.mismatch(&image, &source.diff_id)),
            }
        }
        let foreign = seen.into_iter().filter(|(_, used)| !used);
        let foreign = foreign.map(|(diff_id, _)| diff_id.clone()).collect();
        Ok(StreamRead {
            facts: image.facts,
            unknowns: image.unknowns,
            foreign,
        })
    }

    /// A layer that the configuration names did not pass by under this digest.
    fn mismatch(&self, image: &Image, expected: &Digest) -> OpenError {
        OpenError::Layer {
            path: self.name.clone(),
            layer: expected.to_string(),
            reason: format!(
                "none of the layers in the archive has this digest, which the configuration \
                 {} names",
                image.facts.config_digest
            ),
        }
    }
}

impl Files for StreamFiles {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&self, path: &str, bytes_max: u64) -> Result<Option<Vec<u8>>, OpenError> {
        match follow(&self.members, path) {
            Some(Kept::Document(bytes)) if bytes.len() as u64 <= bytes_max => {
                Ok(Some(bytes.clone()))
            }
            Some(Kept::Document(_)) => Err(OpenError::Limit {
                path: self.name.clone(),
                what: path.to_owned(),
                limit: bytes_max,
            }),
            Some(Kept::Layer(..)) | None => Ok(None),
        }
    }

    fn blob(&self, path: &str) -> Option<(Arc<dyn Blob>, u64)> {
        match follow(&self.members, path)? {
            Kept::Layer(_, size) => Some((Arc::new(Gone), *size)),
            Kept::Document(_) => None,
        }
    }
}

/// A layer that has passed by.
struct Gone;

impl Blob for Gone {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Err(io::Error::other("the layer has passed by"))
    }
}
