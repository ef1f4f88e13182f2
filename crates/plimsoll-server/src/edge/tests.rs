//! The edge as clients meet it that are slow, large, many or no API server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use plimsoll_check::Persona;
use plimsoll_model::Timestamp;
use plimsoll_policy::Document;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

use super::*;
use crate::admission::{Own, Rulebook};

type Stream = StreamOwned<ClientConnection, TcpStream>;

/// Certificates by Debian's `openssl`: an authority, two servers, a client.
static FILES: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, further: &[&str]| {
        let (key, certificate) = (format!("{name}.key"), format!("{name}.crt"));
        let status = Command::new("openssl")
            .args(["req", "-x509", "-days", "2", "-nodes", "-newkey", "ec"])
            .args([
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-subj",
                &format!("/CN={name}"),
            ])
            .args(["-keyout", &key, "-out", &certificate])
            .args(further)
            .current_dir(folder.path())
            .output()
            .expect("`openssl` is needed: install the package openssl")
            .status;
        assert!(status.success(), "{name}");
    };
    make("ca", &["-addext", "keyUsage=critical,keyCertSign"]);
    let leaf = [
        "-CA",
        "ca.crt",
        "-CAkey",
        "ca.key",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ];
    for name in ["server", "other", "client"] {
        make(name, &leaf);
    }
    folder
});

#[allow(clippy::disallowed_methods, reason = "a file of the test")]
fn file(name: &str) -> Vec<u8> {
    std::fs::read(FILES.path().join(name)).unwrap()
}

fn identity(name: &str, wants_client: bool) -> Identity {
    Identity {
        certificate: file(&format!("{name}.crt")),
        key: file(&format!("{name}.key")),
        client_authority: wants_client.then(|| file("ca.crt")),
    }
}

fn gate(policy: &str) -> Gate {
    let document = Document::parse(policy, "plimsoll.yaml").unwrap();
    Gate::new(Rulebook {
        policy: document.policy,
        exceptions: Vec::new(),
        admission: document.admission,
        registries: Vec::new(),
        persona: Persona::Regular,
        minor: 36,
        own: Own::default(),
    })
}

const POLICY: &str = "policy: {rules: [{name: r, mode: enforce, ids: [privileged-container]}]}";

fn server(wants_client: bool) -> Server {
    Server::start(Setup {
        listen: ([127, 0, 0, 1], 0).into(),
        identity: identity("server", wants_client),
        gate: gate(POLICY),
        jobs: 2,
        log: None,
        clock: Timestamp::now,
    })
    .unwrap()
}

fn connect(server: &Server, with_certificate: bool) -> Stream {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(&file("ca.crt")).unwrap())
        .unwrap();
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = if with_certificate {
        let certificate = CertificateDer::from_pem_slice(&file("client.crt")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(&file("client.key")).unwrap();
        builder
            .with_client_auth_cert(vec![certificate], key)
            .unwrap()
    } else {
        builder.with_no_client_auth()
    };
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(server.address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    StreamOwned::new(connection, stream)
}

/// Head and body of one answer.
fn answer(stream: &mut Stream) -> (u16, String) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.unwrap().parse().unwrap() {
                return (head[9..12].parse().unwrap(), body.to_owned());
            }
        }
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "closed after {text}");
        bytes.extend(&piece[..count]);
    }
}

fn post(stream: &mut Stream, target: &str, content_type: &str, body: &[u8]) -> (u16, String) {
    let length = body.len();
    let head = format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    answer(stream)
}

fn get(server: &Server, path: &str) -> (u16, String) {
    let mut stream = connect(server, false);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    answer(&mut stream)
}

fn review(uid: &str, is_privileged: bool) -> Value {
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": uid, "operation": "CREATE", "namespace": "shop", "name": "cart",
        "kind": {"group": "", "version": "v1", "kind": "Pod"}, "userInfo": {"username": "jane"},
        "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "cart"}, "spec": {"containers": [
            {"name": "web", "image": "a/b:1", "securityContext": {"privileged": is_privileged}}]}}}})
}

fn said(answer: &(u16, String)) -> (bool, u64, String) {
    assert_eq!(answer.0, 200, "{}", answer.1);
    let body: Value = serde_json::from_str(&answer.1).unwrap();
    let response = &body["response"];
    let code = response["status"]["code"].as_u64().unwrap_or_default();
    (
        response["allowed"].as_bool().unwrap(),
        code,
        response["uid"].as_str().unwrap().to_owned(),
    )
}

