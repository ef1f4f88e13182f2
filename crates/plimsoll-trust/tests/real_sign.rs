//! Keys of OpenSSL and cosign, signatures and attestations in Debian's docker-registry, and cosign
//! as the judge of what was made; then registries that refuse or lie.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "sign/keys.rs"]
mod keys;
#[path = "sign/lies.rs"]
mod lies;
#[path = "sign/registry.rs"]
mod registry;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use plimsoll_image::http::HttpOptions;
use plimsoll_image::registry::{Reference, RegistryOptions, Repository};
use plimsoll_trust::attach::{self, Kind, Layer, Mode, Subject};
use plimsoll_trust::key::PrivateKey;
use plimsoll_trust::statement::{STATEMENT_V0_1, STATEMENT_V1, Statement};
use plimsoll_trust::{predicate, sign};
use serde_json::json;
use zeroize::Zeroizing;

use self::registry::Registry;

pub const PASSWORD: &str = "s3cret";

fn cosign() -> PathBuf {
    let tools = std::env::var_os("PLIMSOLL_TEST_GO_TOOLS");
    let tools = PathBuf::from(tools.expect("PLIMSOLL_TEST_GO_TOOLS is not set: run script/test"));
    let cosign = tools.join("cosign");
    assert!(
        cosign.is_file(),
        "cosign is not in {}: run script/test",
        tools.display()
    );
    cosign
}

/// Runs cosign without a network but the registry.
pub fn run_cosign(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(cosign())
        .current_dir(folder)
        .args(arguments)
        .env("COSIGN_PASSWORD", PASSWORD)
        .env("COSIGN_EXPERIMENTAL", "1")
        .env("HOME", folder)
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .output()
        .unwrap()
}

/// Cosign takes it.
pub fn accepted(folder: &Path, arguments: &[&str]) -> String {
    let output = run_cosign(folder, arguments);
    assert!(
        output.status.success(),
        "cosign {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A key pair of cosign's in `cosign.key` and `cosign.pub`.
pub fn cosign_key(folder: &Path) -> PrivateKey {
    accepted(folder, &["generate-key-pair"]);
    // A trust root with nothing in it: bundles are judged by the key alone.
    let root = r#"{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}"#;
    std::fs::write(folder.join("root.json"), root).unwrap();
    let text = std::fs::read(folder.join("cosign.key")).unwrap();
    PrivateKey::from_pem(&text, &mut password).unwrap()
}

pub fn password() -> Result<Zeroizing<Vec<u8>>, String> {
    Ok(Zeroizing::new(PASSWORD.as_bytes().to_vec()))
}

pub fn repository(host: &str) -> Repository {
    let reference: Reference = format!("{host}/shop/cart:1").parse().unwrap();
    let options = RegistryOptions {
        http: HttpOptions {
            plain_http: vec![host.to_owned()],
            ..HttpOptions::default()
        },
        ..RegistryOptions::default()
    };
    Repository::new(&reference, &options).unwrap()
}

/// An image without layers.
pub fn push_image(repository: &Repository) -> Subject {
    let config =
        br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#;
    let digest = repository.put_blob(config).unwrap();
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": kind,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": digest.to_string(),
            "size": config.len(),
        },
        "layers": [],
    });
    let put = repository.put_manifest("1", kind, manifest.to_string().as_bytes());
    let subject = attach::subject(repository, "1").unwrap();
    assert_eq!(subject.digest, put.unwrap().digest);
    subject
}

pub fn signature(key: &PrivateKey, name: &str, subject: &Subject, note: &str) -> Layer {
    let notes = BTreeMap::from([("note".to_owned(), note.to_owned())]);
    let payload = sign::payload(name, &subject.digest, &notes).unwrap();
    let signature = sign::sign(key, &payload).unwrap();
    Layer::signature(payload, &signature)
}

#[test]
fn cosign_takes_what_we_put_beside_an_image() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let registry = Registry::start(folder, "");
    let key = cosign_key(folder);
    let repository = repository(&registry.host);
    let subject = push_image(&repository);
    let image = format!("{}/shop/cart:1", registry.host);
    let name = format!("{}/shop/cart", registry.host);
    let common = ["--key", "cosign.pub", "--insecure-ignore-tlog=true"];
    let verify = |command: &str, more: &[&str]| {
        let arguments = [&[command], &common[..], more, &[image.as_str()]].concat();
        accepted(folder, &arguments)
    };

    // Cosign's own first: ours is added to it.
    let own = [
        "sign",
        "--key",
        "cosign.key",
        "--tlog-upload=false",
        "-a",
        "note=cosign",
        &image,
    ];
    accepted(folder, &own);
    let tag = format!("{name}:sha256-{}.sig", subject.digest.hex());
    for note in ["one", "two", "two"] {
        let layer = signature(&key, &name, &subject, note);
        let place = attach::attach(&repository, &subject, Kind::Signature, Mode::Tag, &layer);
        assert_eq!(place.unwrap(), tag);
    }
    let verified = verify("verify", &[]);
    for note in ["cosign", "one", "two"] {
        assert!(
            verified.contains(&format!(r#""note":"{note}""#)),
            "{verified}"
        );
    }

    let layer = signature(&key, &name, &subject, "referrer");
    attach::attach(
        &repository,
        &subject,
        Kind::Signature,
        Mode::Referrer,
        &layer,
    )
    .unwrap();
    let verified = verify("verify", &["--experimental-oci11"]);
    assert!(verified.contains(r#""note":"referrer""#), "{verified}");

    let provenance = json!({"builder": {"id": "https://build.example"}, "buildType": "t"});
    let cases = [
        ("slsaprovenance", provenance),
        (
            "cyclonedx",
            json!({"bomFormat": "CycloneDX", "specVersion": "1.6"}),
        ),
        (predicate::SCAN, json!({"verdict": "allow"})),
    ];
    for (word, value) in cases {
        let uri = predicate::type_uri(word).unwrap();
        let about = |kind| Statement::new(kind, &name, &subject.digest, uri, value.clone());
        let envelope = sign::envelope(&key, &about(STATEMENT_V0_1)).unwrap();
        let layer = Layer::attestation(serde_json::to_vec(&envelope).unwrap(), uri);
        attach::attach(&repository, &subject, Kind::Attestation, Mode::Tag, &layer).unwrap();
        verify("verify-attestation", &["--type", word]);

        let envelope = sign::envelope(&key, &about(STATEMENT_V1)).unwrap();
        let bundle = sign::bundle_of_envelope(key.public(), &envelope).unwrap();
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        attach::attach_bundle(&repository, &subject, &bundle, uri, now).unwrap();
        let bundles = [
            "--new-bundle-format",
            "--trusted-root",
            "root.json",
            "--type",
            word,
        ];
        verify("verify-attestation", &bundles);
    }

    // Another key is refused, so that the above says something.
    let openssl = [
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ];
    keys::openssl(folder, &openssl, "other.key");
    keys::openssl(
        folder,
        &["pkey", "-in", "other.key", "-pubout"],
        "other.pub",
    );
    let other = [
        "verify",
        "--key",
        "other.pub",
        "--insecure-ignore-tlog=true",
        &image,
    ];
    assert!(!run_cosign(folder, &other).status.success());
}
