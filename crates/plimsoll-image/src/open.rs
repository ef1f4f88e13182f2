//! Opens targets that lie on this machine: archives, layouts, folders, SBOMs.
//!
//! A path without a prefix is told by its content, never by its name. Engines and registries are
//! opened elsewhere; [`open_path`] says [`Opened::Elsewhere`] for what is no path here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plimsoll_model::{Platform, TargetKind};

use crate::archive::open_regular;
use crate::archive::{self, FileBlob, FolderFiles, Form, LAYOUT_INDEX, LAYOUT_MARKER, TarFiles};
use crate::decompress::{DecodeLimits, Decoder, Packing};
use crate::oci::Selection;
use crate::store::FileContent;
use crate::tar::header::{BLOCK_BYTES, Header};
use crate::target::{TargetSpec, Transport, split_reference};
use crate::{Folder, Image, ImageStream, OpenError};

/// What marks the root of an operating system, by path below it.
const ROOT_MARKERS: [&str; 5] = [
    "etc/os-release",
    "usr/lib/os-release",
    "var/lib/dpkg/status",
    "lib/apk/db/installed",
    "var/lib/rpm",
];

/// A target that can be read.
pub enum Opened {
    /// An image whose layers can be read side by side.
    Image(Box<Image>),
    /// An image that can only be read from front to back.
    Stream(ImageStream),
    /// A source tree or the root of an operating system.
    Folder(Folder, TargetKind),
    /// An SBOM, still to be read; `-` for standard input.
    Sbom(PathBuf),
    /// No path on this machine: an image for an engine or a registry.
    Elsewhere(TargetSpec),
}

/// Opens a target if it is a path on this machine.
pub fn open_path(spec: &TargetSpec, platform: Option<&Platform>) -> Result<Opened, OpenError> {
    let name = spec.name.as_str();
    match spec.transport {
        Some(transport) if !transport.is_path() => Ok(Opened::Elsewhere(spec.clone())),
        Some(Transport::Sbom) => Ok(Opened::Sbom(PathBuf::from(name))),
        Some(Transport::Dir) => folder(Path::new(name), TargetKind::Directory),
        Some(Transport::Rootfs) => folder(Path::new(name), TargetKind::RootFilesystem),
        Some(transport) => {
            let Some((path, reference)) = split_reference(name) else {
                return Err(OpenError::NotFound {
                    path: name.to_owned(),
                });
            };
            let selection = Selection {
                reference,
                platform: platform.cloned(),
            };
            match transport {
                Transport::OciDir => layout(&path, &selection),
                Transport::OciArchive => archive(&path, Form::Oci, selection),
                _ => archive(&path, Form::Docker, selection),
            }
        }
        None => bare(spec, platform),
    }
}

/// A name without a prefix.
fn bare(spec: &TargetSpec, platform: Option<&Platform>) -> Result<Opened, OpenError> {
    if spec.name == "-" {
        return Ok(Opened::Sbom(PathBuf::from("-")));
    }
    let Some((path, reference)) = split_reference(&spec.name) else {
        if spec.looks_like_path() {
            return Err(OpenError::NotFound {
                path: spec.name.clone(),
            });
        }
        return Ok(Opened::Elsewhere(spec.clone()));
    };
    let is_dir = path.is_dir();
    let selection = Selection {
        reference,
        platform: platform.cloned(),
    };
    if is_dir && path.join(LAYOUT_MARKER).is_file() && path.join(LAYOUT_INDEX).is_file() {
        return layout(&path, &selection);
    }
    // `debian:12` is an image, even beside a folder called `debian`.
    if selection.reference.is_some() && (is_dir || !spec.looks_like_path()) {
        return Ok(Opened::Elsewhere(spec.clone()));
    }
    if is_dir {
        let is_root = ROOT_MARKERS.iter().any(|marker| path.join(marker).exists());
        let kind = if is_root {
            TargetKind::RootFilesystem
        } else {
            TargetKind::Directory
        };
        return folder(&path, kind);
    }
    let (packing, start) = look(&path)?;
    if start.first_chunk().is_some_and(Header::is_header) {
        return archive(&path, Form::Any, selection);
    }
    let text = std::str::from_utf8(start.get(..64).unwrap_or(&start)).unwrap_or_default();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if packing == Packing::Plain && (text.starts_with('{') || text.starts_with("SPDXVersion:")) {
        return Ok(Opened::Sbom(path));
    }
    Err(OpenError::NotATarget {
        path: path.display().to_string(),
        reason: "no image archive, SBOM or folder".to_owned(),
    })
}

fn folder(path: &Path, kind: TargetKind) -> Result<Opened, OpenError> {
    Folder::open(path).map(|folder| Opened::Folder(folder, kind))
}

fn layout(path: &Path, selection: &Selection) -> Result<Opened, OpenError> {
    if !path.is_dir() {
        return Err(OpenError::NotATarget {
            path: path.display().to_string(),
            reason: "not a folder".to_owned(),
        });
    }
    let files = FolderFiles::new(path);
    archive::open_image(&files, Form::Oci, selection).map(|image| Opened::Image(Box::new(image)))
}

