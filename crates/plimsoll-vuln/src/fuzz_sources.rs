//! Entry points for fuzzing the readers of advisory feeds: whatever the bytes, a source answers
//! with items or an error.

use crate::Item;
pub use crate::builder::collect::ID_BYTES_MAX;
use crate::sources::{Files, source};

/// Longest input that is worth a run, in bytes.
const INPUT_BYTES_MAX: usize = 1 << 20;

/// Reads the bytes as a file with this path by the source with this id. The items are returned so
/// that nothing is optimised away.
pub fn read(id: &str, path: &str, bytes: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(source) = source(id)
        && bytes.len() <= INPUT_BYTES_MAX
        && source.wants(path)
    {
        let _ = source.read(&mut Files::one(path, bytes), &mut items);
    }
    items
}
