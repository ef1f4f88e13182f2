//! Puts statements about one vulnerability together that a feed spreads over packages.

use std::collections::BTreeMap;

use crate::{Item, Record};

/// Records by id.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    records: BTreeMap<String, Record>,
}

impl Collected {
    /// The record with this id, made when it is not there yet.
    pub(crate) fn record(&mut self, id: &str) -> &mut Record {
        self.records
            .entry(id.to_owned())
            .or_insert_with(|| Record::new(id))
    }

    /// The records, sorted by id.
    pub(crate) fn into_items(self) -> impl Iterator<Item = Item> {
        self.records
            .into_values()
            .map(|record| Item::Advisory(Box::new(record)))
    }
}
