//! Holds the client of registries against Debian's docker-registry: TLS with an authority of our
//! own, a login, mirrors, digests.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use plimsoll_image::http::HttpOptions;
use plimsoll_image::registry::{Credentials, Reference, RegistryOptions, open_registry};
use plimsoll_image::testing::{ImageBuilder, Notes, TarBuilder, gzip};
use plimsoll_image::{Image, OpenError, ReadOptions, Selection, read_file_capped};

/// How long a registry may take to come up on a busy machine.
const READY_MAX: Duration = Duration::from_mins(1);
/// Ports that are tried: another process may take one before the registry does.
const PORTS_TRIED: u32 = 5;
/// Held while a port is chosen and taken, so that no two registries of these tests want the same.
static STARTING: Mutex<()> = Mutex::new(());

fn run(package: &str, command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; install the package {package}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A registry that ends with the test.
struct Registry {
    child: Child,
    host: String,
    storage: PathBuf,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What guards a registry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Open,
    TlsAndLogin,
}

impl Registry {
    /// `folder` holds what [`certificates`] and [`passwords`] made.
    fn start(folder: &Path, name: &str, door: Door) -> Self {
        let storage = folder.join(name);
        fs::create_dir(&storage).unwrap();
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..PORTS_TRIED {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let host = free.local_addr().unwrap().to_string();
            drop(free);
            let config = folder.join(format!("{name}.yml"));
            fs::write(&config, Self::config(folder, &storage, &host, door)).unwrap();
            let child = Command::new("docker-registry")
                .arg("serve")
                .arg(&config)
                .env("OTEL_TRACES_EXPORTER", "none")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap_or_else(|error| {
                    panic!("docker-registry: {error}; install the package docker-registry")
                });
            let mut registry = Self {
                child,
                host,
                storage: storage.clone(),
            };
            if registry.is_up() {
                return registry;
            }
        }
        panic!("docker-registry does not come up");
    }

    fn config(folder: &Path, storage: &Path, host: &str, door: Door) -> String {
        let (folder, storage) = (folder.display(), storage.display());
        let mut yaml = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: \
             {storage}\nhttp:\n  addr: {host}\n  secret: test\n"
        );
        if door == Door::TlsAndLogin {
            yaml.extend([format!(
                "  tls:\n    certificate: {folder}/server.pem\n    key: {folder}/server.key\n\
                 auth:\n  htpasswd:\n    realm: test\n    path: {folder}/htpasswd\n"
            )]);
        }
        yaml
    }

    /// Waits until it takes connections; false if it ended before that.
    fn is_up(&mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < READY_MAX {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(&self.host).is_ok() {
                return true;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("docker-registry does not answer");
    }

    fn named(&self, name: &str) -> Reference {
        format!("{}/{name}", self.host).parse().unwrap()
    }

    /// The file in which the registry keeps a blob.
    fn blob(&self, hex: &str) -> PathBuf {
        let blobs = self.storage.join("docker/registry/v2/blobs/sha256");
        blobs.join(&hex[..2]).join(hex).join("data")
    }
}

/// An authority and a certificate of it for 127.0.0.1: `ca.pem`, `server.pem`, `server.key`; and a
/// second authority that signed nothing, `other.pem`.
fn certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        command.current_dir(folder).args(arguments.split(' '));
        run("openssl", &mut command);
    };
    for (name, subject) in [("ca", "/CN=plimsoll-test"), ("other", "/CN=other")] {
        openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj {subject} \
             -keyout {name}.key -out {name}.pem"
        ));
    }
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=registry \
         -keyout server.key -out server.csr",
    );
    fs::write(
        folder.join("names"),
        "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n",
    )
    .unwrap();
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
         -extfile names -out server.pem",
    );
}

fn passwords(folder: &Path) {
    let mut htpasswd = Command::new("htpasswd");
    let file = run(
        "apache2-utils",
        htpasswd.args(["-nbB", "-C", "4", "shop", "s3cret"]),
    );
    fs::write(folder.join("htpasswd"), file).unwrap();
}

fn image() -> ImageBuilder {
    let first = TarBuilder::new()
        .folder("etc")
        .file("etc/a", "data")
        .hard_link("etc/b", "etc/a")
        .finish();
    let second = TarBuilder::new().file("etc/c", "more").finish();
    let blob = gzip(&second);
    let mut image = ImageBuilder::new().layer(first).packed(&second, blob);
    image.tag = Some("2.3".to_owned());
    image
}

