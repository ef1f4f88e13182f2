//! `plimsoll.yaml`: settings, policy and exceptions in one file.
//!
//! A key that is not known is an error with its line, never passed over: a misspelt `severity`
//! would otherwise be a policy that lets everything through.

use std::collections::BTreeMap;

use plimsoll_model::{Date, FindingKind, Mode, Part, Severity, Stage};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_saphyr::Spanned;

use crate::admission::{self, Admission, AdmissionForm};
use crate::condition::{Condition, FixWanted};
use crate::exception::{Exception, LayerScope, Origin};
use crate::expression::Expression;
use crate::glob::Glob;
use crate::response::{Response, ResponseForm};
use crate::rule::{Modes, Policy, Rule};
use crate::watch_settings::{WatchSettings, falco_hint};
use crate::{PolicyError, builtin, response, suggest};

/// Largest policy file, in bytes.
pub const POLICY_BYTES_MAX: usize = 1 << 20;

/// A parsed `plimsoll.yaml`.
#[derive(Debug, Clone)]
pub struct Document {
    pub settings: Settings,
    /// The default policy where the file has none.
    pub policy: Policy,
    pub exceptions: Vec<Exception>,
    /// What is done about alerts.
    pub responses: Vec<Response>,
    /// Values of the flags of `plimsoll watch`.
    pub watch: WatchSettings,
    /// How the webhook behaves.
    pub admission: Admission,
}

