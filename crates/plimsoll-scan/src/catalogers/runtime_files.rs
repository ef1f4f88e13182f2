//! Runtimes that have a file saying which they are: `release` of a Java home, `VERSION` of a Go
//! toolchain.
//!
//! Both names are common; a file with another content is none of these and is passed by.

use plimsoll_model::{Ecosystem, Part, State};

use super::go_binary::{STDLIB, release_version};
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// Largest file that is looked at, in bytes. Java's names all its modules and has below 10,000.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// Longest version that is taken, in bytes.
const VERSION_BYTES_MAX: usize = 64;

/// Name under which Go's vulnerability database keeps compiler, linker and `go` itself.
const TOOLCHAIN: &str = "toolchain";

/// See the module.
pub struct RuntimeFiles;

impl Cataloger for RuntimeFiles {
    fn id(&self) -> &'static str {
        "runtime-files"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Java runtimes (release) and Go toolchains (VERSION) without a package"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("VERSION"), Pattern::Name("release")]
    }

    fn wants(&self, path: &str, _mode: u32, size_bytes: u64) -> bool {
        size_bytes <= FILE_BYTES_MAX && !path.starts_with("opt/bitnami/")
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let text = file.text()?;
        if file.name() == "release" {
            out.packages.extend(java(&text));
        } else if let Some(version) = go(&text) {
            out.packages.extend([STDLIB, TOOLCHAIN].map(|name| Found {
                part: Part::Runtime,
                ..Found::new(Ecosystem::GOLANG, name, release_version(version))
            }));
        }
        Ok(())
    }
}

/// `JAVA_VERSION="17.0.9"`. Oracle's own builds are told from those of OpenJDK.
fn java(text: &str) -> Option<Found> {
    let field = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.trim().split_once('=')?;
            (key == name).then(|| value.trim_matches('"'))
        })
    };
    let version = field("JAVA_VERSION").filter(|version| is_version(version))?;
    let name = match field("BUILD_TYPE") {
        Some("commercial") => "oracle-jdk",
        _ => "openjdk",
    };
    Some(Found {
        part: Part::Runtime,
        ..Found::new(Ecosystem::GENERIC, name, version)
    })
}

/// `go1.21.5` in the first line; since Go 1.21 a line with the time follows.
fn go(text: &str) -> Option<&str> {
    let version = text.lines().next()?.trim().strip_prefix("go")?;
    (is_version(version) && version.contains('.')).then_some(version)
}

fn is_version(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.len() <= VERSION_BYTES_MAX
        && text.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read;

    fn check(path: &str, text: &str, expected: &[(&str, &str)]) {
        let (facts, reason) = read(&RuntimeFiles, path, text);
        assert_eq!(reason, None);
        let found: Vec<(&str, &str)> = facts
            .packages
            .iter()
            .map(|found| (found.name.as_str(), found.version.as_str()))
            .collect();
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn java_homes() {
        check(
            "opt/java/openjdk/release",
            "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_RUNTIME_VERSION=\"17.0.9+9\"\nJAVA_VERSION=\"17.0.9\"\n",
            &[("openjdk", "17.0.9")],
        );
        check(
            "usr/lib/jvm/8/release",
            "JAVA_VERSION=\"1.8.0_392\"\n",
            &[("openjdk", "1.8.0_392")],
        );
        check(
            "usr/java/jdk-17/release",
            "BUILD_TYPE=\"commercial\"\nJAVA_VERSION=\"17.0.9\"\n",
            &[("oracle-jdk", "17.0.9")],
        );
    }

    #[test]
    fn go_toolchains() {
        check(
            "usr/local/go/VERSION",
            "go1.21.5\ntime 2023-11-29T21:23:04Z\n",
            &[("stdlib", "1.21.5"), ("toolchain", "1.21.5")],
        );
        check(
            "usr/lib/go-1.19/VERSION",
            "go1.19.8",
            &[("stdlib", "1.19.8"), ("toolchain", "1.19.8")],
        );
    }

    #[test]
    fn release_candidates_of_go() {
        check(
            "usr/local/go/VERSION",
            "go1.23rc1\n",
            &[("stdlib", "1.23.0-rc.1"), ("toolchain", "1.23.0-rc.1")],
        );
    }

    #[test]
    fn other_files_of_these_names_are_passed_by() {
        check("srv/app/VERSION", "1.2.3\n", &[]);
        check("srv/app/VERSION", "google\n", &[]);
        check("srv/app/VERSION", "go1\n", &[]);
        check("srv/app/release", "stable\n", &[]);
        check("srv/app/release", "JAVA_VERSION=\"$(evil)\"\n", &[]);
        check("srv/app/release", "", &[]);
    }
}
