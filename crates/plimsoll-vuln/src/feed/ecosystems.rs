//! What the ecosystems of the OSV schema are called as scopes.
//!
//! The list of the schema (1.7) is covered; an ecosystem that is not in it is kept under a purl
//! type guessed from its package URL or its name, so that a new one never fails a feed.

use crate::Scope;

/// Where an OSV package lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub scope: Scope,
    /// Names are those of binary packages.
    pub binary: bool,
    /// Fixes that need a subscription (Ubuntu Pro, LTSS); they count where the archive has none.
    pub extended: bool,
}

/// Language ecosystems and others without releases: OSV's name and the purl type.
const PLAIN: [(&str, &str); 27] = [
    ("Android", "android"),
    ("Bioconductor", "bioconductor"),
    ("Bitnami", "bitnami"),
    ("CRAN", "cran"),
    ("ConanCenter", "conan"),
    ("GHC", "ghc"),
    ("GitHub Actions", "githubactions"),
    ("Go", "golang"),
    ("Hackage", "hackage"),
    ("Hex", "hex"),
    ("Julia", "julia"),
    ("Kubernetes", "kubernetes"),
    ("Linux", "linux"),
    ("Maven", "maven"),
    ("NuGet", "nuget"),
    ("OSS-Fuzz", "oss-fuzz"),
    ("Packagist", "composer"),
    ("Pub", "pub"),
    ("PyPI", "pypi"),
    ("RubyGems", "gem"),
    ("SwiftURL", "swift"),
    ("VSCode", "vscode-extension"),
    ("crates.io", "cargo"),
    ("npm", "npm"),
    ("opam", "opam"),
    ("OpenVSX", "vscode-extension"),
    ("WordPress", "wordpress"),
];

/// Distributions whose advisories know one rolling release: OSV's name, purl type, os-release id.
const ROLLING: [(&str, &str, &str); 6] = [
    ("Chainguard", "apk", "chainguard"),
    ("CleanStart", "apk", "cleanstart"),
    ("Echo", "deb", "echo"),
    ("MinimOS", "apk", "minimos"),
    ("Wolfi", "apk", "wolfi"),
    ("Arch Linux", "alpm", "arch"),
];

/// Distributions with releases: OSV's name, purl type, os-release id, binary names.
const RELEASED: [(&str, &str, &str, bool); 12] = [
    ("AlmaLinux", "rpm", "almalinux", true),
    ("Alpaquita", "apk", "alpaquita", false),
    ("Alpine", "apk", "alpine", false),
    ("Azure Linux", "rpm", "azurelinux", false),
    (
        "BellSoft Hardened Containers",
        "apk",
        "bellsoft-hardened-containers",
        false,
    ),
    ("Debian", "deb", "debian", false),
    ("Fedora", "rpm", "fedora", false),
    ("FreeBSD", "freebsd", "freebsd", true),
    ("Mageia", "rpm", "mageia", false),
    ("Photon OS", "rpm", "photon", false),
    ("Rocky Linux", "rpm", "rocky", false),
    ("openEuler", "rpm", "openeuler", false),
];

/// The place that an ecosystem string (`Debian:12`, `npm`) names; `Err` says why there is none.
pub(crate) fn place(ecosystem: &str, purl: Option<&str>) -> Result<Place, String> {
    let (name, release) = match ecosystem.split_once(':') {
        Some((name, release)) => (name, Some(release)),
        None => (ecosystem, None),
    };
    let same = |known: &str| known.eq_ignore_ascii_case(name);
    if let Some((_, purl_type)) = PLAIN.iter().find(|(known, _)| same(known)) {
        return Ok(plain(Scope::ecosystem(purl_type)));
    }
    if let Some((_, kind, id)) = ROLLING.iter().find(|(known, _, _)| same(known)) {
        return Ok(plain(Scope::from(format!("{kind}:{id}"))));
    }
    if let Some((_, kind, id, binary)) = RELEASED.iter().find(|(known, ..)| same(known)) {
        let release = release.ok_or_else(|| format!("{name} without a release"))?;
        let release = release.trim_start_matches('v');
        let mut place = plain(Scope::release(kind, id, release));
        place.binary = *binary;
        return Ok(place);
    }
    match (name, release) {
        ("Ubuntu", Some(release)) => ubuntu(release),
        ("Red Hat", Some(release)) => Ok(red_hat(release)),
        ("SUSE", Some(release)) => Ok(suse(release)),
        ("openSUSE", Some(release)) => Ok(plain(opensuse(release))),
        ("Ubuntu" | "Red Hat" | "SUSE" | "openSUSE", None) => {
            Err(format!("{name} without a release"))
        }
        _ => Ok(plain(guess(name, release, purl))),
    }
}

