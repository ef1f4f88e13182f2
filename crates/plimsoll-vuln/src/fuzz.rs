//! Ways in for fuzzers: one thin function for each reader of outside bytes.
//!
//! No part of the public interface. A function may return or not, but never panic, hang or eat
//! memory; what it returns is of no interest.

use crate::constraints;
use crate::schemes::{self, SCHEMES};

/// A constraint in every dialect, and what its ranges contain.
pub fn constraint(text: &str, version: &str) {
    let dialects = [
        ("npm", constraints::npm(text)),
        ("gem", constraints::gem(text)),
        ("composer", constraints::composer(text)),
        ("pep440", constraints::pep440(text)),
        ("semver", constraints::cargo(text)),
        ("maven", constraints::maven(text)),
        ("nuget", constraints::nuget(text)),
    ];
    for (scheme, ranges) in dialects {
        let (Some(scheme), Ok(ranges)) = (schemes::scheme(scheme), ranges) else {
            continue;
        };
        let _ = constraints::complement(scheme, &ranges);
        for range in &ranges {
            let _ = range.contains(scheme, version);
        }
    }
    for scheme in SCHEMES {
        let _ = constraints::comparators(*scheme, text);
    }
}

/// A stream of version pairs.
pub fn pairs(bytes: &[u8]) {
    for scheme in SCHEMES {
        let _ = crate::pairs::compare_lines(scheme.id(), bytes, std::io::sink());
    }
}