/// Pushes the image of a layout by skopeo.
fn push(folder: &Path, registry: &Registry, door: Door) {
    let layout = folder.join("layout");
    if !layout.exists() {
        image().write_layout(&layout);
    }
    let mut skopeo = Command::new("skopeo");
    skopeo.args(["copy", "--insecure-policy", "-q", "--dest-tls-verify=false"]);
    if door == Door::TlsAndLogin {
        skopeo.args(["--dest-creds", "shop:s3cret"]);
    }
    skopeo.arg(format!("oci:{}:2.3", layout.display()));
    skopeo.arg(format!("docker://{}/shop/cart:2.3", registry.host));
    run("skopeo", &mut skopeo);
}

/// Logins as Docker writes them down.
fn login(folder: &Path, host: &str, user: &str, password: &str) -> Credentials {
    let config = folder.join("config.json");
    let auths =
        format!(r#"{{"auths":{{"{host}":{{"username":"{user}","password":"{password}"}}}}}}"#);
    fs::write(&config, auths).unwrap();
    Credentials::from_docker_config(&config).unwrap()
}

fn bytes_of(path: &Path) -> Vec<u8> {
    read_file_capped(path, 1 << 20).unwrap()
}

fn open(reference: &Reference, options: &RegistryOptions) -> Result<Image, OpenError> {
    open_registry(reference, &Selection::default(), options)
}

fn open_error(reference: &Reference, options: &RegistryOptions) -> (String, String) {
    let Err(error) = open(reference, options) else {
        panic!("{reference}: opened");
    };
    (error.to_string(), error.hint().unwrap_or_default())
}

/// Reads all layers and holds them against what was pushed.
fn read(image: &Image) {
    let notes = Notes::default();
    image.read(&notes, &ReadOptions::default()).unwrap();
    let lines: Vec<_> = notes.of(&image.facts).into_iter().map(|(_, l)| l).collect();
    let first = vec![
        "Directory etc",
        "File etc/a = data",
        "File etc/b -> etc/a = data",
    ];
    assert_eq!(lines, [first, vec!["File etc/c = more"]]);
}

#[test]
fn images_come_through_tls_and_a_login() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    certificates(folder);
    passwords(folder);
    let registry = Registry::start(folder, "registry", Door::TlsAndLogin);
    push(folder, &registry, Door::TlsAndLogin);
    let cart = registry.named("shop/cart:2.3");
    let good = RegistryOptions {
        http: HttpOptions {
            ca_pem: vec![bytes_of(&folder.join("ca.pem"))],
            ..HttpOptions::default()
        },
        credentials: login(folder, &registry.host, "shop", "s3cret"),
        ..RegistryOptions::default()
    };

    let image = open(&cart, &good).unwrap();
    assert_eq!(image.facts.tags, ["2.3"]);
    read(&image);
    let digest = image.facts.manifest_digest.clone().unwrap();
    let pinned = registry.named(&format!("shop/cart@{digest}"));
    let by_digest = open(&pinned, &good).unwrap();
    assert_eq!(by_digest.facts.manifest_digest, Some(digest));
    read(&by_digest);

    let (error, hint) = open_error(&registry.named("shop/cart:9"), &good);
    assert!(error.contains("not found (404)"), "{error}");
    assert!(hint.contains("spelling"), "{hint}");
    let absent = format!("shop/cart@sha256:{}", "0".repeat(64));
    let (error, _) = open_error(&registry.named(&absent), &good);
    assert!(error.contains("(404)"), "{error}");

    let wrong = RegistryOptions {
        credentials: login(folder, &registry.host, "shop", "guess"),
        ..good.clone()
    };
    let nobody = RegistryOptions {
        credentials: Credentials::default(),
        ..good.clone()
    };
    for options in [wrong, nobody] {
        let (error, hint) = open_error(&cart, &options);
        assert!(error.contains("(401)"), "{error}");
        assert!(!error.contains("guess"), "{error}");
        assert!(hint.contains("docker login"), "{hint}");
    }

    for ca_pem in [Vec::new(), vec![bytes_of(&folder.join("other.pem"))]] {
        let mut options = good.clone();
        options.http.ca_pem = ca_pem;
        let (error, hint) = open_error(&cart, &options);
        assert!(error.contains("certificate"), "{error}");
        assert!(hint.contains("--ca-file"), "{hint}");
    }
    let mut options = good.clone();
    options.http.ca_pem = vec![b"no certificate".to_vec()];
    assert!(open(&cart, &options).is_err());
}

