//! Conditions as one graph: what is said twice is there once, whichever rule says it.
//!
//! Nodes are made by the functions here only, which leave out what decides nothing, put several
//! questions to one field into one, and order parts so that the cheap and telling ones come first.
//! Nothing of that changes an answer: a check has no effect and cannot fail.

#![expect(
    clippy::match_same_arms,
    reason = "one line for each, in an order that is easy to search"
)]

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::source::SourceId;
use super::spec::{Spec, merge};

/// A node's place in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A check's place in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CheckId(pub u32);

pub const NEVER: NodeId = NodeId(0);
pub const ALWAYS: NodeId = NodeId(1);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    Never,
    Always,
    Check(CheckId),
    Not(NodeId),
    All(Box<[NodeId]>),
    Any(Box<[NodeId]>),
}

/// One question to one source.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Check {
    pub source: SourceId,
    pub ask: Ask,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ask {
    Spec(Spec),
    /// How it compares with another source.
    Side(crate::rules::Operator, SourceId),
}

/// What a node costs, and how likely it is to hold. Only the order of parts depends on it.
#[derive(Debug, Clone, Copy)]
struct Estimate {
    /// In about nanoseconds.
    cost: f32,
    chance: f32,
}

/// All nodes and checks.
#[derive(Debug)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub checks: Vec<Check>,
    estimates: Vec<Estimate>,
    node_ids: HashMap<Node, NodeId>,
    check_ids: HashMap<Check, CheckId>,
    /// What reading a source costs.
    source_costs: Vec<f32>,
}

impl Graph {
    pub fn new() -> Self {
        let mut graph = Self {
            nodes: Vec::new(),
            checks: Vec::new(),
            estimates: Vec::new(),
            node_ids: HashMap::new(),
            check_ids: HashMap::new(),
            source_costs: Vec::new(),
        };
        graph.intern(Node::Never);
        graph.intern(Node::Always);
        graph
    }

    /// Says what reading sources costs, in about nanoseconds, by their ids.
    pub fn set_source_costs(&mut self, costs: Vec<f32>) {
        self.source_costs = costs;
    }

