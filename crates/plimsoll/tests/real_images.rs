//! One image of real parts through every door that the program has, and every tool's own list of
//! what is in it.
//!
//! Needs Debian's `podman`, `docker.io`, `docker-registry`, `skopeo`, `golang-go`, `npm`, `zip`,
//! and what `script/test` fetches from PyPI, npm and Maven Central.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "support/advisories.rs"]
mod advisories;
#[path = "support/dockerd.rs"]
mod dockerd;
#[path = "../../plimsoll-image/tests/support/podman.rs"]
mod podman;
#[path = "support/program.rs"]
mod program;
#[path = "../../plimsoll-image/tests/support/registry.rs"]
mod registry;
#[path = "support/relay.rs"]
mod relay;
#[path = "support/shop.rs"]
mod shop;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use self::advisories::use_small_database;
use self::dockerd::Dockerd;
use self::program::{World, given, list, run, text, tool};
use self::registry::{Door, Registry, certificates, passwords};
use self::relay::Relay;
use self::shop::{NAME, Shop};

/// Everything about what is in an image that must not depend on where it was taken from.
#[derive(Debug, PartialEq, Eq)]
struct Contents {
    /// Digest of the unpacked layer and the step that made it.
    layers: Vec<(String, String)>,
    /// purl, licences, layer and path, of each place.
    packages: BTreeSet<(String, String, String, String)>,
    findings: BTreeSet<String>,
    unknowns: Vec<Value>,
    verdict: Value,
}

fn contents(report: &Value) -> Contents {
    let layers = list(report, "layers").iter().map(|layer| {
        (
            text(layer, "/diff_id").to_owned(),
            text(layer, "/created_by").to_owned(),
        )
    });
    let packages = list(report, "packages").iter().flat_map(|package| {
        list(package, "locations").iter().map(|location| {
            (
                text(package, "/purl").to_owned(),
                package["licenses"].to_string(),
                text(location, "/layer").to_owned(),
                text(location, "/path").to_owned(),
            )
        })
    });
    let findings = list(report, "findings")
        .iter()
        .map(|finding| text(finding, "/fingerprint").to_owned());
    Contents {
        layers: layers.collect(),
        packages: packages.collect(),
        findings: findings.collect(),
        unknowns: list(report, "unknowns").to_vec(),
        verdict: report["verdict"].clone(),
    }
}

#[test]
fn an_image_is_the_same_through_every_door_and_to_every_tool() {
    let mut world = World::new("real_images");
    use_small_database(&mut world);
    let shop = Shop::build(&world);
    let target = format!("docker-archive:{}", shop.archive.display());
    let report = world.scan(&target, 2);

    packages_are_what_each_tool_says(&shop, &report);
    log4shell_has_its_layer_path_and_step(&report);
    exit_codes_follow_policy(&world, &target);
    same_bytes_twice(&world, &target);
    let expected = contents(&report);
    layouts_and_packed_archives(&world, &shop, &expected);
    through_a_registry(&world, &shop, &expected);
    through_podman(&world, &shop, &expected);
    through_dockerd(&world, &shop, &expected);
}

/// `name version` of the packages of a type.
fn found(report: &Value, kind: &str) -> BTreeSet<String> {
    let packages = list(report, "packages").iter();
    packages
        .filter(|package| text(package, "/type") == kind)
        .map(|package| {
            let name = match (kind, text(package, "/namespace")) {
                ("npm" | "golang", namespace) if !namespace.is_empty() => {
                    format!("{namespace}/{}", text(package, "/name"))
                }
                _ => text(package, "/name").to_owned(),
            };
            format!("{name} {}", text(package, "/version"))
        })
        .collect()
}

