//! One function per parser of outside bytes, for fuzzers and for tests that replay what they
//! found. Each must return, whatever it is given, within little memory.

use std::io::{Read, Write as _};
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::sync::Arc;

use crate::archive::{self, Form, TarFiles};
use crate::decompress::input::{Input, Keep};
use crate::decompress::{DecodeLimits, Decoder};
use crate::image::ImageConfig;
use crate::oci::{Document, Selection};
use crate::registry::{Reference, fuzz as registry};
use crate::tar::{Next, TarContent, TarReader};
use crate::testing::{ImageBuilder, Notes, tree};
use crate::zip::{ZipArchive, ZipError, ZipLimits};
use crate::{
    Blob, Content, Feed, FeedLimits, ImageFacts, ImageStream, LayerIndex, LayerTail, OpenError,
    ReadAt, ReadOptions, Store, TreeBuilder,
};

/// Output that a fuzzed stream may unpack to, in bytes.
const BYTES_MAX: u64 = 16 << 20;

/// Tar, with the content of its files.
pub fn tar(data: &[u8]) {
    let mut reader = TarReader::new(Input::new(data, Keep));
    let store = Store::in_memory(BYTES_MAX);
    while let Ok(next) = reader.advance() {
        match next {
            Next::End => return,
            Next::Refused { .. } => {}
            Next::Entry => {
                let (entry, sparse, body) = reader.parts();
                assert!(crate::index::is_path(entry.path), "{:?}", entry.path);
                let mut content = TarContent::new(&entry, sparse, body, &store);
                let _ = content.peek(64).map(<[u8]>::len);
                let _ = content.read_all(BYTES_MAX);
            }
        }
    }
}

/// Compressed streams of all kinds.
pub fn decompress(data: &[u8]) {
    let limits = DecodeLimits {
        ratio_free_bytes: 1 << 20,
        ..DecodeLimits::of(BYTES_MAX)
    };
    if let Ok(mut decoder) = Decoder::new(data, limits) {
        let _ = std::io::copy(&mut decoder, &mut std::io::sink());
    }
}

/// Zip, with the content of its entries.
pub fn zip(data: &[u8]) {
    let limits = ZipLimits {
        entry_bytes_max: BYTES_MAX,
        total_bytes_max: 2 * BYTES_MAX,
        ..ZipLimits::DEFAULT
    };
    let Ok(zip) = ZipArchive::open(Arc::new(data.to_vec()), &limits) else {
        return;
    };
    for entry in zip.entries() {
        match entry {
            Ok(entry) => drop(zip.open_entry(&entry)),
            Err(ZipError::Name { .. }) => {}
            Err(_) => return,
        }
    }
}

/// Manifests and indexes.
pub fn manifest(data: &[u8]) {
    let _ = Document::parse(data);
}

/// Image configurations.
pub fn image_config(data: &[u8]) {
    if let Ok(config) = ImageConfig::parse(data) {
        let _ = config.steps_of_layers();
        let _ = crate::image::base::find(&[], &config);
    }
}

/// Cached indexes of layers, and the tree that is made of them.
pub fn layer_index(data: &[u8]) {
    if let Ok(index) = LayerIndex::decode(data) {
        assert_eq!(LayerIndex::decode(&index.encode()).as_ref(), Ok(&index));
        let mut builder = TreeBuilder::default();
        builder.layer(&index);
        builder.layer(&index);
        let tree = builder.finish();
        tree.visit(|path, _, _| drop(tree.resolve(path)));
    }
}

/// Archives that hold images, read by seeking and then as a stream, layers and all.
pub fn image_archive(data: &[u8]) {
    let _ = read_by_seeking(data);
    let _ = read_as_stream(data);
}

/// What stands between the layers that [`image_layers`] takes.
pub const LAYER_SEPARATOR: &[u8] = b"--layer--";
/// Most layers that [`image_layers`] takes.
const LAYERS_MAX: usize = 4;

/// Layers in an image whose digests are all right: what an image's maker can make us read. The
/// ways to read it tell the same, and the tree of its layers holds together.
pub fn image_layers(data: &[u8]) {
    let mut image = ImageBuilder::new();
    for layer in split(data, LAYER_SEPARATOR).take(LAYERS_MAX) {
        image = image.layer(layer.to_vec());
    }
    let sought = read_by_seeking(&image.docker_archive());
    let streamed = read_as_stream(&image.docker_archive());
    let from_layout = read_by_seeking(&image.oci_archive());
    let (Ok(sought), Ok(streamed), Ok(from_layout)) = (&sought, &streamed, &from_layout) else {
        assert!(
            sought.is_err() && streamed.is_err() && from_layout.is_err(),
            "{:?} {:?} {:?}",
            sought.err(),
            streamed.err(),
            from_layout.err(),
        );
        return;
    };
    let seen = |layers: &[(LayerTail, Vec<String>)]| -> Vec<_> {
        let tails = layers.iter();
        tails
            .map(|(tail, lines)| (tail.index.clone(), lines.clone(), tail.complete))
            .collect()
    };
    assert_eq!(seen(sought), seen(streamed));
    assert_eq!(seen(sought), seen(from_layout));
    let tree = tree(sought);
    tree.visit(|path, _, layer| {
        assert!(crate::index::is_path(path), "{path:?}");
        assert!(layer < sought.len());
        assert!(tree.winner(path).is_some(), "{path:?}");
        if let Some(there) = tree.resolve(path) {
            assert_eq!(tree.resolve(&there.path).as_ref(), Some(&there), "{path:?}");
        }
    });
}

