//! HTTP to hosts that the user named, and carefully to those that they point at.
//!
//! Redirects are followed here, not by the library: a host that was named may not send us to
//! loopback, link-local or (unless it is in a private network itself) private addresses, nor from
//! TLS to plain text, and what it gets of credentials stays with it.

use std::io::Read;
use std::net::{IpAddr, ToSocketAddrs};
use std::time::Duration;

use ureq::http::{Response, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body};

use crate::OpenError;

/// Redirects followed on the way to one answer.
pub const REDIRECTS_MAX: usize = 5;
/// Bytes of one error document that are read for its message.
const ERROR_BYTES_MAX: u64 = 16 << 10;

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpTimeouts {
    pub connect: Duration,
    /// Until the head of the answer is there.
    pub answer: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// Before the first repetition of a failed request; each further one waits twice as long.
    pub retry_pause: Duration,
}

impl Default for HttpTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            retry_pause: Duration::from_millis(500),
        }
    }
}

/// What a client is made of.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    pub timeouts: HttpTimeouts,
    /// Further certificate authorities, PEM, beside the system's.
    pub ca_pem: Vec<Vec<u8>>,
    /// `host[:port]` that may be spoken to without TLS.
    pub plain_http: Vec<String>,
}

/// Speaks to one named host, and to where it points.
pub struct HttpClient {
    /// For what the user named.
    named: Agent,
    /// For where a named host points; refuses addresses inside.
    foreign: Agent,
    /// `host:port` that the user named.
    hosts: Vec<String>,
    plain_http: Vec<String>,
    pub timeouts: HttpTimeouts,
}

/// One GET request.
#[derive(Debug, Clone, Default)]
pub struct Get<'a> {
    pub url: &'a str,
    pub accept: &'a str,
    /// Value of the Authorization header; not sent to other hosts.
    pub authorization: Option<&'a str>,
    /// First byte wanted.
    pub from_byte: u64,
    /// Entity tag of the file that the bytes before came from; another file is sent whole.
    pub if_range: Option<&'a str>,
}

/// One request that sends something.
#[derive(Debug, Clone)]
pub struct Send<'a> {
    pub method: SendMethod,
    pub url: &'a str,
    /// Host to which [`Send::authorization`] belongs.
    pub host: &'a str,
    /// Value of the Authorization header; not sent to other hosts.
    pub authorization: Option<&'a str>,
    pub content_type: &'a str,
    pub body: &'a [u8],
}

/// How something is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendMethod {
    Post,
    Put,
}

impl HttpClient {
    /// A client for hosts that the user named (`host[:port]`).
    pub fn new(named: &[String], options: &HttpOptions) -> Result<Self, OpenError> {
        let config = || {
            Agent::config_builder()
                .max_redirects(0)
                .http_status_as_error(false)
                .timeout_connect(Some(options.timeouts.connect))
                .timeout_recv_response(Some(options.timeouts.answer))
                .timeout_per_read(Some(options.timeouts.idle))
                .timeout_per_write(Some(options.timeouts.idle))
                .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
                .accept_encoding("identity")
        };
        let tls = tls(&options.ca_pem)?;
        let guard = Guard {
            inner: DefaultResolver::default(),
            private_too: named.iter().all(|host| is_public(host)),
        };
        Ok(Self {
            named: Agent::new_with_config(config().tls_config(tls.clone()).build()),
            foreign: Agent::with_parts(
                config().tls_config(tls).build(),
                DefaultConnector::default(),
                guard,
            ),
            hosts: named.iter().map(|host| spelled(host)).collect(),
            plain_http: options.plain_http.clone(),
            timeouts: options.timeouts,
        })
    }

