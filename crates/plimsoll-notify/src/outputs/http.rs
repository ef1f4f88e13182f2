//! Alerts by HTTP POST, in the form that falcosidekick takes.
//!
//! One alert a request as Falco's `http_output` sends it, or several as a JSON array. A receiver that
//! is overloaded or away (429, 5xx, no connection) is asked again, when it says so or with growing
//! pauses; one that refuses (other 4xx, a redirect) loses the alert, which is counted.

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Response;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider};

use super::{Output, SendError};
use crate::Message;

/// How long one request may take, seconds.
const TIMEOUT_S: u64 = 15;
/// Longest answer that is read so that the connection can be used again, bytes.
const ANSWER_BYTES_MAX: u64 = 64 << 10;
/// Longest pause that a receiver may ask for, seconds.
const RETRY_AFTER_S_MAX: u64 = 300;

/// How a receiver is spoken to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpOptions {
    /// `Name` and value of further headers.
    pub headers: Vec<(String, String)>,
    /// Certificate authorities beside the system's, PEM.
    pub ca_pem: Vec<Vec<u8>>,
    /// Most alerts in a request; with more than one it is a JSON array.
    pub batch_max: usize,
}

/// Alerts by HTTP POST.
pub struct HttpOutput {
    url: String,
    agent: Agent,
    options: HttpOptions,
}

impl HttpOutput {
    /// Nothing is sent yet; fails where a certificate cannot be read.
    pub fn new(url: String, options: HttpOptions) -> Result<Self, SendError> {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(TIMEOUT_S)))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls(&options.ca_pem)?)
            .build();
        Ok(Self {
            url,
            agent: config.new_agent(),
            options,
        })
    }
}

impl Output for HttpOutput {
    fn batch_max(&self) -> usize {
        self.options.batch_max.max(1)
    }

    fn send(&mut self, batch: &[Arc<Message>]) -> Result<(), SendError> {
        let body = match batch {
            [message] if self.batch_max() == 1 => message.json.clone(),
            _ => {
                let all: Vec<&str> = batch.iter().map(|message| message.json.as_str()).collect();
                format!("[{}]", all.join(","))
            }
        };
        let mut request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json");
        for (name, value) in &self.options.headers {
            request = request.header(name, value);
        }
        let mut response = request.send(body).map_err(|error| explain(&error))?;
        let result = judge(&response);
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX);
        // What it says does not matter; read to its end, the connection serves again.
        let _ = body.read_to_vec();
        result
    }
}

fn judge<B>(response: &Response<B>) -> Result<(), SendError> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let reason = format!("the receiver answered {status}");
    if !(status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429)) {
        return Err(SendError::lasting(reason));
    }
    let after = response.headers().get("retry-after");
    let after = after.and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok());
    Err(SendError {
        after: after.map(|seconds| Duration::from_secs(seconds.min(RETRY_AFTER_S_MAX))),
        ..SendError::passing(reason)
    })
}

fn explain(error: &ureq::Error) -> SendError {
    match error {
        ureq::Error::Timeout(_) => SendError::passing("no answer in time"),
        ureq::Error::HostNotFound => SendError::passing("host not found"),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            SendError::lasting("the URL or a header is not valid")
        }
        other => SendError::passing(other.to_string()),
    }
}

fn tls(ca_pem: &[Vec<u8>]) -> Result<TlsConfig, SendError> {
    let system = rustls_native_certs::load_native_certs();
    let mut roots: Vec<Certificate<'static>> = system
        .certs
        .iter()
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    for pem in ca_pem {
        let before = roots.len();
        roots.extend(ureq::tls::parse_pem(pem).filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        }));
        if roots.len() == before {
            return Err(SendError::lasting(
                "the file of certificate authorities holds no certificate in PEM form",
            ));
        }
    }
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(Arc::new(provider))
        .build())
}
