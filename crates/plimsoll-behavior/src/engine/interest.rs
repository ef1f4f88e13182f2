//! What the kernel may leave out: kinds of events, and opens, that no rule can match.
//!
//! Everything here errs on one side: an event that is not wanted matches no rule, whatever else is
//! true of it; one that is wanted may still match none. The state is another matter: an open that was
//! left out is not known later, when another event is about its descriptor; [`Interest::names_later`]
//! says whether a rule would ask for its name then.

mod paths;

use std::collections::BTreeSet;

use plimsoll_model::event::EventKind;

pub use paths::{KernelOpens, Open, Paths, Wanted};

use super::Engine;
use super::graph::{Ask, Check, Node, NodeId};
use super::source::Source;
use super::spec::{Order, Spec};

/// How an open ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opened {
    /// For reading, or for the path alone.
    Read,
    /// For writing, alone or too.
    Write,
    /// Not at all.
    Failed,
}

/// All of them.
pub const OPENED: &[Opened] = &[Opened::Read, Opened::Write, Opened::Failed];

/// What rules can match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    /// Kinds of events that some rule can match.
    pub kinds: BTreeSet<EventKind>,
    /// Paths of opens that some rule can match, by how the open ended, in the order of [`OPENED`].
    pub opens: [Paths; 3],
    /// Some rule asks at another event what an open descriptor is called.
    pub names_later: bool,
}

/// Kinds that open a path.
const OPENS: &[EventKind] = &[
    EventKind::Open,
    EventKind::Openat,
    EventKind::Openat2,
    EventKind::Creat,
    EventKind::OpenByHandleAt,
];

impl Interest {
    /// Paths of opens that ended so.
    pub const fn paths(&self, opened: Opened) -> &Paths {
        let [read, write, failed] = &self.opens;
        match opened {
            Opened::Read => read,
            Opened::Write => write,
            Opened::Failed => failed,
        }
    }

    /// Whether some rule may match an open.
    pub fn wants_open(&self, opened: Opened, open: Open<'_>) -> bool {
        self.paths(opened).holds(open)
    }
}

impl Engine {
    /// What the rules can match. Worked out anew each time: to be kept by who asks.
    pub fn interest(&self) -> Interest {
        let kinds: BTreeSet<EventKind> = self.kinds().collect();
        let opens = [Opened::Read, Opened::Write, Opened::Failed].map(|opened| {
            let mut all = Paths::None;
            for kind in OPENS {
                all = all.or(self.reached(*kind, opened));
            }
            all
        });
        let names_later = kinds
            .iter()
            .filter(|kind| !OPENS.contains(kind))
            .any(|kind| self.asks_names(*kind));
        Interest {
            kinds,
            opens,
            names_later,
        }
    }

    fn reached(&self, kind: EventKind, opened: Opened) -> Paths {
        let reach = Reach {
            engine: self,
            kind,
            opened,
        };
        let mut all = Paths::None;
        for group in self.groups(kind) {
            let guard = reach.paths(group.guard);
            for (_, rest) in &group.rules {
                all = all.or(guard.clone().and(reach.paths(*rest)));
            }
        }
        all
    }

    /// Whether a rule for this kind asks what a descriptor is called.
    fn asks_names(&self, kind: EventKind) -> bool {
        let mut left: Vec<NodeId> = Vec::new();
        for group in self.groups(kind) {
            left.push(group.guard);
            left.extend(group.rules.iter().map(|(_, rest)| *rest));
        }
        let mut seen = BTreeSet::new();
        while let Some(node) = left.pop() {
            if !seen.insert(node) {
                continue;
            }
            match self.graph.node(node) {
                Node::Check(id) => {
                    let check = self.graph.checks.get(id.0 as usize);
                    if check
                        .and_then(|check| self.field_of(check))
                        .is_some_and(is_name)
                    {
                        return true;
                    }
                }
                Node::Not(inner) => left.push(*inner),
                Node::All(parts) | Node::Any(parts) => left.extend_from_slice(parts),
                Node::Never | Node::Always => {}
            }
        }
        false
    }

    fn field_of(&self, check: &Check) -> Option<&'static str> {
        match self.code.sources.get(check.source.0 as usize)? {
            Source::Field { field, .. } => Some(field.name),
            _ => None,
        }
    }
}

