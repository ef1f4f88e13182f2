//! From an index, through nested indexes and the platform, to one image with its layers.

use plimsoll_model::{Digest, Layer, Platform, Unknown};

use super::{Document, Manifest, ManifestIndex};
use crate::hash::sha256;
use crate::image::{Image, ImageConfig, ImageFacts, LayerBytes, LayerSource, base};
use crate::limits::{CONFIG_BYTES_MAX, INDEX_DEPTH_MAX, MANIFEST_BYTES_MAX};
use crate::{BlobStore, Descriptor, OpenError};

/// The name that a layout gives to an image.
const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// The full name, as containerd and Docker add it.
const CONTAINERD_NAME: &str = "io.containerd.image.name";
/// Marks BuildKit's attestations, which sit beside images in an index.
const REFERENCE_TYPE: &str = "vnd.docker.reference.type";

/// Which image is meant where there are several.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// A tag, a full name or a digest; absent: there must be only one.
    pub reference: Option<String>,
    /// Absent: Linux on this processor, or whatever there is if there is only one.
    pub platform: Option<Platform>,
}

/// Reads the documents of one image out of a store. `root` is a manifest or an index whose bytes
/// were checked already (`digest` is theirs, absent for the `index.json` of a layout).
pub fn open_image(
    store: &dyn BlobStore,
    name: &str,
    root: &[u8],
    digest: Option<Digest>,
    selection: &Selection,
) -> Result<Image, OpenError> {
    let mut reference = selection.reference.as_deref();
    let mut tags = Vec::new();
    let mut document = parse(name, root)?;
    let mut digest = digest;
    for _ in 0..=INDEX_DEPTH_MAX {
        let index = match document {
            Document::Manifest(manifest) => {
                return assemble(store, name, manifest, digest, tags);
            }
            Document::Index(index) => index,
        };
        let candidates = named(name, &index, reference)?;
        let chosen = for_platform(name, &candidates, selection.platform.as_ref())?;
        // A name is given once, at the outermost index that carries names.
        reference = reference.filter(|_| candidates.len() == index.manifests.len());
        tags.extend(names_of(chosen).map(str::to_owned));
        let bytes = store.manifest(chosen, MANIFEST_BYTES_MAX)?;
        check(name, &bytes, chosen)?;
        digest = Some(chosen.digest.clone());
        document = parse(name, &bytes)?;
    }
    Err(OpenError::Limit {
        path: name.to_owned(),
        what: "depth of indexes".to_owned(),
        limit: INDEX_DEPTH_MAX as u64,
    })
}

/// Linux on the processor that this runs on.
pub fn default_platform() -> Platform {
    let (architecture, variant) = match std::env::consts::ARCH {
        "x86_64" => ("amd64", None),
        "aarch64" => ("arm64", None),
        "arm" => ("arm", Some("v7".to_owned())),
        "powerpc64" => ("ppc64le", None),
        "x86" => ("386", None),
        other => (other, None),
    };
    Platform {
        os: "linux".to_owned(),
        architecture: architecture.to_owned(),
        variant,
    }
}

fn parse(name: &str, bytes: &[u8]) -> Result<Document, OpenError> {
    Document::parse(bytes).map_err(|reason| OpenError::document(name, "manifest", reason))
}

/// Holds the bytes of a document against its descriptor.
fn check(name: &str, bytes: &[u8], descriptor: &Descriptor) -> Result<(), OpenError> {
    let actual = sha256(bytes);
    if actual == descriptor.digest {
        return Ok(());
    }
    Err(OpenError::Digest {
        path: name.to_owned(),
        expected: descriptor.digest.clone(),
        actual,
    })
}

fn names_of(descriptor: &Descriptor) -> impl Iterator<Item = &str> {
    [CONTAINERD_NAME, REF_NAME]
        .into_iter()
        .filter_map(|key| descriptor.annotation(key))
}

