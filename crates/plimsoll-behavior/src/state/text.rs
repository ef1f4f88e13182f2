//! Bytes from outside, shared: a name, a path, a command line.
//!
//! Never a `String`: names of processes and files may be any bytes, and are kept as they came.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Shared bytes. A clone costs one count; the empty text costs nothing.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(Option<Arc<[u8]>>);

impl Text {
    /// The text without bytes.
    pub const EMPTY: Self = Self(None);

    /// A copy of bytes.
    pub fn new(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::EMPTY;
        }
        Self(Some(Arc::from(bytes)))
    }

    /// A copy of at most so many bytes.
    pub fn capped(bytes: &[u8], most: usize) -> Self {
        Self::new(bytes.get(..most).unwrap_or(bytes))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Takes these bytes, unless it holds them already.
    pub fn set(&mut self, bytes: &[u8]) {
        if self.as_bytes() != bytes {
            *self = Self::new(bytes);
        }
    }
}

impl Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Borrow<[u8]> for Text {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<&[u8]> for Text {
    fn from(bytes: &[u8]) -> Self {
        Self::new(bytes)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{}\"", self.as_bytes().escape_ascii())
    }
}
