//! Runs a program of the user's that renders: no shell, little environment, a time limit, a cap on
//! what it writes.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Longest run of one program.
pub const TIME_MAX: Duration = Duration::from_mins(2);
/// Most that a program may write to standard output, in bytes.
pub const OUTPUT_BYTES_MAX: u64 = 128 << 20;
/// How much of what it says on standard error is kept, in bytes.
const WORDS_BYTES_MAX: u64 = 64 << 10;
/// How much of that is shown, in characters.
const WORDS_SHOWN_MAX: usize = 400;
/// Variables that a program is handed: where programs and its own settings are, and how to write.
const ENVIRONMENT: [&str; 14] = [
    "PATH",
    "HOME",
    "USER",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "HELM_CACHE_HOME",
    "HELM_CONFIG_HOME",
    "HELM_DATA_HOME",
    "HELM_REPOSITORY_CACHE",
    "HELM_REPOSITORY_CONFIG",
];
/// Keeps Go's programs and git from the network; nothing listens on the discard port.
const CLOSED: [(&str, &str); 6] = [
    ("HTTP_PROXY", "http://127.0.0.1:9"),
    ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ("NO_PROXY", ""),
    ("GIT_ALLOW_PROTOCOL", "file"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("KUBECONFIG", "/dev/null"),
];

/// Why a program gave nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    #[error("`{0}` is not installed")]
    Missing(String),
    #[error("`{0}` could not be run: {1}")]
    Start(String, String),
    #[error("`{0}` did not end within {1} s")]
    Slow(String, u64),
    #[error("`{0}` wrote more than {1} MiB")]
    Large(String, u64),
    #[error("`{0}` failed: {1}")]
    Failed(String, String),
}

/// How a program is run.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub time: Duration,
    pub output_bytes: u64,
    /// Whether it may use the network.
    pub online: bool,
}

/// What a program writes to standard output.
pub fn output(
    program: &str,
    arguments: &[&OsStr],
    folder: &Path,
    limits: Limits,
) -> Result<Vec<u8>, ProgramError> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    for name in ENVIRONMENT {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    if limits.online {
        let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE"];
        for name in proxies {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("KUBECONFIG", "/dev/null");
    } else {
        command.envs(CLOSED);
    }
    let child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ProgramError::Missing(program.to_owned()),
        _ => ProgramError::Start(program.to_owned(), error.to_string()),
    })?;
    Run { program, child }.finish(limits)
}

/// A program that runs; dropped, it and what it started is ended.
struct Run<'a> {
    program: &'a str,
    child: Child,
}

impl Run<'_> {
    fn finish(mut self, limits: Limits) -> Result<Vec<u8>, ProgramError> {
        let end = Instant::now() + limits.time;
        let (Some(out), Some(err)) = (self.child.stdout.take(), self.child.stderr.take()) else {
            return Err(ProgramError::Start(
                self.program.to_owned(),
                "no pipes".to_owned(),
            ));
        };
        let written = capped(out, limits.output_bytes);
        let said = capped(err, WORDS_BYTES_MAX);
        let left = || end.saturating_duration_since(Instant::now());
        let slow = || ProgramError::Slow(self.program.to_owned(), limits.time.as_secs());
        let bytes = match written.recv_timeout(left()) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                let limit = limits.output_bytes >> 20;
                return Err(ProgramError::Large(self.program.to_owned(), limit));
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Err(slow()),
        };
        let words = said.recv_timeout(left());
        // It has closed its output; what lingers on is ended when the time is over.
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if left().is_zero() => return Err(slow()),
                Ok(None) => std::thread::sleep(Duration::from_millis(2)),
                Err(error) => {
                    return Err(ProgramError::Start(
                        self.program.to_owned(),
                        error.to_string(),
                    ));
                }
            }
        };
        if status.success() {
            return Ok(bytes);
        }
        let words = words.ok().flatten().unwrap_or_default();
        let words = shown(&String::from_utf8_lossy(&words));
        let words = if words.is_empty() {
            status.to_string()
        } else {
            words
        };
        Err(ProgramError::Failed(self.program.to_owned(), words))
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            if let Some(group) = i32::try_from(self.child.id())
                .ok()
                .and_then(rustix::process::Pid::from_raw)
            {
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Reads a pipe on a thread of its own; `None` when there was more than the cap. Of standard error
/// the rest is read and forgotten, so that the program is not held up.
fn capped(pipe: impl Read + Send + 'static, bytes_max: u64) -> mpsc::Receiver<Option<Vec<u8>>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut pipe = pipe;
        let mut bytes = Vec::new();
        let read = pipe
            .by_ref()
            .take(bytes_max.saturating_add(1))
            .read_to_end(&mut bytes);
        let is_whole = read.is_ok() && bytes.len() as u64 <= bytes_max;
        if bytes_max == WORDS_BYTES_MAX {
            let _ = io::copy(&mut pipe, &mut io::sink());
            let _ = send.send(Some(bytes));
        } else {
            let _ = send.send(is_whole.then_some(bytes));
        }
    });
    receive
}

/// A program's own words on one line, not too long, without its prefix.
fn shown(words: &str) -> String {
    let lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
    // Warnings come before the error, and help after it.
    let useful: Vec<&str> = lines
        .filter(|line| !line.starts_with("WARNING") && !line.starts_with("Use --debug"))
        .map(|line| {
            line.trim_start_matches("Error: ")
                .trim_start_matches("error: ")
        })
        .collect();
    let text = plimsoll_model::text::clean(&useful.join(" ")).into_owned();
    if text.chars().count() <= WORDS_SHOWN_MAX {
        return text;
    }
    let cut: String = text.chars().take(WORDS_SHOWN_MAX).collect();
    format!("{cut} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, limits: Limits) -> Result<Vec<u8>, ProgramError> {
        let arguments = [OsStr::new("-c"), OsStr::new(script)];
        output("sh", &arguments, Path::new("/"), limits)
    }

    const LIMITS: Limits = Limits {
        time: Duration::from_secs(20),
        output_bytes: 1 << 20,
        online: false,
    };

    #[test]
    fn output_is_handed_over_and_errors_speak() {
        assert_eq!(run("printf a; echo no >&2", LIMITS), Ok(b"a".to_vec()));
        let failed = run("echo 'Error: it  broke' >&2; echo >&2; exit 3", LIMITS);
        let words = "`sh` failed: it  broke";
        assert_eq!(failed.unwrap_err().to_string(), words);
        assert_eq!(
            output("no-such-program", &[], Path::new("/"), LIMITS),
            Err(ProgramError::Missing("no-such-program".to_owned()))
        );
    }

    /// A program that never ends, one that never stops writing, one that leaves another behind.
    #[test]
    fn bounds_hold() {
        let short = Limits {
            time: Duration::from_millis(300),
            ..LIMITS
        };
        let begun = Instant::now();
        assert!(matches!(
            run("sleep 600", short),
            Err(ProgramError::Slow(..))
        ));
        assert!(matches!(
            run("sleep 600 & exit 0", short),
            Err(ProgramError::Slow(..))
        ));
        assert!(matches!(run("yes", LIMITS), Err(ProgramError::Large(..))));
        assert!(matches!(run("yes >&2", short), Err(ProgramError::Slow(..))));
        assert!(begun.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn the_network_is_closed_and_secrets_stay() {
        let shown = run("env", LIMITS).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.contains("HTTPS_PROXY=http://127.0.0.1:9"), "{shown}");
        assert!(shown.contains("PATH="), "{shown}");
        assert!(!shown.contains("CARGO_"), "{shown}");
    }
}