    /// A client for the host of a URL that the user named. Plain HTTP only where it was asked for.
    pub fn for_url(url: &str, options: &HttpOptions) -> Result<Self, OpenError> {
        let refuse = |reason: String, hint: Option<String>| OpenError::Remote {
            name: plimsoll_model::text::clean(url).to_string(),
            reason,
            hint,
        };
        let parsed = url::Url::parse(url).map_err(|error| refuse(error.to_string(), None))?;
        let host = host_of(url).map_err(|reason| refuse(reason, None))?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(refuse("the URL holds a password".to_owned(), None));
        }
        match parsed.scheme() {
            "https" => {}
            "http" if options.plain_http.contains(&host) => {}
            "http" => {
                let hint = format!("to speak plain HTTP say `--plain-http {host}`");
                return Err(refuse("it is without TLS".to_owned(), Some(hint)));
            }
            other => return Err(refuse(format!("`{other}:` is not spoken"), None)),
        }
        Self::new(&[host], options)
    }

    /// `https`, or `http` where the user asked for it.
    pub fn scheme(&self, host: &str) -> &'static str {
        if self.plain_http.iter().any(|plain| plain == host) {
            "http"
        } else {
            "https"
        }
    }

    /// Sends a request and follows where it leads. Answers of any status are given back.
    pub fn get(&self, request: &Get<'_>) -> Result<Response<Body>, String> {
        let mut url = request.url.to_owned();
        let origin = host_of(&url)?;
        for _ in 0..=REDIRECTS_MAX {
            let host = host_of(&url)?;
            let mut call = self.agent(&host).get(&url);
            if !request.accept.is_empty() {
                call = call.header("Accept", request.accept);
            }
            if request.from_byte > 0 {
                call = call.header("Range", format!("bytes={}-", request.from_byte));
            }
            if let Some(tag) = request.if_range {
                call = call.header("If-Range", tag);
            }
            if let Some(authorization) = request.authorization.filter(|_| host == origin) {
                call = call.header("Authorization", authorization);
            }
            let response = call.call().map_err(|error| explain(&error))?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(response);
            }
            url = self.location(&url, &response)?;
        }
        Err(format!("it redirects more than {REDIRECTS_MAX} times"))
    }

    /// Sends a form. Follows nowhere: what is in it is for this host alone.
    pub fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<Response<Body>, String> {
        self.agent(&host_of(url)?)
            .post(url)
            .send_form(fields.iter().copied())
            .map_err(|error| explain(&error))
    }

    /// Sends a body. Follows nowhere: a server that has another place for it says so by a
    /// `Location` that the caller reads (see [`HttpClient::location`]).
    pub fn send(&self, request: &Send<'_>) -> Result<Response<Body>, String> {
        let host = host_of(request.url)?;
        let agent = self.agent(&host);
        let mut call = match request.method {
            SendMethod::Post => agent.post(request.url),
            SendMethod::Put => agent.put(request.url),
        };
        if !request.content_type.is_empty() {
            call = call.header("Content-Type", request.content_type);
        }
        let own = spelled(request.host) == host;
        if let Some(authorization) = request.authorization.filter(|_| own) {
            call = call.header("Authorization", authorization);
        }
        call.send(request.body).map_err(|error| explain(&error))
    }

    /// Where an answer to a request to `from` points, as far as we may go there.
    pub fn location(&self, from: &str, response: &Response<Body>) -> Result<String, String> {
        let location = response
            .headers()
            .get("location")
            .and_then(|value| value.to_str().ok())
            .ok_or("it redirects to nowhere")?;
        self.redirected(from, location)
    }

    fn agent(&self, host: &str) -> &Agent {
        if self.hosts.iter().any(|named| named == host) {
            &self.named
        } else {
            &self.foreign
        }
    }

    fn redirected(&self, from: &str, location: &str) -> Result<String, String> {
        let base = url::Url::parse(from).map_err(|error| error.to_string())?;
        let to = base
            .join(location)
            .map_err(|error| format!("it redirects to nowhere: {error}"))?;
        let host = host_of(to.as_str()).unwrap_or_default();
        match to.scheme() {
            "https" => Ok(to.into()),
            "http" if self.plain_http.contains(&host) => Ok(to.into()),
            "http" => Err(format!("it redirects to {host} without TLS")),
            other => Err(format!("it redirects to `{other}:`")),
        }
    }
}

/// What a server says in the body of an error, cut short and on one line.
pub fn error_text(response: &mut Response<Body>) -> String {
    let mut bytes = Vec::new();
    let _ = response
        .body_mut()
        .as_reader()
        .take(ERROR_BYTES_MAX)
        .read_to_end(&mut bytes);
    error_message(&bytes)
}

