//! The gate: bytes of a review in, bytes of an answer out.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use plimsoll_check::Persona;
use plimsoll_model::{Date, Outcome, Timestamp};
use plimsoll_object::yaml::{Node, Value};
use plimsoll_policy::{Admission, Exception, Otherwise, Policy, Trouble};

use super::answer::{Response, would_be_refused};
use super::cache::{Cache, Key};
use super::decision::{Decision, Entered, Way};
use super::json::{self, JsonError};
use super::judge::{Ruling, Subject, ruling};
use super::review::{API_VERSION_BEFORE, Operation, Refusal, Review};
use super::uid::uid_in;

/// What is judged by. A change of it is a new gate.
#[derive(Debug, Clone)]
pub struct Rulebook {
    pub policy: Policy,
    pub exceptions: Vec<Exception>,
    pub admission: Admission,
    /// Registries that images may come from; every one where the list is empty.
    pub registries: Vec<String>,
    /// Which checks are run.
    pub persona: Persona,
    /// The minor version of Kubernetes 1.
    pub minor: u16,
    pub own: Own,
}

/// What the webhook runs as, and never refuses: otherwise it could keep itself from coming back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    pub namespace: Option<String>,
    /// `system:serviceaccount:plimsoll:plimsoll`.
    pub user: Option<String>,
}

/// What is sent back, and what is to be told of it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// A review; for bytes without a readable uid text, with which the API server does as its
    /// `failurePolicy` says.
    pub body: Vec<u8>,
    pub is_review: bool,
    /// HTTP's, for the latter.
    pub code: u16,
    pub decision: Decision,
}

/// Judges reviews by one rulebook, from any number of threads.
pub struct Gate {
    rulebook: Rulebook,
    verdicts: Cache<Arc<Verdict>>,
}

struct Verdict {
    ruling: Ruling,
    response: Response,
}

/// Where the version of a review stands, in bytes from its beginning.
const HEAD_BYTES: usize = 256;

/// Subresources that bring no container, and hold no pod's template.
const WITHOUT_CONTAINERS: &[&str] = &[
    "approval",
    "attach",
    "binding",
    "eviction",
    "exec",
    "finalize",
    "log",
    "portforward",
    "proxy",
    "scale",
    "status",
    "token",
];

impl Gate {
    pub fn new(rulebook: Rulebook) -> Self {
        Self {
            rulebook,
            verdicts: Cache::default(),
        }
    }

    pub const fn rulebook(&self) -> &Rulebook {
        &self.rulebook
    }

    /// How many verdicts are remembered.
    pub fn remembered(&self) -> usize {
        self.verdicts.len()
    }

    /// Answers a review. `now` is the time by which exceptions end.
    pub fn answer(&self, bytes: &[u8], now: Timestamp) -> Answer {
        let root = match json::parse(bytes) {
            Ok(root) => root,
            Err(error) => {
                let trouble = match error {
                    JsonError::Malformed(_) => Trouble::Unreadable,
                    JsonError::TooLarge(_) => Trouble::TooLarge,
                };
                return self.refuse(bytes, &Refusal::new(trouble, error.to_string()));
            }
        };
        let judged = Review::read(&root).and_then(|review| {
            let mut decision = decision(&review);
            let response = self.respond(&review, now, &mut decision)?;
            Ok((response, decision))
        });
        match judged {
            Ok((response, decision)) => Answer {
                body: response.body(&decision.uid, None),
                is_review: true,
                code: 200,
                decision,
            },
            Err(refusal) => {
                let mut answer = self.refuse(bytes, &refusal);
                if let Ok(review) = Review::read(&root) {
                    let (way, outcome) = (answer.decision.way, answer.decision.outcome);
                    answer.decision = decision(&review);
                    (answer.decision.way, answer.decision.outcome) = (way, outcome);
                }
                answer
            }
        }
    }

