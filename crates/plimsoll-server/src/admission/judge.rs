//! Judges one object: which findings it has, which of them are new, and what the policy makes of them.

use std::collections::BTreeSet;

use plimsoll_check::{Options, check_object};
use plimsoll_model::{Date, Finding, Inventory, Mode, Outcome, Stage, Target, TargetKind};
use plimsoll_object::Object;
use plimsoll_object::yaml::Node;
use plimsoll_policy::{Case, Trouble, judge};

use super::decision::Told;
use super::gate::Rulebook;
use super::review::{Refusal, Review};

/// Most containers of one pod that are judged. Each may have dozens of findings, and no node runs so
/// many in one pod.
pub const CONTAINERS_MAX: usize = 256;

/// What came of judging, before it is put into words for the API server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    pub outcome: Outcome,
    /// `Pod shop/cart`.
    pub subject: String,
    /// Name of the policy.
    pub policy: String,
    /// Strictest first, then by container and check; one entry for each finding and rule.
    pub told: Vec<Told>,
    /// Exceptions whose time is over and that would have let something through, as clauses.
    pub expired: Vec<String>,
}

/// What is judged: an object under the name that it goes by.
pub struct Subject<'a> {
    pub object: Object<'a>,
    pub old: Option<Object<'a>>,
    /// What exceptions name as `path`: `shop/Deployment/cart`.
    pub path: String,
}

impl<'a> Subject<'a> {
    /// `api_version` is the review's own, kept by the caller.
    pub fn read(review: &Review<'a>, api_version: &'a str) -> Result<Self, Refusal> {
        let node = review.object()?;
        let generated = generated_name(node, review.name);
        let named = |node| Object {
            node,
            api_version,
            kind: review.kind,
            namespace: review.namespace,
            name: generated.unwrap_or(review.name),
        };
        let object = named(node);
        let count = object.pod().map_or(0, |pod| pod.containers().count());
        if count > CONTAINERS_MAX {
            let message = format!("it has {count} containers, more than {CONTAINERS_MAX}");
            return Err(Refusal::new(Trouble::TooLarge, message));
        }
        Ok(Self {
            path: path(review, &object),
            old: review.old_object()?.map(named),
            object,
        })
    }
}

/// The name's fixed part, where the rest was made up for this one object: all pods of a ReplicaSet are
/// judged alike.
fn generated_name<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    let text = |key| node.at_path(&["metadata", key]).and_then(Node::as_str);
    let prefix = text("generateName").filter(|prefix| !prefix.is_empty())?;
    let name = text("name").unwrap_or(name);
    (name.is_empty() || name.starts_with(prefix)).then_some(prefix)
}

/// `NAMESPACE/KIND/NAME` of what a person wrote: of a pod that a controller makes, its workload. Only a
/// controller is believed about that, since anybody can write `ownerReferences`.
fn path(review: &Review<'_>, object: &Object<'_>) -> String {
    let of = |kind: &str, name: &str| {
        let clean = plimsoll_model::text::clean;
        format!("{}/{}/{}", review.namespace, clean(kind), clean(name))
    };
    let own = || of(object.kind, object.name.trim_end_matches('-'));
    let is_controller = review.user == "system:kube-controller-manager"
        || review
            .user
            .strip_prefix("system:serviceaccount:kube-system:")
            .is_some_and(|account| account.ends_with("-controller"));
    if !is_controller {
        return own();
    }
    let text = |path: &[&str]| object.node.at_path(path).and_then(Node::as_str);
    let owners = object.node.at_path(&["metadata", "ownerReferences"]);
    let mut owners = owners.map_or(&[][..], Node::items).iter();
    let owner = owners.find(|one| one.get("controller").and_then(Node::as_bool) == Some(true));
    let of_owner = |key: &str| owner.and_then(|one| one.get(key)).and_then(Node::as_str);
    let (Some(kind), Some(name)) = (of_owner("kind"), of_owner("name")) else {
        return own();
    };
    let hash = text(&["metadata", "labels", "pod-template-hash"]);
    let deployment = hash
        .filter(|_| kind == "ReplicaSet")
        .and_then(|hash| name.strip_suffix(hash)?.strip_suffix('-'));
    match deployment {
        Some(deployment) => of("Deployment", deployment),
        None => of(kind, name),
    }
}

/// Judges it on a day.
pub fn ruling(rulebook: &Rulebook, subject: &Subject<'_>, today: Date) -> Ruling {
    let options = Options {
        persona: rulebook.persona,
        minor: rulebook.minor,
        registries: &rulebook.registries,
        ..Options::new(today)
    };
    let found = |object| check_object(object, &subject.path, options);
    let mut findings = found(&subject.object);
    let before = subject.old.as_ref().map(found).unwrap_or_default();
    let before: BTreeSet<&str> = before.iter().map(|it| it.fingerprint.as_str()).collect();
    let inventory = Inventory::new(Target {
        kind: TargetKind::Configuration,
        name: subject.path.clone(),
        digest: None,
        platform: None,
        os: None,
    });
    let case = Case {
        inventory: &inventory,
        advisories: None,
        stage: Stage::Deploy,
        today,
    };
    let verdict = judge(&rulebook.policy, &rulebook.exceptions, &case, &mut findings);
    let namespace = subject.object.namespace;
    let mut told = Vec::new();
    for reason in verdict.reasons {
        let mode = rulebook
            .admission
            .mode_in(namespace, &reason.rule, reason.mode);
        let mut of_reason = findings
            .iter()
            .filter(|finding| Some(&finding.fingerprint) == reason.finding.as_ref())
            .peekable();
        if of_reason.peek().is_none() {
            told.push(Told::whole(reason.rule, mode, reason.message));
            continue;
        }
        for finding in of_reason {
            let was_so = before.contains(finding.fingerprint.as_str());
            told.push(Told::of(finding, &reason.rule, mode, was_so));
        }
    }
    told.sort();
    told.dedup();
    Ruling {
        outcome: told.iter().map(Told::outcome).max().unwrap_or_default(),
        subject: plimsoll_model::text::clean(&subject.object.display()).into_owned(),
        expired: expired(rulebook, &told, &findings, &inventory, today),
        policy: verdict.policy,
        told,
    }
}

/// What would have let a refused finding through until its time was over.
fn expired(
    rulebook: &Rulebook,
    told: &[Told],
    findings: &[Finding],
    inventory: &Inventory,
    today: Date,
) -> Vec<String> {
    let refused: BTreeSet<&str> = told
        .iter()
        .filter(|told| told.outcome() == Outcome::Deny)
        .filter_map(|told| told.fingerprint.as_deref())
        .collect();
    let is_refused = |finding: &&Finding| refused.contains(finding.fingerprint.as_str());
    let over = rulebook
        .exceptions
        .iter()
        .filter(|one| one.is_expired(today));
    let over = over.filter_map(|one| {
        let mut refused = findings.iter().filter(is_refused);
        let finding = refused.find(|finding| one.describes(finding, None, inventory))?;
        let owner = one.owner.as_deref().unwrap_or("nobody named");
        Some(format!(
            "the exception for {} expired on {} (owner: {owner})",
            finding.id, one.expires?
        ))
    });
    let over: BTreeSet<String> = over.collect();
    over.into_iter().collect()
}

impl Told {
    /// What it means for the request: what was so before is told, not refused.
    pub const fn outcome(&self) -> Outcome {
        match (self.mode, self.was_so) {
            (Mode::Audit, _) => Outcome::Allow,
            (Mode::Warn, _) | (Mode::Enforce, true) => Outcome::Warn,
            (Mode::Enforce, false) => Outcome::Deny,
        }
    }
}
