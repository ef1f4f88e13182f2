//! What is known about distributions beyond what they say of themselves: how long they get
//! security fixes.
//!
//! Facts carried over from the vendors' own pages, by hand; a release that is not in the tables
//! has no date, and nothing is guessed. Which distribution is made from which other one is in
//! [`plimsoll_model::derivation`], which advisories hold for it in `plimsoll-vuln`.

mod lifecycle;

use plimsoll_model::{Date, Distribution, base_of};

pub use lifecycle::{LIFECYCLES, Lifecycle, Releases};

/// Last day of security support that everybody gets; `None` for a rolling release and for what is
/// not known. A derivative without dates of its own lasts as long as the release it is made from.
pub fn eol(os: &Distribution) -> Option<Date> {
    lifecycle(os).map(|lifecycle| lifecycle.security)
}

/// The dates of a release.
pub fn lifecycle(os: &Distribution) -> Option<Lifecycle> {
    if let Some(own) = own_lifecycle(os) {
        return Some(own);
    }
    let base = base_of(os)?;
    own_lifecycle(&Distribution {
        id: base.id.to_owned(),
        version_id: base.version_id,
        ..Distribution::default()
    })
}

fn own_lifecycle(os: &Distribution) -> Option<Lifecycle> {
    let id = match os.id.as_str() {
        // CentOS Stream says of itself that it is `centos`, but ends before RHEL does.
        "centos" if is_stream(os) => "centos-stream",
        id => id,
    };
    let (_, parts, releases) = LIFECYCLES.iter().find(|(known, ..)| *known == id)?;
    let version = os.version_id.as_deref().map(|version| cut(version, *parts));
    let codename = os.codename.as_deref();
    let found = releases.iter().find(|(release, name, _)| match version {
        Some(version) => *release == version,
        // Debian's testing release has a codename long before it has a number.
        None => !name.is_empty() && codename == Some(name),
    })?;
    Some(found.2)
}

fn is_stream(os: &Distribution) -> bool {
    os.pretty_name
        .as_deref()
        .is_some_and(|name| name.contains("Stream"))
}

/// The first `parts` numbers of a version.
fn cut(version: &str, parts: usize) -> &str {
    match version.match_indices('.').nth(parts.saturating_sub(1)) {
        Some((at, _)) => version.get(..at).unwrap_or(version),
        None => version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn os(id: &str, version: Option<&str>) -> Distribution {
        Distribution {
            id: id.to_owned(),
            version_id: version.map(str::to_owned),
            ..Distribution::default()
        }
    }

    fn check(id: &str, version: &str, expected: Option<&str>) {
        let eol = eol(&os(id, Some(version))).map(|date| date.to_string());
        assert_eq!(eol.as_deref(), expected, "{id} {version}");
    }

    #[test]
    fn releases_end_on_their_day() {
        check("debian", "12", Some("2028-06-30"));
        check("ubuntu", "22.04", Some("2027-06-01"));
        check("alpine", "3.19.1", Some("2025-11-01"));
        check("rhel", "8.10", Some("2029-05-31"));
        check("amzn", "2018.03", Some("2023-12-31"));
        check("amzn", "2", Some("2026-06-30"));
        check("amzn", "2023.6.20241010", Some("2029-06-30"));
        check("sles", "15.5", Some("2024-12-31"));
        check("sles", "15", Some("2019-12-31"));
        check("opensuse-leap", "15.6", Some("2026-04-30"));
        check("rocky", "9.3", Some("2032-05-31"));
    }

    #[test]
    fn nothing_is_guessed() {
        check("debian", "99", None);
        check("sles", "15.99", None);
        check("alpine", "3.99.1", None);
        check("wolfi", "20230201", None);
        check("strange", "1", None);
        assert_eq!(eol(&os("debian", None)), None);
    }

    #[test]
    fn derivatives_last_as_long_as_what_they_are_made_from() {
        check("linuxmint", "21.3", Some("2027-06-01"));
        check("raspbian", "12", Some("2028-06-30"));
        check("scientific", "7.9", Some("2024-06-30"));
    }

    #[test]
    fn testing_is_known_by_its_codename() {
        let mut trixie = os("debian", None);
        trixie.codename = Some("trixie".to_owned());
        assert_eq!(
            eol(&trixie).map(|date| date.to_string()).as_deref(),
            Some("2030-06-30")
        );
    }

    #[test]
    fn stream_is_not_centos_linux() {
        let mut stream = os("centos", Some("8"));
        assert_eq!(
            eol(&stream).map(|date| date.to_string()).as_deref(),
            Some("2021-12-31")
        );
        stream.pretty_name = Some("CentOS Stream 8".to_owned());
        assert_eq!(
            eol(&stream).map(|date| date.to_string()).as_deref(),
            Some("2024-05-31")
        );
    }

    #[test]
    fn what_can_be_bought_is_apart() {
        let bionic = lifecycle(&os("ubuntu", Some("18.04"))).unwrap();
        assert_eq!(bionic.security.to_string(), "2023-05-31");
        assert_eq!(
            bionic.extended.map(|date| date.to_string()).as_deref(),
            Some("2028-04-26")
        );
    }

    #[test]
    fn tables_are_sorted_and_support_does_not_end_before_it_began() {
        assert!(LIFECYCLES.is_sorted_by_key(|(id, ..)| *id));
        for (id, _, releases) in LIFECYCLES {
            for (release, _, lifecycle) in *releases {
                assert!(
                    lifecycle
                        .extended
                        .is_none_or(|end| end > lifecycle.security),
                    "{id} {release}"
                );
            }
        }
    }
}
