//! A binary built by `cargo auditable` from crates of crates.io, held against `cargo tree`. Needs
//! cargo-auditable as `$PLIMSOLL_TEST_CARGO/bin/cargo-auditable`
//! (`cargo install --root "$PLIMSOLL_TEST_CARGO" cargo-auditable@0.7.7`).

#![expect(
    clippy::expect_used,
    reason = "a test that cannot run must fail loudly"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use plimsoll_scan::catalogers::CATALOGERS;
use plimsoll_scan::{Facts, File};

const MANIFEST: &str = "[package]\nname = \"tool\"\nversion = \"1.2.3\"\nedition = \"2021\"\n\n\
    [dependencies]\nserde_json = \"1\"\nnear = { path = \"near\" }\n\n\
    [build-dependencies]\ncc = \"1\"\n\n[dev-dependencies]\nitoa = \"0.4\"\n\n\
    [profile.release]\nstrip = true\n\n[workspace]\n";

fn cargo_auditable() -> PathBuf {
    let root = std::env::var_os("PLIMSOLL_TEST_CARGO").expect(
        "PLIMSOLL_TEST_CARGO names no folder: `cargo install --root FOLDER cargo-auditable@0.7.7`",
    );
    let tool = PathBuf::from(root).join("bin/cargo-auditable");
    assert!(tool.exists(), "{} is missing", tool.display());
    tool
}

fn run(tool: &Path, folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(tool)
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .expect("run cargo");
    assert!(
        output.status.success(),
        "{} {arguments:?}: {}",
        tool.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8 from cargo")
}

fn catalog(id: &str, path: &Path) -> Facts {
    let cataloger = CATALOGERS
        .iter()
        .find(|cataloger| cataloger.id() == id)
        .expect("the list has the cataloger");
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .expect("read file");
    let file = File {
        path: "usr/bin/tool",
        mode: 0o755,
        data: Arc::new(bytes),
    };
    let mut facts = Facts::default();
    cataloger.read(&file, &mut facts).expect("read");
    assert_eq!(facts.unknowns, []);
    facts
}

fn set_of(facts: &Facts) -> BTreeSet<(String, String)> {
    facts
        .packages
        .iter()
        .map(|found| (found.name.clone(), found.version.clone()))
        .collect()
}

/// Name and version of each crate that `cargo tree` lists.
fn tree(folder: &Path, arguments: &[&str]) -> BTreeSet<(String, String)> {
    let common: &[&str] = &["tree", "--quiet", "--prefix", "none", "--no-dedupe"];
    run(Path::new("cargo"), folder, &[common, arguments].concat())
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            let name = words.next().filter(|name| !name.is_empty())?;
            Some((name.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
        })
        .collect()
}

#[test]
fn crates_agree_with_cargo_tree() {
    let tool = cargo_auditable();
    let folder = tempfile::tempdir().expect("folder");
    let folder = folder.path();
    let files = [
        ("Cargo.toml", MANIFEST),
        ("build.rs", "fn main() {}\n"),
        (
            "src/main.rs",
            "fn main() { println!(\"{}\", serde_json::json!({ \"near\": near::NEAR })); }\n",
        ),
        (
            "near/Cargo.toml",
            "[package]\nname = \"near\"\nversion = \"0.1.0\"\n",
        ),
        ("near/src/lib.rs", "pub const NEAR: u32 = 1;\n"),
    ];
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("parent")).expect("create folder");
        fs::write(path, text).expect("write source");
    }
    run(&tool, folder, &["auditable", "build", "--quiet"]);
    let release = ["auditable", "build", "--quiet", "--release"];
    run(&tool, folder, &release);
    let expected = tree(folder, &["--edges", "normal"]);
    assert!(expected.len() >= 4, "{expected:?}");
    for binary in ["target/debug/tool", "target/release/tool"] {
        let facts = catalog("rust-binary", &folder.join(binary));
        assert_eq!(set_of(&facts), expected, "{binary}");
    }
    let everything = tree(folder, &["--edges", "all", "--target", "all"]);
    let locked = set_of(&catalog("cargo-lock", &folder.join("Cargo.lock")));
    let missing: Vec<_> = everything.difference(&locked).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