/// The manifests of an index that a reference means; all images, if there is no reference or the
/// index carries no names. Attestations and other attachments are no images.
fn named<'a>(
    name: &str,
    index: &'a ManifestIndex,
    reference: Option<&str>,
) -> Result<Vec<&'a Descriptor>, OpenError> {
    let images: Vec<_> = index
        .manifests
        .iter()
        .filter(|manifest| manifest.annotation(REFERENCE_TYPE).is_none())
        .collect();
    if images.is_empty() {
        return Err(OpenError::document(name, "index", "holds no image"));
    }
    let Some(reference) = reference else {
        return one_name(name, images);
    };
    let means = |image: &&Descriptor| {
        image.digest.to_string() == reference
            || names_of(image).any(|known| {
                known == reference
                    || known
                        .strip_suffix(reference)
                        .is_some_and(|rest| rest.ends_with('/') || rest.ends_with(':'))
            })
    };
    let found: Vec<_> = images.iter().copied().filter(means).collect();
    let carries_names = images.iter().any(|image| names_of(image).next().is_some());
    match found.is_empty() {
        false => Ok(found),
        true if !carries_names => Ok(images),
        true => Err(OpenError::NoSuchImage {
            path: name.to_owned(),
            reference: reference.to_owned(),
            choices: choices(&images),
        }),
    }
}

/// Without a reference all images must be the same one, for different platforms.
fn one_name<'a>(name: &str, images: Vec<&'a Descriptor>) -> Result<Vec<&'a Descriptor>, OpenError> {
    let mut platforms: Vec<_> = images.iter().map(|image| &image.platform).collect();
    platforms.sort();
    platforms.dedup();
    let mut digests: Vec<_> = images.iter().map(|image| &image.digest).collect();
    digests.sort();
    digests.dedup();
    if platforms.len() >= digests.len() {
        return Ok(images);
    }
    Err(OpenError::Ambiguous {
        path: name.to_owned(),
        choices: choices(&images),
    })
}

fn choices(images: &[&Descriptor]) -> Vec<String> {
    images
        .iter()
        .map(|image| {
            let name = names_of(image).next().map(str::to_owned);
            name.unwrap_or_else(|| image.digest.to_string())
        })
        .collect()
}

/// The manifest for a platform. Where none was asked for and there is only one image, it is taken.
fn for_platform<'a>(
    name: &str,
    candidates: &[&'a Descriptor],
    wanted: Option<&Platform>,
) -> Result<&'a Descriptor, OpenError> {
    if let ([only], true) = (candidates, wanted.is_none()) {
        return Ok(only);
    }
    let default = default_platform();
    let platform = wanted.unwrap_or(&default);
    let mut fitting: Vec<_> = candidates
        .iter()
        .copied()
        .filter(|image| image.platform.as_ref().is_none_or(|p| fits(p, platform)))
        .collect();
    // A platform that is said goes before one that is not, no variant before a variant (it is the
    // general case), a higher variant before a lower one.
    fitting.sort_by_key(|image| {
        let variant = image.platform.as_ref().map(|p| p.variant.clone());
        let rank = match &variant {
            Some(None) => 0,
            Some(Some(_)) => 1,
            None => 2,
        };
        (rank, std::cmp::Reverse(variant.flatten()))
    });
    fitting
        .first()
        .copied()
        .ok_or_else(|| OpenError::NoSuchPlatform {
            path: name.to_owned(),
            platform: platform.to_string(),
            choices: candidates
                .iter()
                .filter_map(|image| image.platform.as_ref().map(Platform::to_string))
                .collect(),
        })
}

/// Whether an image is for a platform.
pub(crate) fn fits(have: &Platform, wanted: &Platform) -> bool {
    let same_variant = match (&have.variant, &wanted.variant) {
        (have, Some(wanted)) if have.as_ref() == Some(wanted) => true,
        (None, Some(wanted)) => have.architecture == "arm64" && wanted == "v8",
        (Some(_), Some(_)) => false,
        (_, None) => true,
    };
    have.os == wanted.os && have.architecture == wanted.architecture && same_variant
}

