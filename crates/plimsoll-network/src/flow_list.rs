//! A list of flows as input: JSON as `reach` writes it, or CSV.

use serde::Deserialize;

use super::connection::Connections;
use super::flows::Flow;

/// A list that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct FlowListError {
    /// The line, 1-based.
    pub line: usize,
    pub reason: String,
}

#[derive(Deserialize)]
struct Document {
    flows: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    from: String,
    to: String,
    allow: Vec<Allowed>,
}

#[derive(Deserialize)]
struct Allowed {
    protocol: String,
    ports: String,
}

/// Reads either form.
pub fn read(bytes: &[u8]) -> Result<Vec<Flow>, FlowListError> {
    let failed = |line: usize, reason: &str| FlowListError {
        line,
        reason: reason.to_owned(),
    };
    let text = std::str::from_utf8(bytes).map_err(|_| failed(1, "it is not UTF-8"))?;
    if text.trim_start().starts_with('{') {
        let document: Document =
            serde_json::from_str(text).map_err(|error| failed(error.line(), &error.to_string()))?;
        let mut out = Vec::new();
        for listed in document.flows {
            let mut allow = Connections::none();
            for allowed in &listed.allow {
                let read = Connections::parse(&allowed.protocol, &allowed.ports);
                allow = allow.union(&read.map_err(|reason| failed(1, &reason))?);
            }
            out.push(flow(listed.from, listed.to, allow));
        }
        return Ok(out);
    }
    let mut out = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || (index == 0 && line.starts_with("from,to,"))
        {
            continue;
        }
        let fields = fields(line);
        let [from, to, protocol, ports, ..] = fields.as_slice() else {
            return Err(failed(index + 1, "a line has from, to, protocol and ports"));
        };
        let allow =
            Connections::parse(protocol, ports).map_err(|reason| failed(index + 1, &reason))?;
        out.push(flow(from.clone(), to.clone(), allow));
    }
    Ok(out)
}

const fn flow(from: String, to: String, allow: Connections) -> Flow {
    Flow {
        from,
        to,
        allow,
        by: Vec::new(),
    }
}

/// The fields of a line, those in quotes without them.
fn fields(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                if let Some(last) = out.last_mut() {
                    last.push('"');
                }
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => out.push(String::new()),
            c => {
                if let Some(last) = out.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    out.into_iter()
        .map(|field| field.trim().to_owned())
        .collect()
}
