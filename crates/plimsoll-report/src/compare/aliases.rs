//! Ids that are one defect: a forest in which each id points to another of the same defect.

use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Aliases {
    numbers: BTreeMap<String, usize>,
    parents: Vec<usize>,
    names: Vec<String>,
}

impl Aliases {
    /// Says that all of these ids are one defect.
    pub fn join(&mut self, id: &str, aliases: &[String]) {
        let first = self.number(id);
        for alias in aliases {
            let (a, b) = (self.root(first), self.number(alias));
            let b = self.root(b);
            if a != b
                && let Some(parent) = self.parents.get_mut(b)
            {
                *parent = a;
            }
        }
    }

    /// The id that stands for all of a defect's.
    pub fn name(&mut self, id: &str) -> String {
        let number = self.number(id);
        let root = self.root(number);
        self.names.get(root).cloned().unwrap_or_default()
    }

    fn number(&mut self, id: &str) -> usize {
        let folded = id.to_ascii_uppercase();
        if let Some(number) = self.numbers.get(&folded) {
            return *number;
        }
        let number = self.parents.len();
        self.parents.push(number);
        self.names.push(folded.clone());
        self.numbers.insert(folded, number);
        number
    }

    /// Follows the parents, halving the way for those who come after.
    fn root(&mut self, mut at: usize) -> usize {
        loop {
            let parent = self.parents.get(at).copied().unwrap_or(at);
            if parent == at {
                return at;
            }
            let above = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(at) {
                *slot = above;
            }
            at = above;
        }
    }
}
