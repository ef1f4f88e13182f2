//! Scans of small images made by code, with advisories that everybody knows: what is found, in
//! which layer, how it is judged, and which ways there are to name a target.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "support/advisories.rs"]
mod advisories;
#[path = "support/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use plimsoll_image::hash::sha256;
use plimsoll_image::testing::{ImageBuilder, TarBuilder, descriptor};
use serde_json::Value;

use self::advisories::use_small_database;
use self::program::{World, list, run, text};

/// As the packages of Debian 7 stood in `/var/lib/dpkg/status`.
fn status(openssl: &str, bash: &str) -> String {
    let package = |name: &str, source: &str, version: &str| {
        format!(
            "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\n{source}\
             Version: {version}\n\n"
        )
    };
    [
        package("libssl1.0.0", "Source: openssl\n", openssl),
        package("openssl", "", openssl),
        package("bash", "", bash),
    ]
    .concat()
}

fn layer(openssl: &str, bash: &str) -> Vec<u8> {
    TarBuilder::new()
        .file("var/lib/dpkg/status", status(openssl, bash))
        .finish()
}

fn base() -> TarBuilder {
    TarBuilder::new().file("etc/os-release", "ID=debian\nVERSION_ID=\"7\"\n")
}

/// Ids with the package that each is about.
fn found(report: &Value) -> BTreeSet<String> {
    let packages = list(report, "packages");
    let name = |id: &str| {
        let package = packages.iter().find(|package| text(package, "/id") == id);
        text(package.unwrap(), "/name").to_owned()
    };
    list(report, "findings")
        .iter()
        .map(|finding| {
            let package = name(text(finding, "/package"));
            format!("{} {package}", text(finding, "/id"))
        })
        .collect()
}

const HEARTBLEED: [&str; 2] = ["CVE-2014-0160 libssl1.0.0", "CVE-2014-0160 openssl"];
const POODLE: [&str; 2] = ["CVE-2014-3566 libssl1.0.0", "CVE-2014-3566 openssl"];
const SHELLSHOCK: [&str; 2] = ["CVE-2014-6271 bash", "CVE-2014-7169 bash"];

/// Those of `report` that have names here.
fn known(report: &Value) -> BTreeSet<String> {
    let known = [HEARTBLEED, POODLE, SHELLSHOCK].concat();
    let mut found = found(report);
    found.retain(|one| known.contains(&one.as_str()));
    found
}

fn set(expected: &[&[&str]]) -> BTreeSet<String> {
    let all = expected.iter().flat_map(|some| some.iter());
    all.map(|one| (*one).to_owned()).collect()
}

#[test]
fn heartbleed_poodle_and_shellshock_are_found_until_they_are_mended() {
    let mut world = World::new("regressions");
    use_small_database(&mut world);
    let cases: [(&str, &str, &[&[&str]]); 5] = [
        (
            "1.0.1e-2+deb7u4",
            "4.2+dfsg-0.1",
            &[&HEARTBLEED, &POODLE, &SHELLSHOCK],
        ),
        (
            "1.0.1e-2+deb7u5",
            "4.2+dfsg-0.1+deb7u1",
            &[&POODLE, &["CVE-2014-7169 bash"]],
        ),
        ("1.0.1e-2+deb7u12", "4.2+dfsg-0.1+deb7u3", &[&POODLE]),
        ("1.0.1e-2+deb7u13", "4.2+dfsg-0.1+deb7u3", &[]),
        // Newer than all, by the epoch.
        ("1:0.9", "4.3-1", &[]),
    ];
    for (openssl, bash, expected) in cases {
        let image = ImageBuilder::new()
            .layer(base().finish())
            .layer(layer(openssl, bash));
        let path = world.write("image.tar", image.docker_archive());
        let ran = world.run(["scan", path.to_str().unwrap(), "--format", "json"]);
        let code = if expected.is_empty() {
            0
        } else {
            ran.code.unwrap()
        };
        let report = ran.ended(code).json();
        assert_eq!(known(&report), set(expected), "{openssl} {bash}");
    }
}

#[test]
fn a_finding_lies_in_the_layer_that_brought_the_version() {
    let mut world = World::new("layers");
    use_small_database(&mut world);
    // The second layer mends bash; openssl stays what it was.
    let (old, new) = ("4.2+dfsg-0.1", "4.2+dfsg-0.1+deb7u3");
    let first = base()
        .file("var/lib/dpkg/status", status("1.0.1e-2+deb7u4", old))
        .finish();
    let second = layer("1.0.1e-2+deb7u4", new);
    let image = ImageBuilder::new()
        .layer(first.clone())
        .layer(second.clone());
    let path = world.write("image.tar", image.docker_archive());
    let report = world.scan(path.to_str().unwrap(), 0);
    assert_eq!(known(&report), set(&[&HEARTBLEED, &POODLE]));
    for finding in list(&report, "findings") {
        assert_eq!(
            text(finding, "/locations/0/layer"),
            sha256(&first).to_string()
        );
        assert_eq!(text(finding, "/how/source"), "debian-dsa");
    }
    // The other way round: what the second layer brought is the second layer's.
    let image = ImageBuilder::new()
        .layer(
            base()
                .file("var/lib/dpkg/status", status("1:1", new))
                .finish(),
        )
        .layer(second.clone());
    let path = world.write("image.tar", image.docker_archive());
    let report = world.scan(path.to_str().unwrap(), 0);
    for finding in list(&report, "findings") {
        assert_eq!(
            text(finding, "/locations/0/layer"),
            sha256(&second).to_string()
        );
    }
}

