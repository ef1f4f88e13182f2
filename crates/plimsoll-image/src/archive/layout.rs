//! OCI image layouts: OCI image specification 1.1, `image-layout.md`.

use std::sync::Arc;

use super::{Files, LAYOUT_INDEX};
use crate::limits::MANIFEST_BYTES_MAX;
use crate::oci::{self, Selection};
use crate::{Blob, BlobStore, Descriptor, Image, OpenError};

/// The layout's index, if there is one.
pub(crate) fn read_index(files: &dyn Files) -> Result<Option<Vec<u8>>, OpenError> {
    files.read(LAYOUT_INDEX, MANIFEST_BYTES_MAX)
}

/// Opens the image that is meant.
pub(crate) fn open_image(
    files: &dyn Files,
    index: &[u8],
    selection: &Selection,
) -> Result<Image, OpenError> {
    oci::open_image(&Layout(files), files.name(), index, None, selection)
}

/// Where a blob is in a layout.
pub(crate) fn blob_path(descriptor: &Descriptor) -> String {
    format!("blobs/sha256/{}", descriptor.digest.hex())
}

/// The blobs of a layout.
pub(crate) struct Layout<'a>(pub &'a dyn Files);

impl BlobStore for Layout<'_> {
    fn fetch(&self, descriptor: &Descriptor, bytes_max: u64) -> Result<Vec<u8>, OpenError> {
        self.0
            .read(&blob_path(descriptor), bytes_max)?
            .ok_or_else(|| {
                let name = self.0.name();
                let document = format!("blob {}", descriptor.digest);
                OpenError::document(name, document, "it is missing")
            })
    }

    fn blob(&self, descriptor: &Descriptor) -> Option<Arc<dyn Blob>> {
        self.0.blob(&blob_path(descriptor)).map(|(blob, _)| blob)
    }
}
