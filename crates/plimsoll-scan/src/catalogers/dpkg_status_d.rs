//! Packages of images put together without dpkg: `var/lib/dpkg/status.d`.
//!
//! Distroless images have one control file for each package there, and beside it
//! `NAME.md5sums`, the list of the package's files in md5sum(1)'s format. The files' names are
//! cut at the first dot in older images (`libssl1` for `libssl1.1`), so the name for a list is
//! taken from the package's own documentation folder where that is in it. The sums are not
//! compared here.

use memchr::memchr;
use plimsoll_model::State;

use crate::dpkg::{Origin, read_packages};
use crate::owned::Paths;
use crate::problems::Problems;
use crate::{CatalogError, Cataloger, Facts, File, OwnedFiles, Pattern};

/// See the module.
pub struct DpkgStatusD;

impl Cataloger for DpkgStatusD {
    fn id(&self) -> &'static str {
        "dpkg-status-d"
    }

    fn version(&self) -> u32 {
        2
    }

    fn describe(&self) -> &'static str {
        "packages and their files in distroless images: var/lib/dpkg/status.d"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Under("var/lib/dpkg/status.d")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        match file.name().strip_suffix(".md5sums") {
            Some(stem) => read_sums(&bytes, stem, out),
            None => read_packages(&bytes, Origin::Control, out),
        }
    }
}

fn read_sums(bytes: &[u8], stem: &str, out: &mut Facts) -> Result<(), CatalogError> {
    let mut problems = Problems::new();
    let mut paths = Paths::default();
    let mut package = None;
    let mut lines = bytes.split(|byte| *byte == b'\n').peekable();
    let mut number = 0_usize;
    while let Some(line) = lines.next() {
        number += 1;
        if line.is_empty() {
            continue;
        }
        if lines.peek().is_none() {
            problems.note(|| format!("file list is cut off at line {number}"));
        }
        match path_of(line) {
            Some(path) => {
                package = package.or_else(|| documented(path, stem));
                paths.add(path);
            }
            None => problems.note(|| format!("line {number} is no checksum and path")),
        }
    }
    if paths.was_cut() {
        problems.note(|| format!("path limit ({}) reached", crate::owned::PATHS_MAX));
    }
    if !paths.is_empty() {
        out.owned.push(OwnedFiles {
            package: package.unwrap_or(stem).to_owned(),
            arch: None,
            paths: paths.into_hashes(),
        });
    }
    problems.into_result()
}

/// The path of `<32 hexadecimal digits>  <path>`; a `*` marks binary mode.
fn path_of(line: &[u8]) -> Option<&[u8]> {
    let (sum, path) = line.split_at_checked(memchr(b' ', line)?)?;
    let path = path.get(1..)?;
    let path = path
        .strip_prefix(b" ")
        .or(path.strip_prefix(b"*"))
        .unwrap_or(path);
    (sum.len() == 32 && sum.iter().all(u8::is_ascii_hexdigit) && !path.is_empty()).then_some(path)
}

/// The name in `usr/share/doc/NAME/…`, if the list's name may be short for it.
fn documented<'a>(path: &'a [u8], stem: &str) -> Option<&'a str> {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    let path = path.strip_prefix(b"/").unwrap_or(path);
    let rest = path.strip_prefix(b"usr/share/doc/")?;
    let (name, _) = rest.split_at_checked(memchr(b'/', rest)?)?;
    let name = std::str::from_utf8(name).ok()?;
    let further = name.strip_prefix(stem)?;
    (further.is_empty() || further.starts_with('.')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cataloger::path_hash;
    use crate::testing::read;

    const SUM: &str = "d41d8cd98f00b204e9800998ecf8427e";

    #[test]
    fn a_control_file_without_status_is_a_package() {
        let text = "Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n\
                    Maintainer: x\nDescription: time\n zone\n";
        let (facts, reason) = read(&DpkgStatusD, "var/lib/dpkg/status.d/tzdata", text);
        assert_eq!(reason, None);
        assert_eq!(facts.packages.len(), 1);
        assert_eq!(facts.packages[0].version, "2024a-0+deb12u1");
    }

    #[test]
    fn lists_name_the_owner_of_files() {
        let text = format!("{SUM}  usr/lib/libssl.so.1.1\n{SUM} */usr/share/doc/libssl1.1/x\n");
        let (facts, reason) = read(&DpkgStatusD, "var/lib/dpkg/status.d/libssl1.md5sums", text);
        assert_eq!(reason, None);
        assert_eq!(facts.owned.len(), 1);
        assert_eq!(facts.owned[0].package, "libssl1.1");
        let mut expected = [
            path_hash("usr/lib/libssl.so.1.1"),
            path_hash("usr/share/doc/libssl1.1/x"),
        ];
        expected.sort_unstable();
        assert_eq!(facts.owned[0].paths, expected);
    }

    #[test]
    fn without_documentation_the_name_is_the_files() {
        let text = format!("{SUM}  etc/passwd\n{SUM}  usr/share/doc/base-files/x\n");
        let (facts, _) = read(&DpkgStatusD, "var/lib/dpkg/status.d/base.md5sums", text);
        assert_eq!(facts.owned[0].package, "base");
    }

    #[test]
    fn wrong_lines_are_said() {
        for (text, expected) in [
            (
                format!("{SUM}  etc/passwd\nxyz  etc/group\n"),
                "line 2 is no checksum and path",
            ),
            (
                format!("{SUM}  etc/passwd\n{SUM}  etc/gr"),
                "file list is cut off at line 2",
            ),
        ] {
            let (facts, reason) = read(&DpkgStatusD, "var/lib/dpkg/status.d/b.md5sums", text);
            assert_eq!(reason.as_deref(), Some(expected));
            assert_eq!(facts.owned.len(), 1);
        }
    }

    #[test]
    fn an_empty_file_is_said() {
        let (facts, reason) = read(&DpkgStatusD, "var/lib/dpkg/status.d/base", "");
        assert!(facts.packages.is_empty());
        assert_eq!(reason.as_deref(), Some("package database is empty"));
    }
}
