//! Running the tools that tests compare with. A missing tool fails the test.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use plimsoll_scan::catalogers::CATALOGERS;
use plimsoll_scan::{Facts, File};

/// Runs a command that must work; `package` is the Debian package to install where it is missing.
pub fn run(package: &str, command: &mut Command) -> Output {
    command.env("LC_ALL", "C.UTF-8");
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => panic!("{command:?}: {error}; install the Debian package `{package}`"),
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    output
}

/// The same, for what it prints.
pub fn output(package: &str, command: &mut Command) -> String {
    String::from_utf8(run(package, command).stdout).expect("tool prints UTF-8")
}

/// Hands a file to a cataloger, which must read all of it.
pub fn catalog(id: &str, path: &str, bytes: Vec<u8>) -> Facts {
    let cataloger = CATALOGERS.iter().find(|cataloger| cataloger.id() == id);
    let file = File {
        path,
        mode: 0o644,
        data: Arc::new(bytes),
    };
    let mut facts = Facts::default();
    let result = cataloger
        .unwrap_or_else(|| panic!("no cataloger {id}"))
        .read(&file, &mut facts);
    assert_eq!(result, Ok(()), "{path}");
    facts
}

/// Where the Python packages of the tests lie; `script/test` puts them there.
pub fn venv_packages() -> PathBuf {
    let Some(venv) = std::env::var_os("PLIMSOLL_TEST_VENV") else {
        panic!("PLIMSOLL_TEST_VENV is not set; run the tests by script/test");
    };
    let lib = PathBuf::from(venv).join("lib");
    let python = std::fs::read_dir(&lib)
        .unwrap_or_else(|error| panic!("{}: {error}", lib.display()))
        .filter_map(Result::ok)
        .find(|entry| entry.file_name().to_string_lossy().starts_with("python"));
    python
        .expect("a Python in the environment")
        .path()
        .join("site-packages")
}
