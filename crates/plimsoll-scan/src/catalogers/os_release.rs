//! Which distribution a target is: `etc/os-release`, and what older releases have instead.
//!
//! Implements os-release(5). The files of releases before it (`debian_version`, `redhat-release`
//! and their like) are read by their known wordings; the engine takes them only where there is no
//! os-release. How long a release lives is not said here but in [`crate::distribution`].

use plimsoll_model::{Distribution, State};

use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// Longest value that is taken, in bytes.
const VALUE_BYTES_MAX: usize = 256;

/// Largest file that is read, in bytes. Real ones have below 1,000.
const RELEASE_BYTES_MAX: usize = 64 << 10;

/// See the module.
pub struct OsRelease;

impl Cataloger for OsRelease {
    fn id(&self) -> &'static str {
        "os-release"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "the distribution and its release: etc/os-release, and the files of releases before it"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[
            Pattern::Path("etc/os-release"),
            Pattern::Path("usr/lib/os-release"),
            Pattern::Path("etc/SuSE-release"),
            Pattern::Path("etc/alpine-release"),
            Pattern::Path("etc/centos-release"),
            Pattern::Path("etc/debian_version"),
            Pattern::Path("etc/fedora-release"),
            Pattern::Path("etc/lsb-release"),
            Pattern::Path("etc/oracle-release"),
            Pattern::Path("etc/redhat-release"),
            Pattern::Path("etc/system-release"),
        ]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        let bytes = bytes.get(..RELEASE_BYTES_MAX).unwrap_or(&bytes);
        let text = String::from_utf8_lossy(bytes);
        let os = match file.name() {
            "os-release" => os_release(&text),
            "lsb-release" => lsb_release(&text),
            "alpine-release" => alpine_release(&text),
            "debian_version" => debian_version(&text),
            "SuSE-release" => suse_release(&text),
            _ => red_hat_release(&text),
        };
        let os = os.ok_or_else(|| CatalogError::new("file names no known distribution"))?;
        out.os = Some(os);
        Ok(())
    }
}

fn os_release(text: &str) -> Option<Distribution> {
    let mut os = Distribution::default();
    let mut name = None;
    for (key, value) in assignments(text) {
        match key {
            "ID" => os.id = value.to_ascii_lowercase(),
            "ID_LIKE" => {
                os.id_like = value
                    .split_ascii_whitespace()
                    .map(str::to_ascii_lowercase)
                    .collect();
            }
            "VERSION_ID" => os.version_id = Some(value),
            "VERSION_CODENAME" => os.codename = Some(value),
            "PRETTY_NAME" => os.pretty_name = Some(value),
            "NAME" => name = Some(value),
            _ => {}
        }
    }
    os.version_id = os.version_id.filter(|version| is_word(version));
    os.codename = os.codename.filter(|codename| is_word(codename));
    os.pretty_name = os.pretty_name.or(name).filter(|name| !name.is_empty());
    is_word(&os.id).then_some(os)
}

/// Keys and values of shell assignments; what is none is passed over, as the manual says.
fn assignments(text: &str) -> impl Iterator<Item = (&str, String)> {
    text.lines().filter_map(|line| {
        let (key, value) = line.trim().split_once('=')?;
        let is_key = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        (!key.is_empty() && key.chars().all(is_key)).then_some(())?;
        Some((key, unquote(value)?))
    })
}

/// A value as a shell would see it, without expansion; `None` if a quote is not closed.
fn unquote(raw: &str) -> Option<String> {
    let mut value = String::new();
    let mut quote = None;
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            // In double quotes a backslash stands for itself before anything but these.
            (Some('"'), '\\') => match characters.next()? {
                escaped @ ('$' | '`' | '"' | '\\') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            (None, '\\') => value.push(characters.next()?),
            (None, character) if character.is_ascii_whitespace() => break,
            (_, character) => value.push(character),
        }
    }
    (quote.is_none() && value.len() <= VALUE_BYTES_MAX).then_some(value)
}

/// What the manual allows in `ID`, `VERSION_ID` and `VERSION_CODENAME`, and a plus sign.
fn is_word(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    (1..=64).contains(&text.len()) && text.chars().all(allowed)
}

