//! What Python's package formats share: names, core metadata, requirements, lockfiles in TOML.

pub(crate) mod lock;
pub(crate) mod metadata;
pub(crate) mod requirement;

use plimsoll_model::{Ecosystem, State};

use crate::Found;

/// The name as every index and advisory compares it (PEP 503): lower case, and each run of `-`,
/// `_` and `.` is one `-`.
pub(crate) fn normalized(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut separator = false;
    for character in name.chars() {
        if matches!(character, '-' | '_' | '.') {
            separator = true;
            continue;
        }
        if separator && !out.is_empty() {
            out.push('-');
        }
        separator = false;
        out.extend(character.to_lowercase());
    }
    out
}

/// A package that a lockfile or a list of requirements names.
pub(crate) fn declared(name: &str, version: &str, line: u32) -> Found {
    Found {
        state: State::Declared,
        line: Some(line),
        ..Found::new(Ecosystem::PYPI, normalized(name), version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_pep_503_says() {
        for (name, expected) in [
            ("Flask", "flask"),
            ("zope.interface", "zope-interface"),
            ("ruamel.yaml.clib", "ruamel-yaml-clib"),
            ("jaraco_.-text", "jaraco-text"),
            ("_x_", "x"),
            ("", ""),
        ] {
            assert_eq!(normalized(name), expected);
        }
    }
}
