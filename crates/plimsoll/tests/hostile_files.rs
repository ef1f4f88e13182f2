//! Files in a target that are cut, lie, or are made to hurt whoever reads them, through the
//! program: in an image and in a folder; and folders with what is no file.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::type_complexity,
    reason = "a test should fail where this fails"
)]

#[path = "support/judge.rs"]
mod judge;
#[path = "support/program.rs"]
mod program;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use plimsoll_image::testing::{ImageBuilder, TarBuilder, gzip_tightly};

use self::judge::Expected::{self, Clean, Read, Unknown};
use self::judge::Judge;
use self::program::{World, list, text, tool};

/// Everything that catalogers read is read: what is installed and what is declared.
const STATES: [&str; 2] = ["--state", "installed,declared"];

struct Case {
    id: &'static str,
    path: &'static str,
    data: Vec<u8>,
    expected: Expected,
}

fn case(
    id: &'static str,
    path: &'static str,
    data: impl Into<Vec<u8>>,
    expected: Expected,
) -> Case {
    Case {
        id,
        path,
        data: data.into(),
        expected,
    }
}

const DPKG: &str = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\n\
                    Version: 5.2\nMaintainer: x\n\n";

/// Files of distributions.
fn databases() -> Vec<Case> {
    let status = "var/lib/dpkg/status";
    let apk = "lib/apk/db/installed";
    let sqlite = "var/lib/rpm/rpmdb.sqlite";
    let mut sqlite_head = b"SQLite format 3\0".to_vec();
    sqlite_head.extend([0x10, 0, 1, 1, 0, 64, 32, 32]);
    sqlite_head.resize(4096, 0);
    let mut bdb = vec![0; 4096];
    bdb[12..16].copy_from_slice(&0x0006_1561_u32.to_le_bytes());
    bdb[16..20].copy_from_slice(&9_u32.to_le_bytes());
    bdb[20..24].copy_from_slice(&4096_u32.to_le_bytes());
    let mut ndb = b"RpmP".to_vec();
    ndb.resize(4096, 0xff);
    vec![
        case("dpkg-good", status, DPKG, Read),
        case("dpkg-cut", status, &DPKG.as_bytes()[..70], Unknown(status)),
        case("dpkg-noise", status, vec![0xa5; 5_000], Unknown(status)),
        case(
            "dpkg-no-colons",
            status,
            "Package bash\nVersion 1\n",
            Unknown(status),
        ),
        case(
            "dpkg-without-version",
            status,
            "Package: a\nStatus: install ok installed\n\n",
            Unknown(status),
        ),
        case(
            "dpkg-one-long-line",
            status,
            format!("Package: {}\n", "a".repeat(8 << 20)),
            Unknown(status),
        ),
        case(
            "dpkg-nul",
            status,
            DPKG.replace("5.2", "5\0.2"),
            Unknown(status),
        ),
        case("apk-noise", apk, vec![0xa5; 5_000], Unknown(apk)),
        case("apk-cut", apk, "P:musl\nV:", Unknown(apk)),
        case(
            "apk-without-name",
            apk,
            "V:1.0-r0\nA:x86_64\n\n",
            Unknown(apk),
        ),
        case("rpm-sqlite-empty", sqlite, "", Unknown(sqlite)),
        case(
            "rpm-sqlite-noise",
            sqlite,
            vec![0xa5; 9_000],
            Unknown(sqlite),
        ),
        case(
            "rpm-sqlite-cut",
            sqlite,
            &sqlite_head[..50],
            Unknown(sqlite),
        ),
        case("rpm-sqlite-of-zeros", sqlite, sqlite_head, Unknown(sqlite)),
        case(
            "rpm-bdb-noise",
            "var/lib/rpm/Packages",
            vec![0xa5; 9_000],
            Unknown("var/lib/rpm/Packages"),
        ),
        case(
            "rpm-bdb-of-zeros",
            "var/lib/rpm/Packages",
            bdb,
            Unknown("var/lib/rpm/Packages"),
        ),
        case(
            "rpm-ndb-lies",
            "var/lib/rpm/Packages.db",
            ndb,
            Unknown("var/lib/rpm/Packages.db"),
        ),
        case(
            "os-release-noise",
            "etc/os-release",
            vec![0xa5; 2_000],
            Read,
        ),
        case(
            "os-release-huge",
            "etc/os-release",
            "ID=a\n".repeat(2 << 20),
            Read,
        ),
    ]
}