fn assemble(
    store: &dyn BlobStore,
    name: &str,
    manifest: Manifest,
    digest: Option<Digest>,
    mut tags: Vec<String>,
) -> Result<Image, OpenError> {
    let bytes = store.fetch(&manifest.config, CONFIG_BYTES_MAX)?;
    check(name, &bytes, &manifest.config)?;
    let config = ImageConfig::parse(&bytes).map_err(|reason| {
        let kind = match manifest.config.media_type.as_str() {
            "" => String::new(),
            kind => format!(" ({kind})"),
        };
        OpenError::document(name, format!("image configuration{kind}"), reason)
    })?;
    if config.diff_ids.len() != manifest.layers.len() {
        return Err(OpenError::document(
            name,
            "manifest",
            format!(
                "{} layers, but the configuration has {}",
                manifest.layers.len(),
                config.diff_ids.len()
            ),
        ));
    }
    let sources = manifest
        .layers
        .iter()
        .zip(&config.diff_ids)
        .map(|(layer, diff_id)| source(store, name, layer, diff_id))
        .collect::<Result<Vec<_>, _>>()?;
    tags.sort();
    tags.dedup();
    let documents = Documents {
        name: name.to_owned(),
        tags,
        manifest_digest: digest,
        config_digest: manifest.config.digest,
        annotations: manifest.annotations,
    };
    Ok(documents.image(config, sources))
}

fn source(
    store: &dyn BlobStore,
    name: &str,
    layer: &Descriptor,
    diff_id: &Digest,
) -> Result<LayerSource, OpenError> {
    let kind = layer.media_type.as_str();
    let bytes = if kind.contains("+encrypted") {
        LayerBytes::Missing("encrypted layer".to_owned())
    } else if let Some(blob) = store.blob(layer) {
        LayerBytes::Here(blob)
    } else if kind.contains("foreign") || kind.contains("nondistributable") {
        LayerBytes::Missing("foreign layer that is not in the image".to_owned())
    } else {
        return Err(OpenError::Layer {
            path: name.to_owned(),
            layer: layer.digest.to_string(),
            reason: "blob is missing".to_owned(),
        });
    };
    Ok(LayerSource {
        digest: Some(layer.digest.clone()),
        diff_id: diff_id.clone(),
        size_bytes: Some(layer.size_bytes),
        bytes,
    })
}

/// What the documents around a configuration say.
pub(crate) struct Documents {
    pub name: String,
    pub tags: Vec<String>,
    pub manifest_digest: Option<Digest>,
    pub config_digest: Digest,
    pub annotations: Vec<(String, String)>,
}

impl Documents {
    /// Puts an image together. `sources` are as many as the configuration's `diff_ids`.
    pub fn image(self, config: ImageConfig, sources: Vec<LayerSource>) -> Image {
        let base = base::find(&self.annotations, &config);
        let base_layers = base.as_ref().map_or(0, |base| base.layers);
        let steps = config.steps_of_layers();
        let layers: Vec<_> = sources
            .iter()
            .zip(steps)
            .enumerate()
            .map(|(position, (source, step))| Layer {
                digest: source.digest.clone(),
                diff_id: source.diff_id.clone(),
                created_by: step.and_then(|step| step.created_by.clone()),
                created: step.and_then(|step| step.created),
                size_bytes: source.size_bytes.unwrap_or(0),
                base: position < base_layers,
            })
            .collect();
        let unknowns = sources
            .iter()
            .filter_map(|source| match &source.bytes {
                LayerBytes::Here(_) => None,
                LayerBytes::Missing(reason) => {
                    Some(Unknown::whole(reason.as_str()).in_layer(Some(source.diff_id.clone())))
                }
            })
            .collect();
        Image {
            facts: ImageFacts {
                name: self.name,
                tags: self.tags,
                manifest_digest: self.manifest_digest,
                config_digest: self.config_digest,
                platform: config.platform(),
                config,
                annotations: self.annotations,
                layers,
                base,
            },
            sources,
            unknowns,
        }
    }
}
