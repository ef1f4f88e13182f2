//! Connections: taken, shaken hands with in time, served, ended in order.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::Shared;
use super::request;

/// Connections at a time. The API server keeps about two dozen.
const CONNECTIONS_MAX: usize = 512;
/// Longest time for TLS to be agreed upon.
const HANDSHAKE_MAX: Duration = Duration::from_secs(5);
/// Longest wait for the next request's head. Longer than clients keep idle connections themselves
/// (Go: 90 s), so that none is closed under a request.
const IDLE_MAX: Duration = Duration::from_mins(2);
/// Age at which a connection is ended in order: none is held for good by who reads no answers.
const AGE_MAX: Duration = Duration::from_mins(10);
/// Longest time for the last answer of a connection.
const LAST_MAX: Duration = Duration::from_secs(40);
/// Longest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// Wait after the system had no room for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Takes connections until it is stopped, then waits for those that are open.
pub async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let taken = {
            let mut stop = pin!(stopped.changed());
            poll_fn(|context| match listener.poll_accept(context) {
                Poll::Ready(taken) => Poll::Ready(Some(taken)),
                Poll::Pending => stop.as_mut().poll(context).map(|_| None),
            })
            .await
        };
        let stream = match taken {
            None => break,
            Some(Ok((stream, _))) => stream,
            Some(Err(_)) => {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => {
                let one = serve(stream, Arc::clone(&shared), stopped.clone(), place);
                tokio::spawn(one);
            }
            // The client learns at once, and does what it does without us.
            Err(_) => refused(&shared, "full"),
        }
    }
    drop(listener);
    let all = u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX);
    let _ = places.acquire_many(all).await;
}

fn refused(shared: &Shared, why: &str) {
    let name = "plimsoll_admission_connections_refused_total";
    shared.metrics.count(name, &[why]);
}

async fn serve(
    stream: TcpStream,
    shared: Arc<Shared>,
    mut stopped: watch::Receiver<bool>,
    place: OwnedSemaphorePermit,
) {
    // Small answers are not held back.
    let _ = stream.set_nodelay(true);
    // Read before the handshake: a demand for certificates that comes in between is met by none.
    let handshake = TlsAcceptor::from(shared.tls()).accept(stream);
    let stream = match tokio::time::timeout(HANDSHAKE_MAX, handshake).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(_)) => return refused(&shared, "handshake"),
        Err(_) => return refused(&shared, "stalled"),
    };
    // The verifier has looked at it: a certificate that is there is a good one.
    let has_certificate = stream.get_ref().1.peer_certificates().is_some();
    let answer = service_fn(|request| {
        let shared = Arc::clone(&shared);
        let may_ask = has_certificate || !shared.wants_client.load(Ordering::Acquire);
        async move { Ok::<_, Infallible>(request::answer(&shared, request, may_ask).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), answer);
    let mut connection = pin!(connection);
    let mut stop = pin!(async {
        let _ = stopped.wait_for(|is_stopped| *is_stopped).await;
    });
    let mut age = pin!(tokio::time::sleep(AGE_MAX));
    let mut is_ending = false;
    let serving = poll_fn(|context| {
        if !is_ending
            && (stop.as_mut().poll(context).is_ready() || age.as_mut().poll(context).is_ready())
        {
            is_ending = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(context)
    });
    let _ = tokio::time::timeout(AGE_MAX + LAST_MAX, serving).await;
    drop(place);
}
