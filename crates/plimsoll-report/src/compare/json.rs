//! `plimsoll.compare/v1`: the comparison for scripts.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::{Compared, Comparison, Line};
use crate::WriteError;

/// The schema's name with its major version.
pub const SCHEMA: &str = "plimsoll.compare/v1";

#[derive(Serialize)]
struct Form<'a> {
    schema: &'static str,
    target: &'a str,
    ours: usize,
    others: Vec<ComparedForm<'a>>,
}

#[derive(Serialize)]
struct ComparedForm<'a> {
    tool: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    target: &'a str,
    theirs: usize,
    both: usize,
    severity_differs: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    packages: Option<PackagesForm>,
    /// Number of differences by reason.
    reasons: BTreeMap<&'static str, usize>,
    only_ours: Vec<LineForm<'a>>,
    only_theirs: Vec<LineForm<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
}

#[derive(Serialize)]
struct PackagesForm {
    both: usize,
    only_ours: usize,
    only_theirs: usize,
}

#[derive(Serialize)]
struct LineForm<'a> {
    id: &'a str,
    package: &'a str,
    version: &'a str,
    severity: &'static str,
    reason: &'static str,
    detail: &'a str,
}

impl Comparison {
    /// Writes `plimsoll.compare/v1`.
    pub fn write_json(&self, out: &mut dyn Write) -> Result<(), WriteError> {
        let form = Form {
            schema: SCHEMA,
            target: &self.target,
            ours: self.ours,
            others: self.others.iter().map(compared).collect(),
        };
        let mut out = io::BufWriter::new(out);
        form.serialize(&mut crate::json::serializer(&mut out))
            .map_err(io::Error::from)
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush())
            .map_err(WriteError::io("compare"))
    }
}

fn compared(other: &Compared) -> ComparedForm<'_> {
    let mut reasons = BTreeMap::new();
    for line in other.only_ours.iter().chain(&other.only_theirs) {
        *reasons.entry(line.reason.as_str()).or_default() += 1;
    }
    ComparedForm {
        tool: &other.tool,
        version: other.version.as_deref(),
        target: &other.target,
        theirs: other.theirs,
        both: other.both,
        severity_differs: other.severity_differs,
        packages: other.packages.map(|counts| PackagesForm {
            both: counts.both,
            only_ours: counts.only_ours,
            only_theirs: counts.only_theirs,
        }),
        reasons,
        only_ours: other.only_ours.iter().map(line).collect(),
        only_theirs: other.only_theirs.iter().map(line).collect(),
        notes: &other.notes,
    }
}

fn line(line: &Line) -> LineForm<'_> {
    LineForm {
        id: &line.id,
        package: &line.package,
        version: &line.version,
        severity: line.severity.as_str(),
        reason: line.reason.as_str(),
        detail: &line.detail,
    }
}