/// Values of global flags that the file sets. Flags and environment win over them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub db: Option<String>,
    /// Pins the database: `sha256:…`.
    pub db_digest: Option<String>,
    /// Where `db update` takes the database from.
    pub db_url: Option<String>,
    /// Public keys that may sign the database.
    pub db_keys: Vec<String>,
    pub stage: Option<String>,
    pub format: Option<String>,
    pub severity: Option<String>,
    pub ignore_unfixed: Option<bool>,
    pub platform: Option<String>,
    pub offline: Option<bool>,
    pub strict: Option<bool>,
    pub exit_code: Option<u8>,
    pub color: Option<String>,
    pub memory_max: Option<String>,
    pub jobs: Option<usize>,
    pub cache: Option<String>,
    pub vex: Vec<String>,
    /// Registry mirrors: registry to the hosts that are asked first.
    pub mirrors: BTreeMap<String, Vec<String>>,
    /// Registries that may be spoken to without TLS.
    pub plain_http: Vec<String>,
    /// Registries that images of workloads may come from, as `registry.example` or
    /// `registry.example/shop`.
    pub registries: Vec<String>,
    /// PEM file of further certificate authorities.
    pub ca_file: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Form {
    settings: Settings,
    policy: Option<PolicyForm>,
    exceptions: Vec<Spanned<ExceptionForm>>,
    responses: Vec<Spanned<ResponseForm>>,
    watch: WatchSettings,
    admission: AdmissionForm,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyForm {
    name: Option<String>,
    unknowns: Option<Spanned<ModeForm>>,
    rules: Vec<Spanned<RuleForm>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleForm {
    name: Spanned<String>,
    mode: Spanned<ModeForm>,
    #[serde(default)]
    kinds: Vec<Spanned<String>>,
    #[serde(default)]
    parts: Vec<Spanned<String>>,
    severity: Option<Spanned<String>>,
    fix: Option<Spanned<String>>,
    known_exploited: Option<bool>,
    epss: Option<Spanned<f64>>,
    cvss: Option<Spanned<f64>>,
    fix_age_days: Option<u32>,
    #[serde(default)]
    ids: Vec<String>,
    end_of_life: Option<bool>,
    #[serde(default)]
    licenses: Vec<Spanned<String>>,
    advisories_age_days: Option<u32>,
    cel: Option<Spanned<String>>,
}

/// `mode: enforce`, or one for each stage.
enum ModeForm {
    Everywhere(String),
    ByStage(BTreeMap<String, String>),
}

impl<'de> Deserialize<'de> for ModeForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = ModeForm;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a mode, or a mode for each stage")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ModeForm, E> {
                Ok(ModeForm::Everywhere(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ModeForm, A::Error> {
                let mut by_stage = BTreeMap::new();
                while let Some((stage, mode)) = map.next_entry()? {
                    by_stage.insert(stage, mode);
                }
                Ok(ModeForm::ByStage(by_stage))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExceptionForm {
    id: Option<String>,
    package: Option<String>,
    path: Option<String>,
    layer: Option<String>,
    image: Option<String>,
    owner: Option<String>,
    reason: Option<String>,
    expires: Option<String>,
}

impl Document {
    /// Parses a policy file. `file` is its name for messages and for the origin of exceptions.
    pub fn parse(text: &str, file: &str) -> Result<Self, PolicyError> {
        if text.len() > POLICY_BYTES_MAX {
            return Err(PolicyError::new(
                file,
                format!("file is larger than the limit of {POLICY_BYTES_MAX} bytes"),
            ));
        }
        let form: Form = if text.trim().is_empty() {
            Form::default()
        } else {
            serde_saphyr::from_str(text).map_err(|error| yaml_error(file, &error))?
        };
        let mut exceptions = Vec::with_capacity(form.exceptions.len());
        for exception in form.exceptions {
            exceptions.push(read_exception(file, exception)?);
        }
        let policy = match form.policy {
            Some(policy) => read_policy(file, policy)?,
            None => builtin::default_policy(),
        };
        Ok(Self {
            settings: form.settings,
            admission: admission::read(file, form.admission, &policy)?,
            policy,
            exceptions,
            responses: response::read(file, form.responses)?,
            watch: form.watch,
        })
    }
}

/// Turns the YAML reader's error into ours, with a suggestion for a misspelt key.
pub(crate) fn yaml_error(file: &str, error: &serde_saphyr::Error) -> PolicyError {
    let rendered = error.without_snippet().render();
    let message = rendered.lines().next().unwrap_or("not valid YAML").trim();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let message = strip_place(message);
    let wrong = PolicyError::new(file, message);
    let wrong = match error.location() {
        Some(place) => wrong.at(place.line(), place.column()),
        None => wrong,
    };
    match unknown_key_hint(message) {
        Some(hint) => wrong.hint(hint),
        None => wrong,
    }
}

/// The reader writes the place into the message; ours stands in front already.
fn strip_place(message: &str) -> &str {
    let message = match message.split_once(": ") {
        Some((front, rest)) if front.starts_with("line ") => rest,
        _ => message,
    };
    match message.rfind(" at line ") {
        Some(position) => message.get(..position).unwrap_or(message),
        None => message,
    }
}

/// From "unknown field `x`, expected one of a, b": the nearest, or all of them.
fn unknown_key_hint(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `")?;
    let (word, rest) = rest.split_once('`')?;
    if let Some(hint) = falco_hint(word) {
        return Some(hint.to_owned());
    }
    let (_, known) = rest.split_once("expected ")?;
    let known: Vec<&str> = known
        .trim_start_matches("one of ")
        .split(',')
        .map(|key| key.trim().trim_matches('`'))
        .filter(|key| !key.is_empty())
        .collect();
    let candidate = suggest::nearest(word, known.iter().copied())?;
    Some(format!("did you mean `{candidate}`?"))
}

fn read_policy(file: &str, form: PolicyForm) -> Result<Policy, PolicyError> {
    let mut rules: Vec<Rule> = Vec::with_capacity(form.rules.len());
    for rule in form.rules {
        let place = rule.referenced;
        let rule = read_rule(file, rule.value)?;
        if rules.iter().any(|other| other.name == rule.name) {
            return Err(
                PolicyError::new(file, format!("rule `{}` is there twice", rule.name))
                    .at(place.line(), place.column())
                    .hint("give each rule its own name: reports refer to it"),
            );
        }
        rules.push(rule);
    }
    Ok(Policy {
        name: form.name.unwrap_or_else(|| "unnamed".to_owned()),
        unknowns: match form.unknowns {
            Some(mode) => read_modes(file, &mode)?,
            None => Modes::everywhere(Mode::Warn),
        },
        rules,
    })
}

fn read_rule(file: &str, form: RuleForm) -> Result<Rule, PolicyError> {
    let name = form.name.value;
    let condition = Condition {
        kinds: words(file, &form.kinds, FindingKind::ALL, FindingKind::as_str)?,
        parts: words(file, &form.parts, Part::ALL, Part::as_str)?,
        severity: form
            .severity
            .map(|severity| word(file, &severity, Severity::WORST_FIRST, Severity::as_str))
            .transpose()?,
        fix: form
            .fix
            .map(|fix| word(file, &fix, FixWanted::ALL, FixWanted::as_str))
            .transpose()?,
        known_exploited: form.known_exploited,
        epss: form.epss.map(|epss| within(file, &epss, 1.0)).transpose()?,
        cvss: form
            .cvss
            .map(|cvss| within(file, &cvss, 10.0))
            .transpose()?,
        fix_age_days: form.fix_age_days,
        ids: form.ids,
        end_of_life: form.end_of_life.unwrap_or_default(),
        licenses: form
            .licenses
            .iter()
            .map(|license| Glob::new(&license.value).map_err(|reason| at(file, license, reason)))
            .collect::<Result<_, _>>()?,
        advisories_age_days: form.advisories_age_days,
        expression: form
            .cel
            .map(|text| {
                Expression::compile(&text.value).map_err(|error| at(file, &text, error.to_string()))
            })
            .transpose()?,
    };
    if condition.is_empty() {
        let place = form.name.referenced;
        return Err(PolicyError::new(file, format!("rule `{name}` has no condition"))
            .at(place.line(), place.column())
            .hint("say what it is about, for example `severity: high`, or `cel: \"true\"` for all"));
    }
    if let Some(clash) = condition.clash() {
        let place = form.name.referenced;
        return Err(PolicyError::new(file, format!("rule `{name}`: {clash}"))
            .at(place.line(), place.column())
            .hint("make it two rules"));
    }
    Ok(Rule {
        modes: read_modes(file, &form.mode)?,
        name,
        condition,
    })
}

fn read_modes(file: &str, form: &Spanned<ModeForm>) -> Result<Modes, PolicyError> {
    let place = |text: &str| Spanned::new(text.to_owned(), form.referenced, form.defined);
    match &form.value {
        ModeForm::Everywhere(text) => {
            word(file, &place(text), Mode::ALL, Mode::as_str).map(Modes::everywhere)
        }
        ModeForm::ByStage(by_stage) => {
            let mut modes = Modes::nowhere();
            for (stage, mode) in by_stage {
                let stage = word(file, &place(stage), Stage::ALL, Stage::as_str)?;
                modes.set(stage, word(file, &place(mode), Mode::ALL, Mode::as_str)?);
            }
            Ok(modes)
        }
    }
}

fn read_exception(file: &str, form: Spanned<ExceptionForm>) -> Result<Exception, PolicyError> {
    let place = form.referenced;
    let wrong = |message: &str, hint: &str| {
        PolicyError::new(file, message)
            .at(place.line(), place.column())
            .hint(hint)
    };
    let form = form.value;
    let scoped = [&form.id, &form.package, &form.path]
        .into_iter()
        .any(Option::is_some);
    if !scoped {
        return Err(wrong(
            "exception says neither `id` nor `package` nor `path`",
            "name what it lets through, as narrowly as you can",
        ));
    }
    let missing = |value: Option<String>, key: &str| {
        value.filter(|text| !text.trim().is_empty()).ok_or_else(|| {
            wrong(
                &format!("exception has no `{key}`"),
                "an exception has an owner, a reason and an end: `owner`, `reason`, `expires`",
            )
        })
    };
    let expires = missing(form.expires, "expires")?;
    let expires: Date = expires.parse().map_err(|_| {
        wrong(
            &format!("`expires: {expires}` is no date"),
            "write it as 2027-01-31",
        )
    })?;
    let to_glob = |text: Option<String>| {
        text.map(|text| {
            Glob::new(&text).map_err(|reason| {
                wrong(
                    &reason,
                    "`*` stays within one part of a path, `**` crosses them",
                )
            })
        })
        .transpose()
    };
    Ok(Exception {
        ids: form.id.into_iter().collect(),
        package: form
            .package
            .map(|text| {
                text.parse().map_err(|error| {
                    wrong(&format!("{error}"), "write a package URL: pkg:npm/lodash")
                })
            })
            .transpose()?,
        path: to_glob(form.path)?,
        layer: form
            .layer
            .map(|text| {
                LayerScope::parse(&text).ok_or_else(|| {
                    wrong(
                        &format!("`layer: {text}` is no layer"),
                        "write `base` or `sha256:…`",
                    )
                })
            })
            .transpose()?,
        image: to_glob(form.image)?,
        name: None,
        version: None,
        only_unfixed: false,
        owner: Some(missing(form.owner, "owner")?),
        reason: Some(missing(form.reason, "reason")?),
        expires: Some(expires),
        origin: Origin {
            file: file.to_owned(),
            line: u32::try_from(place.line()).ok(),
        },
    })
}

pub(crate) fn at<T>(file: &str, value: &Spanned<T>, message: impl Into<String>) -> PolicyError {
    PolicyError::new(file, message).at(value.referenced.line(), value.referenced.column())
}

pub(crate) fn word<T: Copy, const N: usize>(
    file: &str,
    text: &Spanned<String>,
    all: [T; N],
    spell: impl Fn(T) -> &'static str,
) -> Result<T, PolicyError> {
    all.into_iter()
        .find(|candidate| spell(*candidate).eq_ignore_ascii_case(&text.value))
        .ok_or_else(|| {
            let known = all.map(&spell);
            let wrong = at(file, text, format!("`{}` is not known here", text.value));
            match suggest::nearest(&text.value, known) {
                Some(candidate) => wrong.hint(format!("did you mean `{candidate}`?")),
                None => wrong.hint(format!("one of {}", known.join(", "))),
            }
        })
}

fn words<T: Copy, const N: usize>(
    file: &str,
    texts: &[Spanned<String>],
    all: [T; N],
    spell: impl Fn(T) -> &'static str + Copy,
) -> Result<Vec<T>, PolicyError> {
    texts
        .iter()
        .map(|text| word(file, text, all, spell))
        .collect()
}

fn within(file: &str, value: &Spanned<f64>, max: f64) -> Result<f64, PolicyError> {
    if (0.0..=max).contains(&value.value) {
        return Ok(value.value);
    }
    Err(at(
        file,
        value,
        format!("{} is not between 0 and {max}", value.value),
    ))
}
