//! `check`: Kubernetes objects in files or a live cluster, judged.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Instant;

use plimsoll_access::RISKS;
use plimsoll_check::frameworks::{FRAMEWORKS, Framework, framework as framework_of, score};
use plimsoll_check::standards::NEWEST_MINOR;
use plimsoll_check::{CHECKS, Checked, Options, Persona};
use plimsoll_model::{Finding, Unknown};
use plimsoll_network::open::EXPOSURES;
use plimsoll_policy::{Case, judge};

use crate::cli::CheckArgs;
use crate::cluster;
use crate::commands::{EXIT_ALLOWED, judged};
use crate::failure::{Context, Failure};
use crate::fix;
use crate::gather::{self, Gathered};
use crate::render;
use crate::session::Session;
use crate::talk;

pub fn run(session: &Session, arguments: &CheckArgs) -> Result<u8, Failure> {
    let begun = Instant::now();
    let registries = if arguments.registry.is_empty() {
        &session.configuration.settings.registries
    } else {
        &arguments.registry
    };
    let elsewhere: Vec<&str> = RISKS
        .iter()
        .map(|risk| risk.id)
        .chain(EXPOSURES.iter().map(|exposure| exposure.id))
        .collect();
    let mut options = Options {
        persona: persona(&arguments.persona)?,
        minor: minor(arguments.kubernetes_version.as_deref())?,
        framework: arguments.framework.as_deref().map(framework).transpose()?,
        today: session.today(),
        registries,
        elsewhere: &elsewhere,
    };
    arguments.cluster.hold(!arguments.namespace.is_empty())?;
    let mut looked = if arguments.cluster.cluster {
        live(arguments, &mut options)?
    } else {
        files(session, arguments, options)?
    };
    let is_mended = arguments.fix && mend(session, arguments, options, &looked)?;
    if arguments.dry_run {
        return Ok(EXIT_ALLOWED);
    }
    if is_mended {
        looked = files(session, arguments, options)?;
    }
    let checked = looked.checked;
    let score = options.framework.map(|framework| {
        move |findings: &[Finding], is_partial| {
            let seen = checked.seen;
            score(framework, CHECKS, options.minor, findings, seen, is_partial)
        }
    });
    let told = judged::Looked {
        name: looked.name,
        objects: checked.objects,
        findings: checked.findings,
        unknowns: looked.unknowns,
        notes: checked.notes,
    };
    let score = score.as_ref().map(|score| score as judged::Score<'_>);
    judged::report(session, begun, told, arguments.findings_max, score)
}

/// What came of looking.
struct Looked {
    /// How the target is called.
    name: String,
    checked: Checked,
    unknowns: Vec<Unknown>,
    /// Files that were checked as they stand, where they are to be mended.
    plain: BTreeSet<String>,
}

/// Mends what is safe, or shows the change; whether there was any.
fn mend(
    session: &Session,
    arguments: &CheckArgs,
    options: Options<'_>,
    looked: &Looked,
) -> Result<bool, Failure> {
    if arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Failure::new("failed to mend standard input")
            .hint("name the file; `--fix --dry-run FILE` shows the change"));
    }
    let mut findings = looked.checked.findings.clone();
    session.filter(&mut findings);
    // What the policy lets through is meant, and stays.
    let inventory = judged::inventory(looked.name.clone());
    let configuration = &session.configuration;
    let case = Case {
        inventory: &inventory,
        advisories: None,
        stage: configuration.stage,
        today: session.today(),
    };
    let (policy, exceptions) = (&configuration.policy, &configuration.exceptions);
    judge(policy, exceptions, &case, &mut findings);
    let fixed = fix::fix(&findings, &looked.plain, options.minor, arguments.dry_run)?;
    if !configuration.quiet {
        for left in &fixed.left {
            talk::note(left);
        }
        let verb = if arguments.dry_run {
            "would be mended"
        } else {
            "mended"
        };
        talk::note(&format!("{} {verb} in {} files", fixed.mended, fixed.files));
    }
    if arguments.dry_run {
        let mut out = std::io::stdout().lock();
        out.write_all(fixed.diff.as_bytes())
            .context("write the difference")?;
    }
    Ok(fixed.mended > 0)
}

fn files(
    session: &Session,
    arguments: &CheckArgs,
    options: Options<'_>,
) -> Result<Looked, Failure> {
    let rendering = render::Options {
        values: arguments.helm_values.clone(),
        set: arguments.helm_set.clone(),
        minor: options.minor,
        online: session.configuration.online,
    };
    let Gathered {
        inputs,
        mut unknowns,
        rendered,
        containers,
        ..
    } = Gathered::read(&arguments.paths, rendering)?;
    let mut plain = BTreeSet::new();
    let files = inputs
        .into_iter()
        .filter_map(|input| input.file(&mut unknowns))
        .inspect(|file| {
            if arguments.fix {
                plain.insert(file.name.clone());
            }
        });
    let mut checked = plimsoll_check::check(files, options);
    plain.retain(|name| !rendered.has(name));
    containers.check(&mut checked, options);
    rendered.trace(&mut checked, options.today);
    unknowns.append(&mut checked.unknowns);
    if checked.objects == 0 && unknowns.is_empty() {
        let what = "failed to find a Kubernetes object, Compose file or quadlet";
        return Err(Failure::new(what).hint(
            "an object has `apiVersion` and `kind`, a Compose file `services`; name files, folders or -",
        ));
    }
    Ok(Looked {
        name: gather::named(&arguments.paths),
        checked,
        unknowns,
        plain,
    })
}

/// A live cluster, judged for its own release unless the user names another.
fn live(arguments: &CheckArgs, options: &mut Options<'_>) -> Result<Looked, Failure> {
    let mut cluster = cluster::connect(&arguments.cluster)?;
    if arguments.kubernetes_version.is_none()
        && let Some(version) = cluster.version()
    {
        options.minor = version.minor.min(NEWEST_MINOR);
        if version.minor > NEWEST_MINOR {
            talk::warning(&format!(
                "the cluster is {}, judged for v1.{NEWEST_MINOR}, the newest that is known",
                version.text
            ));
        }
    }
    let name = cluster::named(&cluster, &arguments.namespace);
    let (mut checked, live) = cluster::stream(
        &mut cluster,
        &arguments.namespace,
        &|it| !it.is_derived(),
        |files| plimsoll_check::check(files, *options),
    )?;
    let mut unknowns = std::mem::take(&mut checked.unknowns);
    live.told(&mut checked.findings, &mut unknowns);
    unknowns.extend(live.unknowns);
    Ok(Looked {
        name,
        checked,
        unknowns,
        plain: BTreeSet::new(),
    })
}

fn framework(id: &str) -> Result<&'static Framework, Failure> {
    framework_of(id).ok_or_else(|| {
        let ids: Vec<&str> = FRAMEWORKS.iter().map(|it| it.id).collect();
        Failure::new(format!("failed to find the framework `{id}`"))
            .hint(format!("it is one of {}", ids.join(", ")))
    })
}

pub fn persona(word: &str) -> Result<Persona, Failure> {
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
pub fn minor(version: Option<&str>) -> Result<u16, Failure> {
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
