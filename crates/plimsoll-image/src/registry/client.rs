//! Requests to one repository, at its mirrors and at itself.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use plimsoll_model::Digest;
use serde::Deserialize;
use ureq::Body;
use ureq::http::Response;

use super::challenge::Challenge;
use super::credentials::Login;
use super::remote_blob::RemoteBlob;
use super::{Reference, RegistryOptions};
use crate::hash::sha256;
use crate::http::{Get, HttpClient, error_text, may_pass};
use crate::limits::MANIFEST_BYTES_MAX;
use crate::{Blob, BlobStore, Descriptor, OpenError};

/// Times that a request is sent before we give up.
pub const ATTEMPTS_MAX: u32 = 4;
/// Longest pause that a registry may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(20);
/// Largest answer of a token service, in bytes.
const TOKEN_BYTES_MAX: u64 = 1 << 20;
/// Media types of documents, the ones with most to say first.
pub const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// Speaks to one repository.
pub struct Client {
    reference: Reference,
    http: HttpClient,
    options: RegistryOptions,
    /// Hosts in the order in which they are asked.
    hosts: Vec<String>,
    /// Authorization header by host.
    authorizations: Mutex<BTreeMap<String, String>>,
    /// Ask for leave to write, too.
    writes: bool,
}

/// Why a host gave no answer that can be used.
#[derive(Debug)]
pub struct Refusal {
    /// Status of the answer, where there was one.
    pub status: Option<u16>,
    pub reason: String,
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self {
            status: None,
            reason,
        }
    }
}

