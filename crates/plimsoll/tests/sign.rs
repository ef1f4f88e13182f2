//! `sign` and `attest` from the outside: files, passwords, programs that sign, and what is said
//! where it does not go. What cosign says of signatures in a registry is tried in
//! `plimsoll-trust`'s `real_sign`.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test should fail where this fails"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn plimsoll(folder: &Path, password: Option<&str>, arguments: &[&str]) -> Output {
    // Without a terminal to ask at, wherever the test runs.
    let mut command = Command::new("setsid");
    command
        .arg("--wait")
        .arg(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env_remove("COSIGN_PASSWORD")
        .env_remove("PLIMSOLL_PASSWORD")
        .stdin(std::process::Stdio::null());
    if let Some(password) = password {
        command.env("PLIMSOLL_PASSWORD", password);
    }
    command.output().unwrap()
}

fn openssl(folder: &Path, arguments: &str) -> bool {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(arguments.split(' '));
    let output = command.output();
    output
        .unwrap_or_else(|error| panic!("openssl: {error}; install the package openssl"))
        .status
        .success()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert!(openssl(
        path,
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out plain"
    ));
    assert!(openssl(path, "pkey -in plain -pubout -out public"));
    assert!(openssl(
        path,
        "pkcs8 -topk8 -in plain -passout pass:s3cret -out sealed"
    ));
    fs::write(path.join("file"), "data\n").unwrap();
    folder
}

#[test]
fn a_file_is_signed_by_a_key_or_by_a_program() {
    let folder = folder();
    let folder = folder.path();
    let check = || openssl(folder, "dgst -sha256 -verify public -signature raw file");
    let signed = |password, arguments: &[&str]| {
        let output = plimsoll(folder, password, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        fs::write(folder.join("signature"), &output.stdout).unwrap();
        assert!(openssl(folder, "base64 -d -A -in signature -out raw"));
        assert!(check(), "{arguments:?}");
        fs::remove_file(folder.join("raw")).unwrap();
    };
    signed(Some("s3cret"), &["sign", "--key", "sealed", "file"]);
    signed(None, &["sign", "--key", "plain", "file"]);
    let program = "openssl dgst -sha256 -sign plain";
    signed(
        None,
        &["sign", "--key", "public", "--signer", program, "file"],
    );
    let base64 = format!("{program} | openssl base64");
    signed(
        None,
        &["sign", "--key", "public", "--signer", &base64, "file"],
    );

    fs::write(folder.join("predicate"), r#"{"bomFormat": "CycloneDX"}"#).unwrap();
    let attest = [
        "attest",
        "--key",
        "plain",
        "--type",
        "cyclonedx",
        "--predicate",
        "predicate",
    ];
    let output = plimsoll(folder, None, &[&attest[..], &["file"]].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains(r#""payloadType":"application/vnd.in-toto+json""#),
        "{said}"
    );
}

#[test]
fn what_cannot_be_signed_is_told_with_a_hint() {
    let folder = folder();
    let folder = folder.path();
    let cases: [(Option<&str>, &[&str], &str); 10] = [
        (
            Some("other"),
            &["sign", "--key", "sealed", "file"],
            "the password is wrong",
        ),
        (
            None,
            &["sign", "--key", "sealed", "file"],
            "PLIMSOLL_PASSWORD or COSIGN_PASSWORD",
        ),
        (
            None,
            &["sign", "--key", "public", "file"],
            "is no private key",
        ),
        (
            None,
            &["sign", "--key", "none", "file"],
            "read the key none",
        ),
        (
            None,
            &["sign", "--key", "plain", "-a", "env=x", "file"],
            "--annotations",
        ),
        (
            None,
            &["sign", "--key", "public", "--signer", "cat", "file"],
            "no signature of the public key",
        ),
        (
            None,
            &["sign", "--key", "public", "--signer", "exit 3", "file"],
            "exit status: 3",
        ),
        (
            None,
            &["sign", "--key", "public", "--signer", "yes", "file"],
            "too long for a signature",
        ),
        (
            None,
            &["sign", "--offline", "--key", "plain", "r.example/a:1"],
            "--offline forbids it",
        ),
        (
            None,
            &[
                "attest",
                "--key",
                "plain",
                "--type",
                "slsa",
                "--predicate",
                "file",
                "file",
            ],
            "slsaprovenance1",
        ),
    ];
    for (password, arguments, part) in cases {
        let output = plimsoll(folder, password, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}
