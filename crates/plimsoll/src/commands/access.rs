//! `access`: who may do what in a cluster, by its roles and bindings.

use plimsoll_access::{Access, Options, Question, QuestionError, Reader, Subject, SubjectError};
use plimsoll_check::standards::NEWEST_MINOR;
use plimsoll_cluster::Resource;
use plimsoll_model::text::clean;

use crate::cli::{AccessCommand, AccessInput};
use crate::cluster::{self, Live};
use crate::commands::{EXIT_ALLOWED, EXIT_DENIED, EXIT_PARTLY};
use crate::failure::Failure;
use crate::gather::{self, Gathered};
use crate::render::{self, Rendered};
use crate::session::Session;
use crate::{outputs, talk};

mod answer;
mod difference;
mod rights;
mod risks;
mod who;

/// Places of what could not be read that are named before the rest is counted.
const UNKNOWNS_SHOWN: usize = 5;

/// What is written of a command that is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Json,
}

pub fn run(session: &Session, command: &AccessCommand) -> Result<u8, Failure> {
    match command {
        AccessCommand::Can(arguments) => answer::run(session, arguments),
        AccessCommand::Who(arguments) => who::run(session, arguments),
        AccessCommand::Rights(arguments) => rights::run(session, arguments),
        AccessCommand::Risks(arguments) => risks::run(session, arguments),
        AccessCommand::Diff(arguments) => difference::run(session, arguments),
    }
}

/// Reads what the user named.
fn read(
    session: &Session,
    input: &AccessInput,
    with_default_bindings: bool,
) -> Result<Access, Failure> {
    Ok(read_traced(session, input, with_default_bindings)?.0)
}

/// [`read`], with where it comes from.
fn read_traced(
    session: &Session,
    input: &AccessInput,
    with_default_bindings: bool,
) -> Result<(Access, Source), Failure> {
    input.cluster.hold(false)?;
    if input.cluster.cluster {
        let (access, name, live) = read_live(input)?;
        return Ok((access, Source::Cluster(name, live)));
    }
    let paths = &input.paths;
    let rendering = render::Options {
        values: input.helm_values.clone(),
        set: input.helm_set.clone(),
        minor: NEWEST_MINOR,
        online: session.configuration.online,
    };
    let Gathered {
        inputs,
        mut unknowns,
        rendered,
        ..
    } = Gathered::read(paths, rendering)?;
    let mut reader = Reader::new(Options {
        with_default_bindings,
        ..Options::default()
    });
    for input in inputs {
        if let Some(file) = input.file(&mut unknowns) {
            reader.file(file);
        }
    }
    let mut access = reader.finish();
    access.unknowns.extend(unknowns);
    access.unknowns.sort();
    access.unknowns.dedup();
    if access.objects == 0 && access.unknowns.is_empty() {
        return Err(
            Failure::new("failed to find a Kubernetes object").hint(format!(
                "{} held none; name files, folders or -, as in `kubectl get \
                 clusterroles,clusterrolebindings,roles,rolebindings -A -o yaml | plimsoll access … -`",
                gather::named(paths)
            )),
        );
    }
    Ok((access, Source::Files(gather::named(paths), rendered)))
}

/// Where it comes from.
enum Source {
    /// What the user named.
    Files(String, Rendered),
    Cluster(String, Live),
}

/// Roles, bindings, accounts and what uses them. Its own bindings are all there: none is added.
fn read_live(input: &AccessInput) -> Result<(Access, String, Live), Failure> {
    let mut cluster = cluster::connect(&input.cluster)?;
    let name = cluster::named(&cluster, &[]);
    let (mut access, mut live) = cluster::stream(&mut cluster, &[], &is_of_access, |files| {
        let mut reader = Reader::new(Options {
            has_lines: false,
            ..Options::default()
        });
        for file in files {
            reader.file(file);
        }
        reader.finish()
    })?;
    access.unknowns.append(&mut live.unknowns);
    live.told(&mut Vec::new(), &mut access.unknowns);
    access.unknowns.sort();
    access.unknowns.dedup();
    Ok((access, name, live))
}

/// Kinds that rights are about, and those of what runs with them.
fn is_of_access(resource: &Resource) -> bool {
    match resource.group.as_str() {
        "" => matches!(
            resource.kind.as_str(),
            "Namespace"
                | "Pod"
                | "PodTemplate"
                | "ReplicationController"
                | "Secret"
                | "ServiceAccount"
        ),
        "apps"
        | "apps.kruise.io"
        | "apps.openshift.io"
        | "argoproj.io"
        | "authorization.openshift.io"
        | "batch"
        | "rbac.authorization.k8s.io"
        | "serving.knative.dev" => true,
        _ => false,
    }
}

fn subject(text: &str) -> Result<Subject, Failure> {
    text.parse().map_err(|error: SubjectError| {
        Failure::new(format!("failed to {error}")).hint(SubjectError::HINT)
    })
}

fn question(
    access: &Access,
    verb: &str,
    resource: &str,
    namespace: Option<&str>,
    name: Option<&str>,
) -> Result<Question, Failure> {
    let namespace = namespace.unwrap_or_default();
    let name = name.unwrap_or_default();
    let question = Question::parse(verb, resource, namespace, name, access)
        .map_err(|error| Failure::new(format!("failed to {error}")).hint(QuestionError::HINT))?;
    if !namespace.is_empty() && question.is_clusterwide_by_nature() {
        talk::warning(&format!(
            "{resource} lies in no namespace: `-n {namespace}` changes nothing"
        ));
    }
    Ok(question)
}

/// Text, unless JSON was asked for.
fn form(session: &Session) -> Result<Form, Failure> {
    match session.wanted.stdout_id() {
        None | Some("table") => Ok(Form::Text),
        Some("json") => Ok(Form::Json),
        Some(other) => {
            Err(Failure::new(format!("failed to write this as `{other}`")).hint("table or json"))
        }
    }
}

/// Says how much was read, and what was not.
fn tell_input(session: &Session, access: &Access) {
    if session.configuration.quiet {
        return;
    }
    let (roles, bindings) = access.counted();
    talk::note(&format!(
        "read {} and {}",
        count(roles, "role"),
        count(bindings, "binding")
    ));
    if access.without_namespace > 0 {
        talk::note(&format!(
            "{} without a namespace, read as if in `default`",
            count(access.without_namespace, "object")
        ));
    }
    for unknown in access.unknowns.iter().take(UNKNOWNS_SHOWN) {
        let place = unknown.path.as_deref().map(|path| format!("{path}: "));
        talk::note(&format!(
            "unknown: {}{}",
            place.unwrap_or_default(),
            unknown.reason
        ));
    }
    if let Some(more @ 1..) = access.unknowns.len().checked_sub(UNKNOWNS_SHOWN) {
        talk::note(&format!("and {} more", count(more, "unknown")));
    }
}

fn count(number: usize, word: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {word}{end}")
}

/// Exit code of what is no verdict.
fn partly(session: &Session, is_partial: bool) -> u8 {
    if is_partial && session.configuration.strict {
        EXIT_PARTLY
    } else {
        EXIT_ALLOWED
    }
}

fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    outputs::print(&format!("{value:#}\n"))
}

/// What could not be read, for JSON.
fn unknowns(access: &Access) -> serde_json::Value {
    access
        .unknowns
        .iter()
        .map(|unknown| serde_json::json!({"path": unknown.path, "reason": unknown.reason}))
        .collect()
}

fn cleaned(text: &str) -> String {
    clean(text).into_owned()
}
