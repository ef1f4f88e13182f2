//! Whose word counts, and whose is told first, when several sources speak of one vulnerability.
//!
//! For a distribution's packages its own tracker comes first: it says what is affected, mended and
//! set aside, for each release. Its notices come next, which only say what was mended. Then what
//! others collected from it, and last what is read from the packages' own changelogs, which say
//! truly in which version a mend went in, but not that it was incomplete.
//!
//! For a language's packages the order only says who is told first: those who keep a database for
//! that one ecosystem, then GitHub's, then collections.

/// A distribution's sources and their ranks, the strongest first.
const DISTRIBUTION: [(&str, u8); 7] = [
    ("almalinux", 0),
    ("alpine", 0),
    ("debian", 0),
    ("ubuntu", 0),
    ("debian-dsa", 1),
    ("osv", 2),
    ("debian-changelog", 4),
];

/// A language's sources and their ranks, the nearest first.
const LANGUAGE: [(&str, u8); 10] = [
    ("bitnami", 0),
    ("go", 0),
    ("node", 0),
    ("packagist", 0),
    ("pypa", 0),
    ("rubysec", 0),
    ("rustsec", 0),
    ("ghsa", 1),
    ("osv", 2),
    ("retirejs", 4),
];

/// Rank of what is not listed.
const OTHERS: u8 = 3;

/// The rank of a source; lower is stronger.
pub fn rank(source: &str, is_distribution: bool) -> u8 {
    let ranks: &[(&str, u8)] = if is_distribution {
        &DISTRIBUTION
    } else {
        &LANGUAGE
    };
    ranks
        .iter()
        .find(|(id, _)| *id == source)
        .map_or(OTHERS, |(_, rank)| *rank)
}
