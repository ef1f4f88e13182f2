//! What the real API server cannot be made to do at will, by a server written here: it is slow, breaks
//! off, expires, forbids, redirects, never ends, or says nonsense. Nothing hangs, nothing is passed
//! over in silence, nothing is handed on twice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use plimsoll_cluster::{
    Choice, Cluster, ClusterError, Item, Options, Read, Surroundings, Timeouts, Wanted,
};
use serde_json::{Value, json};

/// What the server does with one request.
enum Act {
    Json(u16, Value),
    /// With one more header.
    With(u16, &'static str, Value),
    Raw(Vec<u8>),
    /// Says nothing for so long.
    Silence(Duration),
}

/// Answers by path and by how often it was asked for.
type Script = Box<dyn Fn(&str, usize) -> Act + Send + Sync>;

struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server of ConfigMaps, Pods, Secrets and Services; `script` answers for their lists.
    fn start(script: impl Fn(&str, usize) -> Act + Send + Sync + 'static) -> Self {
        Self::of(Box::new(move |path, count| match path {
            "/version" => Act::Json(
                200,
                json!({"major": "1", "minor": "28+", "gitVersion": "v1.28.9-x"}),
            ),
            "/api" => Act::Json(200, json!({"versions": ["v1"]})),
            "/apis" => Act::Json(200, json!({"groups": []})),
            "/api/v1" => {
                let kind = |name: &str, kind: &str| json!({"name": name, "kind": kind, "namespaced": true, "verbs": ["get", "list"]});
                Act::Json(
                    200,
                    json!({"resources": [
                        kind("configmaps", "ConfigMap"), kind("pods", "Pod"), kind("pods/status", "Pod"),
                        kind("secrets", "Secret"), kind("services", "Service"),
                        kind("../../escape", "Escape"), kind("events", "Event"),
                    ]}),
                )
            }
            path => script(path, count),
        }))
    }

    fn of(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let script = Arc::new(script);
        // Ends with the process; no test waits for it.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, script) = (Arc::clone(&log), Arc::clone(&script));
                thread::spawn(move || serve(&stream.unwrap(), &log, &script));
            }
        });
        Self { port, asked }
    }

    fn read(&self) -> Result<(Vec<Item>, Read), ClusterError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let config = json!({
            "current-context": "x",
            "clusters": [{"name": "x", "cluster": {"server": format!("http://127.0.0.1:{}/", self.port)}}],
            "contexts": [{"name": "x", "context": {"cluster": "x"}}],
        });
        std::fs::write(&path, config.to_string()).unwrap();
        let options = Options {
            choice: Choice {
                kubeconfig: Some(path),
                context: None,
            },
            timeouts: Timeouts {
                connect: Duration::from_secs(2),
                answer: Duration::from_millis(150),
                idle: Duration::from_millis(150),
                whole: Duration::from_secs(2),
                pause: Duration::from_millis(1),
                plugin: Duration::from_secs(1),
            },
            page: 2,
        };
        let mut cluster = Cluster::connect(&options, &Surroundings::default())?;
        assert_eq!(cluster.version().map(|version| version.minor), Some(28));
        let mut items = Vec::new();
        let wanted = Wanted {
            namespaces: &[],
            is_kind: &|resource| !resource.is_derived(),
        };
        let read = cluster.read(&wanted, &mut |item| {
            items.push(item);
            true
        })?;
        Ok((items, read))
    }

    fn count(&self, part: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|path| path.contains(part)).count()
    }
}

fn serve(stream: &TcpStream, log: &Mutex<Vec<String>>, script: &Script) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line).is_err() {
        return;
    }
    let mut words = line.split(' ');
    assert_eq!(words.next(), Some("GET"), "{line}");
    let path = words.next().unwrap().to_owned();
    let mut header = String::new();
    while reader.read_line(&mut header).is_ok_and(|count| count > 2) {
        header.clear();
    }
    let count = {
        let mut log = log.lock().unwrap();
        log.push(path.clone());
        log.iter().filter(|other| **other == path).count()
    };
    let bytes = match script(&path, count) {
        Act::Json(status, value) => response(status, "X-Nothing: 1", &value),
        Act::With(status, header, value) => response(status, header, &value),
        Act::Raw(bytes) => bytes,
        Act::Silence(time) => {
            thread::sleep(time);
            Vec::new()
        }
    };
    let _ = { stream }.write_all(&bytes);
}

