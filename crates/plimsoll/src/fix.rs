//! `check --fix`: writes safe mends into the files that were checked.
//!
//! Files are read again, mended as text, and put in their place whole, with their permissions; one
//! that changed meanwhile is left. Charts, overlays, Compose files, quadlets and standard input are
//! not written to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use plimsoll_check::mend::{self, Mended};
use plimsoll_model::Finding;
use plimsoll_object::yaml::Place;

use crate::atomic;
use crate::failure::{Context, Failure};
use crate::input;

mod diff;

/// What was done, for people and for the next look.
#[derive(Debug, Default)]
pub struct Fixed {
    pub mended: usize,
    pub files: usize,
    /// The change, as a unified diff.
    pub diff: String,
    /// What could have been mended and was not, with the reason.
    pub left: Vec<String>,
}

/// Mends the open findings in plain files; with `is_dry` nothing is written.
pub fn fix(
    findings: &[Finding],
    plain: &BTreeSet<String>,
    minor: u16,
    is_dry: bool,
) -> Result<Fixed, Failure> {
    let mut wanted: BTreeMap<&str, BTreeSet<(String, Place)>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.excepted.is_none()) {
        let is_safe = mend::SAFE.iter().any(|(id, _)| *id == finding.id);
        let Some(at) = finding
            .locations
            .first()
            .filter(|at| is_safe && plain.contains(&at.path))
        else {
            continue;
        };
        let place = Place {
            line: at.line.unwrap_or_default(),
            column: at.column.unwrap_or_default(),
        };
        let of_file = wanted.entry(at.path.as_str()).or_default();
        of_file.insert((finding.id.clone(), place));
    }
    let mut out = Fixed::default();
    for (name, wanted) in wanted {
        let before = read(Path::new(name))?;
        let Mended { bytes, done, left } = mend::mend(&before, &wanted, minor);
        for (id, at, reason) in left {
            out.left.push(format!(
                "{name}:{}:{}: {id} is left: {reason}",
                at.line, at.column
            ));
        }
        if bytes == before {
            continue;
        }
        out.diff.push_str(&diff::unified(name, &before, &bytes));
        if !is_dry {
            write(Path::new(name), &before, &bytes)?;
        }
        out.mended += done.len();
        out.files += 1;
    }
    Ok(out)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    input::read_at_most(path, plimsoll_object::yaml::FILE_BYTES_MAX as u64)
}

fn write(path: &Path, before: &[u8], after: &[u8]) -> Result<(), Failure> {
    // A link stays one: what it points at is written.
    let target: PathBuf = path
        .canonicalize()
        .context(format_args!("find {}", path.display()))?;
    if read(&target)? != before {
        let message = format!("failed to mend {}: it changed meanwhile", path.display());
        return Err(Failure::new(message).hint("run it again"));
    }
    atomic::rewrite(&target, after).context(format_args!("write {}", path.display()))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests")]
mod tests {
    use std::fs;

    use super::write;

    #[test]
    fn a_file_that_changed_meanwhile_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        fs::write(&path, "by somebody else\n").unwrap();
        let refused = write(&path, b"as it was\n", b"mended\n").unwrap_err();
        assert!(refused.to_string().contains("changed meanwhile"));
        assert_eq!(fs::read(&path).unwrap(), b"by somebody else\n");
        write(&path, b"by somebody else\n", b"mended\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"mended\n");
        fs::remove_file(&path).unwrap();
        assert!(write(&path, b"mended\n", b"again\n").is_err());
        assert!(!path.exists());
    }
}
