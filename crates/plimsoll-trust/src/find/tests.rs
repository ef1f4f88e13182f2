//! Registries that are honest, poor or hostile, as maps in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;

use plimsoll_image::OpenError;
use plimsoll_image::hash::sha256;
use plimsoll_image::registry::Document;
use plimsoll_model::Digest;
use serde_json::{Value, json};

use super::*;

#[derive(Default)]
struct Memory {
    manifests: BTreeMap<String, Vec<u8>>,
    referrers: Option<Vec<Vec<u8>>>,
    asked: RefCell<usize>,
}

impl Store for Memory {
    fn manifest(&self, version: &str) -> Result<Option<Document>, OpenError> {
        *self.asked.borrow_mut() += 1;
        let bytes = self.manifests.get(version).cloned();
        Ok(bytes.map(|bytes| Document {
            digest: sha256(&bytes),
            bytes,
        }))
    }
    fn blob(&self, _: &Digest, _: u64) -> Result<Vec<u8>, OpenError> {
        Ok(Vec::new())
    }
    fn referrers(&self, _: &Digest) -> Result<Option<Vec<Vec<u8>>>, OpenError> {
        Ok(self.referrers.clone())
    }
}

fn subject() -> Digest {
    sha256(b"image")
}

fn layer(kind: &str) -> Value {
    json!({"mediaType": kind, "digest": sha256(kind.as_bytes()).to_string(), "size": 7})
}

fn manifest(kinds: &[&str], subject: Option<&Digest>) -> Value {
    let layers: Vec<Value> = kinds.iter().map(|kind| layer(kind)).collect();
    let mut manifest = json!({"schemaVersion": 2, "config": layer("c"), "layers": layers});
    if let Some(subject) = subject {
        manifest["subject"] = json!({"digest": subject.to_string(), "size": 1});
    }
    manifest
}

impl Memory {
    fn put(&mut self, version: &str, document: &Value) -> Digest {
        let bytes = document.to_string().into_bytes();
        let digest = sha256(&bytes);
        self.manifests.insert(version.to_owned(), bytes.clone());
        self.manifests.insert(digest.to_string(), bytes);
        digest
    }

    fn list(digests: &[(Digest, &str)]) -> Value {
        let entries: Vec<Value> = digests
            .iter()
            .map(|(digest, kind)| {
                let mut entry = json!({"mediaType": "m", "digest": digest.to_string(), "size": 1});
                if !kind.is_empty() {
                    entry["artifactType"] = json!(kind);
                }
                entry
            })
            .collect();
        json!({"schemaVersion": 2, "manifests": entries})
    }
}

fn forms(found: &Found) -> Vec<(String, Form)> {
    let attachments = found.attachments.iter();
    attachments
        .map(|one| (one.place.to_string(), one.form))
        .collect()
}

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

#[test]
fn tags_and_referrers_are_found() {
    let mut store = Memory::default();
    let tag = tag_of(&subject());
    store.put(
        &format!("{tag}.sig"),
        &manifest(&[SIMPLE_SIGNING, "other"], None),
    );
    store.put(&format!("{tag}.att"), &manifest(&[DSSE], None));
    let bundle = store.put("b", &manifest(&[BUNDLE], Some(&subject())));
    let sbom = store.put("s", &manifest(&["application/spdx"], Some(&subject())));
    let list = Memory::list(&[
        (bundle.clone(), BUNDLE),
        (bundle.clone(), ""),
        (sbom, "application/spdx+json"),
    ]);
    let expected = vec![
        (format!("tag {tag}.sig"), Form::SimpleSigning),
        (format!("referrer {bundle}"), Form::Bundle),
    ];

    store.referrers = Some(vec![list.to_string().into_bytes()]);
    let found = find(&store, &subject(), "sig");
    assert_eq!((forms(&found), found.unread.len()), (expected.clone(), 0));

    // Without the API the same list stands at a tag.
    store.referrers = None;
    store.put(&tag, &list);
    let found = find(&store, &subject(), "sig");
    assert_eq!((forms(&found), found.unread.len()), (expected, 0));
}

