//! What is attached to an image at its registry: as tags, and as OCI referrers.
//!
//! Knows where cosign puts signatures and attestations (`sha256-<hex>.sig`, `.att`), the referrers
//! API of OCI distribution 1.1 and the tag `sha256-<hex>` that stands in for it, and Sigstore
//! bundles among the referrers. Nothing here is believed: what a registry names is fetched by
//! digest, bounded in number and size, and judged elsewhere. What could not be read is told, since
//! it may be what was looked for.

mod manifest;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use plimsoll_image::OpenError;
use plimsoll_image::registry::{Document, Repository};
use plimsoll_model::Digest;

use self::manifest::{Manifest, WireDescriptor};

/// Manifests that are attached to one image and looked into.
pub const MANIFESTS_MAX: usize = 128;
/// Entries of one list of referrers.
pub const REFERRERS_MAX: usize = 1_000;
/// Signatures and attestations of one image.
pub const ATTACHMENTS_MAX: usize = 1_000;
/// Bytes of one signature's payload.
pub const PAYLOAD_BYTES_MAX: u64 = 1 << 20;
/// Bytes of one attestation or bundle: inventories are attested, too.
pub const ATTESTATION_BYTES_MAX: u64 = 32 << 20;

/// The layer of a signature of cosign's first kind.
pub const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// The layer of an attestation of cosign's first kind.
pub const DSSE: &str = "application/vnd.dsse.envelope.v1+json";
/// What a Sigstore bundle's media type begins with, whatever its version.
pub const BUNDLE_BEGIN: &str = "application/vnd.dev.sigstore.bundle";
/// The artifact type of notation's signatures.
pub const NOTATION: &str = "application/vnd.cncf.notary.signature";

/// A repository, as far as it is read here.
pub trait Store {
    /// The manifest or index at a tag or digest; `None` where there is none.
    fn manifest(&self, version: &str) -> Result<Option<Document>, OpenError>;
    /// A blob, checked against its digest.
    fn blob(&self, digest: &Digest, bytes_max: u64) -> Result<Vec<u8>, OpenError>;
    /// The pages of the referrers API; `None` where the registry does not have it.
    fn referrers(&self, subject: &Digest) -> Result<Option<Vec<Vec<u8>>>, OpenError>;
}

impl Store for Repository {
    fn manifest(&self, version: &str) -> Result<Option<Document>, OpenError> {
        Repository::manifest(self, version)
    }
    fn blob(&self, digest: &Digest, bytes_max: u64) -> Result<Vec<u8>, OpenError> {
        Repository::blob(self, digest, bytes_max)
    }
    fn referrers(&self, subject: &Digest) -> Result<Option<Vec<Vec<u8>>>, OpenError> {
        Repository::referrers(self, subject)
    }
}

/// Where something was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Under this tag.
    Tag(String),
    /// Among the referrers, as this manifest.
    Referrer(Digest),
    /// In a file that the user named.
    File(String),
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(out, "tag {tag}"),
            Self::Referrer(digest) => write!(out, "referrer {digest}"),
            Self::File(path) => write!(out, "file {path}"),
        }
    }
}

/// How what is attached is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Cosign's first kind of signature: a payload, the rest in annotations.
    SimpleSigning,
    /// Cosign's first kind of attestation: an envelope, the rest in annotations.
    Envelope,
    /// A Sigstore bundle.
    Bundle,
    /// Notation's signature.
    Notation,
}

/// Something attached, not fetched yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Where it was found.
    pub place: Place,
    /// How it is written.
    pub form: Form,
    /// Of the layer that holds it.
    pub digest: Digest,
    /// As the manifest says.
    pub size_bytes: u64,
    /// Of the layer; not signed.
    pub annotations: BTreeMap<String, String>,
}

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// What it was, for instance `tag sha256-….sig`.
    pub place: String,
    /// Why, as the end of a sentence.
    pub reason: String,
}

/// All that was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// In the order in which it was found: tags, then referrers.
    pub attachments: Vec<Attachment>,
    /// What is there and could not be read.
    pub unread: Vec<Unread>,
}

/// Looks for what is attached to a manifest: at its tag with that suffix (`sig`, `att`), and among
/// its referrers.
pub fn find(store: &dyn Store, subject: &Digest, suffix: &str) -> Found {
    let mut search = Search {
        store,
        subject,
        found: Found::default(),
        seen: BTreeSet::new(),
    };
    search.tag(&format!("{}.{suffix}", tag_of(subject)));
    search.referrers();
    search.found
}

