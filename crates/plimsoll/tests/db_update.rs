//! `db update` from folders and from a server on loopback, whole and with everything that goes
//! wrong on the way.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot run must fail loudly"
)]

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;

/// What a server does instead of serving a database (and only that): gets the whole file and the
/// first byte wanted.
type Misbehave = fn(&[u8], usize, &mut TcpStream) -> io::Result<()>;

/// A user's machine, and a publisher's folder that is served.
struct Case {
    folder: TempDir,
    host: String,
    misbehave: Arc<Mutex<Option<Misbehave>>>,
}

struct Ran {
    ok: bool,
    text: String,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "served"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let misbehave: Arc<Mutex<Option<Misbehave>>> = Arc::default();
        let (served, how) = (folder.path().join("served"), Arc::clone(&misbehave));
        // Ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (served, how) = (served.clone(), *how.lock().unwrap());
                thread::spawn(move || serve(stream?, &served, how));
            }
        });
        let case = Self {
            folder,
            host,
            misbehave,
        };
        for key in ["maker", "stranger"] {
            let file = case.path(key).with_extension("key");
            assert!(case.run(&["db", "keygen", file.to_str().unwrap()]).ok);
        }
        case.publish("2026-01-10", "maker");
        fs::write(
            case.path("home/plimsoll.yaml"),
            "settings:\n  db_keys: [../maker.pub]\n",
        )
        .unwrap();
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn url(&self) -> String {
        format!("http://{}/db/", self.host)
    }

    /// Runs the program in the user's folder.
    fn run(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(arguments)
            .current_dir(self.path("home"))
            .env_clear()
            .env("HOME", self.path("home"))
            .env("XDG_DATA_HOME", self.path("home/data"))
            .env("XDG_CACHE_HOME", self.path("home/cache"))
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        Ran {
            ok: output.status.success(),
            text: String::from_utf8(text).unwrap(),
        }
    }

    fn update(&self, further: &[&str]) -> Ran {
        let url = self.url();
        let mut arguments = vec!["db", "update", "--online", "--plain-http", &self.host, &url];
        arguments.extend(further);
        self.run(&arguments)
    }

    /// Puts a database with one record of that day where it is served, instead of what was there.
    fn publish(&self, day: &str, key: &str) {
        let served = self.path("served");
        fs::remove_dir_all(&served).unwrap();
        let feed = self.path("feed.json");
        // Large enough to come in several pieces.
        let record = |number: u32| {
            format!(
                r#"{{"id": "GHSA-x{number:04}", "published": "{day}T00:00:00Z", "summary": "{number:x}",
                 "affected": [{{"package": {{"ecosystem": "npm", "name": "p{number}"}},
                 "ranges": [{{"type": "SEMVER", "events": [{{"introduced": "0"}},
                 {{"fixed": "1.0.{number}"}}]}}]}}]}}"#
            )
        };
        let records: Vec<String> = (1..3000).map(record).collect();
        fs::write(&feed, format!("[{}]", records.join(","))).unwrap();
        let database = self.path("new.db");
        let (from, key) = (
            format!("osv={}", feed.display()),
            self.path(key).with_extension("key"),
        );
        let built = self.run(&[
            "db",
            "build",
            "--from",
            &from,
            "--key",
            key.to_str().unwrap(),
            "-o",
            database.to_str().unwrap(),
        ]);
        assert!(built.ok, "{}", built.text);
        let exported = self.run(&[
            "--config",
            self.none().to_str().unwrap(),
            "--db",
            database.to_str().unwrap(),
            "db",
            "export",
            served.to_str().unwrap(),
        ]);
        assert!(exported.ok, "{}", exported.text);
    }

    /// A configuration that says nothing.
    fn none(&self) -> PathBuf {
        let path = self.path("none.yaml");
        fs::write(&path, "").unwrap();
        path
    }

    fn misbehaves(&self, how: Option<Misbehave>) {
        *self.misbehave.lock().unwrap() = how;
    }

    fn served_database(&self) -> PathBuf {
        let entries = fs::read_dir(self.path("served")).unwrap();
        let mut paths = entries.map(|entry| entry.unwrap().path());
        paths
            .find(|path| path.extension().is_some_and(|end| end == "db"))
            .unwrap()
    }

    fn in_place(&self) -> Vec<u8> {
        fs::read(self.path("home/data/plimsoll/plimsoll.db")).unwrap_or_default()
    }

    fn files_in_place(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("home/data/plimsoll")).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The update fails with these words, and what was in place still is.
    #[track_caller]
    fn refuses(&self, further: &[&str], words: &[&str]) {
        let before = self.in_place();
        let ran = self.update(further);
        assert!(!ran.ok, "{}", ran.text);
        for word in words {
            assert!(ran.text.contains(word), "{word} in {}", ran.text);
        }
        assert!(before == self.in_place(), "another database is in place");
    }
}