/// Files of languages.
fn languages() -> Vec<Case> {
    let deep = |open: &str, count: usize| open.repeat(count);
    let package = "srv/node_modules/a/package.json";
    let lock = "srv/package-lock.json";
    let metadata = "usr/lib/python3/site-packages/a-1.dist-info/METADATA";
    let yaml = "srv/pnpm-lock.yaml";
    let mut laughs = String::from("lockfileVersion: '6.0'\na0: &a0 [x]\n");
    for at in 1..30 {
        let other = format!("*a{}", at - 1);
        let _ = writeln!(laughs, "a{at}: &a{at} [{other}, {other}, {other}, {other}]");
    }
    let mut elf = vec![0; 4_096];
    elf[..16].copy_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    elf[16..20].copy_from_slice(&[2, 0, 62, 0]);
    let mut liar = elf.clone();
    liar[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
    liar[40..48].copy_from_slice(&u64::MAX.to_le_bytes());
    liar[54..64].copy_from_slice(&[0xff; 10]);
    vec![
        case("npm-empty", package, "", Unknown(package)),
        case("npm-cut", package, "{\"name\": \"a\", ", Unknown(package)),
        case("npm-deep", package, deep("[", 100_000), Unknown(package)),
        case(
            "npm-deep-objects",
            package,
            deep("{\"a\":", 100_000),
            Unknown(package),
        ),
        case(
            "npm-numbers",
            package,
            "{\"name\": 1, \"version\": []}",
            Read,
        ),
        case("npm-list", package, "[]", Read),
        case(
            "lock-deep",
            lock,
            deep("{\"dependencies\":", 50_000),
            Unknown(lock),
        ),
        case("lock-noise", lock, vec![0xa5; 900], Unknown(lock)),
        case(
            "lock-future",
            lock,
            "{\"lockfileVersion\": 99}",
            Unknown(lock),
        ),
        case(
            "yarn-noise",
            "srv/yarn.lock",
            vec![0xa5; 900],
            Unknown("srv/yarn.lock"),
        ),
        case("pnpm-deep", yaml, deep("[", 50_000), Unknown(yaml)),
        case(
            "pnpm-deep-blocks",
            yaml,
            (0..3_000).fold(String::new(), |text, at| text + &" ".repeat(at) + "a:\n"),
            Unknown(yaml),
        ),
        case("pnpm-laughs", yaml, laughs, Read),
        case(
            "pip-line",
            metadata,
            format!("Name: {}", "a".repeat(40 << 20)),
            Unknown(metadata),
        ),
        case("pip-noise", metadata, vec![0xa5; 900], Read),
        case(
            "poetry-deep",
            "srv/poetry.lock",
            format!("a = {}", deep("[", 50_000)),
            Unknown("srv/poetry.lock"),
        ),
        case(
            "uv-cut",
            "srv/uv.lock",
            "[[package]]\nname = \"a",
            Unknown("srv/uv.lock"),
        ),
        case(
            "pipfile-deep",
            "srv/Pipfile.lock",
            deep("{\"a\":", 50_000),
            Unknown("srv/Pipfile.lock"),
        ),
        case(
            "cargo-deep",
            "srv/Cargo.lock",
            format!("a = {}", deep("{a=", 50_000)),
            Unknown("srv/Cargo.lock"),
        ),
        case(
            "cargo-noise",
            "srv/Cargo.lock",
            vec![0xa5; 900],
            Unknown("srv/Cargo.lock"),
        ),
        case(
            "composer-deep",
            "srv/composer.lock",
            deep("[", 50_000),
            Unknown("srv/composer.lock"),
        ),
        case(
            "installed-json-cut",
            "srv/vendor/composer/installed.json",
            "{\"packages\": [{",
            Unknown("installed.json"),
        ),
        case(
            "gemfile-noise",
            "srv/Gemfile.lock",
            vec![0xa5; 900],
            Unknown("srv/Gemfile.lock"),
        ),
        case(
            "go-mod-noise",
            "srv/go.mod",
            vec![0xa5; 900],
            Unknown("srv/go.mod"),
        ),
        case(
            "pom-deep",
            "srv/pom.xml",
            deep("<a>", 100_000),
            Unknown("srv/pom.xml"),
        ),
        case(
            "pom-entities",
            "srv/pom.xml",
            "<!DOCTYPE p [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]><project>&b;</project>",
            Read,
        ),
        case("elf-head", "usr/bin/a", &elf[..30], Read),
        case("elf-empty", "usr/bin/a", elf, Read),
        case("elf-lies", "usr/bin/a", liar, Read),
    ]
}

/// A zip of stored entries as the specification has it: name, data, and changes to the central
/// directory's sizes (packed, unpacked) and offset.
fn zip(entries: &[(&str, Vec<u8>)], change: impl Fn(usize, &mut [u32; 3])) -> Vec<u8> {
    let mut out = Vec::new();
    let mut central = Vec::new();
    for (at, (name, data)) in entries.iter().enumerate() {
        let mut said = [data.len() as u32, data.len() as u32, out.len() as u32];
        change(at, &mut said);
        let head = |sizes: &[u32]| {
            let mut head = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            head.extend(crc32(data).to_le_bytes());
            head.extend(sizes[0].to_le_bytes());
            head.extend(sizes[1].to_le_bytes());
            head.extend((name.len() as u16).to_le_bytes());
            head.extend([0, 0]);
            head
        };
        out.extend(b"PK\x03\x04");
        out.extend(head(&said));
        out.extend(name.as_bytes());
        out.extend(data);
        central.extend(b"PK\x01\x02\x14\0");
        central.extend(head(&said));
        central.extend([0; 10]);
        central.extend(said[2].to_le_bytes());
        central.extend(name.as_bytes());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let (start, size) = (out.len() as u32, central.len() as u32);
    out.extend(central);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn crc32(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1));
        }
    }
    !crc
}

