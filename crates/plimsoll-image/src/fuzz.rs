//! One function per parser of outside bytes, for fuzzers and for tests that replay what they
//! found. Each must return, whatever it is given, within little memory.

use std::io::Read;
use std::sync::Arc;

use crate::archive::{self, Form, TarFiles};
use crate::decompress::input::{Input, Keep};
use crate::decompress::{DecodeLimits, Decoder};
use crate::image::ImageConfig;
use crate::oci::{Document, Selection};
use crate::tar::{Next, TarContent, TarReader};
use crate::testing::Notes;
use crate::zip::{ZipArchive, ZipError, ZipLimits};
use crate::{Blob, Content, ImageStream, LayerIndex, ReadAt, ReadOptions, Store, TreeBuilder};

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
    let options = ReadOptions {
        jobs: 1,
        store: Store::in_memory(BYTES_MAX),
        ..ReadOptions::default()
    };
    let bytes: Arc<dyn ReadAt> = Arc::new(data.to_vec());
    if let Ok(files) = TarFiles::open("fuzz", bytes)
        && let Ok(image) = archive::open_image(&files, Form::Any, &Selection::default())
    {
        let _ = image.read(&Notes::default(), &options);
    }
    let stream = ImageStream::new("fuzz", Arc::new(Bytes(data.to_vec())), Selection::default());
    let _ = stream.read(&Notes::default(), &options);
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
        let targets: [fn(&[u8]); 7] = [
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