const JSON: &str = "application/json";

#[test]
fn one_connection_many_requests() {
    let server = server(false);
    let mut stream = connect(&server, false);
    for number in 0..50 {
        let uid = format!("u-{number}");
        let is_bad = number % 2 == 0;
        let body = review(&uid, is_bad).to_string();
        let got = said(&post(
            &mut stream,
            "/validate?timeout=10s",
            JSON,
            body.as_bytes(),
        ));
        assert_eq!(got, (!is_bad, if is_bad { 403 } else { 0 }, uid));
    }
    // In chunks, as some clients send.
    let body = review("chunked", true).to_string();
    let (a, b) = body.split_at(body.len() / 2);
    write!(stream, "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{a}\r\n{:x}\r\n{b}\r\n0\r\n\r\n", a.len(), b.len()).unwrap();
    assert_eq!(
        said(&answer(&mut stream)),
        (false, 403, "chunked".to_owned())
    );
    let (_, text) = get(&server, "/metrics");
    assert!(
        text.contains(
            "requests_total{operation=\"CREATE\",kind=\"Pod\",way=\"judged\",verdict=\"deny\"} 26\n"
        ),
        "{text}"
    );
    server.stop(Duration::ZERO, Duration::from_secs(5));
}

#[test]
fn what_is_no_request_of_an_api_server_is_told_so() {
    let server = server(false);
    let body = review("u-1", false).to_string();
    let ask = |target: &str, content_type: &str, body: &[u8]| {
        post(&mut connect(&server, false), target, content_type, body)
    };
    // The uid can be read: the answer is a review, and a refusal.
    assert_eq!(
        said(&ask("/validate", "text/plain", body.as_bytes())),
        (false, 400, "u-1".to_owned())
    );
    assert_eq!(
        said(&ask("/validate", JSON, &body.as_bytes()[..body.len() - 2])),
        (false, 400, "u-1".to_owned())
    );
    assert_eq!(ask("/validate", JSON, b"").0, 400);
    assert_eq!(ask("/validate", JSON, &[0xff; 100]).0, 400);
    assert_eq!(ask("/other", JSON, body.as_bytes()).0, 404);
    assert_eq!(get(&server, "/validate").0, 405);
    assert_eq!(get(&server, "/nothing").0, 404);
    assert_eq!(get(&server, "/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(get(&server, "/readyz"), (200, "ok\n".to_owned()));
}

#[test]
fn a_body_over_the_limit_is_answered_with_its_uid() {
    let server = server(false);
    let mut large = review("large", false);
    large["request"]["object"]["metadata"]["annotations"] =
        json!({"a": "x".repeat(body::BODY_BYTES_MAX)});
    // Keys are sorted here: the uid stands behind the object, where it is not found any more.
    let got = post(
        &mut connect(&server, false),
        "/validate",
        JSON,
        large.to_string().as_bytes(),
    );
    assert_eq!(got.0, 413);
    let filler = "x".repeat(body::BODY_BYTES_MAX);
    let text = format!(
        "{{\"kind\":\"AdmissionReview\",\"request\":{{\"uid\":\"large\",\"object\":\"{filler}\"}}}}"
    );
    let got = post(
        &mut connect(&server, false),
        "/validate",
        JSON,
        text.as_bytes(),
    );
    assert_eq!(said(&got), (false, 413, "large".to_owned()));
}

#[test]
fn a_body_that_stalls_is_answered_in_time_and_harms_nobody() {
    let server = server(false);
    let mut stalled: Vec<Stream> = (0..20)
        .map(|_| {
            let mut stream = connect(&server, false);
            let start = "{\"request\":{\"uid\":\"slow\",";
            write!(stream, "POST /validate?timeout=1s HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nContent-Length: 9999\r\n\r\n{start}").unwrap();
            stream
        })
        .collect();
    // TLS that never comes, and a head that never ends.
    let silent = TcpStream::connect(server.address()).unwrap();
    let mut headless = connect(&server, false);
    headless.write_all(b"POST /validate HT").unwrap();
    let begun = Instant::now();
    let body = review("quick", false).to_string();
    assert_eq!(
        said(&post(
            &mut connect(&server, false),
            "/validate",
            JSON,
            body.as_bytes()
        ))
        .2,
        "quick"
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
    for stream in &mut stalled {
        assert_eq!(said(&answer(stream)), (false, 504, "slow".to_owned()));
    }
    drop((silent, headless));
}

#[test]
fn overload_is_shed_at_once_as_the_policy_says() {
    let server = server(false);
    let all = u32::try_from(UNDER_WAY_MAX).unwrap();
    let held = Arc::clone(&server.shared.under_way)
        .try_acquire_many_owned(all)
        .unwrap();
    let ask = |uid: &str| {
        let begun = Instant::now();
        let got = said(&post(
            &mut connect(&server, false),
            "/validate",
            JSON,
            review(uid, true).to_string().as_bytes(),
        ));
        assert!(begun.elapsed() < Duration::from_secs(5));
        got
    };
    assert_eq!(ask("one"), (false, 429, "one".to_owned()));
    server.set_gate(gate(&format!(
        "{POLICY}\nadmission: {{on_error: {{overload: allow}}}}"
    )));
    assert_eq!(ask("two"), (true, 0, "two".to_owned()));
    drop(held);
    assert_eq!(ask("three"), (false, 403, "three".to_owned()));
    // No room for bodies is overload too.
    server.set_gate(gate(POLICY));
    let all = u32::try_from(BODIES_BYTES_MAX / BUDGET_UNIT_BYTES).unwrap();
    let held = Arc::clone(&server.shared.bodies)
        .try_acquire_many_owned(all)
        .unwrap();
    assert_eq!(ask("four").1, 429);
    drop(held);
    assert_eq!(ask("five").1, 403);
    assert_eq!(server.shared.bodies.available_permits(), all as usize);
    let (_, text) = get(&server, "/metrics");
    assert!(
        text.contains("unjudged_total{trouble=\"overload\"} 3\n"),
        "{text}"
    );
}

#[test]
fn with_a_client_authority_only_its_clients_may_ask() {
    let server = server(true);
    let body = review("u-1", true).to_string();
    let ask = |stream: &mut Stream| post(stream, "/validate", JSON, body.as_bytes());
    let mut known = connect(&server, true);
    assert_eq!(said(&ask(&mut known)).1, 403);
    assert_eq!(ask(&mut connect(&server, false)).0, 403);
    assert_eq!(get(&server, "/readyz").0, 200);
}

#[test]
fn certificates_change_while_connections_stay() {
    let server = server(false);
    let shown = |stream: &Stream| stream.conn.peer_certificates().unwrap()[0].to_vec();
    let body = review("u-1", true).to_string();
    let mut old = connect(&server, false);
    let ask = |stream: &mut Stream| said(&post(stream, "/validate", JSON, body.as_bytes())).1;
    assert_eq!(ask(&mut old), 403);
    let mut mixed = identity("other", false);
    mixed.key = file("server.key");
    assert!(matches!(
        server.set_identity(&mixed),
        Err(IdentityError::Together(_))
    ));
    mixed.key = b"nothing".to_vec();
    assert!(matches!(
        server.set_identity(&mixed),
        Err(IdentityError::Key(_))
    ));
    server.set_identity(&identity("other", false)).unwrap();
    let mut new = connect(&server, false);
    assert_eq!((ask(&mut old), ask(&mut new)), (403, 403));
    assert_ne!(shown(&old), shown(&new));
}

#[test]
fn what_is_under_way_at_the_end_is_answered() {
    let server = server(false);
    let mut stream = connect(&server, false);
    let body = review("last", true).to_string();
    let (a, b) = body.split_at(20);
    write!(stream, "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nContent-Length: {}\r\n\r\n{a}", body.len()).unwrap();
    // Read by the server before it is told to end.
    while server.shared.bodies.available_permits() == BODIES_BYTES_MAX / BUDGET_UNIT_BYTES {
        std::thread::sleep(Duration::from_millis(5));
    }
    let ending =
        std::thread::spawn(move || server.stop(Duration::from_millis(50), Duration::from_secs(10)));
    std::thread::sleep(Duration::from_millis(200));
    stream.write_all(b.as_bytes()).unwrap();
    assert_eq!(said(&answer(&mut stream)), (false, 403, "last".to_owned()));
    ending.join().unwrap();
}
