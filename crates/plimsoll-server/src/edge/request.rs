//! One request: which path, in what time, and what is told of it afterwards.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use plimsoll_policy::Trouble;
use tokio::time::{Instant, timeout_at};

use super::body::{self, Body};
use super::{Shared, metrics};
use crate::admission::{Answer, Refusal, Way};

/// What the API server waits for, where it does not say.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);
/// The most that it may be configured to wait.
const TIMEOUT_MAX: Duration = Duration::from_secs(30);
/// Longest wait of a readiness probe for its turn.
const PROBE_MAX: Duration = Duration::from_secs(2);

type Reply = Response<Full<Bytes>>;

/// What a probe has judged: a pod whose only fault nobody can mean.
const PROBE: &[u8] = br#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{
"uid":"ready","operation":"CREATE","kind":{"group":"","version":"v1","kind":"Pod"},
"resource":{"group":"","version":"v1","resource":"pods"},"namespace":"ready","name":"ready","dryRun":true,
"userInfo":{"username":"ready"},"object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"ready"},
"spec":{"containers":[{"name":"ready","image":"registry.example/ready:1"}]}}}}"#;

/// Answers a request. `may_ask`: the client has shown what it needs to.
pub async fn answer(shared: &Arc<Shared>, request: Request<Incoming>, may_ask: bool) -> Reply {
    let is = |path: &str| request.uri().path() == path;
    if is("/validate") {
        if request.method() != Method::POST {
            let mut reply = text(StatusCode::METHOD_NOT_ALLOWED, "reviews are posted\n");
            reply
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("POST"));
            return reply;
        }
        if !may_ask {
            let said = "a client certificate of the configured authority is needed\n";
            return text(StatusCode::FORBIDDEN, said);
        }
        return validate(shared, request).await;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return text(StatusCode::NOT_FOUND, "nothing is here\n");
    }
    if is("/healthz") {
        text(StatusCode::OK, "ok\n")
    } else if is("/readyz") {
        ready(shared).await
    } else if is("/metrics") {
        let mut reply = text(StatusCode::OK, shared.metrics.text(&gauges(shared)));
        let form = HeaderValue::from_static(metrics::CONTENT_TYPE);
        reply.headers_mut().insert(CONTENT_TYPE, form);
        reply
    } else {
        text(StatusCode::NOT_FOUND, "nothing is here\n")
    }
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    let form = HeaderValue::from_static("text/plain; charset=utf-8");
    reply.headers_mut().insert(CONTENT_TYPE, form);
    reply
}

