//! An image that comes as one stream of archive, as an engine sends it: read once, from front to
//! back, without being stored. Layers are known by the digests computed while they pass by; which
//! of them are the image's, and in which order, is often known only at the end.

mod files;

use std::io::{self, Read};
use std::sync::Arc;

use plimsoll_model::{Digest, Platform, Unknown};

use self::files::{Passed, StreamFiles};
use crate::archive::{self, Form};
use crate::decompress::input::{Input, Keep};
use crate::decompress::{DecodeLimits, Decoder, Packing};
use crate::layer::{Context, Expected, WantedLink, read_layer, read_links};
use crate::limits::{
    ARCHIVE_ENTRIES_MAX, ARCHIVE_PATH_BYTES_MAX, CONFIG_BYTES_MAX, STREAM_DOCUMENTS_BYTES_MAX,
};
use crate::oci::Selection;
use crate::oci::resolve::fits;
use crate::tar::header::{BLOCK_BYTES, Block, Header};
use crate::tar::{Next, TarContent, TarReader};
use crate::{
    Blob, Content, Entry, EntryKind, ImageFacts, LayerHead, LayerSink, LayerTail, OpenError,
    ReadOptions,
};

/// A docker archive or OCI archive as a stream.
#[derive(Clone)]
pub struct ImageStream {
    name: String,
    source: Arc<dyn Blob>,
    selection: Selection,
    form: Form,
    origin: Option<Origin>,
}

/// Who sends a stream, and which image that is, known before anything was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Names the sender: what one and the same sends of an image is always the same.
    pub sender: String,
    /// Digest of the configuration, or of the manifest where the sender counts by those.
    pub image_id: Digest,
}

/// What was learned while a stream passed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRead {
    pub facts: ImageFacts,
    pub unknowns: Vec<Unknown>,
    /// Layers that were read and are not the image's: what a sink took in of them is not to count.
    pub foreign: Vec<Digest>,
}

impl ImageStream {
    /// `source` is opened once, and a second time only where a visitor wants the content of hard
    /// links. It may be compressed.
    pub fn new(name: impl Into<String>, source: Arc<dyn Blob>, selection: Selection) -> Self {
        Self {
            name: name.into(),
            source,
            selection,
            form: Form::Any,
            origin: None,
        }
    }

    /// The same with what its sender says of it.
    pub(crate) fn with_origin(mut self, origin: Option<Origin>) -> Self {
        self.origin = origin;
        self
    }

    /// What its sender says of it, if that is known before it is read.
    pub const fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Whether an image of this platform is what was asked for.
    pub fn accepts(&self, platform: &Platform) -> bool {
        let wanted = self.selection.platform.as_ref();
        wanted.is_none_or(|wanted| fits(platform, wanted))
    }

    /// The same, but only if it is of this form.
    pub(crate) fn of_form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// As the user named it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads the stream to its end, handing each layer to the sink as it passes by.
    pub fn read<S: LayerSink>(
        &self,
        sink: &S,
        options: &ReadOptions,
    ) -> Result<StreamRead, OpenError> {
        let context = Context::new(&options.store, &options.progress);
        let mut pass = Pass {
            stream: self,
            sink,
            context: &context,
            files: StreamFiles::new(&self.name),
            waiting: Vec::new(),
        };
        pass.first()?;
        if !pass.waiting.is_empty() {
            pass.second()?;
        }
        pass.files.resolve(self.form, &self.selection)
    }

    fn archive(&self) -> Result<TarReader<Outer>, OpenError> {
        let named = |error| OpenError::Remote {
            name: self.name.clone(),
            reason: format!("{error}"),
            hint: None,
        };
        let raw = self.source.open().map_err(named)?;
        // Every layer has limits of its own; what lies between them is stepped over.
        let limits = DecodeLimits {
            bytes_max: u64::MAX,
            ..DecodeLimits::LAYER
        };
        let decoder = Decoder::new(raw, limits).map_err(named)?;
        Ok(TarReader::new(Input::new(decoder, Keep)))
    }
}

/// The archive around the layers.
type Outer = Input<Decoder<Box<dyn Read + Send>>>;

/// A layer whose content was seen but for some hard links.
struct Waiting<V> {
    path: String,
    expected: Expected,
    tail: LayerTail,
    visit: V,
    links: Vec<WantedLink>,
}

struct Pass<'a, S: LayerSink> {
    stream: &'a ImageStream,
    sink: &'a S,
    context: &'a Context,
    files: StreamFiles,
    waiting: Vec<Waiting<S::Visit>>,
}