const fn plain(scope: Scope) -> Place {
    Place {
        scope,
        binary: false,
        extended: false,
    }
}

/// `22.04:LTS`, `Pro:16.04:LTS`, `23.10`. FIPS builds carry versions of their own that do not
/// compare with the archive's, so they have no place.
fn ubuntu(release: &str) -> Result<Place, String> {
    let extended = release.starts_with("Pro:");
    if release.contains("FIPS") || release.contains("Realtime") {
        return Err(format!("separate builds of Ubuntu ({release})"));
    }
    let version = release
        .split(':')
        .find(|part| part.starts_with(|first: char| first.is_ascii_digit()))
        .ok_or_else(|| format!("Ubuntu release `{release}`"))?;
    let mut place = plain(Scope::release("deb", "ubuntu", version));
    place.extended = extended;
    Ok(place)
}

/// `enterprise_linux:9::appstream` is release 9; other products (`rhel_eus:9.2::baseos`) are kept
/// apart, as their fixes carry versions of their own.
fn red_hat(release: &str) -> Place {
    let mut parts = release.split(':');
    let product = parts.next().unwrap_or_default();
    let version = parts.next().unwrap_or_default();
    let scope = if product == "enterprise_linux" {
        Scope::release("rpm", "rhel", version.split('.').next().unwrap_or(version))
    } else {
        Scope::release("rpm", &slug(product), version)
    };
    Place {
        scope,
        binary: true,
        extended: false,
    }
}

