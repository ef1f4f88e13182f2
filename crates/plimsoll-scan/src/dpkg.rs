//! What dpkg says about packages, in whatever file it says it.
//!
//! Implements the package fields of deb-control(5) and the `Status` field of dpkg(1) as far as
//! they say what is installed. Relations, descriptions and conffiles are passed over. Shared by
//! the catalogers of `status` and of `status.d`.

use plimsoll_model::{Ecosystem, Part, SourcePackage};

use crate::deb822::{Event, Events, line_count};
use crate::problems::Problems;
use crate::{CatalogError, Facts, Found};

/// Packages that one database may list. Debian as a whole has about 65,000.
pub(crate) const PACKAGES_MAX: usize = 50_000;

/// Longest name or version that is taken, in bytes. Debian's longest are below 100.
const WORD_BYTES_MAX: usize = 256;

/// Which kind of file paragraphs come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// dpkg's own database: each paragraph has a `Status`, and dpkg closes it with an empty line.
    Database,
    /// A control file as it lies in a package: it is there because the package was unpacked.
    Control,
}

/// The fields of one paragraph that matter here; empty where absent.
#[derive(Debug, Default, Clone, Copy)]
struct Fields<'a> {
    line: u32,
    package: &'a [u8],
    status: &'a [u8],
    version: &'a [u8],
    architecture: &'a [u8],
    source: &'a [u8],
    built_using: &'a [u8],
    wrong: Option<u32>,
}

/// Reads every paragraph of `bytes` and puts the packages that are there into `out`.
///
/// What can be read counts; the error says what could not.
pub(crate) fn read_packages(
    bytes: &[u8],
    origin: Origin,
    out: &mut Facts,
) -> Result<(), CatalogError> {
    let mut problems = Problems::new();
    let mut fields = Fields::default();
    let mut paragraphs = 0_usize;
    for event in Events::new(bytes) {
        match event {
            Event::Field { line, name, value } => fields.take(line, name, value),
            Event::More { .. } => {}
            Event::Wrong { line } => {
                fields.wrong.get_or_insert(line);
            }
            Event::End => {
                paragraphs += 1;
                let paragraph = std::mem::take(&mut fields);
                if let Some(found) = problems.keep(paragraph.found(origin)).flatten() {
                    out.packages.push(found);
                }
                if let Some(line) = paragraph.wrong {
                    problems.note(|| format!("line {line} is no field"));
                }
                if out.packages.len() >= PACKAGES_MAX {
                    problems.note(|| format!("package limit ({PACKAGES_MAX}) reached"));
                    break;
                }
            }
        }
    }
    if paragraphs == 0 {
        problems.note(|| "package database is empty".to_owned());
    } else if origin == Origin::Database && !crate::deb822::ends_closed(bytes) {
        let lines = line_count(bytes);
        problems.note(|| format!("package database is cut off at line {lines}"));
    }
    problems.into_result()
}

impl<'a> Fields<'a> {
    fn take(&mut self, line: u32, name: &[u8], value: &'a [u8]) {
        if self.line == 0 {
            self.line = line;
        }
        // Of a field that is there twice dpkg takes the last; lengths first, since most lines are
        // none of these.
        let place = match name.len() {
            6 if name.eq_ignore_ascii_case(b"status") => &mut self.status,
            6 if name.eq_ignore_ascii_case(b"source") => &mut self.source,
            7 if name.eq_ignore_ascii_case(b"package") => &mut self.package,
            7 if name.eq_ignore_ascii_case(b"version") => &mut self.version,
            11 if name.eq_ignore_ascii_case(b"built-using") => &mut self.built_using,
            12 if name.eq_ignore_ascii_case(b"architecture") => &mut self.architecture,
            _ => return,
        };
        *place = value;
    }

    /// The package, if it is there; an error if the paragraph does not say what it should.
    fn found(self, origin: Origin) -> Result<Option<Found>, CatalogError> {
        let wrong =
            |what: &str| CatalogError::new(format!("paragraph at line {}: {what}", self.line));
        if self.package.is_empty() {
            return Err(wrong("no package name"));
        }
        match (origin, self.status.is_empty()) {
            (Origin::Database, true) => return Err(wrong("no status")),
            (Origin::Control, true) => {}
            (_, false) => match is_there(self.status) {
                Some(true) => {}
                Some(false) => return Ok(None),
                None => return Err(wrong("unknown status")),
            },
        }
        let name = word(self.package).ok_or_else(|| wrong("package name is not a word"))?;
        if self.version.is_empty() {
            return Err(wrong("no version"));
        }
        let version = word(self.version).ok_or_else(|| wrong("version is not a word"))?;
        let source = source(self.source, &name, &version)
            .ok_or_else(|| wrong("source package is not understood"))?;
        let source = signed(&source, self.built_using).unwrap_or(source);
        Ok(Some(Found {
            arch: word(self.architecture),
            part: Part::Os,
            source: Some(source),
            line: Some(self.line),
            ..Found::new(Ecosystem::DEB, name, version)
        }))
    }
}

