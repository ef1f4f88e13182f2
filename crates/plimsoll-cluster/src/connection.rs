//! GET requests to one API server: signed in, with deadlines, asked again where that may help.
//!
//! Redirects are not followed, since credentials would go along, and credentials do not go over
//! plain HTTP but to this machine.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use ureq::config::Config;
use ureq::http::{Request, Uri};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body, Proxy};

use crate::error::ClusterError;
use crate::kubeconfig::Target;
use crate::sign_in::SignIn;

/// Tries of one request.
const TRIES_MAX: u32 = 5;
/// Longest pause that a server may ask for between tries, in seconds.
const PAUSE_SECONDS_MAX: u64 = 30;
/// Bytes of an error document that are read.
const ERROR_BYTES_MAX: u64 = 64 << 10;
/// Characters of a message that are repeated.
const MESSAGE_CHARS_MAX: usize = 300;

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Duration,
    /// Until the head of an answer is there.
    pub answer: Duration,
    /// Between two pieces of a body.
    pub idle: Duration,
    /// For one request and its whole answer.
    pub whole: Duration,
    /// Before the first repetition; each further one waits twice as long.
    pub pause: Duration,
    /// For a program that hands out credentials, where nobody has to be asked.
    pub plugin: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_mins(1),
            idle: Duration::from_secs(30),
            whole: Duration::from_mins(5),
            pause: Duration::from_millis(500),
            plugin: Duration::from_mins(1),
        }
    }
}

/// Why a path was not read.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The server says so.
    Status { code: u16, message: String },
    /// No answer, or half of one, as often as it was asked.
    Nothing(String),
    /// An answer that is none, or past a limit: asking again would not help.
    Wrong(String),
    /// Nothing can be read at all.
    Fatal(ClusterError),
}

/// What became of an answer's body.
pub(crate) enum BodyError {
    /// It broke off.
    Broken(String),
    /// It is not what was asked for.
    Wrong(String),
}

/// An answer that was given.
pub(crate) struct Answer {
    pub content_type: String,
    body: Body,
}

impl Answer {
    /// The body, piece by piece. How much of it is taken is up to the reader.
    pub fn reader(&mut self) -> impl Read + '_ {
        self.body.as_reader()
    }
}

/// A server and who we are to it.
pub(crate) struct Connection {
    agent: Agent,
    target: Target,
    sign_in: SignIn,
    timeouts: Timeouts,
    /// Requests sent so far.
    pub requests: u64,
}

#[derive(Deserialize)]
struct Status {
    message: Option<String>,
}

