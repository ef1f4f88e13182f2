//! Packages and their files in apk's database, `lib/apk/db/installed`.
//!
//! Implements the text format of apk-tools 2 and 3: one letter, a colon and a value a line,
//! packages closed by an empty line; `F:` opens a folder, `R:` names a file in it. The binary
//! format of apk 3 (`ADB`) is recognised and not read. Checksums are not compared here.

use memchr::memchr;
use plimsoll_model::{Ecosystem, Part, SourcePackage, State};

use crate::nested::refuse_nested;
use crate::owned::{PATHS_MAX, Paths};
use crate::problems::Problems;
use crate::{CatalogError, Cataloger, Facts, File, Found, OwnedFiles, Pattern};

/// Packages that one database may list. Alpine as a whole has about 25,000.
const PACKAGES_MAX: usize = 50_000;

/// Longest path that is taken, in bytes; Linux's own limit.
const PATH_BYTES_MAX: usize = 4096;

/// Longest name, version or licence that is taken, in bytes.
const TEXT_BYTES_MAX: usize = 1024;

/// See the module.
pub struct ApkInstalled;

impl Cataloger for ApkInstalled {
    fn id(&self) -> &'static str {
        "apk-installed"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "packages installed by apk (Alpine, Wolfi), and their files: lib/apk/db/installed"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Tail("lib/apk/db/installed")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        refuse_nested(
            file.path,
            &["lib/apk/db/installed", "usr/lib/apk/db/installed"],
        )?;
        read_database(&file.bytes()?, out)
    }
}

/// What was read of the package at hand; empty where absent.
#[derive(Default)]
struct Entry<'a> {
    line: u32,
    name: &'a [u8],
    version: &'a [u8],
    arch: &'a [u8],
    origin: &'a [u8],
    license: &'a [u8],
    folder: &'a [u8],
    paths: Paths,
}

fn read_database(bytes: &[u8], out: &mut Facts) -> Result<(), CatalogError> {
    if bytes.starts_with(b"ADB") {
        return Err(CatalogError::new(
            "apk database is in the binary format ADB, which is not read",
        ));
    }
    let mut problems = Problems::new();
    let mut entry = Entry::default();
    let mut rest = bytes;
    let mut line = 0_u32;
    let mut entries = 0_usize;
    let mut paths_left = PATHS_MAX;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let (text, further) = rest.split_at(end);
        rest = further.get(1..).unwrap_or_default();
        line = line.saturating_add(1);
        if !text.is_empty() {
            if !entry.take(line, text) {
                problems.note(|| format!("line {line} is no field"));
            }
            if !rest.is_empty() {
                continue;
            }
        }
        if entry.line == 0 {
            continue;
        }
        entries += 1;
        paths_left = paths_left.saturating_sub(entry.paths.len());
        let next = Entry {
            paths: Paths::with_room(paths_left),
            ..Entry::default()
        };
        let complete = std::mem::replace(&mut entry, next);
        problems.keep(complete.close(out));
        if entries >= PACKAGES_MAX {
            problems.note(|| format!("package limit ({PACKAGES_MAX}) reached"));
            break;
        }
    }
    if entries == 0 {
        problems.note(|| "package database is empty".to_owned());
    } else if !bytes.ends_with(b"\n\n") {
        problems.note(|| format!("package database is cut off at line {line}"));
    }
    problems.into_result()
}

impl<'a> Entry<'a> {
    /// Takes a line; `false` if it is none of the format.
    fn take(&mut self, line: u32, text: &'a [u8]) -> bool {
        if self.line == 0 {
            self.line = line;
        }
        let Some((&[key, b':'], value)) = text.split_first_chunk::<2>() else {
            return false;
        };
        match key {
            b'P' => self.name = value,
            b'V' => self.version = value,
            b'A' => self.arch = value,
            b'o' => self.origin = value,
            b'L' => self.license = value,
            b'F' => self.folder = value,
            b'R' => {
                if self.folder.is_empty() {
                    self.paths.add(value);
                } else if self.folder.len() + value.len() < PATH_BYTES_MAX {
                    self.paths.add(&[self.folder, b"/", value].concat());
                } else {
                    return false;
                }
            }
            _ => return key.is_ascii_alphabetic(),
        }
        true
    }

    fn close(self, out: &mut Facts) -> Result<(), CatalogError> {
        let line = self.line;
        let wrong = |what: &str| CatalogError::new(format!("package at line {line}: {what}"));
        let name = word(self.name).ok_or_else(|| wrong("no package name"))?;
        let cut = self.paths.was_cut();
        if !self.paths.is_empty() {
            out.owned.push(OwnedFiles {
                package: name.clone(),
                arch: None,
                paths: self.paths.into_hashes(),
            });
        }
        let version = word(self.version).ok_or_else(|| wrong("no version"))?;
        let source = SourcePackage {
            name: word(self.origin).unwrap_or_else(|| name.clone()),
            version: version.clone(),
        };
        out.packages.push(Found {
            arch: word(self.arch),
            part: Part::Os,
            source: Some(source),
            licenses: license(self.license).into_iter().collect(),
            line: Some(self.line),
            ..Found::new(Ecosystem::APK, name, version)
        });
        if cut {
            return Err(CatalogError::new(format!(
                "path limit ({PATHS_MAX}) reached"
            )));
        }
        Ok(())
    }
}

