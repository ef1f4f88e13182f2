//! Flag over environment over `plimsoll.yaml` over default.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use plimsoll_image::hash::sha256;
use plimsoll_image::read_file_capped;
use plimsoll_model::{Digest, Severity, Stage};
use plimsoll_policy::document::POLICY_BYTES_MAX;
use plimsoll_policy::ignore_files::{self, IGNORE_FILES};
use plimsoll_policy::{
    Admission, Document, Exception, Policy, PolicyError, Response, Settings, WatchSettings, builtin,
};

use crate::cli::{ColorChoice, Global};
use crate::failure::{Context, Failure};

/// Name of the file that is looked for upward from the working folder.
pub const CONFIG_FILE: &str = "plimsoll.yaml";

/// Memory for file contents that need random access, unless said otherwise, in bytes.
const MEMORY_MAX_DEFAULT: u64 = 64 << 20;

/// Everything that was configured, resolved.
pub struct Configuration {
    pub settings: Settings,
    /// Where the settings were read.
    pub file: Option<PathBuf>,
    pub policy: Policy,
    /// The policy as a file, for `policy export`; absent for the built-in one.
    pub policy_file: Option<PathBuf>,
    /// Of everything that is judged by: the policy's file, and other tools' ignore files.
    pub policy_digest: Digest,
    pub exceptions: Vec<Exception>,
    /// What is done about alerts.
    pub responses: Vec<Response>,
    /// Values of the flags of `watch`.
    pub watch: WatchSettings,
    /// How the webhook behaves.
    pub admission: Admission,
    pub stage: Stage,
    pub severity: SeverityFilter,
    pub ignore_unfixed: bool,
    pub strict: bool,
    pub offline: bool,
    /// Asked to reach for hosts that configuration names.
    pub online: bool,
    pub quiet: bool,
    pub verbose: bool,
    pub color: ColorChoice,
    pub memory_max_bytes: u64,
    pub jobs: usize,
    pub exit_code: Option<u8>,
    /// `None`: nothing is kept between runs.
    pub cache: Option<PathBuf>,
    pub db: Option<PathBuf>,
}

/// Which findings are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeverityFilter {
    All,
    AtLeast(Severity),
    Only(Vec<Severity>),
}

impl SeverityFilter {
    /// One word means that and worse; a list, in any case, exactly those.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let words: Vec<&str> = text
            .split(',')
            .map(str::trim)
            .filter(|w| !w.is_empty())
            .collect();
        let parsed: Result<Vec<Severity>, _> = words.iter().map(|word| word.parse()).collect();
        let parsed = parsed.map_err(|error| {
            Failure::new(format!("failed to read --severity: {error}"))
                .hint("one word means that and worse; a list such as high,critical exactly those")
        })?;
        Ok(match parsed.as_slice() {
            [] => Self::All,
            [least] => Self::AtLeast(*least),
            _ => Self::Only(parsed),
        })
    }

    pub fn admits(&self, severity: Severity) -> bool {
        match self {
            Self::All => true,
            Self::AtLeast(least) => severity >= *least,
            Self::Only(list) => list.contains(&severity),
        }
    }
}

