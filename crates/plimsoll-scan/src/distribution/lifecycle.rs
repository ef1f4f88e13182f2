//! How long releases of distributions get security fixes: facts, one line each.
//!
//! Sources: Debian's and Ubuntu's rows from `distro-info-data` (a test holds them against it), the
//! others from the vendors' life cycle pages. As of November 2026.
//!
//! The others were read a second time against the tables of endoflife.date: AlmaLinux, Alpine,
//! Azure Linux, CentOS Stream, Fedora, openSUSE, RHEL, Rocky and SLES agree. With one source only:
//! Amazon Linux (its dates were moved twice), Oracle's extended support, Photon, SLES 15 SP6 and
//! SP7. A release that is not here has no date in the report; none is guessed.

use plimsoll_model::Date;

/// Last days of support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifecycle {
    /// Of security support that everybody gets.
    pub security: Date,
    /// Of what the vendor sells beyond that.
    pub extended: Option<Date>,
}

/// Release (as `VERSION_ID` has it, cut), codename or empty, dates.
pub type Releases = &'static [(&'static str, &'static str, Lifecycle)];

type Day = (i16, i8, i8);

const fn until(security: Day) -> Lifecycle {
    Lifecycle {
        security: day(security),
        extended: None,
    }
}

const fn sold(security: Day, extended: Day) -> Lifecycle {
    Lifecycle {
        security: day(security),
        extended: Some(day(extended)),
    }
}

const fn day((year, month, day): Day) -> Date {
    Date::constant(year, month, day)
}

/// Distribution (`ID` of os-release), how many numbers of its version make a release, releases.
/// Sorted by distribution.
pub const LIFECYCLES: &[(&str, usize, Releases)] = &[
    ("almalinux", 1, ALMALINUX),
    ("alpine", 2, ALPINE),
    ("amzn", 1, AMZN),
    ("azurelinux", 2, AZURELINUX),
    ("centos", 1, CENTOS),
    ("centos-stream", 1, CENTOS_STREAM),
    ("debian", 1, DEBIAN),
    ("fedora", 1, FEDORA),
    ("mariner", 2, MARINER),
    ("ol", 1, OL),
    ("opensuse", 2, OPENSUSE),
    ("opensuse-leap", 2, OPENSUSE_LEAP),
    ("photon", 2, PHOTON),
    ("rhel", 1, RHEL),
    ("rocky", 1, ROCKY),
    ("sles", 2, SLES),
    ("ubuntu", 2, UBUNTU),
];

/// AlmaLinux: the end of security support.
const ALMALINUX: Releases = &[
    ("8", "", until((2029, 3, 1))),
    ("9", "", until((2032, 5, 31))),
    ("10", "", until((2035, 5, 31))),
];

/// Alpine: the end of support of the branch.
const ALPINE: Releases = &[
    ("2.6", "", until((2015, 5, 1))),
    ("2.7", "", until((2015, 11, 1))),
    ("3.0", "", until((2016, 5, 1))),
    ("3.1", "", until((2016, 11, 1))),
    ("3.2", "", until((2017, 5, 1))),
    ("3.3", "", until((2017, 11, 1))),
    ("3.4", "", until((2018, 5, 1))),
    ("3.5", "", until((2018, 11, 1))),
    ("3.6", "", until((2019, 5, 1))),
    ("3.7", "", until((2019, 11, 1))),
    ("3.8", "", until((2020, 5, 1))),
    ("3.9", "", until((2020, 11, 1))),
    ("3.10", "", until((2021, 5, 1))),
    ("3.11", "", until((2021, 11, 1))),
    ("3.12", "", until((2022, 5, 1))),
    ("3.13", "", until((2022, 11, 1))),
    ("3.14", "", until((2023, 5, 1))),
    ("3.15", "", until((2023, 11, 1))),
    ("3.16", "", until((2024, 5, 23))),
    ("3.17", "", until((2024, 11, 22))),
    ("3.18", "", until((2025, 5, 9))),
    ("3.19", "", until((2025, 11, 1))),
    ("3.20", "", until((2026, 4, 1))),
    ("3.21", "", until((2026, 11, 1))),
    ("3.22", "", until((2027, 5, 1))),
    ("3.23", "", until((2027, 11, 1))),
];

/// Amazon Linux; releases of the first one are told by their year.
const AMZN: Releases = &[
    ("2", "", until((2026, 6, 30))),
    ("2011", "", until((2023, 12, 31))),
    ("2012", "", until((2023, 12, 31))),
    ("2013", "", until((2023, 12, 31))),
    ("2014", "", until((2023, 12, 31))),
    ("2015", "", until((2023, 12, 31))),
    ("2016", "", until((2023, 12, 31))),
    ("2017", "", until((2023, 12, 31))),
    ("2018", "", until((2023, 12, 31))),
    ("2023", "", until((2029, 6, 30))),
];

