//! Every cap on what comes from outside, in one place. Reaching one is said as an `Unknown`
//! where a part can be left out, and as an error where nothing sensible is left.

/// Uncompressed bytes of one layer.
pub const LAYER_BYTES_MAX: u64 = 64 << 30;
/// Entries of one layer.
pub const LAYER_ENTRIES_MAX: u64 = 4_000_000;
/// Bytes of one layer's encoded index (paths are front-coded: a typical entry takes 20).
pub const INDEX_BYTES_MAX: usize = 128 << 20;
/// Layers of one image; overlay file systems themselves stop at 128.
pub const LAYERS_MAX: usize = 512;
/// Files and folders of one image, those merely implied by longer paths included.
pub const TREE_NODES_MAX: usize = 6_000_000;

/// Output bytes per input byte that compressed data may reach once it is past
/// [`RATIO_FREE_BYTES`]. Deflate ends at 1,032; zstd has no end.
pub const RATIO_MAX: u64 = 200;
/// Output that is let through whatever its ratio, in bytes: a few gigabytes of zeros are legal.
pub const RATIO_FREE_BYTES: u64 = 1 << 30;
/// Memory that a zstd frame or an xz stream may ask for, in bytes (`zstd --long=27`).
pub const DECODER_WINDOW_BYTES_MAX: u64 = 128 << 20;

/// Bytes of one path in a tar, after normalising.
pub const PATH_BYTES_MAX: usize = 16 << 10;
/// Bytes of one GNU long name or PAX header (extended attributes live in there too).
pub const TAR_EXTENSION_BYTES_MAX: u64 = 1 << 20;
/// Pieces of one sparse file.
pub const SPARSE_PIECES_MAX: usize = 65_536;
/// Expanded bytes of a sparse file that is read.
pub const SPARSE_BYTES_MAX: u64 = 1 << 30;
/// Hard links per layer whose content is asked for.
pub const LINKS_WANTED_MAX: usize = 200_000;
/// Bytes of content that a layer's hard links are shown with, counted once for each link: many
/// links to one large file would have it read again and again.
pub const LINKED_BYTES_MAX: u64 = 4 << 30;
/// Unknowns kept per layer or folder; the rest is counted.
pub const UNKNOWNS_MAX: usize = 1_000;

/// Bytes of one manifest or index.
pub const MANIFEST_BYTES_MAX: u64 = 4 << 20;
/// Bytes of one image configuration.
pub const CONFIG_BYTES_MAX: u64 = 8 << 20;
/// Indexes inside indexes.
pub const INDEX_DEPTH_MAX: usize = 4;
/// Manifests of one index.
pub const INDEX_MANIFESTS_MAX: usize = 1_000;
/// Entries of an archive that holds an image.
pub const ARCHIVE_ENTRIES_MAX: u64 = 20_000;
/// Bytes of a path in an archive that holds an image; what has a longer one is passed over.
pub const ARCHIVE_PATH_BYTES_MAX: usize = 1_024;
/// JSON documents kept while an archive streams by, in bytes altogether.
pub const STREAM_DOCUMENTS_BYTES_MAX: u64 = 32 << 20;

/// Links followed while one path is resolved, as Linux has it.
pub const LINK_HOPS_MAX: u32 = 40;
/// Parts of the targets of all links followed while one path is resolved: a million paths may
/// lead through the same links.
pub const LINK_PARTS_MAX: usize = 1_000;
/// Names and link targets of one image's tree, in bytes altogether.
pub const TREE_TEXT_BYTES_MAX: usize = 512 << 20;

/// Memory for content that needs random access, shared by everything read at once, in bytes.
pub const STORE_BYTES_MAX: u64 = 32 << 20;
/// Bytes of one file that is spilled to a temporary file.
pub const SPILL_BYTES_MAX: u64 = 8 << 30;
/// Bytes that can be peeked at.
pub const PEEK_BYTES_MAX: usize = 4_096;