#[test]
fn a_target_may_be_an_sbom_on_standard_input_a_root_or_a_bare_name() {
    let mut world = World::new("doors");
    use_small_database(&mut world);
    let vulnerable = layer("1.0.1e-2+deb7u4", "4.2+dfsg-0.1");
    let image = ImageBuilder::new().layer(base().finish()).layer(vulnerable);
    let path = world.write("work/image", image.docker_archive());
    let expected = set(&[&HEARTBLEED, &POODLE, &SHELLSHOCK]);
    assert_eq!(known(&world.scan("image", 2)), expected);
    assert_eq!(known(&world.scan("./image", 2)), expected);

    for format in ["cyclonedx", "spdx", "spdx-tag-value", "json"] {
        let sbom = world.write("sbom", {
            let ran = world.run(["sbom", path.to_str().unwrap(), "--format", format]);
            ran.ended(0).stdout
        });
        let report = world.scan(&format!("sbom:{}", sbom.display()), 2);
        assert_eq!(known(&report), expected, "{format}");
        let mut command = world.command(["scan", "-", "--format", "json"]);
        command.stdin(Stdio::from(fs::File::open(&sbom).unwrap()));
        assert_eq!(
            known(&run(&mut command).ended(2).json()),
            expected,
            "{format}"
        );
    }

    world.write("root/etc/os-release", "ID=debian\nVERSION_ID=\"7\"\n");
    let status = status("1.0.1e-2+deb7u4", "4.2+dfsg-0.1");
    world.write("root/var/lib/dpkg/status", status);
    let root = world.path("root").display().to_string();
    for target in [root.clone(), format!("rootfs:{root}")] {
        assert_eq!(known(&world.scan(&target, 2)), expected, "{target}");
    }

    let nothing = |target: &str, expected: &str| {
        let ran = world.run(["scan", target, "--offline"]).ended(1);
        assert!(ran.stderr.contains(expected), "{target}: {}", ran.stderr);
        assert!(ran.stdout.is_empty(), "{target}");
    };
    nothing("./none", "no such file");
    nothing("localhost/none:1", "--offline forbids it");
    nothing("Not A Name", "hint:");
    nothing("", "hint:");
    nothing("docker-archive:none", "no such file");
    nothing("-", "standard input");
}

/// An index of two platforms whose images differ.
#[test]
fn the_platform_chooses_from_an_index() {
    let mut world = World::new("platform");
    use_small_database(&mut world);
    let image = |architecture: &str, bash: &str| {
        let mut image = ImageBuilder::new()
            .layer(base().finish())
            .layer(layer("1:1", bash));
        image.config = format!(r#""os":"linux","architecture":"{architecture}","#);
        image
    };
    let images = [
        image("amd64", "4.2+dfsg-0.1"),
        image("arm64", "4.2+dfsg-0.1+deb7u3"),
    ];
    let mut manifests = Vec::new();
    let layout = world.path("layout");
    for (image, architecture) in images.iter().zip(["amd64", "arm64"]) {
        image.write_layout(&layout);
        let mut manifest = descriptor(
            "application/vnd.oci.image.manifest.v1+json",
            image.manifest_json().as_bytes(),
        );
        manifest.pop();
        manifests.push(format!(
            r#"{manifest},"platform":{{"os":"linux","architecture":"{architecture}"}}}}"#
        ));
    }
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{}]}}"#,
        manifests.join(",")
    );
    fs::write(layout.join("index.json"), index).unwrap();
    let target = format!("oci-dir:{}", layout.display());
    let scan = |platform: &str| {
        let arguments = ["scan", &target, "--format", "json", "--platform", platform];
        world.run(arguments)
    };
    let report = scan("linux/amd64").ended(2).json();
    assert_eq!(text(&report, "/target/platform"), "linux/amd64");
    assert_eq!(known(&report), set(&[&SHELLSHOCK]));
    let report = scan("linux/arm64").ended(0).json();
    assert_eq!(text(&report, "/target/platform"), "linux/arm64");
    assert_eq!(known(&report), set(&[]));
    let ran = scan("linux/s390x").ended(1);
    assert!(
        ran.stderr.contains("linux/amd64, linux/arm64"),
        "{}",
        ran.stderr
    );
    let ran = scan("s390x").ended(1);
    assert!(ran.stderr.contains("hint:"), "{}", ran.stderr);
}

/// A layer that is not there is no layer without findings.
#[test]
fn a_foreign_layer_is_unknown() {
    let mut world = World::new("foreign");
    use_small_database(&mut world);
    let lower = base().finish();
    let image = ImageBuilder::new()
        .layer(lower.clone())
        .layer(layer("1:1", "4.3-1"));
    let folder = world.path("layout");
    image.write_layout(&folder);
    let plain = descriptor("application/vnd.oci.image.layer.v1.tar", &lower);
    let foreign = descriptor(
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        &lower,
    );
    let manifest = image.manifest_json().replace(&plain, &foreign);
    let blobs = folder.join("blobs/sha256");
    fs::remove_file(blobs.join(sha256(&lower).hex())).unwrap();
    fs::write(blobs.join(sha256(manifest.as_bytes()).hex()), &manifest).unwrap();
    let index = format!(
        r#"{{"manifests":[{}]}}"#,
        descriptor("", manifest.as_bytes())
    );
    fs::write(folder.join("index.json"), index).unwrap();
    let target = format!("oci-dir:{}", folder.display());
    let report = world.scan(&target, 0);
    let unknown = list(&report, "unknowns")
        .iter()
        .find(|unknown| text(unknown, "/reason").contains("foreign layer"));
    assert_eq!(text(unknown.unwrap(), "/layer"), sha256(&lower).to_string());
    assert_eq!(text(&report, "/verdict/outcome"), "warn");
    world.run(["scan", &target, "--strict"]).ended(3);
}
