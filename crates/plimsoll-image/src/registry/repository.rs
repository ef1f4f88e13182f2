//! A repository beside its images: small documents (signatures, attestations) read and put there.
//!
//! Everything goes to the registry itself, never to a mirror. Whatever a registry says that it has
//! stored is compared with what was sent. Follows "Pushing" of the OCI distribution specification
//! 1.1: blobs in one piece by POST and PUT, manifests by PUT, `OCI-Subject` for referrers. Which
//! documents refer to an image is not looked for here.

use plimsoll_model::Digest;
use ureq::Body;
use ureq::http::Response;

use super::client::{ACCEPT, Client, Refusal};
use super::{Reference, RegistryOptions};
use crate::OpenError;
use crate::hash::sha256;
use crate::http::{Send, SendMethod};
use crate::limits::MANIFEST_BYTES_MAX;

/// Largest blob that is sent, in bytes: it is held in memory.
pub const PUSH_BYTES_MAX: u64 = 128 << 20;
/// Times that an upload is begun anew.
const UPLOADS_MAX: u32 = 3;

/// A manifest or index as it stands in the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub bytes: Vec<u8>,
    /// Of the bytes, computed here.
    pub digest: Digest,
}

/// What became of a manifest that was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    pub digest: Digest,
    /// The registry keeps the list of referrers of the manifest's `subject` itself. Where it does
    /// not, whoever puts a referrer has to keep the list at a tag.
    pub keeps_referrers: bool,
}

/// One repository that is read and written.
pub struct Repository {
    pub(super) client: Client,
    pub(super) host: String,
}

impl Repository {
    /// Speaks to the repository that the reference names; its tag and digest are left aside.
    pub fn new(reference: &Reference, options: &RegistryOptions) -> Result<Self, OpenError> {
        Ok(Self {
            client: Client::for_writing(reference, options)?,
            host: reference.endpoint().to_owned(),
        })
    }

    pub const fn reference(&self) -> &Reference {
        self.client.reference()
    }

    /// The manifest or index at a tag or digest; `None` where there is none.
    pub fn manifest(&self, version: &str) -> Result<Option<Document>, OpenError> {
        let path = format!("manifests/{version}");
        let read = self
            .client
            .read_if_there(&path, ACCEPT, "manifest", MANIFEST_BYTES_MAX)?;
        let Some(bytes) = read else {
            return Ok(None);
        };
        let digest = sha256(&bytes);
        if let Ok(expected) = version.parse::<Digest>() {
            self.same(&expected, &digest)?;
        }
        Ok(Some(Document { bytes, digest }))
    }

    /// A blob, checked against its digest.
    pub fn blob(&self, digest: &Digest, bytes_max: u64) -> Result<Vec<u8>, OpenError> {
        let path = format!("blobs/{digest}");
        let bytes = self.client.read(&path, "", "blob", bytes_max)?;
        self.same(digest, &sha256(&bytes))?;
        Ok(bytes)
    }

    /// Puts a blob there, unless it is there already.
    pub fn put_blob(&self, bytes: &[u8]) -> Result<Digest, OpenError> {
        if bytes.len() as u64 > PUSH_BYTES_MAX {
            return Err(OpenError::Limit {
                path: self.reference().to_string(),
                what: "blob to be stored".to_owned(),
                limit: PUSH_BYTES_MAX,
            });
        }
        let digest = sha256(bytes);
        if self.has_blob(&digest)? {
            return Ok(digest);
        }
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.upload(&digest, bytes) {
                Ok(response) => {
                    self.confirmed(&digest, &response)?;
                    return Ok(digest);
                }
                // An upload that the registry lost is begun anew.
                Err(Refusal {
                    status: Some(404 | 416),
                    ..
                }) if attempt < UPLOADS_MAX => {}
                Err(refusal) => return Err(self.failed("store a blob", &refusal)),
            }
        }
    }

    fn has_blob(&self, digest: &Digest) -> Result<bool, OpenError> {
        let path = format!("blobs/{digest}");
        match self.client.ask(&self.host, &path, "", 0) {
            // The body is not read; what the registry says of itself is checked at the end.
            Ok(_) => Ok(true),
            Err(Refusal {
                status: Some(404), ..
            }) => Ok(false),
            Err(refusal) => Err(self.failed("look for a blob", &refusal)),
        }
    }

    fn upload(&self, digest: &Digest, bytes: &[u8]) -> Result<Response<Body>, Refusal> {
        let begin = self.client.url(&self.host, "blobs/uploads/");
        let begun = self.send(SendMethod::Post, &begin, "", &[], 202)?;
        let place = self.client.http().location(&begin, &begun)?;
        let mut place = url::Url::parse(&place)
            .map_err(|_| format!("its place for an upload, `{place}`, is no URL"))?;
        place
            .query_pairs_mut()
            .append_pair("digest", &digest.to_string());
        let kind = "application/octet-stream";
        self.send(SendMethod::Put, place.as_str(), kind, bytes, 201)
    }

    /// Puts a manifest at a tag or at its own digest.
    pub fn put_manifest(
        &self,
        version: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<Put, OpenError> {
        let digest = sha256(bytes);
        let url = self.client.url(&self.host, &format!("manifests/{version}"));
        let response = self
            .send(SendMethod::Put, &url, media_type, bytes, 201)
            .map_err(|refusal| self.failed("store a manifest", &refusal))?;
        self.confirmed(&digest, &response)?;
        Ok(Put {
            digest,
            keeps_referrers: response.headers().contains_key("oci-subject"),
        })
    }

    fn send(
        &self,
        method: SendMethod,
        url: &str,
        content_type: &str,
        body: &[u8],
        fine: u16,
    ) -> Result<Response<Body>, Refusal> {
        self.client.exchange(&self.host, &[fine], |authorization| {
            self.client.http().send(&Send {
                method,
                url,
                host: &self.host,
                authorization,
                content_type,
                body,
            })
        })
    }

    /// Holds what the registry says that it stored against what was sent.
    fn confirmed(&self, sent: &Digest, response: &Response<Body>) -> Result<(), OpenError> {
        let stored = response
            .headers()
            .get("docker-content-digest")
            .and_then(|value| value.to_str().ok()?.parse::<Digest>().ok());
        stored.map_or(Ok(()), |stored| self.same(sent, &stored))
    }

    fn same(&self, expected: &Digest, actual: &Digest) -> Result<(), OpenError> {
        if expected == actual {
            return Ok(());
        }
        let reference = self.reference();
        Err(OpenError::Digest {
            path: format!("{}/{}@{expected}", reference.host, reference.repository),
            expected: expected.clone(),
            actual: actual.clone(),
        })
    }

    pub(super) fn failed(&self, what: &str, refusal: &Refusal) -> OpenError {
        let mut error = self
            .client
            .failed(format!("{what}: {}: {}", self.host, refusal.reason));
        if let (OpenError::Remote { hint, .. }, Some(405)) = (&mut error, refusal.status) {
            *hint = Some("the registry is read-only; name one that takes uploads".to_owned());
        }
        error
    }
}
