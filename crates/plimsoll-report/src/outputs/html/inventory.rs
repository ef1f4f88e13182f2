//! Layers, what was not read, packages, and the advisories that were asked.

use std::collections::BTreeMap;

use maud::{Markup, html};
use plimsoll_model::{Digest, Package};

use super::bar;
use super::findings::package_words;
use crate::WriteOptions;
use crate::view::{View, age_words, clean, counted, place_words, size_words};

pub fn layers(view: &View<'_>) -> Markup {
    let inventory = &view.report.inventory;
    let whole = inventory
        .layers
        .iter()
        .fold(0_u64, |sum, layer| sum.saturating_add(layer.size_bytes));
    let packages = count(inventory.packages.iter().filter_map(layer_of));
    let findings = count(
        view.open()
            .filter_map(|finding| view.place(finding)?.layer.as_ref()),
    );
    html! {
        @if !inventory.layers.is_empty() {
            section #layers {
                h2 { "Layers" }
                div.scroll { table {
                    thead { tr {
                        th.number { "#" } th { "Build step" } th.number { "Size" } th {}
                        th.number { "Packages" } th.number { "Findings" }
                    } }
                    tbody {
                        @for (index, layer) in inventory.layers.iter().enumerate() {
                            tr {
                                td.number { (index + 1) }
                                td {
                                    @if layer.base { span.chip.base { "base image" } " " }
                                    code.step { (clean(layer.created_by.as_deref().unwrap_or("unknown"))) }
                                    div.digest { (layer.diff_id) }
                                }
                                td.number { (size_words(layer.size_bytes)) }
                                td.share { (bar::share(layer.size_bytes, whole)) }
                                td.number { (packages.get(&layer.diff_id).unwrap_or(&0)) }
                                td.number { (findings.get(&layer.diff_id).unwrap_or(&0)) }
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn layer_of(package: &Package) -> Option<&Digest> {
    package.locations.first()?.layer.as_ref()
}

fn count<'a>(layers: impl Iterator<Item = &'a Digest>) -> BTreeMap<&'a Digest, usize> {
    let mut counts = BTreeMap::new();
    for layer in layers {
        *counts.entry(layer).or_default() += 1;
    }
    counts
}

pub fn unknowns(view: &View<'_>) -> Markup {
    let mut unknowns: Vec<_> = view.report.inventory.unknowns.iter().collect();
    unknowns.sort();
    html! {
        @if !unknowns.is_empty() {
            section #unknowns {
                h2 { "Not looked at" }
                p { "What could not be read may hold more than this report says." }
                ul.unknowns {
                    @for unknown in unknowns {
                        li {
                            @if let Some(path) = &unknown.path { code { (clean(path)) } ": " }
                            (clean(&unknown.reason))
                            @if let Some((number, _)) = unknown.layer.as_ref()
                                .and_then(|id| view.layer_by_id(id)) {
                                " (layer " (number) ")"
                            }
                        }
                    }
                }
            }
        }
    }
}

pub fn packages(view: &View<'_>) -> Markup {
    let inventory = &view.report.inventory;
    html! {
        section #packages {
            h2 { "Packages" }
            details {
                summary { (counted(inventory.packages.len(), "package", "packages")) }
                (table(view, inventory.packages.iter().map(|package| (package, None))))
            }
            @if !inventory.owned.is_empty() {
                details {
                    summary {
                        (counted(inventory.owned.len(), "package", "packages"))
                        " of languages that came with packages of the operating system"
                    }
                    (table(view, inventory.owned.iter().map(|owned| {
                        (&owned.package, inventory.package(owned.owner))
                    })))
                }
            }
        }
    }
}

fn table<'a>(
    view: &View<'_>,
    rows: impl Iterator<Item = (&'a Package, Option<&'a Package>)>,
) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th { "Type" } th { "Package" } th { "Version" } th { "Part" } th { "Licence" }
                th { "Found in" } th.number { "Layer" }
            } }
            tbody {
                @for (package, owner) in rows {
                    tr {
                        td.short { (package.ecosystem) }
                        td {
                            (clean(&package.qualified_name()))
                            @if let Some(owner) = owner { div.digest { "of " (package_words(owner)) } }
                        }
                        td { code { (clean(&package.version)) } }
                        td.short {
                            (package.part.as_str())
                            @if package.state == plimsoll_model::State::Declared { ", declared" }
                        }
                        td { (clean(&package.licenses.join(", "))) }
                        @match package.locations.first() {
                            Some(location) => {
                                td { code { (clean(&place_words(location))) } }
                                td.number { @if let Some((number, _)) = view.layer(location) { (number) } }
                            }
                            None => { td {} td {} }
                        }
                    }
                }
            }
        } }
    }
}

pub fn advisories(view: &View<'_>, options: &WriteOptions) -> Markup {
    let today = options.today();
    html! {
        @if let Some(set) = &view.report.advisories {
            section #advisories {
                h2 { "Advisories" }
                div.scroll { table {
                    thead { tr {
                        th { "Source" } th { "As of" } th { "Age" } th.number { "Records" } th { "Covers" }
                    } }
                    tbody {
                        @for source in &set.sources {
                            tr {
                                td { (clean(&source.name)) }
                                td {
                                    @match source.snapshot { Some(day) => (day), None => "undated" }
                                }
                                td {
                                    @if let Some(age) = source.snapshot.zip(today)
                                        .and_then(|(day, today)| age_words(day, today)) { (age) }
                                }
                                td.number { (source.records) }
                                td { (clean(source.coverage.as_deref().unwrap_or_default())) }
                            }
                        }
                    }
                } }
                p.digest { "database " (set.digest) }
            }
        }
    }
}
