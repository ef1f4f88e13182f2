//! Lockfiles and metadata: the samples that the catalogers' own tests read, and some more.

use super::{own, read, texts};

/// The samples of a cataloger's golden test.
pub fn sample(id: &str) -> Vec<Vec<u8>> {
    texts(&read(&format!(
        "../plimsoll-scan/tests/catalogers/{id}.txt"
    )))
}

fn samples(ids: &[&str]) -> Vec<Vec<u8>> {
    ids.iter().flat_map(|id| sample(id)).collect()
}

pub fn python_metadata() -> Vec<Vec<u8>> {
    samples(&["python-dist-info", "python-egg-info"])
}

pub fn python_locks() -> Vec<Vec<u8>> {
    samples(&[
        "python-pdm-lock",
        "python-poetry-lock",
        "python-pylock",
        "python-uv-lock",
    ])
}

pub fn php() -> Vec<Vec<u8>> {
    samples(&["php-composer-lock", "php-installed"])
}

pub fn dotnet() -> Vec<Vec<u8>> {
    samples(&["dotnet-deps", "dotnet-packages-lock"])
}

pub fn cargo_lock() -> Vec<Vec<u8>> {
    own("cargo_lock")
}

pub fn go_mod() -> Vec<Vec<u8>> {
    own("go_mod")
}

pub fn gradle_lock() -> Vec<Vec<u8>> {
    own("gradle_lock")
}

pub fn maven_projects() -> Vec<Vec<u8>> {
    own("maven_projects")
}
