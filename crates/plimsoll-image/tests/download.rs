//! Downloads from servers that misbehave, each case with its outcome.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot run must fail loudly"
)]

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use plimsoll_image::download::{download, fetch};
use plimsoll_image::http::{HttpClient, HttpOptions, HttpTimeouts};

/// What was asked for: number of the request (from 0), first byte, and entity tag.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    number: usize,
    from: Option<usize>,
    if_range: Option<String>,
}

type Answer = fn(&Asked, &mut TcpStream) -> io::Result<()>;

struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        // Ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let noted = Arc::clone(&noted);
                thread::spawn(move || serve(stream?, &noted, answer));
            }
        });
        Self { address, asked }
    }

    fn client(&self) -> HttpClient {
        let options = HttpOptions {
            timeouts: HttpTimeouts {
                connect: Duration::from_secs(5),
                answer: Duration::from_millis(300),
                idle: Duration::from_millis(300),
                retry_pause: Duration::from_millis(1),
            },
            ca_pem: Vec::new(),
            plain_http: vec![self.address.to_string()],
        };
        HttpClient::for_url(&self.url(), &options).unwrap()
    }

    fn url(&self) -> String {
        format!("http://{}/x.db", self.address)
    }

    fn download(&self, part: &Path) -> Result<bool, String> {
        let size = content().len() as u64;
        download(&self.client(), &self.url(), size, part).map_err(|error| error.to_string())
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, noted: &Mutex<Vec<Asked>>, answer: Answer) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    };
    let from = header("range").map(|range| {
        let range = range
            .trim_start_matches("bytes=")
            .trim_end_matches('-')
            .to_owned();
        range.parse().unwrap()
    });
    let asked = {
        let mut noted = noted.lock().unwrap();
        let asked = Asked {
            number: noted.len(),
            from,
            if_range: header("if-range"),
        };
        noted.push(asked.clone());
        asked
    };
    answer(&asked, &mut stream)?;
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink()).map(drop)
}

/// 300 kB that never repeat.
fn content() -> Vec<u8> {
    (0..75_000_u32).flat_map(u32::to_be_bytes).collect()
}

fn send(
    out: &mut TcpStream,
    status: &str,
    headers: &str,
    length: usize,
    body: &[u8],
) -> io::Result<()> {
    write!(
        out,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    )?;
    out.write_all(body)
}

/// What a good server does with a request.
fn good(asked: &Asked, out: &mut TcpStream) -> io::Result<()> {
    let all = content();
    match asked.from {
        Some(from) => {
            let range = format!(
                "Content-Range: bytes {from}-{}/{}\r\n",
                all.len() - 1,
                all.len()
            );
            send(
                out,
                "206 Partial Content",
                &range,
                all.len() - from,
                &all[from..],
            )
        }
        None => send(out, "200 OK", "ETag: \"one\"\r\n", all.len(), &all),
    }
}

/// The first answer breaks off behind 100,000 bytes.
fn cut_off(asked: &Asked, out: &mut TcpStream) -> io::Result<()> {
    let all = content();
    match asked.number {
        0 => send(
            out,
            "200 OK",
            "ETag: \"one\"\r\n",
            all.len(),
            &all[..100_000],
        ),
        _ => good(asked, out),
    }
}

#[track_caller]
fn check(answer: Answer, outcome: Result<bool, &str>, requests: usize) {
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("x.part");
    let server = Server::start(answer);
    let done = server.download(&part);
    if let (Err(reason), Err(expected)) = (&done, outcome) {
        assert!(reason.contains(expected), "{reason}");
    } else {
        assert_eq!(done.as_ref().ok().copied(), outcome.ok(), "{done:?}");
        assert_eq!(fs::read(&part).unwrap().len(), content().len());
    }
    assert_eq!(server.asked().len(), requests, "{:?}", server.asked());
}

#[test]
fn a_good_server_is_asked_once() {
    check(good, Ok(false), 1);
}

#[test]
fn what_breaks_off_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("x.part");
    let server = Server::start(cut_off);
    assert_eq!(server.download(&part), Ok(true));
    assert_eq!(fs::read(&part).unwrap(), content());
    let second = Asked {
        number: 1,
        from: Some(100_000),
        if_range: Some("\"one\"".to_owned()),
    };
    assert_eq!(server.asked()[1..], [second]);
}

#[test]
fn a_later_run_goes_on_behind_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("x.part");
    let server = Server::start(|asked, out| match asked.number {
        0 => cut_off(asked, out),
        1..4 => send(out, "503 Busy", "", 0, b""),
        4 => Ok(()),
        _ => good(asked, out),
    });
    assert!(server.download(&part).is_err());
    assert_eq!(fs::read(&part).unwrap().len(), 100_000);
    assert_eq!(server.download(&part), Ok(true));
    assert_eq!(fs::read(&part).unwrap(), content());
    let last = server.asked().pop().unwrap();
    assert_eq!(
        (last.from, last.if_range.as_deref()),
        (Some(100_000), Some("\"one\""))
    );
}

