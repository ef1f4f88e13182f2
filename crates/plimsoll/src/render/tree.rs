//! Files that what was rendered is made of, read once and with their trees.

use std::path::Path;

use plimsoll_object::yaml::{self, Node};

/// Largest template, file of values or patch that places are looked for in, in bytes.
const SOURCE_BYTES_MAX: u64 = 8 << 20;

/// A file of somebody's chart or overlay.
#[derive(Debug)]
pub struct Source {
    /// For locations.
    pub name: String,
    pub text: String,
    /// One for each document; none when it is no YAML.
    pub documents: Vec<Node>,
}

impl Source {
    /// Reads a file; what cannot be read is not there to be pointed at.
    pub fn read(path: &Path, name: String) -> Option<Self> {
        let bytes = plimsoll_image::read_file_capped(path, SOURCE_BYTES_MAX).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        Some(Self::new(name, text))
    }

    pub fn new(name: String, text: String) -> Self {
        let (documents, _) = yaml::parse(text.as_bytes());
        Self {
            name,
            documents: documents
                .into_iter()
                .map(|document| document.root)
                .collect(),
            text,
        }
    }

    pub fn root(&self) -> Option<&Node> {
        self.documents.first()
    }
}
