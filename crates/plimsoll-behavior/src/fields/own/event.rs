//! How the event came about, and how far it is to be trusted.

use plimsoll_model::event::{
    FLAG_COMPAT, FLAG_CUT, FLAG_IO_URING, FLAG_PATH_PARTIAL, FLAG_RACED, Param,
};

use crate::fields::build::FROM_EVENT;
use crate::fields::{Field, Value};
use crate::state::Moment;

pub const FIELDS: &[Field] = &[
    Field::bool("plimsoll.io_uring", FROM_EVENT).costs(2).is(
        "whether io_uring did it: there was no system call",
        |m, _, _| flag(m, FLAG_IO_URING),
    ),
    Field::bool("plimsoll.raced", FROM_EVENT).costs(8).is(
        "whether the path was changed, or what the caller had written was, while the call ran",
        |m, _, _| {
            Value::Bool(m.record.has(FLAG_RACED) || m.record.param(Param::NameAfter).is_some())
        },
    ),
    Field::text("plimsoll.path_after", FROM_EVENT).costs(8).is(
        "the path as it stood in the caller's memory when the call returned, if it had changed",
        |m, _, _| Value::text(m.record.param(Param::NameAfter)),
    ),
    Field::bool("plimsoll.path_partial", FROM_EVENT)
        .costs(2)
        .is(
            "whether the path could not be followed to the root",
            |m, _, _| flag(m, FLAG_PATH_PARTIAL),
        ),
    Field::bool("plimsoll.cut", FROM_EVENT).costs(2).is(
        "whether an argument was cut because it is too long",
        |m, _, _| flag(m, FLAG_CUT),
    ),
    Field::bool("plimsoll.compat", FROM_EVENT)
        .costs(2)
        .is("whether the caller runs in 32-bit mode", |m, _, _| {
            flag(m, FLAG_COMPAT)
        }),
];

fn flag(moment: &Moment<'_>, flag: u16) -> Value<'static> {
    Value::Bool(moment.record.has(flag))
}
