//! Logins of a credential helper: a program on PATH that speaks Docker's protocol, against a
//! registry that wants one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "support/advisories.rs"]
mod advisories;
#[path = "support/program.rs"]
mod program;
#[path = "../../plimsoll-image/tests/hostile_registry/server.rs"]
mod server;

use std::fs;
use std::io;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use plimsoll_image::testing::{ImageBuilder, TarBuilder};

use self::advisories::use_small_database;
use self::program::{Ran, World, run};
use self::server::{Request, Server, Shared, answer};

/// As Docker's helpers do: the server's name comes on standard input, the login goes out as JSON.
const HELPER: &str = "#!/bin/sh
[ \"$1\" = get ] || exit 1
read -r server
echo \"$server\" >>\"$0.asked\"
case \"$(cat \"$0.mode\")\" in
  login) echo \"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"shop\\\",\\\"Secret\\\":\\\"s3cret\\\"}\" ;;
  wrong) echo \"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"shop\\\",\\\"Secret\\\":\\\"guess\\\"}\" ;;
  token) echo \"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"<token>\\\",\\\"Secret\\\":\\\"refresh-me\\\"}\" ;;
  none) echo 'credentials not found in native keychain'; exit 1 ;;
  fails) echo 'keychain is locked'; exit 1 ;;
  garbage) echo 'no JSON' ;;
  endless) yes ;;
esac
";

/// `shop:s3cret`
const BASIC: &str = "Basic c2hvcDpzM2NyZXQ=";

fn wants_basic(_: &Shared, request: &Request, out: &mut TcpStream) -> io::Result<bool> {
    if request.header("authorization") == Some(BASIC) {
        return Ok(false);
    }
    let challenge = "WWW-Authenticate: Basic realm=\"test\"\r\n";
    answer(out, "401 Unauthorized", challenge, b"")?;
    Ok(true)
}

/// Distribution's token service: a login or a refresh token in, an access token out.
fn wants_token(server: &Shared, request: &Request, out: &mut TcpStream) -> io::Result<bool> {
    if request.path.starts_with("/token") {
        let is_form = request.head.starts_with("POST ")
            && request.header("content-type") == Some("application/x-www-form-urlencoded");
        let is_login = request.header("authorization") == Some(BASIC)
            && request
                .path
                .contains("scope=repository%3Ashop%2Fcart%3Apull")
            && request.path.contains("service=shop");
        if is_form || is_login {
            answer(out, "200 OK", "", br#"{"access_token": "good"}"#)?;
        } else {
            answer(out, "401 Unauthorized", "", b"")?;
        }
        return Ok(true);
    }
    if request.header("authorization") == Some("Bearer good") {
        return Ok(false);
    }
    let challenge = format!(
        "WWW-Authenticate: Bearer realm=\"http://{}/token\",service=\"shop\"\r\n",
        server.address
    );
    answer(out, "401 Unauthorized", &challenge, b"")?;
    Ok(true)
}

struct Case {
    world: World,
}

impl Case {
    fn new(name: &str) -> Self {
        let mut world = World::new(name);
        use_small_database(&mut world);
        let helper = world.write("bin/docker-credential-shop", HELPER);
        fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
        Self { world }
    }

    /// Scans the server's image with this `config.json` and a helper that behaves like this.
    fn scan(&self, server: &Server, config: &str, mode: &str) -> Ran {
        self.world.write("bin/docker-credential-shop.mode", mode);
        let config = config.replace("HOST", &server.host());
        self.world.write("docker/config.json", config);
        let image = format!("registry:{}/shop/cart", server.host());
        let mut command = self.world.command(["scan", &image, "--cache", "off"]);
        let path = std::env::var("PATH").unwrap();
        command
            .args(["--plain-http", &server.host()])
            .env("DOCKER_CONFIG", self.world.path("docker"))
            .env(
                "PATH",
                format!("{}:{path}", self.world.path("bin").display()),
            );
        run(&mut command)
    }

    fn asked(&self) -> String {
        let path = self.world.path("bin/docker-credential-shop.asked");
        let asked = read(&path);
        let _ = fs::remove_file(path);
        asked
    }
}

fn read(path: &Path) -> String {
    let bytes = plimsoll_image::read_file_capped(path, 1 << 20).unwrap_or_default();
    String::from_utf8(bytes).unwrap()
}

fn image() -> ImageBuilder {
    ImageBuilder::new().layer(TarBuilder::new().file("etc/a", "data").finish())
}

const HELPERS: &str = r#"{"credHelpers": {"HOST": "shop"}}"#;
const STORE: &str = r#"{"credsStore": "shop", "auths": {"HOST": {}}}"#;

#[test]
fn a_helper_is_asked_and_its_login_is_used() {
    let case = Case::new("credentials_basic");
    let server = Server::start(image(), wants_basic);
    for config in [HELPERS, STORE] {
        case.scan(&server, config, "login").ended(0);
        assert_eq!(case.asked().trim(), server.host());
    }
    // Nobody is asked about a registry that the store does not know.
    let other = r#"{"credsStore": "shop", "auths": {"other.example": {}}}"#;
    case.scan(&server, other, "login").ended(1);
    assert_eq!(case.asked(), "");
    for (mode, said) in [
        ("wrong", "(401)"),
        ("none", "(401): it wants a login"),
        ("token", "(401): it wants a login"),
        ("fails", "credential helper docker-credential-shop failed"),
        ("garbage", "answered something else than a login"),
        ("endless", "credential helper docker-credential-shop"),
    ] {
        let ran = case.scan(&server, HELPERS, mode).ended(1);
        assert!(ran.stderr.contains(said), "{mode}: {}", ran.stderr);
        for secret in ["guess", "refresh-me", "s3cret"] {
            assert!(!ran.stderr.contains(secret), "{mode}: {}", ran.stderr);
        }
    }
    let missing = r#"{"credHelpers": {"HOST": "nobody-has-this"}}"#;
    let ran = case.scan(&server, missing, "login").ended(1);
    assert!(
        ran.stderr.contains("docker-credential-nobody-has-this"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_identity_token_is_exchanged_for_an_access_token() {
    let case = Case::new("credentials_token");
    let server = Server::start(image(), wants_token);
    case.scan(&server, HELPERS, "login").ended(0);
    case.scan(&server, HELPERS, "token").ended(0);
    let posts = server.requests();
    let posts: Vec<_> = posts
        .iter()
        .filter(|r| r.head.starts_with("POST "))
        .collect();
    assert_eq!(posts.len(), 1);
    // It goes into the body of the form, not into an address that is logged on the way.
    assert_eq!(posts[0].path, "/token");
    assert_eq!(posts[0].header("authorization"), None);
    // The same from the configuration file itself.
    let auths = r#"{"auths": {"HOST": {"identitytoken": "refresh-me"}}}"#;
    case.scan(&server, auths, "fails").ended(0);
}
