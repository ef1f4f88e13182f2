//! How long the package databases of the operating system take.
#![allow(clippy::format_collect, reason = "benches")]

use std::sync::Arc;

use divan::Bencher;
use divan::counter::BytesCount;
use plimsoll_scan::catalogers::CATALOGERS;
use plimsoll_scan::{Facts, File};

fn main() {
    divan::main();
}

/// Reads a file with a cataloger, over and over.
fn read(bencher: Bencher<'_, '_>, id: &str, path: &str, bytes: Vec<u8>) {
    let cataloger = CATALOGERS.iter().find(|cataloger| cataloger.id() == id);
    let Some(cataloger) = cataloger else {
        return;
    };
    let count = BytesCount::new(bytes.len());
    let file = File {
        path,
        mode: 0o644,
        data: Arc::new(bytes),
    };
    bencher.counter(count).bench(|| {
        let mut facts = Facts::default();
        let result = cataloger.read(&file, &mut facts);
        assert!(result.is_ok() && !facts.packages.is_empty() | !facts.owned.is_empty());
        facts
    });
}

/// A status file with as much in each paragraph as Debian's have on average.
#[divan::bench]
fn dpkg_status_of_3000_packages(bencher: Bencher<'_, '_>) {
    let text: String = (0..3000)
        .map(|number| {
            format!(
                "Package: package-{number}\nStatus: install ok installed\nPriority: optional\n\
                 Section: libs\nInstalled-Size: {number}\n\
                 Maintainer: Somebody <somebody@lists.example.org>\nArchitecture: amd64\n\
                 Multi-Arch: same\nSource: source-{number} (1.{number}-1)\n\
                 Version: 1:1.{number}-1+b1\nReplaces: other-{number} (<< 2)\n\
                 Depends: libc6 (>= 2.34), libgcc-s1 (>= 3.0), libstdc++6 (>= 12), {}\n\
                 Description: what it is\n{}Homepage: https://example.org/{number}\n\n",
                "library (>= 1.0), ".repeat(12),
                " a line of prose that says something of the package to somebody\n".repeat(8),
            )
        })
        .collect();
    read(
        bencher,
        "dpkg-status",
        "var/lib/dpkg/status",
        text.into_bytes(),
    );
}

#[divan::bench]
fn dpkg_list_of_10000_files(bencher: Bencher<'_, '_>) {
    let text: String = (0..10_000)
        .map(|number| format!("/usr/share/package/folder-{}/file-{number}\n", number / 50))
        .collect();
    read(
        bencher,
        "dpkg-files",
        "var/lib/dpkg/info/a.list",
        text.into_bytes(),
    );
}

#[divan::bench]
fn apk_installed_of_300_packages(bencher: Bencher<'_, '_>) {
    let text: String = (0..300)
        .map(|number| {
            let files = "R:file\na:0:0:755\nZ:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n".repeat(40);
            format!(
                "C:Q1x=\nP:package-{number}\nV:1.{number}-r0\nA:x86_64\nS:1\nI:2\nT:what it is\n\
                 U:https://example.org\nL:MIT\no:source-{number}\nF:usr/lib/package-{number}\n{files}\n"
            )
        })
        .collect();
    read(
        bencher,
        "apk-installed",
        "lib/apk/db/installed",
        text.into_bytes(),
    );
}
