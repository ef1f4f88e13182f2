//! Questions to the DNS, read from the first bytes of what was sent.

use plimsoll_model::event::{EventKind, Param};

use crate::fields::build::FROM_EVENT;
use crate::fields::event::{receives, sends};
use crate::fields::{Argument, Field, Value};
use crate::state::{Moment, OpenFile, Socket};

const PORT: u16 = 53;
const STREAM: u16 = 1;

pub const FIELDS: &[Field] = &[
    Field::text("plimsoll.dns.question", FROM_EVENT)
        .costs(200)
        .fixed_by(not_moved)
        .is(
            "name that is asked for, in lower case, without the dot at its end",
            |m, _, out| match question(m, out) {
                Some(_) => Value::Text(out),
                None => Value::Absent,
            },
        ),
    Field::unsigned("plimsoll.dns.type", FROM_EVENT)
        .costs(200)
        .fixed_by(not_moved)
        .is(
            "number of the record type that is asked for: 1 is A, 16 is TXT",
            |m, _, out| Value::unsigned(question(m, out)),
        ),
];

fn not_moved(kind: EventKind, _: &Argument) -> Option<Value<'static>> {
    (!sends(kind) && !receives(kind)).then_some(Value::Absent)
}

/// Writes the first name that is asked for, and gives the type.
fn question(moment: &Moment<'_>, out: &mut Vec<u8>) -> Option<u16> {
    let socket = moment.file.and_then(OpenFile::as_socket)?;
    if !is_dns(socket) {
        return None;
    }
    let data = moment.record.param(Param::Data)?;
    let message = match socket.kind {
        STREAM => crate::dns::over_tcp(data)?,
        _ => data,
    };
    let message = crate::dns::read(message)?;
    let question = message.questions.first()?;
    out.extend_from_slice(&question.name);
    Some(question.kind)
}

fn is_dns(socket: &Socket) -> bool {
    let ends = [socket.remote, socket.local];
    ends.into_iter().flatten().any(|end| end.port == PORT)
}
