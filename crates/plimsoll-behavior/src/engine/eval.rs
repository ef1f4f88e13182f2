//! Asking: whether a node of the graph holds at an event, each thing at most once.

pub(super) mod alike;

use self::alike::Rests;
use super::graph::{Ask, Check, Node, NodeId};
use super::sides;
use super::source::{Pool, Source, SourceId};
use super::test::Test;
use crate::rules::{FieldKind, Operator};
use crate::state::Moment;

/// Everything that does not change from event to event.
#[derive(Debug)]
pub struct Code {
    nodes: Vec<Step>,
    checks: Vec<Ready>,
    pub sources: Vec<Source>,
}

#[derive(Debug)]
enum Step {
    Never,
    Always,
    Check(u32),
    Not(NodeId),
    All(Box<[NodeId]>),
    Any(Box<[NodeId]>),
}

/// A check made ready.
#[derive(Debug)]
struct Ready {
    source: SourceId,
    how: How,
    rests: Rests,
}

#[derive(Debug)]
enum How {
    Test(Test),
    /// Of several values, or of a path in both its forms: none of them may answer yes.
    None(Test),
    Side(Operator, SourceId, FieldKind),
}

/// What is kept while one event is judged, and used again for the next.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Per node: the number of the event in which it was asked, and the answer in the lowest bit.
    memo: Vec<u32>,
    event: u32,
    pool: Pool,
    first: Vec<u8>,
    second: Vec<u8>,
}

impl Scratch {
    pub fn new(code: &Code) -> Self {
        Self {
            memo: vec![0; code.nodes.len()],
            ..Self::default()
        }
    }

    /// Forgets the last event.
    pub fn next(&mut self) {
        self.event = self.event.wrapping_add(2);
        if self.event == 0 {
            self.memo.fill(0);
            self.event = 2;
        }
    }
}

impl Code {
    pub fn new(nodes: &[Node], checks: &[Check], sources: Vec<Source>) -> Self {
        let checks = checks.iter().map(|check| ready(check, &sources)).collect();
        let nodes = nodes.iter().map(|node| match node {
            Node::Never => Step::Never,
            Node::Always => Step::Always,
            Node::Check(id) => Step::Check(id.0),
            Node::Not(inner) => Step::Not(*inner),
            Node::All(parts) => Step::All(parts.clone()),
            Node::Any(parts) => Step::Any(parts.clone()),
        });
        Self {
            nodes: nodes.collect(),
            checks,
            sources,
        }
    }

    /// Whether a node holds.
    pub fn holds(&self, node: NodeId, moment: &Moment<'_>, scratch: &mut Scratch) -> bool {
        let at = node.0 as usize;
        let Some(step) = self.nodes.get(at) else {
            return false;
        };
        match step {
            Step::Never => return false,
            Step::Always => return true,
            // Asked of what it denies, which remembers.
            Step::Not(inner) => return !self.holds(*inner, moment, scratch),
            Step::Check(_) | Step::All(_) | Step::Any(_) => {}
        }
        if let Some(memo) = scratch.memo.get(at)
            && memo & !1 == scratch.event
        {
            return memo & 1 == 1;
        }
        let holds = match step {
            Step::Check(check) => self.check(*check, moment, scratch),
            Step::All(parts) => parts.iter().all(|part| self.holds(*part, moment, scratch)),
            Step::Any(parts) => parts.iter().any(|part| self.holds(*part, moment, scratch)),
            Step::Never | Step::Always | Step::Not(_) => false,
        };
        if let Some(memo) = scratch.memo.get_mut(at) {
            *memo = scratch.event | u32::from(holds);
        }
        holds
    }

    fn check(&self, check: u32, moment: &Moment<'_>, scratch: &mut Scratch) -> bool {
        let Some(Ready { source, how, .. }) = self.checks.get(check as usize) else {
            return false;
        };
        let Some(source) = self.sources.get(source.0 as usize) else {
            return false;
        };
        let Scratch {
            pool,
            first,
            second,
            ..
        } = scratch;
        match how {
            How::Test(test) => {
                if let Source::Field { field, argument } = source {
                    if let Some(each) = field.each(argument) {
                        first.clear();
                        return each(moment, argument, first, &mut |value| test.matches(value));
                    }
                    first.clear();
                    if test.matches(&field.read(moment, argument, first)) {
                        return true;
                    }
                    let Some(other) = field.other() else {
                        return false;
                    };
                    first.clear();
                    return test.matches(&other(moment, argument, first));
                }
                test.matches(&source.read(moment, pool, first))
            }
            How::None(test) => {
                let mut there = false;
                let mut denied = |value: &crate::fields::Value<'_>| {
                    there |= !value.is_absent();
                    test.matches(value)
                };
                let found = source.ask(moment, pool, first, &mut denied);
                there && !found
            }
            How::Side(operator, other, kind) => {
                let Some(other) = self.sources.get(other.0 as usize) else {
                    return false;
                };
                let left = source.read(moment, pool, first);
                let right = other.read(moment, pool, second);
                sides::compare(*operator, *kind, &left, &right)
            }
        }
    }
}

fn ready(check: &Check, sources: &[Source]) -> Ready {
    let source = sources.get(check.source.0 as usize);
    let how = match &check.ask {
        Ask::Spec(super::spec::Spec::Not(denied)) if source.is_some_and(has_two) => {
            How::None(Test::new(denied))
        }
        Ask::Spec(spec) => How::Test(Test::new(spec)),
        Ask::Side(operator, other) => {
            let kind = source.map_or(FieldKind::Text, |source| source.kind().0);
            How::Side(*operator, *other, kind)
        }
    };
    Ready {
        source: check.source,
        how,
        rests: Rests::new(check, sources),
    }
}

/// Whether "is not" has to hold for each value: both ends of a connection, both forms of a path. Of
/// ancestors one is enough.
fn has_two(source: &Source) -> bool {
    match source {
        Source::Field { field, .. } => {
            field.other().is_some() || (field.name.starts_with("fd.") && field.has_many())
        }
        _ => false,
    }
}
