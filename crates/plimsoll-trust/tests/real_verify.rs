//! Cosign signs, in Debian's docker-registry and beside files; we verify. Then what it signed is
//! moved, changed and made unreadable.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "../../plimsoll-image/tests/support/registry.rs"]
mod registry;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll_image::http::HttpOptions;
use plimsoll_image::registry::{RegistryOptions, Repository};
use plimsoll_model::Digest;
use plimsoll_trust::answer::{Answer, Outcome, verify_image};
use plimsoll_trust::evidence::{Evidence, Subject};
use plimsoll_trust::find::tag_of;
use plimsoll_trust::key::PublicKey;
use plimsoll_trust::refusal::Fault;
use plimsoll_trust::roots::Checks;
use plimsoll_trust::verify::{Expectation, Signer, Wanted, verify};
use serde_json::json;

use self::registry::{Door, Registry};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn cosign(folder: &Path, arguments: &[&str]) {
    let tools = std::env::var_os("PLIMSOLL_TEST_GO_TOOLS")
        .expect("PLIMSOLL_TEST_GO_TOOLS is not set: run script/test");
    let cosign = PathBuf::from(tools).join("cosign");
    let output = Command::new(&cosign)
        .current_dir(folder)
        .args(arguments)
        .env("COSIGN_PASSWORD", "s3cret")
        .env("COSIGN_EXPERIMENTAL", "1")
        .env("HOME", folder)
        // Nothing but the registry is asked.
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; run script/test", cosign.display()));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cosign {arguments:?}: {told}");
}

struct Place {
    folder: tempfile::TempDir,
    registry: Registry,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::start(folder.path(), "registry", Door::Open);
        cosign(folder.path(), &["generate-key-pair"]);
        Self { folder, registry }
    }

    fn repository(&self, name: &str) -> Repository {
        let reference = format!("{}/{name}", self.registry.host).parse().unwrap();
        let options = RegistryOptions {
            http: HttpOptions {
                plain_http: vec![self.registry.host.clone()],
                ..HttpOptions::default()
            },
            ..RegistryOptions::default()
        };
        Repository::new(&reference, &options).unwrap()
    }

    /// An image that says only its name.
    fn image(&self, name: &str) -> Digest {
        let repository = self.repository(name);
        let config = json!({"architecture": "amd64", "os": "linux", "author": name,
            "rootfs": {"type": "layers", "diff_ids": []}});
        let config = config.to_string().into_bytes();
        let digest = repository.put_blob(&config).unwrap();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": digest.to_string(),
                "size": config.len(),
            },
            "layers": [],
        });
        let bytes = manifest.to_string().into_bytes();
        repository
            .put_manifest("1", MANIFEST, &bytes)
            .unwrap()
            .digest
    }

    fn sign(&self, name: &str, more: &[&str]) {
        let image = format!("{}/{name}:1", self.registry.host);
        let verb = if more.contains(&"--predicate") {
            "attest"
        } else {
            "sign"
        };
        let mut arguments = vec![verb, "--key", "cosign.key", "--tlog-upload=false", "-y"];
        arguments.push("--allow-http-registry");
        arguments.extend(more);
        arguments.push(&image);
        cosign(self.folder.path(), &arguments);
    }

    fn key(&self) -> PublicKey {
        let pem = fs::read(self.folder.path().join("cosign.pub")).unwrap();
        PublicKey::from_pem(&pem).unwrap()
    }

    fn answer(&self, name: &str, subject: &Digest, expected: &Expectation<'_>) -> Answer {
        verify_image(&self.repository(name), subject, expected)
    }
}

fn by(key: PublicKey, wanted: Wanted) -> Expectation<'static> {
    Expectation {
        signer: Signer::Key(key),
        wanted,
        checks: Checks {
            log: false,
            certificate_log: true,
        },
        claims: true,
        annotations: BTreeMap::new(),
        roots: None,
    }
}

fn fault(answer: &Answer) -> Option<Fault> {
    assert_eq!(answer.outcome(), Outcome::Refused, "{answer:?}");
    let [one] = answer.checked.as_slice() else {
        panic!("{answer:?}");
    };
    one.result.as_ref().err().map(|refusal| refusal.fault)
}