    /// The answer to a review that cannot be judged, by as many of its first bytes as there are.
    pub fn refuse(&self, bytes: &[u8], refusal: &Refusal) -> Answer {
        let otherwise = self.rulebook.admission.on_error(refusal.trouble);
        let response = Response::unjudged(refusal, otherwise);
        let way = Way::Trouble(refusal.trouble.as_str(), refusal.message.clone());
        let uid = uid_in(bytes);
        let mut decision = Decision::unknown(uid.unwrap_or_default(), way);
        // Without its uid an answer that allows is none: the API server does as it is configured.
        decision.outcome = match otherwise {
            Otherwise::Allow if uid.is_some() => Outcome::Allow,
            _ => Outcome::Deny,
        };
        let (body, code) = if let Some(uid) = uid {
            // A refusal can be told in the older version as well.
            let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default();
            let before = format!("\"{API_VERSION_BEFORE}\"");
            let is_before = head
                .windows(before.len())
                .any(|part| part == before.as_bytes());
            (
                response.body(uid, is_before.then_some(API_VERSION_BEFORE)),
                200,
            )
        } else {
            let refused = Response::unjudged(refusal, Otherwise::Deny);
            (format!("{}\n", refused.message).into_bytes(), refused.code)
        };
        Answer {
            body,
            is_review: uid.is_some(),
            code,
            decision,
        }
    }

    fn respond(
        &self,
        review: &Review<'_>,
        now: Timestamp,
        decision: &mut Decision,
    ) -> Result<Response, Refusal> {
        if let Some(why) = self.exempt(review) {
            decision.way = Way::Exempt(why);
            return Ok(Response::allow());
        }
        if let Some(what) = nothing_to_judge(review) {
            decision.way = Way::NothingToJudge(what);
            decision.entered = entered(review);
            return Ok(Response::allow());
        }
        let api_version = review.api_version();
        let subject = Subject::read(review, &api_version)?;
        let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
        let find = || {
            let ruling = ruling(&self.rulebook, &subject, today);
            let response = Response::of(&ruling);
            Arc::new(Verdict { ruling, response })
        };
        let (verdict, is_remembered) = self.verdicts.get(key(&subject, today), find);
        decision.outcome = verdict.ruling.outcome;
        decision.policy.clone_from(&verdict.ruling.policy);
        decision.told.clone_from(&verdict.ruling.told);
        decision.is_remembered = is_remembered;
        Ok(verdict.response.clone())
    }

    fn exempt(&self, review: &Review<'_>) -> Option<String> {
        let own = &self.rulebook.own;
        if own
            .namespace
            .as_deref()
            .is_some_and(|own| own == review.namespace)
        {
            return Some("it is the webhook's own namespace".to_owned());
        }
        if own.user.as_deref().is_some_and(|own| own == review.user) {
            return Some("it is the webhook itself".to_owned());
        }
        let groups = review.groups.iter().copied();
        let exempt = &self.rulebook.admission.exempt;
        exempt.why(review.namespace, review.user, groups)
    }
}

/// Why there is nothing to judge, if so.
fn nothing_to_judge(review: &Review<'_>) -> Option<String> {
    match review.operation {
        Operation::Delete | Operation::Connect => {
            let subresource = Some(review.subresource).filter(|it| !it.is_empty());
            let what = subresource.unwrap_or(review.operation.as_str());
            Some(format!("{what} brings no container"))
        }
        Operation::Create | Operation::Update => {
            let mut known = WITHOUT_CONTAINERS.iter();
            known
                .find(|it| **it == review.subresource)
                .map(|it| format!("{it} brings no container"))
        }
    }
}

/// What was asked for by who enters a container.
fn entered(review: &Review<'_>) -> Option<Entered> {
    let object = review
        .object
        .filter(|_| review.operation == Operation::Connect)?;
    let list = |key| object.get(key).map_or(&[][..], Node::items).iter();
    let container = object.get("container").and_then(Node::as_str);
    let command = list("command").filter_map(Node::as_str);
    Some(Entered {
        container: container.map(str::to_owned),
        command: command.take(64).map(str::to_owned).collect(),
        ports: list("ports").filter_map(Node::as_int).take(64).collect(),
    })
}

