//! Runs the real tools that the catalogers are held against.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that a variable of `script/test` names; panics where it is missing.
pub fn folder_of(variable: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(
        || panic!("{variable} is not set: run this test by script/test"),
        PathBuf::from,
    )
}

/// Runs a program in a folder and gives its standard output; panics with what it said on failure
/// or with the name of what to install where it is missing.
pub fn run(folder: &Path, program: &str, arguments: &[&str], package: &str) -> String {
    let (ok, stdout, stderr) = try_run(folder, program, arguments, package);
    assert!(ok, "{program} {arguments:?} failed: {stderr}{stdout}");
    stdout
}

/// The same for programs that say something useful and fail.
pub fn try_run(
    folder: &Path,
    program: &str,
    arguments: &[&str],
    package: &str,
) -> (bool, String, String) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("CI", "true")
        .env("NO_COLOR", "1")
        // What the surrounding environment says must not choose other packages.
        .env_remove("VIRTUAL_ENV")
        .env_remove("PYTHONPATH")
        .env_remove("RUBYOPT")
        .env_remove("NODE_OPTIONS")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}: install {package}"));
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}
