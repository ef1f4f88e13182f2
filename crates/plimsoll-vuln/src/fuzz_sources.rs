//! Entry points for fuzzing the readers of advisory feeds: whatever the bytes, a source answers
//! with items or an error.

use crate::sources::{Files, SOURCES, source};
use crate::{Item, constraints};

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

/// A path that each source wants, for a fuzz target that covers all of them: the first byte of
/// the input chooses the source.
pub fn any(bytes: &[u8]) -> Vec<Item> {
    let Some((choice, rest)) = bytes.split_first() else {
        return Vec::new();
    };
    let Some(source) = SOURCES.get(usize::from(*choice) % SOURCES.len()) else {
        return Vec::new();
    };
    let path = PATHS
        .iter()
        .copied()
        .find(|path| source.wants(path))
        .unwrap_or("feed.json");
    read(source.id(), path, rest)
}

/// Paths in the forms of the feeds.
const PATHS: [&str; 14] = [
    "debian-12/a/changelog",
    "data/DSA/list",
    "security-support-ended.deb12",
    "active/CVE-2024-0001",
    "crates/a/RUSTSEC-2024-0001.md",
    "gems/a/CVE-2024-0001.yml",
    "vuln/npm/1.json",
    "jsrepository.json",
    "epss.csv",
    "CVE-2024-0001.json",
    "PYSEC-2024-1.yaml",
    "GO-2024-0001.json",
    "BIT-a-2024-1.json",
    "ALSA-2024_0001.json",
];

/// Version constraints of all dialects.
pub fn constraint(text: &str) {
    let _ = constraints::npm(text);
    let _ = constraints::gem(text);
    let _ = constraints::composer(text);
    let _ = constraints::pep440(text);
    let _ = constraints::cargo(text);
    let _ = constraints::maven(text);
    let _ = constraints::nuget(text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, prop, proptest};

    use super::{PATHS, SOURCES};

    /// Pieces that feeds are made of, so that random inputs get past the first byte.
    const PIECES: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "\n",
        "  ",
        "- ",
        "CVE-2024-1234",
        "id",
        "affected",
        "0",
        "1.2.3",
        ">=",
        "null",
        "```toml\n",
        "[advisory]\n",
        "demo (1-1) unstable; urgency=low\n",
        " -- A <a@b>  Thu, 01 Jun 2023 12:00:00 +0200\n",
        "\u{1b}[31m",
        "é",
        "packages:\n",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn no_input_makes_a_source_panic(
            choice in any::<u8>(),
            pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40),
            noise in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let mut bytes = vec![choice];
            bytes.extend(pieces.concat().into_bytes());
            bytes.extend(noise);
            super::any(&bytes);
        }
    }

    #[test]
    fn every_source_can_be_reached() {
        for source in SOURCES {
            let wanted = PATHS.iter().any(|path| source.wants(path)) || source.wants("feed.json");
            assert!(wanted, "{}", source.id());
        }
    }
}
