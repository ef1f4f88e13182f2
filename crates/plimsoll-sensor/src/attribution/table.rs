//! The table that joins cgroups with containers.
//!
//! Everything in it comes from events and from the tree as it was at the start; it does no I/O and
//! has no clock. A container goes with the last of its cgroups and is kept for a while, since
//! events of its last moments may be read late.

mod claims;
mod expiry;
mod namespaces;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::ops::Bound;

use self::expiry::Gone;
use super::container::{Container, Identity, Known};
use super::details::Details;
use super::path::{Claim, Engine, Guess, Place};
use super::trust::{Around, Decision, Judged, Maker, Serial, judge};

/// Most cgroups that are held.
pub const CGROUPS_MAX: usize = 65_536;
/// Most cgroups of one container that are held: none may push out others.
pub const CGROUPS_OF_ONE_MAX: u32 = 4_096;
/// Most containers that are held, those that ended lately included.
pub const CONTAINERS_MAX: usize = 16_384;

/// What follows from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A record of the container for this cgroup is due.
    Tell(Serial, u64),
    /// Its engine is to be asked.
    Ask(Serial),
    /// Engines are to be asked whether this cgroup is a container's.
    AskGuess(u64),
    /// The same where its name says so and was not believed.
    AskClaim(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Holder {
    Host,
    Perhaps(Guess),
    Of(Serial),
}

#[derive(Debug)]
struct Cgroup {
    path: Box<[u8]>,
    holder: Holder,
    is_removed: bool,
}

/// What did not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overflow {
    pub cgroups: u64,
    pub containers: u64,
}

/// All cgroups and containers.
#[derive(Debug, Default)]
pub struct Table {
    host_pid_ns: u32,
    cgroups: HashMap<u64, Cgroup>,
    /// Those that are there, by path.
    by_path: BTreeMap<Box<[u8]>, u64>,
    containers: BTreeMap<Serial, Container>,
    /// Those that are there, by the path of their own cgroup.
    by_own_path: HashMap<Box<[u8]>, Serial>,
    by_identity: HashMap<Identity, Serial>,
    gone: Gone,
    last_serial: Serial,
    overflow: Overflow,
    /// The tree was read: a cgroup that is not held was missed.
    is_known: bool,
    /// Cgroups were left out.
    is_full: bool,
}

impl Table {
    /// An empty table of a host with this pid namespace; 0 when that is not known.
    pub fn new(host_pid_ns: u32) -> Self {
        Self {
            host_pid_ns,
            ..Self::default()
        }
    }

    /// Who an event's process is, as the maker of a cgroup.
    pub fn maker(&self, cgroup_id: u64, pid_ns: u32) -> Maker {
        match self.cgroups.get(&cgroup_id) {
            Some(Cgroup {
                holder: Holder::Of(serial),
                ..
            }) => Maker::Inside(*serial),
            _ if self.is_isolated(pid_ns) => Maker::Isolated,
            // A cgroup that is not held may be one of too many that a container made.
            None if self.is_full => Maker::Isolated,
            None if self.is_known => Maker::Unknown,
            _ => Maker::Host,
        }
    }

    /// Inode of the host's pid namespace, 0 when that is not known.
    pub const fn host_pid_ns(&self) -> u32 {
        self.host_pid_ns
    }

    fn is_isolated(&self, pid_ns: u32) -> bool {
        pid_ns != 0 && self.host_pid_ns != 0 && pid_ns != self.host_pid_ns
    }

    /// A cgroup was made, or was there.
    pub fn made(&mut self, id: u64, path: &[u8], maker: Maker, now_ns: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        match self
            .cgroups
            .get(&id)
            .map(|known| !known.is_removed && *known.path == *path)
        {
            Some(true) => return effects,
            // That it was removed was not heard of.
            Some(false) => effects.extend(self.removed(id, now_ns)),
            None if id == 0 => return effects,
            None if self.cgroups.len() >= CGROUPS_MAX => {
                self.leave_out();
                return effects;
            }
            None => {}
        }
        let place = Place::read(path);
        let around = self.around(path, maker);
        let Judged {
            decision,
            refused,
            why,
        } = self.unique(&place, judge(&place, around, maker));
        let holder = match decision {
            Decision::Of(serial) => {
                let cgroups = self.containers.get(&serial).map_or(0, |one| one.cgroups);
                if cgroups >= CGROUPS_OF_ONE_MAX {
                    self.leave_out();
                    return effects;
                }
                Holder::Of(serial)
            }
            Decision::New(index) => place
                .claims
                .get(index)
                .and_then(|claim| self.add(identity(claim, &place), path, claim.end, id))
                .map_or(Holder::Host, |serial| {
                    if let Some(container) = self.containers.get_mut(&serial) {
                        container.pod = place.claims.get(index).and_then(|claim| claim.pod.clone());
                    }
                    effects.push(Effect::Ask(serial));
                    Holder::Of(serial)
                }),
            Decision::Perhaps => place.guess.map_or(Holder::Host, |guess| {
                effects.push(Effect::AskGuess(id));
                Holder::Perhaps(guess)
            }),
            Decision::Unknown => self
                .add(nameless(id), path, path.len(), id)
                .map_or(Holder::Host, Holder::Of),
            Decision::Host => Holder::Host,
        };
        if let Holder::Of(serial) = holder {
            effects.extend(self.join(serial, id, path, &refused, why));
            let is_own = refused.last().is_some_and(|claim| claim.end == path.len());
            if maker == Maker::Unknown && is_own {
                effects.push(Effect::AskClaim(id));
            }
        }
        self.hold(id, path, holder);
        effects
    }

