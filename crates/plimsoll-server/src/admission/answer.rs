//! The answer, in the words and within the lengths that the API server takes.

use std::collections::BTreeMap;
use std::fmt::Write;

use plimsoll_model::{Mode, Outcome};
use plimsoll_policy::Otherwise;
use serde_json::{Value, json};

use super::decision::Told;
use super::judge::Ruling;
use super::review::{API_VERSION, Refusal};

/// Longest warning, in bytes: the API server cuts them at 256 characters.
pub const WARNING_BYTES_MAX: usize = 256;
/// Most warnings: the API server drops what goes beyond 4096 characters together.
const WARNINGS_MAX: usize = 15;
/// Longest message of a refusal, in bytes.
const MESSAGE_BYTES_MAX: usize = 4 << 10;
/// Longest line of it, in bytes.
const LINE_BYTES_MAX: usize = 640;
/// Longest value of an audit annotation, in bytes.
const ANNOTATION_BYTES_MAX: usize = 1 << 10;
/// No answer is longer, in bytes: the sum of its parts, each byte escaped.
pub const ANSWER_BYTES_MAX: usize = 64 << 10;

/// What is answered, but for the uid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    pub is_allowed: bool,
    /// HTTP's, for a refusal.
    pub code: u16,
    pub message: String,
    pub warnings: Vec<String>,
    /// The API server puts the webhook's name in front of each key.
    pub annotations: BTreeMap<&'static str, String>,
}

impl Response {
    /// Allowed without a word.
    pub fn allow() -> Self {
        Self {
            is_allowed: true,
            ..Self::default()
        }
    }

    /// What the policy came to.
    pub fn of(ruling: &Ruling) -> Self {
        let by = |outcome| move |told: &&Told| told.outcome() == outcome;
        let denied: Vec<&Told> = ruling.told.iter().filter(by(Outcome::Deny)).collect();
        let warned: Vec<&Told> = ruling.told.iter().filter(by(Outcome::Warn)).collect();
        let is_allowed = ruling.outcome != Outcome::Deny;
        let mut annotations = BTreeMap::new();
        let (new, before): (Vec<&Told>, Vec<&Told>) = warned.iter().partition(|it| !it.was_so);
        let audited = ruling.told.iter().filter(by(Outcome::Allow)).collect();
        for (key, list) in [
            ("denied", &denied),
            ("warned", &new),
            ("before", &before),
            ("audited", &audited),
        ] {
            if !list.is_empty() {
                annotations.insert(key, annotation(list));
            }
        }
        if !annotations.is_empty() {
            annotations.insert("policy", cut(&ruling.policy, ANNOTATION_BYTES_MAX));
        }
        Self {
            is_allowed,
            code: if is_allowed { 0 } else { 403 },
            message: if is_allowed {
                String::new()
            } else {
                message(ruling, &denied)
            },
            warnings: warnings(&warned),
            annotations,
        }
    }

    /// What is answered where nothing could be judged.
    pub fn unjudged(refusal: &Refusal, otherwise: Otherwise) -> Self {
        use plimsoll_policy::Trouble;
        let said = format!(
            "plimsoll could not judge this ({}): {}",
            refusal.trouble.as_str(),
            refusal.message
        );
        let code = match refusal.trouble {
            Trouble::Unreadable => 400,
            Trouble::TooLarge => 413,
            Trouble::Overload => 429,
            Trouble::Deadline => 504,
            Trouble::Defect => 500,
        };
        let annotations = [("unjudged", cut(&said, ANNOTATION_BYTES_MAX))];
        let (is_allowed, message, warnings) = match otherwise {
            Otherwise::Deny => (false, cut(&said, LINE_BYTES_MAX), Vec::new()),
            Otherwise::Allow => {
                let told = format!("allowed unjudged, as the policy says: {said}");
                (true, String::new(), vec![cut(&told, WARNING_BYTES_MAX)])
            }
        };
        Self {
            is_allowed,
            code: if is_allowed { 0 } else { code },
            message,
            warnings,
            annotations: annotations.into(),
        }
    }

    /// The review that is sent back.
    pub fn body(&self, uid: &str, api_version: Option<&str>) -> Vec<u8> {
        let mut response = json!({"uid": uid, "allowed": self.is_allowed});
        if let Value::Object(map) = &mut response {
            if !self.is_allowed {
                let status = json!({"code": self.code, "message": self.message});
                map.insert("status".to_owned(), status);
            }
            if !self.warnings.is_empty() {
                map.insert("warnings".to_owned(), json!(self.warnings));
            }
            if !self.annotations.is_empty() {
                map.insert("auditAnnotations".to_owned(), json!(self.annotations));
            }
        }
        let review = json!({
            "apiVersion": api_version.unwrap_or(API_VERSION), "kind": "AdmissionReview",
            "response": response,
        });
        review.to_string().into_bytes()
    }
}

