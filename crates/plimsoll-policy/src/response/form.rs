//! The `responses` section of `plimsoll.yaml`.

use plimsoll_model::Mode;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::decide::is_engine_name;
use super::{Answer, ExecMatch, RESPONSES_MAX, Rate, Response, Scope};
use crate::PolicyError;
use crate::document::{at, word};
use crate::exception::Origin;
use crate::glob::Glob;

/// Falco's words, the most urgent first.
const PRIORITIES: [&str; 8] = [
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "informational",
    "debug",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResponseForm {
    name: Spanned<String>,
    #[serde(default)]
    rules: Vec<Spanned<String>>,
    #[serde(default)]
    tags: Vec<String>,
    priority: Option<Spanned<String>>,
    exec: Option<ExecForm>,
    #[serde(default)]
    containers: Vec<Spanned<String>>,
    #[serde(default)]
    images: Vec<Spanned<String>>,
    #[serde(default)]
    namespaces: Vec<Spanned<String>>,
    #[serde(default)]
    except: Vec<Spanned<String>>,
    #[serde(default)]
    host: bool,
    answer: Spanned<String>,
    mode: Option<Spanned<String>>,
    at_most: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ExecForm {
    paths: Vec<Spanned<String>>,
    names: Vec<Spanned<String>>,
    not_in_image: bool,
    in_memory: bool,
}

/// Reads the whole section.
pub(crate) fn read(
    file: &str,
    forms: Vec<Spanned<ResponseForm>>,
) -> Result<Vec<Response>, PolicyError> {
    let mut responses: Vec<Response> = Vec::with_capacity(forms.len().min(RESPONSES_MAX));
    for form in forms {
        if responses.len() == RESPONSES_MAX {
            return Err(at(
                file,
                &form,
                format!("more than {RESPONSES_MAX} responses"),
            ));
        }
        let response = read_one(file, &form)?;
        if responses.iter().any(|other| other.name == response.name) {
            let message = format!("response `{}` is there twice", response.name);
            return Err(at(file, &form, message)
                .hint("give each response its own name: the audit trail refers to it"));
        }
        responses.push(response);
    }
    Ok(responses)
}

fn read_one(file: &str, spanned: &Spanned<ResponseForm>) -> Result<Response, PolicyError> {
    let form = &spanned.value;
    let answer = word(file, &form.answer, Answer::ALL, Answer::as_str)?;
    let exec = match &form.exec {
        Some(exec) => read_exec(file, exec)?,
        None => ExecMatch::default(),
    };
    let names_alerts = !form.rules.is_empty() || !form.tags.is_empty() || form.priority.is_some();
    let wrong = |message: &str, hint: &str| {
        let name = &form.name.value;
        Err(at(file, &form.name, format!("response `{name}` {message}")).hint(hint))
    };
    if !names_alerts && exec.is_empty() {
        return wrong(
            "names no alert",
            "say which: `rules`, `tags` or `priority`, or programs in `exec`",
        );
    }
    if names_alerts && !exec.is_empty() {
        return wrong(
            "has both alerts and `exec`",
            "the kernel decides about `exec` before any rule is judged: make it two responses",
        );
    }
    if !exec.is_empty() && !matches!(answer, Answer::Kill | Answer::Alert) {
        return wrong(
            "answers to `exec` with something the kernel cannot do there",
            "`answer: kill`, or name the alert's rule instead of `exec`",
        );
    }
    if form.host && !matches!(answer, Answer::Kill | Answer::Alert) {
        return wrong(
            "would do to the host what is meant for containers",
            "leave `host` out, or answer with `kill`",
        );
    }
    if let Some(engine) = engine_of(&exec) {
        return wrong(
            &format!("would kill `{engine}`, which runs or starts containers"),
            "engines, runtimes, the kubelet and process 1 are never answered",
        );
    }
    if form.host && (exec.in_memory || exec.not_in_image) {
        return wrong(
            "would kill programs of the host by where their file lies",
            "runtimes start themselves from memory there: name programs by `names` or `paths`",
        );
    }
    Ok(Response {
        name: form.name.value.clone(),
        rules: globs(file, &form.rules)?,
        tags: form.tags.clone(),
        priority: form
            .priority
            .as_ref()
            .map(|priority| read_priority(file, priority))
            .transpose()?,
        exec,
        scope: Scope {
            containers: globs(file, &form.containers)?,
            images: globs(file, &form.images)?,
            namespaces: globs(file, &form.namespaces)?,
            except: globs(file, &form.except)?,
            host: form.host,
        },
        answer,
        mode: match &form.mode {
            Some(mode) => word(file, mode, Mode::ALL, Mode::as_str)?,
            None => Mode::Audit,
        },
        at_most: match &form.at_most {
            Some(rate) => Rate::parse(&rate.value).ok_or_else(|| {
                at(file, rate, format!("`{}` is no rate", rate.value)).hint("write `5/minute`")
            })?,
            None => Rate::DEFAULT,
        },
        origin: Origin {
            file: file.to_owned(),
            line: u32::try_from(spanned.referenced.line()).ok(),
        },
    })
}

/// A program of an engine among those that would be killed.
fn engine_of(exec: &ExecMatch) -> Option<&str> {
    let last = |path: &'_ str| path.rsplit('/').next().is_some_and(is_engine_name);
    exec.names
        .iter()
        .chain(&exec.paths)
        .map(String::as_str)
        .find(|path| last(path))
}

fn read_exec(file: &str, form: &ExecForm) -> Result<ExecMatch, PolicyError> {
    for path in &form.paths {
        if !path.value.starts_with('/') || path.value.contains(['*', '?', '[']) {
            let message = format!("`{}` is no full path", path.value);
            return Err(at(file, path, message).hint(
                "the kernel compares whole paths, as /usr/bin/nmap; `names` compares the last part",
            ));
        }
    }
    for name in &form.names {
        if name.value.is_empty() || name.value.contains(['/', '*', '?', '[']) {
            let message = format!("`{}` is no name of a program", name.value);
            return Err(at(file, name, message).hint("write the last part of the path, as xmrig"));
        }
    }
    let plain = |texts: &[Spanned<String>]| texts.iter().map(|text| text.value.clone()).collect();
    Ok(ExecMatch {
        paths: plain(&form.paths),
        names: plain(&form.names),
        not_in_image: form.not_in_image,
        in_memory: form.in_memory,
    })
}

fn read_priority(file: &str, text: &Spanned<String>) -> Result<u8, PolicyError> {
    let spelled = match text.value.to_ascii_lowercase().as_str() {
        "info" => "informational".to_owned(),
        other => other.to_owned(),
    };
    let known = Spanned::new(spelled, text.referenced, text.defined);
    let places: [u8; 8] = [0, 1, 2, 3, 4, 5, 6, 7];
    word(file, &known, places, |place| {
        PRIORITIES
            .get(usize::from(place))
            .copied()
            .unwrap_or("debug")
    })
}

fn globs(file: &str, texts: &[Spanned<String>]) -> Result<Vec<Glob>, PolicyError> {
    texts
        .iter()
        .map(|text| Glob::new(&text.value).map_err(|reason| at(file, text, reason)))
        .collect()
}