/// `Linux Enterprise Server 15 SP5` and the modules on top of it are `sles:15.5`; what the long
/// term and other subscriptions add is the same release.
fn suse(product: &str) -> Place {
    let version = suse_version(product);
    let has = |part: &str| product.contains(part);
    let id = if has("Enterprise Micro") {
        "sle-micro".to_owned()
    } else if has("Linux Micro") {
        "sl-micro".to_owned()
    } else if has("Linux Enterprise") {
        "sles".to_owned()
    } else {
        format!(
            "suse-{}",
            slug(product.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
        )
    };
    let mut place = plain(Scope::release("rpm", &id, &version));
    place.extended = has("LTSS") || has("ESPOS") || has("TERADATA");
    place
}

/// `… 15 SP5` is 15.5, `… 5.5` is 5.5.
fn suse_version(product: &str) -> String {
    let mut version = String::new();
    for word in product.split([' ', '-']) {
        if let Some(pack) = word.strip_prefix("SP") {
            if !version.is_empty() && pack.bytes().all(|byte| byte.is_ascii_digit()) {
                return format!("{version}.{pack}");
            }
        } else if word.starts_with(|first: char| first.is_ascii_digit()) {
            word.clone_into(&mut version);
        }
    }
    version
}

/// `Leap 15.5`, `Tumbleweed`.
fn opensuse(product: &str) -> Scope {
    match product.strip_prefix("Leap ") {
        Some(version) => Scope::release("rpm", "opensuse-leap", version),
        None => Scope::from(format!("rpm:opensuse-{}", slug(product))),
    }
}

/// An ecosystem that the list does not know: the type of the package URL, else its name.
fn guess(name: &str, release: Option<&str>, purl: Option<&str>) -> Scope {
    let kind = purl
        .and_then(|purl| purl.strip_prefix("pkg:"))
        .and_then(|rest| rest.split('/').next())
        .filter(|kind| !kind.is_empty() && kind.len() < 64)
        .map_or_else(|| slug(name), slug);
    match release {
        Some(release) => Scope::release(&kind, &slug(name), release),
        None => Scope::from(kind),
    }
}

/// Lower case letters, digits, dots and dashes.
fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for character in text.chars().take(64) {
        if character.is_ascii_alphanumeric() || character == '.' {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches('-').to_owned()
}

/// A package's name as its ecosystem compares it: PEP 503 for PyPI; lower case where the registry
/// does not tell cases apart.
pub(crate) fn package_name(purl_type: &str, name: &str) -> String {
    match purl_type {
        "pypi" => {
            let mut normal = String::with_capacity(name.len());
            for character in name.trim().chars() {
                if matches!(character, '-' | '_' | '.') {
                    if !normal.ends_with('-') {
                        normal.push('-');
                    }
                } else {
                    normal.extend(character.to_lowercase());
                }
            }
            normal
        }
        "composer" | "githubactions" | "hex" | "nuget" | "pub" | "bitnami" => {
            name.trim().to_lowercase()
        }
        _ => name.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(ecosystem: &str) -> String {
        match place(ecosystem, None) {
            Ok(place) => place.scope.to_string(),
            Err(reason) => format!("! {reason}"),
        }
    }

    #[test]
    fn ecosystems_of_the_schema() {
        for (ecosystem, expected) in [
            ("npm", "npm"),
            ("PyPI", "pypi"),
            ("Go", "golang"),
            ("Maven", "maven"),
            ("Maven:https://repo.spring.io/plugins", "maven"),
            ("crates.io", "cargo"),
            ("RubyGems", "gem"),
            ("Packagist", "composer"),
            ("Packagist:https://packages.drupal.org/8", "composer"),
            ("NuGet", "nuget"),
            ("Hex", "hex"),
            ("Pub", "pub"),
            ("GitHub Actions", "githubactions"),
            ("SwiftURL", "swift"),
            ("Debian:12", "deb:debian:12"),
            ("Debian", "! Debian without a release"),
            ("Ubuntu:22.04:LTS", "deb:ubuntu:22.04"),
            ("Ubuntu:Pro:16.04:LTS", "deb:ubuntu:16.04"),
            ("Ubuntu:23.10", "deb:ubuntu:23.10"),
            (
                "Ubuntu:Pro:FIPS:16.04:LTS",
                "! separate builds of Ubuntu (Pro:FIPS:16.04:LTS)",
            ),
            ("Alpine:v3.19", "apk:alpine:3.19"),
            ("AlmaLinux:8", "rpm:almalinux:8"),
            ("Rocky Linux:9", "rpm:rocky:9"),
            ("Red Hat:enterprise_linux:9::appstream", "rpm:rhel:9"),
            ("Red Hat:rhel_eus:9.2::baseos", "rpm:rhel-eus:9.2"),
            ("SUSE:Linux Enterprise Server 15 SP5", "rpm:sles:15.5"),
            (
                "SUSE:Linux Enterprise Module for Basesystem 15 SP5",
                "rpm:sles:15.5",
            ),
            ("SUSE:Linux Enterprise Server 12 SP5-LTSS", "rpm:sles:12.5"),
            ("SUSE:Linux Enterprise Micro 5.5", "rpm:sle-micro:5.5"),
            ("openSUSE:Leap 15.5", "rpm:opensuse-leap:15.5"),
            ("openSUSE:Tumbleweed", "rpm:opensuse-tumbleweed"),
            ("Wolfi", "apk:wolfi"),
            ("Chainguard", "apk:chainguard"),
            ("Bitnami", "bitnami"),
            ("openEuler:22.03-LTS-SP3", "rpm:openeuler:22.03-LTS-SP3"),
            ("Photon OS:4.0", "rpm:photon:4.0"),
            ("kubernetes", "kubernetes"),
            ("New Thing", "new-thing"),
            ("New Distro:3", "new-distro:new-distro:3"),
        ] {
            assert_eq!(scope(ecosystem), expected, "{ecosystem}");
        }
    }

    #[test]
    fn an_unknown_ecosystem_takes_the_type_of_its_purl() {
        let place = place("New Thing", Some("pkg:luarocks/kong"));
        assert_eq!(
            place.map(|place| place.scope.to_string()),
            Ok("luarocks".to_owned())
        );
    }

    #[test]
    fn names_as_ecosystems_compare_them() {
        assert_eq!(
            package_name("pypi", "Zope.Interface__x"),
            "zope-interface-x"
        );
        assert_eq!(package_name("npm", "@Scope/Name"), "@Scope/Name");
        assert_eq!(
            package_name("composer", "Symfony/HTTP-Kernel"),
            "symfony/http-kernel"
        );
    }
}
