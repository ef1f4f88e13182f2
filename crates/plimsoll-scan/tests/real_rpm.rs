//! The rpm catalogers against rpm itself: databases that `rpm` made, read by both.
//!
//! Needs the Debian packages `rpm` (which brings `rpmbuild`), `sqlite3` and `db5.3-util`, and the
//! PyPI package `rpm-inspector-rpm` in the folder that `PLIMSOLL_TEST_VENV` names.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot run must fail loudly, and reads its own files"
)]

#[path = "support/tools.rs"]
mod tools;

#[expect(dead_code, reason = "the other forms have makers of their own here")]
#[path = "../src/rpm/fixture.rs"]
mod fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use plimsoll_scan::cataloger::path_hash;
use tools::{catalog, output, run};

/// Packages with what differs between real ones: epochs, modules, many files, none.
fn spec() -> String {
    let mut spec = String::from(
        "Name: alpha\nVersion: 1.2.3\nRelease: 4.el9\nEpoch: 2\nSummary: s\n\
         License: MIT AND (GPLv2+)\n\
         ModularityLabel: nodejs:18:8060020220523160029:ad008a3a\n%description\nd\n%files\n\
         %package -n tools\nSummary: s\nEpoch: 0\nVersion: 9~rc1^git2\nBuildArch: noarch\n\
         %description -n tools\nd\n%files -n tools\n\
         %package -n many\nSummary: s\n%description -n many\nd\n%files -n many\n/opt/many\n",
    );
    for number in 0..60 {
        let _ = write!(
            spec,
            "%package -n lib{number}\nSummary: s\nVersion: {number}.0\nRelease: 1\n\
             %description -n lib{number}\n{}\n%files -n lib{number}\n/usr/lib/lib{number}.so\n",
            "long ".repeat(number * 20)
        );
    }
    spec.push_str(
        "%install\nmkdir -p %{buildroot}/usr/lib\n\
         for n in `seq 0 59`; do : > %{buildroot}/usr/lib/lib$n.so; done\n\
         for f in `seq 0 39`; do mkdir -p %{buildroot}/opt/many/folder-$f\n\
         for n in `seq 0 99`; do : > %{buildroot}/opt/many/folder-$f/file-$n; done; done\n",
    );
    spec
}

/// The built packages, once for all tests.
fn built() -> &'static Path {
    static BUILT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, folder) = BUILT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let spec_path = folder.path().join("alpha.spec");
        fs::write(&spec_path, spec()).unwrap();
        let mut command = Command::new("rpmbuild");
        command
            .arg("-bb")
            .arg("--quiet")
            .arg("--define")
            .arg(format!("_topdir {}", folder.path().display()))
            .arg("--define")
            .arg("_binary_payload w1.gzdio")
            .arg(&spec_path);
        run("rpm", &mut command);
        let packages = folder.path().join("RPMS");
        (folder, packages)
    });
    folder
}

fn rpm(database: &Path, backend: &str) -> Command {
    let mut command = match backend {
        "ndb" => {
            let folder = venv_packages().join("rpm_inspector_rpm/bin");
            let mut command = Command::new(folder.join("rpm"));
            command.arg("--rcfile").arg(folder.join("rpmrc"));
            command
        }
        _ => Command::new("rpm"),
    };
    command
        .arg("--dbpath")
        .arg(database)
        .arg("--define")
        .arg(format!("_db_backend {backend}"));
    command
}

/// A database of this form with all packages in it, some of them removed again.
fn database(backend: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    run("rpm", rpm(folder.path(), backend).arg("--initdb"));
    let mut packages: Vec<PathBuf> = Vec::new();
    for arch in fs::read_dir(built()).unwrap() {
        for package in fs::read_dir(arch.unwrap().path()).unwrap() {
            packages.push(package.unwrap().path());
        }
    }
    packages.sort();
    assert_eq!(packages.len(), 63);
    run(
        "rpm",
        rpm(folder.path(), backend)
            .args(["-i", "--justdb", "--nodeps", "--ignorearch", "--noscripts"])
            .args(&packages),
    );
    run(
        "rpm",
        rpm(folder.path(), backend).args([
            "-e",
            "--justdb",
            "--nodeps",
            "--noscripts",
            "lib3",
            "lib17",
            "lib59",
        ]),
    );
    folder
}

/// What rpm says is installed, in the words of [`ours`].
fn theirs(database: &Path, backend: &str) -> BTreeSet<String> {
    let query = "%{NAME} %|EPOCH?{%{EPOCH}}:{0}|:%{VERSION}-%{RELEASE} %{ARCH} %{SOURCERPM} %{LICENSE} \
                 %|MODULARITYLABEL?{%{MODULARITYLABEL}}:{-}|\n";
    output(
        "rpm",
        rpm(database, backend).args(["-qa", "--queryformat", query]),
    )
    .lines()
    .map(str::to_owned)
    .collect()
}