fn packages_are_what_each_tool_says(shop: &Shop, report: &Value) {
    let lines = |text: String| -> BTreeSet<String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    let admin = given("PLIMSOLL_TEST_ROOTFS").join("var/lib/dpkg");
    let mut dpkg = Command::new("dpkg-query");
    dpkg.arg(format!("--admindir={}", admin.display())).args([
        "-W",
        "-f",
        "${Package} ${Version}\n",
    ]);
    let expected = lines(tool("dpkg", &mut dpkg));
    assert!(expected.len() > 50);
    assert_eq!(found(report, "deb"), expected);

    let mut pip = Command::new(given("PLIMSOLL_TEST_VENV").join("bin/pip"));
    pip.args([
        "list",
        "--format",
        "json",
        "--disable-pip-version-check",
        "--path",
    ])
    .arg(shop.context.join("venv/lib/python3/site-packages"));
    let listed: Value = serde_json::from_str(&tool("python3", &mut pip)).unwrap();
    let expected: BTreeSet<String> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let name = text(one, "/name").to_lowercase().replace(['_', '.'], "-");
            format!("{name} {}", text(one, "/version"))
        })
        .collect();
    assert!(expected.len() > 50);
    // setuptools brings copies of others, which pip does not look for.
    let own: Vec<Value> = list(report, "packages")
        .iter()
        .filter(|package| !text(package, "/locations/0/path").contains("/_vendor/"))
        .cloned()
        .collect();
    let own = found(&serde_json::json!({ "packages": own }), "pypi");
    assert_eq!(own, expected);

    let mut npm = Command::new("npm");
    npm.args(["ls", "--all", "--parseable", "--long"])
        .current_dir(shop.context.join("node"));
    let expected: BTreeSet<String> = tool("npm", &mut npm)
        .lines()
        .filter_map(|line| line.split(':').nth(1))
        .map(|package| {
            let (name, version) = package.rsplit_once('@').unwrap();
            format!("{name} {version}")
        })
        .collect();
    assert!(expected.len() > 20);
    assert_eq!(found(report, "npm"), expected);

    let mut go = Command::new("go");
    go.args(["version", "-m"]).arg(shop.context.join("shop"));
    let build = tool("golang-go", &mut go);
    let mut expected: BTreeSet<String> = build
        .lines()
        .filter_map(|line| line.trim().strip_prefix("dep\t"))
        .map(|line| line.split('\t').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    let toolchain = build.split_whitespace().nth(1).unwrap();
    expected.insert(format!("stdlib {}", toolchain.trim_start_matches("go")));
    let own = found(report, "golang");
    assert!(own.is_superset(&expected), "{own:?} {expected:?}");
    let more: Vec<_> = own.difference(&expected).collect();
    assert!(
        more.iter()
            .all(|package| package.starts_with("example.com/shop")),
        "{more:?}"
    );
    assert_eq!(
        found(report, "maven"),
        BTreeSet::from(["log4j-core 2.14.1".to_owned()])
    );
}

fn log4shell_has_its_layer_path_and_step(report: &Value) {
    let finding = list(report, "findings")
        .iter()
        .find(|finding| text(finding, "/id") == "CVE-2021-44228")
        .unwrap();
    assert_eq!(text(finding, "/severity"), "critical");
    assert_eq!(finding["known_exploited"], true);
    assert_eq!(finding["fix"]["versions"][0], "2.15.0");
    let path = "srv/java/shop.war!/WEB-INF/lib/outer.jar!/log4j-core-2.14.1.jar";
    assert_eq!(text(finding, "/locations/0/path"), path);
    let layers = list(report, "layers");
    let layer = text(finding, "/locations/0/layer");
    let position = layers
        .iter()
        .position(|other| text(other, "/diff_id") == layer);
    assert_eq!(position, Some(3), "{layer}");
    assert!(text(&layers[3], "/created_by").contains("in /srv/java"));
    let base: Vec<bool> = layers.iter().map(|layer| layer["base"] == true).collect();
    assert_eq!(base, [true, false, false, false, false, false]);
    // What a later layer deleted is not there any more.
    assert!(!found(report, "npm").contains("gone 1.0.0"));
}

