//! What this kernel, this process and the engines beside it give the sensor.
//!
//! Everything is tried, nothing is concluded from a version number: a program type counts as given
//! when a program of that type was loaded and attached, for a moment, with instructions that do
//! nothing. The findings are plain data; the command `doctor` prints them. It changes nothing that
//! outlives it: programs are detached, the cgroup made for the cgroup programs is removed.

use std::path::{Path, PathBuf};

mod bpf;
mod capabilities;
mod cgroups;
mod engines;
mod files;
mod object;
mod programs;

pub use cgroups::CgroupLayout;
pub use engines::Engine;

/// What was found out about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    Yes,
    /// Refused or absent.
    No,
    /// It could not be tried.
    Unknown,
}

/// What a thing is to the sensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Without it there are no events.
    Required,
    /// Without it something is not seen or cannot be done; the hint says what.
    Useful,
    /// Only told.
    Fact,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Stable name, such as `program/tp_btf`.
    pub id: String,
    pub need: Need,
    pub given: Given,
    /// What was seen: a value, or the error.
    pub detail: String,
    /// What is lost without it and what to do; present when it is missing.
    pub hint: Option<&'static str>,
}

impl Probe {
    fn yes(id: impl Into<String>, need: Need, detail: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            need,
            given: Given::Yes,
            detail: detail.into(),
            hint: None,
        }
    }

    fn fact(id: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::yes(id, Need::Fact, detail)
    }

    fn no(
        id: impl Into<String>,
        need: Need,
        detail: impl Into<String>,
        hint: &'static str,
    ) -> Self {
        Self {
            id: id.into(),
            need,
            given: Given::No,
            detail: detail.into(),
            hint: (!hint.is_empty()).then_some(hint),
        }
    }

    fn unknown(id: impl Into<String>, need: Need, detail: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            need,
            given: Given::Unknown,
            detail: detail.into(),
            hint: None,
        }
    }
}

/// Where the kernel's and the engines' files are: other folders in tests, and in a pod that has the
/// host's root elsewhere.
#[derive(Debug, Clone)]
pub struct Places {
    pub proc: PathBuf,
    pub sys: PathBuf,
    /// Prefix of `/run` and `/var`.
    pub root: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            proc: "/proc".into(),
            sys: "/sys".into(),
            root: "/".into(),
        }
    }
}

/// Everything that was found out, in the order in which a person reads it.
#[derive(Debug, Clone)]
pub struct Findings {
    /// As `uname -r` says.
    pub kernel_release: String,
    pub cgroups: CgroupLayout,
    /// Security modules in their order; empty when they could not be read.
    pub security_modules: Vec<String>,
    pub probes: Vec<Probe>,
    pub engines: Vec<Engine>,
}

impl Findings {
    /// The result for a probe's id.
    pub fn given(&self, id: &str) -> Option<&Given> {
        self.probes
            .iter()
            .find(|probe| probe.id == id)
            .map(|probe| &probe.given)
    }

    /// Whether the sensor can run at all.
    pub fn can_watch(&self) -> bool {
        self.probes
            .iter()
            .all(|probe| probe.need != Need::Required || probe.given != Given::No)
    }
}

/// Tries everything. Takes about a tenth of a second, most of it for reading the kernel's types.
pub fn examine(places: &Places) -> Findings {
    let mounts = files::mounts(&places.proc);
    let cgroups = cgroups::layout(&mounts);
    let (security_modules, modules) = files::security_modules(&places.sys);
    let mut probes = files::kernel(places, &mounts);
    probes.push(modules);
    probes.push(cgroups::probe(&cgroups));
    probes.extend(capabilities::probes(&places.proc));
    probes.extend(programs::probes(places, &mounts, &cgroups));
    probes.push(object::probe());
    probes.push(object::hooks(&mounts));
    let engines = engines::find(&places.root);
    Findings {
        kernel_release: rustix::system::uname()
            .release()
            .to_string_lossy()
            .into_owned(),
        cgroups,
        security_modules,
        probes,
        engines,
    }
}

/// Reads a short file of the kernel; `None` when it is absent or no text.
fn read_short(path: &Path) -> Option<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)
        .ok()?
        .take(SHORT_FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

/// Longest file of the kernel that is read here, in bytes.
const SHORT_FILE_BYTES_MAX: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_anything_gives_reasons() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places {
            proc: folder.path().join("proc"),
            sys: folder.path().join("sys"),
            root: folder.path().to_path_buf(),
        };
        let findings = examine(&places);
        assert_eq!(findings.given("btf"), Some(&Given::No));
        assert_eq!(findings.cgroups, CgroupLayout::None);
        assert!(!findings.can_watch());
        assert!(findings.engines.is_empty());
        for probe in &findings.probes {
            assert!(!probe.detail.is_empty(), "{}", probe.id);
        }
    }
}