/// Ubuntu before 12.04, and others.
fn lsb_release(text: &str) -> Option<Distribution> {
    let mut os = Distribution::default();
    for (key, value) in assignments(text) {
        match key {
            "DISTRIB_ID" => os.id = value.to_ascii_lowercase(),
            "DISTRIB_RELEASE" => os.version_id = Some(value).filter(|version| is_word(version)),
            "DISTRIB_CODENAME" => os.codename = Some(value).filter(|codename| is_word(codename)),
            "DISTRIB_DESCRIPTION" => os.pretty_name = Some(value),
            _ => {}
        }
    }
    is_word(&os.id).then_some(os)
}

fn named(id: &str, version: Option<&str>, pretty_name: Option<&str>) -> Distribution {
    Distribution {
        id: id.to_owned(),
        version_id: version.map(str::to_owned),
        pretty_name: pretty_name.map(str::to_owned),
        ..Distribution::default()
    }
}

/// `3.19.1`.
fn alpine_release(text: &str) -> Option<Distribution> {
    let version = text.trim();
    let is_version = version.starts_with(|c: char| c.is_ascii_digit()) && is_word(version);
    is_version.then(|| named("alpine", Some(version), None))
}

/// `12.5`, `trixie/sid`.
fn debian_version(text: &str) -> Option<Distribution> {
    let text = text.trim();
    if let Some((codename, "sid")) = text.split_once('/') {
        return is_word(codename).then(|| Distribution {
            codename: Some(codename.to_owned()),
            ..named("debian", None, None)
        });
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) || !is_word(text) {
        return None;
    }
    // Since release 4 the numbers behind the first are point releases.
    let release = match text.split_once('.') {
        Some((major, _)) if major.parse::<u32>().is_ok_and(|major| major >= 4) => major,
        _ => text,
    };
    Some(named("debian", Some(release), None))
}

/// Beginnings of one-line release files and the `ID` that os-release would have.
const RED_HAT_LIKE: [(&str, &str); 13] = [
    ("AlmaLinux", "almalinux"),
    ("Amazon Linux", "amzn"),
    ("CentOS", "centos"),
    ("CloudLinux", "cloudlinux"),
    ("Fedora", "fedora"),
    ("Oracle Linux", "ol"),
    ("Red Hat Enterprise Linux", "rhel"),
    ("Rocky Linux", "rocky"),
    ("Scientific Linux", "scientific"),
    ("VMware Photon", "photon"),
    ("Virtuozzo", "virtuozzo"),
    ("openSUSE", "opensuse"),
    ("SUSE Linux Enterprise Server", "sles"),
];

/// `CentOS release 6.10 (Final)`.
fn red_hat_release(text: &str) -> Option<Distribution> {
    let line = text.lines().next()?.trim();
    let (_, id) = RED_HAT_LIKE
        .iter()
        .find(|(start, _)| line.starts_with(start))?;
    let version = line
        .split_ascii_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()) && is_word(word));
    let pretty_name = (line.len() <= VALUE_BYTES_MAX).then_some(line);
    Some(named(id, version, pretty_name))
}