fn split<'a>(data: &'a [u8], separator: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(data);
    std::iter::from_fn(move || {
        let whole = rest?;
        let at = whole
            .windows(separator.len())
            .position(|window| window == separator);
        let (piece, after) = match at {
            Some(at) => (whole.get(..at)?, whole.get(at + separator.len()..)),
            None => (whole, None),
        };
        rest = after;
        Some(piece)
    })
}

fn options() -> ReadOptions {
    ReadOptions {
        jobs: 1,
        store: Store::in_memory(BYTES_MAX),
        ..ReadOptions::default()
    }
}

fn read_by_seeking(data: &[u8]) -> Result<Vec<(LayerTail, Vec<String>)>, OpenError> {
    let bytes: Arc<dyn ReadAt> = Arc::new(data.to_vec());
    let files = TarFiles::open("fuzz", bytes)?;
    let image = archive::open_image(&files, Form::Any, &Selection::default())?;
    let notes = Notes::default();
    image.read(&notes, &options())?;
    Ok(notes.of(&image.facts))
}

fn read_as_stream(data: &[u8]) -> Result<Vec<(LayerTail, Vec<String>)>, OpenError> {
    let stream = ImageStream::new("fuzz", Arc::new(Bytes(data.to_vec())), Selection::default());
    let notes = Notes::default();
    let facts: ImageFacts = stream.read(&notes, &options())?.facts;
    Ok(notes.of(&facts))
}

/// Headers of a registry's answers, one a line: a challenge, a range, a time to wait.
pub fn registry_headers(data: &[u8]) {
    registry::headers(&String::from_utf8_lossy(data));
}

/// JSON of a registry: a token, and what it says of an error.
pub fn registry_documents(data: &[u8]) {
    registry::documents(data);
}

/// Docker's `config.json`. No helper that it names is run.
pub fn docker_config(data: &[u8]) {
    registry::docker_config(data);
}

/// Names of images. What is one is so in its full spelling too.
pub fn image_reference(data: &[u8]) {
    if let Ok(reference) = String::from_utf8_lossy(data).parse::<Reference>() {
        assert_eq!(reference.to_string().parse(), Ok(reference));
    }
}

/// A feed of advisories in one file: an archive of any kind, a Debian package, or itself.
pub fn feed(data: &[u8]) {
    const FILES_MAX: u64 = 1_000;
    let limits = FeedLimits {
        file_bytes_max: 1 << 20,
        total_bytes_max: BYTES_MAX,
        files_max: FILES_MAX,
    };
    // A file without a name in any folder.
    let flags = rustix::fs::MemfdFlags::CLOEXEC;
    let Ok(file) = rustix::fs::memfd_create("feed", flags) else {
        return;
    };
    let mut file = std::fs::File::from(file);
    if file.write_all(data).is_err() {
        return;
    }
    let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    let Ok(mut feed) = Feed::open(&path, limits) else {
        return;
    };
    let mut total = 0;
    let mut steps = 0;
    while let Some(next) = feed.next_file(&|_| true) {
        steps += 1;
        assert!(steps <= FILES_MAX + 2, "more steps than files");
        if let Ok(file) = next {
            total += file.bytes.len() as u64;
            assert!(file.bytes.len() as u64 <= limits.file_bytes_max);
            assert!(total <= limits.total_bytes_max);
        }
    }
}

struct Bytes(Vec<u8>);

impl Blob for Bytes {
    fn open(&self) -> std::io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(std::io::Cursor::new(self.0.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ImageBuilder, TarBuilder, gzip};

    /// Every entry point survives every other one's food, cut and changed here and there.
    #[test]
    fn all_survive_damaged_samples() {
        let tar_bytes = TarBuilder::new()
            .file("a", "b")
            .hard_link("c", "a")
            .finish();
        let image = ImageBuilder::new().packed(&tar_bytes, gzip(&tar_bytes));
        let samples = [
            tar_bytes.clone(),
            gzip(&tar_bytes),
            image.docker_archive(),
            image.oci_archive(),
            image.manifest_json().into_bytes(),
            image.config_json().into_bytes(),
        ];
        let targets: [fn(&[u8]); 13] = [
            image_layers,
            registry_headers,
            registry_documents,
            docker_config,
            image_reference,
            feed,
            tar,
            decompress,
            zip,
            manifest,
            image_config,
            layer_index,
            image_archive,
        ];
        for sample in &samples {
            for step in [1, 61, 509] {
                let mut damaged = sample.clone();
                for at in (step..damaged.len()).step_by(step * 7) {
                    damaged[at] = damaged[at].wrapping_mul(31).wrapping_add(step as u8);
                }
                for target in targets {
                    target(sample);
                    target(&damaged);
                    target(&sample[..sample.len() / 2]);
                }
            }
        }
    }
}
