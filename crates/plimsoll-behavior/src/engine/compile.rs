//! From rules to programs: for each kind of event what has to be asked, and no more.
//!
//! Checks that a kind of event decides alone (`evt.type`, a descriptor where there is none) are
//! answered here, once; a rule that is then sure not to hold is not in that kind's program.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use plimsoll_model::event::{Class, EventKind, KINDS};

use super::graph::{ALWAYS, Ask, Check, CheckId, Graph, NEVER, Node, NodeId};
use super::source::{Source, SourceError, SourceId};
use super::spec::{Order, Spec, SpecError, spec};
use super::test::Test;
use crate::rules::{self, Condition, Operand, Right, Rule, Site};

/// Deepest condition that is compiled.
const DEPTH_MAX: usize = 400;

/// Why a rule cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule `{rule}`: {problem}")]
pub struct CompileError {
    pub rule: Arc<str>,
    /// Where it stands in the rule file.
    pub at: Site,
    pub problem: Problem,
}

/// What is wrong with a check or an output.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error("the two sides are of different types")]
    Types,
    #[error("the condition is nested too deep")]
    Depth,
}

/// What is asked at events of one kind: rules that begin with the same question stand together.
#[derive(Debug, Default)]
pub struct Program {
    pub groups: Vec<Group>,
}

/// Rules that need the same to hold first.
#[derive(Debug)]
pub struct Group {
    pub guard: NodeId,
    /// Number of the rule, and what else has to hold.
    pub rules: Vec<(u32, NodeId)>,
}

/// Sources and nodes of all rules.
#[derive(Debug)]
pub struct Compiler {
    pub graph: Graph,
    pub sources: Vec<Source>,
    source_ids: HashMap<String, SourceId>,
    /// The checks of conditions, by their address: a macro's are compiled once.
    checks: HashMap<*const Condition, CheckId>,
    /// Tests of checks that kinds of events may decide.
    tests: HashMap<CheckId, Test>,
    /// Results for the kind that is compiled now.
    here: HashMap<*const Condition, NodeId>,
}

impl Compiler {
    pub fn new() -> Self {
        Self {
            graph: Graph::new(),
            sources: Vec::new(),
            source_ids: HashMap::new(),
            checks: HashMap::new(),
            tests: HashMap::new(),
            here: HashMap::new(),
        }
    }

    /// Reads all checks of a rule's condition.
    pub fn add(&mut self, rule: &Rule, errors: &mut Vec<CompileError>) {
        self.read(&rule.condition, 0, &mut |at, problem| {
            errors.push(CompileError {
                rule: Arc::clone(&rule.name),
                at: at.unwrap_or(&rule.at).clone(),
                problem,
            });
        });
        let costs = self.sources.iter().map(Source::cost).collect();
        self.graph.set_source_costs(costs);
    }

    fn read(
        &mut self,
        condition: &Arc<Condition>,
        depth: usize,
        fail: &mut impl FnMut(Option<&Site>, Problem),
    ) {
        if depth > DEPTH_MAX {
            fail(None, Problem::Depth);
            return;
        }
        match &**condition {
            Condition::And(parts) | Condition::Or(parts) => {
                for part in parts {
                    self.read(part, depth + 1, fail);
                }
            }
            Condition::Not(inner) => self.read(inner, depth + 1, fail),
            Condition::Check(check) => {
                let address = Arc::as_ptr(condition);
                if self.checks.contains_key(&address) {
                    return;
                }
                match self.check(check) {
                    Ok(id) => {
                        self.checks.insert(address, id);
                    }
                    Err(problem) => fail(Some(&check.at), problem),
                }
            }
        }
    }

    fn check(&mut self, check: &rules::Check) -> Result<CheckId, Problem> {
        let source = self.source(&check.left)?;
        let (kind, is_list) = self.kind(source);
        let ask = match &check.right {
            Right::Operand(other) => {
                let other = self.source(other)?;
                if self.kind(other) != (kind, is_list) {
                    return Err(Problem::Types);
                }
                Ask::Side(check.operator, other)
            }
            right => Ask::Spec(spec(kind, is_list, check.operator, right)?),
        };
        let id = self.graph.check(Check {
            source,
            ask: ask.clone(),
        });
        if let Ask::Spec(spec) = &ask {
            self.tests.entry(id).or_insert_with(|| Test::new(spec));
        }
        Ok(id)
    }

