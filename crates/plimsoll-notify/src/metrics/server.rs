//! A very small HTTP server for metrics: `GET /metrics` and `GET /healthz`, one request a connection.
//!
//! It knows no keep-alive, no body and no TLS, reads little and waits briefly: whoever reaches it can
//! make it slow, but cannot make it hold memory or touch the sensor. It listens on loopback unless an
//! address is named.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Figures, render};

/// Longest request that is read, bytes.
const REQUEST_BYTES_MAX: usize = 8 << 10;
/// How long one request may take, milliseconds.
const REQUEST_MS_MAX: u64 = 2_000;

/// Hands out figures.
pub struct Server {
    figures: Arc<Mutex<Figures>>,
    address: SocketAddr,
}

impl Server {
    /// Begins to listen; the thread ends with the process.
    pub fn start(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let figures = Arc::new(Mutex::new(Figures::default()));
        let shared = Arc::clone(&figures);
        thread::Builder::new()
            .name("plimsoll-metrics".to_owned())
            .stack_size(256 << 10)
            .spawn(move || serve(&listener, &shared))?;
        Ok(Self { figures, address })
    }

    /// Where it listens; the port is the one that was given when 0 was asked for.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The figures from now on.
    pub fn update(&self, figures: Figures) {
        *self.figures.lock().unwrap_or_else(PoisonError::into_inner) = figures;
    }
}

fn serve(listener: &TcpListener, figures: &Mutex<Figures>) {
    for stream in listener.incoming() {
        match stream {
            // Whoever asked wrongly or went away has lost nothing of ours.
            Ok(stream) => drop(answer(stream, figures)),
            // Out of descriptors, most likely: do not spin.
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

fn answer(mut stream: TcpStream, figures: &Mutex<Figures>) -> io::Result<()> {
    let line = request_line(&mut stream)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next());
    let path = path
        .unwrap_or_default()
        .split('?')
        .next()
        .unwrap_or_default();
    let (status, body) = match (method, path) {
        ("GET" | "HEAD", "/metrics") => {
            let figures = figures.lock().unwrap_or_else(PoisonError::into_inner);
            ("200 OK", render(&figures))
        }
        ("GET" | "HEAD", "/healthz") => ("200 OK", "ok\n".to_owned()),
        ("GET" | "HEAD", _) => (
            "404 Not Found",
            "there is /metrics and /healthz\n".to_owned(),
        ),
        _ => ("405 Method Not Allowed", "only GET\n".to_owned()),
    };
    let head = format!(
        "HTTP/1.0 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    if method != "HEAD" {
        stream.write_all(body.as_bytes())?;
    }
    stream.flush()
}

/// Reads the head of a request; its first line counts.
fn request_line(stream: &mut TcpStream) -> io::Result<String> {
    let deadline = Instant::now() + Duration::from_millis(REQUEST_MS_MAX);
    stream.set_write_timeout(Some(Duration::from_millis(REQUEST_MS_MAX)))?;
    let mut head = Vec::new();
    let mut part = [0; 1024];
    // To the end of the head: answering earlier would reset the connection under the asker.
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || head.len() >= REQUEST_BYTES_MAX {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        let count = stream.read(&mut part)?;
        if count == 0 {
            break;
        }
        head.extend_from_slice(part.get(..count).unwrap_or_default());
    }
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(String::from_utf8_lossy(line).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(server: &Server, request: &str) -> String {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn metrics_and_health_are_handed_out() {
        let server = Server::start(([127, 0, 0, 1], 0).into()).unwrap();
        server.update(Figures {
            containers: 3,
            ..Figures::default()
        });
        let text = ask(&server, "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
        assert!(text.starts_with("HTTP/1.0 200 OK\r\n"), "{text}");
        assert!(text.contains("\nplimsoll_containers 3\n"), "{text}");
        assert!(ask(&server, "GET /healthz HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nok\n"));
        assert!(ask(&server, "GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 404"));
        assert!(ask(&server, "POST /metrics HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 405"));
        let head = ask(&server, "HEAD /metrics HTTP/1.0\r\n\r\n");
        assert!(head.ends_with("\r\n\r\n"), "{head}");
    }

    #[test]
    fn an_endless_request_is_cut_off_and_the_next_is_served() {
        let server = Server::start(([127, 0, 0, 1], 0).into()).unwrap();
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let rubbish = vec![b'x'; REQUEST_BYTES_MAX * 2];
        let _ = stream.write_all(&rubbish);
        assert!(ask(&server, "GET /healthz HTTP/1.0\r\n\r\n").contains("200 OK"));
    }
}
