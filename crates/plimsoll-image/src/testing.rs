//! Archives and images made by code, for the tests of this crate and of those above it.
//!
//! Nothing here is meant for anything but tests: it panics where a test should fail.

#![expect(clippy::unwrap_used, reason = "a test should fail where this fails")]

mod notes;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use plimsoll_model::Digest;

pub use self::notes::{Lines, Notes, tree};
use crate::hash::sha256;
use crate::tar::{TarContent, TarInput, TarReader};
use crate::{Content, ReadError, Store};

/// Writes a tar entry by entry.
#[derive(Debug, Clone, Default)]
pub struct TarBuilder {
    bytes: Vec<u8>,
}

impl TarBuilder {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// A file that anybody may execute.
    #[must_use]
    pub fn file(self, path: &str, data: impl AsRef<[u8]>) -> Self {
        self.entry(b'0', path, "", data.as_ref())
    }

    #[must_use]
    pub fn folder(self, path: &str) -> Self {
        self.entry(b'5', &format!("{path}/"), "", b"")
    }

    #[must_use]
    pub fn symlink(self, path: &str, target: &str) -> Self {
        self.entry(b'2', path, target, b"")
    }

    #[must_use]
    pub fn hard_link(self, path: &str, target: &str) -> Self {
        self.entry(b'1', path, target, b"")
    }

    /// An entry of any kind; names that are too long for a header get GNU's extension.
    #[must_use]
    pub fn entry(mut self, kind: u8, path: &str, link: &str, data: &[u8]) -> Self {
        for (long, name) in [(b'L', path), (b'K', link)] {
            if name.len() > 100 {
                self.bytes
                    .extend(header(long, "././@LongLink", "", name.len() as u64));
                self.data(name.as_bytes());
            }
        }
        self.bytes
            .extend(header(kind, path, link, data.len() as u64));
        self.data(data);
        self
    }

    /// A header that says another size than what follows it.
    #[must_use]
    pub fn lying(mut self, path: &str, size: u64, data: &[u8]) -> Self {
        self.bytes.extend(header(b'0', path, "", size));
        self.data(data);
        self
    }

    /// Bytes as they are.
    #[must_use]
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend(bytes);
        self
    }

    fn data(&mut self, data: &[u8]) {
        self.bytes.extend(data);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
    }

    /// The archive with its end.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.resize(self.bytes.len() + 1024, 0);
        self.bytes
    }
}