impl<S: LayerSink> Pass<'_, S> {
    fn first(&mut self) -> Result<(), OpenError> {
        let mut reader = self.stream.archive()?;
        for _ in 0..=ARCHIVE_ENTRIES_MAX {
            match reader.advance().map_err(|error| self.broken(&error))? {
                Next::End => return self.drain(reader.into_input()),
                Next::Refused { .. } => {}
                Next::Entry if reader.entry().path.len() > ARCHIVE_PATH_BYTES_MAX => {}
                Next::Entry => self.member(&mut reader)?,
            }
        }
        Err(OpenError::Limit {
            path: self.stream.name.clone(),
            what: "number of entries".to_owned(),
            limit: ARCHIVE_ENTRIES_MAX,
        })
    }

    /// One member of the archive: a document, a layer, a link, or nothing of interest.
    fn member(&mut self, reader: &mut TarReader<Outer>) -> Result<(), OpenError> {
        let (entry, sparse, body) = reader.parts();
        let path = entry.path.to_owned();
        match entry.kind {
            EntryKind::File if sparse.is_none() => {}
            EntryKind::Symlink | EntryKind::HardLink => {
                self.files.link(&entry);
                return Ok(());
            }
            _ => return Ok(()),
        }
        let size = entry.size;
        let mut content = TarContent::new(&entry, sparse, body, &self.context.store);
        let start = content.peek(BLOCK_BYTES);
        let start = start.map_err(|error| self.broken(&error))?;
        if let Some(packing) = layer_packing(start) {
            return self.layer(path, &entry, packing, &mut content);
        }
        let room = STREAM_DOCUMENTS_BYTES_MAX - self.files.documents_bytes;
        if size <= CONFIG_BYTES_MAX.min(room) {
            let document = content.read_all(CONFIG_BYTES_MAX);
            let document = document.map_err(|error| self.broken(&error))?;
            self.files.document(path, document);
        }
        Ok(())
    }

    fn layer(
        &mut self,
        path: String,
        entry: &Entry<'_>,
        packing: Packing,
        content: &mut TarContent<'_, Outer>,
    ) -> Result<(), OpenError> {
        let named = archive::docker::digest_in_name(&path);
        let in_layout = path.starts_with("blobs/sha256/");
        // A plain layer that is named after a digest is named after its diff_id: by podman and
        // skopeo, and in layouts. It is checked against the configuration in the end.
        let plain_name = in_layout
            || path
                .rsplit_once('.')
                .is_some_and(|(stem, end)| end == "tar" && !stem.contains('/'));
        let diff_id = named
            .clone()
            .filter(|_| packing == Packing::Plain && plain_name);
        let head = LayerHead {
            index: None,
            diff_id: diff_id.clone(),
        };
        self.context.progress.expect(entry.size);
        let Some(mut visit) = self.sink.begin(&head) else {
            self.context.progress.advance(entry.size);
            if let Some(diff_id) = diff_id {
                let passed = Passed {
                    diff_id,
                    blob_digest: named.filter(|_| in_layout),
                };
                self.files.layer(path, passed, entry.size);
            }
            return Ok(());
        };
        let expected = Expected {
            blob_digest: named.filter(|_| in_layout),
            diff_id: None,
            size_bytes: entry.size,
        };
        let mut raw = content.reader();
        let (tail, links) = read_layer(&mut raw, &expected, &mut visit, self.context)
            .map_err(|error| error.of_layer(&self.stream.name, &path))?;
        let passed = Passed {
            diff_id: tail.diff_id.clone(),
            blob_digest: expected.blob_digest.clone(),
        };
        self.files.layer(path.clone(), passed, entry.size);
        if links.is_empty() {
            self.sink.end(tail, visit);
        } else {
            self.waiting.push(Waiting {
                path,
                expected,
                tail,
                visit,
                links,
            });
        }
        Ok(())
    }

    /// Reads the archive again, for hard links whose content is wanted.
    fn second(&mut self) -> Result<(), OpenError> {
        let mut reader = self.stream.archive()?;
        while !self.waiting.is_empty() {
            match reader.advance().map_err(|error| self.broken(&error))? {
                Next::End => break,
                Next::Refused { .. } => continue,
                Next::Entry => {}
            }
            let (entry, sparse, body) = reader.parts();
            let found = self
                .waiting
                .iter()
                .position(|layer| layer.path == entry.path);
            let Some(found) = found.filter(|_| entry.kind == EntryKind::File) else {
                continue;
            };
            let mut layer = self.waiting.swap_remove(found);
            let mut content = TarContent::new(&entry, sparse, body, &self.context.store);
            let mut raw = content.reader();
            let lost = read_links(
                &mut raw,
                &layer.expected,
                &layer.links,
                &mut layer.visit,
                self.context,
            )
            .map_err(|error| error.of_layer(&self.stream.name, &layer.path))?;
            let diff_id = layer.tail.diff_id.clone();
            let in_layer = |unknown: Unknown| unknown.in_layer(Some(diff_id.clone()));
            layer.tail.unknowns.extend(lost.into_iter().map(in_layer));
            self.sink.end(layer.tail, layer.visit);
        }
        if let Some(lost) = self.waiting.first() {
            return Err(OpenError::Layer {
                path: self.stream.name.clone(),
                layer: lost.path.clone(),
                reason: "it is missing when the image is read again".to_owned(),
            });
        }
        Ok(())
    }

    /// Reads what follows the end of the archive, so that the sender can finish.
    fn drain(&self, mut rest: Outer) -> Result<(), OpenError> {
        io::copy(&mut rest, &mut io::sink())
            .map(|_| ())
            .map_err(|error| self.broken(&error))
    }

    fn broken(&self, error: &dyn std::error::Error) -> OpenError {
        OpenError::document(&self.stream.name, "archive", error.to_string())
    }
}

/// Whether a member starts like a layer, and how that is packed. Documents are text, and no text
/// has the checksum of a tar header. No bytes at all are a tar without entries, and no document.
fn layer_packing(start: &[u8]) -> Option<Packing> {
    if start.is_empty() {
        return Some(Packing::Plain);
    }
    let packing = Packing::sniff(start);
    if packing != Packing::Plain {
        return Some(packing);
    }
    let block: &Block = start.first_chunk()?;
    let empty = block.iter().all(|byte| *byte == 0);
    (empty || Header::is_header(block)).then_some(packing)
}

#[cfg(test)]
mod tests;
