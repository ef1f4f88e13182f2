//! The images that `script/comparison-images` makes, in both forms, and their layers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Names and what is in them.
pub const IMAGES: [(&str, &str); 3] = [
    ("debian", "Debian 12, 60 wheels, over 900 npm packages"),
    ("java", "Debian 12, over 300 jars, a jar of jars, a war"),
    ("go", "Debian 12, Go programs"),
];

/// Largest JSON document of a layout, in bytes.
const DOCUMENT_BYTES_MAX: u64 = 4 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Layers uncompressed, in one tar.
    DockerArchive,
    /// Layers gzip, one file each.
    OciLayout,
}

impl Form {
    pub const ALL: [Self; 2] = [Self::DockerArchive, Self::OciLayout];

    pub const fn name(self) -> &'static str {
        match self {
            Self::DockerArchive => "docker archive",
            Self::OciLayout => "gzip OCI layout",
        }
    }
}

/// A piece of a file that is one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerBytes {
    pub path: PathBuf,
    pub offset: u64,
    pub len: u64,
}

/// One image.
pub struct Image {
    pub name: &'static str,
    pub what: &'static str,
    folder: PathBuf,
}

impl Image {
    /// The images in this folder, all there.
    pub fn all(folder: &Path) -> Result<Vec<Self>> {
        let mut images = Vec::new();
        for (name, what) in IMAGES {
            let image = Self {
                name,
                what,
                folder: folder.to_owned(),
            };
            for form in Form::ALL {
                let path = image.path(form);
                ensure!(path.exists(), "no image at {}", path.display());
            }
            images.push(image);
        }
        Ok(images)
    }

    pub fn path(&self, form: Form) -> PathBuf {
        match form {
            Form::DockerArchive => self.folder.join(format!("{}.tar", self.name)),
            Form::OciLayout => self.folder.join(self.name),
        }
    }

    /// The layers as stored, lowest first.
    pub fn layers(&self, form: Form) -> Result<Vec<LayerBytes>> {
        let path = self.path(form);
        match form {
            Form::DockerArchive => archive_layers(&path),
            Form::OciLayout => layout_layers(&path),
        }
        .with_context(|| format!("failed to find the layers of {}", path.display()))
    }

    pub fn bytes(&self, form: Form) -> Result<u64> {
        Ok(self.layers(form)?.iter().map(|layer| layer.len).sum())
    }
}

fn json(path: &Path) -> Result<Value> {
    let bytes = plimsoll_image::read_file_capped(path, DOCUMENT_BYTES_MAX)
        .with_context(|| format!("failed to read {}", path.display()))?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// The file of the blob that a descriptor names.
pub fn blob(layout: &Path, descriptor: &Value) -> Result<PathBuf> {
    let digest = descriptor.get("digest").and_then(Value::as_str);
    let hex = digest.and_then(|digest| digest.strip_prefix("sha256:"));
    let hex = hex.context("no digest in a descriptor")?;
    Ok(layout.join("blobs/sha256").join(hex))
}

pub fn layout_layers(layout: &Path) -> Result<Vec<LayerBytes>> {
    let index = json(&layout.join("index.json"))?;
    let manifest = json(&blob(
        layout,
        index.pointer("/manifests/0").context("no manifest")?,
    )?)?;
    let layers = manifest
        .get("layers")
        .and_then(Value::as_array)
        .context("no layers")?;
    let layers = layers.iter().map(|layer| {
        let path = blob(layout, layer)?;
        let len = fs::metadata(&path)?.len();
        Ok(LayerBytes {
            path,
            offset: 0,
            len,
        })
    });
    layers.collect()
}

fn archive_layers(archive: &Path) -> Result<Vec<LayerBytes>> {
    let output = Command::new("tar")
        .args(["--list", "--verbose", "--block-number", "--file"])
        .arg(archive)
        .output()?;
    if !output.status.success() {
        bail!("tar failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    let pieces = text.lines().filter_map(|line| piece(archive, line));
    let mut layers: Vec<LayerBytes> = pieces.collect();
    layers.sort_by_key(|layer| layer.offset);
    ensure!(!layers.is_empty(), "no layers");
    Ok(layers)
}

/// Reads a line of `tar --list --verbose --block-number`, where it is a layer: its data begins in
/// the block after its header.
fn piece(archive: &Path, line: &str) -> Option<LayerBytes> {
    let (block, entry) = line.strip_prefix("block ")?.split_once(": ")?;
    let mut words = entry.split_whitespace();
    let mode = words.next()?;
    let len: u64 = words.nth(1)?.parse().ok()?;
    let name = words.next_back()?;
    let is_layer = Path::new(name).extension().is_some_and(|end| end == "tar");
    (mode.starts_with('-') && is_layer).then_some(LayerBytes {
        path: archive.to_owned(),
        offset: (block.parse::<u64>().ok()? + 1) * 512,
        len,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_of_an_archive_are_found_in_the_list_of_tar() {
        let archive = Path::new("a.tar");
        let line = "block 12: -r--r--r-- 0/0         2560 1970-01-01 00:00 0123.tar";
        let layer = piece(archive, line).unwrap();
        assert_eq!((layer.offset, layer.len), (13 * 512, 2560));
        for other in [
            "block 3: -r--r--r-- 0/0 200 1970-01-01 00:00 manifest.json",
            "block 3: lrwxrwxrwx 0/0 0 1970-01-01 00:00 ab/layer.tar -> ../0123.tar",
            "block 99: ** Block of NULs **",
        ] {
            assert_eq!(piece(archive, other), None, "{other}");
        }
    }
}