fn serve(mut stream: TcpStream, folder: &Path, misbehave: Option<Misbehave>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let path = head
        .split(' ')
        .nth(1)
        .unwrap()
        .trim_start_matches("/db/")
        .to_owned();
    let range = head
        .lines()
        .find_map(|line| line.strip_prefix("range: bytes="));
    let from = range.map(|range| range.trim_end_matches('-').parse::<usize>().unwrap());
    match (fs::read(folder.join(&path)), misbehave) {
        (Err(_), _) => answer(&mut stream, "404 Not Found", "", b"")?,
        (Ok(bytes), Some(misbehave))
            if path.rsplit_once('.').is_some_and(|(_, end)| end == "db") =>
        {
            misbehave(&bytes, from.unwrap_or(0), &mut stream)?;
        }
        (Ok(bytes), _) => match from {
            None => answer(&mut stream, "200 OK", "", &bytes)?,
            Some(from) => partial(&mut stream, &bytes, from)?,
        },
    }
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink()).map(drop)
}

fn partial(out: &mut TcpStream, bytes: &[u8], from: usize) -> io::Result<()> {
    let range = format!(
        "Content-Range: bytes {from}-{}/{}\r\n",
        bytes.len() - 1,
        bytes.len()
    );
    answer(out, "206 Partial Content", &range, &bytes[from..])
}

fn answer(out: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    write!(
        out,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    )?;
    out.write_all(body)
}

#[test]
fn from_a_server_and_again() {
    let case = Case::new();
    let ran = case.update(&[]);
    assert!(ran.ok, "{}", ran.text);
    assert_eq!(case.in_place(), fs::read(case.served_database()).unwrap());
    assert_eq!(
        case.files_in_place(),
        ["plimsoll.db", "plimsoll.db.origin", "plimsoll.db.sig"]
    );
    let status = case.run(&["db", "status"]).text;
    assert!(status.contains("newest    2026-01-10, "), "{status}");
    assert!(
        status.contains(&format!("from      {} on ", case.url())),
        "{status}"
    );
    assert!(status.contains("signature verified"), "{status}");
    assert!(case.update(&[]).text.contains("the newest already"));
    case.publish("2026-02-01", "maker");
    assert!(case.update(&[]).ok);
    assert_eq!(case.in_place(), fs::read(case.served_database()).unwrap());
}

#[test]
fn nothing_is_reached_that_nobody_asked_for() {
    let case = Case::new();
    let ran = case.run(&["db", "update", &case.url()]);
    assert!(
        !ran.ok && ran.text.contains("nobody said --online"),
        "{}",
        ran.text
    );
    let ran = case.run(&["db", "update", "--online", &case.url()]);
    assert!(
        !ran.ok && ran.text.contains("it is without TLS"),
        "{}",
        ran.text
    );
    assert!(
        ran.text.contains(&format!("--plain-http {}", case.host)),
        "{}",
        ran.text
    );
    let ran = case.run(&["db", "update"]);
    assert!(
        !ran.ok && ran.text.contains("nobody said from where"),
        "{}",
        ran.text
    );
}

#[test]
fn an_older_database_is_refused() {
    let case = Case::new();
    assert!(case.update(&[]).ok);
    case.publish("2025-12-31", "maker");
    case.refuses(
        &[],
        &[
            "2025-12-31, older than that in use (2026-01-10)",
            "--allow-rollback",
        ],
    );
    // An index that lies about the day: the signed database tells.
    let index = case.path("served/plimsoll-db.json");
    let lie = fs::read_to_string(&index)
        .unwrap()
        .replace("2025-12-31", "2026-03-01");
    fs::write(&index, lie).unwrap();
    case.refuses(&[], &["2025-12-31, older than that in use (2026-01-10)"]);
    assert!(case.update(&["--allow-rollback"]).ok);
    assert_eq!(case.in_place(), fs::read(case.served_database()).unwrap());
}

