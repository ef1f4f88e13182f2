//! The page of fields that rules may use.

use plimsoll_behavior::engine::judged;
use plimsoll_behavior::fields::{self, Field};
use plimsoll_behavior::rules::{ArgKind, FieldKind};

use super::page;

const LEAD: &str = "What conditions and outputs of runtime rules may ask of an event: `evt.type`, \
    `proc.aname[2]`, `%fd.name`. Names, types and meaning are Falco's; those that begin with \
    `plimsoll.` are our own. An absent value makes every comparison with it false; in an output it \
    is `<NA>`. Paths (`fd.name` and its fellows) are those that the kernel resolved, and a \
    comparison also holds when it holds for the path as it was written, so that a symbolic link \
    hides neither. Fields at the end are known and always absent; rules that need them are warned of.";

/// The page.
pub fn list() -> String {
    let (unknown, known): (Vec<&Field>, Vec<&Field>) =
        fields::all().partition(|field| field.unknowable().is_some());
    let lead = format!(
        "{LEAD} {} fields are known, {} are not; {} kinds of events are judged.",
        known.len(),
        unknown.len(),
        judged().count()
    );
    let rows = known.into_iter().chain(unknown).map(row);
    let head = [
        "field",
        "type",
        "argument",
        "what it is",
        "where it comes from",
    ];
    page("Fields of runtime rules", &lead, &head, rows)
}

fn row(field: &Field) -> Vec<String> {
    let from = match field.unknowable() {
        Some(why) => format!("always absent: {why}"),
        None => field.from.to_owned(),
    };
    vec![
        format!("`{}`", field.name),
        kind(field).to_owned(),
        argument(field.info.arg).to_owned(),
        field.about.to_owned(),
        from,
    ]
}

fn kind(field: &Field) -> &'static str {
    match (field.info.kind, field.info.is_list) {
        (_, true) => "list of texts",
        (FieldKind::Text, _) => "text",
        (FieldKind::Bytes, _) => "bytes",
        (FieldKind::Signed, _) => "number",
        (FieldKind::Unsigned, _) => "number from 0",
        (FieldKind::Bool, _) => "true or false",
        (FieldKind::Address, _) => "address",
        (FieldKind::Network, _) => "network",
        (FieldKind::Port, _) => "port",
        (FieldKind::Time, _) => "nanoseconds",
        (FieldKind::Dynamic, _) => "as the argument is",
    }
}

const fn argument(kind: ArgKind) -> &'static str {
    match kind {
        ArgKind::None => "",
        ArgKind::Index => "number",
        ArgKind::IndexRequired => "number, needed",
        ArgKind::Key => "name",
        ArgKind::KeyRequired => "name, needed",
        ArgKind::Any => "number or name",
        ArgKind::AnyRequired => "number or name, needed",
    }
}