/// Azure Linux.
const AZURELINUX: Releases = &[("3.0", "", until((2027, 8, 31)))];

/// CentOS Linux.
const CENTOS: Releases = &[
    ("5", "", until((2017, 3, 31))),
    ("6", "", until((2020, 11, 30))),
    ("7", "", until((2024, 6, 30))),
    ("8", "", until((2021, 12, 31))),
];

/// CentOS Stream, whose os-release says `centos`.
const CENTOS_STREAM: Releases = &[
    ("8", "", until((2024, 5, 31))),
    ("9", "", until((2027, 5, 31))),
];

/// Debian: the end of long-term support, which everybody gets; beyond it Freexian's ELTS. Before
/// long-term support began, the end of security support.
const DEBIAN: Releases = &[
    ("4", "etch", until((2010, 2, 15))),
    ("5", "lenny", until((2012, 2, 6))),
    ("6", "squeeze", until((2016, 2, 29))),
    ("7", "wheezy", sold((2018, 5, 31), (2020, 6, 30))),
    ("8", "jessie", sold((2020, 6, 30), (2025, 6, 30))),
    ("9", "stretch", sold((2022, 6, 30), (2027, 6, 30))),
    ("10", "buster", sold((2024, 6, 30), (2029, 6, 30))),
    ("11", "bullseye", sold((2026, 8, 31), (2031, 6, 30))),
    ("12", "bookworm", sold((2028, 6, 30), (2033, 6, 30))),
    ("13", "trixie", sold((2030, 6, 30), (2035, 6, 30))),
];

/// Fedora.
const FEDORA: Releases = &[
    ("20", "", until((2015, 6, 23))),
    ("21", "", until((2015, 12, 1))),
    ("22", "", until((2016, 7, 19))),
    ("23", "", until((2016, 12, 20))),
    ("24", "", until((2017, 8, 8))),
    ("25", "", until((2017, 12, 12))),
    ("26", "", until((2018, 5, 29))),
    ("27", "", until((2018, 11, 30))),
    ("28", "", until((2019, 5, 28))),
    ("29", "", until((2019, 11, 26))),
    ("30", "", until((2020, 5, 26))),
    ("31", "", until((2020, 11, 24))),
    ("32", "", until((2021, 5, 25))),
    ("33", "", until((2021, 11, 30))),
    ("34", "", until((2022, 6, 7))),
    ("35", "", until((2022, 12, 13))),
    ("36", "", until((2023, 5, 16))),
    ("37", "", until((2023, 12, 5))),
    ("38", "", until((2024, 5, 21))),
    ("39", "", until((2024, 11, 26))),
    ("40", "", until((2025, 5, 13))),
    ("41", "", until((2025, 12, 15))),
    ("42", "", until((2026, 5, 13))),
    ("43", "", until((2026, 12, 9))),
];

/// CBL-Mariner.
const MARINER: Releases = &[
    ("1.0", "", until((2023, 8, 31))),
    ("2.0", "", until((2025, 7, 31))),
];

/// Oracle Linux: the end of premier support; beyond it extended support.
const OL: Releases = &[
    ("6", "", sold((2021, 3, 1), (2024, 12, 1))),
    ("7", "", sold((2024, 12, 1), (2028, 6, 30))),
    ("8", "", sold((2029, 7, 1), (2032, 7, 1))),
    ("9", "", sold((2032, 6, 30), (2035, 6, 30))),
];

/// openSUSE before Leap.
const OPENSUSE: Releases = &[
    ("12.3", "", until((2015, 1, 29))),
    ("13.1", "", until((2016, 2, 3))),
    ("13.2", "", until((2017, 1, 17))),
];

/// openSUSE Leap.
const OPENSUSE_LEAP: Releases = &[
    ("15.0", "", until((2019, 12, 3))),
    ("15.1", "", until((2021, 2, 2))),
    ("15.2", "", until((2022, 1, 4))),
    ("15.3", "", until((2022, 12, 31))),
    ("15.4", "", until((2023, 12, 7))),
    ("15.5", "", until((2024, 12, 31))),
    ("15.6", "", until((2026, 4, 30))),
    ("16.0", "", until((2027, 10, 31))),
    ("42.1", "", until((2017, 5, 17))),
    ("42.2", "", until((2018, 1, 26))),
    ("42.3", "", until((2019, 7, 1))),
];

/// Photon OS, as announced in January 2022 or later.
const PHOTON: Releases = &[
    ("1.0", "", until((2022, 2, 28))),
    ("2.0", "", until((2022, 12, 31))),
    ("3.0", "", until((2024, 6, 30))),
    ("4.0", "", until((2025, 12, 31))),
];