fn response(status: u16, header: &str, value: &Value) -> Vec<u8> {
    let body = value.to_string();
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{header}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn object(name: &str) -> Value {
    json!({"metadata": {"name": name, "namespace": "a"}})
}

fn list(names: &[&str], next: &str) -> Value {
    let items: Vec<Value> = names.iter().map(|name| object(name)).collect();
    json!({"kind": "List", "metadata": {"continue": next}, "items": items})
}

fn empty() -> Act {
    Act::Json(200, list(&[], ""))
}

fn names(items: &[Item]) -> Vec<String> {
    items.iter().map(Item::display).collect()
}

fn reasons(read: &Read) -> BTreeMap<String, String> {
    let entries = read.unknowns.iter();
    entries
        .map(|unknown| {
            (
                unknown.path.clone().unwrap_or_default(),
                unknown.reason.clone(),
            )
        })
        .collect()
}

/// Reads where only pods are odd, and gives their names and what is said of them.
fn pods(script: impl Fn(&str, usize) -> Act + Send + Sync + 'static) -> (Vec<String>, String) {
    let server = Server::start(move |path, count| {
        if path.starts_with("/api/v1/pods?") {
            script(path, count)
        } else if path.starts_with("/api/v1/services?") {
            Act::Json(200, list(&["after"], ""))
        } else {
            empty()
        }
    });
    let (items, read) = server.read().unwrap();
    let mut names = names(&items);
    // What comes behind the odd kind is read all the same.
    assert_eq!(names.pop().as_deref(), Some("a/Service/after"));
    let mut reasons = reasons(&read);
    let reason = reasons.remove("pods").unwrap_or_default();
    assert_eq!(reasons, BTreeMap::new());
    (names, reason)
}

#[test]
fn pages_that_expire_are_begun_again_once() {
    let (names, reason) = pods(|path, count| match (path.contains("continue=n"), count) {
        (false, 1) => Act::Json(200, list(&["one", "two"], "n")),
        (true, 1) => Act::Json(410, json!({"kind": "Status", "reason": "Expired"})),
        (false, _) => Act::Json(200, list(&["new", "two"], "n")),
        (true, _) => Act::Json(200, list(&["three"], "")),
    });
    assert_eq!(
        names,
        ["a/Pod/one", "a/Pod/two", "a/Pod/new", "a/Pod/three"]
    );
    assert!(reason.contains("begun again"), "{reason}");
    let server = Server::start(|path, _| {
        if path.contains("continue") {
            Act::Json(410, json!({}))
        } else {
            Act::Json(200, list(&["one"], "n"))
        }
    });
    let (_, read) = server.read().unwrap();
    let last = read
        .unknowns
        .iter()
        .filter(|one| one.reason.contains("expired twice"));
    assert_eq!(last.count(), 4);
}

#[test]
fn half_an_answer_is_asked_for_again_and_told_once() {
    let half = |count: usize| {
        let mut bytes = response(200, "X-Nothing: 1", &list(&["one", "two", "three"], ""));
        bytes.truncate(bytes.len() - count);
        bytes
    };
    let (names, reason) = pods(move |_, count| match count {
        1 => Act::Raw(half(20)),
        2 => Act::Raw(half(60)),
        _ => Act::Json(200, list(&["one", "two", "three"], "")),
    });
    assert_eq!(names, ["a/Pod/one", "a/Pod/two", "a/Pod/three"]);
    assert_eq!(reason, "");
    let (names, reason) = pods(move |_, _| Act::Raw(half(60)));
    assert_eq!(names.first().map(String::as_str), Some("a/Pod/one"));
    assert!(reason.contains("not read to the end"), "{reason}");
}

#[test]
fn what_is_busy_is_asked_again_and_what_is_forbidden_is_not() {
    let (names, reason) = pods(|_, count| match count {
        1 => Act::With(429, "Retry-After: 0", json!({})),
        2 => Act::Json(503, json!({})),
        _ => Act::Json(200, list(&["one"], "")),
    });
    assert_eq!(
        (names.as_slice(), reason.as_str()),
        (&["a/Pod/one".to_owned()][..], "")
    );
    let (_, reason) = pods(|_, _| Act::Json(500, json!({"message": "no\u{1b}[31m luck"})));
    assert!(
        reason.starts_with("pods in all namespaces are not given: 500 no"),
        "{reason}"
    );
    assert!(!reason.contains('\u{1b}'), "{reason}");

    let server = Server::start(|path, _| {
        if path.starts_with("/api/v1/pods?") {
            Act::Json(200, list(&["one"], ""))
        } else {
            Act::Json(403, json!({"message": "forbidden"}))
        }
    });
    let (items, read) = server.read().unwrap();
    assert_eq!(names_of(&items), ["a/Pod/one"]);
    let reasons = reasons(&read);
    assert_eq!(
        reasons["secrets"],
        "may not list secrets in all namespaces (403)"
    );
    assert_eq!(reasons.len(), 3);
    assert_eq!(server.count("/api/v1/secrets"), 1);
    // A name that would lead elsewhere, parts of kinds, and what is derived are never asked for.
    assert_eq!(
        server.count("escape") + server.count("status") + server.count("events"),
        0
    );
    let nothing = Server::start(|_, _| Act::Json(403, json!({})));
    let error = nothing.read().unwrap_err();
    assert!(
        error.to_string().contains("lets us list nothing"),
        "{error}"
    );
}

fn names_of(items: &[Item]) -> Vec<String> {
    names(items)
}

#[test]
fn a_slow_server_holds_nobody_up() {
    let begun = Instant::now();
    let (names, reason) = pods(|_, _| Act::Silence(Duration::from_secs(3)));
    assert_eq!(names, [] as [&str; 0]);
    assert!(reason.contains("no answer in time"), "{reason}");
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    // Nor does one that answers for nothing at all any more.
    let silent = Server::start(|_, _| Act::Silence(Duration::from_secs(3)));
    let (_, read) = silent.read().unwrap();
    let stops = |one: &&plimsoll_model::Unknown| one.reason.contains("answers no more");
    assert_eq!(read.unknowns.iter().filter(stops).count(), 1);
    assert_eq!(silent.count("services"), 0);
}

#[test]
fn lists_without_an_end_end() {
    let (names, reason) = pods(|_, _| Act::Json(200, list(&["one"], "same")));
    assert_eq!(names, ["a/Pod/one"]);
    assert!(reason.contains("leads nowhere"), "{reason}");
    let counter = Mutex::new(0);
    let (names, reason) = pods(move |_, _| {
        let mut counter = counter.lock().unwrap();
        *counter += 1;
        Act::Json(200, list(&["one"], &format!("n{counter}")))
    });
    assert_eq!(names, ["a/Pod/one"]);
    assert!(reason.contains("leads nowhere"), "{reason}");
    // One object that goes on and on.
    let (names, reason) = pods(|_, _| {
        let mut large = object("large");
        large["x"] = "x".repeat(17 << 20).into();
        let value = json!({"items": [object("one"), large]});
        Act::Json(200, value)
    });
    assert_eq!(names, ["a/Pod/one"]);
    assert!(reason.contains("larger than 16 MiB"), "{reason}");
}

#[test]
fn nonsense_is_said_to_be_that() {
    let raw = |body: &str| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        (head + body).into_bytes()
    };
    let deep = format!(
        "{{\"items\":[{}1{}]}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    for body in [
        "<html>log in</html>",
        "[]",
        "{}",
        "{\"items\": 1}",
        "\u{0}",
        &deep,
    ] {
        let bytes = raw(body);
        let (names, reason) = pods(move |_, _| Act::Raw(bytes.clone()));
        assert_eq!(names, [] as [&str; 0]);
        assert!(reason.contains("no list"), "{body:.20}: {reason}");
    }
    // Objects that are none are counted; the others are read.
    let (names, reason) = pods(|_, _| {
        Act::Json(
            200,
            json!({"items": [1, {}, {"metadata": {"name": 7}}, object("one"), null]}),
        )
    });
    assert_eq!(names, ["a/Pod/one"]);
    assert_eq!(reason, "4 of its objects have no name");
    // Old servers write an empty list so.
    let (_, reason) = pods(|_, _| Act::Json(200, json!({"metadata": null, "items": null})));
    assert_eq!(reason, "");
}

