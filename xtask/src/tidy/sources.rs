//! Sizes and shapes of files: what keeps the code readable and the repository small.

use std::path::Path;

use anyhow::Result;

use super::Problems;
use crate::workspace;

/// Longest Rust file outside tests, in lines.
const LINES_MAX: usize = 500;
/// Longest Rust file of tests, in lines.
const TEST_LINES_MAX: usize = 1_000;
/// Largest crate before it must be split, in lines outside tests: tests make no crate harder to hold.
const CRATE_LINES_MAX: usize = 25_000;
/// Largest file, in bytes; the starter database has a limit of its own.
const FILE_BYTES_MAX: u64 = 256 << 10;
/// Largest starter database, in bytes.
const STARTER_BYTES_MAX: u64 = 8 << 20;
/// The one file outside the sensor with `unsafe`.
const UNSAFE_FILES: &[&str] = &["crates/plimsoll/src/map.rs"];

pub fn check(problems: &mut Problems) -> Result<()> {
    let mut by_crate = std::collections::BTreeMap::<String, usize>::new();
    for path in workspace::files()? {
        check_bytes(&path, problems)?;
        if path.file_name().is_some_and(|name| name == "mod.rs") {
            problems.push(format!(
                "{}: `name.rs` stands beside `name/`, no mod.rs",
                path.display()
            ));
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = workspace::read(&path)?;
        let lines = code(&path, &text).lines().count();
        if !is_test(&path)
            && let Ok(below) = path.strip_prefix("crates")
            && let Some(name) = below.iter().next()
        {
            *by_crate
                .entry(name.to_string_lossy().into_owned())
                .or_default() += lines;
        }
        check_rust(&path, &text, problems);
    }
    for (name, lines) in by_crate {
        if lines > CRATE_LINES_MAX {
            problems.push(format!(
                "crate `{name}` has {lines} lines, more than {CRATE_LINES_MAX}: split it"
            ));
        }
    }
    Ok(())
}

fn check_bytes(path: &Path, problems: &mut Problems) -> Result<()> {
    let size = std::fs::metadata(workspace::root().join(path))?.len();
    let limit = match path.to_str() {
        Some("data/starter.db") => STARTER_BYTES_MAX,
        Some("Cargo.lock") => 1 << 20,
        _ => FILE_BYTES_MAX,
    };
    if size > limit {
        problems.push(format!(
            "{}: {size} bytes, more than {limit}",
            path.display()
        ));
    }
    Ok(())
}

fn is_test(path: &Path) -> bool {
    path.iter().any(|part| part == "tests" || part == "benches")
        || path.file_name().is_some_and(|file| file == "tests.rs")
}

/// A file without the unit tests at its end.
fn code<'a>(path: &Path, text: &'a str) -> &'a str {
    match text.find("\n#[cfg(test)]\nmod tests {") {
        Some(position) if !is_test(path) => text.get(..position).unwrap_or(text),
        _ => text,
    }
}

fn check_rust(path: &Path, text: &str, problems: &mut Problems) {
    let name = path.display();
    let is_test = is_test(path);
    // The files of a folder, one a line: a list is as long as it has to be.
    let is_listed = |line: &&str| line.starts_with("mod ") && line.ends_with(';');
    let lines = code(path, text).lines();
    let lines = lines.filter(|line| !is_listed(line)).count();
    let limit = if is_test { TEST_LINES_MAX } else { LINES_MAX };
    if lines > limit {
        problems.push(format!("{name}: {lines} lines, more than {limit}"));
    }
    if !is_test && !text.starts_with("//!") && !text.starts_with("#!") {
        problems.push(format!("{name}: no module documentation"));
    }
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        let is_comment = line.starts_with("//");
        if !is_comment
            && (line.contains("unsafe {")
                || line.starts_with("unsafe ")
                || line.contains(" unsafe fn"))
            && !UNSAFE_FILES
                .iter()
                .any(|allowed| path == Path::new(allowed))
            && !path.starts_with("crates/plimsoll-sensor")
            && !path.starts_with("xtask")
        {
            problems.push(format!(
                "{name}:{number}: `unsafe` belongs to the sensor alone"
            ));
        }
        if ["todo!(", "unimplemented!(", "dbg!("]
            .iter()
            .any(|word| line.contains(word))
            && !is_comment
            && !path.starts_with("xtask")
        {
            problems.push(format!("{name}:{number}: unfinished"));
        }
        if line.starts_with("#[ignore") {
            problems.push(format!(
                "{name}:{number}: a test that is not run is no test"
            ));
        }
    }
}