    const fn leave_out(&mut self) {
        self.overflow.cgroups += 1;
        self.is_full = true;
    }

    /// Two containers of an engine never have the same id: the later is not believed.
    fn unique(&self, place: &Place, judged: Judged) -> Judged {
        let Decision::New(index) = judged.decision else {
            return judged;
        };
        let Some(claim) = place.claims.get(index) else {
            return judged;
        };
        if !self.by_identity.contains_key(&identity(claim, place)) {
            return judged;
        }
        Judged {
            decision: Decision::Unknown,
            refused: vec![claim.clone()],
            why: "another container has this id",
        }
    }

    /// The nearest container at or above a path.
    fn around(&self, path: &[u8], maker: Maker) -> Around {
        let mut end = path.len();
        while end > 1 {
            let container = path.get(..end).and_then(|path| self.by_own_path.get(path));
            if let Some(serial) = container {
                let outer = self
                    .containers
                    .get(serial)
                    .map(|container| &container.outer);
                return Around {
                    container: Some((*serial, end)),
                    maker_is_outer: matches!(maker, Maker::Inside(maker)
                        if maker == *serial || outer.is_some_and(|outer| outer.contains(&maker))),
                };
            }
            end = path
                .get(..end)
                .and_then(|path| path.iter().rposition(|byte| *byte == b'/'))
                .unwrap_or(0);
        }
        Around::default()
    }

    /// Counts a cgroup as a container's; whether a record is due for it.
    fn join(
        &mut self,
        serial: Serial,
        id: u64,
        path: &[u8],
        refused: &[Claim],
        why: &'static str,
    ) -> Option<Effect> {
        let container = self.containers.get_mut(&serial)?;
        container.cgroups += 1;
        if *container.path == *path {
            container.cgroup_id = id;
        }
        let mut is_news = container.cgroups == 1 || !container.holds(path);
        for claim in refused {
            is_news |= container.refuse(claim, why);
        }
        is_news.then_some(Effect::Tell(serial, id))
    }

    fn hold(&mut self, id: u64, path: &[u8], holder: Holder) {
        let cgroup = Cgroup {
            path: path.into(),
            holder,
            is_removed: false,
        };
        self.by_path.insert(path.into(), id);
        self.cgroups.insert(id, cgroup);
    }

    fn add(
        &mut self,
        identity: Identity,
        path: &[u8],
        end: usize,
        cgroup_id: u64,
    ) -> Option<Serial> {
        if self.containers.len() >= CONTAINERS_MAX {
            self.overflow.containers += 1;
            return None;
        }
        let own: Box<[u8]> = path.get(..end).unwrap_or(path).into();
        let (outer, outer_identities) = match self.around(&own, Maker::Unknown).container {
            Some((around, _)) => self.chain(around),
            None => Default::default(),
        };
        self.last_serial += 1;
        let serial = self.last_serial;
        self.by_own_path.insert(own.clone(), serial);
        self.by_identity.insert(identity.clone(), serial);
        let container = Container {
            known: if identity.id.starts_with(NAMELESS) {
                Known::Unknown
            } else {
                Known::Path
            },
            identity,
            path: own,
            cgroup_id: if end >= path.len() { cgroup_id } else { 0 },
            pod: None,
            outer,
            outer_identities,
            refused: Vec::new(),
            details: Details::default(),
            namespaces: (0, 0),
            cgroups: 0,
            removed_ns: None,
        };
        self.containers.insert(serial, container);
        Some(serial)
    }

