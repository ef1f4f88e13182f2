//! The `vulnerabilities` of CycloneDX 1.4 to 1.6 documents, beside their components or alone.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use plimsoll_model::Purl;
use serde::Deserialize;

use super::product::{VexProduct, digest, purl};
use super::{Collector, StatementStatus, VexStatement, prose};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    #[serde(default)]
    serial_number: String,
    metadata: Option<Metadata>,
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct Metadata {
    timestamp: Option<String>,
    component: Option<Component>,
    #[serde(default)]
    authors: Vec<Contact>,
    supplier: Option<Contact>,
}

#[derive(Deserialize)]
struct Contact {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(rename = "bom-ref", default)]
    bom_ref: String,
    purl: Option<String>,
    #[serde(default)]
    hashes: Vec<Hash>,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Hash {
    alg: String,
    content: String,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(default)]
    id: String,
    #[serde(default)]
    references: Vec<Reference>,
    analysis: Option<Analysis>,
    #[serde(default)]
    affects: Vec<Affects>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Analysis {
    #[serde(default)]
    state: String,
    justification: Option<String>,
    detail: Option<String>,
    first_issued: Option<String>,
    last_updated: Option<String>,
}

#[derive(Deserialize)]
struct Affects {
    #[serde(rename = "ref", default)]
    reference: String,
}

impl Document {
    pub(super) fn collect(self, out: &mut Collector<'_>) {
        let metadata = self.metadata.as_ref();
        let subject = metadata.and_then(|metadata| metadata.component.as_ref());
        let document_time = out.time(
            "metadata",
            metadata.and_then(|metadata| metadata.timestamp.as_deref()),
        );
        let author = metadata.and_then(|metadata| {
            (metadata.authors.first())
                .or(metadata.supplier.as_ref())
                .and_then(|contact| contact.name.clone())
        });
        let mut components = BTreeMap::new();
        index(&self.components, &mut components);
        for (place, vulnerability) in self.vulnerabilities.iter().enumerate() {
            let part = format!("vulnerability {}", place + 1);
            // Without an analysis it is a finding of somebody's scan, and says nothing.
            let Some(analysis) = &vulnerability.analysis else {
                continue;
            };
            let Some(status) = status(&analysis.state) else {
                if !analysis.state.is_empty() {
                    out.skip(&part, &format!("it has no state `{}`", analysis.state));
                }
                continue;
            };
            let updated = analysis.last_updated.as_deref();
            let time = out.time(&part, updated.or(analysis.first_issued.as_deref()));
            let mut products = Vec::new();
            for affected in &vulnerability.affects {
                let reference = &affected.reference;
                if let Some(product) = product(reference, subject, &components) {
                    products.push(product);
                } else {
                    let reason = format!("`{reference}` leads to no package URL or digest");
                    out.skip(&part, &reason);
                }
            }
            // The state itself is the reason of a false positive.
            let justification = prose(analysis.justification.as_deref())
                .or_else(|| (analysis.state == "false_positive").then(|| analysis.state.clone()));
            out.statement(
                &part,
                VexStatement {
                    vulnerabilities: std::iter::once(vulnerability.id.clone())
                        .chain(vulnerability.references.iter().map(|it| it.id.clone()))
                        .collect(),
                    products,
                    status,
                    justification,
                    impact: prose(analysis.detail.as_deref()),
                    document: self.serial_number.clone(),
                    author: prose(author.as_deref()),
                    timestamp: time.or(document_time),
                    place: String::new(),
                },
            );
        }
    }
}

fn status(state: &str) -> Option<StatementStatus> {
    Some(match state {
        "not_affected" | "false_positive" => StatementStatus::NotAffected,
        "exploitable" => StatementStatus::Affected,
        "resolved" | "resolved_with_pedigree" => StatementStatus::Fixed,
        "in_triage" => StatementStatus::UnderInvestigation,
        _ => return None,
    })
}

/// Recursion is bounded by the depth that the JSON parser allows (128).
fn index<'a>(components: &'a [Component], out: &mut BTreeMap<&'a str, &'a Component>) {
    for component in components {
        if !component.bom_ref.is_empty() {
            out.insert(&component.bom_ref, component);
        }
        index(&component.components, out);
    }
}

/// What a reference leads to: the document's subject, one of its components inside the subject, a
/// package URL, or a component of another document whose name is one (a BOM-Link).
fn product(
    reference: &str,
    subject: Option<&Component>,
    components: &BTreeMap<&str, &Component>,
) -> Option<VexProduct> {
    let whole = subject.and_then(Component::product);
    if subject.is_some_and(|subject| !reference.is_empty() && subject.bom_ref == reference) {
        return whole;
    }
    let component: Purl = if let Some(component) = components.get(reference) {
        purl(component.purl.as_deref()?)?
    } else {
        let fragment = match reference.strip_prefix("urn:cdx:") {
            Some(link) => link.split_once('#')?.1,
            None => reference,
        };
        let decoded = percent_decode_str(fragment).decode_utf8_lossy();
        purl(fragment).or_else(|| purl(&decoded))?
    };
    // Said of a part of the subject, it holds inside the subject.
    Some(match whole {
        Some(whole) => VexProduct {
            subcomponents: vec![component],
            ..whole
        },
        None => VexProduct {
            purl: Some(component),
            digests: Vec::new(),
            subcomponents: Vec::new(),
        },
    })
}

impl Component {
    fn product(&self) -> Option<VexProduct> {
        let digests = (self.hashes.iter())
            .filter_map(|hash| digest(&hash.alg, &hash.content))
            .collect();
        VexProduct::new(self.purl.as_deref(), digests)
    }
}
