//! One HTML file for people: verdict, findings by package with evidence and mend, layers, unknowns,
//! packages.
//!
//! Loads nothing from anywhere: style and script are inside, allowed by their digest in a strict
//! Content-Security-Policy. Reads and prints whole without script; the script only filters. All
//! text from outside is cleaned and escaped.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use plimsoll_model::{Outcome, Report};

use crate::view::{View, clean, counted};
use crate::{OutputFormat, WriteError, WriteOptions, identity};

mod bar;
mod compliance;
mod findings;
mod inventory;

pub struct Html;

impl OutputFormat for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn describe(&self) -> &'static str {
        "One HTML file for people: reads, prints and filters without a server"
    }

    fn mime(&self) -> &'static str {
        "text/html"
    }

    fn extension(&self) -> &'static str {
        "html"
    }

    fn write(
        &self,
        report: &Report,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let page = page(&View::new(report), options).into_string();
        out.write_all(page.as_bytes())
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush())
            .map_err(WriteError::io(self.id()))
    }
}

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/filter.js");

/// The source expression that allows exactly this inline text.
fn allowed(text: &str) -> String {
    let digest = identity::sha256(text.as_bytes());
    format!("'sha256-{}'", STANDARD.encode(digest.as_bytes()))
}

fn page(view: &View<'_>, options: &WriteOptions) -> Markup {
    let report = view.report;
    let name = clean(&report.inventory.target.name);
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        allowed(STYLE),
        allowed(SCRIPT)
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (verdict_word(report)) ": " (name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(view, options, &name))
                main {
                    (summary(view))
                    (compliance::section(view))
                    (findings::section(view))
                    (inventory::layers(view))
                    (inventory::unknowns(view))
                    (inventory::packages(view))
                    (inventory::advisories(view, options))
                }
                footer {
                    (clean(&report.tool.name)) " " (clean(&report.tool.version))
                    @if let Some(time) = options.created {
                        ", " time { (crate::options::rfc3339(time)) }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn verdict_word(report: &Report) -> &'static str {
    match report.verdict.as_ref().map(|verdict| verdict.outcome) {
        Some(Outcome::Deny) => "Denied",
        Some(Outcome::Warn) => "Allowed with warnings",
        Some(Outcome::Allow) => "Allowed",
        None => "Not judged",
    }
}

fn head(view: &View<'_>, options: &WriteOptions, name: &str) -> Markup {
    let report = view.report;
    let target = &report.inventory.target;
    let class = report
        .verdict
        .as_ref()
        .map_or("none", |verdict| verdict.outcome.as_str());
    let mut facts: Vec<(&str, String)> = Vec::new();
    if let Some(os) = &target.os {
        let name = os.pretty_name.clone().unwrap_or_else(|| os.display());
        facts.push(("System", name));
        if let Some(eol) = os.eol {
            let past = options.today().is_some_and(|today| eol < today);
            let word = if past { "ended on" } else { "until" };
            facts.push(("Security support", format!("{word} {eol}")));
        }
    }
    if let Some(platform) = &target.platform {
        facts.push(("Platform", platform.to_string()));
    }
    if let Some(digest) = &target.digest {
        facts.push(("Digest", digest.to_string()));
    }
    if let Some(verdict) = &report.verdict {
        facts.push((
            "Policy",
            format!("{}, {}", verdict.policy, verdict.stage.as_str()),
        ));
    }
    html! {
        header class=(class) {
            p.kind { (target.kind.as_str()) }
            h1 { (name) }
            p.verdict { (verdict_word(report)) }
            dl {
                @for (key, value) in &facts {
                    div { dt { (key) } dd { (clean(value)) } }
                }
            }
        }
    }
}

fn summary(view: &View<'_>) -> Markup {
    let report = view.report;
    let inventory = &report.inventory;
    let counts = view.counts();
    let open: usize = counts.iter().map(|(_, count)| count).sum();
    let mut rest = vec![view.size_words()];
    if !inventory.layers.is_empty() {
        rest.push(counted(inventory.layers.len(), "layer", "layers"));
    }
    let excepted = view.excepted().count();
    if excepted > 0 {
        rest.push(counted(excepted, "finding excepted", "findings excepted"));
    }
    if !inventory.unknowns.is_empty() {
        rest.push(counted(
            inventory.unknowns.len(),
            "place not read",
            "places not read",
        ));
    }
    html! {
        section #summary {
            h2 { @if open == 0 { "Nothing found" } @else { (counted(open, "finding", "findings")) } }
            (bar::severities(&counts))
            p.rest { (rest.join(" · ")) }
            @if let Some(verdict) = &report.verdict {
                (findings::reasons(view, verdict))
            }
        }
    }
}