/// One printable ASCII word of a sensible length.
fn word(bytes: &[u8]) -> Option<String> {
    let fits = (1..=TEXT_BYTES_MAX).contains(&bytes.len());
    (fits && bytes.iter().all(u8::is_ascii_graphic))
        .then(|| String::from_utf8_lossy(bytes).into_owned())
}

fn license(bytes: &[u8]) -> Option<String> {
    let text = bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes).trim_ascii();
    (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cataloger::path_hash;
    use crate::testing;

    fn read(text: &str) -> (Facts, Option<String>) {
        testing::read(&ApkInstalled, "lib/apk/db/installed", text)
    }

    const LIBCRYPTO: &str = "C:Q1abc=\nP:libcrypto3\nV:3.1.4-r5\nA:x86_64\nS:1\nI:2\n\
        T:Crypto library from openssl\nU:https://www.openssl.org/\nL:Apache-2.0\no:openssl\n\
        m:A <a@example.org>\nt:1706228012\nc:b784a22cad0c452586b438cb7a597d846fc09ff4\n\
        D:so:libc.musl-x86_64.so.1\np:so:libcrypto.so.3=3\nr:libcrypto1.1\n\
        F:etc\nF:etc/ssl\nR:ct_log_list.cnf\nZ:Q1abc=\nM:0:0:755\n\
        F:lib\nR:libcrypto.so.3\na:0:0:755\nZ:Q1def=\n\n";

    #[test]
    fn package_origin_licence_and_files() {
        let (facts, reason) = read(LIBCRYPTO);
        assert_eq!(reason, None);
        let found = &facts.packages[0];
        assert_eq!(
            (
                found.name.as_str(),
                found.version.as_str(),
                found.arch.as_deref(),
                found.line
            ),
            ("libcrypto3", "3.1.4-r5", Some("x86_64"), Some(1))
        );
        assert_eq!(
            found.source.as_ref().map(|source| source.name.as_str()),
            Some("openssl")
        );
        assert_eq!(found.licenses, ["Apache-2.0"]);
        let mut expected = [
            path_hash("etc/ssl/ct_log_list.cnf"),
            path_hash("lib/libcrypto.so.3"),
        ];
        expected.sort_unstable();
        assert_eq!(facts.owned[0].paths, expected);
    }

    #[test]
    fn a_file_in_the_root_folder_has_no_folder() {
        let (facts, reason) = read("P:a\nV:1-r0\nF:\nR:.hidden\n\n");
        assert_eq!(reason, None);
        assert_eq!(facts.owned[0].paths, [path_hash(".hidden")]);
        assert_eq!(
            facts.packages[0].source.as_ref().map(|s| s.name.as_str()),
            Some("a")
        );
    }

    #[test]
    fn a_cut_anywhere_but_between_packages_is_noticed() {
        let whole = format!("{LIBCRYPTO}P:b\nV:1-r0\n\n");
        for end in 0..whole.len() {
            let (facts, reason) = read(&whole[..end]);
            assert_eq!(reason.is_none(), end == LIBCRYPTO.len(), "cut at {end}");
            assert!(facts.packages.len() < 2 || end > LIBCRYPTO.len() + 6);
        }
        assert_eq!(read(&whole).0.packages.len(), 2);
    }

    #[test]
    fn lies_are_said_and_the_rest_is_read() {
        for (wrong, expected) in [
            ("V:1-r0\n\n", "package at line 1: no package name"),
            ("P:b\n\n", "package at line 1: no version"),
            ("P:b\nV:1 2\n\n", "package at line 1: no version"),
            ("P:b\nV:1\nnonsense\n\n", "line 3 is no field"),
        ] {
            let (facts, reason) = read(&format!("{wrong}{LIBCRYPTO}"));
            assert_eq!(reason.as_deref(), Some(expected));
            let last = facts.packages.last().map(|found| found.name.as_str());
            assert_eq!(last, Some("libcrypto3"));
        }
    }

    #[test]
    fn what_is_no_text_database_is_said() {
        assert_eq!(read("").1.as_deref(), Some("package database is empty"));
        assert_eq!(
            read("ADB.....").1.as_deref(),
            Some("apk database is in the binary format ADB, which is not read")
        );
        assert!(read("\0\0\0").1.is_some());
    }

    #[test]
    fn a_database_of_another_root_is_not_counted() {
        let (facts, reason) = testing::read(&ApkInstalled, "mnt/lib/apk/db/installed", LIBCRYPTO);
        assert!(facts.packages.is_empty() && reason.is_some());
        let (facts, _) = testing::read(&ApkInstalled, "usr/lib/apk/db/installed", LIBCRYPTO);
        assert_eq!(facts.packages.len(), 1);
    }
}
