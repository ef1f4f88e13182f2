//! Build information in executables of every kind, whole, cut and lying.

use std::fmt::Write;
use std::sync::Arc;

use super::*;
use crate::executable::sample::Sample;

const FRAME: &str = "0123456789abcdef";
const BASE: u64 = 0x40_0000;

/// The section as Go 1.18 and later write it. The string lengths must be below 16,384.
fn inline_section(version: &str, modules: &str) -> Vec<u8> {
    let mut out = b"\xff Go buildinf:\x08\x02".to_vec();
    out.resize(32, 0);
    let modules = if modules.is_empty() {
        String::new()
    } else {
        format!("{FRAME}{modules}{FRAME}")
    };
    for text in [version, &modules] {
        out.extend([0x80 | (text.len() & 0x7f) as u8, (text.len() >> 7) as u8]);
        out.extend(text.bytes());
    }
    out
}

/// The section as Go 1.13 to 1.17 write it, with the strings behind it.
fn pointer_section(kind: Sample, address: u64, version: &str, modules: &str) -> Vec<u8> {
    let modules = format!("{FRAME}{modules}{FRAME}");
    let word = if kind.wide { 8 } else { 4 };
    let mut out = b"\xff Go buildinf:".to_vec();
    out.extend([word, u8::from(kind.big_endian)]);
    let first = address + 32;
    let second = first + 2 * u64::from(word);
    out.extend([kind.word(first), kind.word(second)].concat());
    out.resize(32, 0);
    let text_at = second + 2 * u64::from(word);
    for (start, len) in [
        (text_at, version.len()),
        (text_at + version.len() as u64, modules.len()),
    ] {
        out.extend([kind.word(start), kind.word(len as u64)].concat());
    }
    out.extend(version.bytes().chain(modules.bytes()));
    out
}

const MODULES: &str = "path\texample.com/tool/cmd/tool\n\
    mod\texample.com/tool\t(devel)\t\n\
    dep\tgithub.com/pkg/errors\tv0.9.1\th1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=\n\
    dep\tgolang.org/x/net\tv0.1.0\n\
    =>\tgithub.com/fork/net\tv0.2.0\th1:x=\n\
    dep\texample.com/near\tv1.0.0\n\
    =>\t./near\t(devel)\t\n\
    build\t-compiler=gc\n\
    build\tvcs.revision=0123456789012345678901234567890123456789\n";

fn facts(bytes: Vec<u8>) -> (Facts, Option<String>) {
    let file = File {
        path: "usr/bin/tool",
        mode: 0o755,
        data: Arc::new(bytes),
    };
    let mut out = Facts::default();
    let error = GoBinary.read(&file, &mut out).err();
    (out, error.map(|error| error.reason))
}

fn show(bytes: Vec<u8>) -> String {
    let (facts, error) = facts(bytes);
    let mut out = String::new();
    for found in &facts.packages {
        let _ = write!(
            out,
            "{} {} {}",
            found.name,
            found.version,
            found.part.as_str()
        );
        for (key, value) in &found.qualifiers {
            let _ = write!(out, " {key}={value}");
        }
        out.push('\n');
    }
    for unknown in &facts.unknowns {
        let _ = writeln!(out, "unknown: {}", unknown.reason);
    }
    if let Some(reason) = error {
        let _ = writeln!(out, "error: {reason}");
    }
    out
}

fn section_name(kind: Sample) -> &'static str {
    match kind.format {
        Format::Elf => ".go.buildinfo",
        Format::Pe => ".data",
        Format::MachO => "__go_buildinfo",
    }
}

fn binary(kind: Sample, section: &[u8]) -> Vec<u8> {
    kind.build(&[
        (".text", 0x1000, b"code", false),
        (section_name(kind), BASE, section, true),
    ])
}

