//! What the policies that hold for a pod let through in one direction.
//!
//! Admin policies by priority and order of rules, then NetworkPolicies (what none of them allows is
//! denied), or, where none holds for the pod, the baseline, and after it everything.

use std::collections::BTreeMap;

use super::bits::Bits;
use super::cluster::{Action, Cluster, Policy, Rule, RulePort, Tier};
use super::connection::{Connections, Protocol};
use super::space::{Classes, Space, resolve};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    pub const fn rules(self, policy: &Policy) -> Option<&Vec<Rule>> {
        match self {
            Self::Ingress => policy.ingress.as_ref(),
            Self::Egress => policy.egress.as_ref(),
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }
}

/// Who may connect, and how: parts that do not overlap, none of them empty-handed.
pub type Profile = Vec<(Connections, Space)>;

/// How far it is decided about the connections with the peers of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct State {
    open: Connections,
    allow: Connections,
    pass: Connections,
}

/// What a name of a port means, and for which classes.
type Meanings = Vec<(Connections, Bits)>;

/// Rules with their peers found, by policy and direction.
pub struct Rules<'a> {
    classes: &'a Classes<'a>,
    cluster: &'a Cluster,
    named: BTreeMap<(&'a str, Option<Protocol>), Meanings>,
}

impl<'a> Rules<'a> {
    pub fn new(cluster: &'a Cluster, classes: &'a Classes<'a>) -> Self {
        let mut named = BTreeMap::new();
        let all = cluster
            .policies
            .iter()
            .filter_map(|it| it.egress.as_ref())
            .flatten();
        for port in all.filter_map(|rule| rule.ports.as_ref()).flatten() {
            if let RulePort::Named(name, protocol) = port {
                named
                    .entry((&**name, *protocol))
                    .or_insert_with(|| classes.named(name, *protocol));
            }
        }
        Self {
            classes,
            cluster,
            named,
        }
    }

    /// What policies (by position, in order) let a pod of this class do in a direction.
    pub fn profile(&self, direction: Direction, class: usize, policies: &[usize]) -> Profile {
        let start = State {
            open: Connections::all(),
            ..State::default()
        };
        let mut groups = vec![(self.classes.everywhere(), start)];
        let tier = |tier| self.tier(tier, direction, policies);
        for policy in tier(Tier::Admin) {
            self.apply(direction, class, policy, &mut groups);
        }
        reopen(&mut groups);
        let mut own = tier(Tier::Namespace).peekable();
        let is_own = own.peek().is_some();
        for policy in own {
            self.apply(direction, class, policy, &mut groups);
        }
        if !is_own {
            for policy in tier(Tier::Baseline) {
                self.apply(direction, class, policy, &mut groups);
            }
            reopen(&mut groups);
            for (_, state) in &mut groups {
                state.allow = state.allow.union(&state.open);
            }
        }
        let mut out: BTreeMap<Connections, Space> = BTreeMap::new();
        for (space, state) in groups {
            join(&mut out, state.allow, space);
        }
        out.remove(&Connections::none());
        out.into_iter().collect()
    }

    fn tier<'s>(
        &'s self,
        tier: Tier,
        direction: Direction,
        policies: &'s [usize],
    ) -> impl Iterator<Item = &'a Policy> + 's {
        let policies = policies
            .iter()
            .filter_map(|at| self.cluster.policies.get(*at));
        policies.filter(move |it| it.tier == tier && direction.rules(it).is_some())
    }

    fn apply(
        &self,
        direction: Direction,
        class: usize,
        policy: &Policy,
        groups: &mut Vec<(Space, State)>,
    ) {
        for rule in direction.rules(policy).into_iter().flatten() {
            let space = self.classes.peers(&rule.peers, rule.action);
            for (space, ports) in self.pieces(direction, class, rule, space) {
                step(groups, &space, &ports, rule.action);
            }
        }
        let mut merged: BTreeMap<State, Space> = BTreeMap::new();
        for (space, state) in groups.drain(..) {
            join(&mut merged, state, space);
        }
        groups.extend(merged.into_iter().map(|(state, space)| (space, state)));
    }

    /// A rule's ports, with whom they are for: names mean what the destination says.
    pub fn pieces(
        &self,
        direction: Direction,
        class: usize,
        rule: &Rule,
        space: Space,
    ) -> Vec<(Space, Connections)> {
        let Some(ports) = &rule.ports else {
            return vec![(space, Connections::all())];
        };
        let mut fixed = Connections::none();
        let mut out = Vec::new();
        for port in ports {
            match (port, direction) {
                (RulePort::Numbers(ports), _) => fixed = fixed.union(ports),
                (RulePort::Named(name, protocol), Direction::Ingress) => {
                    let ports = self.classes.sample(class).map(|it| &*it.ports);
                    let ports = resolve(ports.unwrap_or_default(), name, *protocol);
                    fixed = fixed.union(&ports);
                }
                (RulePort::Named(name, protocol), Direction::Egress) => {
                    let meanings = self.named.get(&(&**name, *protocol));
                    for (ports, classes) in meanings.into_iter().flatten() {
                        let mut pods = space.pods.clone();
                        pods.keep(classes);
                        let outside = super::address::IpSet::default();
                        out.push((Space { pods, outside }, ports.clone()));
                    }
                }
            }
        }
        out.push((space, fixed));
        out
    }
}

/// What is not decided, or was passed on, is for the next tier.
fn reopen(groups: &mut [(Space, State)]) {
    for (_, state) in groups {
        state.open = state.open.union(&state.pass);
        state.pass = Connections::none();
    }
}

fn step(groups: &mut Vec<(Space, State)>, space: &Space, ports: &Connections, action: Action) {
    let mut split = Vec::new();
    for (group, state) in groups.iter_mut() {
        let met = state.open.intersection(ports);
        if met.is_empty() {
            continue;
        }
        let mut after = state.clone();
        after.open = after.open.minus(&met);
        match action {
            Action::Allow => after.allow = after.allow.union(&met),
            Action::Pass => after.pass = after.pass.union(&met),
            Action::Deny => {}
        }
        let mut inside = group.clone();
        inside.pods.keep(&space.pods);
        inside.outside = inside.outside.intersection(&space.outside);
        if inside.is_empty(inside.pods.is_empty()) {
            continue;
        }
        group.pods.remove(&space.pods);
        group.outside = group.outside.minus(&space.outside);
        if group.is_empty(group.pods.is_empty()) {
            (*group, *state) = (inside, after);
        } else {
            split.push((inside, after));
        }
    }
    groups.extend(split);
}

fn join<K: Ord>(map: &mut BTreeMap<K, Space>, key: K, space: Space) {
    match map.entry(key) {
        std::collections::btree_map::Entry::Vacant(slot) => {
            slot.insert(space);
        }
        std::collections::btree_map::Entry::Occupied(mut slot) => {
            let slot = slot.get_mut();
            slot.pods.add(&space.pods);
            slot.outside = slot.outside.union(&space.outside);
        }
    }
}
