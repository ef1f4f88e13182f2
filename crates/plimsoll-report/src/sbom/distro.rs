//! Which distribution an inventory is of, from what documents say in passing.

use std::collections::BTreeMap;

use plimsoll_model::{Distribution, Package, Part};

/// The distribution of a purl's `distro` qualifier: `debian-12`, `3.18.4` beside the namespace
/// `alpine`, `opensuse-leap-15.5`, `arch`.
pub fn of_qualifier(distro: &str, namespace: Option<&str>) -> Distribution {
    let (id, version) = split(distro, namespace);
    Distribution {
        id: id.to_ascii_lowercase(),
        version_id: Some(version.to_owned()).filter(|version| !version.is_empty()),
        ..Distribution::default()
    }
}

fn split<'a>(distro: &'a str, namespace: Option<&'a str>) -> (&'a str, &'a str) {
    let digit = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    if digit(distro) {
        // A bare version: the namespace is the distribution.
        return (namespace.unwrap_or_default(), distro);
    }
    if let Some((id, version)) = distro.rsplit_once('-')
        && digit(version)
    {
        return (id, version);
    }
    namespace
        .and_then(|id| Some((id, distro.strip_prefix(id)?.strip_prefix('-')?)))
        .unwrap_or((distro, ""))
}

/// The distribution that most operating system packages name.
pub fn most_named(packages: &[Package]) -> Option<Distribution> {
    let mut counts: BTreeMap<(String, Option<String>), usize> = BTreeMap::new();
    for package in packages.iter().filter(|package| package.part == Part::Os) {
        let Some(parts) = package.purl.parts() else {
            continue;
        };
        let distro = parts.qualifiers.iter().find(|(key, _)| key == "distro");
        let os = match distro {
            Some((_, value)) => of_qualifier(value, parts.namespace.as_deref()),
            None => continue,
        };
        *counts.entry((os.id, os.version_id)).or_default() += 1;
    }
    // Of equally many the first by name, so that the answer does not hang on their order.
    let ((id, version_id), _) = counts.into_iter().rev().max_by_key(|(_, count)| *count)?;
    Some(Distribution {
        id,
        version_id,
        ..Distribution::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualifiers_of_the_common_tools() {
        for (distro, namespace, id, version) in [
            ("debian-12", Some("debian"), "debian", "12"),
            ("3.18.4", Some("alpine"), "alpine", "3.18.4"),
            ("rocky-9.3", Some("rocky"), "rocky", "9.3"),
            ("rhel-9.3", Some("redhat"), "rhel", "9.3"),
            (
                "opensuse-leap-15.5",
                Some("opensuse"),
                "opensuse-leap",
                "15.5",
            ),
            ("arch", Some("arch"), "arch", ""),
            ("debian-trixie/sid", Some("debian"), "debian", "trixie/sid"),
        ] {
            let os = of_qualifier(distro, namespace);
            assert_eq!(os.id, id, "{distro}");
            assert_eq!(os.version_id.unwrap_or_default(), version, "{distro}");
        }
    }
}
