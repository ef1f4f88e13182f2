//! Images of a local Docker or Podman, through the engine's socket.
//!
//! The engine's archive is read as it comes and stored nowhere. Speaks the part of Docker's API
//! that Podman serves as well: `images/NAME/json` and `images/get`.

mod socket;

use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use plimsoll_model::Digest;
use serde::Deserialize;
use ureq::Agent;

use self::socket::{NoResolver, UnixConnector};
use crate::http::error_text;
use crate::oci::Selection;
use crate::stream::Origin;
use crate::{Blob, ImageStream, OpenError};

/// How long the engine may think before it answers: it may have to pack layers first.
const ANSWER_WAIT_MAX: Duration = Duration::from_mins(2);
/// Largest answer about an image, in bytes.
const INSPECT_BYTES_MAX: u64 = 4 << 20;

/// An engine that answers at a socket.
#[derive(Debug, Clone)]
pub struct Engine {
    agent: Agent,
    socket: PathBuf,
}

#[derive(Deserialize)]
struct Inspected {
    #[serde(rename = "Id")]
    id: String,
}

impl Engine {
    /// The engine behind the first of these sockets that takes a connection.
    pub fn find(sockets: &[PathBuf]) -> Option<Self> {
        sockets
            .iter()
            .find(|socket| std::os::unix::net::UnixStream::connect(socket).is_ok())
            .map(|socket| Self::at(socket))
    }

    /// The engine behind a socket.
    pub fn at(socket: &Path) -> Self {
        let config = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_recv_response(Some(ANSWER_WAIT_MAX))
            .timeout_per_read(Some(ANSWER_WAIT_MAX))
            .proxy(None)
            .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
            .build();
        let connector = UnixConnector {
            socket: socket.to_owned(),
        };
        Self {
            agent: Agent::with_parts(config, connector, NoResolver),
            socket: socket.to_owned(),
        }
    }

    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Whether the engine has the image; its id.
    pub fn image_id(&self, name: &str) -> Result<Option<String>, OpenError> {
        let url = format!("http://engine/images/{}/json", escape(name));
        let mut response = self
            .agent
            .get(&url)
            .call()
            .map_err(|error| self.failed(name, &error.to_string()))?;
        match response.status().as_u16() {
            200 => {}
            404 => return Ok(None),
            status => {
                let text = error_text(&mut response);
                return Err(self.failed(name, &format!("the engine refused ({status}){text}")));
            }
        }
        let mut bytes = Vec::new();
        response
            .body_mut()
            .as_reader()
            .take(INSPECT_BYTES_MAX)
            .read_to_end(&mut bytes)
            .map_err(|error| self.failed(name, &error.to_string()))?;
        let inspected: Inspected = serde_json::from_slice(&bytes).map_err(|error| {
            self.failed(name, &format!("its answer is not understood: {error}"))
        })?;
        Ok(Some(inspected.id))
    }

    /// The image as a stream; an error if the engine does not have it.
    pub fn open_image(&self, name: &str, selection: &Selection) -> Result<ImageStream, OpenError> {
        let id = self.image_id(name)?.ok_or_else(|| OpenError::Remote {
            name: name.to_owned(),
            reason: format!("the engine at {} has no such image", self.socket.display()),
            hint: Some("pull it first, or name it with `registry:` in front".to_owned()),
        })?;
        let image_id = Digest::from_hex(id.strip_prefix("sha256:").unwrap_or(&id));
        let origin = image_id.ok().map(|image_id| Origin {
            sender: self.socket.display().to_string(),
            image_id,
        });
        let source = Arc::new(EngineArchive {
            engine: self.clone(),
            name: name.to_owned(),
        });
        let selection = Selection {
            reference: None,
            platform: selection.platform.clone(),
        };
        Ok(ImageStream::new(name, source, selection).with_origin(origin))
    }

    fn failed(&self, name: &str, reason: &str) -> OpenError {
        OpenError::Remote {
            name: name.to_owned(),
            reason: format!("{}: {reason}", self.socket.display()),
            hint: Some("is the engine running, and may this user speak to it?".to_owned()),
        }
    }
}

/// The archive that an engine makes of one image.
struct EngineArchive {
    engine: Engine,
    name: String,
}

impl Blob for EngineArchive {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let url = format!("http://engine/images/get?names={}", escape(&self.name));
        let mut response = self
            .engine
            .agent
            .get(&url)
            .call()
            .map_err(|error| io::Error::other(error.to_string()))?;
        let status = response.status().as_u16();
        if status != 200 {
            let text = error_text(&mut response);
            return Err(io::Error::other(format!(
                "the engine refused ({status}){text}"
            )));
        }
        Ok(Box::new(response.into_body().into_reader()))
    }
}

/// Percent-encodes what has a meaning of its own in a URL; slashes and colons of names stay.
fn escape(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
