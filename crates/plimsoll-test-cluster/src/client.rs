//! Asks the API server: JSON over connections that are kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// Requests under way side by side in [`Client::parallel`].
const CONNECTIONS: usize = 16;

/// A client of one user. Clones share their connections.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    url: String,
    token: Option<String>,
}

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// `null` where the body is no JSON.
    pub body: Value,
    /// Texts of its `Warning` headers.
    pub warnings: Vec<String>,
}

impl Answer {
    /// What the server says of an error.
    pub fn message(&self) -> &str {
        self.body
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

impl Client {
    pub(crate) fn new(url: &str, authority: &[u8], token: Option<&str>) -> Self {
        let authority = Certificate::from_pem(authority).unwrap();
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::new_with_certs(&[authority]))
            .unversioned_rustls_crypto_provider(Arc::new(
                rustls::crypto::aws_lc_rs::default_provider(),
            ))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_idle_connections(CONNECTIONS)
            .max_idle_connections_per_host(CONNECTIONS)
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .new_agent();
        Self {
            agent,
            url: url.to_owned(),
            token: token.map(str::to_owned),
        }
    }

    /// Sends a request. The path begins with a slash.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &[u8],
    ) -> Result<Answer, String> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("Accept", "application/json");
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let answer = if body.is_empty() {
            self.agent.run(request.body(()).unwrap())
        } else {
            let request = request.header("Content-Type", content_type);
            self.agent.run(request.body(body).unwrap())
        };
        let mut answer = answer.map_err(|error| error.to_string())?;
        let warnings = answer
            .headers()
            .get_all("warning")
            .iter()
            .filter_map(|value| {
                // `299 - "text"`
                let text = value.to_str().ok()?.strip_prefix("299 - \"")?;
                Some(text.strip_suffix('"')?.replace("\\\"", "\""))
            })
            .collect();
        let status = answer.status().as_u16();
        let bytes = answer
            .body_mut()
            .with_config()
            .limit(256 << 20)
            .read_to_vec();
        let bytes = bytes.map_err(|error| error.to_string())?;
        Ok(Answer {
            status,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            warnings,
        })
    }

    /// Asks for a path; an error where no answer came.
    pub fn try_get(&self, path: &str) -> Result<Answer, String> {
        self.send("GET", path, "", &[])
    }

    /// Asks for a path.
    ///
    /// # Panics
    /// When no answer comes.
    pub fn get(&self, path: &str) -> Answer {
        self.try_get(path).unwrap()
    }

    /// Posts an object and gives the answer of any status.
    ///
    /// # Panics
    /// When no answer comes.
    pub fn post(&self, path: &str, object: &Value) -> Answer {
        let body = serde_json::to_vec(object).unwrap();
        self.send("POST", path, "application/json", &body).unwrap()
    }

    /// Posts an object that must be made, or be there already.
    ///
    /// # Panics
    /// When it is refused.
    pub fn create(&self, path: &str, object: &Value) -> Answer {
        let answer = self.post(path, object);
        let fine = matches!(answer.status, 200 | 201 | 409);
        assert!(fine, "{path}: {} {}", answer.status, answer.message());
        answer
    }

    /// Does something for each item, on several connections side by side; results in order.
    pub fn parallel<T: Sync, R: Send>(
        &self,
        items: &[T],
        job: impl Fn(&Self, &T) -> R + Sync,
    ) -> Vec<R> {
        let next = AtomicUsize::new(0);
        let mut found: Vec<(usize, R)> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..CONNECTIONS)
                .map(|_| {
                    scope.spawn(|| {
                        let mut done = Vec::new();
                        loop {
                            let at = next.fetch_add(1, Ordering::Relaxed);
                            let Some(item) = items.get(at) else {
                                return done;
                            };
                            done.push((at, job(self, item)));
                        }
                    })
                })
                .collect();
            workers
                .into_iter()
                .flat_map(|worker| worker.join().unwrap())
                .collect()
        });
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, result)| result).collect()
    }
}