impl Configuration {
    /// Reads the configuration file, the policy and the ignore files, and lays the flags over them.
    pub fn load(global: &Global) -> Result<Self, Failure> {
        let working = std::env::current_dir().context("find the working folder")?;
        let file = match &global.config {
            Some(file) => Some(file.clone()),
            None => find_upward(&working),
        };
        let (document, mut policy_digest) = match &file {
            Some(file) => read_document(file)?,
            None => (
                parse("", "built-in policy")?,
                sha256(builtin::DEFAULT_POLICY_YAML.as_bytes()),
            ),
        };
        let mut exceptions = document.exceptions;
        let mut responses = document.responses;
        let mut admission = document.admission;
        let (policy, policy_file) = match &global.policy {
            Some(path) => {
                let (other, digest) = read_document(path)?;
                policy_digest = digest;
                exceptions = other.exceptions;
                responses = other.responses;
                admission = other.admission;
                (other.policy, Some(path.clone()))
            }
            None => (document.policy, file.clone()),
        };
        let (ignored, ignore_digests) = read_ignore_files(&working)?;
        exceptions.extend(ignored);
        if !ignore_digests.is_empty() {
            policy_digest = sha256(format!("{policy_digest}\n{ignore_digests}").as_bytes());
        }
        let settings = document.settings;
        let text = |flag: &Option<String>, setting: &Option<String>| {
            flag.clone().or_else(|| setting.clone())
        };
        Ok(Self {
            stage: stage(text(&global.stage, &settings.stage).as_deref())?,
            severity: SeverityFilter::parse(
                text(&global.severity, &settings.severity)
                    .as_deref()
                    .unwrap_or_default(),
            )?,
            ignore_unfixed: global.ignore_unfixed || settings.ignore_unfixed.unwrap_or_default(),
            strict: global.strict || settings.strict.unwrap_or_default(),
            offline: !global.online && (global.offline || settings.offline == Some(true)),
            online: global.online || (!global.offline && settings.offline == Some(false)),
            quiet: global.quiet,
            verbose: global.verbose,
            color: color(global, &settings)?,
            memory_max_bytes: match text(&global.memory_max, &settings.memory_max) {
                Some(size) => parse_size(&size)?,
                None => MEMORY_MAX_DEFAULT,
            },
            jobs: global
                .jobs
                .or(settings.jobs)
                .filter(|jobs| *jobs > 0)
                .unwrap_or_else(cores),
            exit_code: global.exit_code.or(settings.exit_code),
            cache: cache_folder(global, &settings),
            db: global
                .db
                .clone()
                .or_else(|| settings.db.clone().map(PathBuf::from)),
            settings,
            file,
            policy,
            policy_file,
            policy_digest,
            exceptions,
            responses,
            watch: document.watch,
            admission,
        })
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn find_upward(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .map(|folder| folder.join(CONFIG_FILE))
        .find(|file| file.is_file())
}

/// Reads a policy file; with it the digest of its bytes.
pub fn read_document(file: &Path) -> Result<(Document, Digest), Failure> {
    let name = file.display().to_string();
    let bytes =
        read_file_capped(file, POLICY_BYTES_MAX as u64 + 1).context(format_args!("read {name}"))?;
    let digest = sha256(&bytes);
    let text = String::from_utf8(bytes).context(format_args!("read {name}"))?;
    Ok((parse(&text, &name)?, digest))
}

fn parse(text: &str, name: &str) -> Result<Document, Failure> {
    Document::parse(text, name).map_err(policy_failure)
}

fn policy_failure(error: PolicyError) -> Failure {
    Failure::new(format!("failed to read the policy: {error}")).maybe_hint(error.hint)
}

/// The ignore files of other tools in the working folder, and a line with the digest of each.
fn read_ignore_files(working: &Path) -> Result<(Vec<Exception>, String), Failure> {
    let mut exceptions = Vec::new();
    let mut digests = String::new();
    for name in IGNORE_FILES {
        let file = working.join(name);
        if !file.is_file() {
            continue;
        }
        let bytes = read_file_capped(&file, POLICY_BYTES_MAX as u64 + 1)
            .context(format_args!("read {name}"))?;
        let _ = writeln!(digests, "{name} {}", sha256(&bytes));
        let text = String::from_utf8_lossy(&bytes);
        exceptions.extend(ignore_files::parse(&text, name).map_err(policy_failure)?);
    }
    Ok((exceptions, digests))
}

fn stage(text: Option<&str>) -> Result<Stage, Failure> {
    let Some(text) = text else {
        return Ok(Stage::default());
    };
    Stage::ALL
        .into_iter()
        .find(|stage| stage.as_str() == text)
        .ok_or_else(|| {
            Failure::new(format!("failed to read --stage: `{text}` is no stage"))
                .hint("build, deploy or runtime")
        })
}

fn color(global: &Global, settings: &Settings) -> Result<ColorChoice, Failure> {
    match (global.color, settings.color.as_deref()) {
        (Some(choice), _) => Ok(choice),
        (None, None | Some("auto")) => Ok(ColorChoice::Auto),
        (None, Some("always")) => Ok(ColorChoice::Always),
        (None, Some("never")) => Ok(ColorChoice::Never),
        (None, Some(other)) => Err(Failure::new(format!(
            "failed to read the setting `color`: `{other}` is not known"
        ))
        .hint("auto, always or never")),
    }
}

/// `$XDG_CACHE_HOME/plimsoll`, `~/.cache/plimsoll`, or what was said; `off` for none.
fn cache_folder(global: &Global, settings: &Settings) -> Option<PathBuf> {
    let said = global
        .cache
        .clone()
        .or_else(|| settings.cache.clone().map(PathBuf::from));
    match said {
        Some(folder) if folder.as_os_str() == "off" => None,
        Some(folder) => Some(folder),
        None => user_folder("XDG_CACHE_HOME", ".cache"),
    }
}

/// A folder of ours below one of the user's base folders (XDG base directory specification).
pub fn user_folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(below_home)))
        .map(|folder| folder.join("plimsoll"))
}

/// `512`, `64MiB`, `1GiB`, `100M`: bytes.
pub fn parse_size(text: &str) -> Result<u64, Failure> {
    let wrong = || {
        Failure::new(format!("failed to read the size `{text}`")).hint("for example 64MiB or 1GiB")
    };
    let trimmed = text.trim();
    let split = trimmed
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(split);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(factor).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [
            ("512", 512),
            ("64MiB", 64 << 20),
            ("1 GiB", 1 << 30),
            ("10kb", 10_000),
        ] {
            assert_eq!(parse_size(text).ok(), Some(bytes), "{text}");
        }
        for text in [
            "",
            "MiB",
            "1XB",
            "99999999999999999999",
            "18446744073709551615k",
        ] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn one_severity_means_at_least_and_a_list_exactly() {
        let filter = |text| SeverityFilter::parse(text).expect("parses");
        assert!(filter("high").admits(Severity::Critical));
        assert!(!filter("HIGH,LOW").admits(Severity::Critical));
        assert!(filter("HIGH,LOW").admits(Severity::Low));
        assert!(filter("").admits(Severity::Unknown));
        assert!(SeverityFilter::parse("hihg").is_err());
    }
}
