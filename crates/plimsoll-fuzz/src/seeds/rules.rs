//! Rules in the Falco language: conditions, outputs, whole files.

use super::{own, words};

pub fn conditions() -> Vec<Vec<u8>> {
    words("falco_conditions")
}

pub fn outputs() -> Vec<Vec<u8>> {
    words("falco_outputs")
}

pub fn files() -> Vec<Vec<u8>> {
    own("falco_rules")
}
