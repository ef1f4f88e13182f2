//! What is not the target, or not a file system: SBOMs with odd fields, databases that are damaged
//! or newer, configuration made to hurt, registries that misbehave; through the program.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "support/advisories.rs"]
mod advisories;
#[path = "support/judge.rs"]
mod judge;
#[path = "support/program.rs"]
mod program;
#[path = "../../plimsoll-image/tests/hostile_registry/server.rs"]
mod server;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use plimsoll_image::testing::{ImageBuilder, TarBuilder};

use self::advisories::use_small_database;
use self::judge::Expected::{self, Clean, Fails, Read, Unknown};
use self::judge::Judge;
use self::program::{list, tool};
use self::server::{Misbehave, Request, Server, Shared, answer, head};

fn bytes_of(path: &Path) -> Vec<u8> {
    plimsoll_image::read_file_capped(path, 1 << 30).unwrap()
}

/// Id, document, outcome.
fn sboms() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let cyclonedx = |components: &str| {
        format!(r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": {components}}}"#)
    };
    let component = |extra: &str| {
        cyclonedx(&format!(
            r#"[{{"type": "library", "name": "a", "version": "1", {extra}}}]"#
        ))
    };
    let spdx = |packages: &str| {
        format!(
            r#"{{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x",
            "dataLicense": "CC0-1.0", "documentNamespace": "urn:x", "creationInfo":
            {{"created": "2024-01-01T00:00:00Z", "creators": ["Tool: x"]}}, "packages": {packages}}}"#
        )
    };
    let tagged = "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\n\
                  DocumentName: x\n";
    let deep = |open: &str, count: usize| open.repeat(count);
    let refuses = "failed to read the SBOM";
    vec![
        ("empty", Vec::new(), Fails(refuses)),
        ("braces", b"{}".to_vec(), Fails(refuses)),
        ("noise", vec![0xa5; 5_000], Fails(refuses)),
        ("html", b"<html>not found</html>".to_vec(), Fails(refuses)),
        ("deep", deep("{\"a\":", 100_000).into(), Fails(refuses)),
        ("deep-list", deep("[", 1_000_000).into(), Fails(refuses)),
        ("cut", cyclonedx("[")[..60].into(), Fails(refuses)),
        ("version-future", cyclonedx("[]").replace("1.5", "9.9").into(), Unknown("9.9")),
        ("version-number", cyclonedx("[]").replace("\"1.5\"", "1.5").into(), Unknown("1.5")),
        ("components-null", cyclonedx("null").into(), Read),
        ("components-object", cyclonedx("{}").into(), Unknown("is no list")),
        ("components-of-numbers", cyclonedx("[1, 2]").into(), Unknown("is no object")),
        ("component-without-name", cyclonedx(r#"[{"type": "library"}]"#).into(), Unknown("")),
        ("purl-nonsense", component(r#""purl": "pkg:?#@""#).into(), Unknown("package URL")),
        ("purl-number", component(r#""purl": 7"#).into(), Unknown("package URL")),
        ("purl-escape", component(r#""purl": "pkg:npm/%1b%5b2J@1""#).into(), Read),
        ("nested-components", component(&format!("{}{}", r#""components": [{"name": "b", "#, "\"x\": 1}]")).into(), Unknown("")),
        ("same-ref-twice", cyclonedx(r#"[{"type": "library", "bom-ref": "r", "name": "a", "version": "1", "purl": "pkg:npm/a@1"}, {"type": "library", "bom-ref": "r", "name": "a", "version": "1", "purl": "pkg:npm/a@1"}]"#).into(), Read),
        ("dependencies-in-a-circle", cyclonedx(r#"[], "dependencies": [{"ref": "a", "dependsOn": ["b"]}, {"ref": "b", "dependsOn": ["a"]}]"#).into(), Clean),
        ("spdx-good", spdx("[]").into(), Clean),
        ("spdx-future", spdx("[]").replace("SPDX-2.3", "SPDX-7.0").into(), Fails(refuses)),
        ("spdx-packages-object", spdx("{}").into(), Unknown("is no list")),
        ("spdx-refs-odd", spdx(r#"[{"SPDXID": "a", "name": "a", "versionInfo": "1", "downloadLocation": "NOASSERTION", "externalRefs": [{"referenceType": "purl", "referenceCategory": "PACKAGE-MANAGER", "referenceLocator": "nonsense"}]}]"#).into(), Unknown("package URL")),
        ("tagged-good", tagged.into(), Clean),
        ("tagged-cut", format!("{tagged}PackageName: a\nPackageVers").into(), Unknown("")),
        ("tagged-text-without-end", format!("{tagged}PackageComment: <text>and so on").into(), Fails("never closed")),
        ("tagged-long-line", format!("{tagged}PackageName: {}\n", "a".repeat(8 << 20)).into(), Unknown("")),
        ("report-future", br#"{"schema": "plimsoll.report/v9"}"#.to_vec(), Fails("failed to read the SBOM")),
        ("report-cut", br#"{"schema": "plimsoll.report/v1", "tool": {"#.to_vec(), Fails(refuses)),
        ("nul", b"{\"bomFormat\": \"Cyclone\0DX\"}".to_vec(), Fails(refuses)),
    ]
}

#[test]
fn sboms_with_odd_fields() {
    let judge = Judge::new("bad_sboms");
    let path = judge.world.path("bom");
    let target = format!("sbom:{}", path.display());
    for (id, bytes, expected) in sboms() {
        fs::write(&path, &bytes).unwrap();
        judge.try_with(id, &["scan", &target], expected);
    }
    judge.end();
}

#[test]
fn databases_that_are_damaged_newer_or_none() {
    let mut judge = Judge::new("bad_db");
    let path = use_small_database(&mut judge.world);
    let good = bytes_of(&path);
    judge
        .world
        .write("root/etc/os-release", "ID=debian\nVERSION_ID=\"7\"\n");
    let target = format!("rootfs:{}", judge.world.path("root").display());
    judge.scan("good", &target, Clean);
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = good.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    };
    let refuses = "failed to open the advisory database";
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("noise", vec![0xa5; 100_000]),
        ("one-byte", good[..1].to_vec()),
        ("head-only", good[..64.min(good.len())].to_vec()),
        ("half", good[..good.len() / 2].to_vec()),
        ("one-byte-less", good[..good.len() - 1].to_vec()),
        ("one-byte-more", [&good[..], b"x"].concat()),
        ("other-magic", with(0, b"XXXX")),
        ("lengths-lie", with(16, &[0xff; 24])),
        ("zip", b"PK\x03\x04".repeat(1_000)),
    ];
    for (id, bytes) in cases {
        fs::write(&path, bytes).unwrap();
        judge.try_with(id, &["scan", &target], Fails(refuses));
        let ran = judge.world.run(["db", "verify"]);
        judge.check(id, &ran, None, Fails("failed to"));
        let ran = judge.world.run(["db", "import", path.to_str().unwrap()]);
        judge.check(id, &ran, None, Fails("failed to accept"));
    }
    // Any bit anywhere: refused, or found by `db verify`; never a crash.
    let step = (good.len() / 60).max(1);
    for at in (0..good.len()).step_by(step) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&path, bytes).unwrap();
        let ran = judge.world.run(["scan", &target, "-q"]);
        assert!(matches!(ran.code, Some(0..=2)), "{at}: {}", ran.stderr);
        assert!(!ran.stderr.contains("defect"), "{at}: {}", ran.stderr);
        judge.world.run(["db", "verify"]).ended(1);
    }
    // A newer format says what to do: its number and that of the oldest reader follow the magic.
    fs::write(&path, with(8, &[99, 0, 0, 0, 98, 0, 0, 0])).unwrap();
    let ran = judge.world.run(["scan", &target]);
    assert!(
        ran.stderr.contains("hint: update plimsoll"),
        "{}",
        ran.stderr
    );
    judge.check(
        "newer",
        &ran,
        None,
        Fails("format 99 is newer than this release reads"),
    );
    fs::remove_file(&path).unwrap();
    for make in [mkfifo as fn(&Path), |path| fs::create_dir(path).unwrap()] {
        make(&path);
        judge.try_with("no-file", &["scan", &target], Fails(refuses));
        if path.is_dir() {
            fs::remove_dir(&path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
    }
    judge.try_with("absent", &["scan", &target], Fails(refuses));
    judge.end();
}

fn mkfifo(path: &Path) {
    tool("coreutils", Command::new("mkfifo").arg(path));
}

#[test]
fn configuration_made_to_hurt_is_refused() {
    let judge = Judge::new("bad_configuration");
    judge
        .world
        .write("root/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
    let target = format!("rootfs:{}", judge.world.path("root").display());
    let mut laughs = String::from("a0: &a0 [x]\n");
    for at in 1..40 {
        let other = format!("*a{}", at - 1);
        let _ = writeln!(laughs, "a{at}: &a{at} [{other}, {other}, {other}, {other}]");
    }
    let deep: String = (0..3_000).map(|at| " ".repeat(at) + "a:\n").collect();
    let rule = |text: &str| format!("policy:\n  name: x\n  rules:\n    - {text}\n");
    let cases = [
        ("deep-flow", "policy: ".to_owned() + &"[".repeat(100_000)),
        ("deep-blocks", deep),
        ("laughs", laughs),
        ("huge", "# x\n".repeat(4 << 20)),
        ("noise", "\u{1}\u{2}\u{fffd}".repeat(90)),
        ("list", "[1, 2]".to_owned()),
        ("misspelt", "polcy: {}".to_owned()),
        (
            "misspelt-rule",
            rule("{name: a, severty: high, mode: enforce}"),
        ),
        ("same-key-twice", "policy: {}\npolicy: {}\n".to_owned()),
        (
            "no-mode",
            rule("{name: a, severity: high, mode: sometimes}"),
        ),
        ("number", rule("{name: a, epss: many, mode: warn}")),
        (
            "cel-broken",
            rule("{name: a, when: 'finding.severity ==', mode: warn}"),
        ),
        (
            "cel-deep",
            rule(&format!(
                "{{name: a, when: '{}1', mode: warn}}",
                "(".repeat(10_000)
            )),
        ),
        (
            "exception-without-end",
            "exceptions:\n  - {id: CVE-1}\n".to_owned(),
        ),
        (
            "exception-date",
            "exceptions:\n  - {id: CVE-2021-1, owner: a, reason: b, expires: 2026-02-31}\n"
                .to_owned(),
        ),
    ];
    for (id, text) in cases {
        let path = judge.world.write("policy.yaml", text);
        let path = path.to_str().unwrap();
        judge.try_with(id, &["scan", &target, "--policy", path], Fails("failed to"));
        let mut all = vec!["scan", &target, "--config", path];
        judge.try_with(id, &all, Fails("failed to"));
        all.extend(["--format", "json"]);
    }
    let vex = judge.world.path("vex.json");
    for (id, text) in [
        ("vex-empty", String::new()),
        ("vex-braces", "{}".to_owned()),
        ("vex-deep", "{\"statements\":".repeat(50_000)),
        ("vex-list", "[]".to_owned()),
    ] {
        fs::write(&vex, text).unwrap();
        let arguments = ["scan", &target, "--vex", vex.to_str().unwrap()];
        judge.try_with(id, &arguments, Fails("failed to"));
    }
    judge.end();
}

fn redirect(out: &mut TcpStream, to: &str) -> io::Result<bool> {
    let location = format!("Location: {to}\r\n");
    answer(out, "307 Temporary Redirect", &location, b"")?;
    Ok(true)
}

/// What a registry does, and what is to be said.
const REGISTRIES: [(&str, Misbehave, Expected); 9] = [
    ("behaves", |_, _, _| Ok(false), Clean),
    (
        "cuts-manifest",
        |_, _, out| {
            head(out, "200 OK", "", 1_000)?;
            out.write_all(b"{\"schemaVersion\":").map(|()| true)
        },
        Fails("failed to"),
    ),
    (
        "cuts-layer-always",
        |server, request, out| {
            if !request.is_layer(server) {
                return Ok(false);
            }
            head(out, "200 OK", "", server.layer().len())?;
            out.write_all(&server.layer()[..100]).map(|()| true)
        },
        Fails("failed to"),
    ),
    (
        "lies-about-length",
        |server, request, out| {
            if !request.is_layer(server) {
                return Ok(false);
            }
            let mut more = server.layer().to_vec();
            more.extend([0; 2048]);
            answer(out, "200 OK", "", &more).map(|()| true)
        },
        Fails("more than the 2048 bytes"),
    ),
    (
        "other-layer",
        |server, request, out| {
            if !request.is_layer(server) {
                return Ok(false);
            }
            let mut other = server.layer().to_vec();
            other[600] ^= 1;
            answer(out, "200 OK", "", &other).map(|()| true)
        },
        Fails("digest mismatch"),
    ),
    (
        "redirects-to-loopback",
        |_, _, out| redirect(out, "https://127.0.0.1:1/v2/"),
        Fails("an address inside, which nobody named"),
    ),
    (
        "redirects-to-metadata",
        |_, _, out| redirect(out, "https://169.254.169.254/latest/meta-data/"),
        Fails("an address inside, which nobody named"),
    ),
    (
        "redirects-to-a-file",
        |_, _, out| redirect(out, "file:///etc/passwd"),
        Fails("redirects to `file:`"),
    ),
    (
        "endless-manifest",
        |_, _, out| {
            head(out, "200 OK", "", usize::MAX)?;
            while out.write_all(&[b' '; 65_536]).is_ok() {}
            Ok(true)
        },
        Fails("limit"),
    ),
];

fn image() -> ImageBuilder {
    ImageBuilder::new().layer(TarBuilder::new().file("etc/a", "data").finish())
}

#[test]
fn registries_that_misbehave() {
    let judge = Judge::new("bad_registries");
    for (id, misbehave, expected) in REGISTRIES {
        let server = Server::start(image(), misbehave);
        let target = format!("registry:{}/shop/cart", server.host());
        let arguments = [
            "scan",
            &target,
            "--plain-http",
            &server.host(),
            "--cache",
            "off",
        ];
        judge.try_with(id, &arguments, expected);
    }
    judge.end();
}

/// A registry that never answers is waited for; whoever has waited enough ends it.
#[test]
fn a_registry_that_hangs_can_be_left() {
    let judge = Judge::new("hanging_registry");
    let hang: Misbehave = |server: &Shared, _: &Request, _: &mut TcpStream| {
        server.wait_for_end();
        Ok(true)
    };
    let server = Server::start(image(), hang);
    let target = format!("registry:{}/shop/cart", server.host());
    let program = judge
        .world
        .command(["scan", &target, "--plain-http", &server.host()]);
    let mut command = Command::new("env");
    command
        .arg("--default-signal")
        .arg(program.get_program())
        .args(program.get_args())
        .env_clear()
        .envs(
            program
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        )
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    while server.requests().is_empty() {
        assert_eq!(child.try_wait().unwrap(), None);
        thread::sleep(Duration::from_millis(5));
    }
    let id = child.id().to_string();
    tool(
        "procps",
        Command::new("bash").args(["-c", "kill -s INT $0", &id]),
    );
    let mut said = String::new();
    let mut stderr = child.stderr.take().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert!(said.contains("interrupted"), "{said}");
}

/// Reading standard input has an end, too.
#[test]
fn standard_input_may_be_anything() {
    let judge = Judge::new("bad_stdin");
    for (id, bytes) in [
        ("nothing", Vec::new()),
        ("noise", vec![0xa5_u8; 100_000]),
        ("deep", "[".repeat(500_000).into_bytes()),
    ] {
        let path = judge.world.write("stdin", bytes);
        let mut command = judge.world.command(["scan", "-"]);
        command.stdin(Stdio::from(fs::File::open(path).unwrap()));
        let ran = program::run(&mut command);
        judge.check(id, &ran, None, Fails("standard input"));
    }
    let report = judge.world.write("bom", sboms()[19].1.clone());
    let report = judge.scan("good", &format!("sbom:{}", report.display()), Clean);
    assert_eq!(list(&report.unwrap(), "packages").len(), 0);
}
