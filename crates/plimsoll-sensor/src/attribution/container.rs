//! One container, as far as it is known.

use super::details::Details;
use super::path::{Claim, Engine, PodClaim};
use super::trust::Serial;

/// Most refused claims that are kept of a container.
pub const REFUSED_MAX: usize = 16;

/// How a container is known to its engine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    pub engine: Option<Engine>,
    pub id: String,
    /// User whose engine it is, when not root's.
    pub user: Option<u32>,
}

/// A claim that is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub engine: Option<Engine>,
    pub id: String,
    pub why: &'static str,
}

/// How much is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Something isolated, and no engine says what.
    Unknown,
    /// What the path of its cgroup says.
    Path,
    /// Its engine's files were asked, and do not know it.
    Unconfirmed,
    /// What its engine says.
    Engine,
}

/// A container of the table.
#[derive(Debug, Clone)]
pub struct Container {
    pub identity: Identity,
    /// Path of its own cgroup.
    pub path: Box<[u8]>,
    /// Its own cgroup; 0 while only some below it were seen, and where it has none of version 2.
    pub cgroup_id: u64,
    pub pod: Option<PodClaim>,
    /// Containers around it, the outermost first.
    pub outer: Vec<Serial>,
    /// The same for the record: they may be gone before it.
    pub outer_identities: Vec<Identity>,
    pub refused: Vec<Refused>,
    pub known: Known,
    pub details: Details,
    /// Mount and pid namespace, 0 when not known.
    pub namespaces: (u32, u32),
    /// Cgroups of it that are there.
    pub cgroups: u32,
    pub removed_ns: Option<u64>,
}

impl Container {
    /// Notes a claim that was not believed; whether that is news.
    pub fn refuse(&mut self, claim: &Claim, why: &'static str) -> bool {
        let is_known = self
            .refused
            .iter()
            .any(|refused| refused.id == claim.id && refused.engine == claim.engine);
        if is_known || self.refused.len() >= REFUSED_MAX {
            return false;
        }
        self.refused.push(Refused {
            engine: claim.engine,
            id: claim.id.clone(),
            why,
        });
        true
    }

    /// Whether a path lies in its cgroup.
    pub fn holds(&self, path: &[u8]) -> bool {
        path.strip_prefix(&*self.path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    }
}
