//! Who can reach whom: each pod's own policies once, pairs when they are asked for.
//!
//! A connection is there where what the source lets out and what the destination lets in meet. A
//! pod always reaches itself; what is said of a workload and itself is about two of its pods.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use plimsoll_model::Unknown;

use super::address::IpSet;
use super::bits::Bits;
use super::cluster::{Cluster, EntryKind, RulePort};
use super::connection::Connections;
use super::profile::{Direction, Profile, Rules};
use super::space::Classes;

/// Number of an interned set of connections: 0 is none, 1 is all.
pub type ConnectionId = u32;
pub const NONE: ConnectionId = 0;
const ALL: ConnectionId = 1;

/// Sets of connections, each once, and what was computed of them.
struct Interned {
    list: Vec<Connections>,
    ids: BTreeMap<Connections, ConnectionId>,
    meets: HashMap<(ConnectionId, ConnectionId), ConnectionId>,
    joins: HashMap<(ConnectionId, ConnectionId), ConnectionId>,
}

impl Interned {
    fn new() -> Self {
        let mut out = Self {
            list: Vec::new(),
            ids: BTreeMap::new(),
            meets: HashMap::new(),
            joins: HashMap::new(),
        };
        out.id(Connections::none());
        out.id(Connections::all());
        out
    }

    fn id(&mut self, connections: Connections) -> ConnectionId {
        if let Some(id) = self.ids.get(&connections) {
            return *id;
        }
        let id = ConnectionId::try_from(self.list.len()).unwrap_or(ConnectionId::MAX);
        self.list.push(connections.clone());
        self.ids.insert(connections, id);
        id
    }

    fn get(&self, id: ConnectionId) -> Connections {
        self.list.get(id as usize).cloned().unwrap_or_default()
    }

    fn meet(&mut self, a: ConnectionId, b: ConnectionId) -> ConnectionId {
        match (a, b) {
            (NONE, _) | (_, NONE) => NONE,
            (ALL, other) | (other, ALL) => other,
            _ if a == b => a,
            _ => {
                if let Some(id) = self.meets.get(&(a, b)) {
                    return *id;
                }
                let id = self.id(self.get(a).intersection(&self.get(b)));
                self.meets.insert((a, b), id);
                id
            }
        }
    }

    fn join(&mut self, a: ConnectionId, b: ConnectionId) -> ConnectionId {
        match (a, b) {
            (ALL, _) | (_, ALL) => ALL,
            (NONE, other) | (other, NONE) => other,
            _ if a == b => a,
            _ => {
                if let Some(id) = self.joins.get(&(a, b)) {
                    return *id;
                }
                let id = self.id(self.get(a).union(&self.get(b)));
                self.joins.insert((a, b), id);
                id
            }
        }
    }
}

/// Addresses outside by what is allowed with them; parts that do not overlap.
pub type Outside = Vec<(Connections, IpSet)>;

/// What one class of pods may do in one direction.
struct Side {
    pods: Vec<(ConnectionId, Bits)>,
    outside: Outside,
    policies: Vec<usize>,
}

/// The whole answer.
pub struct Reach<'a> {
    pub cluster: &'a Cluster,
    /// Classes of each workload, ascending.
    of_workload: Vec<Vec<usize>>,
    egress: Vec<Side>,
    ingress: Vec<Side>,
    /// Which of the sides each class has.
    egress_of: Vec<usize>,
    ingress_of: Vec<usize>,
    controller: usize,
    /// Pairs of classes of different families of addresses.
    apart: Option<[Bits; 2]>,
    interned: RefCell<Interned>,
    /// What is not defined, beside what could not be read.
    pub unknowns: Vec<Unknown>,
}

impl<'a> Reach<'a> {
    pub fn new(cluster: &'a Cluster) -> Self {
        let classes = Classes::new(cluster);
        let rules = Rules::new(cluster, &classes);
        let mut interned = Interned::new();
        let subjects: Vec<Bits> = cluster
            .policies
            .iter()
            .map(|policy| classes.subject(&policy.subject))
            .collect();
        let (ingress, ingress_of) = sides(
            Direction::Ingress,
            &subjects,
            &classes,
            &rules,
            cluster,
            &mut interned,
        );
        let (egress, egress_of) = sides(
            Direction::Egress,
            &subjects,
            &classes,
            &rules,
            cluster,
            &mut interned,
        );
        let mut of_workload = vec![Vec::new(); cluster.workloads.len()];
        for (endpoint, class) in cluster.endpoints.iter().zip(&classes.of_endpoint) {
            if let Some(list) = of_workload.get_mut(endpoint.workload) {
                list.push(*class);
            }
        }
        for list in &mut of_workload {
            list.sort_unstable();
            list.dedup();
        }
        let families = [true, false].map(|v4| {
            Bits::of(classes.len(), |class| {
                let address = classes.sample(class).and_then(|it| it.address);
                address.is_some_and(|address| address.is_ipv4() == v4)
            })
        });
        let is_mixed = families.iter().all(|family| !family.is_empty());
        Self {
            cluster,
            of_workload,
            egress,
            ingress,
            egress_of,
            ingress_of,
            controller: classes.controller(),
            apart: is_mixed.then_some(families),
            interned: RefCell::new(interned),
            unknowns: super::conflict::conflicts(cluster, &classes, &subjects),
        }
    }