#[test]
fn plain_http_is_spoken_only_where_it_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let registry = Registry::start(folder, "registry", Door::Open);
    push(folder, &registry, Door::Open);
    let cart = registry.named("shop/cart:2.3");
    let (error, hint) = open_error(&cart, &RegistryOptions::default());
    assert!(
        hint.contains(&format!("--plain-http {}", registry.host)),
        "{error}: {hint}"
    );
    read(&open(&cart, &plain(&[&registry])).unwrap());
}

fn plain(registries: &[&Registry]) -> RegistryOptions {
    RegistryOptions {
        http: HttpOptions {
            plain_http: registries.iter().map(|r| r.host.clone()).collect(),
            ..HttpOptions::default()
        },
        ..RegistryOptions::default()
    }
}

#[test]
fn a_mirror_is_asked_first_and_may_lack_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let registry = Registry::start(folder, "registry", Door::Open);
    let mirror = Registry::start(folder, "mirror", Door::Open);
    push(folder, &registry, Door::Open);
    let cart = registry.named("shop/cart:2.3");
    let mut options = plain(&[&registry, &mirror]);
    options.mirrors = BTreeMap::from([(registry.host.clone(), vec![mirror.host.clone()])]);

    read(&open(&cart, &options).unwrap());
    let (error, _) = open_error(&registry.named("shop/none"), &options);
    assert!(error.contains(&mirror.host), "{error}");
    assert!(error.contains(&registry.host), "{error}");

    // With the image at the mirror the registry is not needed any more.
    push(folder, &mirror, Door::Open);
    drop(registry);
    read(&open(&cart, &options).unwrap());
}

#[test]
fn a_layer_that_was_changed_in_the_registry_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let registry = Registry::start(folder, "registry", Door::Open);
    push(folder, &registry, Door::Open);
    let image = open(&registry.named("shop/cart:2.3"), &plain(&[&registry])).unwrap();
    read(&image);
    let layer = image.facts.layers[0].digest.clone().unwrap();
    let path = registry.blob(&layer.hex());
    let mut bytes = bytes_of(&path);
    // The time in the head of gzip (skopeo packs what it pushes): it unpacks to the same bytes.
    assert_eq!(bytes[..2], [0x1f, 0x8b]);
    bytes[4] ^= 1;
    fs::write(&path, bytes).unwrap();
    let error = image
        .read(&Notes::default(), &ReadOptions::default())
        .unwrap_err();
    assert!(error.to_string().contains("digest mismatch"), "{error}");
    assert!(error.to_string().contains(&layer.hex()), "{error}");
}

#[test]
fn nobody_is_led_from_tls_to_plain_text() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    certificates(folder);
    // OpenSSL's server sends a file as the whole answer.
    let manifests = folder.join("v2/shop/cart/manifests");
    fs::create_dir_all(&manifests).unwrap();
    let answer = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://203.0.113.1/v2/\r\n\
                  Content-Length: 0\r\nConnection: close\r\n\r\n";
    fs::write(manifests.join("latest"), answer).unwrap();
    let server = (0..PORTS_TRIED).find_map(|_| {
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = free.local_addr().unwrap().to_string();
        drop(free);
        let child = Command::new("openssl")
            .current_dir(folder)
            .args(["s_server", "-quiet", "-HTTP", "-accept", &host])
            .args(["-cert", "server.pem", "-key", "server.key"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("openssl: {error}; install the package openssl"));
        let storage = folder.to_owned();
        let mut server = Registry {
            child,
            host,
            storage,
        };
        server.is_up().then_some(server)
    });
    let server = server.unwrap();
    let options = RegistryOptions {
        http: HttpOptions {
            ca_pem: vec![bytes_of(&folder.join("ca.pem"))],
            ..HttpOptions::default()
        },
        ..RegistryOptions::default()
    };
    let (error, _) = open_error(&server.named("shop/cart"), &options);
    assert!(
        error.contains("redirects to 203.0.113.1 without TLS"),
        "{error}"
    );
}