/// Whether files of a package with this `Status` are there: `install ok installed` and everything
/// on the way there. A package that was unpacked but never configured has its programs in place
/// and can be run. `None` for words that dpkg does not know.
fn is_there(status: &[u8]) -> Option<bool> {
    let mut words = status
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let (_want, _flag, state) = (words.next()?, words.next()?, words.next()?);
    match state {
        b"installed" | b"unpacked" | b"half-configured" | b"half-installed"
        | b"triggers-awaited" | b"triggers-pending" => Some(true),
        b"not-installed" | b"config-files" => Some(false),
        _ => None,
    }
}

/// The source package: `Source: name (version)`, where each part may be left out if it is the
/// binary package's own.
fn source(field: &[u8], name: &str, version: &str) -> Option<SourcePackage> {
    let own = || (name.to_owned(), version.to_owned());
    let (name, version) =
        match memchr::memchr(b'(', field).and_then(|at| field.split_at_checked(at)) {
            _ if field.is_empty() => own(),
            None => (word(field)?, own().1),
            Some((name, version)) => {
                let version = version.strip_prefix(b"(")?.strip_suffix(b")")?;
                (word(name.trim_ascii())?, word(version.trim_ascii())?)
            }
        };
    Some(SourcePackage { name, version })
}

/// What a source package of signatures (`linux-signed-amd64`, `grub-efi-amd64-signed`) signed:
/// its code comes from the one source package that it was built with, `linux (= 6.1.176-1)`, and
/// that is what advisories speak of.
fn signed(source: &SourcePackage, built_using: &[u8]) -> Option<SourcePackage> {
    let (_, rest) = source.name.split_once("-signed")?;
    if !rest.is_empty() && !rest.starts_with('-') {
        return None;
    }
    let (name, version) = built_using.split_at_checked(memchr::memchr(b'(', built_using)?)?;
    let version = version.strip_prefix(b"(=")?.strip_suffix(b")")?;
    Some(SourcePackage {
        name: word(name.trim_ascii())?,
        version: word(version.trim_ascii())?,
    })
}

