//! The dpkg catalogers against dpkg itself: this machine, a root filesystem, and packages in
//! every state that an interrupted installation leaves behind.
//!
//! Needs the Debian packages `dpkg`, `mmdebstrap` and `distro-info-data`, and a package mirror.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot run must fail loudly, and reads its own files"
)]

#[path = "support/tools.rs"]
mod tools;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use plimsoll_model::Distribution;
use plimsoll_scan::cataloger::path_hash;
use plimsoll_scan::distribution::lifecycle;
use tools::{catalog, output, run};

const NOT_THERE: [&str; 2] = ["not-installed", "config-files"];

/// What dpkg says is there, in the words of [`ours`].
fn theirs(root: &Path) -> BTreeSet<String> {
    let format = "${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} \
                  ${source:Version}\\n";
    let text = output(
        "dpkg",
        Command::new("dpkg-query")
            .arg("--admindir")
            .arg(root.join("var/lib/dpkg"))
            .args(["-W", "-f", format]),
    );
    text.lines()
        .filter_map(|line| {
            let (status, rest) = line.split_once(' ').unwrap();
            (!NOT_THERE.contains(&status)).then(|| rest.to_owned())
        })
        .collect()
}

fn ours(root: &Path) -> BTreeSet<String> {
    let path = "var/lib/dpkg/status";
    let facts = catalog("dpkg-status", path, fs::read(root.join(path)).unwrap());
    facts
        .packages
        .iter()
        .map(|found| {
            let source = found.source.as_ref().unwrap();
            format!(
                "{} {} {} {} {}",
                found.name,
                found.version,
                found.arch.as_deref().unwrap(),
                source.name,
                source.version
            )
        })
        .collect()
}

fn check(root: &Path) -> usize {
    let ours = ours(root);
    assert_eq!(ours, theirs(root));
    ours.len()
}

/// Paths by package, from every list; and what `dpkg-query -L` says of each package.
fn check_files(root: &Path) -> usize {
    let info = root.join("var/lib/dpkg/info");
    let mut owned: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for entry in fs::read_dir(&info).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("var/lib/dpkg/info/{name}");
        if Path::new(&name)
            .extension()
            .is_some_and(|end| end == "list")
        {
            let facts = catalog("dpkg-files", &path, fs::read(info.join(&name)).unwrap());
            for list in facts.owned {
                let package = match &list.arch {
                    Some(arch) => format!("{}:{arch}", list.package),
                    None => list.package,
                };
                owned.entry(package).or_default().extend(list.paths);
            }
        }
    }
    for (package, paths) in &owned {
        let text = output(
            "dpkg",
            Command::new("dpkg-query")
                .arg("--admindir")
                .arg(root.join("var/lib/dpkg"))
                .args(["-L", package]),
        );
        // Lines that tell of diversions are no paths; folders are left out on our side, `/bin` and
        // its like too, which are links on disk.
        let files: BTreeSet<u64> = text
            .lines()
            .filter(|line| line.starts_with('/') && line.matches('/').count() > 1)
            .filter(|line| fs::symlink_metadata(root.join(&line[1..])).is_ok_and(|m| !m.is_dir()))
            .map(path_hash)
            .collect();
        let missing: Vec<_> = files.difference(paths).collect();
        assert!(
            missing.is_empty(),
            "{package}: {} files are missing",
            missing.len()
        );
    }
    owned.len()
}

#[test]
fn this_machine() {
    assert!(check(Path::new("/")) > 50);
}

#[test]
fn a_root_filesystem() {
    let root = std::env::var("PLIMSOLL_TEST_ROOTFS")
        .expect("PLIMSOLL_TEST_ROOTFS: `script/test` has mmdebstrap make that root filesystem");
    let root = std::path::Path::new(&root);
    assert!(check(root) > 50);
    assert!(check_files(root) > 50);
    let path = "usr/lib/os-release";
    let os = catalog("os-release", path, fs::read(root.join(path)).unwrap()).os;
    assert_eq!(os.unwrap().display(), "debian 12");
}

