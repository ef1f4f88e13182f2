//! What registries do wrong, one case each, with what is to come of it.
//!
//! The server is made here, because no real registry misbehaves on demand; the well-behaved side
//! of the client is held against a real one in `real_registry.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test should fail where this fails"
)]

#[path = "hostile_registry/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use plimsoll_image::http::{HttpOptions, HttpTimeouts};
use plimsoll_image::registry::{Credentials, RegistryOptions, open_registry};
use plimsoll_image::testing::{ImageBuilder, Notes, TarBuilder};
use plimsoll_image::{OpenError, ReadOptions, Selection};

use self::server::{Misbehave, Request, Server, Shared, answer, head};

/// Long enough for a machine under load: cases that must succeed wait for nothing but the answer.
const PATIENT: HttpTimeouts = HttpTimeouts {
    connect: Duration::from_secs(10),
    answer: Duration::from_secs(10),
    idle: Duration::from_secs(10),
    retry_pause: Duration::from_millis(5),
};
/// For servers that hang.
const HASTY: HttpTimeouts = HttpTimeouts {
    connect: Duration::from_secs(10),
    answer: Duration::from_secs(1),
    idle: Duration::from_secs(1),
    retry_pause: Duration::from_millis(5),
};

/// What is to come of a case.
enum Outcome {
    /// The image is read, and it is the right one.
    Read,
    /// An error that says this.
    Fails(&'static str),
}
use Outcome::{Fails, Read};

struct Case {
    id: &'static str,
    misbehave: Misbehave,
    timeouts: HttpTimeouts,
    outcome: Outcome,
}

const fn case(id: &'static str, outcome: Outcome, misbehave: Misbehave) -> Case {
    Case {
        id,
        misbehave,
        timeouts: PATIENT,
        outcome,
    }
}

const fn hasty(id: &'static str, outcome: Outcome, misbehave: Misbehave) -> Case {
    Case {
        timeouts: HASTY,
        ..case(id, outcome, misbehave)
    }
}

/// A layer of 300 kB that does not compress, so that there is a middle to cut it in.
fn image() -> ImageBuilder {
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as u8
    })
    .take(300_000)
    .collect();
    let tar = TarBuilder::new()
        .file("etc/a", "data")
        .file("noise", noise)
        .finish();
    ImageBuilder::new().layer(tar)
}

fn options(server: &Server, timeouts: HttpTimeouts) -> RegistryOptions {
    RegistryOptions {
        http: HttpOptions {
            timeouts,
            ca_pem: Vec::new(),
            plain_http: vec![server.host()],
        },
        ..RegistryOptions::default()
    }
}

/// Opens and reads the image; its first line.
fn pull(server: &Server, options: &RegistryOptions) -> Result<String, OpenError> {
    let reference = format!("{}/shop/cart", server.host()).parse().unwrap();
    let image = open_registry(&reference, &Selection::default(), options)?;
    let notes = Notes::default();
    image.read(&notes, &ReadOptions::default())?;
    let layers = notes.of(&image.facts);
    assert_eq!(layers[0].0.diff_id, server.shared.image.layers[0].diff_id);
    assert!(layers[0].0.complete);
    Ok(layers[0].1[0].clone())
}

/// Answers with a redirect.
fn redirect(out: &mut TcpStream, to: &str) -> io::Result<bool> {
    let location = format!("Location: {to}\r\n");
    answer(out, "307 Temporary Redirect", &location, b"")?;
    Ok(true)
}

/// Sends the first half of the layer under a head that promises all of it.
fn half(server: &Shared, out: &mut TcpStream) -> io::Result<()> {
    let layer = server.layer();
    head(out, "200 OK", "", layer.len())?;
    out.write_all(&layer[..layer.len() / 2])
}

/// Says something wrong about the layer the first time, and behaves later.
fn once(request: &Request, server: &Shared) -> bool {
    request.is_layer(server) && request.before == 0
}

/// Keeps a connection open without a word until the test is over.
#[expect(clippy::unnecessary_wraps, reason = "ends the closures of the table")]
fn hang(server: &Shared) -> io::Result<bool> {
    server.wait_for_end();
    Ok(true)
}

fn unauthorized(out: &mut TcpStream, challenge: &str) -> io::Result<bool> {
    answer(out, "401 Unauthorized", challenge, b"")?;
    Ok(true)
}

