//! Crates that a Rust binary was built from, where it was built by `cargo auditable`.
//!
//! Reads the list that it leaves in the section `.dep-v0` of ELF, PE and Mach-O: JSON, packed by
//! zlib (see the format's PARSING.md in the cargo-auditable repository). What was needed only to
//! build is in the list but not in the binary, and is left out. Binaries without the list cannot
//! be told from those of other languages and give nothing. WebAssembly is not read.

use plimsoll_image::{ReadAt, inflate_zlib};
use plimsoll_model::{Ecosystem, Part, State};

use super::go_binary::{EXECUTABLES, may_be_executable};
use crate::collector::{Collector, collect};
use crate::executable::{Executable, read_exact};
use crate::syntax::json::JsonReader;
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

const SECTION: &str = ".dep-v0";

/// Longest list, packed, in bytes.
const PACKED_BYTES_MAX: u64 = 8 << 20;
/// Longest list, unpacked, in bytes; one of a thousand crates takes 150 KiB.
const LIST_BYTES_MAX: u64 = 32 << 20;

/// The cataloger `rust-binary`.
pub struct RustBinary;

impl Cataloger for RustBinary {
    fn id(&self) -> &'static str {
        "rust-binary"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Rust crates that cargo-auditable lists in ELF, PE and Mach-O binaries"
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
        // Headers that cannot be read have the same reason as in `go-binary`, and count once.
        match Executable::open(data)? {
            Some(executable) => read(&executable, data, out),
            None => Ok(()),
        }
    }
}

fn read(executable: &Executable, data: &dyn ReadAt, out: &mut Facts) -> Result<(), CatalogError> {
    let Some(section) = executable.section(SECTION) else {
        return Ok(());
    };
    let size = section.region.size;
    if size > PACKED_BYTES_MAX {
        return Err(CatalogError::new(format!(
            "section `{SECTION}` has {size} bytes, more than the limit of {PACKED_BYTES_MAX}"
        )));
    }
    let packed = read_exact(data, section.region.offset, size as usize)?.ok_or_else(|| {
        CatalogError::new(format!("section `{SECTION}` lies outside of the file"))
    })?;
    let list = inflate_zlib(&packed, LIST_BYTES_MAX)
        .map_err(|error| CatalogError::new(format!("section `{SECTION}`: {error}")))?;
    collect(out, |packages| read_list(&list, packages))
}

/// One crate of the list.
#[derive(Debug, Default)]
struct Crate {
    name: String,
    version: String,
    build_only: bool,
    own: bool,
}

fn read_list(list: &[u8], packages: &mut Collector<'_>) -> Result<(), CatalogError> {
    let mut json = JsonReader::new(list);
    let mut listed = false;
    json.object(|json, key, _| {
        if key != "packages" {
            return json.skip();
        }
        listed = json.array(|json| add(json, packages))?;
        Ok(())
    })?;
    json.end()?;
    if !listed {
        packages.unknown(format!("section `{SECTION}` holds no list of packages"));
    }
    Ok(())
}

fn add(json: &mut JsonReader<'_>, packages: &mut Collector<'_>) -> Result<(), CatalogError> {
    let mut entry = Crate::default();
    json.object(|json, key, _| {
        match key {
            "name" => entry.name = json.string()?.unwrap_or_default(),
            "version" => entry.version = json.string()?.unwrap_or_default(),
            "kind" => entry.build_only = json.string()?.is_some_and(|kind| kind == "build"),
            "root" => entry.own |= json.is_true()?,
            "source" => entry.own |= json.string()?.is_some_and(|source| source == "local"),
            _ => json.skip()?,
        }
        Ok(())
    })?;
    if entry.build_only {
        return Ok(());
    }
    packages.add(Found {
        part: if entry.own {
            Part::Application
        } else {
            Part::Language
        },
        ..Found::new(Ecosystem::CARGO, entry.name, entry.version)
    })
}

