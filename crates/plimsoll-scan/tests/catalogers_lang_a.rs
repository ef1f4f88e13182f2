//! Goldens of the catalogers for Python, Node, Ruby, PHP and .NET.
//!
//! `catalogers/ID.txt` holds small files, written by hand in the form that the tools write, each
//! after a line `-- path --`; beside it lies what the catalogers say about them.

use std::fmt::Write as _;
use std::path::Path;

use plimsoll_scan::catalogers::CATALOGERS;
use plimsoll_scan::purls::package_of;

#[path = "support/read.rs"]
mod read;

const PREFIXES: &[&str] = &["python-", "node-", "ruby-", "php-", "dotnet-"];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogers")
}

#[expect(clippy::disallowed_methods, reason = "a file of this repository")]
fn cases(id: &str) -> String {
    let path = folder().join(format!("{id}.txt"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of an archive of texts: `-- path --`, then lines up to the next such line.
fn files(archive: &str) -> Vec<(&str, String)> {
    let mut files: Vec<(&str, String)> = Vec::new();
    for line in archive.split_inclusive('\n') {
        let head = line.trim_end().strip_prefix("-- ");
        if let Some(path) = head.and_then(|head| head.strip_suffix(" --")) {
            files.push((path, String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
        }
    }
    files
}

fn describe(told: &read::Told) -> String {
    let mut out = format!("{} ({})\n", told.path, told.cataloger);
    for found in &told.facts.packages {
        let purl = package_of(found, None, told.cataloger).map(|package| package.purl.to_string());
        let purl = purl.unwrap_or_else(|error| error.to_string());
        let _ = write!(
            out,
            "  {purl}, {}, {}",
            found.state.as_str(),
            found.part.as_str()
        );
        if let Some(line) = found.line {
            let _ = write!(out, ", line {line}");
        }
        if let Some(inside) = &found.inside {
            let _ = write!(out, ", in {inside}");
        }
        if !found.licenses.is_empty() {
            let _ = write!(out, ", {}", found.licenses.join(" | "));
        }
        out.push('\n');
    }
    for unknown in &told.facts.unknowns {
        let _ = writeln!(out, "  unknown: {}", unknown.reason);
    }
    if let Some(error) = &told.error {
        let _ = writeln!(out, "  error: {error}");
    }
    out
}

#[test]
fn every_cataloger_says_what_its_golden_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for cataloger in CATALOGERS {
        let id = cataloger.id();
        // Archives are binary; their tests make them.
        if id == "python-wheel" || !PREFIXES.iter().any(|prefix| id.starts_with(prefix)) {
            continue;
        }
        let archive = cases(id);
        let mut text = String::new();
        for (path, content) in files(&archive) {
            let told = read::read_file(path, content.as_bytes(), &[id]);
            if told.is_empty() {
                let _ = writeln!(text, "{path}\n  not looked at");
            }
            text.extend(told.iter().map(describe));
        }
        settings.bind(|| insta::assert_snapshot!(id, text));
    }
}

/// Whatever is cut off, the catalogers end, and say what they found before.
#[test]
fn files_cut_anywhere_are_survived() {
    for cataloger in CATALOGERS {
        let id = cataloger.id();
        if id == "python-wheel" || !PREFIXES.iter().any(|prefix| id.starts_with(prefix)) {
            continue;
        }
        for (path, content) in files(&cases(id)) {
            let bytes = content.as_bytes();
            let whole: usize = read::read_file(path, bytes, &[id])
                .iter()
                .map(|told| told.facts.packages.len())
                .sum();
            for end in 0..bytes.len() {
                for told in read::read_file(path, &bytes[..end], &[id]) {
                    let count = told.facts.packages.len();
                    assert!(count <= whole + 1, "{path} cut at {end}: {count} packages");
                }
            }
        }
    }
}