fn is_name(field: &str) -> bool {
    matches!(
        field,
        "fd.name"
            | "fd.nameraw"
            | "fd.directory"
            | "fd.filename"
            | "fd.containername"
            | "fd.containerdirectory"
            | "fd.types"
            | "evt.arg"
            | "evt.args"
            | "fs.path.name"
    )
}

/// Following a condition down to the paths that can make it hold.
struct Reach<'e> {
    engine: &'e Engine,
    kind: EventKind,
    opened: Opened,
}

impl Reach<'_> {
    fn paths(&self, node: NodeId) -> Paths {
        match self.engine.graph.node(node) {
            Node::Never => Paths::None,
            Node::Always => Paths::Any,
            Node::Check(id) => match self.engine.graph.checks.get(id.0 as usize) {
                Some(check) => match self.decided(check) {
                    Some(false) => Paths::None,
                    Some(true) => Paths::Any,
                    None => self.of_check(check),
                },
                None => Paths::None,
            },
            // Which paths a denied part leaves is not followed: all, unless it is sure to hold.
            Node::Not(inner) => match self.sure(*inner) {
                Some(true) => Paths::None,
                _ => Paths::Any,
            },
            Node::All(parts) => {
                let parts = parts.iter().map(|part| self.paths(*part));
                parts.fold(Paths::Any, Paths::and)
            }
            Node::Any(parts) => {
                let parts = parts.iter().map(|part| self.paths(*part));
                parts.fold(Paths::None, Paths::or)
            }
        }
    }

    /// The answer of a part, where how the open ended decides it.
    fn sure(&self, node: NodeId) -> Option<bool> {
        match self.engine.graph.node(node) {
            Node::Never => Some(false),
            Node::Always => Some(true),
            Node::Check(id) => self.decided(self.engine.graph.checks.get(id.0 as usize)?),
            Node::Not(inner) => self.sure(*inner).map(|holds| !holds),
            Node::All(parts) => self.together(parts, false),
            Node::Any(parts) => self.together(parts, true),
        }
    }

    fn together(&self, parts: &[NodeId], decisive: bool) -> Option<bool> {
        let mut all = true;
        for part in parts {
            match self.sure(*part) {
                Some(answer) if answer == decisive => return Some(decisive),
                Some(_) => {}
                None => all = false,
            }
        }
        all.then_some(!decisive)
    }

    /// The answer of a check, where how the open ended decides it.
    fn decided(&self, check: &Check) -> Option<bool> {
        let Ask::Spec(spec) = &check.ask else {
            return None;
        };
        let failed = self.opened == Opened::Failed;
        match self.engine.field_of(check)? {
            // A failed open may have been one for writing.
            "evt.is_open_write" if self.kind != EventKind::Creat && !failed => match spec {
                Spec::Bool(wanted) => Some(*wanted == (self.opened == Opened::Write)),
                _ => None,
            },
            "evt.failed" => match spec {
                Spec::Bool(wanted) => Some(*wanted == failed),
                _ => None,
            },
            "fd.num" | "evt.rawres" => {
                let range = if failed {
                    (i128::MIN, -1)
                } else {
                    (0, i128::MAX)
                };
                within(spec, range)
            }
            _ => None,
        }
    }

    fn of_check(&self, check: &Check) -> Paths {
        let (Ask::Spec(spec), Some(source)) = (
            &check.ask,
            self.engine.code.sources.get(check.source.0 as usize),
        ) else {
            return Paths::Any;
        };
        match source {
            Source::Field { field, argument } => {
                let argument = argument.of(self.kind).map(|arg| arg.name);
                paths::of(field.name, argument, spec)
            }
            _ => Paths::Any,
        }
    }
}

/// The answer to a question about a number that lies between two others, where they decide it.
fn within(spec: &Spec, (low, high): (i128, i128)) -> Option<bool> {
    let all = |holds_low: bool, holds_high: bool| match (holds_low, holds_high) {
        (true, true) => Some(true),
        (false, false) => Some(false),
        _ => None,
    };
    match spec {
        Spec::Number(order, right) => match order {
            Order::Less | Order::LessOrEqual | Order::Greater | Order::GreaterOrEqual => {
                all(order.holds(&low, right), order.holds(&high, right))
            }
        },
        Spec::Numbers(rights) => {
            let none = rights.iter().all(|right| *right < low || *right > high);
            none.then_some(false)
        }
        Spec::Not(inner) => within(inner, (low, high)).map(|holds| !holds),
        Spec::Exists => Some(true),
        _ => None,
    }
}
