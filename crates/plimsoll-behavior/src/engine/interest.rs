//! What the kernel may leave out: kinds of events, and opens, that no rule can match.
//!
//! Everything here errs on one side: an event that is not wanted matches no rule, whatever else is
//! true of it; one that is wanted may still match none. [`Interest`] says it for good, of kinds of
//! events; [`Engine::concerns`] of opens like one that was seen, which rests on the paths of both.
//!
//! The state is another matter: an open that was left out is not known later, when another event is
//! about its descriptor. Such an event says itself what the descriptor stands for; what asks for all
//! descriptors, or counts what failed, has everything told.

use std::collections::BTreeSet;

use plimsoll_model::event::{EventKind, FLAG_RACED};

use super::Engine;
use super::eval::alike;
use super::graph::{Ask, Check, Node, NodeId};
use super::source::Source;
use super::spec::{Order, Spec};
use crate::fields::{FROM_COUNTERS, Field};
use crate::state::{Moment, is_counted};

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
    /// Whether some rule can match an open that ended so, in the order of [`OPENED`].
    pub opens: [bool; 3],
    /// Some rule asks for all descriptors of a process: no open may be left out.
    pub descriptors: bool,
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
    /// Whether some rule can match an open that ended so.
    pub const fn opens(&self, opened: Opened) -> bool {
        let [read, write, failed] = self.opens;
        match opened {
            Opened::Read => read,
            Opened::Write => write,
            Opened::Failed => failed,
        }
    }
}

impl Engine {
    /// What the rules can match. Worked out anew each time: to be kept by who asks.
    pub fn interest(&self) -> Interest {
        let kinds: BTreeSet<EventKind> = self.kinds().collect();
        let can = |opened| OPENS.iter().any(|kind| self.can_match(*kind, opened));
        let [read, write, failed] = [Opened::Read, Opened::Write, Opened::Failed].map(can);
        let counted = failed || self.asks(|field| field.from == FROM_COUNTERS);
        let descriptors = self.asks(|field| matches!(field.name, "fd.types" | "proc.fdopencount"));
        Interest {
            kinds,
            opens: [read || descriptors, write || descriptors, counted],
            descriptors,
        }
    }

    /// Whether some rule may match an open that is like this one in all that the kernel knows it by,
    /// whoever does it.
    pub fn concerns(&mut self, moment: &Moment<'_>) -> bool {
        if !alike::is_told(moment) || moment.record.has(FLAG_RACED) || is_counted(moment.record) {
            return true;
        }
        let at = usize::from(moment.kind().number());
        let Some(Some(program)) = self.programs.get(at) else {
            return false;
        };
        let scratch = &mut self.scratch;
        scratch.next();
        program.groups.iter().any(|group| {
            self.code.can_hold(group.guard, moment, scratch)
                && group
                    .rules
                    .iter()
                    .any(|(_, rest)| self.code.can_hold(*rest, moment, scratch))
        })
    }

    /// Whether some rule can match an open of a kind that ended so.
    fn can_match(&self, kind: EventKind, opened: Opened) -> bool {
        let reach = Reach {
            engine: self,
            kind,
            opened,
        };
        self.groups(kind).iter().any(|group| {
            let can = |node| reach.sure(node) != Some(false);
            can(group.guard) && group.rules.iter().any(|(_, rest)| can(*rest))
        })
    }

    /// Whether some condition asks such a field.
    fn asks(&self, such: impl Fn(&Field) -> bool) -> bool {
        fn within(source: &Source, such: &impl Fn(&Field) -> bool) -> bool {
            match source {
                Source::Field { field, .. } => such(field),
                Source::Map(_, of) => within(of, such),
                Source::Join {
                    separator: first,
                    list: second,
                }
                | Source::GetOpt {
                    args: first,
                    letters: second,
                    ..
                } => within(first, such) || within(second, such),
                Source::Concat(parts) | Source::List(parts) => {
                    parts.iter().any(|part| within(part, such))
                }
                Source::Value(_) => false,
            }
        }
        self.code.sources.iter().any(|source| within(source, &such))
    }

    fn field_of(&self, check: &Check) -> Option<&'static str> {
        match self.code.sources.get(check.source.0 as usize)? {
            Source::Field { field, .. } => Some(field.name),
            _ => None,
        }
    }
}

/// What of a condition is decided by how an open ended.
struct Reach<'e> {
    engine: &'e Engine,
    kind: EventKind,
    opened: Opened,
}

impl Reach<'_> {
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
}

/// The answer to a question about a number that lies between two others, where they decide it.
pub(super) fn within(spec: &Spec, (low, high): (i128, i128)) -> Option<bool> {
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
