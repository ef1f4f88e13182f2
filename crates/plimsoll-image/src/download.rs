//! Fetches files from a host that the user named: small ones into memory, large ones to disk,
//! where a download that broke off is continued, also by a later run.
//!
//! What came is not trusted here beyond its length: the caller holds it against a digest and a
//! signature. Written against RFC 9110 (Range, If-Range, Content-Range).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use ureq::Body;
use ureq::http::Response;

use crate::http::{Get, HttpClient, error_text, may_pass};
use crate::{OpenError, read_file_capped};

/// Times that a request is sent without a new byte before we give up.
const ATTEMPTS_MAX: u32 = 4;
/// Connections over which one file may come: a server that sends a few bytes each time must not
/// keep us for ever.
const CONNECTIONS_MAX: u32 = 64;
/// Bytes read at a time.
const PIECE_BYTES: usize = 256 << 10;
/// Longest entity tag that is kept, in bytes.
const TAG_BYTES_MAX: usize = 256;

/// Fetches a small file into memory, again from the beginning where it broke off.
pub fn fetch(client: &HttpClient, url: &str, bytes_max: u64) -> Result<Vec<u8>, OpenError> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let mut bytes = Vec::new();
        let reason = match ask(client, url, 0, None) {
            Ok(response) => {
                let said = content_length(&response);
                let mut body = response.into_body().into_reader().take(bytes_max + 1);
                match body.read_to_end(&mut bytes) {
                    Ok(_) if bytes.len() as u64 > bytes_max => {
                        return Err(OpenError::Limit {
                            path: url.to_owned(),
                            what: "the file".to_owned(),
                            limit: bytes_max,
                        });
                    }
                    Ok(count) if said.is_none_or(|said| said == count as u64) => return Ok(bytes),
                    Ok(_) => "it breaks off".to_owned(),
                    Err(error) => error.to_string(),
                }
            }
            Err(Refusal::Final(reason)) => return Err(failed(url, reason)),
            Err(Refusal::Passing(reason)) => reason,
        };
        if attempt >= ATTEMPTS_MAX {
            return Err(failed(url, reason));
        }
        thread::sleep(pause(client, attempt));
    }
}

/// Fetches a file of a known size to `part`, which may hold its beginning already. What is there
/// stays when this fails, so that the next run goes on behind it. Gives whether the file was put
/// together from several answers, and so may be a mixture of two files.
pub fn download(
    client: &HttpClient,
    url: &str,
    size_bytes: u64,
    part: &Path,
) -> Result<bool, OpenError> {
    let mut partial = Partial::open(part, size_bytes)
        .map_err(|error| OpenError::io(part.to_string_lossy(), error))?;
    let filled = partial.fill(client, url, size_bytes);
    if partial.len == 0 {
        discard(part);
    }
    filled.map_err(|reason| failed(url, reason))?;
    partial
        .file
        .sync_all()
        .map_err(|error| OpenError::io(part.to_string_lossy(), error))?;
    Ok(partial.answers > 1)
}

/// Removes what a download left.
pub fn discard(part: &Path) {
    let _ = fs::remove_file(part);
    let _ = fs::remove_file(tag_path(part));
}

/// Why an answer does not help.
enum Refusal {
    /// It may be better next time.
    Passing(String),
    Final(String),
}

/// The beginning of a file on disk.
struct Partial {
    file: File,
    len: u64,
    /// Strong entity tag of the answer that it came from.
    tag: Option<String>,
    tag_path: PathBuf,
    /// Answers that its bytes came from.
    answers: u32,
}

