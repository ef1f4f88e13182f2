//! Registries that refuse uploads, lose them, or say that they stored something else.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use plimsoll_image::hash::sha256;
use plimsoll_trust::attach::{self, Kind, Mode};

use super::registry::Registry;
use super::{cosign_key, push_image, repository, signature};

#[test]
fn a_registry_that_is_read_only_is_named_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let key = cosign_key(folder);
    let subject = {
        let registry = Registry::start(folder, "");
        push_image(&repository(&registry.host))
    };
    let registry = Registry::start(
        folder,
        "  maintenance:\n    readonly:\n      enabled: true\n",
    );
    let repository = repository(&registry.host);
    let layer = signature(&key, "shop/cart", &subject, "x");
    let error = attach::attach(&repository, &subject, Kind::Signature, Mode::Tag, &layer);
    let attach::AttachError::Registry(error) = error.unwrap_err() else {
        panic!("another kind of error");
    };
    assert!(error.to_string().contains("(405)"), "{error}");
    assert!(
        error.hint().unwrap().contains("read-only"),
        "{:?}",
        error.hint()
    );
    let none = attach::subject(&repository, "none").unwrap_err();
    assert!(matches!(none, attach::AttachError::NoImage(_)), "{none}");
}

/// Answers each connection's one request by what `answer` makes of its first line.
fn server(answer: fn(&str) -> String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(&stream, answer));
        }
    });
    host
}

fn serve(mut stream: &TcpStream, answer: fn(&str) -> String) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    let mut length = 0;
    if reader.read_line(&mut first).is_err() {
        return;
    }
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
    }
    let _ = reader.by_ref().take(length).read_to_end(&mut Vec::new());
    let _ = stream.write_all(answer(&first).as_bytes());
}

fn empty(status: &str, headers: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n")
}

#[test]
fn what_a_registry_says_it_stored_is_held_against_what_was_sent() {
    // It takes the upload and names another digest.
    let host = server(|first| match first {
        get if get.starts_with("GET") => empty("404 Not Found", ""),
        post if post.starts_with("POST") => empty(
            "202 Accepted",
            "Location: /v2/shop/cart/blobs/uploads/1\r\n",
        ),
        _ => empty(
            "201 Created",
            &format!("Docker-Content-Digest: {}\r\n", sha256(b"other")),
        ),
    });
    let error = repository(&host).put_blob(b"ours").unwrap_err().to_string();
    assert!(error.contains("digest mismatch"), "{error}");

    // It sends the upload to a place inside that nobody named: the body does not go there.
    let host = server(|first| match first {
        get if get.starts_with("GET") => empty("404 Not Found", ""),
        _ => empty("202 Accepted", "Location: http://127.0.0.1:1/steal\r\n"),
    });
    let error = repository(&host).put_blob(b"ours").unwrap_err().to_string();
    assert!(error.contains("without TLS"), "{error}");

    // It loses every upload: we do not try for ever.
    let host = server(|first| match first {
        post if post.starts_with("POST") => empty(
            "202 Accepted",
            "Location: /v2/shop/cart/blobs/uploads/1\r\n",
        ),
        _ => empty("404 Not Found", ""),
    });
    let error = repository(&host).put_blob(b"ours").unwrap_err().to_string();
    assert!(error.contains("(404)"), "{error}");

    // The manifest that it gives under a digest is another one.
    let host = server(|_| {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}".to_owned()
    });
    let version = sha256(b"ours").to_string();
    let error = attach::subject(&repository(&host), &version).unwrap_err();
    assert!(error.to_string().contains("digest mismatch"), "{error}");
}