#[test]
fn what_cosign_signs_counts_wherever_it_puts_it() {
    let place = Place::new();
    fs::write(place.folder.path().join("p.json"), r#"{"x": 1}"#).unwrap();
    let signature = by(place.key(), Wanted::Signature);
    for (name, flags) in [
        ("tag", &["-a", "team=shop"] as &[&str]),
        ("referrer", &["--registry-referrers-mode=oci-1-1"]),
        ("bundle", &["--new-bundle-format"]),
    ] {
        let image = place.image(name);
        assert_eq!(place.answer(name, &image, &signature).checked.len(), 0);
        place.sign(name, flags);
        let answer = place.answer(name, &image, &signature);
        assert_eq!(answer.outcome(), Outcome::Verified, "{name}: {answer:?}");
        assert!(answer.unread.is_empty(), "{name}: {answer:?}");
        let attestation = by(place.key(), Wanted::Attestation(None));
        assert_eq!(place.answer(name, &image, &attestation).checked.len(), 0);
    }

    let uri = "https://cosign.sigstore.dev/attestation/v1";
    let attestation = by(place.key(), Wanted::Attestation(Some(uri.to_owned())));
    for (name, flags) in [
        ("tag", &[] as &[&str]),
        ("bundle", &["--new-bundle-format"]),
    ] {
        let image = place.image(name);
        let mut all = vec!["--predicate", "p.json", "--type", "custom"];
        all.extend(flags);
        place.sign(name, &all);
        let answer = place.answer(name, &image, &attestation);
        assert_eq!(answer.outcome(), Outcome::Verified, "{name}: {answer:?}");
        let verified = answer.checked[0].result.as_ref().unwrap();
        let statement = verified.statement.as_ref().unwrap();
        assert_eq!(statement.predicate_type, uri);
    }
}

#[test]
fn what_was_moved_or_changed_is_refused() {
    let place = Place::new();
    let image = place.image("cart");
    place.sign("cart", &["-a", "team=shop"]);
    let signature = by(place.key(), Wanted::Signature);
    let repository = place.repository("cart");
    let tag = format!("{}.sig", tag_of(&image));
    let document = repository.manifest(&tag).unwrap().unwrap();

    // Another key, the log's word, another annotation.
    cosign(
        place.folder.path(),
        &["generate-key-pair", "--output-key-prefix", "other"],
    );
    let other = fs::read(place.folder.path().join("other.pub")).unwrap();
    let other = by(PublicKey::from_pem(&other).unwrap(), Wanted::Signature);
    assert_eq!(
        fault(&place.answer("cart", &image, &other)),
        Some(Fault::BadSignature)
    );
    let mut logged = by(place.key(), Wanted::Signature);
    logged.checks.log = true;
    assert_eq!(
        fault(&place.answer("cart", &image, &logged)),
        Some(Fault::NoLogEntry)
    );
    let mut annotated = by(place.key(), Wanted::Signature);
    annotated.annotations = [("team".to_owned(), "other".to_owned())].into();
    assert_eq!(
        fault(&place.answer("cart", &image, &annotated)),
        Some(Fault::WrongAnnotation)
    );

    // Replayed for another image.
    let replayed = plimsoll_image::hash::sha256(b"another image");
    let elsewhere = format!("{}.sig", tag_of(&replayed));
    repository
        .put_manifest(&elsewhere, MANIFEST, &document.bytes)
        .unwrap();
    assert_eq!(
        fault(&place.answer("cart", &replayed, &signature)),
        Some(Fault::WrongDigest)
    );

    // The payload says another name, under a digest of its own.
    let manifest: serde_json::Value = serde_json::from_slice(&document.bytes).unwrap();
    let layer: Digest = manifest["layers"][0]["digest"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let payload = repository.blob(&layer, 1 << 20).unwrap();
    let payload = String::from_utf8(payload)
        .unwrap()
        .replace("\"shop\"", "\"evil\"");
    let moved = repository.put_blob(payload.as_bytes()).unwrap();
    let mut changed = manifest.clone();
    changed["layers"][0]["digest"] = json!(moved.to_string());
    repository
        .put_manifest(&tag, MANIFEST, changed.to_string().as_bytes())
        .unwrap();
    assert_eq!(
        fault(&place.answer("cart", &image, &signature)),
        Some(Fault::BadSignature)
    );

    // A size that nobody should fetch, and bytes that are not those of the digest: no verdict.
    let mut huge = manifest.clone();
    huge["layers"][0]["size"] = json!(10_u64 << 30);
    let huge_tag = format!("{}.sig", tag_of(&replayed));
    let stored = repository.put_manifest(&huge_tag, MANIFEST, huge.to_string().as_bytes());
    if stored.is_ok() {
        let answer = place.answer("cart", &replayed, &signature);
        assert_eq!(answer.outcome(), Outcome::Unclear, "{answer:?}");
    }
    repository
        .put_manifest(&tag, MANIFEST, &document.bytes)
        .unwrap();
    fs::write(place.registry.blob(&layer.hex()), payload).unwrap();
    let answer = place.answer("cart", &image, &signature);
    assert_eq!(answer.outcome(), Outcome::Unclear, "{answer:?}");
    assert_eq!(answer.unread.len(), 1);
}

#[test]
fn files_count_with_bundles_of_both_ages() {
    let folder = tempfile::tempdir().unwrap();
    cosign(folder.path(), &["generate-key-pair"]);
    fs::write(folder.path().join("f"), "file").unwrap();
    let key = fs::read(folder.path().join("cosign.pub")).unwrap();
    let key = PublicKey::from_pem(&key).unwrap();
    for flags in [&["--new-bundle-format=true"] as &[&str], &[]] {
        let mut arguments = vec![
            "sign-blob",
            "--key",
            "cosign.key",
            "--tlog-upload=false",
            "-y",
        ];
        arguments.extend(flags);
        arguments.extend(["--bundle", "b", "f"]);
        cosign(folder.path(), &arguments);
        let bundle = fs::read(folder.path().join("b")).unwrap();
        let evidence = Evidence::from_bundle(&bundle).unwrap();
        let expected = by(key.clone(), Wanted::Signature);
        assert!(
            verify(&evidence, Subject::Bytes(b"file"), &expected).is_ok(),
            "{flags:?}"
        );
        let refused = verify(&evidence, Subject::Bytes(b"fil"), &expected).unwrap_err();
        assert_eq!(refused.fault, Fault::BadSignature, "{flags:?}");
    }
}
