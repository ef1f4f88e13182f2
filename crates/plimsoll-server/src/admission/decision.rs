//! What was decided, for the log: one line of JSON, `plimsoll.decision/v1`.

use std::cmp::Reverse;
use std::time::Duration;

use plimsoll_model::{Finding, Mode, Outcome, Timestamp};
use serde_json::{Map, Value, json};

/// Reasons of one line; of more the number is told.
const REASONS_MAX: usize = 50;
/// Groups of a user, and words of a command, in one line.
const WORDS_MAX: usize = 32;
/// Longest text of a line that comes from outside, in bytes.
const TEXT_BYTES_MAX: usize = 512;

/// One thing that the policy says of the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub mode: Mode,
    /// It was so before the update.
    pub was_so: bool,
    /// `Pod shop/cart, container web`; absent for rules about the whole.
    pub subject: Option<String>,
    /// Id of the check.
    pub id: String,
    pub rule: String,
    /// What was found, a clause.
    pub message: String,
    /// What to do, sentences.
    pub mend: Option<String>,
    pub fingerprint: Option<String>,
}

impl Told {
    pub(super) fn of(finding: &Finding, rule: &str, mode: Mode, was_so: bool) -> Self {
        let detail = finding.detail.as_ref();
        let detail = detail.map(|detail| format!(" ({detail})"));
        Self {
            mode,
            was_so,
            subject: finding.subject.clone(),
            id: finding.id.clone(),
            rule: rule.to_owned(),
            message: format!("{}{}", finding.what(), detail.unwrap_or_default()),
            mend: finding.mend.clone(),
            fingerprint: Some(finding.fingerprint.clone()),
        }
    }

    pub(super) fn whole(rule: String, mode: Mode, message: String) -> Self {
        Self {
            mode,
            was_so: false,
            subject: None,
            id: rule.clone(),
            rule,
            message,
            mend: None,
            fingerprint: None,
        }
    }

    fn key(&self) -> impl Ord + '_ {
        let place = (&self.subject, &self.id, &self.rule, &self.message);
        (
            Reverse((self.outcome(), self.mode)),
            place,
            &self.fingerprint,
        )
    }
}

impl PartialOrd for Told {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Told {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// How the answer came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By the policy.
    Judged,
    /// Left alone, and why.
    Exempt(String),
    /// It brings nothing that could be judged, and what it is: `DELETE`, `exec`.
    NothingToJudge(String),
    /// Not judged: the kind of trouble, and a clause.
    Trouble(&'static str, String),
}

impl Way {
    /// The word for logs and metrics.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Judged => "judged",
            Self::Exempt(_) => "exempt",
            Self::NothingToJudge(_) => "nothing_to_judge",
            Self::Trouble(..) => "trouble",
        }
    }

    fn why(&self) -> Option<&str> {
        match self {
            Self::Judged => None,
            Self::Exempt(why) | Self::NothingToJudge(why) | Self::Trouble(_, why) => Some(why),
        }
    }
}

/// One answer and what led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub uid: String,
    pub operation: String,
    /// `apps/v1`.
    pub api_version: String,
    pub kind: String,
    pub resource: String,
    pub subresource: String,
    pub namespace: String,
    pub name: String,
    pub user: String,
    pub groups: Vec<String>,
    pub is_dry_run: bool,
    pub way: Way,
    pub outcome: Outcome,
    pub policy: String,
    pub told: Vec<Told>,
    /// What is run where somebody enters a container, and in which one.
    pub entered: Option<Entered>,
    /// Answered from memory.
    pub is_remembered: bool,
}

/// `exec`, `attach` or `portforward`: what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entered {
    pub container: Option<String>,
    pub command: Vec<String>,
    pub ports: Vec<i64>,
}

impl Decision {
    /// One line, without its end.
    pub fn line(&self, at: Timestamp, took: Duration) -> String {
        let mut line = Map::new();
        let mut put = |key: &str, value: Value| {
            let is_empty = match &value {
                Value::Null => true,
                Value::String(text) => text.is_empty(),
                Value::Array(list) => list.is_empty(),
                _ => false,
            };
            if !is_empty {
                line.insert(key.to_owned(), value);
            }
        };
        put("schema", json!("plimsoll.decision/v1"));
        put("time", json!(at.to_string()));
        put("uid", json!(cut(&self.uid)));
        put("verdict", json!(self.outcome.as_str()));
        put("way", json!(self.way.as_str()));
        put("why", json!(self.way.why().map(cut)));
        if let Way::Trouble(kind, _) = &self.way {
            put("trouble", json!(kind));
        }
        for (key, text) in [
            ("operation", &self.operation),
            ("api_version", &self.api_version),
            ("kind", &self.kind),
            ("resource", &self.resource),
            ("subresource", &self.subresource),
            ("namespace", &self.namespace),
            ("name", &self.name),
            ("user", &self.user),
            ("policy", &self.policy),
        ] {
            put(key, json!(cut(text)));
        }
        put("groups", list(&self.groups));
        if let Some(entered) = &self.entered {
            put("container", json!(entered.container.as_deref().map(cut)));
            put("command", list(&entered.command));
            put("ports", json!(entered.ports));
        }
        let reasons = self.told.iter().take(REASONS_MAX).map(reason);
        put("reasons", Value::Array(reasons.collect()));
        let left_out = self.told.len().saturating_sub(REASONS_MAX);
        put(
            "reasons_left_out",
            json!((left_out > 0).then_some(left_out)),
        );
        put("remembered", json!(self.is_remembered.then_some(true)));
        put(
            "duration_us",
            json!(u64::try_from(took.as_micros()).unwrap_or(u64::MAX)),
        );
        Value::Object(line).to_string()
    }
}

fn reason(told: &Told) -> Value {
    let mut out = json!({
        "rule": told.rule, "mode": told.mode.as_str(), "id": told.id, "message": cut(&told.message),
    });
    if let Value::Object(map) = &mut out {
        if let Some(subject) = &told.subject {
            map.insert("subject".to_owned(), json!(cut(subject)));
        }
        if told.was_so {
            map.insert("before".to_owned(), json!(true));
        }
    }
    out
}

fn list(texts: &[String]) -> Value {
    let texts = texts.iter().take(WORDS_MAX).map(|text| json!(cut(text)));
    Value::Array(texts.collect())
}

/// Bounded; what is cut ends in an ellipsis.
fn cut(text: &str) -> String {
    super::answer::cut(text, TEXT_BYTES_MAX)
}
