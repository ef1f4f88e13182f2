//! What could not be read, so that silence never reads as safety.

use crate::Digest;

/// Something that was not looked at, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unknown {
    /// Path inside the target; `!/` steps into an archive. Absent for the target as a whole.
    pub path: Option<String>,
    /// `diff_id` of the layer.
    pub layer: Option<Digest>,
    /// A clause in lower case without a full stop: `archive depth limit (4) reached`.
    pub reason: String,
}

impl Unknown {
    /// Something about one file.
    pub fn at(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            path: Some(path.into()),
            layer: None,
            reason: reason.into(),
        }
    }

    /// Something about the target as a whole.
    pub fn whole(reason: impl Into<String>) -> Self {
        Self {
            path: None,
            layer: None,
            reason: reason.into(),
        }
    }

    /// The same, in a layer.
    #[must_use]
    pub fn in_layer(mut self, layer: Option<Digest>) -> Self {
        self.layer = layer;
        self
    }
}