/// `SUSE Linux Enterprise Server 11 (x86_64)`, then `VERSION = 11` and `PATCHLEVEL = 4`.
fn suse_release(text: &str) -> Option<Distribution> {
    let mut os = red_hat_release(text)?;
    let field = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            let value = value.trim();
            (key.trim() == name && is_word(value)).then_some(value)
        })
    };
    let version = field("VERSION")?;
    os.version_id = Some(match field("PATCHLEVEL").filter(|level| *level != "0") {
        Some(level) => format!("{version}.{level}"),
        None => version.to_owned(),
    });
    Some(os)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read;

    fn check(path: &str, text: &str, expected: Option<(&str, &str)>) {
        let (facts, reason) = read(&OsRelease, path, text);
        let found = facts.os.as_ref().map(|os| {
            let version = os.version_id.as_deref().or(os.codename.as_deref());
            (os.id.as_str(), version.unwrap_or(""))
        });
        assert_eq!(found, expected, "{path} {text}");
        assert_eq!(reason.is_none(), expected.is_some());
    }

    #[test]
    fn os_release_as_distributions_write_it() {
        for (text, expected) in [
            ("ID=debian\nVERSION_ID=\"12\"\n", ("debian", "12")),
            ("ID=debian\nVERSION_CODENAME=trixie\n", ("debian", "trixie")),
            ("ID=alpine\nVERSION_ID=3.19.1\n", ("alpine", "3.19.1")),
            ("ID=\"rhel\"\nVERSION_ID='8.9'\n", ("rhel", "8.9")),
            ("# comment\n\nID=arch\n", ("arch", "")),
            (
                "ID=opensuse-leap\r\nVERSION_ID=15.5\r\n",
                ("opensuse-leap", "15.5"),
            ),
            ("  ID=x\nVERSION_ID=1 # no comment here\n", ("x", "1")),
            ("ID=Twice\nID=last\n", ("last", "")),
        ] {
            check("etc/os-release", text, Some(expected));
            check("usr/lib/os-release", text, Some(expected));
        }
    }

    #[test]
    fn quotes_follow_the_shell() {
        for (raw, expected) in [
            ("plain", Some("plain")),
            ("\"a b\"", Some("a b")),
            ("'a \\\" b'", Some("a \\\" b")),
            (r#""a \" \$ \` \\ \n b""#, Some(r#"a " $ ` \ \n b"#)),
            ("a\\ b", Some("a b")),
            ("'a'\"b\"c", Some("abc")),
            ("\"open", None),
            ("'open", None),
            ("end\\", None),
            ("", Some("")),
        ] {
            assert_eq!(unquote(raw).as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn what_names_nothing_is_an_error() {
        for text in [
            "",
            "garbage",
            "NAME=x\n",
            "ID=\n",
            "ID=\"a b\"\n",
            "ID=\u{1b}[2J\n",
            "\0\0",
        ] {
            check("etc/os-release", text, None);
        }
        check("etc/alpine-release", "edge\n", None);
        check("etc/debian_version", "", None);
        check("etc/redhat-release", "My own Linux release 1\n", None);
    }

    #[test]
    fn likes_and_names_are_kept() {
        let text = "PRETTY_NAME=\"Linux Mint 21\"\nNAME=Mint\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n\
                    VERSION_ID=21\nVERSION_CODENAME=vanessa\n";
        let (facts, _) = read(&OsRelease, "etc/os-release", text);
        let os = facts.os.unwrap();
        assert_eq!(os.id_like, ["ubuntu", "debian"]);
        assert_eq!(os.pretty_name.as_deref(), Some("Linux Mint 21"));
        assert_eq!(os.codename.as_deref(), Some("vanessa"));
    }

    #[test]
    fn releases_before_os_release() {
        for (path, text, expected) in [
            ("etc/alpine-release", "3.19.1\n", ("alpine", "3.19.1")),
            ("etc/debian_version", "12.5\n", ("debian", "12")),
            ("etc/debian_version", "6.0.10\n", ("debian", "6")),
            ("etc/debian_version", "3.1\n", ("debian", "3.1")),
            ("etc/debian_version", "trixie/sid\n", ("debian", "trixie")),
            (
                "etc/redhat-release",
                "CentOS release 5.11 (Final)\n",
                ("centos", "5.11"),
            ),
            (
                "etc/centos-release",
                "CentOS Linux release 7.9.2009 (Core)\n",
                ("centos", "7.9.2009"),
            ),
            (
                "etc/redhat-release",
                "Red Hat Enterprise Linux Server release 5.11 (Tikanga)\n",
                ("rhel", "5.11"),
            ),
            (
                "etc/oracle-release",
                "Oracle Linux Server release 6.10\n",
                ("ol", "6.10"),
            ),
            (
                "etc/system-release",
                "Amazon Linux AMI release 2018.03\n",
                ("amzn", "2018.03"),
            ),
            (
                "etc/fedora-release",
                "Fedora release 20 (Heisenbug)\n",
                ("fedora", "20"),
            ),
            (
                "etc/SuSE-release",
                "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n",
                ("sles", "11.4"),
            ),
            (
                "etc/SuSE-release",
                "openSUSE 13.1 (x86_64)\nVERSION = 13.1\n",
                ("opensuse", "13.1"),
            ),
            (
                "etc/lsb-release",
                "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\n",
                ("ubuntu", "10.04"),
            ),
        ] {
            check(path, text, Some(expected));
        }
    }
}
