//! Counts over time: rates a second of events, alerts by container and rule.

use std::collections::{BTreeMap, VecDeque};

use plimsoll_behavior::Alert;
use plimsoll_behavior::state::{Container, ContainerId, Containers, HOST, Knowledge};

use crate::screen::ContainerRow;

/// Over how many looks (seconds) rates are meant.
const LOOKS: usize = 5;
/// Most rules or containers whose alerts are counted apart.
const COUNTED_MAX: usize = 4096;

/// Events a second of something.
#[derive(Debug, Default)]
struct Rate {
    looks: VecDeque<(u64, f64)>,
}

impl Rate {
    fn add(&mut self, count: u64, seconds: f64) {
        self.looks.push_back((count, seconds));
        if self.looks.len() > LOOKS {
            self.looks.pop_front();
        }
    }

    fn per_second(&self) -> f64 {
        let count: u64 = self.looks.iter().map(|look| look.0).sum();
        let seconds: f64 = self.looks.iter().map(|look| look.1).sum();
        if seconds > 0.0 {
            count as f64 / seconds
        } else {
            0.0
        }
    }
}

/// All counts of a run that its parts do not keep themselves.
#[derive(Debug, Default)]
pub struct Tally {
    all: Rate,
    by_container: BTreeMap<ContainerId, Rate>,
    alerts_by_container: BTreeMap<String, u64>,
    /// By rule, priority and source.
    pub alerts: BTreeMap<(String, String, String), u64>,
}

impl Tally {
    /// An alert goes out.
    pub fn alert(&mut self, alert: &Alert) {
        let key = (
            alert.rule.clone(),
            alert.priority.name().to_owned(),
            alert.source.clone(),
        );
        add(&mut self.alerts, key);
        let id = alert.container.as_ref().map_or("", |c| c.id.as_str());
        add(&mut self.alerts_by_container, id.to_owned());
    }

    /// Events by container since the last look, so many seconds ago.
    pub fn events(&mut self, counts: &BTreeMap<ContainerId, u64>, seconds: f64) {
        self.all.add(counts.values().sum(), seconds);
        for id in counts.keys() {
            self.by_container.entry(*id).or_default();
        }
        self.by_container.retain(|id, rate| {
            rate.add(counts.get(id).copied().unwrap_or(0), seconds);
            // What was silent for so long is not kept.
            rate.looks.iter().any(|look| look.0 > 0)
        });
    }

    /// Events a second.
    pub fn rate(&self) -> f64 {
        self.all.per_second()
    }

    /// The containers for the screen, the host first.
    pub fn rows(&self, containers: &Containers) -> Vec<ContainerRow> {
        let host = (HOST, containers.get(HOST));
        let known = containers.iter();
        std::iter::once(host)
            .chain(known)
            .map(|(id, container)| self.row(id, container))
            .filter(|row| !row.gone || row.alerts > 0)
            .collect()
    }

    fn row(&self, id: ContainerId, container: &Container) -> ContainerRow {
        let text = |bytes: &[u8]| plimsoll_behavior::alert::shown(bytes);
        let is_host = container.is_host();
        let full = if is_host {
            String::new()
        } else {
            text(&container.id)
        };
        let own = if container.name.is_empty() {
            text(container.short_id())
        } else {
            text(&container.name)
        };
        let pod = container.details.pod.as_ref();
        let name = pod.map_or_else(
            || own.clone(),
            |pod| format!("{}/{} {own}", pod.namespace, pod.name),
        );
        ContainerRow {
            name: plimsoll_model::text::clean(&name).into_owned(),
            image: plimsoll_model::text::clean(&text(&container.image)).into_owned(),
            rate: self.by_container.get(&id).map_or(0.0, Rate::per_second),
            alerts: self.alerts_by_container.get(&full).copied().unwrap_or(0),
            gone: container.knowledge == Knowledge::Gone || container.removed_ns.is_some(),
            id: full,
        }
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count += 1;
    } else if counts.len() < COUNTED_MAX {
        counts.insert(key, 1);
    }
}