fn exit_codes_follow_policy(world: &World, target: &str) {
    let audit = world.write(
        "audit.yaml",
        "policy:\n  name: audit\n  rules:\n    - {name: any, severity: low, mode: audit}\n",
    );
    let audit = audit.to_str().unwrap();
    let code = |more: &[&str], code: i32| {
        let mut arguments = vec!["scan", target, "--quiet"];
        arguments.extend(more);
        world.run(&arguments).ended(code)
    };
    code(&[], 2);
    code(&["--exit-code", "7"], 7);
    code(&["--exit-code", "0"], 0);
    code(&["--policy", audit], 0);
    // No source speaks for all of Debian 12.
    code(&["--policy", audit, "--strict"], 3);
    code(&["--policy", "/nonexistent"], 1);
    code(&["--db", "/nonexistent"], 1);
    code(&["--format", "nope"], 1);
    code(&["--platform", "linux/s390x"], 1);
    let excepted = world.write(
        "excepted.yaml",
        "policy:\n  name: exploited\n  rules:\n    - {name: exploited, known_exploited: true, mode: enforce}\n\
         exceptions:\n  - id: CVE-2021-44228\n    owner: shop@example.com\n    reason: not reachable\n    \
         expires: 2999-01-31\n",
    );
    code(&["--policy", excepted.to_str().unwrap()], 0);
}

/// Every format, with the time of the documents given.
fn same_bytes_twice(world: &World, target: &str) {
    const FORMATS: [&str; 12] = [
        "cyclonedx",
        "github",
        "gitlab",
        "html",
        "json",
        "junit",
        "markdown",
        "openvex",
        "sarif",
        "spdx",
        "spdx-tag-value",
        "table",
    ];
    for turn in ["one", "two"] {
        fs::create_dir(world.path(turn)).unwrap();
        let mut arguments = vec!["scan".to_owned(), target.to_owned(), "--quiet".to_owned()];
        for format in FORMATS {
            let path = world.path(turn).join(format);
            arguments.extend(["-o".to_owned(), format!("{format}={}", path.display())]);
        }
        // Once with what the run before has kept, and once without.
        if turn == "two" {
            arguments.extend(["--cache".to_owned(), "off".to_owned(), "-j1".to_owned()]);
        }
        let mut command = world.command(&arguments);
        run(command.env("SOURCE_DATE_EPOCH", "1700000000")).ended(2);
    }
    for format in FORMATS {
        let mut compare = Command::new("cmp");
        compare
            .arg(world.path("one").join(format))
            .arg(world.path("two").join(format));
        tool("diffutils", &mut compare);
    }
}

fn skopeo(arguments: &[&str]) {
    let mut skopeo = Command::new("skopeo");
    tool(
        "skopeo",
        skopeo
            .args(["copy", "--insecure-policy", "-q"])
            .args(arguments),
    );
}

fn layouts_and_packed_archives(world: &World, shop: &Shop, expected: &Contents) {
    let from = format!("docker-archive:{}", shop.archive.display());
    let at = |name: &str| world.path(name).display().to_string();
    skopeo(&[&from, &format!("oci:{}:2.3", at("layout-gzip"))]);
    let zstd = ["--dest-compress-format", "zstd"];
    skopeo(&[
        zstd[0],
        zstd[1],
        &from,
        &format!("oci:{}:2.3", at("layout-zstd")),
    ]);
    skopeo(&[&from, &format!("oci-archive:{}:2.3", at("oci.tar"))]);
    let archive = fs::File::open(&shop.archive).unwrap();
    let packed = fs::File::create(world.path("docker.tar.gz")).unwrap();
    tool(
        "gzip",
        Command::new("gzip").arg("-1").stdin(archive).stdout(packed),
    );
    for (door, target) in [
        ("gzip", format!("oci-dir:{}", at("layout-gzip"))),
        ("zstd", format!("oci-dir:{}:2.3", at("layout-zstd"))),
        ("oci-archive", format!("oci-archive:{}", at("oci.tar"))),
        ("packed", format!("docker-archive:{}", at("docker.tar.gz"))),
        ("bare", at("docker.tar")),
    ] {
        let ran = world.run(["scan", &target, "--format", "json", "--cache", "off"]);
        assert_eq!(contents(&ran.ended(2).json()), *expected, "{door}");
    }
}