/// One line for each finding, that a person can act upon.
fn message(ruling: &Ruling, denied: &[&Told]) -> String {
    let mut out = format!("policy `{}` refuses {}:", ruling.policy, ruling.subject);
    out = cut(&out, LINE_BYTES_MAX);
    let mut lines: Vec<String> = Vec::new();
    let mut last = None;
    for told in denied {
        // Another rule refuses the same: said once.
        if told.fingerprint.is_some() && last == told.fingerprint.as_deref() {
            continue;
        }
        last = told.fingerprint.as_deref();
        let mut line = format!("\n- {}: ", place(told, &ruling.subject));
        let _ = write!(line, "{} [rule {}, {}]", told.message, told.rule, told.id);
        if let Some(mend) = &told.mend {
            let _ = write!(line, ". {mend}");
        }
        lines.push(cut(&line, LINE_BYTES_MAX));
    }
    lines.extend(
        ruling
            .expired
            .iter()
            .map(|line| cut(&format!("\n- {line}"), LINE_BYTES_MAX)),
    );
    let count = lines.len();
    for (index, line) in lines.into_iter().enumerate() {
        // Room for the line that says how many are left out.
        if out.len() + line.len() + 64 > MESSAGE_BYTES_MAX {
            let _ = write!(out, "\n- and {} more", count - index);
            break;
        }
        out.push_str(&line);
    }
    out
}

/// `container web`, or the object itself.
fn place<'t>(told: &'t Told, subject: &'t str) -> &'t str {
    let whole = told.subject.as_deref().unwrap_or(subject);
    let inner = whole
        .strip_prefix(subject)
        .and_then(|rest| rest.strip_prefix(", "));
    inner.unwrap_or(whole)
}

fn warnings(warned: &[&Told]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for told in warned {
        let before = if told.was_so { "as before, " } else { "" };
        let subject = told.subject.as_deref();
        let subject = subject
            .map(|subject| format!("{subject}: "))
            .unwrap_or_default();
        let line = format!(
            "{before}{subject}{} [rule {}, {}]",
            told.message, told.rule, told.id
        );
        let line = cut(&line, WARNING_BYTES_MAX);
        if !out.contains(&line) {
            out.push(line);
        }
    }
    if out.len() > WARNINGS_MAX {
        let left_out = out.len() - (WARNINGS_MAX - 1);
        out.truncate(WARNINGS_MAX - 1);
        out.push(format!("and {left_out} more warnings of plimsoll"));
    }
    out
}

/// `rule/check (container web); …`.
fn annotation(list: &[&Told]) -> String {
    let mut out = String::new();
    for told in list {
        let container = told.subject.as_deref();
        let container = container.and_then(|subject| subject.split_once(", "));
        let container = container
            .map(|(_, part)| format!(" ({part})"))
            .unwrap_or_default();
        let entry = format!("{}/{}{container}", told.rule, told.id);
        if out.len() + entry.len() > ANNOTATION_BYTES_MAX {
            return cut(&format!("{out}; {entry}"), ANNOTATION_BYTES_MAX);
        }
        if !out.is_empty() {
            out.push_str("; ");
        }
        out.push_str(&entry);
    }
    out
}

/// At most so many bytes, at a character's border, without control characters but line breaks; what is
/// cut ends in an ellipsis.
pub(super) fn cut(text: &str, bytes_max: usize) -> String {
    const MARK: &str = "…";
    // Cleaning makes text longer: a first cut keeps that bounded.
    let rough = text
        .get(..text.floor_char_boundary(bytes_max))
        .unwrap_or_default();
    let mut out = String::with_capacity(rough.len());
    for (index, line) in rough.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push_str(&plimsoll_model::text::clean(line));
    }
    if rough.len() == text.len() && out.len() <= bytes_max {
        return out;
    }
    out.truncate(out.floor_char_boundary(bytes_max.saturating_sub(MARK.len())));
    out.push_str(MARK);
    out
}

/// The strictest mode under which a request would have been refused, had the rule been enforced: what
/// the metric `under_enforcement` counts.
pub fn would_be_refused(told: &[Told]) -> impl Iterator<Item = (&str, Mode)> {
    told.iter()
        .filter(|told| told.mode != Mode::Enforce && !told.was_so)
        .map(|told| (told.rule.as_str(), told.mode))
}