fn archives() -> Vec<Case> {
    let jar = "srv/a.jar";
    let manifest = || ("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n".to_vec());
    let good = zip(&[manifest()], |_, _| {});
    let mut nested = good.clone();
    for _ in 0..1_000 {
        nested = zip(&[("a.jar", nested)], |_, _| {});
    }
    let overlap = zip(
        &[
            ("a.jar", good.clone()),
            ("b.jar", good.clone()),
            ("c.jar", good.clone()),
        ],
        |_, said| said[2] = 0,
    );
    let same = (0..400)
        .map(|_| ("a.jar", good.clone()))
        .collect::<Vec<_>>();
    vec![
        case("jar-good", jar, good.clone(), Clean),
        case("jar-empty", jar, "", Clean),
        case("jar-noise", jar, vec![0xa5; 9_000], Unknown(jar)),
        case("jar-cut", jar, &good[..good.len() - 30], Unknown(jar)),
        case("jar-without-head", jar, &good[40..], Unknown(jar)),
        case("jar-thousand-deep", jar, nested, Unknown("depth")),
        case("jar-entries-overlap", jar, overlap, Unknown("overlap")),
        case(
            "jar-offset-outside",
            jar,
            zip(&[("a.jar", good.clone())], |_, said| said[2] = 1 << 30),
            Unknown(jar),
        ),
        case(
            "jar-size-outside",
            jar,
            zip(&[("a.jar", good.clone())], |_, said| {
                said[0] = 1 << 30;
                said[1] = 1 << 30;
            }),
            Unknown(jar),
        ),
        case("jar-same-name-400-times", jar, zip(&same, |_, _| {}), Read),
        case(
            "jar-escapes",
            jar,
            zip(&[("../../etc/a.jar", good.clone())], |_, _| {}),
            Read,
        ),
        case(
            "jar-escape-codes",
            jar,
            zip(&[("\u{1b}[2J\n.jar", vec![1, 2, 3])], |_, _| {}),
            Unknown("jar"),
        ),
    ]
}

/// Each case in an image and in a folder.
fn run(name: &str, cases: Vec<Case>) {
    let judge = Judge::new(name);
    let archive = judge.world.path("image.tar");
    for case in cases {
        let layer = TarBuilder::new().file(case.path, &case.data).finish();
        let image = ImageBuilder::new().layer(layer);
        fs::write(&archive, image.docker_archive()).unwrap();
        let target = format!("docker-archive:{}", archive.display());
        let arguments = ["scan", &target, STATES[0], STATES[1]];
        judge.try_with(case.id, &arguments, case.expected);

        let file = judge
            .world
            .write(&format!("root/{}", case.path), &case.data);
        if case.path.starts_with("usr/bin") {
            tool("coreutils", Command::new("chmod").arg("+x").arg(&file));
        }
        let target = format!("rootfs:{}", judge.world.path("root").display());
        let arguments = ["scan", &target, STATES[0], STATES[1]];
        judge.try_with(case.id, &arguments, case.expected);
        fs::remove_dir_all(judge.world.path("root")).unwrap();
    }
    judge.end();
}

