//! Outputs as they are named on the command line: `json=PATH`, `syslog=udp://HOST`, `http=URL`.

use std::path::PathBuf;

use crate::outputs::file::{FileOutput, Rotation};
use crate::outputs::http::{HttpOptions, HttpOutput};
use crate::outputs::program::ProgramOutput;
use crate::outputs::syslog::{LOCAL, PORT, SyslogAddress, SyslogOutput};
use crate::{Form, Output};

/// Most alerts that `http-batch` sends at once.
const HTTP_BATCH_MAX: usize = 100;

/// The forms in which an output can be named, with what each does.
pub const TARGETS: &[(&str, &str)] = &[
    ("text=PATH", "Falco's lines in a file that is rotated"),
    (
        "json=PATH",
        "Falco's JSON, one alert a line, in a file that is rotated",
    ),
    ("syslog", "this machine's syslog"),
    (
        "syslog=PATH|udp://HOST:PORT|tcp://HOST:PORT",
        "another one, RFC 5424 over the network",
    ),
    (
        "http=URL",
        "Falco's JSON by POST, one alert each, as falcosidekick takes it",
    ),
    (
        "http-batch=URL",
        "the same, up to 100 alerts in a JSON array",
    ),
    (
        "program=COMMAND",
        "Falco's JSON on the standard input of a program",
    ),
];

/// An output that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    File { path: PathBuf, form: Form },
    Syslog(SyslogAddress),
    Http { url: String, batch: bool },
    Program(String),
}

/// What outputs need beside their names.
#[derive(Debug, Clone, Default)]
pub struct TargetOptions {
    pub rotation: Rotation,
    pub headers: Vec<(String, String)>,
    pub ca_pem: Vec<Vec<u8>>,
}

/// Why an output cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error(
        "read the output `{0}`: it is none of text=, json=, syslog, http=, http-batch=, program="
    )]
    Unknown(String),
    #[error("read the output `{0}`: nothing stands after `=`")]
    Empty(String),
    #[error("read the output `{0}`: it takes http:// or https://")]
    Scheme(String),
    #[error("open the output {name}: {reason}")]
    Open { name: String, reason: String },
}

impl Target {
    /// Reads `KIND[=VALUE]`.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let (kind, value) = match text.split_once('=') {
            Some((_, "")) => return Err(TargetError::Empty(text.to_owned())),
            Some((kind, value)) => (kind, Some(value)),
            None => (text, None),
        };
        match (kind, value) {
            ("text", Some(path)) => Ok(Self::file(path, Form::Text)),
            ("json", Some(path)) => Ok(Self::file(path, Form::Json)),
            ("syslog", None) => Ok(Self::Syslog(SyslogAddress::Local(LOCAL.into()))),
            ("syslog", Some(address)) => Ok(Self::Syslog(syslog_address(address))),
            ("http" | "http-batch", Some(url)) => {
                if !url.starts_with("http://") && !url.starts_with("https://") {
                    return Err(TargetError::Scheme(redacted(text)));
                }
                Ok(Self::Http {
                    url: url.to_owned(),
                    batch: kind == "http-batch",
                })
            }
            ("program", Some(command)) => Ok(Self::Program(command.to_owned())),
            _ => Err(TargetError::Unknown(redacted(text))),
        }
    }

    fn file(path: &str, form: Form) -> Self {
        Self::File {
            path: path.into(),
            form,
        }
    }

    /// What it is called in counts and messages; secrets of a URL are left out.
    pub fn name(&self) -> String {
        match self {
            Self::File { path, .. } => format!("file {}", path.display()),
            Self::Syslog(SyslogAddress::Local(path)) => format!("syslog {}", path.display()),
            Self::Syslog(SyslogAddress::Udp(server)) => format!("syslog udp://{server}"),
            Self::Syslog(SyslogAddress::Tcp(server)) => format!("syslog tcp://{server}"),
            Self::Http { url, .. } => redacted(url),
            // Arguments may hold secrets.
            Self::Program(command) => {
                let program = command.split_whitespace().next().unwrap_or_default();
                format!("program {program}")
            }
        }
    }

    /// Opens it. Receivers that may come later (syslog, HTTP, a program) are not asked yet.
    pub fn open(&self, options: &TargetOptions) -> Result<Box<dyn Output>, TargetError> {
        let fails = |reason: String| TargetError::Open {
            name: self.name(),
            reason,
        };
        Ok(match self {
            Self::File { path, form } => Box::new(
                FileOutput::open(path.clone(), *form, options.rotation)
                    .map_err(|error| fails(error.to_string()))?,
            ),
            Self::Syslog(address) => Box::new(SyslogOutput::new(address.clone())),
            Self::Http { url, batch } => {
                let http = HttpOptions {
                    headers: options.headers.clone(),
                    ca_pem: options.ca_pem.clone(),
                    batch_max: if *batch { HTTP_BATCH_MAX } else { 1 },
                };
                Box::new(HttpOutput::new(url.clone(), http).map_err(|error| fails(error.reason))?)
            }
            Self::Program(command) => Box::new(ProgramOutput::new(command.clone())),
        })
    }
}

fn syslog_address(text: &str) -> SyslogAddress {
    let with_port = |server: &str| {
        let ends_in_port = server
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let is_bare_ipv6 = server.matches(':').count() > 1 && !server.starts_with('[');
        match (ends_in_port, is_bare_ipv6) {
            (_, true) => format!("[{server}]:{PORT}"),
            (true, false) => server.to_owned(),
            (false, false) => format!("{server}:{PORT}"),
        }
    };
    if let Some(server) = text.strip_prefix("udp://") {
        SyslogAddress::Udp(with_port(server))
    } else if let Some(server) = text.strip_prefix("tcp://") {
        SyslogAddress::Tcp(with_port(server))
    } else {
        SyslogAddress::Local(text.into())
    }
}

/// A URL without user, password and query: those may be secrets.
fn redacted(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_read_and_named() {
        for (text, name) in [
            ("text=/var/log/a", "file /var/log/a"),
            ("json=a", "file a"),
            ("syslog", "syslog /dev/log"),
            ("syslog=/run/x", "syslog /run/x"),
            ("syslog=udp://h", "syslog udp://h:514"),
            ("syslog=tcp://h:601", "syslog tcp://h:601"),
            ("syslog=tcp://::1", "syslog tcp://[::1]:514"),
            ("syslog=udp://[::1]:5", "syslog udp://[::1]:5"),
            ("http=http://u:p@h:2801/x?token=t", "http://h:2801/x"),
            ("http-batch=https://h", "https://h"),
            ("program=curl -H 'token: x'", "program curl"),
        ] {
            assert_eq!(Target::parse(text).unwrap().name(), name, "{text}");
        }
    }

    #[test]
    fn what_is_none_is_said_without_its_secrets() {
        for (text, message) in [
            ("json=", "read the output `json=`: nothing stands after `=`"),
            (
                "xml=https://u:p@h/",
                "read the output `xml=https://h/`: it is none of text=, json=, syslog, http=, \
                 http-batch=, program=",
            ),
            (
                "http=ftp://u:p@h/",
                "read the output `http=ftp://h/`: it takes http:// or https://",
            ),
        ] {
            assert_eq!(Target::parse(text).unwrap_err().to_string(), message);
        }
    }
}
