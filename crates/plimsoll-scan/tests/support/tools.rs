//! Running the tools that tests compare with. A missing tool fails the test.

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
    String::from_utf8(run(package, command).stdout).unwrap()
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