/// The document that a tag or digest leads to.
pub struct Root {
    pub bytes: Vec<u8>,
    pub digest: Digest,
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl Client {
    pub fn new(reference: &Reference, options: &RegistryOptions) -> Result<Self, OpenError> {
        let mut hosts = options
            .mirrors
            .get(&reference.host)
            .cloned()
            .unwrap_or_default();
        hosts.push(reference.endpoint().to_owned());
        Ok(Self {
            reference: reference.clone(),
            http: HttpClient::new(&hosts, &options.http)?,
            options: options.clone(),
            hosts,
            authorizations: Mutex::default(),
            writes: false,
        })
    }

    /// A client that asks the repository itself, never a mirror, for leave to read and write.
    pub fn for_writing(
        reference: &Reference,
        options: &RegistryOptions,
    ) -> Result<Self, OpenError> {
        let mut client = Self::new(
            reference,
            &RegistryOptions {
                mirrors: BTreeMap::new(),
                ..options.clone()
            },
        )?;
        client.writes = true;
        Ok(client)
    }

    pub const fn reference(&self) -> &Reference {
        &self.reference
    }

    pub const fn http(&self) -> &HttpClient {
        &self.http
    }

    /// The manifest or index that the reference names, checked.
    pub fn root(&self) -> Result<Root, OpenError> {
        let bytes = self.document(&self.reference.version(), MANIFEST_BYTES_MAX)?;
        let digest = sha256(&bytes);
        if let Some(expected) = self.reference.digest.as_ref().filter(|d| **d != digest) {
            return Err(OpenError::Digest {
                path: self.reference.to_string(),
                expected: expected.clone(),
                actual: digest,
            });
        }
        Ok(Root { bytes, digest })
    }

    fn document(&self, version: &str, bytes_max: u64) -> Result<Vec<u8>, OpenError> {
        self.read(
            &format!("manifests/{version}"),
            ACCEPT,
            "manifest",
            bytes_max,
        )
    }

    /// Reads something small, again from the beginning where it broke off.
    pub fn read(
        &self,
        path: &str,
        accept: &str,
        what: &str,
        bytes_max: u64,
    ) -> Result<Vec<u8>, OpenError> {
        self.read_from(what, bytes_max, || self.get(path, accept, 0))
    }

    /// As [`Client::read`], from the repository itself; `None` where it has nothing there.
    pub fn read_if_there(
        &self,
        path: &str,
        accept: &str,
        what: &str,
        bytes_max: u64,
    ) -> Result<Option<Vec<u8>>, OpenError> {
        let mut missing = false;
        let host = self.reference.endpoint();
        let read = self.read_from(what, bytes_max, || {
            self.ask(host, path, accept, 0).map_err(|refusal| {
                missing = refusal.status == Some(404);
                self.failed(format!("{host}: {}", refusal.reason))
            })
        });
        match read {
            Err(_) if missing => Ok(None),
            other => other.map(Some),
        }
    }

    /// Reads what `open` gives, again from the beginning where it broke off.
    pub fn read_from(
        &self,
        what: &str,
        bytes_max: u64,
        mut open: impl FnMut() -> Result<Response<Body>, OpenError>,
    ) -> Result<Vec<u8>, OpenError> {
        let mut bytes = Vec::new();
        let mut attempt = 0;
        loop {
            attempt += 1;
            bytes.clear();
            let mut response = open()?;
            let mut body = response.body_mut().as_reader().take(bytes_max + 1);
            match body.read_to_end(&mut bytes) {
                Ok(_) => break,
                Err(_) if attempt < ATTEMPTS_MAX => thread::sleep(self.pause(attempt)),
                Err(error) => return Err(self.failed(format!("read {what}: {error}"))),
            }
        }
        if bytes.len() as u64 > bytes_max {
            return Err(OpenError::Limit {
                path: self.reference.to_string(),
                what: what.to_owned(),
                limit: bytes_max,
            });
        }
        Ok(bytes)
    }

    /// Asks one host after the other for something below the repository.
    pub fn get(
        &self,
        path: &str,
        accept: &str,
        from_byte: u64,
    ) -> Result<Response<Body>, OpenError> {
        let mut reasons = Vec::new();
        for host in &self.hosts {
            match self.ask(host, path, accept, from_byte) {
                Ok(response) => return Ok(response),
                Err(refusal) => reasons.push(format!("{host}: {}", refusal.reason)),
            }
        }
        Err(self.failed(reasons.join("; ")))
    }

    /// The error of a request that failed for good, with a hint where there is one.
    pub fn failed(&self, reason: String) -> OpenError {
        let hint = if reason.contains("certificate") || reason.contains("UnknownIssuer") {
            Some("an own certificate authority is named with `--ca-file FILE`".to_owned())
        } else if reason.contains("(401)") || reason.contains("(403)") {
            Some(format!(
                "log in with `docker login {}` or `podman login`",
                self.reference.host
            ))
        } else if reason.contains("(404)") {
            Some("check the spelling of repository and tag".to_owned())
        } else if reason.contains("corrupt message") || reason.contains("InvalidContentType") {
            Some(format!(
                "to speak plain HTTP say `--plain-http {}`",
                self.reference.host
            ))
        } else {
            None
        };
        OpenError::Remote {
            name: self.reference.to_string(),
            reason,
            hint,
        }
    }

    /// Asks one host for something below the repository.
    pub fn ask(
        &self,
        host: &str,
        path: &str,
        accept: &str,
        from_byte: u64,
    ) -> Result<Response<Body>, Refusal> {
        let url = self.url(host, path);
        self.exchange(host, &[200, 206], |authorization| {
            self.http.get(&Get {
                url: &url,
                accept,
                authorization,
                from_byte,
                if_range: None,
            })
        })
    }

    /// The URL of something below the repository.
    pub fn url(&self, host: &str, path: &str) -> String {
        format!(
            "{}://{host}/v2/{}/{path}",
            self.http.scheme(host),
            self.reference.repository
        )
    }

    /// Sends a request to a host until the answer's status is one of `fine`: logs in where that is
    /// asked for, and tries again after a pause where that may help.
    pub fn exchange(
        &self,
        host: &str,
        fine: &[u16],
        send: impl Fn(Option<&str>) -> Result<Response<Body>, String>,
    ) -> Result<Response<Body>, Refusal> {
        let mut challenged = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let authorization = self.authorization(host);
            let reason = match send(authorization.as_deref()) {
                Ok(response) if fine.contains(&response.status().as_u16()) => return Ok(response),
                Ok(mut response) => match response.status().as_u16() {
                    401 if !challenged => {
                        challenged = true;
                        attempt -= 1;
                        self.answer(host, &response)?;
                        continue;
                    }
                    408 | 429 | 500..=599 if attempt < ATTEMPTS_MAX => {
                        let pause = retry_after(&response).unwrap_or_else(|| self.pause(attempt));
                        drop(response);
                        thread::sleep(pause);
                        continue;
                    }
                    status => return Err(refusal(status, &mut response)),
                },
                Err(reason) => reason,
            };
            if attempt >= ATTEMPTS_MAX || !may_pass(&reason) {
                return Err(reason.into());
            }
            thread::sleep(self.pause(attempt));
        }
    }

    /// Twice as long each time.
    pub fn pause(&self, attempt: u32) -> Duration {
        self.http.timeouts.retry_pause * 2_u32.saturating_pow(attempt.saturating_sub(1))
    }

    fn authorization(&self, host: &str) -> Option<String> {
        self.authorizations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(host)
            .cloned()
    }