    fn chain(&self, innermost: Serial) -> (Vec<Serial>, Vec<Identity>) {
        let Some(container) = self.containers.get(&innermost) else {
            return Default::default();
        };
        let mut serials = container.outer.clone();
        let mut identities = container.outer_identities.clone();
        serials.push(innermost);
        identities.push(container.identity.clone());
        (serials, identities)
    }

    /// An engine, or the namespaces of its processes, say that a cgroup is a container's own whose
    /// name did not tell. What lies below it goes over to it.
    pub fn confirmed(
        &mut self,
        cgroup_id: u64,
        engine: Option<Engine>,
        id: &str,
        user: Option<u32>,
    ) -> Option<Serial> {
        let cgroup = self.cgroups.get(&cgroup_id)?;
        let Holder::Perhaps(guess) = &cgroup.holder else {
            return None;
        };
        let (path, end) = (cgroup.path.clone(), guess.end);
        let identity = Identity {
            engine,
            id: id.to_owned(),
            user,
        };
        if cgroup.is_removed || self.by_identity.contains_key(&identity) {
            return None;
        }
        let serial = self.add(identity, &path, end, cgroup_id)?;
        self.take_over(serial);
        Some(serial)
    }

    /// Gives the cgroups at and below a new container's own to it.
    fn take_over(&mut self, serial: Serial) {
        let Some(container) = self.containers.get_mut(&serial) else {
            return;
        };
        let from = (Bound::Included(&*container.path), Bound::Unbounded);
        for (path, id) in self.by_path.range::<[u8], _>(from) {
            if !path.starts_with(&container.path) {
                break;
            }
            let Some(cgroup) = self.cgroups.get_mut(id).filter(|_| container.holds(path)) else {
                continue;
            };
            if !matches!(cgroup.holder, Holder::Of(_)) {
                cgroup.holder = Holder::Of(serial);
                container.cgroups += 1;
            }
        }
    }

    /// A process with a pid namespace of its own runs in a cgroup: if that was only perhaps a
    /// container's, it is one's.
    pub fn isolated(&mut self, cgroup_id: u64, pid_ns: u32) -> Option<Serial> {
        let Some(Holder::Perhaps(guess)) =
            self.cgroups.get(&cgroup_id).map(|cgroup| &cgroup.holder)
        else {
            return None;
        };
        let id = guess.id.clone();
        if !self.is_isolated(pid_ns) {
            return None;
        }
        let serial = self.confirmed(cgroup_id, None, &id, None)?;
        self.containers.get_mut(&serial)?.known = Known::Unknown;
        Some(serial)
    }

    /// An engine says that a container is its own.
    pub fn belongs(&mut self, serial: Serial, engine: Engine) {
        let Some(container) = self.containers.get_mut(&serial) else {
            return;
        };
        if container.identity.engine == Some(engine) {
            return;
        }
        let old = container.identity.clone();
        container.identity.engine = Some(engine);
        let new = container.identity.clone();
        if self.by_identity.get(&old) == Some(&serial) {
            self.by_identity.remove(&old);
            self.by_identity.insert(new, serial);
        }
    }

    /// The container that a cgroup belongs to.
    pub fn container_of(&self, cgroup_id: u64) -> Option<&Container> {
        match self.cgroups.get(&cgroup_id)?.holder {
            Holder::Of(serial) => self.containers.get(&serial),
            _ => None,
        }
    }

    pub fn container(&self, serial: Serial) -> Option<&Container> {
        self.containers.get(&serial)
    }

    pub fn container_mut(&mut self, serial: Serial) -> Option<&mut Container> {
        self.containers.get_mut(&serial)
    }

    /// Path of a cgroup, and the guess that stands for it.
    pub fn guess(&self, cgroup_id: u64) -> Option<(&[u8], &Guess)> {
        let cgroup = self.cgroups.get(&cgroup_id)?;
        match &cgroup.holder {
            Holder::Perhaps(guess) => Some((&cgroup.path, guess)),
            _ => None,
        }
    }

    /// Cgroups and containers that are held.
    pub fn len(&self) -> (usize, usize) {
        (self.cgroups.len(), self.containers.len())
    }

    pub const fn overflow(&self) -> Overflow {
        self.overflow
    }
}

/// How ids begin of containers of which nothing else is known.
const NAMELESS: &str = "cgroup-";

fn nameless(cgroup_id: u64) -> Identity {
    Identity {
        engine: None,
        id: format!("{NAMELESS}{cgroup_id}"),
        user: None,
    }
}

fn identity(claim: &Claim, place: &Place) -> Identity {
    Identity {
        engine: claim.engine,
        id: claim.id.clone(),
        user: place.user,
    }
}
