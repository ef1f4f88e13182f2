//! Modules that a Go binary was built from, with its main module and the standard library.
//!
//! Reads the build information that the Go linker leaves in every binary since Go 1.13 (see Go's
//! package `debug/buildinfo`), in ELF, PE and Mach-O. It does not look at symbols: a module of
//! which no function was linked in counts as well, as it does for `go version -m`. Not read:
//! binaries for AIX, Plan 9 and WebAssembly.

mod build_info;
mod main_version;
mod module_info;

use plimsoll_image::ReadAt;
use plimsoll_model::{Ecosystem, Part, State, Unknown};

use crate::executable::{
    ELF_MAGIC, Executable, FAT_MAGICS, Format, MACHO_MAGICS, PE_MAGIC, read_full,
};
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};
use build_info::BuildInfo;
use module_info::{Module, ModuleInfo};

/// Version of a module that was built from a folder and not from a released version.
pub(super) const DEVEL: &str = "(devel)";

/// Name under which Go's vulnerability database keeps the standard library.
pub(super) const STDLIB: &str = "stdlib";

/// Bytes at the start in which the packer UPX leaves its mark: its header follows the program
/// headers.
const UPX_HEAD_BYTES: usize = 1024;

const UPX_MARK: &[u8] = b"UPX!";

/// The cataloger `go-binary`.
pub struct GoBinary;

impl Cataloger for GoBinary {
    fn id(&self) -> &'static str {
        "go-binary"
    }

    fn version(&self) -> u32 {
        2
    }

    fn describe(&self) -> &'static str {
        "Go modules and standard library from the build information in ELF, PE and Mach-O binaries"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        EXECUTABLES
    }

    fn wants(&self, path: &str, _mode: u32, size_bytes: u64) -> bool {
        may_be_executable(path, size_bytes)
    }

    fn random_access(&self) -> bool {
        true
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let data = file.data.as_ref();
        let Some(executable) = Executable::open(data)? else {
            return Ok(());
        };
        if is_packed(&executable, data)? {
            return Err(CatalogError::new(
                "packed with UPX: what it was built from cannot be seen",
            ));
        }
        if let Some(info) = build_info::find(&executable, data)? {
            report(&info, out)?;
        }
        Ok(())
    }
}

/// Every executable by its first bytes.
pub(super) const EXECUTABLES: &[Pattern] = &[
    Pattern::Magic(ELF_MAGIC),
    Pattern::Magic(PE_MAGIC),
    Pattern::Magic(MACHO_MAGICS[0]),
    Pattern::Magic(MACHO_MAGICS[1]),
    Pattern::Magic(MACHO_MAGICS[2]),
    Pattern::Magic(MACHO_MAGICS[3]),
    Pattern::Magic(FAT_MAGICS[0]),
    Pattern::Magic(FAT_MAGICS[1]),
];

/// Leaves out what its name shows to be no executable: Java classes, which share their first bytes
/// with universal binaries, and separate debug information, whose sections are empty.
pub(super) fn may_be_executable(path: &str, size_bytes: u64) -> bool {
    /// Smallest header of the formats read, in bytes.
    const HEADER_BYTES: u64 = 52;
    size_bytes >= HEADER_BYTES
        && path
            .rsplit_once('.')
            .is_none_or(|(_, suffix)| suffix != "class")
        && !path.starts_with("usr/lib/debug/.build-id/")
}

/// UPX takes the section headers away and leaves its name in their stead; in PE it names its
/// sections.
fn is_packed(executable: &Executable, data: &dyn ReadAt) -> Result<bool, CatalogError> {
    match executable.format {
        Format::Pe => Ok(executable.section("UPX1").is_some()),
        Format::Elf | Format::MachO if executable.sections.is_empty() => {
            let mut head = [0; UPX_HEAD_BYTES];
            let len = read_full(data, 0, &mut head)?;
            let head = head.get(..len).unwrap_or_default();
            Ok(head.windows(UPX_MARK.len()).any(|bytes| bytes == UPX_MARK))
        }
        Format::Elf | Format::MachO => Ok(false),
    }
}