#[test]
fn another_file_is_taken_from_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("x.part");
    // The entity tag does not fit any more: the server sends all of the new file.
    let server = Server::start(|asked, out| {
        if asked.number == 0 {
            return cut_off(asked, out);
        }
        let other = vec![7; content().len()];
        send(out, "200 OK", "ETag: \"two\"\r\n", other.len(), &other)
    });
    assert_eq!(server.download(&part), Ok(false));
    assert_eq!(fs::read(&part).unwrap(), vec![7; content().len()]);
}

#[test]
fn a_range_of_another_file_is_not_put_behind() {
    // Another whole length, then the wrong place, then nothing to resume, then a good one.
    check(
        |asked, out| match asked.number {
            0 => cut_off(asked, out),
            1 => send(
                out,
                "206 Partial Content",
                "Content-Range: bytes 100000-100009/100010\r\n",
                10,
                &[0; 10],
            ),
            2 => cut_off(
                &Asked {
                    number: 0,
                    ..asked.clone()
                },
                out,
            ),
            3 => send(
                out,
                "206 Partial Content",
                "Content-Range: bytes 5-14/300000\r\n",
                10,
                &[0; 10],
            ),
            _ => good(asked, out),
        },
        Ok(false),
        5,
    );
    check(
        |asked, out| match asked.number {
            0 => cut_off(asked, out),
            1 => send(out, "416 Range Not Satisfiable", "", 0, b""),
            _ => good(asked, out),
        },
        Ok(false),
        3,
    );
}

#[test]
fn servers_that_cannot_be_waited_for() {
    let hangs: Answer = |_, _| {
        thread::sleep(Duration::from_secs(2));
        Ok(())
    };
    check(hangs, Err("no answer in time"), 4);
    let falls_silent: Answer = |_, out| {
        let all = content();
        send(out, "200 OK", "", all.len(), &all[..10])?;
        thread::sleep(Duration::from_secs(2));
        Ok(())
    };
    // Without a tag each answer starts again; ten bytes each time are no progress.
    check(falls_silent, Err(""), 5);
    // A few bytes each time: in the end it is told.
    let drips: Answer = |asked, out| {
        let (all, from) = (content(), asked.from.unwrap_or(0));
        let range = format!(
            "Content-Range: bytes {from}-{}/{}\r\n",
            all.len() - 1,
            all.len()
        );
        let status = if asked.from.is_some() {
            "206 Partial Content"
        } else {
            "200 OK"
        };
        send(out, status, &range, all.len() - from, &all[from..from + 10])
    };
    check(drips, Err(""), 64);
}

#[test]
fn servers_that_lie_about_length() {
    let shorter: Answer = |_, out| send(out, "200 OK", "", 10, &[1; 10]);
    check(shorter, Err("has 10 bytes, the index gives 300000"), 1);
    let longer: Answer = |_, out| send(out, "200 OK", "", 300_001, &vec![1; 300_001]);
    check(longer, Err("has 300001 bytes, the index gives 300000"), 1);
    let unsaid: Answer = |_, out| {
        write!(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
        out.write_all(&vec![1; 300_001])
    };
    check(unsaid, Err("more than the 300000 bytes"), 1);
}

#[test]
fn refusals_are_told() {
    check(
        |_, out| send(out, "404 Not Found", "", 0, b""),
        Err("not found (404)"),
        1,
    );
    check(
        |_, out| send(out, "403 Forbidden", "", 2, b"no"),
        Err("refused (403): no"),
        1,
    );
    check(
        |_, out| send(out, "500 Oops", "", 0, b""),
        Err("server error (500)"),
        4,
    );
    let elsewhere: Answer = |_, out| {
        send(
            out,
            "302 Found",
            "Location: http://169.254.169.254/x\r\n",
            0,
            b"",
        )
    };
    check(
        elsewhere,
        Err("redirects to 169.254.169.254 without TLS"),
        1,
    );
}

#[test]
fn small_files() {
    let server = Server::start(good);
    let bytes = fetch(&server.client(), &server.url(), 1 << 20).unwrap();
    assert_eq!(bytes, content());
    let error = fetch(&server.client(), &server.url(), 1000).unwrap_err();
    assert!(error.to_string().contains("larger than the limit of 1000"));
    // Cut off once: from the beginning again.
    let server = Server::start(cut_off);
    assert_eq!(
        fetch(&server.client(), &server.url(), 1 << 20).unwrap(),
        content()
    );
}

#[test]
fn urls_that_are_not_spoken_to() {
    let options = HttpOptions::default();
    for (url, reason) in [
        ("http://192.0.2.1/", "it is without TLS"),
        ("ftp://192.0.2.1/", "`ftp:` is not spoken"),
        ("https://a:b@192.0.2.1/", "the URL holds a password"),
        ("https://", "empty host"),
    ] {
        let error = HttpClient::for_url(url, &options)
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains(reason), "{url}: {error}");
    }
}