    fn kind(&self, source: SourceId) -> (rules::FieldKind, bool) {
        let source = self.sources.get(source.0 as usize);
        source.map_or((rules::FieldKind::Text, false), Source::kind)
    }

    /// The place of a source; equal ones have one place.
    pub fn source(&mut self, operand: &Operand) -> Result<SourceId, SourceError> {
        let key = format!("{operand:?}");
        if let Some(id) = self.source_ids.get(&key) {
            return Ok(*id);
        }
        let id = SourceId(self.sources.len() as u32);
        self.sources.push(Source::new(operand)?);
        self.source_ids.insert(key, id);
        Ok(id)
    }

    /// What has to be asked at events of a kind.
    pub fn program(&mut self, kind: EventKind, rules: &[Arc<Rule>]) -> Program {
        self.here.clear();
        let mut groups: Vec<Group> = Vec::new();
        for (number, rule) in rules.iter().enumerate() {
            let root = self.node(&rule.condition, kind);
            if root == NEVER {
                continue;
            }
            let (guard, rest) = match self.graph.node(root) {
                Node::All(parts) => {
                    let parts = parts.to_vec();
                    let (first, rest) = parts.split_first().unwrap_or((&ALWAYS, &[]));
                    (*first, self.graph.all(rest.iter().copied()))
                }
                _ => (root, ALWAYS),
            };
            let entry = (number as u32, rest);
            match groups.iter_mut().find(|group| group.guard == guard) {
                Some(group) => group.rules.push(entry),
                None => groups.push(Group {
                    guard,
                    rules: vec![entry],
                }),
            }
        }
        Program { groups }
    }

    /// A condition at events of a kind.
    fn node(&mut self, condition: &Arc<Condition>, kind: EventKind) -> NodeId {
        let address = Arc::as_ptr(condition);
        if let Some(node) = self.here.get(&address) {
            return *node;
        }
        let node = match &**condition {
            Condition::Check(_) => match self.checks.get(&address).copied() {
                Some(id) => match self.decided(id, kind) {
                    Some(true) => ALWAYS,
                    Some(false) => NEVER,
                    None => self.graph.leaf(id),
                },
                None => NEVER,
            },
            Condition::Not(inner) => {
                let inner = self.node(inner, kind);
                self.graph.not(inner)
            }
            Condition::And(parts) => {
                let mut nodes = Vec::with_capacity(parts.len());
                for part in parts {
                    nodes.push(self.node(part, kind));
                    if nodes.last() == Some(&NEVER) {
                        break;
                    }
                }
                self.graph.all(nodes)
            }
            Condition::Or(parts) => {
                let mut nodes = Vec::with_capacity(parts.len());
                for part in parts {
                    nodes.push(self.node(part, kind));
                    if nodes.last() == Some(&ALWAYS) {
                        break;
                    }
                }
                self.graph.any(nodes)
            }
        };
        self.here.insert(address, node);
        node
    }

    /// The answer, where the kind of event alone decides it.
    fn decided(&self, id: CheckId, kind: EventKind) -> Option<bool> {
        let check = self.graph.checks.get(id.0 as usize)?;
        let Some(Source::Field { field, argument }) = self.sources.get(check.source.0 as usize)
        else {
            return None;
        };
        if field.name == "evt.num"
            && let Ask::Spec(spec) = &check.ask
        {
            return counted(spec);
        }
        let value = field.fixed(kind, argument)?;
        match &check.ask {
            Ask::Spec(_) => Some(self.tests.get(&id)?.matches(&value)),
            Ask::Side(..) => value.is_absent().then_some(false),
        }
    }
}

/// Answers about `evt.num`, which begins at 1: rules write `evt.num=0` for "never".
fn counted(spec: &Spec) -> Option<bool> {
    match spec {
        Spec::Numbers(numbers) if numbers.iter().all(|number| *number < 1) => Some(false),
        Spec::Number(Order::GreaterOrEqual, ..=1) | Spec::Number(Order::Greater, ..=0) => {
            Some(true)
        }
        Spec::Number(Order::Less, ..=1) | Spec::Number(Order::LessOrEqual, ..=0) => Some(false),
        Spec::Exists => Some(true),
        _ => None,
    }
}

/// Kinds of events that rules judge.
pub fn judged() -> impl Iterator<Item = EventKind> {
    KINDS.iter().copied().filter(|kind| match kind.class() {
        Class::Syscall | Class::Process | Class::Cgroup => true,
        Class::Snapshot => false,
        Class::Meta => *kind == EventKind::Container,
    })
}