    /// The set behind a number.
    pub fn connections(&self, id: ConnectionId) -> Connections {
        self.interned.borrow().get(id)
    }

    /// What a class may open to every class.
    fn class_row(&self, source: usize) -> Vec<ConnectionId> {
        let mut out = vec![NONE; self.egress_of.len()];
        if let Some(side) = side(&self.egress, &self.egress_of, source) {
            for (id, pods) in &side.pods {
                for at in pods.iter() {
                    if let Some(slot) = out.get_mut(at) {
                        *slot = *id;
                    }
                }
            }
        }
        let admits = |side: &Side| {
            let part = side.pods.iter().find(|(_, pods)| pods.contains(source));
            part.map_or(NONE, |(id, _)| *id)
        };
        let admitted: Vec<ConnectionId> = self.ingress.iter().map(admits).collect();
        let mut interned = self.interned.borrow_mut();
        let mut last = ((NONE, NONE), NONE);
        for (at, (slot, side)) in out.iter_mut().zip(&self.ingress_of).enumerate() {
            let pair = (*slot, admitted.get(*side).copied().unwrap_or(NONE));
            if pair != last.0 {
                last = (pair, interned.meet(pair.0, pair.1));
            }
            *slot = last.1;
            if self.are_apart(source, at) {
                *slot = NONE;
            }
        }
        out
    }

    fn are_apart(&self, a: usize, b: usize) -> bool {
        self.apart.as_ref().is_some_and(|[v4, v6]| {
            (v4.contains(a) && v6.contains(b)) || (v6.contains(a) && v4.contains(b))
        })
    }

    /// What a workload may open to every workload, itself included (another of its pods).
    pub fn row(&self, source: usize) -> Vec<ConnectionId> {
        let mut out = vec![NONE; self.of_workload.len()];
        for class in self.of_workload.get(source).into_iter().flatten() {
            let row = self.class_row(*class);
            self.add_row(&row, &mut out);
        }
        out
    }

    /// What a controller that is not among the pods may open to every workload.
    pub fn controller_row(&self) -> Vec<ConnectionId> {
        let mut out = vec![NONE; self.of_workload.len()];
        self.add_row(&self.class_row(self.controller), &mut out);
        out
    }

    fn add_row(&self, row: &[ConnectionId], out: &mut [ConnectionId]) {
        let mut interned = self.interned.borrow_mut();
        for (slot, classes) in out.iter_mut().zip(&self.of_workload) {
            for class in classes {
                *slot = interned.join(*slot, row.get(*class).copied().unwrap_or(NONE));
            }
        }
    }

    /// Addresses outside that a workload may reach.
    pub fn to_outside(&self, workload: usize) -> Outside {
        self.outside(workload, &self.egress, &self.egress_of)
    }

    /// Addresses outside that may reach a workload.
    pub fn from_outside(&self, workload: usize) -> Outside {
        self.outside(workload, &self.ingress, &self.ingress_of)
    }

    fn outside(&self, workload: usize, sides: &[Side], of: &[usize]) -> Outside {
        let classes = self
            .of_workload
            .get(workload)
            .map_or(&[][..], Vec::as_slice);
        let mut seen = Vec::new();
        let mut out = Outside::new();
        for class in classes {
            let Some(at) = of.get(*class) else { continue };
            if seen.contains(at) {
                continue;
            }
            seen.push(*at);
            if let Some(side) = sides.get(*at) {
                out = if out.is_empty() {
                    side.outside.clone()
                } else {
                    joined(&out, &side.outside)
                };
            }
        }
        out
    }

    /// What every pod may open to a workload, one of another namespace and without labels included.
    pub fn from_every_pod(&self, workload: usize) -> Connections {
        self.every_pod(workload, &self.ingress, &self.ingress_of)
    }

    /// What a workload may open to every pod, by its own policies.
    pub fn to_every_pod(&self, workload: usize) -> Connections {
        self.every_pod(workload, &self.egress, &self.egress_of)
    }