const CASES: &[Case] = &[
    case("behaves", Read, |_, _, _| Ok(false)),
    hasty(
        "hangs-before-manifest",
        Fails("no answer in time"),
        |server, _, _| hang(server),
    ),
    hasty(
        "hangs-before-layer",
        Fails("no answer in time"),
        |server, request, _| {
            if request.is_layer(server) {
                hang(server)
            } else {
                Ok(false)
            }
        },
    ),
    hasty(
        "hangs-in-manifest",
        Fails("read manifest"),
        |server, _, out| {
            head(out, "200 OK", "", 1_000)?;
            out.write_all(b"{")?;
            hang(server)
        },
    ),
    hasty("hangs-in-layer-once", Read, |server, request, out| {
        if once(request, server) {
            half(server, out)?;
            return hang(server);
        }
        Ok(false)
    }),
    case("cuts-layer-once", Read, |server, request, out| {
        if once(request, server) {
            half(server, out)?;
            return Ok(true);
        }
        Ok(false)
    }),
    case(
        "cuts-layer-and-ignores-range",
        Read,
        |server, request, out| {
            if once(request, server) {
                half(server, out)?;
            } else if request.is_layer(server) {
                answer(out, "200 OK", "", server.layer())?;
            } else {
                return Ok(false);
            }
            Ok(true)
        },
    ),
    case(
        "cuts-layer-and-sends-another-range",
        Fails("another range"),
        |server, request, out| {
            if once(request, server) {
                half(server, out)?;
            } else if request.is_layer(server) {
                let range = format!("Content-Range: bytes 0-{0}/{0}\r\n", server.layer().len());
                answer(out, "206 Partial Content", &range, server.layer())?;
            } else {
                return Ok(false);
            }
            Ok(true)
        },
    ),
    case(
        "never-gets-past-the-middle",
        Fails("ends early"),
        |server, request, out| {
            if once(request, server) {
                half(server, out)?;
            } else if request.is_layer(server) {
                let range = format!("Content-Range: bytes {}-\r\n", request.first_byte());
                head(out, "206 Partial Content", &range, 1_000)?;
            } else {
                return Ok(false);
            }
            Ok(true)
        },
    ),
    case(
        "drips-a-byte-a-connection",
        Fails("breaks off"),
        |server, request, out| {
            if !request.is_layer(server) {
                return Ok(false);
            }
            let from = request.first_byte();
            let rest = &server.layer()[from..];
            let status = if from == 0 {
                "200 OK"
            } else {
                "206 Partial Content"
            };
            let range = format!("Content-Range: bytes {from}-\r\n");
            head(out, status, &range, rest.len())?;
            out.write_all(&rest[..1])?;
            Ok(true)
        },
    ),
    case("cuts-manifest-once", Read, |server, request, out| {
        if request.is_manifest() && request.before == 0 {
            let manifest = server.image.manifest_json();
            head(out, "200 OK", "", manifest.len())?;
            out.write_all(&manifest.as_bytes()[..20])?;
            return Ok(true);
        }
        Ok(false)
    }),
    case("says-a-longer-length", Read, |server, request, out| {
        if request.is_layer(server) {
            head(out, "200 OK", "", server.layer().len() + 5)?;
            out.write_all(server.layer())?;
            return Ok(true);
        }
        Ok(false)
    }),
    case(
        "says-a-shorter-length-once",
        Read,
        |server, request, out| {
            if once(request, server) {
                answer(out, "200 OK", "", &server.layer()[..1_000])?;
                return Ok(true);
            }
            Ok(false)
        },
    ),
    case(
        "sends-more-than-the-manifest-says",
        Fails("than"),
        |server, request, out| {
            if request.is_layer(server) {
                let mut more = server.layer().to_vec();
                more.extend([0; 4_096]);
                answer(out, "200 OK", "", &more)?;
                return Ok(true);
            }
            Ok(false)
        },
    ),
    case("endless-layer", Fails("than"), |server, request, out| {
        if request.is_layer(server) {
            out.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            loop {
                out.write_all(&[0; 65_536])?;
            }
        }
        Ok(false)
    }),
    case(
        "wrong-layer",
        Fails("digest mismatch"),
        |server, request, out| {
            if request.is_layer(server) {
                let mut wrong = server.layer().to_vec();
                wrong[100_000] ^= 1;
                answer(out, "200 OK", "", &wrong)?;
                return Ok(true);
            }
            Ok(false)
        },
    ),
    case(
        "wrong-configuration",
        Fails("digest mismatch"),
        |server, request, out| {
            if request.path.contains("/blobs/") && !request.is_layer(server) {
                let wrong = server.image.config_json().replace("linux", "limux");
                answer(out, "200 OK", "", wrong.as_bytes())?;
                return Ok(true);
            }
            Ok(false)
        },
    ),
    case("fails-then-works", Read, |_, request, out| {
        if request.before < 2 {
            answer(out, "500 Internal Server Error", "", b"out of order")?;
            return Ok(true);
        }
        Ok(false)
    }),
    case(
        "fails-always",
        Fails("server error (503): out of order"),
        |_, _, out| {
            answer(out, "503 Service Unavailable", "", b"out of order\n")?;
            Ok(true)
        },
    ),
    case("too-many-requests", Read, |_, request, out| {
        if request.is_manifest() && request.before == 0 {
            answer(out, "429 Too Many Requests", "Retry-After: 1\r\n", b"")?;
            return Ok(true);
        }
        Ok(false)
    }),
    case(
        "redirects-in-a-circle",
        Fails("more than 5 times"),
        |server, _, out| redirect(out, &format!("http://{}/v2/again", server.address)),
    ),
    case(
        "redirects-to-nowhere",
        Fails("redirects to nowhere"),
        |_, _, out| {
            answer(out, "302 Found", "", b"")?;
            Ok(true)
        },
    ),
    case(
        "redirects-to-a-file",
        Fails("redirects to `file:`"),
        |_, _, out| redirect(out, "file:///etc/passwd"),
    ),
    case(
        "redirects-to-plain-text",
        Fails("without TLS"),
        |_, _, out| redirect(out, "http://203.0.113.1/v2/"),
    ),
    case(
        "redirects-to-metadata",
        Fails("nobody named"),
        |_, _, out| redirect(out, "https://169.254.169.254/latest/meta-data/"),
    ),
    case(
        "redirects-layer-inside",
        Fails("nobody named"),
        |server, request, out| {
            if request.is_layer(server) {
                redirect(out, "https://[::1]:1/layer")
            } else {
                Ok(false)
            }
        },
    ),
    case(
        "token-service-without-tls",
        Fails("without TLS"),
        |_, _, out| {
            let realm = "WWW-Authenticate: Bearer realm=\"http://203.0.113.1/token\"\r\n";
            unauthorized(out, realm)
        },
    ),
    case(
        "token-service-inside",
        Fails("nobody named"),
        |_, _, out| {
            let realm = "WWW-Authenticate: Bearer realm=\"https://127.0.0.2:1/token\"\r\n";
            unauthorized(out, realm)
        },
    ),
    case(
        "token-service-gives-none",
        Fails("gave no token"),
        |server, request, out| {
            if request.path.starts_with("/token") {
                answer(out, "200 OK", "", b"{\"token\": \"\"}")?;
                return Ok(true);
            }
            let realm = format!(
                "WWW-Authenticate: Bearer realm=\"http://{}/token\"\r\n",
                server.address
            );
            unauthorized(out, &realm)
        },
    ),
    case(
        "token-is-good-for-nothing",
        Fails("refused (401)"),
        |server, request, out| {
            if request.path.starts_with("/token") {
                answer(out, "200 OK", "", b"{\"token\": \"abc\"}")?;
                return Ok(true);
            }
            let realm = format!(
                "WWW-Authenticate: Bearer realm=\"http://{}/token\"\r\n",
                server.address
            );
            unauthorized(out, &realm)
        },
    ),
    case("token-is-asked-for", Read, |server, request, out| {
        if request.path.starts_with("/token") {
            assert!(
                request
                    .path
                    .contains("scope=repository%3Ashop%2Fcart%3Apull")
            );
            answer(out, "200 OK", "", b"{\"access_token\": \"abc\"}")?;
            return Ok(true);
        }
        if request.header("authorization") == Some("Bearer abc") {
            return Ok(false);
        }
        let realm = format!(
            "WWW-Authenticate: Bearer realm=\"http://{}/token\"\r\n",
            server.address
        );
        unauthorized(out, &realm)
    }),
    case(
        "denies-without-challenge",
        Fails("does not say how to ask"),
        |_, _, out| unauthorized(out, ""),
    ),
    case("wants-a-login", Fails("it wants a login"), |_, _, out| {
        unauthorized(out, "WWW-Authenticate: Basic realm=\"x\"\r\n")
    }),
    case(
        "endless-manifest",
        Fails("larger than the limit"),
        |_, _, out| {
            out.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            loop {
                out.write_all(&[b' '; 65_536])?;
            }
        },
    ),
    case("endless-head", Fails("header"), |_, _, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\n")?;
        loop {
            out.write_all(b"X-More: and more and more and more\r\n")?;
        }
    }),
    case("speaks-something-else", Fails("http"), |_, _, out| {
        out.write_all(b"220 mail.example ESMTP\r\n")?;
        Ok(true)
    }),
    case("manifest-is-a-page", Fails("read manifest"), |_, _, out| {
        answer(
            out,
            "200 OK",
            "Content-Type: text/html\r\n",
            b"<html>Log in!</html>",
        )?;
        Ok(true)
    }),
];