impl Connection {
    pub fn open(
        target: Target,
        is_interactive: bool,
        timeouts: Timeouts,
    ) -> Result<Self, ClusterError> {
        let parsed = url::Url::parse(&target.server);
        let parsed = parsed.map_err(|error| refuse(&target, format!("no URL: {error}"), None))?;
        if !matches!(parsed.scheme(), "https" | "http") || parsed.host_str().is_none() {
            return Err(refuse(&target, "neither https: nor http:".to_owned(), None));
        }
        let mut sign_in = SignIn::new(is_interactive, timeouts.plugin);
        sign_in.again(&target)?;
        let is_here = match parsed.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        };
        if parsed.scheme() == "http" && !is_here && sign_in.has_any() {
            let hint = "write `https://` in the kubeconfig, or a user without credentials";
            let reason = "it is without TLS, and credentials would go there in the open";
            return Err(refuse(&target, reason.to_owned(), Some(hint.to_owned())));
        }
        let agent = agent(&target, &sign_in, timeouts, is_here)?;
        Ok(Self {
            agent,
            target,
            sign_in,
            timeouts,
            requests: 0,
        })
    }

    pub fn name(&self) -> &str {
        &self.target.name
    }

    pub fn server(&self) -> &str {
        &self.target.server
    }

    pub fn is_unverified(&self) -> bool {
        self.target.is_unverified
    }

    /// An error about the server as a whole.
    pub fn error(&self, reason: String, hint: Option<&str>) -> ClusterError {
        refuse(&self.target, reason, hint.map(str::to_owned))
    }

    /// Asks for a path and hands the body to `read`; where it breaks off, `read` is handed the body of
    /// a new answer.
    pub fn get<T>(
        &mut self,
        path: &str,
        accept: &str,
        read: &mut dyn FnMut(&mut Answer) -> Result<T, BodyError>,
    ) -> Result<T, Refusal> {
        let mut pause = self.timeouts.pause;
        let mut has_signed_in_again = false;
        let mut tries = 0;
        loop {
            tries += 1;
            let (refusal, wish) = match self.once(path, accept) {
                Ok(mut answer) => match read(&mut answer) {
                    Ok(value) => return Ok(value),
                    Err(BodyError::Wrong(reason)) => return Err(Refusal::Wrong(reason)),
                    Err(BodyError::Broken(reason)) => (Refusal::Nothing(reason), None),
                },
                Err((Refusal::Status { code: 401, .. }, _)) if !has_signed_in_again => {
                    has_signed_in_again = true;
                    if self.sign_in.again(&self.target).map_err(Refusal::Fatal)? {
                        self.renew().map_err(Refusal::Fatal)?;
                        continue;
                    }
                    return Err(Refusal::Fatal(self.unknown_user()));
                }
                Err((Refusal::Status { code: 401, .. }, _)) => {
                    return Err(Refusal::Fatal(self.unknown_user()));
                }
                Err((
                    refusal @ Refusal::Status {
                        code: 429 | 500 | 502..=504,
                        ..
                    },
                    wish,
                )) => (refusal, wish),
                Err((refusal @ Refusal::Nothing(_), _)) => (refusal, None),
                Err((refusal, _)) => return Err(refusal),
            };
            if tries >= TRIES_MAX {
                return Err(refusal);
            }
            std::thread::sleep(wish.unwrap_or(pause));
            pause *= 2;
        }
    }

    fn unknown_user(&self) -> ClusterError {
        let hint = "the token or certificate has expired, or is another cluster's: sign in again";
        self.error(
            "it does not accept our credentials (401)".to_owned(),
            Some(hint),
        )
    }

    /// A new client, where the certificate may be a new one.
    fn renew(&mut self) -> Result<(), ClusterError> {
        let is_here = self.target.server.contains("//127.0.0.1");
        self.agent = agent(&self.target, &self.sign_in, self.timeouts, is_here)?;
        Ok(())
    }

    /// One request; with a refusal, how long the server wants us to wait.
    fn once(&mut self, path: &str, accept: &str) -> Result<Answer, (Refusal, Option<Duration>)> {
        self.requests += 1;
        let base = self.target.server.trim_end_matches('/');
        let mut uri = format!("{base}{path}");
        if let Some(name) = &self.target.server_name {
            uri = with_host(&uri, name).ok_or_else(|| {
                let reason = format!("`{name}` cannot be the name of a server");
                (Refusal::Fatal(self.error(reason, None)), None)
            })?;
        }
        let mut request = Request::get(uri).header("Accept", accept);
        if let Some(token) = self.sign_in.token() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.target.user.impersonation {
            request = request.header(name, value);
        }
        let request = request.body(()).map_err(|error| {
            let hint = "a token or a name in the kubeconfig has characters that no header may have";
            (
                Refusal::Fatal(self.error(error.to_string(), Some(hint))),
                None,
            )
        })?;
        let mut answer = match self.agent.run(request) {
            Ok(answer) => answer,
            Err(error) => return Err((self.explained(&error), None)),
        };
        let code = answer.status().as_u16();
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        if code == 200 {
            return Ok(Answer {
                content_type: header("content-type").unwrap_or_default().to_owned(),
                body: answer.into_body(),
            });
        }
        if (300..400).contains(&code) {
            let to: String = header("location")
                .unwrap_or_default()
                .chars()
                .take(200)
                .collect();
            let reason = format!("it redirects to {}", plimsoll_model::text::clean(&to));
            let hint = "redirects are not followed, since credentials would go along: is the server's \
                        address in the kubeconfig that of the API server?";
            return Err((Refusal::Fatal(self.error(reason, Some(hint))), None));
        }
        let wish = header("retry-after").and_then(|text| text.parse::<u64>().ok());
        let wish = wish.map(|seconds| Duration::from_secs(seconds.min(PAUSE_SECONDS_MAX)));
        let mut bytes = Vec::new();
        let _ = answer
            .body_mut()
            .as_reader()
            .take(ERROR_BYTES_MAX)
            .read_to_end(&mut bytes);
        let status = serde_json::from_slice::<Status>(&bytes).ok();
        let message = status.and_then(|status| status.message).unwrap_or_default();
        let message = plimsoll_model::text::clean(&message);
        let message = message.chars().take(MESSAGE_CHARS_MAX).collect();
        Err((Refusal::Status { code, message }, wish))
    }

    /// What the library says, in words; lasting trouble is told from what may pass.
    fn explained(&self, error: &ureq::Error) -> Refusal {
        let text = match error {
            ureq::Error::Timeout(what) => format!("no answer in time ({what})"),
            ureq::Error::HostNotFound => "host not found".to_owned(),
            other => other.to_string(),
        };
        let hint = if text.contains("UnknownIssuer") || text.contains("BadSignature") {
            "the certificate is of another authority than the kubeconfig's \
             `certificate-authority-data`: is it of this cluster?"
        } else if text.contains("NotValidForName") || text.contains("not valid for name") {
            "the certificate is for other names: set `tls-server-name` in the kubeconfig to one of them"
        } else if text.contains("Expired") || text.contains("expired") {
            "the server's certificate has expired"
        } else if text.contains("certificate") || text.contains("alert") {
            "one side does not accept the other's certificate"
        } else if text.contains("host not found") {
            "is the name right, and the network or VPN up?"
        } else {
            return Refusal::Nothing(text);
        };
        Refusal::Fatal(self.error(text, Some(hint)))
    }
}