impl Partial {
    fn open(part: &Path, size_bytes: u64) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(part)?;
        let tag_path = tag_path(part);
        let tag = read_file_capped(&tag_path, TAG_BYTES_MAX as u64)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .filter(|tag| is_strong(tag));
        let mut len = file.metadata()?.len();
        if len > size_bytes {
            file.set_len(0)?;
            len = 0;
        }
        file.seek(SeekFrom::Start(len))?;
        Ok(Self {
            file,
            len,
            tag,
            tag_path,
            answers: u32::from(len > 0),
        })
    }

    /// Asks until all is there.
    fn fill(&mut self, client: &HttpClient, url: &str, size_bytes: u64) -> Result<(), String> {
        let (mut fruitless, mut connections) = (0, 0);
        while self.len < size_bytes {
            let before = self.len;
            connections += 1;
            let reason = match self.go_on(client, url, size_bytes) {
                Ok(()) if self.len >= size_bytes => break,
                Ok(()) => format!("it breaks off after {} of {size_bytes} bytes", self.len),
                Err(Refusal::Passing(reason)) => reason,
                Err(Refusal::Final(reason)) => return Err(reason),
            };
            let is_further = self.len > before;
            fruitless = if is_further { 0 } else { fruitless + 1 };
            if fruitless >= ATTEMPTS_MAX || connections >= CONNECTIONS_MAX {
                return Err(reason);
            }
            thread::sleep(pause(client, fruitless));
        }
        Ok(())
    }

    /// One answer's worth of bytes.
    fn go_on(&mut self, client: &HttpClient, url: &str, size_bytes: u64) -> Result<(), Refusal> {
        let response = match ask(client, url, self.len, self.tag.as_deref()) {
            Err(Refusal::Passing(reason)) if reason.starts_with(OUT_OF_RANGE) => {
                self.start_again(None).map_err(|error| local(&error))?;
                return Err(Refusal::Passing(reason));
            }
            other => other?,
        };
        if response.status().as_u16() == 206 {
            match content_range(&response) {
                Some((first, total)) if first == self.len && total == Some(size_bytes) => {}
                Some((first, None)) if first == self.len => {}
                _ => {
                    // Another file lies there now, or it is no range that was asked for.
                    self.start_again(None).map_err(|error| local(&error))?;
                    return Err(Refusal::Passing(
                        "it sends another range than was asked for".to_owned(),
                    ));
                }
            }
        } else {
            if let Some(said) = content_length(&response)
                && said != size_bytes
            {
                return Err(Refusal::Final(format!(
                    "the file has {said} bytes, the index gives {size_bytes}"
                )));
            }
            let tag = response.headers().get("etag");
            let tag = tag.and_then(|value| value.to_str().ok()).map(str::to_owned);
            self.start_again(tag.filter(|tag| is_strong(tag)))
                .map_err(|error| local(&error))?;
        }
        self.answers += 1;
        self.take(&mut response.into_body().into_reader(), size_bytes)
    }

    fn start_again(&mut self, tag: Option<String>) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.len = 0;
        self.answers = 0;
        match &tag {
            Some(tag) => fs::write(&self.tag_path, tag)?,
            None => drop(fs::remove_file(&self.tag_path)),
        }
        self.tag = tag;
        Ok(())
    }

    fn take(&mut self, body: &mut dyn Read, size_bytes: u64) -> Result<(), Refusal> {
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let count = match body.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                // All of it is there: how the connection ends does not matter.
                Err(_) if self.len == size_bytes => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Refusal::Passing(error.to_string())),
            };
            if self.len + count as u64 > size_bytes {
                let _ = self.start_again(None);
                return Err(Refusal::Final(format!(
                    "it sends more than the {size_bytes} bytes that the index gives"
                )));
            }
            let bytes = piece.get(..count).unwrap_or_default();
            self.file.write_all(bytes).map_err(|error| local(&error))?;
            self.len += count as u64;
        }
    }
}

/// What the error of an answer begins with that has no such bytes.
const OUT_OF_RANGE: &str = "it has nothing from byte";

/// Sends one request; 200 and 206 are answers.
fn ask(
    client: &HttpClient,
    url: &str,
    from_byte: u64,
    if_range: Option<&str>,
) -> Result<Response<Body>, Refusal> {
    let get = Get {
        url,
        from_byte,
        if_range: if_range.filter(|_| from_byte > 0),
        ..Get::default()
    };
    let mut response = client.get(&get).map_err(|reason| {
        if may_pass(&reason) {
            Refusal::Passing(reason)
        } else {
            Refusal::Final(reason)
        }
    })?;
    match response.status().as_u16() {
        200 => Ok(response),
        206 if from_byte > 0 => Ok(response),
        416 if from_byte > 0 => Err(Refusal::Passing(format!("{OUT_OF_RANGE} {from_byte} on"))),
        status @ (408 | 429 | 500..=599) => {
            let text = error_text(&mut response);
            Err(Refusal::Passing(format!("server error ({status}){text}")))
        }
        404 => Err(Refusal::Final("not found (404)".to_owned())),
        status => {
            let text = error_text(&mut response);
            Err(Refusal::Final(format!("refused ({status}){text}")))
        }
    }
}

fn local(error: &io::Error) -> Refusal {
    Refusal::Final(format!("it cannot be written down: {error}"))
}

fn failed(url: &str, reason: String) -> OpenError {
    let hint = if reason.contains("certificate") || reason.contains("UnknownIssuer") {
        Some("an own certificate authority is named with `--ca-file FILE`".to_owned())
    } else {
        None
    };
    OpenError::Remote {
        name: url.to_owned(),
        reason,
        hint,
    }
}

/// Twice as long each time.
fn pause(client: &HttpClient, attempt: u32) -> Duration {
    client.timeouts.retry_pause * 2_u32.saturating_pow(attempt.saturating_sub(1))
}

fn content_length(response: &Response<Body>) -> Option<u64> {
    let value = response.headers().get("content-length")?;
    value.to_str().ok()?.trim().parse().ok()
}

/// First byte and whole size of a partial answer: `bytes 7-9/10`.
fn content_range(response: &Response<Body>) -> Option<(u64, Option<u64>)> {
    let range = response.headers().get("content-range")?.to_str().ok()?;
    let (range, total) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, _) = range.split_once('-')?;
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    Some((first.trim().parse().ok()?, total))
}

/// Only a strong tag names bytes.
fn is_strong(tag: &str) -> bool {
    tag.len() <= TAG_BYTES_MAX
        && tag.starts_with('"')
        && tag.ends_with('"')
        && tag.len() >= 2
        && tag
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

/// Where the entity tag of a partial file is kept.
fn tag_path(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".tag");
    PathBuf::from(name)
}
