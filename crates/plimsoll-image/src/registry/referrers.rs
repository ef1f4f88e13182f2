//! What refers to a manifest: the list that a registry keeps (OCI distribution 1.1).
//!
//! Only the API is asked here. A registry without it has the list, if anywhere, at the tag
//! `<algorithm>-<hex>`, which is a manifest like others.

use plimsoll_model::Digest;
use ureq::Body;
use ureq::http::Response;

use super::client::{Client, Refusal};
use super::{Reference, RegistryOptions, Repository};
use crate::OpenError;
use crate::limits::MANIFEST_BYTES_MAX;

/// Pages of one list.
const PAGES_MAX: usize = 32;
/// All pages of one list, in bytes.
const LIST_BYTES_MAX: u64 = 16 << 20;
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

impl Repository {
    /// As [`Repository::new`], and asks for leave to read only.
    pub fn for_reading(
        reference: &Reference,
        options: &RegistryOptions,
    ) -> Result<Self, OpenError> {
        let options = RegistryOptions {
            mirrors: std::collections::BTreeMap::new(),
            ..options.clone()
        };
        Ok(Self {
            client: Client::new(reference, &options)?,
            host: reference.endpoint().to_owned(),
        })
    }

    /// The indexes, page by page, that list what refers to a manifest; `None` where the registry
    /// keeps no such list.
    pub fn referrers(&self, subject: &Digest) -> Result<Option<Vec<Vec<u8>>>, OpenError> {
        let path = format!("referrers/{subject}");
        let mut pages: Vec<Vec<u8>> = Vec::new();
        let mut query = String::new();
        loop {
            let (page, next) = match self.page(&format!("{path}{query}")) {
                Ok(page) => page,
                Err(PageError::Refused(Refusal {
                    status: Some(400 | 404 | 405 | 406),
                    ..
                })) if pages.is_empty() => return Ok(None),
                Err(PageError::Refused(refusal)) => {
                    return Err(self.failed("list referrers", &refusal));
                }
                Err(PageError::Read(error)) => return Err(error),
            };
            pages.push(page);
            let bytes: u64 = pages.iter().map(|page| page.len() as u64).sum();
            match next {
                None => return Ok(Some(pages)),
                Some(next) if pages.len() < PAGES_MAX && bytes <= LIST_BYTES_MAX => query = next,
                Some(_) => {
                    return Err(OpenError::Limit {
                        path: self.reference().to_string(),
                        what: "list of referrers (pages)".to_owned(),
                        limit: PAGES_MAX as u64,
                    });
                }
            }
        }
    }

    /// One page, and the query of the next one.
    fn page(&self, path: &str) -> Result<(Vec<u8>, Option<String>), PageError> {
        let mut refused = None;
        let mut next = None;
        let read = self
            .client
            .read_from("list of referrers", MANIFEST_BYTES_MAX, || {
                match self.client.ask(&self.host, path, INDEX, 0) {
                    Ok(response) => {
                        next = next_query(&response);
                        Ok(response)
                    }
                    Err(refusal) => {
                        let error = self.client.failed(refusal.reason.clone());
                        refused = Some(refusal);
                        Err(error)
                    }
                }
            });
        match (read, refused) {
            (Ok(bytes), _) => Ok((bytes, next)),
            (Err(_), Some(refusal)) => Err(PageError::Refused(refusal)),
            (Err(error), None) => Err(PageError::Read(error)),
        }
    }
}

enum PageError {
    Refused(Refusal),
    Read(OpenError),
}

fn next_query(response: &Response<Body>) -> Option<String> {
    read_next(response.headers().get("link")?.to_str().ok()?)
}

/// The query of `Link: <…?query>; rel="next"`. Host and path of the link are left aside: the list
/// goes on where it began.
fn read_next(link: &str) -> Option<String> {
    let (url, rest) = link.trim_start().strip_prefix('<')?.split_once('>')?;
    let (_, query) = url.split_once('?')?;
    let is_next = rest.contains("rel=\"next\"") || rest.contains("rel=next");
    let is_plain = query.bytes().all(|byte| byte.is_ascii_graphic());
    (is_next && is_plain && !query.contains('#')).then(|| format!("?{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_at_the_same_place() {
        for (link, query) in [
            (
                "</v2/a/referrers/x?n=1&last=b>; rel=\"next\"",
                Some("?n=1&last=b"),
            ),
            ("<https://other.example/steal?n=1>; rel=next", Some("?n=1")),
            ("</v2/a/referrers/x?n=1>; rel=\"prev\"", None),
            ("</v2/a/referrers/x>; rel=\"next\"", None),
            ("</v2/a?n= 1>; rel=\"next\"", None),
            ("next", None),
        ] {
            assert_eq!(read_next(link).as_deref(), query, "{link}");
        }
    }
}
