//! `plimsoll.network/v1`, and flows as CSV.

use std::io::{self, Write};

use plimsoll_model::Unknown;
use plimsoll_network::flows::Flow;
use serde_json::{Value, json};

/// Flows, one at a time; closed by [`Document::end`].
pub struct Document<'w> {
    out: &'w mut dyn Write,
    count: usize,
}

impl<'w> Document<'w> {
    pub fn begin(out: &'w mut dyn Write) -> io::Result<Self> {
        out.write_all(b"{\"schema\":\"plimsoll.network/v1\",\"flows\":[")?;
        Ok(Self { out, count: 0 })
    }

    pub fn flow(&mut self, flow: &Flow) -> io::Result<()> {
        let between: &[u8] = if self.count == 0 { b"\n" } else { b",\n" };
        self.count += 1;
        self.out.write_all(between)?;
        serde_json::to_writer(&mut *self.out, &value(flow))?;
        Ok(())
    }

    pub fn end(self, unknowns: &[Unknown]) -> io::Result<()> {
        let list: Vec<Value> = unknowns.iter().map(unknown).collect();
        write!(self.out, "\n],\"unknowns\":{}}}\n", Value::from(list))
    }
}

/// One flow.
pub fn value(flow: &Flow) -> Value {
    let allow: Vec<Value> = flow
        .allow
        .listed()
        .into_iter()
        .map(|(protocol, ports)| json!({"protocol": protocol, "ports": ports}))
        .collect();
    let mut out = json!({"from": flow.from, "to": flow.to, "allow": allow});
    if let (Some(map), false) = (out.as_object_mut(), flow.by.is_empty()) {
        map.insert("by".to_owned(), json!(flow.by));
    }
    out
}

pub fn unknown(unknown: &Unknown) -> Value {
    match &unknown.path {
        Some(path) => json!({"path": path, "reason": unknown.reason}),
        None => json!({"reason": unknown.reason}),
    }
}

/// The head of the CSV.
pub const CSV_HEAD: &str = "from,to,protocol,ports,by\n";

/// A line for each protocol.
pub fn csv(flow: &Flow, out: &mut dyn Write) -> io::Result<()> {
    for (protocol, ports) in flow.allow.listed() {
        let by = flow.by.join("; ");
        let fields = [flow.from.as_str(), &flow.to, protocol, &ports, &by].map(field);
        writeln!(out, "{}", fields.join(","))?;
    }
    Ok(())
}

/// In quotes where it must be; what a spreadsheet would take for a formula is not let through.
fn field(text: &str) -> String {
    let text = plimsoll_model::text::clean(text);
    let safe = if text.starts_with(['=', '+', '-', '@']) {
        format!("'{text}")
    } else {
        text.into_owned()
    };
    if safe.contains([',', '"']) {
        return format!("\"{}\"", safe.replace('"', "\"\""));
    }
    safe
}
