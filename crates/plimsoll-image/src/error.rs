//! Why a target could not be opened or read, with what to do next.

use std::io;

use plimsoll_model::Digest;

use crate::ReadError;

/// A target that cannot be looked at, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system refused.
    #[error("open {path}: {source}")]
    Io { path: String, source: io::Error },
    /// A path was named and there is nothing.
    #[error("open {path}: no such file or directory")]
    NotFound { path: String },
    /// It is there, and is nothing that can be looked at.
    #[error("open {path}: {reason}")]
    NotATarget { path: String, reason: String },
    /// A document in it (manifest, index, configuration) does not parse or contradicts another.
    #[error("read {document} of {path}: {reason}")]
    Document {
        path: String,
        /// What it is: `manifest`, `index.json`.
        document: String,
        reason: String,
    },
    /// Bytes are not those that their digest names.
    #[error("read {path}: digest mismatch: expected {expected}, got {actual}")]
    Digest {
        path: String,
        expected: Digest,
        actual: Digest,
    },
    /// Several images, and it was not said which.
    #[error("open {path}: holds several images: {}", choices.join(", "))]
    Ambiguous { path: String, choices: Vec<String> },
    /// The image that was named is not in there.
    #[error("open {path}: no image `{reference}`; it holds: {}", choices.join(", "))]
    NoSuchImage {
        path: String,
        reference: String,
        choices: Vec<String>,
    },
    /// An index without the platform asked for.
    #[error("open {path}: no image for platform {platform}; it holds: {}", choices.join(", "))]
    NoSuchPlatform {
        path: String,
        platform: String,
        choices: Vec<String>,
    },
    /// A limit was reached where nothing sensible is left.
    #[error("read {path}: {what} is larger than the limit of {limit}")]
    Limit {
        path: String,
        what: String,
        limit: u64,
    },
    /// A layer is corrupt, cut off, or could not be had.
    #[error("read layer {layer} of {path}: {reason}")]
    Layer {
        path: String,
        layer: String,
        reason: String,
    },
    /// A target by name that could not be reached (registry, engine).
    #[error("reach {name}: {reason}")]
    Remote {
        name: String,
        reason: String,
        /// What to do next.
        hint: Option<String>,
    },
}

impl OpenError {
    /// An error of the operating system at a path.
    pub fn io(path: impl Into<String>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            _ => Self::Io { path, source },
        }
    }

    /// A document that does not parse.
    pub fn document(
        path: impl Into<String>,
        document: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::Document {
            path: path.into(),
            document: document.into(),
            reason: reason.into(),
        }
    }

    /// A reader that failed on some document or file.
    pub fn read(path: impl Into<String>, what: impl Into<String>, source: ReadError) -> Self {
        let path = path.into();
        match source {
            ReadError::TooLarge { limit_bytes } => Self::Limit {
                path,
                what: what.into(),
                limit: limit_bytes,
            },
            other => Self::Document {
                path,
                document: what.into(),
                reason: other.to_string(),
            },
        }
    }

    /// What to do next, for people.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "run as a user who may read it".to_owned()
            }
            Self::NotFound { .. } => {
                "check the spelling; an image in a registry is named `registry:NAME`".to_owned()
            }
            Self::NotATarget { .. } => "name the kind of target in front: `docker-archive:`, \
                 `oci-dir:`, `oci-archive:`, `dir:`, `rootfs:` or `sbom:`"
                .to_owned(),
            Self::Digest { .. } => {
                "the file was changed or damaged; fetch or save the image again".to_owned()
            }
            Self::Ambiguous { path, choices } => {
                let first = choices.first().map_or("NAME", String::as_str);
                format!("name one behind the path: `{path}:{first}`")
            }
            Self::NoSuchPlatform { choices, .. } => match choices.first() {
                Some(first) => format!("choose one with `--platform {first}`"),
                None => return None,
            },
            Self::Layer { .. } => {
                "the image is damaged or was not saved to its end; save or pull it again".to_owned()
            }
            Self::Remote { hint, .. } => return hint.clone(),
            _ => return None,
        })
    }
}
