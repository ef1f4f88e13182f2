//! Which names an address was resolved to, per container: from answers that were seen.

use std::collections::VecDeque;
use std::net::IpAddr;

use foldhash::HashMap;

use super::container::ContainerId;
use super::text::Text;

/// Most addresses that are remembered, in all containers together.
pub const ADDRESSES_MAX: usize = 4096;
/// Most names of one address.
pub const NAMES_PER_ADDRESS_MAX: usize = 4;

/// Address to names.
#[derive(Debug, Default)]
pub struct Names {
    names: HashMap<(ContainerId, IpAddr), Vec<Text>>,
    /// In the order in which the addresses were first seen: the oldest goes first.
    order: VecDeque<(ContainerId, IpAddr)>,
}

impl Names {
    /// Remembers that a name was resolved to an address. The newest name comes first.
    pub fn add(&mut self, container: ContainerId, address: IpAddr, name: &[u8]) {
        let key = (container, address);
        if !self.names.contains_key(&key) {
            if self.order.len() >= ADDRESSES_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.names.remove(&oldest);
            }
            self.order.push_back(key);
        }
        let names = self.names.entry(key).or_default();
        let name = match names.iter().position(|known| &**known == name) {
            Some(at) => names.remove(at),
            None => Text::new(name),
        };
        names.truncate(NAMES_PER_ADDRESS_MAX - 1);
        names.insert(0, name);
    }

    /// The names of an address, the newest first.
    pub fn of(&self, container: ContainerId, address: IpAddr) -> impl Iterator<Item = &[u8]> {
        let names = self.names.get(&(container, address));
        names.into_iter().flatten().map(|name| &**name)
    }

    /// How many addresses are remembered.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}
