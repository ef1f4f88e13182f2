//! Images as files beside each other: docker archives and OCI layouts, in a folder, in a tar that
//! can be read here and there, or in one that streams by.

pub(crate) mod docker;
mod folder;
pub(crate) mod layout;
mod tar_files;

use std::sync::Arc;

pub(crate) use self::folder::{FileBlob, FolderFiles, open_regular};
pub(crate) use self::tar_files::{Member, Members, TarFiles, follow, link_target};
use crate::oci::Selection;
use crate::{Blob, Image, OpenError};

/// Of a docker archive.
pub(crate) const DOCKER_MANIFEST: &str = "manifest.json";
/// Of an OCI layout.
pub(crate) const LAYOUT_INDEX: &str = "index.json";
/// Marks an OCI layout.
pub(crate) const LAYOUT_MARKER: &str = "oci-layout";

/// Files by path.
pub(crate) trait Files: Send + Sync {
    /// As the user named it.
    fn name(&self) -> &str;

    /// The whole of a small file; `None` if there is none of this path.
    fn read(&self, path: &str, bytes_max: u64) -> Result<Option<Vec<u8>>, OpenError>;

    /// A file as a stream, with its size in bytes.
    fn blob(&self, path: &str) -> Option<(Arc<dyn Blob>, u64)>;
}

/// Which form is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Docker,
    Oci,
    /// Whichever it is.
    Any,
}

/// Opens the image that lies among the files. Archives of newer Dockers are both at once: their
/// `manifest.json` always names what is really in them, their index may not, so the former goes
/// first unless a platform is asked for, which only the index can answer.
pub(crate) fn open_image(
    files: &dyn Files,
    form: Form,
    selection: &Selection,
) -> Result<Image, OpenError> {
    let manifest = match form {
        Form::Docker | Form::Any => docker::read_manifest(files)?,
        Form::Oci => None,
    };
    let index = layout::read_index(files)?;
    match (manifest, index) {
        (Some(_), Some(index)) if selection.platform.is_some() => {
            layout::open_image(files, &index, selection)
        }
        (Some(manifest), index) => {
            docker::open_image(files, &manifest, index.as_deref(), selection)
        }
        (None, Some(index)) if form != Form::Docker => layout::open_image(files, &index, selection),
        (None, _) => Err(OpenError::NotATarget {
            path: files.name().to_owned(),
            reason: match form {
                Form::Docker => format!("no {DOCKER_MANIFEST} in it: not a docker archive"),
                Form::Oci => format!("no {LAYOUT_INDEX} in it: not an OCI layout"),
                Form::Any => "neither a docker archive nor an OCI layout".to_owned(),
            },
        }),
    }
}

#[cfg(test)]
mod tests;
