//! Executables and archives of packages: binary containers, and the lists inside of them.

use plimsoll_scan::fuzz_lang_b;

use super::system::paths;
use super::{read, target};
use crate::Target;
use crate::seeds::programs as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "executable",
        "ELF, PE and Mach-O: Go's build information, Rust's list of crates",
        None,
        executable,
        seeds::executables
    ),
    target!(
        "go_modules",
        "Go's list of modules inside of a binary",
        Some("go"),
        |data| fuzz_lang_b::part("go-modules", data),
        seeds::go_modules
    ),
    target!(
        "rust_list",
        "cargo-auditable's list inside of a binary",
        Some("json"),
        |data| fuzz_lang_b::part("rust-list", data),
        seeds::rust_lists
    ),
    target!(
        "java_archive",
        "jars, wars and ears, also nested",
        Some("zip"),
        |data| read(&["java-archive"], data),
        seeds::jars
    ),
    target!(
        "java_manifest",
        "MANIFEST.MF of jars",
        Some("java"),
        |data| fuzz_lang_b::part("java-manifest", data),
        seeds::java_manifests
    ),
    target!(
        "java_properties",
        "pom.properties of jars",
        Some("java"),
        |data| fuzz_lang_b::part("java-properties", data),
        seeds::java_properties
    ),
    target!(
        "java_file_name",
        "file names of jars",
        None,
        |data| fuzz_lang_b::part("java-file-name", data),
        seeds::java_file_names
    ),
    target!(
        "python_wheel",
        "wheels",
        Some("zip"),
        |data| read(&["python-wheel"], data),
        seeds::wheels
    ),
    target!(
        "bitnami",
        "Bitnami's documents beside its programs",
        Some("sbom"),
        |data| paths(
            &[
                "opt/bitnami/.bitnami_components.json",
                "opt/bitnami/redis/.spdx-redis.spdx",
            ],
            data
        ),
        seeds::bitnami
    ),
    target!(
        "runtimes",
        "sentences in runtimes' binaries, and their release files",
        None,
        |data| paths(
            &[
                "usr/local/bin/python3.11",
                "usr/local/bin/redis-server",
                "usr/local/go/VERSION",
                "opt/java/release",
            ],
            data
        ),
        seeds::runtimes
    ),
];

fn executable(data: &[u8]) {
    read(&["go-binary", "rust-binary"], data);
}