    /// Gets what a challenge asks for and remembers it.
    fn answer(&self, host: &str, response: &Response<Body>) -> Result<(), String> {
        let challenge = response
            .headers()
            .get_all("www-authenticate")
            .iter()
            .filter_map(|value| Challenge::parse(value.to_str().ok()?))
            .max_by_key(|challenge| matches!(challenge, Challenge::Bearer { .. }))
            .ok_or("access denied (401), and it does not say how to ask")?;
        let login = self
            .options
            .credentials
            .login(if host == self.reference.endpoint() {
                &self.reference.host
            } else {
                host
            })?;
        let authorization = match challenge {
            Challenge::Basic => login
                .filter(|login| !login.user.is_empty())
                .ok_or("access denied (401): it wants a login by name and password")?
                .basic(),
            Challenge::Bearer {
                realm,
                service,
                scope,
            } => {
                let repository = format!("repository:{}:", self.reference.repository);
                let scope = match scope {
                    // One login for reading and writing.
                    Some(scope) if self.writes && scope.starts_with(&repository) => None,
                    other => other,
                };
                let scope = scope
                    .unwrap_or_else(|| repository + if self.writes { "pull,push" } else { "pull" });
                self.token(&realm, service.as_deref(), &scope, login.as_ref())?
            }
        };
        self.authorizations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(host.to_owned(), authorization);
        Ok(())
    }

    fn token(
        &self,
        realm: &str,
        service: Option<&str>,
        scope: &str,
        login: Option<&Login>,
    ) -> Result<String, String> {
        let mut url =
            url::Url::parse(realm).map_err(|_| format!("its token service `{realm}` is no URL"))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let host = url
            .port()
            .map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        if url.scheme() != "https" && url.scheme() != self.http.scheme(&host) {
            return Err(format!("its token service at {host} is without TLS"));
        }
        let identity_token = login.and_then(|login| login.identity_token.as_deref());
        let answer = if let Some(identity_token) = identity_token {
            // OAuth 2, as distribution's "oauth2 token authentication" has it.
            let mut fields = vec![
                ("grant_type", "refresh_token"),
                ("refresh_token", identity_token),
                ("client_id", "plimsoll"),
                ("scope", scope),
            ];
            fields.extend(service.map(|service| ("service", service)));
            self.http.post_form(url.as_str(), &fields)
        } else {
            url.query_pairs_mut().append_pair("scope", scope);
            if let Some(service) = service {
                url.query_pairs_mut().append_pair("service", service);
            }
            self.http.get(&Get {
                url: url.as_str(),
                accept: "application/json",
                authorization: login.map(Login::basic).as_deref(),
                from_byte: 0,
                if_range: None,
            })
        };
        let mut response = answer?;
        let status = response.status().as_u16();
        if status != 200 {
            let text = error_text(&mut response);
            return Err(format!(
                "the token service at {host} refused ({status}){text}"
            ));
        }
        let mut bytes = Vec::new();
        response
            .body_mut()
            .as_reader()
            .take(TOKEN_BYTES_MAX)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("read token: {error}"))?;
        read_token(&bytes)
            .map(|token| format!("Bearer {token}"))
            .ok_or_else(|| format!("the token service at {host} gave no token"))
    }
}

/// The token in an answer of a token service.
pub(super) fn read_token(json: &[u8]) -> Option<String> {
    let token: Token = serde_json::from_slice(json).ok()?;
    let token = token.token.or(token.access_token);
    token.filter(|token| !token.is_empty())
}

fn refusal(status: u16, response: &mut Response<Body>) -> Refusal {
    let text = error_text(response);
    let reason = match status {
        404 => format!("not found (404){text}"),
        408 | 429 | 500..=599 => format!("server error ({status}){text}"),
        _ => format!("refused ({status}){text}"),
    };
    Refusal {
        status: Some(status),
        reason,
    }
}

fn retry_after(response: &Response<Body>) -> Option<Duration> {
    read_retry_after(response.headers().get("retry-after")?.to_str().ok()?)
}

/// Seconds; the header's other form, a date, would need a clock.
pub(super) fn read_retry_after(header: &str) -> Option<Duration> {
    let seconds: u64 = header.parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

/// The repository as a store of blobs.
pub struct Store(pub Arc<Client>);

impl BlobStore for Store {
    fn manifest(&self, descriptor: &Descriptor, bytes_max: u64) -> Result<Vec<u8>, OpenError> {
        self.0.document(&descriptor.digest.to_string(), bytes_max)
    }

    fn fetch(&self, descriptor: &Descriptor, bytes_max: u64) -> Result<Vec<u8>, OpenError> {
        let path = format!("blobs/{}", descriptor.digest);
        self.0.read(&path, "", "blob", bytes_max)
    }

    fn blob(&self, descriptor: &Descriptor) -> Option<Arc<dyn Blob>> {
        Some(Arc::new(RemoteBlob {
            client: Arc::clone(&self.0),
            digest: descriptor.digest.clone(),
            size_bytes: descriptor.size_bytes,
        }))
    }
}
