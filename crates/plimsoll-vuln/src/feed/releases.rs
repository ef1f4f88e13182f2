//! Codenames of Debian's and Ubuntu's releases, and the scopes they stand for.

use crate::Scope;

/// Debian: codename and `VERSION_ID`, oldest first.
const DEBIAN: [(&str, &str); 21] = [
    ("buzz", "1.1"),
    ("rex", "1.2"),
    ("bo", "1.3"),
    ("hamm", "2.0"),
    ("slink", "2.1"),
    ("potato", "2.2"),
    ("woody", "3.0"),
    ("sarge", "3.1"),
    ("etch", "4"),
    ("lenny", "5"),
    ("squeeze", "6"),
    ("wheezy", "7"),
    ("jessie", "8"),
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
    ("duke", "15"),
    ("sid", "sid"),
];

/// Ubuntu: codename and `VERSION_ID`, oldest first.
const UBUNTU: [(&str, &str); 43] = [
    ("warty", "4.10"),
    ("hoary", "5.04"),
    ("breezy", "5.10"),
    ("dapper", "6.06"),
    ("edgy", "6.10"),
    ("feisty", "7.04"),
    ("gutsy", "7.10"),
    ("hardy", "8.04"),
    ("intrepid", "8.10"),
    ("jaunty", "9.04"),
    ("karmic", "9.10"),
    ("lucid", "10.04"),
    ("maverick", "10.10"),
    ("natty", "11.04"),
    ("oneiric", "11.10"),
    ("precise", "12.04"),
    ("quantal", "12.10"),
    ("raring", "13.04"),
    ("saucy", "13.10"),
    ("trusty", "14.04"),
    ("utopic", "14.10"),
    ("vivid", "15.04"),
    ("wily", "15.10"),
    ("xenial", "16.04"),
    ("yakkety", "16.10"),
    ("zesty", "17.04"),
    ("artful", "17.10"),
    ("bionic", "18.04"),
    ("cosmic", "18.10"),
    ("disco", "19.04"),
    ("eoan", "19.10"),
    ("focal", "20.04"),
    ("groovy", "20.10"),
    ("hirsute", "21.04"),
    ("impish", "21.10"),
    ("jammy", "22.04"),
    ("kinetic", "22.10"),
    ("lunar", "23.04"),
    ("mantic", "23.10"),
    ("noble", "24.04"),
    ("oracular", "24.10"),
    ("plucky", "25.04"),
    ("questing", "25.10"),
];

/// The `VERSION_ID` of a Debian release (`bookworm` is 12); `sid` stays `sid`.
pub(crate) fn debian(codename: &str) -> Option<&'static str> {
    find(&DEBIAN, codename)
}

/// The `VERSION_ID` of an Ubuntu release (`jammy` is 22.04).
pub(crate) fn ubuntu(codename: &str) -> Option<&'static str> {
    find(&UBUNTU, codename)
}

/// `deb:debian:12`.
pub(crate) fn debian_scope(version: &str) -> Scope {
    Scope::release("deb", "debian", version)
}

/// `deb:ubuntu:22.04`.
pub(crate) fn ubuntu_scope(version: &str) -> Scope {
    Scope::release("deb", "ubuntu", version)
}

fn find(table: &[(&str, &'static str)], codename: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(name, _)| *name == codename)
        .map(|(_, version)| *version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codenames() {
        assert_eq!(debian("bookworm"), Some("12"));
        assert_eq!(debian("bookworm-security"), None);
        assert_eq!(ubuntu("jammy"), Some("22.04"));
        assert_eq!(ubuntu("devel"), None);
        assert_eq!(debian_scope("12").as_str(), "deb:debian:12");
    }
}