/// Each package's files as rpm lists them.
fn their_files(database: &Path, backend: &str) -> BTreeMap<String, BTreeSet<u64>> {
    let query = "[%{=NAME} %{FILENAMES}\n]";
    let mut files: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for line in output(
        "rpm",
        rpm(database, backend).args(["-qa", "--queryformat", query]),
    )
    .lines()
    {
        let (package, path) = line.split_once(' ').unwrap();
        files
            .entry(package.to_owned())
            .or_default()
            .insert(path_hash(path));
    }
    files
}

fn check(cataloger: &str, path: &str, file: &Path, database: &Path, backend: &str) {
    let facts = catalog(cataloger, path, fs::read(file).unwrap());
    let ours: BTreeSet<String> = facts
        .packages
        .iter()
        .map(|found| {
            let (epoch, version) = found
                .version
                .split_once(':')
                .unwrap_or(("0", &found.version));
            let source = found.source.as_ref().unwrap();
            let source_version = source.version.rsplit(':').next().unwrap();
            format!(
                "{} {epoch}:{version} {} {}-{source_version}.src.rpm {} {}",
                found.name,
                found.arch.as_deref().unwrap(),
                source.name,
                found.licenses.join(","),
                found
                    .module
                    .as_ref()
                    .map_or("-".to_owned(), |module| format!(
                        "{module}:8060020220523160029:ad008a3a"
                    )),
            )
        })
        .collect();
    assert_eq!(ours, theirs(database, backend));
    assert_eq!(facts.packages.len(), 60);
    let owned: BTreeMap<String, BTreeSet<u64>> = facts
        .owned
        .into_iter()
        .map(|owned| (owned.package, owned.paths.into_iter().collect()))
        .collect();
    assert_eq!(owned, their_files(database, backend));
    assert_eq!(owned["many"].len(), 4041);
}

#[test]
fn sqlite_as_rpm_lists_it() {
    let folder = database("sqlite");
    let file = folder.path().join("rpmdb.sqlite");
    check(
        "rpm-sqlite",
        "var/lib/rpm/rpmdb.sqlite",
        &file,
        folder.path(),
        "sqlite",
    );
}

/// The headers that rpm put into an SQLite file, by SQLite's own reader.
fn blobs() -> Vec<Vec<u8>> {
    let folder = database("sqlite");
    let mut command = Command::new("sqlite3");
    command
        .arg(folder.path().join("rpmdb.sqlite"))
        .arg("select hex(blob) from Packages order by hnum");
    output("sqlite3", &mut command)
        .lines()
        .map(|line| {
            line.as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
                .collect()
        })
        .collect()
}

/// Debian's rpm has no NDB: a file in that form is made here, and the rpm of the PyPI package
/// `rpm-inspector-rpm`, which can only query, is asked what it sees in it.
#[test]
fn ndb_as_rpm_lists_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Packages.db");
    fs::write(&file, fixture::ndb(&blobs())).unwrap();
    check(
        "rpm-ndb",
        "usr/lib/sysimage/rpm/Packages.db",
        &file,
        folder.path(),
        "ndb",
    );
}

/// rpm 4.18 no longer writes Berkeley DB, but reads it: a hash file is made by Berkeley DB's own
/// loader, and rpm is asked what it sees there.
#[test]
fn bdb_as_rpm_lists_it() {
    let blobs = blobs();
    for (page_bytes, order) in [(4096, 1234), (512, 1234), (4096, 4321), (65536, 1234)] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("Packages");
        load_bdb(&file, &blobs, page_bytes, order);
        check(
            "rpm-bdb",
            "var/lib/rpm/Packages",
            &file,
            folder.path(),
            "bdb_ro",
        );
    }
}

/// Makes a hash file as rpm would have: the number of a package, its header.
fn load_bdb(file: &Path, blobs: &[Vec<u8>], page_bytes: u32, order: u32) {
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::from(" "), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    };
    let mut dump = format!(
        "VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize={page_bytes}\n\
         db_lorder={order}\nHEADER=END\n"
    );
    // rpm writes its numbers in the byte order of the machine; the counter is kept under 0.
    let number = |number: usize| hex(&(number as u32).to_le_bytes());
    let _ = writeln!(dump, "{}\n{}", number(0), number(blobs.len()));
    for (index, blob) in blobs.iter().enumerate() {
        let _ = writeln!(dump, "{}\n{}", number(index + 1), hex(blob));
    }
    let _ = writeln!(dump, "DATA=END");
    let input = file.with_extension("dump");
    fs::write(&input, dump).unwrap();
    run(
        "db5.3-util",
        Command::new("db5.3_load").arg("-f").arg(&input).arg(file),
    );
    fs::remove_file(input).unwrap();
}

/// Where the Python packages of the tests lie; `script/test` puts them there.
fn venv_packages() -> PathBuf {
    let Some(venv) = std::env::var_os("PLIMSOLL_TEST_VENV") else {
        panic!("PLIMSOLL_TEST_VENV is not set; run the tests by script/test");
    };
    let lib = PathBuf::from(venv).join("lib");
    let python = fs::read_dir(&lib)
        .unwrap_or_else(|error| panic!("{}: {error}", lib.display()))
        .filter_map(Result::ok)
        .find(|entry| entry.file_name().to_string_lossy().starts_with("python"));
    python
        .expect("a Python in the environment")
        .path()
        .join("site-packages")
}
