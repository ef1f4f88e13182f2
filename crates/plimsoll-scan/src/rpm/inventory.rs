//! From package headers to packages and the files they own.

use plimsoll_model::{Ecosystem, Part, SourcePackage};

use super::header::{Header, parse};
use crate::owned::{PATHS_MAX, Paths};
use crate::problems::Problems;
use crate::{CatalogError, Facts, Found, OwnedFiles};

/// Packages that one database may hold. Fedora as a whole has about 70,000.
pub(crate) const PACKAGES_MAX: usize = 50_000;

/// Longest name, version, release or architecture that is taken, in bytes.
const WORD_BYTES_MAX: usize = 256;

/// Longest licence text that is taken, in bytes.
const LICENSE_BYTES_MAX: usize = 1024;

/// Puts the packages of one database together, header by header.
pub(crate) struct Collector<'f> {
    out: &'f mut Facts,
    pub(crate) problems: Problems,
    headers: usize,
    paths_left: usize,
}

impl<'f> Collector<'f> {
    pub(crate) fn new(out: &'f mut Facts) -> Self {
        Self {
            out,
            problems: Problems::new(),
            headers: 0,
            paths_left: PATHS_MAX,
        }
    }

    /// Takes one header; `false` when there is no room for more.
    pub(crate) fn header(&mut self, blob: &[u8]) -> bool {
        if self.headers >= PACKAGES_MAX {
            self.problems
                .note(|| format!("package limit ({PACKAGES_MAX}) reached"));
            return false;
        }
        self.headers += 1;
        let result = parse(blob).and_then(|header| self.package(&header));
        self.problems.keep(result);
        true
    }

    /// What went wrong, a database without any package included: rpm's own key store alone makes
    /// one entry in most, and an image without packages has no database.
    pub(crate) fn finish(mut self) -> Result<(), CatalogError> {
        if self.headers == 0 && self.problems.is_empty() {
            self.problems
                .note(|| "package database has no packages in it".to_owned());
        }
        self.problems.into_result()
    }

    fn package(&mut self, header: &Header<'_>) -> Result<(), CatalogError> {
        // A public key that rpm was told to trust is kept as if it were a package.
        if header.name == b"gpg-pubkey" {
            return Ok(());
        }
        let found = found(header)?;
        let mut paths = Paths::with_room(self.paths_left);
        let listed = header.for_each_path(&mut |path| paths.add(path));
        let cut = paths.was_cut();
        self.paths_left = self.paths_left.saturating_sub(paths.len());
        if !paths.is_empty() {
            let hashes = paths.into_hashes();
            self.out.owned.push(OwnedFiles {
                package: found.name.clone(),
                arch: found.arch.clone(),
                paths: hashes,
            });
        }
        self.out.packages.push(found);
        if cut {
            return Err(CatalogError::new(format!(
                "path limit ({PATHS_MAX}) reached"
            )));
        }
        listed
    }
}

fn found(header: &Header<'_>) -> Result<Found, CatalogError> {
    let wrong = |what: &str| CatalogError::new(format!("package header: {what}"));
    let name = word(header.name).ok_or_else(|| wrong("name is not a word"))?;
    let version = word(header.version).ok_or_else(|| wrong("version is not a word"))?;
    let release = word(header.release).ok_or_else(|| wrong("release is not a word"))?;
    let epoch = header.epoch.filter(|epoch| *epoch != 0);
    Ok(Found {
        arch: header.arch.and_then(word),
        part: Part::Os,
        source: header.source_rpm.and_then(|file| source(file, epoch)),
        licenses: header.license.and_then(license).into_iter().collect(),
        module: header.modularity_label.and_then(stream),
        ..Found::new(
            Ecosystem::RPM,
            name,
            with_epoch(epoch, &format!("{version}-{release}")),
        )
    })
}

pub(crate) fn with_epoch(epoch: Option<u32>, version: &str) -> String {
    match epoch {
        Some(epoch) => format!("{epoch}:{version}"),
        None => version.to_owned(),
    }
}

/// Name and version of `name-version-release.src.rpm`. The file's name does not tell the epoch;
/// nearly always it is that of the packages built from it.
pub(crate) fn source(file: &[u8], epoch: Option<u32>) -> Option<SourcePackage> {
    let file = word(file)?;
    let stem = file
        .strip_suffix(".src.rpm")
        .or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let (front, release) = stem.rsplit_once('-')?;
    let (name, version) = front.rsplit_once('-')?;
    (!name.is_empty()).then(|| SourcePackage {
        name: name.to_owned(),
        version: with_epoch(epoch, &format!("{version}-{release}")),
    })
}

/// Module and stream of a modularity label, without build and context.
fn stream(label: &[u8]) -> Option<String> {
    let label = word(label)?;
    let mut parts = label.split(':');
    let (module, stream) = (parts.next()?, parts.next()?);
    (!module.is_empty() && !stream.is_empty()).then(|| format!("{module}:{stream}"))
}

/// One printable ASCII word of a sensible length.
pub(crate) fn word(bytes: &[u8]) -> Option<String> {
    let fits = (1..=WORD_BYTES_MAX).contains(&bytes.len());
    (fits && bytes.iter().all(u8::is_ascii_graphic))
        .then(|| String::from_utf8_lossy(bytes).into_owned())
}

fn license(bytes: &[u8]) -> Option<String> {
    let text = bytes.get(..LICENSE_BYTES_MAX).unwrap_or(bytes).trim_ascii();
    (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
}