/// A ustar header block.
pub fn header(kind: u8, path: &str, link: &str, size: u64) -> Vec<u8> {
    fn put(block: &mut [u8; 512], at: usize, text: &[u8]) {
        for (to, from) in block.iter_mut().skip(at).zip(text) {
            *to = *from;
        }
    }
    let mut block = [0_u8; 512];
    put(
        &mut block,
        0,
        path.as_bytes().get(..100).unwrap_or(path.as_bytes()),
    );
    put(&mut block, 100, b"0000755\x000000000\x000000000\0");
    put(&mut block, 124, format!("{size:011o}\0").as_bytes());
    put(&mut block, 136, b"00000000000\0        ");
    put(&mut block, 156, &[kind]);
    put(
        &mut block,
        157,
        link.as_bytes().get(..100).unwrap_or(link.as_bytes()),
    );
    put(&mut block, 257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    put(&mut block, 148, format!("{sum:06o}\0 ").as_bytes());
    block.to_vec()
}

/// Packs with gzip, fast.
pub fn gzip(data: &[u8]) -> Vec<u8> {
    gzip_at(data, flate2::Compression::fast())
}

/// Packs with gzip as tightly as it goes: a thousand zeros to a byte, where fast makes 200.
pub fn gzip_tightly(data: &[u8]) -> Vec<u8> {
    gzip_at(data, flate2::Compression::best())
}

fn gzip_at(data: &[u8], level: flate2::Compression) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Packs with zstd.
pub fn zstd(data: &[u8]) -> Vec<u8> {
    zstd::encode_all(data, 1).unwrap()
}

/// Packs with xz.
pub fn xz(data: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Packs with bzip2.
pub fn bzip2(data: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// One layer of an image to be.
#[derive(Debug, Clone)]
pub struct TestLayer {
    pub diff_id: Digest,
    /// As stored.
    pub blob: Vec<u8>,
}

/// An image to be written in one of the forms that images come in.
#[derive(Debug, Clone, Default)]
pub struct ImageBuilder {
    pub layers: Vec<TestLayer>,
    /// JSON members of the configuration beside `rootfs`, with a comma at the end.
    pub config: String,
    pub tag: Option<String>,
}

impl ImageBuilder {
    /// A Linux image for amd64 without layers.
    pub fn new() -> Self {
        Self {
            config: r#""os":"linux","architecture":"amd64","#.to_owned(),
            ..Self::default()
        }
    }

    /// Adds a layer that is stored as it is.
    #[must_use]
    pub fn layer(self, tar: Vec<u8>) -> Self {
        self.packed(&tar.clone(), tar)
    }

    /// Adds a layer that is stored as `blob`.
    #[must_use]
    pub fn packed(mut self, tar: &[u8], blob: Vec<u8>) -> Self {
        self.layers.push(TestLayer {
            diff_id: sha256(tar),
            blob,
        });
        self
    }

    #[must_use]
    pub fn tag(mut self, tag: &str) -> Self {
        self.tag = Some(tag.to_owned());
        self
    }

    /// The configuration's bytes.
    pub fn config_json(&self) -> String {
        let diff_ids: Vec<_> = self
            .layers
            .iter()
            .map(|l| format!("\"{}\"", l.diff_id))
            .collect();
        format!(
            r#"{{{}"rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#,
            self.config,
            diff_ids.join(",")
        )
    }

    /// The bytes of an OCI manifest.
    pub fn manifest_json(&self) -> String {
        let config = self.config_json();
        let layers: Vec<_> = self
            .layers
            .iter()
            .map(|layer| descriptor("application/vnd.oci.image.layer.v1.tar", &layer.blob))
            .collect();
        format!(
            r#"{{"schemaVersion":2,"config":{},"layers":[{}]}}"#,
            descriptor(
                "application/vnd.oci.image.config.v1+json",
                config.as_bytes()
            ),
            layers.join(",")
        )
    }

    /// The bytes of a layout's index.
    pub fn index_json(&self) -> String {
        let manifest = self.manifest_json();
        let kind = "application/vnd.oci.image.manifest.v1+json";
        let mut descriptor = descriptor(kind, manifest.as_bytes());
        if let Some(tag) = &self.tag {
            descriptor.pop();
            write!(
                descriptor,
                r#","annotations":{{"org.opencontainers.image.ref.name":"{tag}"}}}}"#
            )
            .unwrap();
        }
        format!(r#"{{"schemaVersion":2,"manifests":[{descriptor}]}}"#)
    }

    /// An archive as `docker save` wrote them for ten years: the manifest comes last.
    pub fn docker_archive(&self) -> Vec<u8> {
        let config = self.config_json();
        let config_name = format!("{}.json", sha256(config.as_bytes()).hex());
        let mut tar = TarBuilder::new();
        let mut names = Vec::new();
        for (at, layer) in self.layers.iter().enumerate() {
            let name = format!("{at}/layer.tar");
            tar = tar.folder(&at.to_string()).file(&name, &layer.blob);
            names.push(format!("\"{name}\""));
        }
        let tag = self.tag.as_ref();
        let tags = tag.map_or(String::new(), |tag| format!("\"{tag}\""));
        let manifest = format!(
            r#"[{{"Config":"{config_name}","RepoTags":[{tags}],"Layers":[{}]}}]"#,
            names.join(",")
        );
        tar.file(&config_name, config)
            .file("manifest.json", manifest)
            .finish()
    }

    /// Every file of an OCI layout, by path.
    pub fn layout_files(&self) -> Vec<(String, Vec<u8>)> {
        let blob = |data: &[u8]| {
            (
                format!("blobs/sha256/{}", sha256(data).hex()),
                data.to_vec(),
            )
        };
        let mut files = vec![
            (
                "oci-layout".to_owned(),
                br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec(),
            ),
            ("index.json".to_owned(), self.index_json().into_bytes()),
            blob(self.manifest_json().as_bytes()),
            blob(self.config_json().as_bytes()),
        ];
        files.extend(self.layers.iter().map(|layer| blob(&layer.blob)));
        files
    }

    /// An OCI layout as a tar.
    pub fn oci_archive(&self) -> Vec<u8> {
        let files = self.layout_files();
        let tar = files
            .iter()
            .fold(TarBuilder::new(), |tar, (path, data)| tar.file(path, data));
        tar.finish()
    }

    /// An OCI layout as a folder.
    pub fn write_layout(&self, folder: &Path) {
        for (path, data) in self.layout_files() {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, data).unwrap();
        }
    }
}

/// A descriptor as JSON.
pub fn descriptor(media_type: &str, data: &[u8]) -> String {
    format!(
        r#"{{"mediaType":"{media_type}","digest":"{}","size":{}}}"#,
        sha256(data),
        data.len()
    )
}

/// The content of the entry at hand in a tar; empty for what is no file.
pub fn read_entry<R: TarInput>(reader: &mut TarReader<R>) -> Vec<u8> {
    let store = Store::in_memory(1 << 30);
    let (entry, sparse, body) = reader.parts();
    match TarContent::new(&entry, sparse, body, &store).read_all(1 << 30) {
        Ok(data) => data,
        Err(ReadError::Absent) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}
