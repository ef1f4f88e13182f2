//! Holds the client of registries against Debian's docker-registry: TLS with an authority of our
//! own, a login, mirrors, digests.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "support/registry.rs"]
mod registry;

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::PoisonError;

use plimsoll_image::http::HttpOptions;
use plimsoll_image::registry::{Credentials, Reference, RegistryOptions, open_registry};
use plimsoll_image::testing::{ImageBuilder, Notes, TarBuilder, gzip};
use plimsoll_image::{Image, OpenError, ReadOptions, Selection, read_file_capped};

use self::registry::{Door, PORTS_TRIED, Registry, STARTING, certificates, passwords, run};

fn named(registry: &Registry, name: &str) -> Reference {
    format!("{}/{name}", registry.host).parse().unwrap()
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
    let cart = named(&registry, "shop/cart:2.3");
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
    let pinned = named(&registry, &format!("shop/cart@{digest}"));
    let by_digest = open(&pinned, &good).unwrap();
    assert_eq!(by_digest.facts.manifest_digest, Some(digest));
    read(&by_digest);

    let (error, hint) = open_error(&named(&registry, "shop/cart:9"), &good);
    assert!(error.contains("not found (404)"), "{error}");
    assert!(hint.contains("spelling"), "{hint}");
    let absent = format!("shop/cart@sha256:{}", "0".repeat(64));
    let (error, _) = open_error(&named(&registry, &absent), &good);
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
    let cart = named(&registry, "shop/cart:2.3");
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
    let cart = named(&registry, "shop/cart:2.3");
    let mut options = plain(&[&registry, &mirror]);
    options.mirrors = BTreeMap::from([(registry.host.clone(), vec![mirror.host.clone()])]);

    read(&open(&cart, &options).unwrap());
    let (error, _) = open_error(&named(&registry, "shop/none"), &options);
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
    let image = open(&named(&registry, "shop/cart:2.3"), &plain(&[&registry])).unwrap();
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
    let (error, _) = open_error(&named(&server, "shop/cart"), &options);
    assert!(
        error.contains("redirects to 203.0.113.1 without TLS"),
        "{error}"
    );
}