#[test]
fn what_is_no_api_server_is_an_error() {
    let of = |act: fn(&str) -> Act| {
        let error = Server::of(Box::new(move |path, _| act(path)))
            .read()
            .unwrap_err();
        (
            error.to_string(),
            error.hint().unwrap_or_default().to_owned(),
        )
    };
    let (error, hint) = of(|_| Act::With(302, "Location: https://login.example/?x", json!({})));
    assert!(
        error.contains("redirects to https://login.example/"),
        "{error}"
    );
    assert!(hint.contains("not followed"), "{hint}");
    let (error, hint) = of(|_| Act::Json(404, json!({})));
    assert!(
        error.contains("404") && hint.contains("API server"),
        "{error}"
    );
    let (error, _) =
        of(|_| Act::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".to_vec()));
    assert!(error.contains("no version"), "{error}");
    let (error, hint) = of(|_| Act::Json(401, json!({})));
    assert!(error.contains("401") && hint.contains("sign in"), "{error}");
    let (error, _) = of(|_| Act::Silence(Duration::from_millis(400)));
    assert!(error.contains("no answer in time"), "{error}");
    let (error, _) = of(|_| Act::Raw(b"SSH-2.0-OpenSSH\r\n".to_vec()));
    assert!(
        error.contains("failed") || error.contains("ask the cluster"),
        "{error}"
    );
}