fn gauges(shared: &Shared) -> [(&'static str, f64); 3] {
    let under_way = super::UNDER_WAY_MAX
        - shared
            .under_way
            .available_permits()
            .min(super::UNDER_WAY_MAX);
    let ready = shared.is_ready.load(Ordering::Acquire);
    [
        ("plimsoll_admission_under_way", under_way as f64),
        ("plimsoll_admission_ready", f64::from(u8::from(ready))),
        (
            "plimsoll_admission_verdicts_remembered",
            shared.gate().remembered() as f64,
        ),
    ]
}

/// "I can judge": a review goes through the same threads as any other.
async fn ready(shared: &Arc<Shared>) -> Reply {
    if !shared.is_ready.load(Ordering::Acquire) {
        return text(StatusCode::SERVICE_UNAVAILABLE, "ending\n");
    }
    let (gate, clock) = (shared.gate(), shared.clock);
    let judged = tokio::task::spawn_blocking(move || gate.answer(PROBE, clock()));
    match timeout_at(Instant::now() + PROBE_MAX, judged).await {
        Ok(Ok(answer)) if !matches!(answer.decision.way, Way::Trouble(..)) => {
            text(StatusCode::OK, "ok\n")
        }
        Ok(_) => text(StatusCode::SERVICE_UNAVAILABLE, "cannot judge\n"),
        Err(_) => text(StatusCode::SERVICE_UNAVAILABLE, "judging is stuck\n"),
    }
}

async fn validate(shared: &Arc<Shared>, request: Request<Incoming>) -> Reply {
    let begun = Instant::now();
    let deadline = begun
        + share(
            request
                .uri()
                .query()
                .and_then(timeout_of)
                .unwrap_or(TIMEOUT_DEFAULT),
        );
    let content_type = request.headers().get(CONTENT_TYPE);
    let is_json = content_type
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json"));
    let Some(body) = body::read(request.into_body(), &shared.bodies, deadline).await else {
        shared
            .metrics
            .count("plimsoll_admission_unjudged_total", &["gone"]);
        return text(StatusCode::BAD_REQUEST, "the body ended early\n");
    };
    let gate = shared.gate();
    let refuse = |bytes: &[u8], trouble, why: &str| gate.refuse(bytes, &Refusal::new(trouble, why));
    let answer = match &body.trouble {
        Some((trouble, why)) => refuse(&body.bytes, *trouble, why),
        None if !is_json => {
            let why = "the content type is not application/json";
            refuse(&body.bytes, Trouble::Unreadable, why)
        }
        None => judged(shared, body, deadline).await,
    };
    let took = begun.elapsed();
    shared.metrics.answered(&answer.decision, took);
    tell(shared, &answer, took);
    let status = StatusCode::from_u16(answer.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let is_review = answer.is_review;
    let mut reply = text(status, answer.body);
    if is_review {
        let form = HeaderValue::from_static("application/json");
        reply.headers_mut().insert(CONTENT_TYPE, form);
    }
    reply
}

/// Judges in a thread of its own, if there is room, and for as long as there is time.
async fn judged(shared: &Arc<Shared>, body: Body, deadline: Instant) -> Answer {
    let (gate, clock) = (shared.gate(), shared.clock);
    let Body { bytes, budget, .. } = body;
    let Ok(permit) = Arc::clone(&shared.under_way).try_acquire_owned() else {
        let why = "too many reviews are under way; try again";
        return gate.refuse(&bytes, &Refusal::new(Trouble::Overload, why));
    };
    // Enough of it to answer by, should the thread not come back in time.
    let prefix = crate::admission::uid_in(&bytes)
        .map(|uid| format!("{{\"request\":{{\"uid\":\"{uid}\"}}}}").into_bytes());
    let prefix = prefix.unwrap_or_default();
    let late = Refusal::new(Trouble::Deadline, "there was no time left to judge it");
    let judging = {
        let (gate, late) = (Arc::clone(&gate), late.clone());
        tokio::task::spawn_blocking(move || {
            let _held = (permit, budget);
            // Whoever asked has been answered already.
            if Instant::now() >= deadline {
                return gate.refuse(&bytes, &late);
            }
            gate.answer(&bytes, clock())
        })
    };
    match timeout_at(deadline, judging).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            let why = "a defect of plimsoll; please report it with the object";
            gate.refuse(&prefix, &Refusal::new(Trouble::Defect, why))
        }
        Err(_) => gate.refuse(&prefix, &late),
    }
}

/// The line of the log; a dry run leaves none.
fn tell(shared: &Shared, answer: &Answer, took: Duration) {
    let Some(log) = &shared.log else { return };
    if answer.decision.is_dry_run {
        return;
    }
    let line = answer.decision.line((shared.clock)(), took);
    if !log.write(line) {
        shared
            .metrics
            .count("plimsoll_admission_log_lines_lost_total", &[]);
    }
}

/// Our share of the time that the API server waits: the way there and back is not ours.
fn share(timeout: Duration) -> Duration {
    timeout.min(TIMEOUT_MAX) * 4 / 5
}

/// `timeout=10s`, as the API server writes durations.
fn timeout_of(query: &str) -> Option<Duration> {
    let mut pairs = query.split('&');
    let value = pairs.find_map(|pair| pair.strip_prefix("timeout="))?;
    let digits = value
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len());
    let (number, unit) = value.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let read = match unit {
        "s" => Duration::from_secs(number),
        "ms" => Duration::from_millis(number),
        "m" | "m0s" => Duration::from_secs(number.checked_mul(60)?),
        _ => return None,
    };
    (read > Duration::ZERO).then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_time_ends_before_the_api_server_stops_waiting() {
        for (query, ms) in [
            ("timeout=10s", 8_000),
            ("a=b&timeout=1s", 800),
            ("timeout=500ms", 400),
            ("timeout=1m0s", 24_000),
            ("timeout=0s", 8_000),
            ("timeout=99999999999999999999s", 8_000),
            ("timeout=é", 8_000),
            ("", 8_000),
        ] {
            let time = share(timeout_of(query).unwrap_or(TIMEOUT_DEFAULT));
            assert_eq!(time.as_millis(), ms, "{query}");
        }
    }
}
