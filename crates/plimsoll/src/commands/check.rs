//! `check`: Kubernetes objects in files, judged.

use std::path::{Path, PathBuf};
use std::time::Instant;

use plimsoll_check::frameworks::{FRAMEWORKS, Framework, framework as framework_of, score};
use plimsoll_check::standards::NEWEST_MINOR;
use plimsoll_check::{File, Options, Persona};
use plimsoll_model::{Inventory, Report, Target, TargetKind, Unknown};
use plimsoll_policy::{Case, judge};

use crate::cli::CheckArgs;
use crate::commands::scan::{exit_code, tool};
use crate::failure::{Context, Failure};
use crate::input;
use crate::session::Session;

/// Most files of one run.
const FILES_MAX: usize = 200_000;
/// Folders in folders that are looked into.
const FOLDER_DEPTH_MAX: usize = 64;

pub fn run(session: &Session, arguments: &CheckArgs) -> Result<u8, Failure> {
    let begun = Instant::now();
    let registries = if arguments.registry.is_empty() {
        &session.configuration.settings.registries
    } else {
        &arguments.registry
    };
    let options = Options {
        persona: persona(&arguments.persona)?,
        minor: minor(arguments.kubernetes_version.as_deref())?,
        framework: arguments.framework.as_deref().map(framework).transpose()?,
        today: session.today(),
        registries,
    };
    let mut gathered = Gathered::default();
    for path in &arguments.paths {
        gathered.path(path)?;
    }
    let Gathered {
        inputs,
        mut unknowns,
    } = gathered;
    let files = inputs
        .into_iter()
        .filter_map(|input| input.file(&mut unknowns));
    let checked = plimsoll_check::check(files, options);
    if checked.objects == 0 && checked.unknowns.is_empty() && unknowns.is_empty() {
        return Err(Failure::new("failed to find a Kubernetes object")
            .hint("an object has `apiVersion` and `kind`; name files, folders or -"));
    }
    let mut inventory = Inventory::new(Target {
        kind: TargetKind::Configuration,
        name: named(&arguments.paths),
        digest: None,
        platform: None,
        os: None,
    });
    inventory.objects = checked.objects as u64;
    inventory.unknowns = checked.unknowns;
    inventory.unknowns.extend(unknowns);
    inventory.unknowns.sort();
    let mut findings = checked.findings;
    // A framework is judged by all of them; what is shown is another question.
    let all = options.framework.map(|_| findings.clone());
    session.filter(&mut findings);
    let configuration = &session.configuration;
    let case = Case {
        inventory: &inventory,
        advisories: None,
        stage: configuration.stage,
        today: session.today(),
    };
    let verdict = judge(
        &configuration.policy,
        &configuration.exceptions,
        &case,
        &mut findings,
    );
    let compliance = options.framework.zip(all).map(|(framework, mut all)| {
        judge(
            &configuration.policy,
            &configuration.exceptions,
            &case,
            &mut all,
        );
        let is_partial = !inventory.unknowns.is_empty();
        score(framework, options.minor, &all, checked.seen, is_partial)
    });
    let report = Report {
        tool: tool(),
        inventory,
        findings,
        compliance,
        advisories: None,
        verdict: Some(verdict),
    };
    let mut options = session.write_options();
    options.elapsed = Some(begun.elapsed());
    options.findings_max = arguments.findings_max;
    session.wanted.write(&report, &options)?;
    Ok(exit_code(session, &report))
}

fn framework(id: &str) -> Result<&'static Framework, Failure> {
    framework_of(id).ok_or_else(|| {
        let ids: Vec<&str> = FRAMEWORKS.iter().map(|it| it.id).collect();
        Failure::new(format!("failed to find the framework `{id}`"))
            .hint(format!("it is one of {}", ids.join(", ")))
    })
}

fn persona(word: &str) -> Result<Persona, Failure> {
    let known = Persona::ALL.into_iter();
    known
        .clone()
        .find(|persona| persona.as_str() == word)
        .ok_or_else(|| {
            let words: Vec<&str> = known.map(Persona::as_str).collect();
            Failure::new(format!("failed to understand the persona `{word}`"))
                .hint(format!("it is one of {}", words.join(", ")))
        })
}

