//! `plimsoll.*`: what Falco has no fields for. One file a subject, one line of the list for each.

mod counts;
mod dns;
mod event;
mod layer;
mod process;
mod target;

use super::Field;

pub const LISTS: &[&[Field]] = &[
    process::FIELDS,
    target::FIELDS,
    layer::FIELDS,
    event::FIELDS,
    dns::FIELDS,
    counts::CONTAINER,
    counts::PROCESS,
];
