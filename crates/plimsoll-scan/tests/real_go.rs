//! Binaries built by the installed Go toolchain from modules of the Go proxy, held against what
//! `go version -m` says of them. Needs Debian's `golang-go` and `git`, and the module proxy.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot run must fail loudly"
)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use plimsoll_image::ReadAt;
use plimsoll_model::Part;
use plimsoll_scan::catalogers::CATALOGERS;
use plimsoll_scan::{Facts, Found};

/// Most bytes that reading one binary may take, however large the binary is.
const READ_BYTES_MAX: u64 = 512 << 10;

/// A file that counts what is read of it.
struct Counted {
    file: File,
    size: u64,
    read: Arc<AtomicU64>,
}

impl ReadAt for Counted {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, offset)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// What the cataloger finds in a binary, and how many bytes it read for that.
fn catalog(binary: &Path) -> (Facts, u64) {
    let cataloger = CATALOGERS
        .iter()
        .find(|cataloger| cataloger.id() == "go-binary")
        .expect("the list has go-binary");
    let file = File::open(binary).expect("open binary");
    let read = Arc::new(AtomicU64::new(0));
    let data = Arc::new(Counted {
        size: file.metadata().expect("size").len(),
        file,
        read: read.clone(),
    });
    let file = plimsoll_scan::File {
        path: "usr/bin/tool",
        mode: 0o755,
        data,
    };
    let mut facts = Facts::default();
    cataloger.read(&file, &mut facts).expect("read binary");
    (facts, read.load(Ordering::Relaxed))
}

/// A command with Go's environment; the proxy is the only place modules come from.
fn go(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = Command::new("go")
        .args(arguments)
        .current_dir(folder)
        .env("GOFLAGS", "-mod=mod")
        .env("GOSUMDB", "off")
        .env("GOTOOLCHAIN", "local")
        .env("CGO_ENABLED", "0")
        .envs(environment.iter().copied())
        .output()
        .expect("run `go`: install golang-go");
    assert!(
        output.status.success(),
        "go {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8 from go")
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("run `git`: install git");
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    String::from_utf8(output.stdout)
        .expect("UTF-8 from git")
        .trim()
        .to_owned()
}

/// A program with direct and indirect modules, one replaced by a version and one by a folder.
fn write_program(folder: &Path) {
    let files = [
        (
            "go.mod",
            "module example.com/tool\n\ngo 1.19\n\nrequire (\n\
             \tgithub.com/pkg/errors v0.8.1\n\
             \tgolang.org/x/text v0.3.7\n\
             \tgopkg.in/yaml.v3 v3.0.0\n\
             \texample.com/near v1.0.0\n)\n\n\
             replace gopkg.in/yaml.v3 => gopkg.in/yaml.v3 v3.0.1\n\
             replace example.com/near => ./near\n",
        ),
        (
            "main.go",
            "package main\n\nimport (\n\t\"os\"\n\n\t\"example.com/near\"\n\
             \t\"github.com/pkg/errors\"\n\t\"golang.org/x/text/language\"\n\
             \t\"gopkg.in/yaml.v3\"\n)\n\nvar version string\n\nfunc main() {\n\
             \tout, err := yaml.Marshal(language.German.String() + near.Name + version)\n\
             \tif err != nil {\n\t\tpanic(errors.Wrap(err, \"marshal\"))\n\t}\n\
             \tos.Stdout.Write(out)\n}\n",
        ),
        ("near/go.mod", "module example.com/near\n\ngo 1.19\n"),
        ("near/near.go", "package near\n\nconst Name = \"near\"\n"),
        (".gitignore", "/out/\n"),
    ];
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("parent")).expect("create folder");
        fs::write(path, text).expect("write source");
    }
}