fn decision(review: &Review<'_>) -> Decision {
    Decision {
        operation: review.operation.as_str().to_owned(),
        api_version: review.api_version(),
        kind: review.kind.to_owned(),
        resource: review.resource.to_owned(),
        subresource: review.subresource.to_owned(),
        namespace: review.namespace.to_owned(),
        name: review.name.to_owned(),
        user: review.user.to_owned(),
        groups: review
            .groups
            .iter()
            .take(32)
            .map(|&group| group.to_owned())
            .collect(),
        is_dry_run: review.is_dry_run,
        ..Decision::unknown(review.uid, Way::Judged)
    }
}

impl Decision {
    fn unknown(uid: &str, way: Way) -> Self {
        Self {
            uid: uid.to_owned(),
            operation: String::new(),
            api_version: String::new(),
            kind: String::new(),
            resource: String::new(),
            subresource: String::new(),
            namespace: String::new(),
            name: String::new(),
            user: String::new(),
            groups: Vec::new(),
            is_dry_run: false,
            way,
            outcome: Outcome::Allow,
            policy: String::new(),
            told: Vec::new(),
            entered: None,
            is_remembered: false,
        }
    }

    /// Rules that would have refused the request, had they been enforced.
    pub fn under_enforcement(&self) -> impl Iterator<Item = &str> {
        let mut rules: Vec<&str> = would_be_refused(&self.told).map(|(rule, _)| rule).collect();
        rules.sort_unstable();
        rules.dedup();
        rules.into_iter()
    }
}

/// What differs without meaning, below `metadata`.
const MEANINGLESS: &[&str] = &["uid", "resourceVersion", "creationTimestamp", "generation"];

/// A digest of all that the verdict depends on but the rulebook.
fn key(subject: &Subject<'_>, today: Date) -> Key {
    let mut context = Context::new(&SHA256);
    let object = &subject.object;
    for text in [
        object.api_version,
        object.kind,
        object.namespace,
        object.name,
        &subject.path,
        &today.to_string(),
    ] {
        add_text(&mut context, text);
    }
    add_object(&mut context, object.node, object.name);
    if let Some(old) = &subject.old {
        context.update(b"old");
        add_object(&mut context, old.node, old.name);
    }
    let mut key = [0; 32];
    key.copy_from_slice(context.finish().as_ref());
    key
}

fn add_object(context: &mut Context, node: &Node, name: &str) {
    for entry in node.entries() {
        add_text(context, &entry.key);
        if !entry.key.is("metadata") {
            add(context, &entry.value);
            continue;
        }
        for entry in entry.value.entries() {
            let is_made_up = entry.key.is("name") && name.ends_with('-');
            if !is_made_up && !MEANINGLESS.contains(&entry.key.as_str()) {
                add_text(context, &entry.key);
                add(context, &entry.value);
            }
        }
        context.update(b"}");
    }
}

/// Each value with its type and length, so that no two trees are written alike.
fn add(context: &mut Context, node: &Node) {
    match &node.value {
        Value::Null => context.update(b"n"),
        Value::Bool(value) => context.update(if *value { b"t" } else { b"f" }),
        Value::Int(value) => {
            context.update(b"i");
            context.update(&value.to_le_bytes());
        }
        Value::Float(value) => {
            context.update(b"d");
            context.update(&value.to_bits().to_le_bytes());
        }
        Value::Text(text) => add_text(context, text),
        Value::List(items) => {
            context.update(b"[");
            context.update(&items.len().to_le_bytes());
            items.iter().for_each(|item| add(context, item));
        }
        Value::Map(entries) => {
            context.update(b"{");
            context.update(&entries.len().to_le_bytes());
            for entry in entries.iter() {
                add_text(context, &entry.key);
                add(context, &entry.value);
            }
        }
    }
}

fn add_text(context: &mut Context, text: &str) {
    context.update(b"s");
    context.update(&text.len().to_le_bytes());
    context.update(text.as_bytes());
}