#[test]
fn signatures_of_others_and_none() {
    let case = Case::new();
    assert!(case.update(&[]).ok);
    case.publish("2026-02-01", "stranger");
    case.refuses(&[], &["no signature of a trusted key"]);
    // A signature of the right key for another database.
    case.publish("2026-03-01", "maker");
    let signature = fs::read(case.served_database().with_extension("db.sig")).unwrap();
    case.publish("2026-02-01", "maker");
    fs::write(case.served_database().with_extension("db.sig"), signature).unwrap();
    case.refuses(&[], &["the index names sha256:", "signed was sha256:"]);
    fs::remove_file(case.served_database().with_extension("db.sig")).unwrap();
    case.refuses(&[], &["not found (404)"]);
    let index = case.path("served/plimsoll-db.json");
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&index).unwrap()).unwrap();
    json["databases"][0]
        .as_object_mut()
        .unwrap()
        .remove("signature");
    fs::write(&index, json.to_string()).unwrap();
    case.refuses(&[], &["it has no signature"]);
}

#[test]
fn newer_formats_and_other_nonsense() {
    let case = Case::new();
    let index = case.path("served/plimsoll-db.json");
    let good = fs::read_to_string(&index).unwrap();
    fs::write(&index, good.replace("\"format\": 1", "\"format\": 99")).unwrap();
    case.refuses(&[], &["formats 99 are offered", "newer release"]);
    fs::write(&index, "<html>").unwrap();
    case.refuses(&[], &["read the index of databases"]);
    fs::write(&index, " ".repeat(2 << 20)).unwrap();
    case.refuses(&[], &["larger than the limit"]);
    fs::remove_file(&index).unwrap();
    case.refuses(&[], &["not found (404)"]);
}

#[test]
fn what_broke_off_is_continued_by_the_next_run() {
    let case = Case::new();
    let cut: Misbehave = |bytes, from, out| {
        let all = bytes.len();
        if from > 0 {
            return answer(out, "404 Not Found", "", b"");
        }
        write!(
            out,
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {all}\r\n\r\n"
        )?;
        out.write_all(&bytes[..all / 2])
    };
    case.misbehaves(Some(cut));
    case.refuses(&[], &["not found (404)"]);
    let left = case.files_in_place();
    assert!(
        left.len() == 1 && left[0].starts_with(".plimsoll-update-"),
        "{left:?}"
    );
    // Only the rest is sent now.
    case.misbehaves(Some(|bytes, from, out| match from {
        0 => answer(out, "500 No", "", b""),
        _ => partial(out, bytes, from),
    }));
    let ran = case.update(&[]);
    assert!(ran.ok, "{}", ran.text);
    assert_eq!(case.in_place(), fs::read(case.served_database()).unwrap());
    assert_eq!(case.files_in_place().len(), 3);
}

#[test]
fn bytes_of_another_file_are_noticed() {
    let case = Case::new();
    // The beginning of another database lies there from before: fetched once more, whole.
    let digest = serde_json::from_slice::<serde_json::Value>(
        &fs::read(case.path("served/plimsoll-db.json")).unwrap(),
    )
    .unwrap()["databases"][0]["digest"]
        .as_str()
        .unwrap()
        .trim_start_matches("sha256:")[..12]
        .to_owned();
    let part = case
        .path("home/data/plimsoll")
        .join(format!(".plimsoll-update-{digest}"));
    fs::create_dir_all(part.parent().unwrap()).unwrap();
    fs::write(&part, [7; 1000]).unwrap();
    let ran = case.update(&[]);
    assert!(ran.ok, "{}", ran.text);
    assert_eq!(case.in_place(), fs::read(case.served_database()).unwrap());
    // A server that sends another file of the same length.
    case.publish("2026-02-01", "maker");
    case.misbehaves(Some(|bytes, _, out| {
        let mut other = bytes.to_vec();
        *other.last_mut().unwrap() ^= 1;
        answer(out, "200 OK", "", &other)
    }));
    case.refuses(&[], &["has the digest sha256:", "the index gives sha256:"]);
    // And one of another length.
    case.misbehaves(Some(|bytes, _, out| answer(out, "200 OK", "", &bytes[1..])));
    case.refuses(&[], &["the index gives"]);
    assert_eq!(case.files_in_place().len(), 3, "nothing is left behind");
}

#[test]
fn from_a_folder() {
    let case = Case::new();
    let served = case.path("served");
    let update = || case.run(&["db", "update", served.to_str().unwrap()]);
    let ran = update();
    assert!(ran.ok, "{}", ran.text);
    assert!(update().text.contains("the newest already"));
    case.publish("2025-12-31", "maker");
    assert!(update().text.contains("older than that in use"));
    case.publish("2026-02-01", "maker");
    let database = case.served_database();
    let mut bytes = fs::read(&database).unwrap();
    bytes.truncate(bytes.len() - 1);
    fs::write(&database, bytes).unwrap();
    let ran = update();
    assert!(
        !ran.ok && ran.text.contains("the index gives"),
        "{}",
        ran.text
    );
}
