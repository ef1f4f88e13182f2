//! Docker archives: what `docker save`, `podman save` and skopeo's `docker-archive:` write. The
//! format is that of Docker's image specification 1.2 (`image/spec/v1.2.md` of moby), "Combined
//! Image JSON + Filesystem Changeset Format".

use plimsoll_model::Digest;
use serde::Deserialize;

use super::{DOCKER_MANIFEST, Files, layout};
use crate::hash::sha256;
use crate::image::{Image, ImageConfig, LayerBytes, LayerSource};
use crate::limits::{CONFIG_BYTES_MAX, INDEX_DEPTH_MAX, INDEX_MANIFESTS_MAX, MANIFEST_BYTES_MAX};
use crate::oci::resolve::{Documents, fits};
use crate::oci::{Document, Selection};
use crate::{BlobStore, OpenError};

/// One image of `manifest.json`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SavedImage {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Option<Vec<String>>,
}

/// The images that the archive says it holds; `None` if it is no docker archive.
pub(crate) fn read_manifest(files: &dyn Files) -> Result<Option<Vec<SavedImage>>, OpenError> {
    let Some(bytes) = files.read(DOCKER_MANIFEST, MANIFEST_BYTES_MAX)? else {
        return Ok(None);
    };
    let fail = |reason: String| OpenError::document(files.name(), DOCKER_MANIFEST, reason);
    let images: Vec<SavedImage> =
        serde_json::from_slice(&bytes).map_err(|error| fail(error.to_string()))?;
    if images.is_empty() {
        return Err(fail("holds no image".to_owned()));
    }
    if images.len() > INDEX_MANIFESTS_MAX {
        return Err(fail(format!(
            "more images than the limit of {INDEX_MANIFESTS_MAX}"
        )));
    }
    Ok(Some(images))
}

/// Opens the image that is meant. `index` is that of an OCI layout around it, where there is one:
/// it knows the digest of the manifest.
pub(crate) fn open_image(
    files: &dyn Files,
    manifest: &[SavedImage],
    index: Option<&[u8]>,
    selection: &Selection,
) -> Result<Image, OpenError> {
    let name = files.name();
    let saved = choose(name, manifest, selection.reference.as_deref())?;
    let fail = |document: &str, reason: String| OpenError::document(name, document, reason);
    let bytes = files
        .read(&saved.config, CONFIG_BYTES_MAX)?
        .ok_or_else(|| fail(&saved.config, "it is missing".to_owned()))?;
    let config_digest = sha256(&bytes);
    if let Some(expected) = digest_in_name(&saved.config)
        && expected != config_digest
    {
        return Err(OpenError::Digest {
            path: format!("{} of {name}", saved.config),
            expected,
            actual: config_digest,
        });
    }
    let config = ImageConfig::parse(&bytes).map_err(|reason| fail(&saved.config, reason))?;
    let platform = config.platform();
    if let Some(wanted) = selection.platform.as_ref().filter(|w| !fits(&platform, w)) {
        return Err(OpenError::NoSuchPlatform {
            path: name.to_owned(),
            platform: wanted.to_string(),
            choices: vec![platform.to_string()],
        });
    }
    let paths = saved.layers.as_deref().unwrap_or_default();
    if paths.len() != config.diff_ids.len() {
        let (listed, known) = (paths.len(), config.diff_ids.len());
        let reason = format!("{listed} layers, but the configuration has {known}");
        return Err(fail(DOCKER_MANIFEST, reason));
    }
    let sources = paths
        .iter()
        .zip(&config.diff_ids)
        .map(|(path, diff_id)| source(files, path, diff_id))
        .collect::<Result<Vec<_>, _>>()?;
    let found = index.and_then(|index| find_manifest(files, index, &config_digest, 0));
    let (manifest_digest, annotations) = found.unzip();
    let mut tags = saved.repo_tags.clone().unwrap_or_default();
    tags.sort();
    tags.dedup();
    let documents = Documents {
        name: name.to_owned(),
        tags,
        manifest_digest,
        config_digest,
        annotations: annotations.unwrap_or_default(),
    };
    Ok(documents.image(config, sources))
}

/// The image of this name, or the only one.
fn choose<'a>(
    name: &str,
    images: &'a [SavedImage],
    reference: Option<&str>,
) -> Result<&'a SavedImage, OpenError> {
    let choices = || {
        let names = images.iter().map(|image| {
            let tag = image.repo_tags.iter().flatten().next();
            tag.unwrap_or(&image.config).clone()
        });
        names.collect::<Vec<_>>()
    };
    let Some(reference) = reference else {
        return match images {
            [only] => Ok(only),
            _ => Err(OpenError::Ambiguous {
                path: name.to_owned(),
                choices: choices(),
            }),
        };
    };
    let named = |tag: &String| {
        tag == reference
            || tag.strip_suffix(":latest") == Some(reference)
            || tag
                .strip_suffix(reference)
                .is_some_and(|rest| rest.ends_with('/') || rest.ends_with(':'))
    };
    let digest = reference.parse::<Digest>().ok();
    let means = |image: &&SavedImage| {
        image.repo_tags.iter().flatten().any(named)
            || (digest.is_some() && digest_in_name(&image.config) == digest)
    };
    images
        .iter()
        .find(means)
        .ok_or_else(|| OpenError::NoSuchImage {
            path: name.to_owned(),
            reference: reference.to_owned(),
            choices: choices(),
        })
}

fn source(files: &dyn Files, path: &str, diff_id: &Digest) -> Result<LayerSource, OpenError> {
    let (blob, size) = files.blob(path).ok_or_else(|| OpenError::Layer {
        path: files.name().to_owned(),
        layer: path.to_owned(),
        reason: "it is missing".to_owned(),
    })?;
    Ok(LayerSource {
        // Only the names of a layout are digests for certain.
        digest: digest_in_name(path).filter(|_| path.starts_with("blobs/sha256/")),
        diff_id: diff_id.clone(),
        size_bytes: Some(size),
        bytes: LayerBytes::Here(blob),
    })
}

/// The digest that a file is named after: `<hex>.json`, `blobs/sha256/<hex>`.
pub(crate) fn digest_in_name(path: &str) -> Option<Digest> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let hex = name.split('.').next().unwrap_or(name);
    Digest::from_hex(hex).ok()
}

/// Looks in an index for the manifest of the image with this configuration.
fn find_manifest(
    files: &dyn Files,
    index: &[u8],
    config: &Digest,
    depth: usize,
) -> Option<(Digest, Vec<(String, String)>)> {
    let Ok(Document::Index(index)) = Document::parse(index) else {
        return None;
    };
    index.manifests.iter().find_map(|descriptor| {
        let layout = layout::Layout(files);
        let bytes = layout.fetch(descriptor, MANIFEST_BYTES_MAX).ok()?;
        if sha256(&bytes) != descriptor.digest {
            return None;
        }
        match Document::parse(&bytes).ok()? {
            Document::Manifest(manifest) if manifest.config.digest == *config => {
                Some((descriptor.digest.clone(), manifest.annotations))
            }
            Document::Index(_) if depth < INDEX_DEPTH_MAX => {
                find_manifest(files, &bytes, config, depth + 1)
            }
            _ => None,
        }
    })
}
