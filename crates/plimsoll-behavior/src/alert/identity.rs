//! What makes two alerts the same one.
//!
//! The rule, the container, and those fields of the output that say what was done and by what: not
//! when, not under which pid, not from which port. A different command line is another alert, since
//! it may be another step of an attack; a health check's, a hundred times an hour, is the same.

use super::{Alert, FieldValue};

/// Fields of the output that count, sorted.
const FIELDS: &[&str] = &[
    "evt.type",
    "fd.name",
    "fd.sip",
    "fd.sport",
    "fs.path.name",
    "fs.path.source",
    "fs.path.target",
    "proc.cmdline",
    "proc.exepath",
    "proc.name",
    "proc.pname",
    "user.name",
    "user.uid",
];

/// A text that is the same for alerts that tell the same.
pub fn identity(alert: &Alert) -> String {
    let mut key = behavior(alert);
    let container = alert.container.as_ref();
    part(&mut key, container.map_or("", |container| &container.id));
    key
}

/// The same without the container: what was done, wherever it was.
pub(super) fn behavior(alert: &Alert) -> String {
    let mut key = String::with_capacity(128);
    part(&mut key, &alert.rule);
    let mut any = false;
    for name in FIELDS {
        match alert.field(name) {
            None | Some(FieldValue::Absent) => {}
            Some(value) => {
                any |= *name != "evt.type";
                part(&mut key, name);
                part(&mut key, &without_accidents(name, &plain(value)));
            }
        }
    }
    // The output may name none of them: then it is what ran that counts.
    if !any && let Some(process) = alert.chain.first() {
        part(&mut key, &process.exe);
        part(&mut key, &process.command());
    }
    key
}

fn part(key: &mut String, text: &str) {
    key.push_str(text);
    // Cleaned text holds no NUL, so that two parts cannot pass for another two.
    key.push('\0');
}

fn plain(value: &FieldValue) -> String {
    match value {
        FieldValue::Absent => String::new(),
        FieldValue::Bool(value) => value.to_string(),
        FieldValue::Signed(value) => value.to_string(),
        FieldValue::Unsigned(value) => value.to_string(),
        FieldValue::Text(value) => value.clone(),
        FieldValue::List(values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
    }
}

/// Takes out what differs each time: a client's port, a pid in a path below `/proc`.
fn without_accidents(field: &str, text: &str) -> String {
    if field == "fd.name"
        && let Some((client, server)) = text.split_once("->")
    {
        let host = client.rsplit_once(':').map_or(client, |(host, _)| host);
        return format!("{host}->{server}");
    }
    let Some(below) = text.strip_prefix("/proc/") else {
        return text.to_owned();
    };
    let digits = below.bytes().take_while(u8::is_ascii_digit).count();
    match below.get(digits..) {
        Some(rest) if digits > 0 => format!("/proc/*{rest}"),
        _ => text.to_owned(),
    }
}
