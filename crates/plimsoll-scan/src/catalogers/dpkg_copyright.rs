//! Licences of Debian's packages: `usr/share/doc/PACKAGE/copyright`.
//!
//! Implements the reading side of the machine-readable copyright format 1.0 (DEP-5) as far as it
//! names licences. Of a file in prose it takes only the names of the common licences that it
//! refers to, as they are spelled: whether later versions are allowed is in the prose. A package
//! whose documentation folder is a link to another package's has no licences here.

use std::collections::BTreeSet;

use memchr::memmem;
use plimsoll_model::State;

use crate::deb822::{Event, Events};
use crate::licenses::to_spdx;
use crate::{CatalogError, Cataloger, Facts, File, PackageLicenses, Pattern};

/// Licences that are kept of one package.
const LICENSES_MAX: usize = 64;

/// Longest licence name that is kept, in bytes; what is longer is the licence itself.
const LICENSE_BYTES_MAX: usize = 200;

const COMMON_LICENSES: &[u8] = b"/usr/share/common-licenses/";

/// See the module.
pub struct DpkgCopyright;

impl Cataloger for DpkgCopyright {
    fn id(&self) -> &'static str {
        "dpkg-copyright"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "licences of Debian's packages: usr/share/doc/*/copyright"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("copyright")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        package_of(path).is_some()
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let Some(package) = package_of(file.path) else {
            return Ok(());
        };
        let bytes = file.bytes()?;
        let names = if is_machine_readable(&bytes) {
            fields(&bytes)
        } else {
            references(&bytes)
        };
        let licenses: BTreeSet<String> = names
            .iter()
            .map(|name| to_spdx_if_stated(name, &bytes))
            .collect();
        if !licenses.is_empty() {
            out.licenses.push(PackageLicenses {
                package: package.to_owned(),
                licenses: licenses.into_iter().take(LICENSES_MAX).collect(),
            });
        }
        Ok(())
    }
}

fn package_of(path: &str) -> Option<&str> {
    let name = path
        .strip_prefix("usr/share/doc/")?
        .strip_suffix("/copyright")?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

/// Whether the first field says which format this is; some files have blank lines before it.
fn is_machine_readable(bytes: &[u8]) -> bool {
    let head = bytes.trim_ascii_start();
    let starts = |name: &[u8]| {
        head.get(..name.len())
            .is_some_and(|h| h.eq_ignore_ascii_case(name))
    };
    starts(b"format:") || starts(b"format-specification:")
}

fn to_spdx_if_stated(name: &str, bytes: &[u8]) -> String {
    // In prose a name stands for "this version, and maybe later ones": that is no SPDX licence.
    let stated = is_machine_readable(bytes) || !name.contains("GPL") && !name.contains("GFDL");
    let spdx = if stated { to_spdx(name) } else { None };
    spdx.unwrap_or_else(|| name.to_owned())
}

/// The first lines of `License` fields. Those of paragraphs about files are what the package is
/// under; paragraphs that only define a name count where there are no others.
fn fields(bytes: &[u8]) -> BTreeSet<String> {
    let mut of_files = BTreeSet::new();
    let mut defined = BTreeSet::new();
    let (mut about_files, mut license) = (false, None);
    for event in Events::new(bytes) {
        match event {
            Event::Field { name, value, .. } if name.eq_ignore_ascii_case(b"license") => {
                license = name_of(value);
            }
            Event::Field { name, .. } => {
                about_files |=
                    name.eq_ignore_ascii_case(b"files") || name.eq_ignore_ascii_case(b"format");
            }
            Event::End => {
                let about_files = std::mem::take(&mut about_files);
                let place = if about_files {
                    &mut of_files
                } else {
                    &mut defined
                };
                if place.len() < LICENSES_MAX {
                    place.extend(license.take());
                }
            }
            Event::More { .. } | Event::Wrong { .. } => {}
        }
    }
    if of_files.is_empty() {
        defined
    } else {
        of_files
    }
}

/// Names behind `/usr/share/common-licenses/`.
fn references(bytes: &[u8]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for at in memmem::find_iter(bytes, COMMON_LICENSES) {
        let rest = bytes.get(at + COMMON_LICENSES.len()..).unwrap_or_default();
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        let len = rest
            .iter()
            .take(LICENSE_BYTES_MAX)
            .take_while(|byte| is_name(byte))
            .count();
        // A full stop behind a name ends a sentence.
        let name = rest.get(..len).unwrap_or_default().trim_ascii();
        let name = name.strip_suffix(b".").unwrap_or(name);
        names.extend(name_of(name));
        if names.len() >= LICENSES_MAX {
            break;
        }
    }
    names
}

fn name_of(value: &[u8]) -> Option<String> {
    let fits = (1..=LICENSE_BYTES_MAX).contains(&value.len());
    (fits && value.iter().all(|byte| matches!(byte, b' '..=b'~')))
        .then(|| String::from_utf8_lossy(value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read;

    fn check(text: &str, expected: &[&str]) {
        let (facts, reason) = read(&DpkgCopyright, "usr/share/doc/bash/copyright", text);
        assert_eq!(reason, None);
        let licenses: Vec<String> = facts
            .licenses
            .into_iter()
            .flat_map(|told| told.licenses)
            .collect();
        assert_eq!(licenses, expected);
    }

    #[test]
    fn fields_of_the_machine_readable_form() {
        check(
            "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
             Upstream-Name: bash\n\nFiles: *\nCopyright: 1987 FSF\nLicense: GPL-3+\n\n\
             Files: lib/*\nCopyright: x\nLicense: Expat or special-thing\n\n\
             License: GPL-3+\n Long text.\n .\n More.\n\nLicense: BSD-4-clause\n unused\n",
            &["Expat or special-thing", "GPL-3.0-or-later"],
        );
    }

    #[test]
    fn definitions_count_where_nothing_else_is_said() {
        check("Format: x\n\nLicense: Zlib\n text\n", &["Zlib"]);
        check(
            "\nFormat: x\nLicense: ISC\n\nLicense: Zlib\n text\n",
            &["ISC"],
        );
        check("Format: x\n\nFiles: *\nLicense:\n full text\n", &[]);
    }

    #[test]
    fn references_in_prose() {
        check(
            "This is free software; see /usr/share/common-licenses/GPL-2. Parts are under\n\
             `/usr/share/common-licenses/Apache-2.0' and /usr/share/common-licenses/GPL-2 again\n",
            &["Apache-2.0", "GPL-2"],
        );
        check("Do what you want.\n", &[]);
        check("/usr/share/common-licenses/", &[]);
    }

    #[test]
    fn only_the_file_of_a_package_is_wanted() {
        for (path, wanted) in [
            ("usr/share/doc/bash/copyright", true),
            ("usr/share/doc/a/b/copyright", false),
            ("usr/share/doc/copyright", false),
            ("opt/app/copyright", false),
        ] {
            assert_eq!(DpkgCopyright.wants(path, 0o644, 1), wanted, "{path}");
        }
    }
}
