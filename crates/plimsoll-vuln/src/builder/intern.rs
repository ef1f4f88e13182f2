//! Each distinct value once, by number.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Numbers distinct values in the order in which they first come. The numbers depend on the order
/// of the input and never reach the file.
pub struct Interner<T> {
    numbers: HashMap<Arc<T>, u32>,
    values: Vec<Arc<T>>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
            values: Vec::new(),
        }
    }
}

impl<T: Eq + Hash> Interner<T> {
    pub fn number(&mut self, value: T) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        let value = Arc::new(value);
        let number = self.values.len() as u32;
        self.values.push(Arc::clone(&value));
        self.numbers.insert(value, number);
        number
    }

    pub fn value(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize).map(Arc::as_ref)
    }
}

/// [`Interner`] for texts, without a copy for those already known.
#[derive(Default)]
pub struct Texts {
    numbers: HashMap<Arc<str>, u32>,
    values: Vec<Arc<str>>,
}

impl Texts {
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let value: Arc<str> = Arc::from(text);
        let number = self.values.len() as u32;
        self.values.push(Arc::clone(&value));
        self.numbers.insert(value, number);
        number
    }

    /// The text of a number; empty for a number never given out.
    pub fn text(&self, number: u32) -> &str {
        self.values.get(number as usize).map_or("", |text| text)
    }

    /// For each number, the place of its text among all texts in order.
    pub fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.values.len() as u32).collect();
        order.sort_unstable_by(|a, b| self.text(*a).cmp(self.text(*b)));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in order.into_iter().enumerate() {
            if let Some(slot) = ranks.get_mut(number as usize) {
                *slot = rank as u32;
            }
        }
        ranks
    }
}