/// The message in an error document: the first of a registry's errors, else the text itself.
pub(crate) fn error_message(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let message = serde_json::from_slice::<serde_json::Value>(bytes)
        .ok()
        .and_then(|json| {
            let first = json.get("errors")?.get(0)?;
            Some(first.get("message")?.as_str()?.to_owned())
        })
        .unwrap_or_else(|| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let short: String = plimsoll_model::text::clean(&message)
        .chars()
        .take(200)
        .collect();
    if short.is_empty() {
        String::new()
    } else {
        format!(": {short}")
    }
}

/// Whether asking again may help: not where the reason stays.
pub(crate) fn may_pass(reason: &str) -> bool {
    ![
        "redirects",
        "points at",
        "certificate",
        "host not found",
        "is no URL",
        "corrupt message",
    ]
    .iter()
    .any(|lasting| reason.contains(lasting))
}

/// `host:port`, with the port left out where it is the scheme's own.
fn host_of(url: &str) -> Result<String, String> {
    let url = url::Url::parse(url).map_err(|error| format!("`{url}` is no URL: {error}"))?;
    let host = url.host_str().ok_or("the URL has no host")?;
    Ok(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// A host that the user named, spelled as [`host_of`] spells it.
fn spelled(named: &str) -> String {
    host_of(&format!("https://{named}")).unwrap_or_else(|_| named.to_owned())
}

fn tls(ca_pem: &[Vec<u8>]) -> Result<TlsConfig, OpenError> {
    let system = rustls_native_certs::load_native_certs();
    let mut roots: Vec<Certificate<'static>> = system
        .certs
        .iter()
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    for pem in ca_pem {
        let before = roots.len();
        for item in ureq::tls::parse_pem(pem) {
            if let Ok(PemItem::Certificate(certificate)) = item {
                roots.push(certificate);
            }
        }
        if roots.len() == before {
            return Err(OpenError::Remote {
                name: "certificate authority".to_owned(),
                reason: "the file holds no certificate".to_owned(),
                hint: Some("`--ca-file` takes certificates in PEM form".to_owned()),
            });
        }
    }
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(std::sync::Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .build())
}

/// The library's error in words.
fn explain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(what) => format!("no answer in time ({what})"),
        ureq::Error::HostNotFound => "host not found".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// Resolves names for where a host points, and refuses addresses inside.
#[derive(Debug)]
struct Guard {
    inner: DefaultResolver,
    /// Refuse private networks too: the named host is a public one.
    private_too: bool,
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        for address in &found {
            if is_inside(address.ip()) || (self.private_too && is_private(address.ip())) {
                return Err(ureq::Error::Io(std::io::Error::other(format!(
                    "it points at {}, an address inside, which nobody named",
                    address.ip()
                ))));
            }
        }
        Ok(found)
    }
}

/// Loopback, link-local (cloud metadata lives there) and their like.
fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || v4.is_multicast()
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_unicast_link_local()
                || v6.is_multicast()
                || v6
                    .to_ipv4_mapped()
                    .is_some_and(|v4| is_inside(IpAddr::V4(v4)))
        }
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => {
            v6.is_unique_local()
                || v6
                    .to_ipv4_mapped()
                    .is_some_and(|v4| is_private(IpAddr::V4(v4)))
        }
    }
}

/// Whether a named host resolves to public addresses only.
fn is_public(host: &str) -> bool {
    let with_port = if host
        .rsplit_once(':')
        .is_some_and(|(_, p)| p.parse::<u16>().is_ok())
    {
        host.to_owned()
    } else {
        format!("{host}:443")
    };
    with_port.to_socket_addrs().is_ok_and(|mut addresses| {
        addresses.all(|address| !is_inside(address.ip()) && !is_private(address.ip()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_are_known() {
        let inside = |text: &str| text.parse().map(is_inside);
        for text in [
            "127.0.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "::ffff:127.0.0.1",
        ] {
            assert_eq!(inside(text), Ok(true), "{text}");
        }
        for text in ["192.0.2.1", "10.0.0.1", "2001:db8::1"] {
            assert_eq!(inside(text), Ok(false), "{text}");
        }
        for text in [
            "10.1.2.3",
            "192.168.0.1",
            "172.20.0.1",
            "100.64.0.1",
            "fd00::1",
        ] {
            assert_eq!(text.parse().map(is_private), Ok(true), "{text}");
        }
    }
}
