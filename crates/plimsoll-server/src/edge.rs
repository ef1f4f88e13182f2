//! Between the admission core and the network: TLS, limits, deadlines, shedding, metrics, the log.
//!
//! HTTP/1.1 over TLS. Every request gets an answer before the API server stops waiting, or is told at
//! once that there is none. Judging runs in a few threads of its own; what waits for them is bounded.
//! Policy and certificate change while requests flow: a request keeps the policy, and a connection the
//! certificate, that it began with.

mod body;
mod connection;
mod log;
mod metrics;
mod request;
mod tls;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use plimsoll_model::Timestamp;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};

use crate::admission::Gate;
pub use log::{Log, LogSettings};
pub use metrics::{METRICS, Metric, MetricKind, Metrics};
pub use tls::{Identity, IdentityError};

/// Reviews that are judged or wait for it, at most; more are shed. A review takes well under a
/// millisecond, so that these are gone before any deadline.
pub const UNDER_WAY_MAX: usize = 256;
/// Bytes of all bodies that are held at a time.
pub const BODIES_BYTES_MAX: usize = 32 << 20;
/// Threads that move bytes; judging has its own.
const EDGE_THREADS: usize = 2;
/// Unit of the budget for bodies, in bytes.
const BUDGET_UNIT_BYTES: usize = 1 << 10;

/// Where the time comes from.
pub type Clock = fn() -> Timestamp;

/// How a server is set up.
pub struct Setup {
    pub listen: SocketAddr,
    pub identity: Identity,
    pub gate: Gate,
    /// Threads that judge.
    pub jobs: usize,
    pub log: Option<Log>,
    pub clock: Clock,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error("start threads: {0}")]
    Threads(std::io::Error),
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// What all connections share.
struct Shared {
    gate: RwLock<Arc<Gate>>,
    tls: RwLock<Arc<rustls::ServerConfig>>,
    /// Only clients with a certificate of the client authority may ask.
    wants_client: AtomicBool,
    is_ready: AtomicBool,
    under_way: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
    metrics: Metrics,
    log: Option<Log>,
    clock: Clock,
}

impl Shared {
    fn gate(&self) -> Arc<Gate> {
        let gate = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&gate)
    }

    fn tls(&self) -> Arc<rustls::ServerConfig> {
        let tls = self.tls.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&tls)
    }
}

/// A server that runs. Dropping it ends it at once; [`Server::stop`] lets requests end first.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    accepting: tokio::task::JoinHandle<()>,
    runtime: Option<Runtime>,
}

impl Server {
    /// Listens and answers.
    pub fn start(setup: Setup) -> Result<Self, StartError> {
        let (tls, wants_client) = setup.identity.read()?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(EDGE_THREADS)
            .max_blocking_threads(setup.jobs.max(1))
            .thread_name("admission")
            .enable_io()
            .enable_time()
            .build()
            .map_err(StartError::Threads)?;
        let listening = |error| StartError::Listen(setup.listen, error);
        let listener = runtime
            .block_on(TcpListener::bind(setup.listen))
            .map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;
        let shared = Arc::new(Shared {
            gate: RwLock::new(Arc::new(setup.gate)),
            tls: RwLock::new(tls),
            wants_client: AtomicBool::new(wants_client),
            is_ready: AtomicBool::new(true),
            under_way: Arc::new(Semaphore::new(UNDER_WAY_MAX)),
            bodies: Arc::new(Semaphore::new(BODIES_BYTES_MAX / BUDGET_UNIT_BYTES)),
            metrics: Metrics::default(),
            log: setup.log,
            clock: setup.clock,
        });
        let (stop, stopped) = watch::channel(false);
        let accept = connection::accept(listener, Arc::clone(&shared), stopped);
        Ok(Self {
            address,
            accepting: runtime.spawn(accept),
            shared,
            stop,
            runtime: Some(runtime),
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// Judges by another rulebook from the next request on.
    pub fn set_gate(&self, gate: Gate) {
        let mut current = self
            .shared
            .gate
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(gate);
        drop(current);
        self.shared
            .metrics
            .count("plimsoll_admission_reloads_total", &["policy", "taken"]);
    }

    /// Shows another certificate from the next connection on; one that cannot be used changes nothing.
    pub fn set_identity(&self, identity: &Identity) -> Result<(), IdentityError> {
        let (tls, wants_client) = identity.read()?;
        // The demand first: no connection may come in between that is asked for less than both say.
        let wanted = self.shared.wants_client.load(Ordering::Acquire) || wants_client;
        self.shared.wants_client.store(wanted, Ordering::Release);
        *self
            .shared
            .tls
            .write()
            .unwrap_or_else(PoisonError::into_inner) = tls;
        self.shared
            .wants_client
            .store(wants_client, Ordering::Release);
        self.shared.metrics.count(
            "plimsoll_admission_reloads_total",
            &["certificate", "taken"],
        );
        Ok(())
    }

    /// Counts a policy or certificate that could not be used.
    pub fn count_refused(&self, what: &str) {
        self.shared
            .metrics
            .count("plimsoll_admission_reloads_total", &[what, "refused"]);
    }

    /// Opens the log again, after something else has moved it.
    pub fn reopen_log(&self) {
        if let Some(log) = &self.shared.log {
            log.reopen();
        }
    }

    /// Says "not ready" for a while, in which everything is answered as before, so that nobody new
    /// comes; then takes no more connections and lets what is under way end, within a time.
    pub fn stop(mut self, unready: Duration, ending: Duration) {
        self.shared.is_ready.store(false, Ordering::Release);
        std::thread::sleep(unready);
        let _ = self.stop.send(true);
        if let Some(runtime) = self.runtime.take() {
            let accepting = &mut self.accepting;
            runtime.block_on(async {
                let _ = tokio::time::timeout(ending, accepting).await;
            });
            runtime.shutdown_timeout(Duration::from_millis(100));
        }
        if let Some(log) = &self.shared.log {
            log.finish();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests;