#[test]
fn modules_of_a_binary() {
    let binary = binary(Sample::ELF, &inline_section("go1.22.3", MODULES));
    insta::assert_snapshot!(show(binary), @r"
    stdlib 1.22.3 runtime
    example.com/tool (devel) application vcs_revision=0123456789012345678901234567890123456789
    github.com/pkg/errors v0.9.1 language
    github.com/fork/net v0.2.0 language
    example.com/near (devel) language
    ");
}

#[test]
fn every_kind_of_executable_says_the_same_in_both_forms() {
    let expected = show(binary(Sample::ELF, &inline_section("go1.17.1", MODULES)));
    for kind in Sample::ALL {
        let inline = inline_section("go1.17.1", MODULES);
        assert_eq!(show(binary(kind, &inline)), expected, "inline, {kind:?}");
        let pointers = pointer_section(kind, BASE, "go1.17.1", MODULES);
        assert_eq!(
            show(binary(kind, &pointers)),
            expected,
            "pointers, {kind:?}"
        );
    }
}

#[test]
fn the_header_may_lie_deep_in_a_data_segment() {
    let kind = Sample {
        stripped: true,
        ..Sample::ELF
    };
    let mut data = vec![0xff; (1 << 20) + 16 * 7];
    data.extend(inline_section("go1.22.3", MODULES));
    assert!(show(binary(kind, &data)).starts_with("stdlib 1.22.3"));
}

#[test]
fn the_version_may_come_from_the_linkers_flags() {
    let modules = "mod\texample.com/tool\t(devel)\t\n\
        build\t-ldflags=\"-s -X main.version=1.2.3 -X \\\"main.note=a b\\\"\"\n";
    let section = inline_section("go1.22.3", modules);
    insta::assert_snapshot!(show(binary(Sample::ELF, &section)), @r"
    stdlib 1.22.3 runtime
    example.com/tool v1.2.3 application
    ");
}

#[test]
fn binaries_that_do_not_tell() {
    let with = |version, modules| show(binary(Sample::ELF, &inline_section(version, modules)));
    insta::assert_snapshot!(with("go1.22.3", ""), @r"
    stdlib 1.22.3 runtime
    unknown: Go binary without module information: what it was built from is not known
    ");
    insta::assert_snapshot!(with("devel +abcdef", MODULES.get(..43).unwrap_or("")), @r"
    unknown: built by the Go toolchain `devel +abcdef`, which is no release
    unknown: Go binary without module information: what it was built from is not known
    ");
    insta::assert_snapshot!(with("", MODULES), @"error: Go build information is empty: what it was built from is not known");
    insta::assert_snapshot!(with("go1.22.3", "dep\t\tv1\n"), @r"
    stdlib 1.22.3 runtime
    error: list of modules of the Go binary is damaged at `\tv1`
    ");
    insta::assert_snapshot!(with("go1.22.3", "=>\tx\tv1\n"), @r"
    stdlib 1.22.3 runtime
    error: list of modules of the Go binary is damaged at `=>\tx\tv1`
    ");
}

#[test]
fn go_without_build_information_is_said() {
    let old = Sample::ELF.build(&[(".note.go.buildid", 0x1000, b"id", false)]);
    insta::assert_snapshot!(show(old), @"error: Go binary without build information: what it was built from is not known");
    let wiped = Sample::ELF.build(&[(".go.buildinfo", 0x1000, &[0; 64], true)]);
    insta::assert_snapshot!(show(wiped), @"error: Go binary without build information: what it was built from is not known");
}

#[test]
fn packed_binaries_are_said() {
    let kind = Sample {
        stripped: true,
        ..Sample::ELF
    };
    let packed = kind.build(&[("", 0x1000, b"....UPX!....", false)]);
    insta::assert_snapshot!(show(packed), @"error: packed with UPX: what it was built from cannot be seen");
    let packed = Sample::of(Format::Pe).build(&[("UPX1", 0x1000, b"...", true)]);
    insta::assert_snapshot!(show(packed), @"error: packed with UPX: what it was built from cannot be seen");
}

#[test]
fn other_binaries_say_nothing() {
    for kind in Sample::ALL {
        let other = kind.build(&[(".data", 0x1000, &[0; 100], true)]);
        assert_eq!(facts(other), (Facts::default(), None), "{kind:?}");
    }
}

#[test]
fn cut_at_every_byte() {
    for kind in Sample::ALL {
        let sections = [
            inline_section("go1.22.3", MODULES),
            pointer_section(kind, BASE, "go1.17.1", MODULES),
        ];
        for section in &sections {
            let whole = binary(kind, section);
            for len in (0..whole.len()).step_by(7) {
                let (facts, error) = facts(whole[..len].to_vec());
                // Without its section headers a cut binary may look like no executable at all,
                // but it never gives a part of the modules as if they were all.
                let complete = facts.packages.len() == 5;
                assert!(
                    complete || facts.packages.is_empty(),
                    "{kind:?} {len} {error:?}"
                );
            }
            for len in 0..section.len() {
                let _ = facts(binary(kind, &section[..len]));
            }
        }
    }
}

#[test]
fn lengths_and_pointers_that_lie() {
    let mut huge = inline_section("go1.22.3", MODULES);
    huge.truncate(32);
    huge.extend([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
    insta::assert_snapshot!(show(binary(Sample::ELF, &huge)), @"error: Go build information claims 18446744073709551615 bytes, more than the limit of 4096");
    let mut behind = inline_section("go1.22.3", "");
    behind.truncate(32);
    behind.extend([0x7f, b'g']);
    insta::assert_snapshot!(show(binary(Sample::ELF, &behind)), @"error: Go build information points outside of the binary");
    let mut pointers = pointer_section(Sample::ELF, BASE, "go1.17.1", MODULES);
    for word in [0, 1, 3, 16, 255] {
        pointers[14] = word;
        assert!(
            show(binary(Sample::ELF, &pointers)).starts_with("error: "),
            "{word}"
        );
    }
    pointers[14] = 8;
    pointers[16..24].fill(0xff);
    insta::assert_snapshot!(show(binary(Sample::ELF, &pointers)), @"error: Go build information points outside of the binary");
}

#[test]
fn toolchain_versions() {
    for (text, expected) in [
        ("go1.22.3", Some("1.22.3")),
        ("go1.20", Some("1.20")),
        ("go1.23rc1", Some("1.23.0-rc.1")),
        ("go1.21.0rc3", Some("1.21.0-rc.3")),
        ("go1.9beta2", Some("1.9.0-beta.2")),
        ("go1.22rc", Some("1.22rc")),
        ("go1.21.4 X:boringcrypto", Some("1.21.4")),
        ("go1.26.8-X:jsonv2", Some("1.26.8")),
        ("go1.27rc1-X:jsonv2,arenas", Some("1.27.0-rc.1")),
        (
            "devel go1.25-0123abc Tue Jan 7 10:00:00 2025 +0000",
            Some("1.25-0123abc"),
        ),
        ("devel +0123abc", None),
        ("unknown", None),
        ("", None),
    ] {
        assert_eq!(toolchain_version(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn names_that_are_no_executables() {
    assert!(may_be_executable("usr/bin/tool", 1000));
    assert!(!may_be_executable("usr/bin/tool", 51));
    assert!(!may_be_executable("app/Main.class", 1000));
    assert!(!may_be_executable(
        "usr/lib/debug/.build-id/ab/cd.debug",
        1000
    ));
}
