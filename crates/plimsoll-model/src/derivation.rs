//! Which distribution's packages another one is made of.
//!
//! Facts about distributions that ship the packages of another without building them again (or
//! build them again from the same sources under the same versions), so that the other's advisories
//! hold for them. A distribution that is merely like another (`ID_LIKE`) is not in here: its
//! versions tell nothing by the other's advisories.

use crate::Distribution;

/// The distribution that another one takes its packages from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// `ID` of its os-release.
    pub id: &'static str,
    /// `VERSION_ID` of its os-release; `None` where the release follows no release of the base.
    pub version_id: Option<String>,
    /// The packages are built again and may be fixed some days apart; else they are the same
    /// files.
    pub rebuilt: bool,
}

/// How releases of a derivative belong to those of its base.
#[derive(Clone, Copy)]
enum Releases {
    /// They bear the same numbers.
    Same,
    /// They bear the same numbers up to the first dot.
    SameMajor,
    /// Those whose number begins so stand for these.
    Table(&'static [(&'static str, &'static str)]),
    /// A rolling release that is near no release of the base.
    Rolling,
}

/// Derivative, base, releases, rebuilt. Sorted by derivative.
const DERIVATIVES: &[(&str, &str, Releases, bool)] = &[
    ("almalinux", "rhel", Releases::SameMajor, true),
    ("antix", "debian", ANTIX, false),
    ("bazzite", "fedora", Releases::Same, false),
    ("centos", "rhel", Releases::SameMajor, true),
    ("chainguard", "wolfi", Releases::Rolling, false),
    ("devuan", "debian", DEVUAN, false),
    ("elementary", "ubuntu", ELEMENTARY, false),
    ("eurolinux", "rhel", Releases::SameMajor, true),
    ("kali", "debian", Releases::Rolling, false),
    ("linuxmint", "ubuntu", MINT, false),
    ("miraclelinux", "rhel", Releases::SameMajor, true),
    ("mx", "debian", ANTIX, false),
    ("neon", "ubuntu", Releases::Same, false),
    ("nobara", "fedora", Releases::Same, false),
    ("ol", "rhel", Releases::SameMajor, true),
    ("parrot", "debian", PARROT, false),
    ("pop", "ubuntu", Releases::Same, false),
    ("postmarketos", "alpine", POSTMARKET, false),
    ("raspbian", "debian", Releases::Same, true),
    ("rocky", "rhel", Releases::SameMajor, true),
    ("scientific", "rhel", Releases::SameMajor, true),
    ("sle_hpc", "sles", Releases::Same, false),
    ("sled", "sles", Releases::Same, false),
    ("sles_sap", "sles", Releases::Same, false),
    ("tuxedo", "ubuntu", Releases::Same, false),
    ("ultramarine", "fedora", Releases::Same, false),
    ("virtuozzo", "rhel", Releases::SameMajor, true),
    ("zorin", "ubuntu", ZORIN, false),
];

const ANTIX: Releases = Releases::Table(&[
    ("19", "10"),
    ("21", "11"),
    ("22", "11"),
    ("23", "12"),
    ("25", "13"),
]);
const DEVUAN: Releases = Releases::Table(&[
    ("1", "8"),
    ("2", "9"),
    ("3", "10"),
    ("4", "11"),
    ("5", "12"),
    ("6", "13"),
]);
const ELEMENTARY: Releases = Releases::Table(&[
    ("5", "18.04"),
    ("6", "20.04"),
    ("7", "22.04"),
    ("8", "24.04"),
]);
const MINT: Releases = Releases::Table(&[
    ("17", "14.04"),
    ("18", "16.04"),
    ("19", "18.04"),
    ("20", "20.04"),
    ("21", "22.04"),
    ("22", "24.04"),
]);
/// The edition of Linux Mint that is made from Debian has the same `ID`, and low numbers.
const MINT_DEBIAN: Releases = Releases::Table(&[
    ("3", "9"),
    ("4", "10"),
    ("5", "11"),
    ("6", "12"),
    ("7", "13"),
]);
const PARROT: Releases = Releases::Table(&[("5", "11"), ("6", "12"), ("7", "13")]);
const POSTMARKET: Releases = Releases::Table(&[
    ("v21.12", "3.15"),
    ("v22.06", "3.16"),
    ("v22.12", "3.17"),
    ("v23.06", "3.18"),
    ("v23.12", "3.19"),
    ("v24.06", "3.20"),
    ("v24.12", "3.21"),
    ("v25.06", "3.22"),
    ("v25.12", "3.23"),
]);
const ZORIN: Releases = Releases::Table(&[
    ("15", "18.04"),
    ("16", "20.04"),
    ("17", "22.04"),
    ("18", "24.04"),
]);

/// The distribution that this one takes its packages from; `None` for one that stands for itself,
/// or that is not known.
pub fn base_of(os: &Distribution) -> Option<Base> {
    let (_, id, mut releases, rebuilt) = *DERIVATIVES
        .iter()
        .find(|(derivative, ..)| *derivative == os.id)?;
    let mut base = id;
    if os.id == "linuxmint" && os.id_like.first().is_some_and(|like| like == "debian") {
        (base, releases) = ("debian", MINT_DEBIAN);
    }
    let version = os.version_id.as_deref();
    let version_id = match releases {
        Releases::Same => version,
        Releases::SameMajor => version.map(major),
        Releases::Table(table) => version.and_then(|version| {
            table
                .iter()
                .find(|(own, _)| is_release(version, own))
                .map(|(_, base)| *base)
        }),
        Releases::Rolling => None,
    };
    Some(Base {
        id: base,
        version_id: version_id.map(str::to_owned),
        rebuilt,
    })
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// Whether `version` is `release` or a point release of it.
fn is_release(version: &str, release: &str) -> bool {
    version
        .strip_prefix(release)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, like: &str, version: Option<&str>, expected: Option<(&str, Option<&str>)>) {
        let os = Distribution {
            id: id.to_owned(),
            id_like: like.split_whitespace().map(str::to_owned).collect(),
            version_id: version.map(str::to_owned),
            ..Distribution::default()
        };
        let base = base_of(&os);
        let base = base
            .as_ref()
            .map(|base| (base.id, base.version_id.as_deref()));
        assert_eq!(base, expected, "{id} {version:?}");
    }

    #[test]
    fn derivatives_take_the_packages_of_their_base() {
        check(
            "linuxmint",
            "ubuntu debian",
            Some("21.3"),
            Some(("ubuntu", Some("22.04"))),
        );
        check(
            "linuxmint",
            "debian",
            Some("6"),
            Some(("debian", Some("12"))),
        );
        check("devuan", "debian", Some("5"), Some(("debian", Some("12"))));
        check(
            "raspbian",
            "debian",
            Some("12"),
            Some(("debian", Some("12"))),
        );
        check(
            "pop",
            "ubuntu debian",
            Some("22.04"),
            Some(("ubuntu", Some("22.04"))),
        );
        check(
            "rocky",
            "rhel centos fedora",
            Some("9.3"),
            Some(("rhel", Some("9"))),
        );
        check("ol", "fedora", Some("8.9"), Some(("rhel", Some("8"))));
        check(
            "sles_sap",
            "suse",
            Some("15.5"),
            Some(("sles", Some("15.5"))),
        );
        check(
            "postmarketos",
            "",
            Some("v24.06"),
            Some(("alpine", Some("3.20"))),
        );
    }

    #[test]
    fn a_release_that_is_not_known_has_no_counterpart() {
        check("linuxmint", "ubuntu", Some("99"), Some(("ubuntu", None)));
        check("linuxmint", "ubuntu", Some("2"), Some(("ubuntu", None)));
        check("kali", "debian", Some("2024.1"), Some(("debian", None)));
        check("devuan", "debian", None, Some(("debian", None)));
    }

    #[test]
    fn others_stand_for_themselves() {
        check("debian", "", Some("12"), None);
        check("wolfi", "", Some("20230201"), None);
        check("strange", "debian", Some("1"), None);
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(DERIVATIVES.is_sorted_by_key(|row| row.0));
    }
}