/// Name and version of each module and of the toolchain, from what `go version -m` prints.
fn expected(folder: &Path, binary: &Path) -> BTreeSet<(String, String)> {
    let printed = go(
        folder,
        &["version", "-m", binary.to_str().expect("path")],
        &[],
    );
    let mut modules: Vec<(String, String)> = Vec::new();
    for line in printed.lines() {
        if let Some((_, version)) = line.split_once(": go") {
            let version = version.split(' ').next().expect("a word");
            modules.push(("stdlib".to_owned(), version.to_owned()));
        }
        let parts: Vec<&str> = line.trim_start().split('\t').collect();
        match parts.as_slice() {
            ["mod" | "dep", path, version, ..] => {
                modules.push(((*path).to_owned(), (*version).to_owned()));
            }
            // The replaced module keeps its name when a folder stands in for it.
            ["=>", path, version, ..] => {
                let last = modules.last_mut().expect("a module before its replacement");
                (*version).clone_into(&mut last.1);
                if !path.starts_with('.') {
                    (*path).clone_into(&mut last.0);
                }
            }
            _ => {}
        }
    }
    modules.into_iter().collect()
}

fn set_of(packages: &[Found]) -> BTreeSet<(String, String)> {
    packages
        .iter()
        .map(|found| (found.name.clone(), found.version.clone()))
        .collect()
}

#[test]
fn binaries_of_all_kinds_agree_with_go_version() {
    let folder = tempfile::tempdir().expect("folder");
    let folder = folder.path();
    write_program(folder);
    let plain: &[&str] = &["-buildvcs=false"];
    let kinds: [(&str, &str, &[&str]); 8] = [
        ("linux", "amd64", plain),
        (
            "linux",
            "amd64",
            &["-buildvcs=false", "-trimpath", "-ldflags=-s -w"],
        ),
        ("linux", "amd64", &["-buildvcs=false", "-buildmode=pie"]),
        ("linux", "386", plain),
        ("linux", "s390x", plain),
        ("linux", "mips", plain),
        ("windows", "amd64", &["-buildvcs=false", "-ldflags=-s -w"]),
        ("darwin", "arm64", &["-buildvcs=false", "-ldflags=-s -w"]),
    ];
    for (os, architecture, flags) in kinds {
        let binary = folder.join(format!("out/{os}-{architecture}"));
        let output = binary.to_str().expect("path");
        let arguments = [&["build", "-o", output], flags, &["."]].concat();
        go(
            folder,
            &arguments,
            &[("GOOS", os), ("GOARCH", architecture)],
        );
        let expected = expected(folder, &binary);
        assert!(expected.len() >= 6, "{expected:?}");
        let (facts, read) = catalog(&binary);
        let kind = format!("{os}/{architecture} {flags:?}");
        assert_eq!(set_of(&facts.packages), expected, "{kind}");
        assert_eq!(facts.unknowns, [], "{kind}");
        let size = fs::metadata(&binary).expect("size").len();
        assert!(size > 1 << 20, "{kind}: {size}");
        assert!(read < READ_BYTES_MAX, "{kind}: {read} of {size} bytes read");
    }
}

#[test]
fn the_main_module_tells_revision_or_version() {
    let folder = tempfile::tempdir().expect("folder");
    let folder = folder.path();
    write_program(folder);
    let main = |flags: &[&str]| {
        let arguments = [&["build", "-o", "out/tool"], flags, &["."]].concat();
        go(folder, &arguments, &[]);
        let (facts, _) = catalog(&folder.join("out/tool"));
        facts
            .packages
            .into_iter()
            .find(|found| found.part == Part::Application)
            .expect("main module")
    };
    let flags: &[&str] = &["-buildvcs=false", "-ldflags=-s -X main.version=1.2.3"];
    assert_eq!(main(flags).version, "v1.2.3");

    // Let go complete go.mod and go.sum before the commit, so that the tree is clean.
    go(folder, &["mod", "tidy"], &[]);
    git(folder, &["init", "-q"]);
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-qm", "First"]);
    let revision = git(folder, &["rev-parse", "HEAD"]);
    let found = main(&["-buildvcs=true"]);
    if found.version == "(devel)" {
        // Before Go 1.24.
        assert_eq!(found.qualifiers, [("vcs_revision".to_owned(), revision)]);
    } else {
        let short = revision.get(..12).expect("a full hash");
        assert!(found.version.contains(short), "{}", found.version);
    }
}

#[test]
fn gos_own_tools_have_their_standard_library() {
    let folder = tempfile::tempdir().expect("folder");
    let root = go(folder.path(), &["env", "GOROOT"], &[]);
    let binary = Path::new(root.trim()).join("bin/go");
    let (facts, _) = catalog(&binary);
    assert_eq!(set_of(&facts.packages), expected(folder.path(), &binary));
}