#[test]
fn registries_that_misbehave_do_no_harm() {
    let failed: Vec<String> = thread::scope(|scope| {
        let running: Vec<_> = CASES.iter().map(|case| scope.spawn(|| run(case))).collect();
        let done = running.into_iter().zip(CASES);
        done.filter_map(|(thread, case)| match thread.join() {
            Ok(result) => result.err(),
            Err(_) => Some(format!("{}: panicked", case.id)),
        })
        .collect()
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn run(case: &Case) -> Result<(), String> {
    let server = Server::start(image(), case.misbehave);
    let begun = Instant::now();
    let result = pull(&server, &options(&server, case.timeouts));
    let took = begun.elapsed();
    let requests = server.requests();
    let id = case.id;
    match (&case.outcome, result) {
        (Read, Ok(line)) if line == "File etc/a = data" => {}
        (Fails(why), Err(error)) if error.to_string().contains(why) => {}
        (_, result) => return Err(format!("{id}: {result:?} after {took:?}")),
    }
    let resumed = requests.iter().any(|request| request.first_byte() > 0);
    if id.contains("once") && id.contains("layer") && !resumed {
        return Err(format!("{id}: did not ask for the rest alone"));
    }
    if id == "too-many-requests" && took < Duration::from_secs(1) {
        return Err(format!("{id}: asked again after {took:?}"));
    }
    if took > Duration::from_mins(1) || requests.len() > 100 {
        return Err(format!("{id}: {} requests in {took:?}", requests.len()));
    }
    Ok(())
}

#[test]
fn nobody_is_spoken_to_who_was_not_named() {
    static ELSEWHERE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    ELSEWHERE
        .set(format!("https://{}/v2/", other.local_addr().unwrap()))
        .unwrap();
    let server = Server::start(image(), |_, _, out| redirect(out, ELSEWHERE.get().unwrap()));
    let error = pull(&server, &options(&server, PATIENT)).unwrap_err();
    assert!(error.to_string().contains("nobody named"), "{error}");
    let connected = other.accept().map(|_| ()).map_err(|error| error.kind());
    assert_eq!(connected, Err(io::ErrorKind::WouldBlock));
}

#[test]
fn a_password_stays_with_its_host() {
    static MIRROR: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    // It has nothing of its own, so that the registry is asked and points at it.
    let mirror = Server::start(image(), |_, request, out| {
        if request.path.starts_with("/v2/") {
            answer(out, "404 Not Found", "", b"")?;
            return Ok(true);
        }
        Ok(false)
    });
    MIRROR.set(mirror.host()).unwrap();
    // The registry wants a login and keeps its layers at another host that the user named too.
    let server = Server::start(image(), |server, request, out| {
        if request.header("authorization") != Some("Basic dXNlcjpwYXNz") {
            return unauthorized(out, "WWW-Authenticate: Basic realm=\"x\"\r\n");
        }
        if request.is_layer(server) {
            let digest = server.layer_digest();
            return redirect(
                out,
                &format!("http://{}/cdn/{digest}", MIRROR.get().unwrap()),
            );
        }
        Ok(false)
    });
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.json");
    // user:pass
    let auths = format!(
        r#"{{"auths":{{"{}":{{"auth":"dXNlcjpwYXNz"}}}}}}"#,
        server.host()
    );
    std::fs::write(&config, auths).unwrap();
    let mut options = options(&server, PATIENT);
    options.http.plain_http.push(mirror.host());
    options.credentials = Credentials::from_docker_config(&config).unwrap();
    options.mirrors = BTreeMap::from([(server.host(), vec![mirror.host()])]);
    assert_eq!(pull(&server, &options).unwrap(), "File etc/a = data");
    let given = |request: &Request| request.path.starts_with("/cdn/");
    assert!(mirror.requests().iter().any(given));
    for request in mirror.requests() {
        assert_eq!(request.header("authorization"), None, "{}", request.path);
    }
}