/// Builds a package; `script` is what runs after it was unpacked.
fn package(folder: &Path, name: &str, fields: &str, script: &str) -> String {
    let tree = folder.join(name);
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    fs::create_dir_all(tree.join("etc")).unwrap();
    fs::write(tree.join(format!("etc/{name}.conf")), "x\n").unwrap();
    fs::write(tree.join("DEBIAN/conffiles"), format!("/etc/{name}.conf\n")).unwrap();
    let control = format!(
        "Package: {name}\nVersion: 1:2.0-3\nMaintainer: nobody <nobody@example.org>\n\
         Description: for a test\n with a second line\n{fields}"
    );
    fs::write(tree.join("DEBIAN/control"), control).unwrap();
    let postinst = tree.join("DEBIAN/postinst");
    fs::write(&postinst, format!("#!/bin/sh\n{script}\n")).unwrap();
    run("dpkg", Command::new("chmod").arg("755").arg(&postinst));
    let file = format!("{}.deb", tree.display());
    run(
        "dpkg",
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "--build"])
            .arg(&tree)
            .arg(&file),
    );
    file
}

#[test]
fn every_state_of_a_package() {
    let folder = tempfile::tempdir().unwrap();
    let build =
        |name: &str, fields: &str, script: &str| package(folder.path(), name, fields, script);
    let root = folder.path().join("root");
    fs::create_dir_all(root.join("var/lib/dpkg/updates")).unwrap();
    fs::create_dir_all(root.join("var/lib/dpkg/info")).unwrap();
    fs::write(root.join("var/lib/dpkg/status"), "").unwrap();
    let dpkg = || {
        let mut command = Command::new("dpkg");
        command.arg("--root").arg(&root);
        command.args([
            "--force-script-chrootless",
            "--force-architecture",
            "--force-bad-path",
        ]);
        command
    };
    let all = "Architecture: all\n";
    for (name, fields, script) in [
        ("whole", "Architecture: all\nSource: other (7-1)\n", "true"),
        (
            "held",
            "Architecture: arm64\nSource: held-src\nMulti-Arch: foreign\n",
            "true",
        ),
        ("removed", all, "true"),
        ("purged", all, "true"),
    ] {
        run("dpkg", dpkg().arg("-i").arg(build(name, fields, script)));
    }
    run(
        "dpkg",
        dpkg().arg("--unpack").arg(build("unpacked", all, "true")),
    );
    run("dpkg", dpkg().args(["-r", "removed"]));
    run("dpkg", dpkg().args(["-P", "purged"]));
    let failing = dpkg()
        .arg("-i")
        .arg(build("failing", all, "false"))
        .output();
    assert!(!failing.unwrap().status.success());
    let status = fs::read_to_string(root.join("var/lib/dpkg/status")).unwrap();
    let held = status.replace(
        "Package: held\nStatus: install",
        "Package: held\nStatus: hold",
    );
    fs::write(root.join("var/lib/dpkg/status"), held).unwrap();
    assert!(status.contains("half-configured") && status.contains("config-files"));
    assert_eq!(check(&root), 4);
}

/// Debian's own table of its and Ubuntu's releases says the same as ours.
#[test]
fn support_ends_when_distro_info_says() {
    for (id, normal, free, sold) in [
        ("debian", "eol", "eol-lts", "eol-elts"),
        ("ubuntu", "eol", "eol-server", "eol-esm"),
    ] {
        let path = format!("/usr/share/distro-info/{id}.csv");
        let Ok(text) = fs::read_to_string(&path) else {
            panic!("{path} is missing; install the Debian package `distro-info-data`");
        };
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next().unwrap().split(',').collect();
        let mut compared = 0;
        for line in lines {
            let values: Vec<&str> = line.split(',').collect();
            let field = |name: &str| {
                let at = names.iter().position(|known| *known == name).unwrap();
                values.get(at).copied().filter(|value| !value.is_empty())
            };
            let version = field("version").and_then(|version| version.split(' ').next());
            let os = |version: Option<&str>, codename: Option<&str>| Distribution {
                id: id.to_owned(),
                version_id: version.map(str::to_owned),
                codename: codename.map(str::to_owned),
                ..Distribution::default()
            };
            let Some(ours) = lifecycle(&os(version, None)) else {
                // Only what nobody runs any more, and what has no date yet.
                assert!(
                    field("eol").is_none_or(|eol| eol < "2012"),
                    "{id} {version:?}"
                );
                continue;
            };
            assert_eq!(lifecycle(&os(None, field("series"))), Some(ours));
            let security = field(free).max(field(normal)).unwrap();
            assert_eq!(ours.security.to_string(), security, "{id} {version:?}");
            let extended = ours.extended.map(|date| date.to_string());
            assert_eq!(extended.as_deref(), field(sold), "{id} {version:?}");
            compared += 1;
        }
        assert!(compared >= 10, "{id}");
    }
}