/// One printable ASCII word of a sensible length.
fn word(bytes: &[u8]) -> Option<String> {
    let fits = (1..=WORD_BYTES_MAX).contains(&bytes.len());
    if !fits || !bytes.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, origin: Origin) -> (Vec<String>, Option<String>) {
        let mut facts = Facts::default();
        let result = read_packages(text.as_bytes(), origin, &mut facts);
        let packages = facts
            .packages
            .iter()
            .map(|found| {
                let source = found.source.as_ref().map_or("-".to_owned(), |source| {
                    format!("{}={}", source.name, source.version)
                });
                format!(
                    "{} {} {} {source} @{}",
                    found.name,
                    found.version,
                    found.arch.as_deref().unwrap_or("-"),
                    found.line.unwrap_or(0)
                )
            })
            .collect();
        (packages, result.err().map(|error| error.reason))
    }

    fn check(text: &str, packages: &[&str], error: Option<&str>) {
        let (found, reason) = read(text, Origin::Database);
        assert_eq!(found, packages);
        assert_eq!(reason.as_deref(), error);
    }

    fn with_status(status: &str) -> String {
        format!("Package: a\nStatus: {status}\nArchitecture: all\nVersion: 1\n\n")
    }

    #[test]
    fn what_was_signed_is_the_source() {
        for (source, built_using, expected) in [
            (
                "linux-signed-amd64 (6.1.176+1)",
                "linux (= 6.1.176-1)",
                "linux=6.1.176-1",
            ),
            (
                "shim-signed (1.51)",
                "shim (= 16.1-2~deb12u1)",
                "shim=16.1-2~deb12u1",
            ),
            // Without saying what was signed, with more than one, and no signature at all.
            ("shim-signed (1.51)", "", "shim-signed=1.51"),
            (
                "shim-signed (1.51)",
                "shim (= 1), x (= 2)",
                "shim-signed=1.51",
            ),
            ("shim-signed (1.51)", "shim (= 1),", "shim-signed=1.51"),
            ("python-signedjson (1)", "x (= 2)", "python-signedjson=1"),
            ("busybox (1)", "glibc (= 2)", "busybox=1"),
        ] {
            let text = format!(
                "Package: a\nStatus: install ok installed\nVersion: 9\nSource: {source}\n\
                 Built-Using: {built_using}\n\n"
            );
            let (found, error) = read(&text, Origin::Database);
            assert_eq!(error, None);
            assert!(found[0].contains(&format!(" {expected} ")), "{found:?}");
        }
    }

    #[test]
    fn source_and_its_version() {
        check(
            "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\n\
             Source: openssl\nVersion: 3.0.15-1~deb12u1\n\n\
             Package: gcc\nStatus: install ok installed\nArchitecture: amd64\n\
             Source: gcc-defaults (1.203)\nVersion: 4:12.2.0-3\n\n\
             Package: bash\nStatus: install ok installed\nArchitecture: amd64\n\
             Version: 5.2.15-2+b7\nSource: bash (5.2.15-2)\n\n",
            &[
                "libssl3 3.0.15-1~deb12u1 amd64 openssl=3.0.15-1~deb12u1 @1",
                "gcc 4:12.2.0-3 amd64 gcc-defaults=1.203 @7",
                "bash 5.2.15-2+b7 amd64 bash=5.2.15-2 @13",
            ],
            None,
        );
    }

    #[test]
    fn what_is_there_counts_in_every_state() {
        for (status, there) in [
            ("install ok installed", true),
            ("hold ok installed", true),
            ("deinstall ok installed", true),
            ("install reinstreq half-installed", true),
            ("install ok unpacked", true),
            ("install ok half-configured", true),
            ("install ok triggers-awaited", true),
            ("install ok triggers-pending", true),
            ("deinstall ok config-files", false),
            ("purge ok not-installed", false),
        ] {
            let (found, reason) = read(&with_status(status), Origin::Database);
            assert_eq!(found.len(), usize::from(there), "{status}");
            assert_eq!(reason, None, "{status}");
        }
    }

    #[test]
    fn removed_packages_need_no_version() {
        check(
            "Package: a\nStatus: purge ok not-installed\nPriority: optional\n\n",
            &[],
            None,
        );
    }

    #[test]
    fn lies_are_said_and_the_rest_is_read() {
        let good = with_status("install ok installed");
        let good_at = |line: u32| format!("a 1 all a=1 @{line}");
        for (wrong, reason, lines) in [
            (
                with_status("install ok fine"),
                "paragraph at line 1: unknown status",
                5,
            ),
            (
                with_status("installed"),
                "paragraph at line 1: unknown status",
                5,
            ),
            (
                "Package: b\nVersion: 1\n\n".to_owned(),
                "paragraph at line 1: no status",
                3,
            ),
            (
                "Version: 1\n\n".to_owned(),
                "paragraph at line 1: no package name",
                2,
            ),
            (
                "Package: b\nStatus: install ok installed\n\n".to_owned(),
                "paragraph at line 1: no version",
                3,
            ),
            (
                "Package: b c\nStatus: install ok installed\nVersion: 1\n\n".to_owned(),
                "paragraph at line 1: package name is not a word",
                4,
            ),
            (
                "Package: b\nStatus: install ok installed\nVersion: 1\u{1b}[2J\n\n".to_owned(),
                "paragraph at line 1: version is not a word",
                4,
            ),
            (
                "Package: b\nStatus: install ok installed\nVersion: 1\nSource: c (2\n\n".to_owned(),
                "paragraph at line 1: source package is not understood",
                5,
            ),
            (
                format!("{}garbage\n\n", good.trim_end().to_owned() + "\n"),
                "line 5 is no field",
                6,
            ),
        ] {
            let (found, error) = read(&format!("{wrong}{good}"), Origin::Database);
            assert_eq!(error.as_deref(), Some(reason), "{wrong}");
            assert_eq!(found.last(), Some(&good_at(lines + 1)), "{wrong}");
        }
    }

    #[test]
    fn nothing_is_an_error_and_not_an_empty_system() {
        for text in ["", "\n", "\n\n\n"] {
            check(text, &[], Some("package database is empty"));
        }
        let (found, reason) = read("\0\0\0\0\u{7f}ELF", Origin::Database);
        assert!(found.is_empty());
        assert!(reason.is_some());
    }

    #[test]
    fn a_cut_anywhere_but_between_paragraphs_is_noticed() {
        let first = with_status("install ok installed");
        let whole = format!("{first}{}", with_status("install ok unpacked"));
        for end in 0..whole.len() {
            let (_, reason) = read(&whole[..end], Origin::Database);
            assert_eq!(reason.is_none(), end == first.len(), "cut at {end}");
        }
        check(&whole, &["a 1 all a=1 @1", "a 1 all a=1 @6"], None);
    }

    #[test]
    fn a_control_file_needs_no_status_and_no_empty_line() {
        let (found, reason) = read(
            "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n",
            Origin::Control,
        );
        assert_eq!(found, ["base-files 12.4 amd64 base-files=12.4 @1"]);
        assert_eq!(reason, None);
    }
}
