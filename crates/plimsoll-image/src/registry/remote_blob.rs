//! A blob that comes over the network and is resumed where it broke off.

use std::io::{self, Read};
use std::sync::Arc;
use std::thread;

use plimsoll_model::Digest;
use ureq::http::Response;
use ureq::{Body, BodyReader};

use super::client::{ATTEMPTS_MAX, Client};
use crate::Blob;

/// Connections over which one blob may come: a bad line breaks off now and then, and a server that
/// sends a few bytes each time must not keep us for ever.
const CONNECTIONS_MAX: u32 = 64;

/// A blob of a repository.
pub struct RemoteBlob {
    pub client: Arc<Client>,
    pub digest: Digest,
    pub size_bytes: u64,
}

impl Blob for RemoteBlob {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Resuming {
            client: Arc::clone(&self.client),
            path: format!("blobs/{}", self.digest),
            size_bytes: self.size_bytes,
            offset: 0,
            body: None,
            fruitless: 0,
            connections: 0,
        }))
    }
}

struct Resuming {
    client: Arc<Client>,
    path: String,
    size_bytes: u64,
    offset: u64,
    body: Option<BodyReader<'static>>,
    /// Attempts since the last byte came.
    fruitless: u32,
    connections: u32,
}

impl Resuming {
    /// Asks for the rest. A server that cannot resume sends all of it; the known part is skipped.
    fn connect(&mut self) -> io::Result<BodyReader<'static>> {
        self.connections += 1;
        let response = match self.client.get(&self.path, "", self.offset) {
            Ok(response) => response,
            Err(error) => {
                // It was asked often enough already.
                self.fruitless = ATTEMPTS_MAX;
                return Err(io::Error::other(error.to_string()));
            }
        };
        let resumed = response.status().as_u16() == 206;
        if resumed && first_byte(&response) != Some(self.offset) {
            return Err(io::Error::other(format!(
                "asked for the bytes from {} on, it sends another range",
                self.offset
            )));
        }
        let mut body = response.into_body().into_reader();
        if self.offset > 0 && !resumed {
            let skipped = io::copy(&mut (&mut body).take(self.offset), &mut io::sink())?;
            if skipped < self.offset {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(body)
    }

    fn step(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut body = match self.body.take() {
            Some(body) => body,
            // All of it is there: how the connection ended does not matter.
            None if self.offset == self.size_bytes && self.offset > 0 => return Ok(0),
            None => self.connect()?,
        };
        let count = body.read(buffer)?;
        if count == 0 && self.offset < self.size_bytes {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("ended after {} of {} bytes", self.offset, self.size_bytes),
            ));
        }
        self.body = Some(body);
        Ok(count)
    }
}

/// The first byte of a partial answer.
fn first_byte(response: &Response<Body>) -> Option<u64> {
    read_first_byte(response.headers().get("content-range")?.to_str().ok()?)
}

/// The first byte of a `Content-Range`: `bytes 7-9/10`.
pub(super) fn read_first_byte(range: &str) -> Option<u64> {
    let (first, _) = range.strip_prefix("bytes ")?.split_once('-')?;
    first.trim().parse().ok()
}

impl Read for Resuming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match self.step(buffer) {
                Ok(count) => {
                    self.offset += count as u64;
                    self.fruitless = if count > 0 { 0 } else { self.fruitless };
                    if self.offset > self.size_bytes {
                        return Err(io::Error::other(format!(
                            "more than the {} bytes that the manifest gives",
                            self.size_bytes
                        )));
                    }
                    return Ok(count);
                }
                Err(error) => {
                    self.body = None;
                    self.fruitless += 1;
                    if self.offset == self.size_bytes && self.offset > 0 {
                        continue;
                    }
                    if self.fruitless >= ATTEMPTS_MAX {
                        return Err(error);
                    }
                    if self.connections >= CONNECTIONS_MAX {
                        return Err(io::Error::other(format!(
                            "it breaks off again and again: {} of {} bytes after \
                             {CONNECTIONS_MAX} connections: {error}",
                            self.offset, self.size_bytes
                        )));
                    }
                    thread::sleep(self.client.pause(self.fruitless));
                }
            }
        }
    }
}
