//! Both sides of the ring have the same numbers and layouts; list, folder and object the same programs.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use plimsoll_model::event::{HEAD, HEAD_BYTES, KINDS, PARAMS};
use plimsoll_sensor::hooks::PROGRAMS;
use plimsoll_sensor::shared::{CONFIG, CONFIG_WORDS, FLAGS, KIND_COUNT, NUMBERS};

#[test]
fn c_has_the_layouts_and_numbers_of_rust() {
    let mut source = String::from(
        "#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n\
         typedef uint16_t u16; typedef uint32_t u32; typedef uint64_t u64;\n#include \"kinds.h\"\nint main(void) {\n",
    );
    let mut expected = String::new();
    let mut say = |expression: String, value: u64| {
        let _ = writeln!(
            source,
            "printf(\"{expression} %llu\\n\", (unsigned long long)({expression}));"
        );
        let _ = writeln!(expected, "{expression} {value}");
    };
    for field in HEAD {
        say(
            format!("offsetof(struct head, {})", field.name),
            field.offset as u64,
        );
        say(
            format!("sizeof(((struct head *)0)->{})", field.name),
            field.bytes as u64,
        );
    }
    say("sizeof(struct head)".to_owned(), HEAD_BYTES as u64);
    let mut at = 0;
    for (name, words) in CONFIG {
        say(format!("offsetof(struct config, {name})"), at);
        at += *words as u64 * 8;
    }
    say("sizeof(struct config)".to_owned(), CONFIG_WORDS as u64 * 8);
    for kind in KINDS {
        assert!(usize::from(kind.number()) < KIND_COUNT);
        say(
            format!("KIND_{}", kind.name().to_uppercase()),
            kind.number().into(),
        );
    }
    for param in PARAMS {
        say(
            format!("PARAM_{}", param.name().to_uppercase()),
            param.number().into(),
        );
    }
    for (name, value) in FLAGS.iter().chain(NUMBERS) {
        say((*name).to_owned(), *value);
    }
    source.push_str("return 0; }\n");
    let folder = tempfile::tempdir().unwrap();
    let (file, program) = (folder.path().join("layout.c"), folder.path().join("layout"));
    fs::write(&file, source).unwrap();
    let built = Command::new("cc")
        .args(["-I", env!("OUT_DIR"), "-o"])
        .args([&program, &file])
        .status()
        .expect("a C compiler: install Debian's gcc");
    assert!(built.success());
    let said = Command::new(&program).output().unwrap().stdout;
    assert_eq!(String::from_utf8(said).unwrap(), expected);
}

#[test]
fn every_file_of_the_folder_is_compiled() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bpf");
    let mut files = Vec::new();
    gather(&folder, &mut files);
    for (name, text) in &files {
        // An object of its own says what licence it has.
        let is_object = text.contains("SEC(\"license\")");
        let included = files.iter().any(|(_, other)| {
            other
                .lines()
                .any(|line| line.starts_with("#include") && line.ends_with(&format!("{name}\"")))
        });
        assert!(is_object || included, "{name} is included nowhere");
    }
}

fn gather(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            files.push((name, fs::read_to_string(path).unwrap()));
        }
    }
}

#[test]
fn every_program_of_the_object_is_in_the_list() {
    let object = plimsoll_sensor::object().expect("kernel programs: install clang and build again");
    let parsed = aya_obj::Object::parse(object).unwrap();
    // Iterators are run when they are asked for, and attached nowhere.
    let compiled: BTreeSet<&str> = parsed
        .programs
        .iter()
        .filter(|(_, program)| !matches!(program.section, aya_obj::ProgramSection::Iter { .. }))
        .map(|(name, _)| name.as_str())
        .collect();
    let listed: BTreeSet<&str> = PROGRAMS.iter().map(|program| program.name).collect();
    let missing: Vec<_> = compiled.symmetric_difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "in the object or the list alone: {missing:?}"
    );
    assert_eq!(listed.len(), PROGRAMS.len(), "a program is listed twice");
}