#[test]
fn nothing_attached_is_nothing_unread() {
    let found = find(&Memory::default(), &subject(), "sig");
    assert_eq!((found.attachments.len(), found.unread.len()), (0, 0));
}

/// Sets up a store, and says what of it cannot be read.
type Case = (&'static str, fn(&mut Memory) -> Value, &'static str);

#[test]
fn what_lies_is_told_and_left() {
    let cases: &[Case] = &[
        (
            "refers to another",
            |store| {
                let other = sha256(b"other");
                let digest = store.put("x", &manifest(&[BUNDLE], Some(&other)));
                Memory::list(&[(digest, BUNDLE)])
            },
            "it refers to sha256:",
        ),
        (
            "refers to nothing",
            |store| {
                let digest = store.put("x", &manifest(&[BUNDLE], None));
                Memory::list(&[(digest, BUNDLE)])
            },
            "it refers to nothing",
        ),
        (
            "is not there",
            |_| Memory::list(&[(sha256(b"gone"), BUNDLE)]),
            "it is listed and not there",
        ),
        (
            "has other bytes",
            |store| {
                let digest = sha256(b"promised");
                store.manifests.insert(digest.to_string(), b"{}".to_vec());
                Memory::list(&[(digest, BUNDLE)])
            },
            "its bytes are sha256:",
        ),
        (
            "is an index",
            |store| {
                let inner = Memory::list(&[]);
                let digest = store.put("x", &inner);
                Memory::list(&[(digest, "")])
            },
            "an index where a manifest is wanted",
        ),
        (
            "has too many layers",
            |store| {
                let many = vec![BUNDLE; manifest::LAYERS_MAX + 1];
                let digest = store.put("x", &manifest(&many, Some(&subject())));
                Memory::list(&[(digest, BUNDLE)])
            },
            "1001 layers, more than the limit",
        ),
        ("list is none", |_| json!([1]), "the list does not parse"),
        (
            "list is a manifest",
            |_| manifest(&[BUNDLE], None),
            "a list of referrers is an index",
        ),
        (
            "digest is none",
            |_| json!({"manifests": [{"digest": "md5:0", "size": 1}]}),
            "digest",
        ),
        (
            "layer's digest is none",
            |store| {
                let mut manifest = manifest(&[BUNDLE], Some(&subject()));
                manifest["layers"][0]["digest"] = json!("sha256:../../etc");
                let digest = store.put("x", &manifest);
                Memory::list(&[(digest, BUNDLE)])
            },
            "digest",
        ),
    ];
    for (name, set_up, expected) in cases {
        let mut store = Memory::default();
        let list = set_up(&mut store);
        store.referrers = Some(vec![list.to_string().into_bytes()]);
        let found = find(&store, &subject(), "sig");
        assert_eq!(found.attachments.len(), 0, "{name}");
        let [unread] = found.unread.as_slice() else {
            panic!("{name}: {:?}", found.unread);
        };
        assert!(unread.reason.contains(expected), "{name}: {unread:?}");
    }
}

#[test]
fn endless_lists_come_to_an_end() {
    let mut store = Memory::default();
    let digests: Vec<(Digest, &str)> = (0..5_000_u32)
        .map(|number| (sha256(&number.to_le_bytes()), BUNDLE))
        .collect();
    let list = Memory::list(&digests);
    store.referrers = Some(vec![list.to_string().into_bytes()]);
    let found = find(&store, &subject(), "sig");
    assert!(*store.asked.borrow() <= MANIFESTS_MAX + 2);
    let told: Vec<_> = found.unread.iter().map(|one| one.reason.as_str()).collect();
    assert!(told.contains(&"5000 referrers, more than 1000"));
    assert!(told.contains(&"more than 128 manifests are attached"));
    assert!(found.unread.len() <= MANIFESTS_MAX + 2);
}

#[test]
fn large_blobs_are_not_fetched() {
    let attachment = Attachment {
        place: Place::Tag("t".to_owned()),
        form: Form::SimpleSigning,
        digest: subject(),
        size_bytes: 10 << 30,
        annotations: BTreeMap::new(),
    };
    let error = fetch(&Memory::default(), &attachment).unwrap_err();
    assert!(matches!(error, OpenError::Limit { .. }), "{error}");
}