fn through_a_registry(world: &World, shop: &Shop, expected: &Contents) {
    let folder = world.path("registry");
    fs::create_dir(&folder).unwrap();
    certificates(&folder);
    passwords(&folder);
    let registry = Registry::start(&folder, "storage", Door::TlsAndLogin);
    let image = format!("{}/shop/cart:2.3", registry.host);
    skopeo(&[
        "--dest-tls-verify=false",
        "--dest-creds",
        "shop:s3cret",
        &format!("docker-archive:{}", shop.archive.display()),
        &format!("docker://{image}"),
    ]);
    let docker = world.path("docker-config");
    fs::create_dir(&docker).unwrap();
    let ca = folder.join("ca.pem");
    let scan = |target: &str, more: &[&str]| {
        let mut command = world.command(["scan", target, "--format", "json", "--ca-file"]);
        command.arg(&ca).args(more).env("DOCKER_CONFIG", &docker);
        run(&mut command)
    };
    let refused = scan(&image, &[]).ended(1);
    assert!(refused.stderr.contains("401"), "{}", refused.stderr);
    let auths = format!(
        r#"{{"auths": {{"{}": {{"auth": "c2hvcDpzM2NyZXQ="}}}}}}"#,
        registry.host
    );
    fs::write(docker.join("config.json"), auths).unwrap();
    let ran = scan(&format!("registry:{image}"), &["--cache", "off"]);
    assert_eq!(contents(&ran.ended(2).json()), *expected);
    // A bare name: no engine runs here that has it.
    let ran = scan(&image, &[]);
    assert_eq!(contents(&ran.ended(2).json()), *expected);
    let offline = scan(&image, &["--offline"]).ended(1);
    assert!(offline.stderr.contains("--offline"), "{}", offline.stderr);
}

/// Scans an engine's image twice: the second time it is asked which image it has, and no more.
fn twice_through(
    world: &World,
    prefix: &str,
    socket: &Path,
    expected: &Contents,
) -> (Value, Value) {
    let relay = Relay::to(socket);
    let variable = match prefix {
        "podman" => "CONTAINER_HOST",
        _ => "DOCKER_HOST",
    };
    let cache = world.path(&format!("cache-{prefix}"));
    let scan = |target: &str| {
        let mut command = world.command(["scan", target, "--format", "json", "--cache"]);
        command
            .arg(&cache)
            .env(variable, format!("unix://{}", relay.socket().display()));
        run(&mut command).ended(2).json()
    };
    let first = scan(&format!("{prefix}:{NAME}"));
    assert_eq!(contents(&first), *expected, "{prefix}");
    let asked = relay.requests();
    assert!(
        asked.iter().any(|line| line.contains("images/get")),
        "{asked:?}"
    );
    let second = scan(&format!("{prefix}:{NAME}"));
    assert_eq!(second, first, "{prefix}");
    let bare = scan(NAME);
    assert_eq!(contents(&bare), *expected, "{prefix}");
    let asked = relay.requests().split_off(asked.len());
    assert!(
        !asked.is_empty() && asked.iter().all(|line| line.contains("/json")),
        "{asked:?}"
    );
    (first, second)
}

fn through_podman(world: &World, shop: &Shop, expected: &Contents) {
    let (_running, socket) = shop.podman.serve();
    twice_through(world, "podman", &socket, expected);
}

fn through_dockerd(world: &World, shop: &Shop, expected: &Contents) {
    let dockerd = Dockerd::start();
    dockerd.load(&shop.archive);
    twice_through(world, "docker", &dockerd.socket(), expected);
    let mut none = world.command(["scan", "docker:localhost/none:1"]);
    none.env(
        "DOCKER_HOST",
        format!("unix://{}", dockerd.socket().display()),
    );
    let none = run(&mut none).ended(1);
    assert!(none.stderr.contains("no such image"), "{}", none.stderr);
}