    fn every_pod(&self, workload: usize, sides: &[Side], of: &[usize]) -> Connections {
        let mut out = Connections::none();
        for class in self.of_workload.get(workload).into_iter().flatten() {
            let Some(side) = side(sides, of, *class) else {
                continue;
            };
            let mut met = Bits::none(of.len());
            let mut all = Connections::all();
            for (id, pods) in side.pods.iter().filter(|(_, pods)| !pods.is_empty()) {
                all = all.intersection(&self.connections(*id));
                met.add(pods);
            }
            if met == Bits::all(of.len()) {
                out = out.union(&all);
            }
        }
        out
    }

    /// Whether any policy speaks about a workload in this direction.
    pub fn is_governed(&self, workload: usize, direction: Direction) -> bool {
        !self.policies_of(workload, direction).is_empty()
    }

    /// Policies that hold for any pod of a workload, by position.
    pub fn policies_of(&self, workload: usize, direction: Direction) -> Vec<usize> {
        let (sides, of) = match direction {
            Direction::Ingress => (&self.ingress, &self.ingress_of),
            Direction::Egress => (&self.egress, &self.egress_of),
        };
        let classes = self.of_workload.get(workload).into_iter().flatten();
        let mut out: Vec<usize> = classes
            .filter_map(|class| side(sides, of, *class))
            .flat_map(|side| side.policies.iter().copied())
            .collect();
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Whether an Ingress or a route leads through a controller that is not among the pods.
    pub fn has_unnamed_controller(&self) -> bool {
        let mut entries = self.cluster.entries.iter();
        self.cluster.controllers.is_empty()
            && entries.any(|entry| entry.kind == EntryKind::Controller)
    }

    /// Everything that is unknown.
    pub fn all_unknowns(&self) -> Vec<Unknown> {
        let mut out = self.cluster.unknowns.clone();
        out.extend(self.unknowns.iter().cloned());
        out.sort();
        out.dedup();
        out
    }
}

fn side<'s>(sides: &'s [Side], of: &[usize], class: usize) -> Option<&'s Side> {
    of.get(class).and_then(|at| sides.get(*at))
}

/// The sides of all classes in a direction: those for whom the same policies mean the same share one.
fn sides(
    direction: Direction,
    subjects: &[Bits],
    classes: &Classes<'_>,
    rules: &Rules<'_>,
    cluster: &Cluster,
    interned: &mut Interned,
) -> (Vec<Side>, Vec<usize>) {
    let mut policies_of: Vec<Vec<usize>> = vec![Vec::new(); classes.len()];
    for (at, (policy, subject)) in cluster.policies.iter().zip(subjects).enumerate() {
        if direction.rules(policy).is_some() {
            for class in subject.iter() {
                if let Some(list) = policies_of.get_mut(class) {
                    list.push(at);
                }
            }
        }
    }
    let names_ports = |at: &usize| {
        let rules = cluster.policies.get(*at).and_then(|it| direction.rules(it));
        let mut ports = rules
            .into_iter()
            .flatten()
            .filter_map(|rule| rule.ports.as_ref())
            .flatten();
        direction == Direction::Ingress && ports.any(|port| matches!(port, RulePort::Named(..)))
    };
    let mut known = BTreeMap::new();
    let mut out: Vec<Side> = Vec::new();
    let mut of = Vec::with_capacity(classes.len());
    for (class, policies) in policies_of.into_iter().enumerate() {
        let ports = if policies.iter().any(names_ports) {
            classes.sample(class).map(|it| &it.ports)
        } else {
            None
        };
        let at = *known.entry((policies.clone(), ports)).or_insert_with(|| {
            let profile = rules.profile(direction, class, &policies);
            out.push(interned_side(profile, policies, interned));
            out.len() - 1
        });
        of.push(at);
    }
    (out, of)
}

fn interned_side(profile: Profile, policies: Vec<usize>, interned: &mut Interned) -> Side {
    let mut out = Side {
        pods: Vec::new(),
        outside: Vec::new(),
        policies,
    };
    for (connections, space) in profile {
        if !space.outside.is_empty() {
            out.outside.push((connections.clone(), space.outside));
        }
        out.pods.push((interned.id(connections), space.pods));
    }
    out
}

/// What is allowed by either of two.
pub fn joined(a: &Outside, b: &Outside) -> Outside {
    let mut parts: BTreeMap<Connections, IpSet> = BTreeMap::new();
    let mut put = |connections: Connections, set: IpSet| {
        if !set.is_empty() {
            let slot = parts.entry(connections).or_default();
            *slot = slot.union(&set);
        }
    };
    for (of_a, set_a) in a {
        for (of_b, set_b) in b {
            put(of_a.union(of_b), set_a.intersection(set_b));
        }
    }
    for (these, others) in [(a, b), (b, a)] {
        let all = others
            .iter()
            .fold(IpSet::default(), |all, (_, set)| all.union(set));
        for (connections, set) in these {
            put(connections.clone(), set.minus(&all));
        }
    }
    parts.into_iter().collect()
}
