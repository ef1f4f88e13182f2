//! Inputs that parsers accept: text from `seeds/`, written by hand in the forms that the tools
//! write, and binary formats made by code. Nothing binary is kept.

pub mod advisories;
pub mod cluster;
pub mod configuration;
pub mod documents;
pub mod events;
mod executable;
pub mod image;
pub mod lockfiles;
pub mod policies;
pub mod programs;
pub mod rights;
pub mod rules;
pub mod sensor;
pub mod system;

use std::path::Path;

/// The texts of a file: each stands after a line `-- name --`.
pub fn texts(archive: &str) -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for line in archive.split_inclusive('\n') {
        let head = line.trim_end().strip_prefix("-- ");
        if head.is_some_and(|head| head.ends_with(" --")) {
            texts.push(Vec::new());
        } else if let Some(text) = texts.last_mut() {
            text.extend_from_slice(line.as_bytes());
        }
    }
    texts.retain(|text| !text.is_empty());
    texts
}

/// The texts of `seeds/NAME.txt`.
fn own(name: &str) -> Vec<Vec<u8>> {
    texts(&read(&format!("seeds/{name}.txt")))
}

/// The same without the line feed at the end, for what is a single word.
fn words(name: &str) -> Vec<Vec<u8>> {
    let mut words = own(name);
    for word in &mut words {
        word.pop();
    }
    words
}

/// A text file beside this crate.
#[expect(clippy::disallowed_methods, reason = "a file of this repository")]
fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
