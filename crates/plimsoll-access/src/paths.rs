//! How somebody becomes more than they are: the shortest chain of steps from each subject to
//! everything, to root on a node, or to every secret.
//!
//! A step is taken only where rights that were read allow it. What happens outside of RBAC is
//! assumed as the cluster's objects suggest: a namespace without an enforced Pod Security level lets a
//! pod reach the node; where no pods were read, every service account of a namespace may have one.

use std::collections::{BTreeMap, VecDeque};

use super::decide::Grant;
use super::model::Access;
use super::subject::Subject;

mod build;
mod holdings;
mod means;

pub use means::Means;

/// A place on the way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vertex {
    /// Every verb on every resource.
    Admin,
    /// Root on a node.
    Host,
    /// Every secret of the cluster.
    AllSecrets,
    /// Whichever service account, user or group is wanted.
    AnyAccount,
    AnyRunning,
    AnyToken,
    AnyUser,
    AnyGroup,
    AccountsOf(Box<str>),
    /// The accounts of pods that run in a namespace.
    RunningIn(Box<str>),
    /// The accounts whose token lies in a Secret of a namespace.
    TokensIn(Box<str>),
    Subject(Subject),
}

/// One way on.
#[derive(Debug, Clone)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub means: Means,
    /// Where; empty for the whole cluster.
    pub namespace: Box<str>,
    /// The rights that allow it.
    pub grants: Vec<Grant>,
    /// Whether something was assumed that was not read.
    pub is_assumed: bool,
}

/// Everybody, and who can become whom.
pub struct Paths {
    pub vertices: Vec<Vertex>,
    index: BTreeMap<Vertex, usize>,
    pub edges: Vec<Edge>,
}

/// The way from each vertex to one target: the next edge, and how many steps are left.
pub struct Ways {
    next: Vec<Option<usize>>,
    steps: Vec<Option<u32>>,
}

impl Paths {
    pub fn new(access: &Access) -> Self {
        build::build(access)
    }

    pub fn vertex(&self, vertex: &Vertex) -> Option<usize> {
        self.index.get(vertex).copied()
    }

    /// The shortest ways to a target. Of two that are as short, the one without assumptions, then
    /// the first.
    pub fn ways_to(&self, target: &Vertex) -> Ways {
        let mut into: Vec<Vec<usize>> = vec![Vec::new(); self.vertices.len()];
        for assumed in [false, true] {
            for (index, edge) in self.edges.iter().enumerate() {
                if edge.is_assumed == assumed
                    && let Some(list) = into.get_mut(edge.to)
                {
                    list.push(index);
                }
            }
        }
        let mut ways = Ways {
            next: vec![None; self.vertices.len()],
            steps: vec![None; self.vertices.len()],
        };
        let Some(start) = self.vertex(target) else {
            return ways;
        };
        let mut open = VecDeque::from([(start, 0_u32, None)]);
        while let Some((vertex, steps, next)) = open.pop_front() {
            let Some(slot @ None) = ways.steps.get_mut(vertex) else {
                continue;
            };
            *slot = Some(steps);
            if let Some(slot) = ways.next.get_mut(vertex) {
                *slot = next;
            }
            let edges = into.get(vertex).into_iter().flatten();
            let edges = edges.filter_map(|&index| Some((index, self.edges.get(index)?)));
            let (on, beside): (Vec<_>, Vec<_>) = edges.partition(|(_, edge)| edge.means.is_step());
            // What is no step comes first, so that the first visit is the shortest.
            for (index, edge) in beside.into_iter().rev() {
                open.push_front((edge.from, steps, Some(index)));
            }
            for (index, edge) in on {
                open.push_back((edge.from, steps + 1, Some(index)));
            }
        }
        ways
    }

    /// The edges of a way, in order.
    pub fn chain<'a>(&'a self, ways: &Ways, from: usize) -> Vec<&'a Edge> {
        let mut out = Vec::new();
        let mut at = from;
        while let Some(edge) = ways.next(at).and_then(|index| self.edges.get(index)) {
            out.push(edge);
            at = edge.to;
        }
        out
    }
}

impl Ways {
    pub fn steps(&self, from: usize) -> Option<u32> {
        self.steps.get(from).copied().flatten()
    }

    fn next(&self, from: usize) -> Option<usize> {
        self.next.get(from).copied().flatten()
    }
}