#[test]
fn package_databases_that_lie_or_are_cut() {
    run("bad_databases", databases());
}

#[test]
fn lock_files_and_metadata_that_hurt() {
    run("bad_languages", languages());
}

#[test]
fn jars_that_lie_or_never_end() {
    run("bad_jars", archives());
}

/// A zip whose entries unpack to gigabytes, as a jar of jars.
#[test]
fn a_jar_of_bombs_takes_no_memory() {
    let judge = Judge::new("bad_jar_bomb");
    let script = "import zipfile, io, sys
z = io.BytesIO()
with zipfile.ZipFile(z, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as inner:
    with inner.open('META-INF/MANIFEST.MF', 'w') as out:
        for _ in range(40): out.write(bytes(1 << 20))
    with inner.open('big.jar', 'w') as out:
        for _ in range(1300): out.write(bytes(1 << 20))
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as outer:
    for at in range(20): outer.writestr('%d.jar' % at, z.getvalue())
";
    let jar = judge.world.path("dir/srv/bomb.jar");
    fs::create_dir_all(jar.parent().unwrap()).unwrap();
    tool(
        "python3",
        Command::new("python3").args(["-c", script]).arg(&jar),
    );
    let target = format!("rootfs:{}", judge.world.path("dir").display());
    judge.scan("zip-bomb", &target, Unknown("srv/bomb.jar"));
}

fn mkfifo(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    tool("coreutils", Command::new("mkfifo").arg(path));
}

fn rootfs(world: &World) -> String {
    format!("rootfs:{}", world.path("root").display())
}

#[test]
fn what_is_no_file_does_not_hang_and_does_not_lead_outside() {
    const STATUS: &str = "root/var/lib/dpkg/status";
    let judge = Judge::new("bad_folders");
    let world = &judge.world;
    world.write("outside/status", DPKG);
    let cases: [(&str, &dyn Fn(&Path), Expected); 7] = [
        ("fifo", &|path| mkfifo(path), Unknown("not a regular file")),
        (
            "folder",
            &|path| fs::create_dir_all(path).unwrap(),
            Unknown("folder is in its place"),
        ),
        (
            "device",
            &|path| symlink("/dev/zero", path).unwrap(),
            Unknown("a link is in its place"),
        ),
        (
            "loop",
            &|path| symlink("status", path).unwrap(),
            Unknown("a link is in its place"),
        ),
        (
            "dangling",
            &|path| symlink("none", path).unwrap(),
            Unknown("a link is in its place"),
        ),
        (
            "escape",
            &|path| symlink("../../../../outside/status", path).unwrap(),
            Unknown("a link is in its place"),
        ),
        (
            "absolute",
            &|path| symlink(world.path("outside/status"), path).unwrap(),
            Unknown("a link is in its place"),
        ),
    ];
    for (id, make, expected) in cases {
        let path = world.path(STATUS);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        make(&path);
        world.write("root/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
        let report = judge.scan(id, &rootfs(world), expected).unwrap();
        assert_eq!(list(&report, "packages").len(), 0, "{id}");
        fs::remove_dir_all(world.path("root")).unwrap();
    }
    for name in ["package.json", "package-lock.json", "Cargo.lock", "a.jar"] {
        mkfifo(&world.path("root").join(name));
    }
    for kind in ["dir", "rootfs"] {
        let target = format!("{kind}:{}", world.path("root").display());
        let arguments = ["scan", &target, STATES[0], STATES[1]];
        judge.with(kind, &arguments, Unknown("not a regular file"));
    }
    fs::remove_dir_all(world.path("root")).unwrap();

    // A folder that is its own grandchild, by links; and one of a thousand levels.
    let deep = "d/".repeat(1_000);
    fs::create_dir_all(world.path(&format!("root/{}", &deep[..200]))).unwrap();
    symlink("..", world.path("root/d/up")).unwrap();
    judge.scan("links-upward", &rootfs(world), Read);
}

/// Names and texts from outside in every format that may go to a terminal.
#[test]
fn nothing_from_outside_drives_a_terminal() {
    const EVIL: &str = "a\u{1b}]0;x\u{7}\u{1b}[2Jb\u{9b}31m\u{202e}c\u{7f}\r\u{8}d";
    let judge = Judge::new("bad_names");
    let world = &judge.world;
    let status = format!(
        "Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0{EVIL}\n\n\
         Package: {EVIL}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0\n\n"
    );
    let os = format!("ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"{EVIL}\"\n");
    let package = format!(
        "{{\"name\": {0:?}, \"version\": \"1.0\", \"license\": {0:?}}}",
        "EVIL"
    )
    .replace(
        "EVIL",
        &EVIL
            .escape_unicode()
            .to_string()
            .replace("\\u{", "\\u00")
            .replace('}', ""),
    );
    let folder = format!("srv/node_modules/{EVIL}\n/package.json");
    let layer = TarBuilder::new()
        .file("var/lib/dpkg/status", status)
        .file("etc/os-release", os)
        .file(&folder, package)
        .file(&format!("srv/{EVIL}\n/a.jar"), "no jar")
        .finish();
    let mut image = ImageBuilder::new().layer(layer);
    let step = EVIL
        .replace('\u{1b}', "\\u001b")
        .replace('\u{7}', "\\u0007");
    let step = step.replace('\r', "\\r").replace('\u{8}', "\\b");
    let _ = write!(
        image.config,
        r#""history":[{{"created_by":"{step}"}}],"author":"{step}","#
    );
    image.tag = Some(step);
    let name = "e\u{1b}[31mvil\u{202e}.tar";
    let archive = world.write(name, image.docker_archive());
    let target = archive.to_str().unwrap();
    judge.scan("table", target, Unknown("a.jar"));
    for format in [
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
    ] {
        let ran = world.run(["scan", target, "--format", format, "--color", "never"]);
        let raw = judge::raw_controls(ran.text());
        assert_eq!(raw, Vec::<char>::new(), "{format}");
        assert!(matches!(ran.code, Some(0 | 2)), "{format}: {}", ran.stderr);
    }
    let report = world.write(
        "report.json",
        world.run(["scan", target, "--format", "json"]).stdout,
    );
    let report = report.to_str().unwrap();
    for arguments in [
        vec!["diff", report, report],
        vec!["policy", "check", report],
        vec!["advise", target],
        vec!["convert", report, "--format", "table", "--verbose"],
        vec!["explain", EVIL],
        vec!["scan", EVIL],
        vec!["scan", target, "--platform", EVIL],
        vec!["scan", target, "--format", EVIL],
        vec!["scan", &format!("{target}:{EVIL}x")],
    ] {
        let ran = world.run(&arguments);
        for output in [ran.text(), &ran.stderr] {
            let raw = judge::raw_controls(output);
            assert_eq!(raw, Vec::<char>::new(), "{arguments:?}: {output}");
        }
    }
}

/// Names that are no UTF-8, as folders have them.
#[test]
fn names_that_are_no_text() {
    let judge = Judge::new("bad_bytes");
    let root = judge.world.path("root");
    for name in [&b"a\xff\xfe"[..], b"b\n\x1b[2J", b"c\xed\xa0\x80"] {
        let folder = root
            .join("node_modules")
            .join(std::ffi::OsStr::from_bytes(name));
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join("package.json"),
            r#"{"name": "a", "version": "1.0"}"#,
        )
        .unwrap();
        fs::write(folder.join("b.jar"), "no jar").unwrap();
    }
    let report = judge
        .scan("bytes", &rootfs(&judge.world), Unknown("b.jar"))
        .unwrap();
    assert_eq!(list(&report, "packages").len(), 1);
    assert_eq!(list(&list(&report, "packages")[0], "locations").len(), 3);
    assert!(text(&report, "/target/name").ends_with("root"));
}

/// Packed documents beside each other, as feeds come.
#[test]
fn feeds_that_bomb_are_refused() {
    let judge = Judge::new("bad_feeds");
    let world = &judge.world;
    let zeros = gzip_tightly(&vec![b' '; 64 << 20]);
    let bomb = world.write("bomb.json.gz", zeros.repeat(40));
    let deep = world.write("deep.json", "[".repeat(1 << 20));
    let noise = world.write("noise.zip", vec![0xa5; 90_000]);
    let cut = world.write("cut.tar.gz", &gzip_tightly(&[0; 10_240])[..20]);
    let fifo = world.path("fifo.json");
    mkfifo(&fifo);
    let folder = world.path("folder");
    mkfifo(&folder.join("fifo.json"));
    let to = world.path("new.db");
    for path in [&bomb, &deep, &noise, &cut, &fifo, &folder] {
        for source in ["osv", "kev"] {
            let feed = format!("{source}={}", path.display());
            let ran = world.run(["db", "build", "--from", &feed, "-o", to.to_str().unwrap()]);
            judge.check(&feed, &ran, None, Expected::Fails("failed to"));
            assert!(!to.exists());
        }
    }
}