/// Turns build information into packages.
fn report(info: &BuildInfo, out: &mut Facts) -> Result<(), CatalogError> {
    match toolchain_version(&info.version) {
        Some(version) => out.packages.push(Found {
            part: Part::Runtime,
            ..Found::new(Ecosystem::GOLANG, STDLIB, version)
        }),
        None => out.unknowns.push(whole_file(format!(
            "built by the Go toolchain `{}`, which is no release",
            info.version
        ))),
    }
    if info.modules.is_empty() {
        out.unknowns.push(whole_file(
            "Go binary without module information: what it was built from is not known",
        ));
        return Ok(());
    }
    let modules = ModuleInfo::parse(&info.modules)?;
    if let Some(main) = &modules.main {
        let version = main_version::resolve(main, &modules);
        let revision = modules.setting("vcs.revision");
        out.packages.push(Found {
            part: Part::Application,
            qualifiers: revision
                .filter(|_| version == DEVEL)
                .map(|revision| ("vcs_revision".to_owned(), revision.to_owned()))
                .into_iter()
                .collect(),
            ..Found::new(Ecosystem::GOLANG, &main.path, version)
        });
    }
    out.packages
        .extend(modules.dependencies.iter().map(package));
    Ok(())
}

/// The code that was compiled in: a replacement is what counts. One by a folder has no version of
/// its own.
fn package(module: &Module) -> Found {
    let (path, version) = match &module.replacement {
        Some(replacement) if is_folder(&replacement.path) => (&module.path, DEVEL),
        Some(replacement) => (&replacement.path, replacement.version.as_str()),
        None => (&module.path, module.version.as_str()),
    };
    let version = if version.is_empty() { DEVEL } else { version };
    Found::new(Ecosystem::GOLANG, path, version)
}

/// Whether a replacement is a folder beside the main module, as Go decides it: by its spelling.
pub(super) fn is_folder(path: &str) -> bool {
    let mut bytes = path.bytes();
    let drive = (bytes.next(), bytes.next());
    path.starts_with(['.', '/', '\\'])
        || matches!(drive, (Some(letter), Some(b':')) if letter.is_ascii_alphabetic())
}

/// The version of Go's standard library, spelled as Go's vulnerability database does:
/// `go1.22.3 X:boringcrypto` gives `1.22.3`, `devel go1.25-abc` gives `1.25-abc`, and `go1.23rc1`
/// gives `1.23.0-rc.1`. `None` for a toolchain between releases.
pub(super) fn toolchain_version(text: &str) -> Option<String> {
    text.split_whitespace()
        .filter_map(|word| word.strip_prefix("go"))
        .find(|version| version.starts_with(|first: char| first.is_ascii_digit()))
        // Experiments follow behind a space, since Go 1.26 behind a hyphen.
        .map(|version| {
            version
                .split_once("-X:")
                .map_or(version, |(front, _)| front)
        })
        .map(release_version)
}

/// `1.23rc1` as `1.23.0-rc.1`; anything else as it is.
pub(super) fn release_version(version: &str) -> String {
    let candidate = ["beta", "rc"].iter().find_map(|kind| {
        let (numbers, number) = version.split_once(kind)?;
        let numeric = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let patch = match numbers.split('.').count() {
            2 => ".0",
            3 => "",
            _ => return None,
        };
        let plain = numeric(number) && numbers.split('.').all(numeric);
        plain.then(|| format!("{numbers}{patch}-{kind}.{number}"))
    });
    candidate.unwrap_or_else(|| version.to_owned())
}

/// An unknown about the file at hand.
fn whole_file(reason: impl Into<String>) -> Unknown {
    Unknown::whole(reason)
}

/// For fuzzing: reads a list of modules as it stands in a binary.
pub(crate) fn parse_modules(text: &str) {
    if let Ok(modules) = ModuleInfo::parse(text) {
        let main = modules.main.as_ref();
        let _ = main.map(|main| main_version::resolve(main, &modules));
    }
}

#[cfg(test)]
mod tests;
