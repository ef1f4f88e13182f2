//! Archives, compressed streams, and the documents of images and registries.

use std::io::Read;

use plimsoll_image::decompress::{DecodeLimits, Decoder};
use plimsoll_image::fuzz;
use plimsoll_image::testing::{bzip2, gzip, xz, zstd};

use super::target;
use crate::Target;
use crate::seeds::image as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "tar",
        "tar: ustar, pax, GNU, sparse files",
        Some("tar"),
        fuzz::tar,
        seeds::tar
    ),
    target!(
        "zip",
        "zip directories and entries",
        Some("zip"),
        fuzz::zip,
        seeds::zip
    ),
    target!(
        "decompress",
        "gzip, zstd, xz and bzip2 streams",
        None,
        fuzz::decompress,
        seeds::packed
    ),
    target!(
        "members",
        "streams of several gzip members or zstd frames, written and read back",
        None,
        members,
        seeds::members
    ),
    target!(
        "zlib",
        "zlib streams, as in executables",
        None,
        zlib,
        seeds::zlib
    ),
    target!(
        "image_archive",
        "docker and OCI archives, by seeking and as an engine's stream",
        Some("image"),
        fuzz::image_archive,
        seeds::archives
    ),
    target!(
        "image_layers",
        "layers with right digests: whiteouts, links, the tree",
        Some("tar"),
        fuzz::image_layers,
        seeds::layers
    ),
    target!(
        "layer_index",
        "the cached index of a layer's paths",
        None,
        fuzz::layer_index,
        seeds::layer_indexes
    ),
    target!(
        "manifest",
        "OCI and Docker indexes and manifests",
        Some("image"),
        fuzz::manifest,
        seeds::manifests
    ),
    target!(
        "image_config",
        "image configurations",
        Some("image"),
        fuzz::image_config,
        seeds::configs
    ),
    target!(
        "feed",
        "advisory feeds: archives, Debian packages, packed files",
        Some("tar"),
        fuzz::feed,
        seeds::feeds
    ),
    target!(
        "registry_headers",
        "a registry's headers: challenges, ranges, waiting times",
        Some("registry"),
        fuzz::registry_headers,
        seeds::headers
    ),
    target!(
        "registry_documents",
        "a registry's tokens and errors",
        Some("registry"),
        fuzz::registry_documents,
        seeds::registry_documents
    ),
    target!(
        "docker_config",
        "Docker's config.json",
        Some("registry"),
        fuzz::docker_config,
        seeds::docker_configs
    ),
    target!(
        "image_reference",
        "names of images",
        None,
        fuzz::image_reference,
        seeds::references
    ),
];

/// Longest beginning by which a packing is told, in bytes.
const HEADER_BYTES_MAX: usize = 6;
/// Most bytes that a stream may unpack to here.
const BYTES_MAX: u64 = 16 << 20;

fn decoded(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    Decoder::new(packed, DecodeLimits::of(BYTES_MAX))?.read_to_end(&mut out)?;
    Ok(out)
}

/// The first byte says into how many pieces the rest is cut, and how they are packed.
fn members(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    let pieces = usize::from(choice & 7) + 1;
    let pack: fn(&[u8]) -> Vec<u8> = match choice >> 6 {
        0 => gzip,
        1 => zstd,
        2 => xz,
        _ => bzip2,
    };
    let piece_bytes = rest.len().div_ceil(pieces).max(1);
    let packed: Vec<u8> = rest.chunks(piece_bytes).flat_map(pack).collect();
    if rest.is_empty() {
        return;
    }
    assert_eq!(decoded(&packed).expect("what was just packed"), rest);
    // Cut short it is an error, never less content in silence; but by its beginning it must still
    // be known for what it is, and it may be cut between two pieces.
    let end = packed.len() - 1 - usize::from(choice >> 3 & 7).min(packed.len() - 1);
    if end < HEADER_BYTES_MAX {
        return;
    }
    if let Ok(less) = decoded(&packed[..end]) {
        assert!(
            rest.chunks(piece_bytes).count() > 1,
            "{} of {} bytes, and no word about the rest",
            less.len(),
            rest.len()
        );
    }
}

fn zlib(data: &[u8]) {
    const MAX: u64 = 1 << 20;
    if let Ok(bytes) = plimsoll_image::inflate_zlib(data, MAX) {
        assert!(bytes.len() as u64 <= MAX);
    }
}