    pub fn check(&mut self, check: Check) -> CheckId {
        if let Some(id) = self.check_ids.get(&check) {
            return *id;
        }
        let id = CheckId(self.checks.len() as u32);
        self.checks.push(check.clone());
        self.check_ids.insert(check, id);
        id
    }

    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::Never)
    }

    fn get(&self, id: CheckId) -> Option<&Check> {
        self.checks.get(id.0 as usize)
    }

    pub fn leaf(&mut self, check: CheckId) -> NodeId {
        match self.get(check).map(|check| &check.ask) {
            Some(Ask::Spec(Spec::Never)) | None => NEVER,
            Some(_) => self.intern(Node::Check(check)),
        }
    }

    pub fn not(&mut self, node: NodeId) -> NodeId {
        match *self.node(node) {
            Node::Never => ALWAYS,
            Node::Always => NEVER,
            Node::Not(inner) => inner,
            _ => self.intern(Node::Not(node)),
        }
    }

    pub fn all(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        let mut flat = Vec::new();
        for part in parts {
            match self.node(part) {
                Node::Never => return NEVER,
                Node::Always => {}
                Node::All(inner) => flat.extend_from_slice(inner),
                _ => flat.push(part),
            }
        }
        // "Not this and not that" of one field is "not one of these".
        let denied = |graph: &Self, node: NodeId| match graph.node(node) {
            Node::Not(inner) => graph.source_of(*inner).map(|source| (source, *inner)),
            _ => None,
        };
        let (groups, mut rest) = self.grouped(flat, denied);
        for group in groups {
            let merged = self.merged(group);
            rest.push(self.not(merged));
        }
        self.finish(rest, true)
    }

    pub fn any(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        let mut flat = Vec::new();
        for part in parts {
            match self.node(part) {
                Node::Always => return ALWAYS,
                Node::Never => {}
                Node::Any(inner) => flat.extend_from_slice(inner),
                _ => flat.push(part),
            }
        }
        let asked = |graph: &Self, node: NodeId| graph.source_of(node).map(|source| (source, node));
        let (groups, mut rest) = self.grouped(flat, asked);
        for group in groups {
            rest.push(self.merged(group));
        }
        self.finish(rest, false)
    }

    /// The source that a node asks, where it is one plain question.
    fn source_of(&self, node: NodeId) -> Option<SourceId> {
        let Node::Check(id) = self.node(node) else {
            return None;
        };
        let check = self.get(*id)?;
        // "Is not" is not put together with others: of two values it has to hold for both.
        let plain = matches!(&check.ask, Ask::Spec(spec) if !matches!(spec, Spec::Not(_)));
        plain.then_some(check.source)
    }

    /// Leaves of one source together, and all other nodes.
    fn grouped(
        &self,
        nodes: Vec<NodeId>,
        leaf: impl Fn(&Self, NodeId) -> Option<(SourceId, NodeId)>,
    ) -> (Vec<Vec<NodeId>>, Vec<NodeId>) {
        let mut groups: BTreeMap<SourceId, Vec<NodeId>> = BTreeMap::new();
        let mut rest = Vec::new();
        for node in nodes {
            match leaf(self, node) {
                Some((source, inner)) => groups.entry(source).or_default().push(inner),
                None => rest.push(node),
            }
        }
        (groups.into_values().collect(), rest)
    }

    /// One leaf that holds where one of these of one source holds.
    fn merged(&mut self, mut leaves: Vec<NodeId>) -> NodeId {
        leaves.sort_unstable();
        leaves.dedup();
        if let [only] = leaves.as_slice() {
            return *only;
        }
        let mut source = None;
        let mut specs = Vec::new();
        for leaf in leaves {
            if let Node::Check(id) = self.node(leaf)
                && let Some(check) = self.get(*id)
                && let Ask::Spec(spec) = &check.ask
            {
                source = Some(check.source);
                specs.push(spec.clone());
            }
        }
        let Some(source) = source else {
            return NEVER;
        };
        let ask = Ask::Spec(merge(specs));
        let check = self.check(Check { source, ask });
        self.leaf(check)
    }

    fn finish(&mut self, mut parts: Vec<NodeId>, all: bool) -> NodeId {
        parts.sort_unstable();
        parts.dedup();
        // Something and its opposite decide at once.
        for part in &parts {
            if let Node::Not(inner) = self.node(*part)
                && parts.binary_search(inner).is_ok()
            {
                return if all { NEVER } else { ALWAYS };
            }
        }
        let rank = |graph: &Self, node: NodeId| {
            let estimate = graph.estimate(node);
            let decides = if all {
                1.0 - estimate.chance
            } else {
                estimate.chance
            };
            estimate.cost / decides.max(0.001)
        };
        parts.sort_by(|left, right| {
            rank(self, *left)
                .total_cmp(&rank(self, *right))
                .then(left.cmp(right))
        });
        match parts.as_slice() {
            [] if all => ALWAYS,
            [] => NEVER,
            [only] => *only,
            _ if all => self.intern(Node::All(parts.into())),
            _ => self.intern(Node::Any(parts.into())),
        }
    }

    fn intern(&mut self, node: Node) -> NodeId {
        if let Some(id) = self.node_ids.get(&node) {
            return *id;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.estimates.push(self.guess(&node));
        self.nodes.push(node.clone());
        self.node_ids.insert(node, id);
        id
    }

    fn estimate(&self, node: NodeId) -> Estimate {
        let unknown = Estimate {
            cost: 1.0,
            chance: 0.5,
        };
        self.estimates
            .get(node.0 as usize)
            .copied()
            .unwrap_or(unknown)
    }

    fn guess(&self, node: &Node) -> Estimate {
        match node {
            Node::Never => Estimate {
                cost: 0.0,
                chance: 0.0,
            },
            Node::Always => Estimate {
                cost: 0.0,
                chance: 1.0,
            },
            Node::Check(id) => self.guess_check(*id),
            Node::Not(inner) => {
                let Estimate { cost, chance } = self.estimate(*inner);
                Estimate {
                    cost,
                    chance: 1.0 - chance,
                }
            }
            Node::All(parts) | Node::Any(parts) => {
                let all = matches!(node, Node::All(_));
                let mut reached = 1.0;
                let mut cost = 1.0;
                for part in parts {
                    let estimate = self.estimate(*part);
                    cost += reached * estimate.cost;
                    reached *= if all {
                        estimate.chance
                    } else {
                        1.0 - estimate.chance
                    };
                }
                let chance = if all { reached } else { 1.0 - reached };
                Estimate { cost, chance }
            }
        }
    }

    fn guess_check(&self, id: CheckId) -> Estimate {
        let Some(check) = self.get(id) else {
            return Estimate {
                cost: 0.0,
                chance: 0.0,
            };
        };
        let read = |source: SourceId| {
            let cost = self.source_costs.get(source.0 as usize);
            cost.copied().unwrap_or(5.0)
        };
        let (asking, chance) = match &check.ask {
            Ask::Spec(spec) => guess_spec(spec),
            Ask::Side(_, other) => (10.0 + read(*other), 0.3),
        };
        Estimate {
            cost: read(check.source) + asking,
            chance,
        }
    }
}

/// Cost of asking, in about nanoseconds, and how likely the answer is yes.
fn guess_spec(spec: &Spec) -> (f32, f32) {
    match spec {
        Spec::Never => (0.0, 0.0),
        Spec::Exists => (0.5, 0.9),
        Spec::Bool(wanted) => (0.5, if *wanted { 0.3 } else { 0.7 }),
        Spec::Number(..) => (1.0, 0.7),
        Spec::Numbers(numbers) => (1.0 + numbers.len() as f32 * 0.1, 0.2),
        Spec::Texts(texts) if texts.len() == 1 => (2.0, 0.1),
        Spec::Texts(_) => (6.0, 0.15),
        Spec::TextOrder(..) => (4.0, 0.5),
        Spec::StartsWith(_) | Spec::EndsWith(_) => (5.0, 0.1),
        Spec::Contains(_) => (20.0, 0.1),
        Spec::ContainsAnyCase(_) => (40.0, 0.1),
        Spec::Glob(..) => (40.0, 0.1),
        Spec::Regex(_) => (150.0, 0.1),
        Spec::Paths(_) => (30.0, 0.2),
        Spec::Networks(nets) => (3.0 + nets.len() as f32, 0.2),
        Spec::ListIn(_) | Spec::ListMeets(_) => (30.0, 0.2),
        Spec::Not(inner) => {
            let (cost, chance) = guess_spec(inner);
            (cost, 0.95 - 0.9 * chance)
        }
        Spec::OneOf(specs) | Spec::AnyOf(specs) | Spec::AllOf(specs) => {
            let cost = specs.iter().map(|spec| guess_spec(spec).0).sum();
            (cost, 0.3)
        }
    }
}
