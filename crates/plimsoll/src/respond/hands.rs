//! Carries orders out, and says what came of each.

use plimsoll_policy::response::{Answer, Decision};
use plimsoll_sensor::respond::{self, Cgroups, Done, Refusals, RespondError, Stopping};

use super::{Entry, Order};

/// Most containers that are being stopped at one time.
const STOPPING_MAX: usize = 64;

/// Acts on this host.
pub struct Hands {
    cgroups: Cgroups,
    refusals: Option<Refusals>,
    stopping: Vec<(Order, Stopping)>,
}

impl Hands {
    pub fn new() -> Self {
        Self {
            cgroups: Cgroups::of_host(),
            refusals: None,
            stopping: Vec::new(),
        }
    }

    /// Carries out an order that says so; what is only begun is told by [`Hands::ended`].
    pub fn act(&mut self, order: Order) -> Option<Entry> {
        if let Some(outcome) = order.by_kernel {
            return Some(Entry::by_kernel(order, outcome));
        }
        if order.decision != Decision::Act {
            return Some(Entry::decided(order));
        }
        let result = match order.answer {
            Answer::Alert => Ok(Done {
                text: "alert".to_owned(),
                undo: None,
            }),
            Answer::Kill => respond::kill(order.process),
            Answer::Pause => respond::pause(&self.cgroups, &order.container.cgroup_path),
            Answer::RefuseConnections => self.refuse(order.container.cgroup_id),
            Answer::Stop => match self.stop(&order) {
                Ok(true) => return None,
                Ok(false) => Ok(Done {
                    text: "is being stopped already".to_owned(),
                    undo: None,
                }),
                Err(error) => Err(error),
            },
        };
        Some(Entry::done(order, result))
    }

    /// Containers that have been stopped since the last time.
    pub fn ended(&mut self) -> Vec<Entry> {
        let all = std::mem::take(&mut self.stopping);
        let (ended, rest) = all
            .into_iter()
            .partition(|(_, stopping)| stopping.is_finished());
        self.stopping = rest;
        let ended: Vec<(Order, Stopping)> = ended;
        ended
            .into_iter()
            .map(|(order, stopping)| Entry::done(order, stopping.wait()))
            .collect()
    }

    /// Begins to stop a container; false where that was begun before.
    fn stop(&mut self, order: &Order) -> Result<bool, RespondError> {
        let path = &order.container.cgroup_path;
        let begun = |(other, _): &(Order, Stopping)| other.container.cgroup_path == *path;
        if self.stopping.iter().any(begun) {
            return Ok(false);
        }
        if self.stopping.len() >= STOPPING_MAX {
            return Err(RespondError::Busy(STOPPING_MAX));
        }
        let stopping = respond::stop(&self.cgroups, path)?;
        self.stopping.push((order.clone(), stopping));
        Ok(true)
    }

    fn refuse(&mut self, cgroup_id: u64) -> Result<Done, RespondError> {
        if cgroup_id == 0 {
            return Err(RespondError::NoCgroup);
        }
        if self.refusals.is_none() {
            self.refusals = Some(Refusals::open()?);
        }
        match &mut self.refusals {
            Some(refusals) => respond::refuse_connections(refusals, cgroup_id),
            None => Err(RespondError::NoCgroup),
        }
    }
}
