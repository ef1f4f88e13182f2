//! `plimsoll.diff/v1`: the difference for scripts, in the words of the report.

use std::io::{self, Write};

use serde::Serialize;

use super::{Difference, Seen, Side};
use crate::WriteError;
use crate::wire::{self, form};

/// The schema's name with its major version.
pub const SCHEMA: &str = "plimsoll.diff/v1";

#[derive(Serialize)]
struct Form<'a> {
    schema: &'static str,
    from: SideForm<'a>,
    to: SideForm<'a>,
    packages: Packages<'a>,
    findings: Findings<'a>,
    layers: Layers<'a>,
}

#[derive(Serialize)]
struct SideForm<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    packages: usize,
    size_bytes: u64,
}

#[derive(Serialize)]
struct Packages<'a> {
    added: Vec<form::Package<'a>>,
    removed: Vec<form::Package<'a>>,
    changed: Vec<ChangedForm<'a>>,
    unchanged: usize,
}

#[derive(Serialize)]
struct ChangedForm<'a> {
    name: String,
    #[serde(rename = "type")]
    ecosystem: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    arch: Option<&'a str>,
    from: &'a [&'a str],
    to: &'a [&'a str],
}

#[derive(Serialize)]
struct Findings<'a> {
    new: Vec<SeenForm<'a>>,
    fixed: Vec<SeenForm<'a>>,
    excepted: Vec<SeenForm<'a>>,
    reopened: Vec<SeenForm<'a>>,
    same: usize,
}

#[derive(Serialize)]
struct SeenForm<'a> {
    id: &'a str,
    kind: &'static str,
    severity: &'static str,
    fingerprint: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
}

#[derive(Serialize)]
struct Layers<'a> {
    shared: usize,
    added: Vec<form::Layer<'a>>,
    removed: Vec<form::Layer<'a>>,
}

impl Difference<'_> {
    /// Writes `plimsoll.diff/v1`.
    pub fn write_json(&self, out: &mut dyn Write) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        self.form()
            .serialize(&mut crate::json::serializer(&mut out))
            .map_err(io::Error::from)
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush())
            .map_err(WriteError::io("diff"))
    }

    fn form(&self) -> Form<'_> {
        Form {
            schema: SCHEMA,
            from: side(&self.from),
            to: side(&self.to),
            packages: Packages {
                added: self
                    .added
                    .iter()
                    .map(|p| wire::package_form(p, None))
                    .collect(),
                removed: self
                    .removed
                    .iter()
                    .map(|p| wire::package_form(p, None))
                    .collect(),
                changed: self
                    .changed
                    .iter()
                    .map(|changed| ChangedForm {
                        name: changed.package.qualified_name(),
                        ecosystem: changed.package.ecosystem.as_str(),
                        arch: changed.package.arch.as_deref(),
                        from: &changed.from,
                        to: &changed.to,
                    })
                    .collect(),
                unchanged: self.unchanged,
            },
            findings: Findings {
                new: self.new.iter().map(seen).collect(),
                fixed: self.fixed.iter().map(seen).collect(),
                excepted: self.excepted.iter().map(seen).collect(),
                reopened: self.reopened.iter().map(seen).collect(),
                same: self.same,
            },
            layers: Layers {
                shared: self.layers_shared,
                added: self
                    .layers_added
                    .iter()
                    .map(|l| wire::layer_form(l))
                    .collect(),
                removed: self
                    .layers_removed
                    .iter()
                    .map(|l| wire::layer_form(l))
                    .collect(),
            },
        }
    }
}

fn side<'a>(side: &Side<'a>) -> SideForm<'a> {
    SideForm {
        name: side.name,
        digest: side.digest.map(ToString::to_string),
        outcome: side.outcome.map(plimsoll_model::Outcome::as_str),
        packages: side.packages,
        size_bytes: side.size_bytes,
    }
}

fn seen<'a>(seen: &Seen<'a>) -> SeenForm<'a> {
    SeenForm {
        id: &seen.finding.id,
        kind: seen.finding.kind.as_str(),
        severity: seen.finding.severity.as_str(),
        fingerprint: &seen.finding.fingerprint,
        title: &seen.finding.title,
        purl: seen.package.map(|package| package.purl.as_str()),
    }
}