/// The minor version of `v1.30`, `1.30` or `1.30.2`.
fn minor(version: Option<&str>) -> Result<u16, Failure> {
    let Some(version) = version else {
        return Ok(NEWEST_MINOR);
    };
    let plain = version.strip_prefix('v').unwrap_or(version);
    let minor = plain.strip_prefix("1.").and_then(|rest| {
        let minor = rest.split('.').next().unwrap_or(rest);
        minor.parse::<u16>().ok()
    });
    minor.filter(|minor| *minor <= NEWEST_MINOR).ok_or_else(|| {
        Failure::new(format!(
            "failed to understand the version `{version}` of Kubernetes"
        ))
        .hint(format!(
            "write it as v1.30; v1.{NEWEST_MINOR} is the newest that is known"
        ))
    })
}

fn named(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| shown(path)).collect();
    names.join(" ")
}

fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" {
        return "standard input".to_owned();
    }
    path.display().to_string()
}

/// Something to be looked at.
enum Input {
    Named(File),
    /// Found in a folder; read when its turn comes, so that not all are held at once.
    Found(PathBuf),
}

impl Input {
    /// The file, unless it is not about Kubernetes: found, not named, such are left alone.
    fn file(self, unknowns: &mut Vec<Unknown>) -> Option<File> {
        let path = match self {
            Self::Named(file) => return Some(file),
            Self::Found(path) => path,
        };
        match input::read_at_most(&path, plimsoll_check::yaml::FILE_BYTES_MAX as u64) {
            Ok(bytes) => speaks_of_objects(&bytes).then(|| File {
                name: shown(&path).trim_start_matches("./").to_owned(),
                bytes,
            }),
            Err(error) => {
                unknowns.push(Unknown::at(shown(&path), error.to_string()));
                None
            }
        }
    }
}

/// What to look at, and what was passed over.
#[derive(Default)]
struct Gathered {
    inputs: Vec<Input>,
    unknowns: Vec<Unknown>,
}

impl Gathered {
    /// What the user named: must be there.
    fn path(&mut self, path: &Path) -> Result<(), Failure> {
        if path.as_os_str() != "-" && path.is_dir() {
            return self.folder(path, FOLDER_DEPTH_MAX);
        }
        let bytes = input::read_at_most(path, plimsoll_check::yaml::FILE_BYTES_MAX as u64)?;
        self.inputs.push(Input::Named(File {
            name: shown(path).trim_start_matches("./").to_owned(),
            bytes,
        }));
        Ok(())
    }

    /// Every YAML and JSON file below a folder, in the order of names. Links are not followed.
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), Failure> {
        if folder.join("Chart.yaml").is_file() {
            let hint = "a Helm chart, which is not rendered: `helm template . | plimsoll check -`";
            self.unknowns.push(Unknown::at(shown(folder), hint));
            return Ok(());
        }
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
            .and_then(|entries| {
                entries
                    .map(|entry| entry.map(|entry| entry.path()))
                    .collect()
            })
            .context(format_args!("read the folder {}", folder.display()))?;
        entries.sort();
        for path in entries {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') || name == "node_modules" {
                continue;
            }
            let Ok(kind) = path.symlink_metadata() else {
                self.unknowns
                    .push(Unknown::at(shown(&path), "it went away while reading"));
                continue;
            };
            let is_yaml = [".yaml", ".yml", ".json"]
                .iter()
                .any(|end| name.ends_with(end));
            if kind.is_dir() && depth == 0 {
                let reason = format!("folder depth limit ({FOLDER_DEPTH_MAX}) reached");
                self.unknowns.push(Unknown::at(shown(&path), reason));
            } else if kind.is_dir() {
                self.folder(&path, depth - 1)?;
            } else if kind.is_file() && is_yaml {
                self.found(path);
            }
        }
        Ok(())
    }

    fn found(&mut self, path: PathBuf) {
        if self.inputs.len() >= FILES_MAX {
            let reason = format!("more than {FILES_MAX} files");
            self.unknowns.push(Unknown::at(shown(&path), reason));
        } else {
            self.inputs.push(Input::Found(path));
        }
    }
}

/// Whether the words of an object stand in a file at all.
fn speaks_of_objects(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.contains("apiVersion") && text.contains("kind")
}
