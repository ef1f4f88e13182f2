//! An image of real parts: Debian's essential packages (mmdebstrap), wheels from PyPI, packages
//! from npm, log4j-core from Maven Central inside of a jar inside of a war, a Go program, each in a
//! layer of its own, built by podman.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::podman::Podman;
use crate::program::{World, given, tool};

/// The image's name.
pub const NAME: &str = "localhost/shop/cart:2.3";

/// Of the root filesystem: everything but bulk that no test looks at; what the last layer's step
/// needs to run stays.
const OF_THE_ROOT: &str = r"\( -not -type f -o -size -100k -o -path './var/lib/dpkg/*' \
    -o -name 'libc.so.6' -o -name 'ld-linux*' -o -name 'libselinux.so*' -o -name 'libpcre2*' \
    -o -name dash -o -name rm \) -not -name 'changelog*' -not -path './usr/share/locale/*' \
    -not -path './usr/share/zoneinfo/*' -not -path './usr/share/i18n/*' \
    -not -path './usr/share/perl*' -not -path './usr/share/man/*' \
    -not -path './usr/lib/*/gconv/*' -not -path './usr/lib/*/perl*' -not -path './dev/*'";

const DOCKERFILE: &str = "\
FROM base
COPY venv /opt/venv
COPY node /srv/node
COPY java /srv/java
COPY shop /usr/local/bin/shop
RUN rm -r /srv/node/node_modules/gone && echo done >/srv/done
";

const MAIN_GO: &str = "package main\n\nimport \"golang.org/x/text/language\"\n\n\
                       func main() { println(language.German.String()) }\n";
const GO_MOD: &str = "module example.com/shop\n\ngo 1.19\n\nrequire golang.org/x/text v0.3.7\n";

/// The image in podman's storage, and what it was made of.
pub struct Shop {
    pub podman: Podman,
    /// The build's context, as the last layer leaves it: `venv`, `node`, `java`, `shop`.
    pub context: PathBuf,
    /// As `podman save` writes it.
    pub archive: PathBuf,
}

impl Shop {
    pub fn build(world: &World) -> Self {
        let context = world.path("context");
        fs::create_dir_all(&context).unwrap();
        wheels(&context.join("venv/lib/python3/site-packages"));
        node_modules(&context.join("node"));
        war(&context.join("java"));
        go_program(&world.path("go"), &context.join("shop"));
        fs::write(context.join("Dockerfile"), DOCKERFILE).unwrap();
        let base = world.path("base.tar");
        pack(
            &given("PLIMSOLL_TEST_ROOTFS"),
            OF_THE_ROOT,
            "cat >\"$0\"",
            &base,
        );

        let podman = Podman::layered();
        podman.run(&["import", "-q", base.to_str().unwrap(), "localhost/base"]);
        fs::remove_file(&base).unwrap();
        let from = context.to_str().unwrap();
        podman.run(&["build", "-q", "--isolation", "chroot", "-t", NAME, from]);
        let archive = world.path("docker.tar");
        podman.run(&["save", "-q", "-o", archive.to_str().unwrap(), NAME]);
        fs::remove_dir_all(context.join("node/node_modules/gone")).unwrap();
        Self {
            podman,
            context,
            archive,
        }
    }
}

/// Hands what `find` with these arguments says of a folder to a shell command, as a tar.
fn pack(from: &Path, find: &str, into: &str, argument: &Path) {
    let script = format!("find . {find} | tar --no-recursion -cf - -T - | {into}");
    let mut shell = Command::new("bash");
    shell.args(["-o", "pipefail", "-c", &script]).arg(argument);
    tool("tar", shell.current_dir(from));
}

fn copy(from: &Path, find: &str, to: &Path) {
    fs::create_dir_all(to).unwrap();
    pack(from, find, "tar -C \"$0\" -xf -", to);
}

/// What pip installed: the metadata, and code enough to look like it.
fn wheels(to: &Path) {
    let script = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let python = given("PLIMSOLL_TEST_VENV").join("bin/python");
    let packages = tool("python3", Command::new(python).args(["-c", script]));
    let wanted = r"-type f \( -path '*.dist-info/*' -o -name __init__.py \) -size -200k";
    copy(Path::new(packages.trim()), wanted, to);
}

/// What npm installed, and a package that the last layer deletes.
fn node_modules(to: &Path) {
    let modules = to.join("node_modules");
    let wanted = "-type f -not -name '*.map' -not -path './.*' -not -path './pnpm*' \
                  -not -path './yarn/*' -not -path './@*'";
    copy(
        &given("PLIMSOLL_TEST_NPM").join("node_modules"),
        wanted,
        &modules,
    );
    let root = r#"{"name": "shop", "version": "1.0.0",
        "dependencies": {"mocha-junit-reporter": "2.2.1", "semver": "*"}}"#;
    fs::write(to.join("package.json"), root).unwrap();
    fs::create_dir(modules.join("gone")).unwrap();
    let gone = r#"{"name": "gone", "version": "1.0.0"}"#;
    fs::write(modules.join("gone/package.json"), gone).unwrap();
}

/// `shop.war!/WEB-INF/lib/outer.jar!/log4j-core-2.14.1.jar`
fn war(to: &Path) {
    let library = to.join("WEB-INF/lib");
    fs::create_dir_all(&library).unwrap();
    let jar = given("PLIMSOLL_TEST_JARS").join("log4j-core-2.14.1.jar");
    let zip = || {
        let mut zip = Command::new("zip");
        zip.args(["-q", "-0", "-X"]);
        zip
    };
    tool(
        "zip",
        zip().arg("-j").arg(library.join("outer.jar")).arg(jar),
    );
    tool(
        "zip",
        zip().args(["-r", "shop.war", "WEB-INF"]).current_dir(to),
    );
    fs::remove_dir_all(to.join("WEB-INF")).unwrap();
}

/// Built by the Go that is installed here, from modules of the Go proxy.
fn go_program(source: &Path, to: &Path) {
    fs::create_dir_all(source).unwrap();
    fs::write(source.join("go.mod"), GO_MOD).unwrap();
    fs::write(source.join("main.go"), MAIN_GO).unwrap();
    let mut go = Command::new("go");
    go.args(["build", "-o"])
        .arg(to)
        .arg(".")
        .current_dir(source)
        .env("GOFLAGS", "-mod=mod")
        .env("GOSUMDB", "off")
        .env("GOTOOLCHAIN", "local")
        .env("CGO_ENABLED", "0");
    tool("golang-go", &mut go);
}
