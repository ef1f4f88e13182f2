//! Which documents were asked for, and writing them.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use plimsoll_model::Report;
use plimsoll_report::outputs::{OUTPUTS, OutputFormat, output};
use plimsoll_report::{WriteError, WriteOptions};

use crate::atomic;
use crate::failure::Failure;

/// What a terminal gets where nothing was asked for.
const FORMAT_DEFAULT: &str = "table";

/// The documents of one run.
pub struct Wanted {
    /// To standard output; the default where nothing else was asked for.
    stdout: Option<&'static dyn OutputFormat>,
    files: Vec<(&'static dyn OutputFormat, PathBuf)>,
}

impl Wanted {
    /// From `--format` and any number of `-o FORMAT[=PATH]`.
    pub fn parse(format: Option<&str>, outputs: &[String]) -> Result<Self, Failure> {
        let mut stdout = format.map(find).transpose()?;
        let mut files = Vec::new();
        for wanted in outputs {
            match wanted.split_once('=') {
                Some((_, "")) => {
                    return Err(
                        Failure::new(format!("failed to read `-o {wanted}`: no path"))
                            .hint("write `-o FORMAT=PATH`"),
                    );
                }
                Some((format, "-")) => stdout = Some(find(format)?),
                Some((format, path)) => files.push((find(format)?, PathBuf::from(path))),
                None => stdout = Some(find(wanted)?),
            }
        }
        Ok(Self { stdout, files })
    }

    /// Whether a document is to go to a file.
    pub const fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// The format for standard output: what was asked for, else the default where no file was.
    pub fn stdout_or(&self, default: &'static str) -> Option<&'static dyn OutputFormat> {
        self.stdout.or_else(|| {
            if self.files.is_empty() {
                output(default)
            } else {
                None
            }
        })
    }

    /// The id of the format that was asked for on standard output.
    pub fn stdout_id(&self) -> Option<&'static str> {
        self.stdout.map(OutputFormat::id)
    }

    /// Writes every document.
    pub fn write(&self, report: &Report, options: &WriteOptions) -> Result<(), Failure> {
        self.write_with_default(report, options, FORMAT_DEFAULT)
    }

    /// Writes every document; `default` goes to standard output where nothing was asked for.
    pub fn write_with_default(
        &self,
        report: &Report,
        options: &WriteOptions,
        default: &'static str,
    ) -> Result<(), Failure> {
        for (format, path) in &self.files {
            let plain = WriteOptions {
                color: false,
                width: None,
                elapsed: None,
                ..options.clone()
            };
            let mut bytes = Vec::new();
            format
                .write(report, &plain, &mut bytes)
                .map_err(|error| write_failure(&error))?;
            write_atomically(path, &bytes)?;
        }
        if let Some(format) = self.stdout_or(default) {
            let stdout = io::stdout();
            let mut out = io::BufWriter::with_capacity(64 << 10, stdout.lock());
            format
                .write(report, options, &mut out)
                .map_err(|error| write_failure(&error))?;
            out.flush().map_err(|error| stdout_failure(&error))?;
        }
        Ok(())
    }
}

/// Writes a file whole or not at all.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    atomic::write(path, bytes)
        .map_err(|error| Failure::new(format!("failed to write {}: {error}", path.display())))
}

/// Text that no output format writes: differences, explanations.
pub fn print(text: &str) -> Result<(), Failure> {
    let stdout = io::stdout();
    let mut out = stdout.lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| stdout_failure(&error))
}

/// Whether standard output is a terminal that may be coloured.
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Columns of the terminal behind standard output.
pub fn terminal_width() -> Option<usize> {
    rustix::termios::tcgetwinsize(io::stdout())
        .ok()
        .map(|size| usize::from(size.ws_col))
}

fn find(id: &str) -> Result<&'static dyn OutputFormat, Failure> {
    output(id).ok_or_else(|| {
        let known: Vec<&str> = OUTPUTS.iter().map(|format| format.id()).collect();
        let hint = plimsoll_policy::suggest::nearest(id, known.iter().copied()).map_or_else(
            || format!("one of {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        Failure::new(format!("failed to find the output format `{id}`")).hint(hint)
    })
}

fn write_failure(error: &WriteError) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::broken_pipe();
    }
    Failure::new(format!("failed to {error}"))
}

pub fn stdout_failure(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::broken_pipe();
    }
    Failure::new(format!("failed to write to standard output: {error}"))
}
