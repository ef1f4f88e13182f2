//! Where rules sit in the pipeline: they are handed the moments that are in scope, and what passes
//! is counted by kind and container.

use std::collections::BTreeMap;

use plimsoll_behavior::Alert;
use plimsoll_behavior::pipeline::Judge;
use plimsoll_behavior::state::{ContainerId, HOST, Moment};

use super::asked::Asked;
use super::scope::Scope;
use crate::respond::{Answers, Order};

/// Rules that can be exchanged, with counts around them.
pub struct Seat {
    pub rules: Box<dyn Judge + Send>,
    pub scope: Scope,
    /// What the policy answers.
    pub answers: Answers,
    /// Opens that need not be told again.
    pub asked: Asked,
    /// What is to be done, in the order of events.
    orders: Vec<Order>,
    /// By number of the kind.
    kinds: Vec<u64>,
    /// Since the counts were last taken.
    containers: BTreeMap<ContainerId, u64>,
    /// The container of the last event: the next is mostly of the same.
    last: (ContainerId, u64),
}

impl Seat {
    pub fn new(rules: Box<dyn Judge + Send>, scope: Scope) -> Self {
        Self {
            rules,
            scope,
            answers: Answers::new(&[], 0),
            asked: Asked::new(),
            orders: Vec::new(),
            kinds: Vec::new(),
            containers: BTreeMap::new(),
            last: (HOST, 0),
        }
    }

    /// Events by the number of their kind since the start.
    pub fn kinds(&self) -> &[u64] {
        &self.kinds
    }

    /// Events by container since the last time.
    pub fn take_containers(&mut self) -> BTreeMap<ContainerId, u64> {
        let (id, count) = std::mem::replace(&mut self.last, (HOST, 0));
        let mut containers = std::mem::take(&mut self.containers);
        *containers.entry(id).or_default() += count;
        containers
    }

    /// Orders since the last time.
    pub fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }

    fn answer(&mut self, moment: &Moment<'_>, alerts: &mut Vec<Alert>, before: usize) {
        let answers = &mut self.answers;
        if let Some((order, alert)) = answers.answered(moment) {
            self.orders.push(order);
            alerts.extend(alert);
            return;
        }
        for alert in alerts.iter().skip(before) {
            self.orders.extend(answers.decide(moment, alert));
        }
    }

    fn count(&mut self, moment: &Moment<'_>) {
        let number = usize::from(moment.kind().number());
        if self.kinds.len() <= number {
            self.kinds.resize(number + 1, 0);
        }
        if let Some(count) = self.kinds.get_mut(number) {
            *count += 1;
        }
        let id = moment.container_id();
        if self.last.0 == id {
            self.last.1 += 1;
        } else {
            let (id, count) = std::mem::replace(&mut self.last, (id, 1));
            *self.containers.entry(id).or_default() += count;
        }
    }
}

impl Judge for Seat {
    fn judge(&mut self, moment: &Moment<'_>, alerts: &mut Vec<Alert>) {
        self.count(moment);
        if self.scope.is_everything() || self.scope.admits(moment.container) {
            let before = alerts.len();
            self.rules.judge(moment, alerts);
            self.answer(moment, alerts, before);
        }
        let Self { asked, rules, .. } = self;
        asked.see(moment.record, || rules.concerns(moment));
    }
}
