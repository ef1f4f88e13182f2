//! A small HTTP server that serves one image, and misbehaves where a case says so.

#![allow(dead_code, reason = "each test uses a part")]

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use plimsoll_image::hash::sha256;
use plimsoll_image::testing::ImageBuilder;

/// What a client asked for.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    /// Header lines.
    pub head: String,
    /// How often this path was asked for before.
    pub before: usize,
}

impl Request {
    pub fn is_layer(&self, server: &Shared) -> bool {
        self.path.ends_with(&server.layer_digest())
    }

    pub fn is_manifest(&self) -> bool {
        self.path.contains("/manifests/")
    }

    /// The first byte that is wanted.
    pub fn first_byte(&self) -> usize {
        let range = self.header("range");
        let range = range.and_then(|value| value.strip_prefix("bytes="));
        range.map_or(0, |value| value.trim_end_matches('-').parse().unwrap())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}

/// Answers a request, or leaves it to the well-behaved server by `false`.
pub type Misbehave = fn(&Shared, &Request, &mut TcpStream) -> io::Result<bool>;

/// What every connection knows.
pub struct Shared {
    pub image: ImageBuilder,
    pub address: SocketAddr,
    pub requests: Mutex<Vec<Request>>,
    stopped: AtomicBool,
    misbehave: Misbehave,
}

impl Shared {
    pub fn layer(&self) -> &[u8] {
        &self.image.layers[0].blob
    }

    pub fn layer_digest(&self) -> String {
        sha256(self.layer()).to_string()
    }

    /// Returns when the test is over.
    pub fn wait_for_end(&self) {
        while !self.stopped.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What a registry should answer.
    fn behave(&self, request: &Request, out: &mut TcpStream) -> io::Result<()> {
        let manifest = self.image.manifest_json().into_bytes();
        let config = self.image.config_json().into_bytes();
        let known = [
            ("latest".to_owned(), manifest.as_slice()),
            (sha256(&manifest).to_string(), manifest.as_slice()),
            (sha256(&config).to_string(), config.as_slice()),
            (self.layer_digest(), self.layer()),
        ];
        let name = request.path.rsplit('/').next().unwrap();
        match known.iter().find(|(known, _)| known == name) {
            None => answer(out, "404 Not Found", "", b"no such thing"),
            Some((_, body)) if request.header("range").is_some() => {
                let from = request.first_byte();
                if from >= body.len() {
                    return answer(out, "416 Range Not Satisfiable", "", b"");
                }
                let range = format!(
                    "Content-Range: bytes {from}-{}/{}\r\n",
                    body.len() - 1,
                    body.len()
                );
                answer(out, "206 Partial Content", &range, &body[from..])
            }
            Some((_, body)) => answer(out, "200 OK", "", body),
        }
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        // Past this a client of the test is long gone.
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        stream.set_write_timeout(Some(Duration::from_secs(20)))?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let request = {
            let mut requests = self.requests.lock().unwrap();
            let before = requests.iter().filter(|old| old.path == path).count();
            let request = Request { path, head, before };
            requests.push(request.clone());
            request
        };
        if !(self.misbehave)(self, &request, &mut stream)? {
            self.behave(&request, &mut stream)?;
        }
        // An orderly end, so that what was sent does arrive.
        stream.shutdown(Shutdown::Write)?;
        let _ = io::copy(&mut stream, &mut io::sink());
        Ok(())
    }
}

/// One whole answer.
pub fn answer(out: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    head(out, status, headers, body.len())?;
    out.write_all(body)
}

/// The head of an answer that says this length.
pub fn head(out: &mut TcpStream, status: &str, headers: &str, length: usize) -> io::Result<()> {
    write!(
        out,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    )
}

/// A server that ends with the test.
pub struct Server {
    pub shared: Arc<Shared>,
}

impl Server {
    pub fn start(image: ImageBuilder, misbehave: Misbehave) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Arc::new(Shared {
            image,
            address: listener.local_addr().unwrap(),
            requests: Mutex::default(),
            stopped: AtomicBool::new(false),
            misbehave,
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.stopped.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&accepting);
                // A client that goes away in the middle is what many cases are about.
                thread::spawn(move || stream.and_then(|stream| shared.serve(stream)));
            }
        });
        Self { shared }
    }

    pub fn host(&self) -> String {
        self.shared.address.to_string()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.shared.address);
    }
}