/// RHEL: the end of maintenance support; beyond it the Extended Life Cycle Support add-on.
const RHEL: Releases = &[
    ("4", "", sold((2012, 2, 29), (2017, 3, 31))),
    ("5", "", sold((2017, 3, 31), (2020, 11, 30))),
    ("6", "", sold((2020, 11, 30), (2024, 6, 30))),
    ("7", "", sold((2024, 6, 30), (2028, 6, 30))),
    ("8", "", sold((2029, 5, 31), (2032, 5, 31))),
    ("9", "", sold((2032, 5, 31), (2035, 5, 31))),
    ("10", "", until((2035, 5, 31))),
];

/// Rocky Linux.
const ROCKY: Releases = &[
    ("8", "", until((2029, 5, 31))),
    ("9", "", until((2032, 5, 31))),
    ("10", "", until((2035, 5, 31))),
];

/// SUSE Linux Enterprise: the end of general support of the service pack; beyond it Long Term
/// Service Pack Support.
const SLES: Releases = &[
    ("11", "", until((2010, 12, 31))),
    ("11.1", "", sold((2012, 8, 31), (2015, 8, 30))),
    ("11.2", "", sold((2014, 1, 31), (2017, 1, 30))),
    ("11.3", "", sold((2016, 1, 31), (2019, 1, 30))),
    ("11.4", "", sold((2019, 3, 31), (2022, 3, 31))),
    ("12", "", sold((2016, 6, 30), (2019, 7, 1))),
    ("12.1", "", sold((2017, 5, 31), (2020, 5, 31))),
    ("12.2", "", sold((2018, 3, 31), (2021, 3, 31))),
    ("12.3", "", sold((2019, 6, 30), (2022, 6, 30))),
    ("12.4", "", sold((2020, 6, 30), (2023, 6, 30))),
    ("12.5", "", sold((2024, 10, 31), (2027, 10, 31))),
    ("15", "", sold((2019, 12, 31), (2022, 12, 31))),
    ("15.1", "", sold((2021, 1, 31), (2024, 1, 31))),
    ("15.2", "", sold((2021, 12, 31), (2024, 12, 31))),
    ("15.3", "", sold((2022, 12, 31), (2025, 12, 31))),
    ("15.4", "", sold((2023, 12, 31), (2026, 12, 31))),
    ("15.5", "", sold((2024, 12, 31), (2027, 12, 31))),
    ("15.6", "", sold((2025, 12, 31), (2028, 12, 31))),
    ("15.7", "", sold((2031, 7, 31), (2034, 7, 31))),
];

/// Ubuntu: the end of standard support; beyond it Expanded Security Maintenance (Ubuntu Pro).
const UBUNTU: Releases = &[
    ("10.04", "lucid", until((2015, 4, 30))),
    ("10.10", "maverick", until((2012, 4, 10))),
    ("11.04", "natty", until((2012, 10, 28))),
    ("11.10", "oneiric", until((2013, 5, 9))),
    ("12.04", "precise", sold((2017, 4, 28), (2019, 4, 26))),
    ("12.10", "quantal", until((2014, 5, 16))),
    ("13.04", "raring", until((2014, 1, 27))),
    ("13.10", "saucy", until((2014, 7, 17))),
    ("14.04", "trusty", sold((2019, 4, 25), (2024, 4, 25))),
    ("14.10", "utopic", until((2015, 7, 23))),
    ("15.04", "vivid", until((2016, 2, 4))),
    ("15.10", "wily", until((2016, 7, 28))),
    ("16.04", "xenial", sold((2021, 4, 30), (2026, 4, 23))),
    ("16.10", "yakkety", until((2017, 7, 20))),
    ("17.04", "zesty", until((2018, 1, 13))),
    ("17.10", "artful", until((2018, 7, 19))),
    ("18.04", "bionic", sold((2023, 5, 31), (2028, 4, 26))),
    ("18.10", "cosmic", until((2019, 7, 18))),
    ("19.04", "disco", until((2020, 1, 23))),
    ("19.10", "eoan", until((2020, 7, 17))),
    ("20.04", "focal", sold((2025, 5, 29), (2030, 4, 23))),
    ("20.10", "groovy", until((2021, 7, 22))),
    ("21.04", "hirsute", until((2022, 1, 20))),
    ("21.10", "impish", until((2022, 7, 14))),
    ("22.04", "jammy", sold((2027, 6, 1), (2032, 4, 21))),
    ("22.10", "kinetic", until((2023, 7, 20))),
    ("23.04", "lunar", until((2024, 1, 25))),
    ("23.10", "mantic", until((2024, 7, 11))),
    ("24.04", "noble", sold((2029, 5, 31), (2034, 4, 25))),
    ("24.10", "oracular", until((2025, 7, 10))),
    ("25.04", "plucky", until((2026, 1, 15))),
    ("25.10", "questing", until((2026, 7, 9))),
    ("26.04", "resolute", sold((2031, 5, 29), (2036, 4, 23))),
    ("26.10", "stonking", until((2027, 7, 15))),
];