/// For fuzzing: reads an unpacked list.
pub(crate) fn parse_list(list: &[u8]) {
    let _ = collect(&mut Facts::default(), |packages| read_list(list, packages));
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::executable::sample::Sample;
    use crate::testing;

    /// A zlib stream that stores its bytes (RFC 1950 and 1951), at most 65,535 of them.
    fn stored(text: &[u8]) -> Vec<u8> {
        let len = u16::try_from(text.len()).unwrap();
        let mut out = vec![0x78, 0x01, 0x01];
        out.extend(len.to_le_bytes());
        out.extend((!len).to_le_bytes());
        out.extend(text);
        let (mut low, mut high) = (1_u32, 0_u32);
        for byte in text {
            low = (low + u32::from(*byte)) % 65_521;
            high = (high + low) % 65_521;
        }
        out.extend((high << 16 | low).to_be_bytes());
        out
    }

    fn binary(kind: Sample, section: &[u8]) -> Vec<u8> {
        kind.build(&[
            (".text", 0x1000, b"code", false),
            (".dep-v0", 0x2000, section, true),
        ])
    }

    fn show(bytes: Vec<u8>) -> String {
        let (facts, error) = testing::read(&RustBinary, "usr/bin/tool", bytes);
        let mut out = String::new();
        for found in &facts.packages {
            let part = found.part.as_str();
            let _ = writeln!(out, "{} {} {part}", found.name, found.version);
        }
        for unknown in &facts.unknowns {
            let _ = writeln!(out, "unknown: {}", unknown.reason);
        }
        if let Some(reason) = error {
            let _ = writeln!(out, "error: {reason}");
        }
        out
    }

    const LIST: &str = r#"{"packages":[
        {"name":"adler","version":"0.2.3","source":"crates.io"},
        {"name":"cc","version":"1.0.0","source":"crates.io","kind":"build"},
        {"name":"forked","version":"0.9.0","source":"git","dependencies":[0]},
        {"name":"near","version":"0.1.0","source":"local"},
        {"name":"tool","version":"1.2.3","source":"local","root":true,"dependencies":[0,2,3]}
    ],"format":1}"#;

    #[test]
    fn crates_in_every_kind_of_executable() {
        let section = stored(LIST.as_bytes());
        insta::assert_snapshot!(show(binary(Sample::ELF, &section)), @r"
        adler 0.2.3 language
        forked 0.9.0 language
        near 0.1.0 application
        tool 1.2.3 application
        ");
        let expected = show(binary(Sample::ELF, &section));
        for kind in Sample::ALL.into_iter().filter(|kind| !kind.stripped) {
            assert_eq!(show(binary(kind, &section)), expected, "{kind:?}");
        }
    }

    #[test]
    fn other_executables_say_nothing() {
        assert_eq!(show(Sample::ELF.build(&[(".text", 1, b"code", false)])), "");
    }

    #[test]
    fn lists_that_are_none() {
        let with = |text: &str| show(binary(Sample::ELF, &stored(text.as_bytes())));
        insta::assert_snapshot!(with("{}"), @"unknown: section `.dep-v0` holds no list of packages");
        insta::assert_snapshot!(with("[]"), @"unknown: section `.dep-v0` holds no list of packages");
        insta::assert_snapshot!(with(r#"{"packages":[7,{},{"name":"a b","version":"1"}]}"#), @"unknown: 3 entries without a usable name or version (first ``)");
        insta::assert_snapshot!(with(r#"{"packages":[{"name":"a","version":"1"},{"#), @r"
        a 1 language
        error: json: ends early (line 1)
        ");
    }

    #[test]
    fn bombs_and_damage_are_said() {
        let deep = format!("{{\"packages\":{}", "[".repeat(60_000));
        let reason = show(binary(Sample::ELF, &stored(deep.as_bytes())));
        assert!(reason.starts_with("error: json: nested"), "{reason}");
        // The sections as the header claims them, and one that claims too much.
        let mut large = binary(Sample::ELF, b"x");
        let size = large.len() - 64 * 2 + 32;
        large[size..size + 8].copy_from_slice(&(9_u64 << 20).to_le_bytes());
        insta::assert_snapshot!(show(large), @"error: section `.dep-v0` has 9437184 bytes, more than the limit of 8388608");
        let whole = stored(LIST.as_bytes());
        for len in 0..whole.len() {
            let shown = show(binary(Sample::ELF, &whole[..len]));
            assert!(
                len == 0 || shown.starts_with("error: section `.dep-v0`: read: "),
                "{shown}"
            );
        }
    }
}