fn refuse(target: &Target, reason: String, hint: Option<String>) -> ClusterError {
    ClusterError::Server {
        server: plimsoll_model::text::clean(&target.server).into_owned(),
        reason,
        hint,
    }
}

fn agent(
    target: &Target,
    sign_in: &SignIn,
    timeouts: Timeouts,
    is_here: bool,
) -> Result<Agent, ClusterError> {
    let mut config = Agent::config_builder()
        .tls_config(tls(target, sign_in)?)
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_connect(Some(timeouts.connect))
        .timeout_recv_response(Some(timeouts.answer))
        .timeout_per_read(Some(timeouts.idle))
        .timeout_per_write(Some(timeouts.idle))
        .timeout_global(Some(timeouts.whole))
        .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity");
    if let Some(proxy) = &target.proxy {
        let proxy = Proxy::new(proxy).map_err(|error| {
            let hint = "`proxy-url` takes http: and https:".to_owned();
            refuse(
                target,
                format!("its proxy cannot be used: {error}"),
                Some(hint),
            )
        })?;
        config = config.proxy(Some(proxy));
    } else if is_here {
        config = config.proxy(None);
    }
    let resolver = Named {
        inner: DefaultResolver::default(),
        server: target
            .server_name
            .as_ref()
            .and_then(|_| target.server.parse().ok()),
    };
    Ok(Agent::with_parts(
        config.build(),
        DefaultConnector::default(),
        resolver,
    ))
}

fn tls(target: &Target, sign_in: &SignIn) -> Result<TlsConfig, ClusterError> {
    let roots: Vec<Certificate<'static>> = match &target.authority {
        Some(pem) => certificates(pem),
        None => rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|der| Certificate::from_der(der).to_owned())
            .collect(),
    };
    if roots.is_empty() && !target.is_unverified {
        let reason = match target.authority {
            Some(_) => "its certificate authority in the kubeconfig holds no certificate",
            None => "neither the kubeconfig nor this system has a certificate authority",
        };
        return Err(refuse(target, reason.to_owned(), None));
    }
    let mut tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::new_with_certs(&roots))
        .disable_verification(target.is_unverified)
        .unversioned_rustls_crypto_provider(
            Arc::new(rustls::crypto::aws_lc_rs::default_provider()),
        );
    if let Some((chain, key)) = sign_in.certificate(target) {
        let chain = certificates(chain);
        let key = PrivateKey::from_pem(key);
        let (false, Ok(key)) = (chain.is_empty(), key) else {
            let reason = "the client certificate or its key is not PEM, or the key is encrypted";
            return Err(refuse(target, reason.to_owned(), None));
        };
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
    }
    Ok(tls.build())
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    ureq::tls::parse_pem(pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect()
}

/// The URL under another host's name.
fn with_host(url: &str, host: &str) -> Option<String> {
    let mut url = url::Url::parse(url).ok()?;
    url.set_host(Some(host)).ok()?;
    Some(url.into())
}

/// Resolves the server's address where the URL holds the name on its certificate instead.
#[derive(Debug)]
struct Named {
    inner: DefaultResolver,
    server: Option<Uri>,
}

impl Resolver for Named {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.inner
            .resolve(self.server.as_ref().unwrap_or(uri), config, timeout)
    }
}