/// An archive is read here and there if it is a plain tar, and from front to back if it is packed.
fn archive(path: &Path, form: Form, selection: Selection) -> Result<Opened, OpenError> {
    let name = path.display().to_string();
    let named = |error| OpenError::io(&name, error);
    let (packing, start) = look(path)?;
    if start.is_empty() || !start.first_chunk().is_some_and(Header::is_header) {
        return Err(OpenError::NotATarget {
            path: name,
            reason: "not a tar archive".to_owned(),
        });
    }
    if packing != Packing::Plain {
        let source = Arc::new(FileBlob {
            path: path.to_owned(),
        });
        let stream = ImageStream::new(name, source, selection);
        return Ok(Opened::Stream(stream.of_form(form)));
    }
    let (file, size) = open_regular(path).map_err(named)?;
    let data = Arc::new(FileContent {
        file,
        size,
        store: None,
    });
    let files = TarFiles::open(&name, data)?;
    archive::open_image(&files, form, &selection).map(|image| Opened::Image(Box::new(image)))
}

/// How a file is packed, and the first unpacked bytes.
fn look(path: &Path) -> Result<(Packing, Vec<u8>), OpenError> {
    use std::io::Read;
    let name = path.display().to_string();
    let named = |error| OpenError::io(&name, error);
    let (file, _) = open_regular(path).map_err(named)?;
    let decoder = Decoder::new(file, DecodeLimits::LAYER).map_err(named)?;
    let packing = decoder.packing();
    let mut start = Vec::new();
    decoder
        .take(BLOCK_BYTES as u64)
        .read_to_end(&mut start)
        .map_err(named)?;
    Ok((packing, start))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::testing::{ImageBuilder, TarBuilder, gzip};

    /// What a target turns out to be.
    fn kind(text: &str) -> String {
        match open_path(&TargetSpec::parse(text), None) {
            Ok(Opened::Image(image)) => format!("image of {} layers", image.sources.len()),
            Ok(Opened::Stream(_)) => "stream".to_owned(),
            Ok(Opened::Folder(_, kind)) => kind.as_str().to_owned(),
            Ok(Opened::Sbom(_)) => "sbom".to_owned(),
            Ok(Opened::Elsewhere(_)) => "elsewhere".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn bare_names_are_told_by_content() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| format!("{}/{name}", folder.path().display());
        let write = |name: &str, data: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, data).unwrap();
        };
        let layer = TarBuilder::new().file("a", "b").finish();
        let image = ImageBuilder::new().layer(layer).tag("x:1");
        write("docker.json", &image.docker_archive());
        write("oci", &image.oci_archive());
        write("packed.tar", &gzip(&image.docker_archive()));
        write("any.tar", &TarBuilder::new().file("a", "b").finish());
        write("bom.json", b"\n{\"bomFormat\": \"CycloneDX\"}");
        write("bom.spdx", b"SPDXVersion: SPDX-2.3\n");
        write("noise", b"\x7fELF and so on");
        write("empty", b"");
        write("cut.gz", &gzip(b"a")[..12]);
        write("root/etc/os-release", b"ID=x");
        write("source/package.json", b"{}");
        image.write_layout(&folder.path().join("layout"));
        for (name, expected) in [
            ("docker.json", "image of 1 layers"),
            ("docker.json:x:1", "image of 1 layers"),
            ("oci", "image of 1 layers"),
            ("packed.tar", "stream"),
            ("bom.json", "sbom"),
            ("bom.spdx", "sbom"),
            ("root", "rootfs"),
            ("source", "directory"),
            ("layout", "image of 1 layers"),
            ("layout:x:1", "image of 1 layers"),
        ] {
            assert_eq!(kind(&at(name)), expected, "{name}");
        }
        for (name, expected) in [
            ("any.tar", "neither a docker archive nor an OCI layout"),
            ("noise", "no image archive, SBOM or folder"),
            ("empty", "no image archive, SBOM or folder"),
            ("none", "no such file or directory"),
            ("docker.json:y", "no image `y`; it holds: x:1"),
            ("cut.gz", "unexpected end of file"),
        ] {
            let got = kind(&at(name));
            assert!(got.starts_with(&format!("open {}", at(name.split(':').next().unwrap()))));
            assert!(got.ends_with(expected), "{name}: {got}");
        }
        assert_eq!(kind("debian:12"), "elsewhere");
        assert_eq!(kind("-"), "sbom");
    }

    #[test]
    fn prefixes_hold_the_user_to_what_was_said() {
        let folder = tempfile::tempdir().unwrap();
        let at = |prefix: &str, name: &str| format!("{prefix}:{}/{name}", folder.path().display());
        let image = ImageBuilder::new().layer(TarBuilder::new().finish());
        fs::write(folder.path().join("d.tar"), image.docker_archive()).unwrap();
        fs::write(folder.path().join("o.tar"), image.oci_archive()).unwrap();
        image.write_layout(&folder.path().join("layout"));
        assert_eq!(kind(&at("docker-archive", "d.tar")), "image of 1 layers");
        assert_eq!(kind(&at("oci-archive", "o.tar")), "image of 1 layers");
        assert_eq!(kind(&at("oci-dir", "layout")), "image of 1 layers");
        assert_eq!(kind(&at("dir", "layout")), "directory");
        assert_eq!(kind(&at("rootfs", "layout")), "rootfs");
        assert_eq!(kind(&at("registry", "layout")), "elsewhere");
        assert!(kind(&at("docker-archive", "o.tar")).ends_with("not a docker archive"));
        assert!(kind(&at("oci-archive", "d.tar")).ends_with("not an OCI layout"));
        assert!(kind(&at("oci-dir", "d.tar")).ends_with("not a folder"));
        assert!(kind(&at("docker-archive", "layout")).ends_with("not a regular file"));
        assert!(kind(&at("docker-archive", "none")).ends_with("no such file or directory"));
        assert!(kind(&at("dir", "d.tar")).contains("ot a directory"));
    }
}
