//! Where orders are carried out and written down while watching.

use plimsoll_model::Mode;

use super::{Entry, Hands, Order, Trail};

/// Hands and trail.
pub struct Desk {
    hands: Hands,
    trail: Trail,
}

impl Desk {
    pub fn new(trail: Trail) -> Self {
        Self {
            hands: Hands::new(),
            trail,
        }
    }

    /// Carries out orders and says of each, and of what was begun earlier and has ended, what is
    /// worth telling: what was done, what failed, and what would have been done.
    pub fn work(&mut self, orders: Vec<Order>) -> Vec<Told> {
        let mut entries: Vec<Entry> = orders
            .into_iter()
            .filter_map(|order| self.hands.act(order))
            .collect();
        entries.extend(self.hands.ended());
        let mut told = Vec::new();
        for entry in entries {
            match self.trail.add(entry.clone()) {
                Ok(written) => told.push(Told::of(&written)),
                Err(failure) => {
                    told.push(Told::of(&entry));
                    told.push(Told::Failed(failure.message().to_owned()));
                }
            }
        }
        told
    }
}

/// What is told beside the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// An alert of its own.
    Failed(String),
    /// A note.
    Note(String),
    /// In the trail only.
    Nothing,
}

impl Told {
    fn of(entry: &Entry) -> Self {
        let text = format!(
            "response {} ({}): {}; {} in {}",
            entry.response,
            entry.id,
            entry.outcome,
            entry.rule,
            entry.place()
        );
        if entry.has_failed() {
            return Self::Failed(text);
        }
        match entry.state.as_str() {
            "dry-run" if entry.mode.as_deref() == Some(Mode::Warn.as_str()) => Self::Note(text),
            "done" | "held-back" | "guarded" => Self::Note(text),
            _ => Self::Nothing,
        }
    }
}
