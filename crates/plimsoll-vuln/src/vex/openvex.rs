//! OpenVEX 0.0.1 to 0.2.0 (<https://openvex.dev/ns>).

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use super::product::{VexProduct, digest};
use super::{Collector, StatementStatus, VexStatement, prose};

#[derive(Deserialize)]
pub(super) struct Document {
    #[serde(rename = "@id", default)]
    id: String,
    author: Option<String>,
    timestamp: Option<String>,
    last_updated: Option<String>,
    #[serde(default)]
    statements: Vec<Statement>,
}

#[derive(Deserialize)]
struct Statement {
    vulnerability: Option<Named>,
    #[serde(default)]
    products: Vec<Named>,
    /// Of version 0.0.1, for all products.
    #[serde(default)]
    subcomponents: Vec<Named>,
    #[serde(default)]
    status: String,
    justification: Option<String>,
    #[serde(rename = "impact_statement")]
    impact: Option<String>,
    status_notes: Option<String>,
    timestamp: Option<String>,
    last_updated: Option<String>,
}

/// A vulnerability, a product or a component: an object, or in version 0.0.1 its name alone.
#[derive(Default)]
struct Named(Fields);

#[derive(Deserialize, Default)]
struct Fields {
    #[serde(rename = "@id", default)]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    identifiers: BTreeMap<String, String>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
    #[serde(default)]
    subcomponents: Vec<Named>,
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrObject;
        impl<'de> Visitor<'de> for NameOrObject {
            type Value = Named;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a name or an object with one")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Named, E> {
                Ok(Named(Fields {
                    id: name.to_owned(),
                    ..Fields::default()
                }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Named, A::Error> {
                Fields::deserialize(MapAccessDeserializer::new(map)).map(Named)
            }
        }
        deserializer.deserialize_any(NameOrObject)
    }
}

impl Named {
    fn product(&self) -> Option<VexProduct> {
        let identifiers = std::iter::once(self.0.id.as_str())
            .chain(self.0.identifiers.get("purl").map(String::as_str));
        let digests = (self.0.hashes.iter())
            .filter_map(|(algorithm, value)| digest(algorithm, value))
            .collect();
        VexProduct::new(identifiers, digests)
    }

    fn vulnerabilities(&self) -> Vec<String> {
        // Its `@id` is an address in version 0.2.0 (`https://nvd.nist.gov/…/CVE-…`), the id before.
        let id = self.0.id.rsplit('/').next().unwrap_or_default();
        let own = if self.0.name.is_empty() {
            id
        } else {
            &self.0.name
        };
        std::iter::once(own.to_owned())
            .chain(self.0.aliases.iter().cloned())
            .collect()
    }
}

impl Document {
    pub(super) fn collect(self, out: &mut Collector<'_>) {
        let updated = self.last_updated.as_deref().or(self.timestamp.as_deref());
        let document_time = out.time("document", updated);
        for (index, statement) in self.statements.iter().enumerate() {
            let part = format!("statement {}", index + 1);
            let Some(status) = StatementStatus::parse(&statement.status) else {
                out.skip(&part, &format!("it has no status `{}`", statement.status));
                continue;
            };
            let updated = (statement.last_updated.as_deref()).or(statement.timestamp.as_deref());
            let time = out.time(&part, updated).or(document_time);
            let products = products(statement, &part, out);
            let notes = statement.status_notes.as_deref();
            let impact = prose(statement.impact.as_deref());
            out.statement(
                &part,
                VexStatement {
                    vulnerabilities: (statement.vulnerability.as_ref())
                        .map(Named::vulnerabilities)
                        .unwrap_or_default(),
                    products,
                    status,
                    justification: prose(statement.justification.as_deref()),
                    impact: impact.or_else(|| prose(notes)),
                    document: self.id.clone(),
                    author: prose(self.author.as_deref()),
                    timestamp: time,
                    place: String::new(),
                },
            );
        }
    }
}

fn products(statement: &Statement, part: &str, out: &mut Collector<'_>) -> Vec<VexProduct> {
    let mut products = Vec::new();
    for named in &statement.products {
        let Some(mut product) = named.product() else {
            let reason = format!("product `{}` is no package URL", named.0.id);
            out.skip(part, &reason);
            continue;
        };
        let inner = named.0.subcomponents.iter().chain(&statement.subcomponents);
        let count = inner.clone().count();
        product.subcomponents = inner
            .filter_map(|component| component.product()?.purl)
            .collect();
        if product.subcomponents.len() < count {
            let reason = format!("a subcomponent of `{}` is no package URL", named.0.id);
            out.skip(part, &reason);
            // Without any of them it would speak of the whole product.
            if product.subcomponents.is_empty() {
                continue;
            }
        }
        products.push(product);
    }
    products
}
