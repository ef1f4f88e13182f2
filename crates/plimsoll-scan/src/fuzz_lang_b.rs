//! Entry points for fuzzing: every reader for Java, Go and Rust, each with a path that it wants,
//! and the parsers that a fuzzer would hardly reach through their containers.

use std::sync::Arc;

use crate::catalogers::{CATALOGERS, go_binary, java_archive, rust_binary};
use crate::{Facts, File, maven};

/// Id of a cataloger, and a path of a file that it reads.
pub const TARGETS: &[(&str, &str)] = &[
    ("cargo-lock", "Cargo.lock"),
    ("go-binary", "usr/bin/tool"),
    ("go-mod", "go.mod"),
    ("gradle-lock", "gradle.lockfile"),
    ("java-archive", "app/tool-1.0.jar"),
    ("pom-xml", "pom.xml"),
    ("rust-binary", "usr/bin/tool"),
];

/// Names of the parts of files that [`part`] parses.
pub const PARTS: &[&str] = &[
    "go-modules",
    "java-file-name",
    "java-manifest",
    "java-properties",
    "maven-project",
    "rust-list",
];

/// Hands bytes to the cataloger of this id, and gives back what it found.
pub fn read(id: &str, bytes: &[u8]) -> Facts {
    let mut facts = Facts::default();
    let target = TARGETS.iter().find(|(target, _)| *target == id);
    let cataloger = CATALOGERS.iter().find(|cataloger| cataloger.id() == id);
    if let (Some((_, path)), Some(cataloger)) = (target, cataloger) {
        let file = File {
            path,
            mode: 0o755,
            data: Arc::new(bytes.to_vec()),
        };
        let _ = cataloger.read(&file, &mut facts);
    }
    facts
}

/// Parses bytes as one of [`PARTS`]; what comes out is dropped.
pub fn part(name: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match name {
        "go-modules" => go_binary::parse_modules(&text),
        "java-file-name" => java_archive::parse_file_name(&text),
        "java-manifest" => java_archive::parse_manifest(bytes),
        "java-properties" => java_archive::parse_properties(bytes),
        "maven-project" => {
            if let Ok(project) = maven::parse(bytes) {
                let _ = (project.coordinates(), project.managed_versions());
            }
        }
        "rust-list" => rust_binary::parse_list(bytes),
        _ => {}
    }
}
