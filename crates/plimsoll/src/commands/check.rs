//! `check`: Kubernetes objects in files, judged.

use std::time::Instant;

use plimsoll_check::frameworks::{FRAMEWORKS, Framework, framework as framework_of, score};
use plimsoll_check::standards::NEWEST_MINOR;
use plimsoll_check::{Options, Persona};
use plimsoll_model::{Inventory, Report, Target, TargetKind};
use plimsoll_policy::{Case, judge};

use crate::cli::CheckArgs;
use crate::commands::scan::{exit_code, tool};
use crate::failure::Failure;
use crate::gather::{self, Gathered};
use crate::render;
use crate::session::Session;

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
        ..
    } = Gathered::read(&arguments.paths, rendering)?;
    let files = inputs
        .into_iter()
        .filter_map(|input| input.file(&mut unknowns));
    let mut checked = plimsoll_check::check(files, options);
    rendered.trace(&mut checked, options.today);
    if checked.objects == 0 && checked.unknowns.is_empty() && unknowns.is_empty() {
        return Err(Failure::new("failed to find a Kubernetes object")
            .hint("an object has `apiVersion` and `kind`; name files, folders or -"));
    }
    let mut inventory = Inventory::new(Target {
        kind: TargetKind::Configuration,
        name: gather::named(&arguments.paths),
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
    let mut verdict = judge(
        &configuration.policy,
        &configuration.exceptions,
        &case,
        &mut findings,
    );
    verdict.notes.extend(checked.notes);
    verdict.notes.sort();
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