/// Fetches what was found.
pub fn fetch(store: &dyn Store, attachment: &Attachment) -> Result<Vec<u8>, OpenError> {
    let bytes_max = match attachment.form {
        Form::SimpleSigning => PAYLOAD_BYTES_MAX,
        Form::Envelope | Form::Bundle | Form::Notation => ATTESTATION_BYTES_MAX,
    };
    if attachment.size_bytes > bytes_max {
        return Err(OpenError::Limit {
            path: attachment.place.to_string(),
            what: format!("blob {}", attachment.digest),
            limit: bytes_max,
        });
    }
    store.blob(
        &attachment.digest,
        bytes_max.min(attachment.size_bytes.max(1)),
    )
}

/// The tag that stands for a digest: `sha256-<hex>`.
pub fn tag_of(digest: &Digest) -> String {
    digest.to_string().replace(':', "-")
}

struct Search<'a> {
    store: &'a dyn Store,
    subject: &'a Digest,
    found: Found,
    /// Manifests that were looked into: a list may name one twice, or name itself.
    seen: BTreeSet<Digest>,
}

impl Search<'_> {
    fn unread(&mut self, place: &dyn fmt::Display, reason: impl fmt::Display) {
        self.found.unread.push(Unread {
            place: place.to_string(),
            reason: reason.to_string(),
        });
    }

    fn tag(&mut self, tag: &str) {
        let place = Place::Tag(tag.to_owned());
        match self.store.manifest(tag) {
            Ok(Some(document)) => self.manifest(&place, &document.bytes),
            Ok(None) => {}
            Err(error) => self.unread(&place, error),
        }
    }

    fn referrers(&mut self) {
        let (pages, place) = match self.store.referrers(self.subject) {
            Ok(Some(pages)) => (pages, "list of referrers".to_owned()),
            Ok(None) => {
                let tag = tag_of(self.subject);
                let place = format!("tag {tag}");
                match self.store.manifest(&tag) {
                    Ok(Some(document)) => (vec![document.bytes], place),
                    Ok(None) => return,
                    Err(error) => return self.unread(&place, error),
                }
            }
            Err(error) => return self.unread(&"list of referrers", error),
        };
        let mut listed = Vec::new();
        for page in pages {
            match manifest::index(&page) {
                Ok(entries) => listed.extend(entries),
                Err(reason) => self.unread(&place, reason),
            }
        }
        if listed.len() > REFERRERS_MAX {
            let reason = format!("{} referrers, more than {REFERRERS_MAX}", listed.len());
            self.unread(&place, reason);
            listed.truncate(REFERRERS_MAX);
        }
        for entry in listed {
            if self.seen.len() >= MANIFESTS_MAX {
                let reason = format!("more than {MANIFESTS_MAX} manifests are attached");
                return self.unread(&place, reason);
            }
            self.referrer(&entry);
        }
    }

    fn referrer(&mut self, entry: &WireDescriptor) {
        if entry.is_of_another_kind() {
            return;
        }
        let digest = match entry.digest.parse::<Digest>() {
            Ok(digest) => digest,
            Err(error) => return self.unread(&"list of referrers", error),
        };
        if !self.seen.insert(digest.clone()) {
            return;
        }
        let place = Place::Referrer(digest.clone());
        match self.store.manifest(&digest.to_string()) {
            Ok(Some(document)) if document.digest == digest => {
                self.manifest(&place, &document.bytes);
            }
            Ok(Some(document)) => {
                self.unread(&place, format!("its bytes are {}", document.digest));
            }
            Ok(None) => self.unread(&place, "it is listed and not there"),
            Err(error) => self.unread(&place, error),
        }
    }

    fn manifest(&mut self, place: &Place, bytes: &[u8]) {
        let manifest = match Manifest::parse(bytes) {
            Ok(manifest) => manifest,
            Err(reason) => return self.unread(place, reason),
        };
        match (place, &manifest.subject) {
            (Place::Referrer(_), None) => {
                return self.unread(place, "it refers to nothing");
            }
            (_, Some(subject)) if *subject != self.subject.to_string() => {
                let reason = format!("it refers to {subject}, not to {}", self.subject);
                return self.unread(place, reason);
            }
            _ => {}
        }
        let kind = manifest.kind();
        for layer in manifest.layers {
            let Some(form) = layer.form(&kind) else {
                continue;
            };
            let digest = match layer.digest.parse::<Digest>() {
                Ok(digest) => digest,
                Err(error) => {
                    self.unread(place, error);
                    continue;
                }
            };
            if self.found.attachments.len() >= ATTACHMENTS_MAX {
                let reason = format!("more than {ATTACHMENTS_MAX} signatures and attestations");
                return self.unread(place, reason);
            }
            self.found.attachments.push(Attachment {
                place: place.clone(),
                form,
                digest,
                size_bytes: layer.size,
                annotations: layer.annotations,
            });
        }
    }
}

#[cfg(test)]
mod tests;
