//! Which files dpkg's packages own: `var/lib/dpkg/info/*.list`.
//!
//! The lists name files, links and folders, one path a line, folders before what is in them;
//! folders are shared by packages and say nothing about ownership, so those that are seen to be
//! folders are left out. Diversions are not followed: a diverted file is owned under its first
//! name. The `.md5sums` beside the lists name the same files without links and conffiles, and are
//! not read.

use memchr::{memchr, memrchr};
use plimsoll_model::State;

use crate::owned::{PATHS_MAX, Paths};
use crate::{CatalogError, Cataloger, Facts, File, OwnedFiles, Pattern};

/// See the module.
pub struct DpkgFiles;

impl Cataloger for DpkgFiles {
    fn id(&self) -> &'static str {
        "dpkg-files"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "files that packages installed by dpkg own: var/lib/dpkg/info/*.list"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Under("var/lib/dpkg/info")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        // Exactly so: dpkg's names are case-sensitive.
        path.strip_suffix(".list").is_some()
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let Some(stem) = file.name().strip_suffix(".list") else {
            return Ok(());
        };
        // `libc6:amd64.list` where several architectures may be installed side by side.
        let (package, arch) = match stem.split_once(':') {
            Some((package, arch)) => (package, Some(arch.to_owned())),
            None => (stem, None),
        };
        let bytes = file.bytes()?;
        let mut paths = Paths::default();
        let mut rest: &[u8] = &bytes;
        while let Some(end) = memchr(b'\n', rest) {
            let (line, further) = rest.split_at(end);
            rest = further.get(1..).unwrap_or_default();
            if !is_folder_before(line, rest) {
                paths.add(line);
            }
        }
        let cut = paths.was_cut();
        if !paths.is_empty() {
            out.owned.push(OwnedFiles {
                package: package.to_owned(),
                arch,
                paths: paths.into_hashes(),
            });
        }
        if cut {
            return Err(CatalogError::new(format!(
                "path limit ({PATHS_MAX}) reached"
            )));
        }
        if !rest.is_empty() {
            return Err(CatalogError::new("file list is cut off in its last line"));
        }
        Ok(())
    }
}

/// Whether `line` is the folder that the next line is in.
fn is_folder_before(line: &[u8], rest: &[u8]) -> bool {
    let next = memchr(b'\n', rest)
        .and_then(|end| rest.get(..end))
        .unwrap_or(rest);
    memrchr(b'/', next).and_then(|at| next.get(..at)) == Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cataloger::path_hash;
    use crate::testing::read;

    #[test]
    fn files_are_owned_and_the_folders_around_them_are_not() {
        let text = "/.\n/usr\n/usr/bin\n/usr/bin/perl\n/usr/bin/perl5\n/usr/share\n\
                    /usr/share/doc\n/usr/share/doc/perl\n/usr/share/doc/perl/copyright\n";
        let (facts, reason) = read(&DpkgFiles, "var/lib/dpkg/info/perl-base:amd64.list", text);
        assert_eq!(reason, None);
        let owned = &facts.owned[0];
        assert_eq!(
            (owned.package.as_str(), owned.arch.as_deref()),
            ("perl-base", Some("amd64"))
        );
        let mut expected = [
            path_hash("usr/bin/perl"),
            path_hash("usr/bin/perl5"),
            path_hash("usr/share/doc/perl/copyright"),
        ];
        expected.sort_unstable();
        assert_eq!(owned.paths, expected);
    }

    #[test]
    fn a_package_without_files_owns_nothing() {
        let (facts, reason) = read(&DpkgFiles, "var/lib/dpkg/info/meta.list", "/.\n");
        assert_eq!((facts.owned.len(), reason), (0, None));
    }

    #[test]
    fn a_cut_list_is_said() {
        let (facts, reason) = read(&DpkgFiles, "var/lib/dpkg/info/a.list", "/usr/bin/a\n/usr/b");
        assert_eq!(facts.owned[0].paths, [path_hash("usr/bin/a")]);
        assert_eq!(
            reason.as_deref(),
            Some("file list is cut off in its last line")
        );
    }

    #[test]
    fn only_lists_are_wanted() {
        assert!(DpkgFiles.wants("var/lib/dpkg/info/a.list", 0o644, 1));
        assert!(!DpkgFiles.wants("var/lib/dpkg/info/a.postinst", 0o755, 1));
    }
}
