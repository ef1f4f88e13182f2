//! A Debian suite on a mirror, reached by apt with a root of its own: apt checks the signatures of
//! the indexes, and nothing of the machine's own configuration is touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Largest index, in bytes.
const INDEX_BYTES_MAX: u64 = 1 << 30;
/// Downloads handed to apt at once.
const DOWNLOADS_AT_ONCE: usize = 50;
/// apt's own downloader, which checks digests.
const APT_HELPER: &str = "/usr/lib/apt/apt-helper";
/// The keys that Debian signs its archive with (package `debian-archive-keyring`).
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// A suite with its updates and security archive.
pub struct Suite {
    root: PathBuf,
    codename: String,
}

/// An index that apt has fetched.
pub struct Index {
    /// `Sources` or `Packages`.
    pub kind: String,
    /// Ends in a slash; file names in the index follow.
    pub uri: String,
    /// `bookworm-security`.
    pub suite: String,
    pub text: String,
}

/// A file to download.
pub struct Download {
    pub uri: String,
    pub sha256: String,
    pub to: PathBuf,
}

impl Suite {
    /// Prepares the root and fetches the indexes.
    pub fn update(folder: &Path, mirror: &str, codename: &str) -> Result<Self> {
        for tool in [APT_HELPER, KEYRING] {
            if !Path::new(tool).exists() {
                bail!(
                    "{tool} is missing: this needs Debian or Ubuntu with apt and debian-archive-keyring"
                );
            }
        }
        let suite = Self {
            root: folder.join(codename),
            codename: codename.to_owned(),
        };
        suite.prepare(mirror)?;
        suite.apt("apt-get", &["-q", "update"])?;
        Ok(suite)
    }

    fn prepare(&self, mirror: &str) -> Result<()> {
        for folder in [
            "etc/apt/sources.list.d",
            "etc/apt/preferences.d",
            "etc/apt/apt.conf.d",
            "var/lib/apt/lists/partial",
            "var/cache/apt/archives/partial",
        ] {
            fs::create_dir_all(self.root.join(folder))?;
        }
        fs::write(self.root.join("status"), "")?;
        let codename = &self.codename;
        let source = |archive: &str, suites: &str| {
            format!(
                "Types: deb deb-src\nURIs: {mirror}/{archive}\nSuites: {suites}\n\
                 Components: main\nSigned-By: {KEYRING}\n\n"
            )
        };
        let sources = source("debian", &format!("{codename} {codename}-updates"))
            + &source("debian-security", &format!("{codename}-security"));
        fs::write(
            self.root.join("etc/apt/sources.list.d/debian.sources"),
            sources,
        )?;
        let root = self.root.display();
        let configuration = format!(
            "Dir \"{root}\";\nDir::State \"{root}/var/lib/apt\";\n\
             Dir::State::status \"{root}/status\";\nDir::Cache \"{root}/var/cache/apt\";\n\
             Dir::Etc \"{root}/etc/apt\";\nAPT::Architecture \"amd64\";\n\
             APT::Architectures {{\"amd64\";}};\nAcquire::Languages \"none\";\n\
             APT::Sandbox::User \"root\";\n"
        );
        fs::write(self.root.join("apt.conf"), configuration)?;
        Ok(())
    }

    /// Runs one of apt's tools with this root.
    fn apt(&self, tool: &str, arguments: &[&str]) -> Result<String> {
        let output = Command::new(tool)
            .env("APT_CONFIG", self.root.join("apt.conf"))
            .args(arguments)
            .output()
            .with_context(|| format!("failed to run {tool}"))?;
        if !output.status.success() {
            bail!("{tool} failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The indexes of source and binary packages.
    pub fn indexes(&self) -> Result<Vec<Index>> {
        let format = "$(CREATED_BY)|$(REPO_URI)|$(CODENAME)|$(FILENAME)";
        let listed = self.apt("apt-get", &["indextargets", "--format", format])?;
        let mut indexes = Vec::new();
        for line in listed.lines() {
            let mut parts = line.split('|');
            let (Some(kind), Some(uri), Some(suite), Some(path)) =
                (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                bail!("odd index target `{line}`");
            };
            let bytes = plimsoll_image::read_file_capped(Path::new(path), INDEX_BYTES_MAX)
                .with_context(|| format!("failed to read {path}"))?;
            indexes.push(Index {
                kind: kind.to_owned(),
                uri: uri.to_owned(),
                suite: suite.to_owned(),
                text: String::from_utf8_lossy(&bytes).into_owned(),
            });
        }
        indexes.sort_by(|a, b| (&a.suite, &a.kind).cmp(&(&b.suite, &b.kind)));
        Ok(indexes)
    }

    /// The `Date` of each signed release file: suite and date.
    pub fn dates(&self) -> Result<Vec<(String, String)>> {
        let mut dates = Vec::new();
        for entry in fs::read_dir(self.root.join("var/lib/apt/lists"))? {
            let path = entry?.path();
            if !path.to_string_lossy().ends_with("InRelease") {
                continue;
            }
            let bytes = plimsoll_image::read_file_capped(&path, INDEX_BYTES_MAX)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
            if let (Some(codename), Some(date)) = (field("Codename: "), field("Date: ")) {
                dates.push((codename.to_owned(), date.to_owned()));
            }
        }
        dates.sort();
        Ok(dates)
    }

    /// Downloads what can be had; mirrors lack a file now and then, so the caller looks what came.
    pub fn download(&self, downloads: &[Download]) -> Result<()> {
        for batch in downloads.chunks(DOWNLOADS_AT_ONCE) {
            let mut command = Command::new(APT_HELPER);
            command
                .env("APT_CONFIG", self.root.join("apt.conf"))
                .args(["-q", "download-file"]);
            for download in batch {
                command
                    .arg(&download.uri)
                    .arg(&download.to)
                    .arg(format!("SHA256:{}", download.sha256));
            }
            command.output().context("failed to run apt-helper")?;
        }
        Ok(())
    }
}
