//! CSAF 2.0: the product status of advisories, of the profile `csaf_vex` and others.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::product::{VexProduct, digest};
use super::{Collector, StatementStatus, VexStatement, prose};

#[derive(Deserialize)]
pub(super) struct Document {
    #[serde(rename = "document")]
    head: Head,
    #[serde(default)]
    product_tree: Tree,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct Head {
    publisher: Option<Publisher>,
    tracking: Option<Tracking>,
}

#[derive(Deserialize)]
struct Publisher {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Tracking {
    #[serde(default)]
    id: String,
    current_release_date: Option<String>,
}

#[derive(Deserialize, Default)]
struct Tree {
    #[serde(default)]
    branches: Vec<Branch>,
    #[serde(default)]
    full_product_names: Vec<Product>,
    #[serde(default)]
    relationships: Vec<Relationship>,
    #[serde(default)]
    product_groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(default)]
    branches: Vec<Branch>,
    product: Option<Product>,
}

#[derive(Deserialize)]
struct Product {
    product_id: String,
    #[serde(default)]
    product_identification_helper: Helper,
}

#[derive(Deserialize, Default)]
struct Helper {
    purl: Option<String>,
    #[serde(default)]
    hashes: Vec<Hashes>,
}

#[derive(Deserialize)]
struct Hashes {
    #[serde(default)]
    file_hashes: Vec<Hash>,
}

#[derive(Deserialize)]
struct Hash {
    algorithm: String,
    value: String,
}

#[derive(Deserialize)]
struct Relationship {
    product_reference: String,
    relates_to_product_reference: String,
    full_product_name: Product,
}

#[derive(Deserialize)]
struct Group {
    group_id: String,
    #[serde(default)]
    product_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Vulnerability {
    cve: Option<String>,
    #[serde(default)]
    ids: Vec<Id>,
    #[serde(default)]
    product_status: Status,
    #[serde(default)]
    flags: Vec<Flag>,
    #[serde(default)]
    threats: Vec<Threat>,
}

#[derive(Deserialize)]
struct Id {
    text: String,
}

#[derive(Deserialize, Default)]
struct Status {
    #[serde(default)]
    known_not_affected: Vec<String>,
    #[serde(default)]
    known_affected: Vec<String>,
    #[serde(default)]
    first_affected: Vec<String>,
    #[serde(default)]
    last_affected: Vec<String>,
    #[serde(default)]
    fixed: Vec<String>,
    #[serde(default)]
    first_fixed: Vec<String>,
    #[serde(default)]
    under_investigation: Vec<String>,
}

#[derive(Deserialize)]
struct Flag {
    label: String,
    #[serde(default)]
    product_ids: Vec<String>,
    #[serde(default)]
    group_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Threat {
    #[serde(default)]
    category: String,
    details: Option<String>,
    #[serde(default)]
    product_ids: Vec<String>,
    #[serde(default)]
    group_ids: Vec<String>,
}

impl Document {
    pub(super) fn collect(self, out: &mut Collector<'_>) {
        let tracking = self.head.tracking.as_ref();
        let time = tracking.and_then(|tracking| tracking.current_release_date.as_deref());
        let time = out.time("document", time);
        let id = tracking
            .map(|tracking| tracking.id.clone())
            .unwrap_or_default();
        let author =
            (self.head.publisher.as_ref()).and_then(|publisher| prose(publisher.name.as_deref()));
        let products = self.product_tree.products();
        let groups = self.product_tree.groups();
        for (index, vulnerability) in self.vulnerabilities.iter().enumerate() {
            let part = format!("vulnerability {}", index + 1);
            let reasons = vulnerability.reasons(&groups);
            for (status, ids) in vulnerability.product_status.by_status() {
                // One statement for all products with the same reason.
                let mut by_reason: BTreeMap<Reason, Vec<VexProduct>> = BTreeMap::new();
                let mut unknown = BTreeSet::new();
                for id in ids {
                    match products.get(id) {
                        Some(product) => {
                            let reason = reasons.get(id).cloned().unwrap_or_default();
                            by_reason.entry(reason).or_default().push(product.clone());
                        }
                        None => {
                            unknown.insert(id);
                        }
                    }
                }
                let part = format!("{part}, {}", status.as_str());
                for id in unknown {
                    let reason = format!("product `{id}` has no package URL or digest");
                    out.skip(&part, &reason);
                }
                for (reason, products) in by_reason {
                    out.statement(
                        &part,
                        VexStatement {
                            vulnerabilities: vulnerability.ids(),
                            products,
                            status,
                            justification: reason.label,
                            impact: reason.details,
                            document: id.clone(),
                            author: author.clone(),
                            timestamp: time,
                            place: String::new(),
                        },
                    );
                }
            }
        }
    }
}

impl Status {
    fn by_status(&self) -> [(StatementStatus, Vec<&str>); 4] {
        [
            (
                StatementStatus::NotAffected,
                texts(&[&self.known_not_affected]),
            ),
            (
                StatementStatus::Affected,
                texts(&[
                    &self.known_affected,
                    &self.first_affected,
                    &self.last_affected,
                ]),
            ),
            (
                StatementStatus::Fixed,
                texts(&[&self.fixed, &self.first_fixed]),
            ),
            (
                StatementStatus::UnderInvestigation,
                texts(&[&self.under_investigation]),
            ),
        ]
    }
}

fn texts<'a>(lists: &[&'a Vec<String>]) -> Vec<&'a str> {
    (lists.iter())
        .flat_map(|list| list.iter().map(String::as_str))
        .collect()
}

/// Why a product is not affected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Reason {
    label: Option<String>,
    details: Option<String>,
}

impl Vulnerability {
    fn ids(&self) -> Vec<String> {
        (self.cve.iter())
            .chain(self.ids.iter().map(|id| &id.text))
            .cloned()
            .collect()
    }

    /// The flags and described impacts, by product.
    fn reasons<'a>(
        &'a self,
        groups: &BTreeMap<&'a str, &'a [String]>,
    ) -> BTreeMap<&'a str, Reason> {
        let mut reasons: BTreeMap<&str, Reason> = BTreeMap::new();
        let members = |products: &'a [String], named: &'a [String]| {
            let of_groups = (named.iter())
                .filter_map(|group| groups.get(group.as_str()))
                .flat_map(|group| group.iter());
            (products.iter().chain(of_groups))
                .map(String::as_str)
                .collect::<Vec<&'a str>>()
        };
        for flag in &self.flags {
            for id in members(&flag.product_ids, &flag.group_ids) {
                reasons.entry(id).or_default().label = prose(Some(&flag.label));
            }
        }
        for threat in self.threats.iter().filter(|it| it.category == "impact") {
            for id in members(&threat.product_ids, &threat.group_ids) {
                reasons.entry(id).or_default().details = prose(threat.details.as_deref());
            }
        }
        reasons
    }
}

impl Tree {
    fn groups(&self) -> BTreeMap<&str, &[String]> {
        (self.product_groups.iter())
            .map(|group| (group.group_id.as_str(), group.product_ids.as_slice()))
            .collect()
    }

    /// The products with a package URL or digest, by id. A component of a product holds inside it
    /// only, so both need one.
    fn products(&self) -> BTreeMap<&str, VexProduct> {
        let mut products = BTreeMap::new();
        let mut waiting: Vec<&Branch> = self.branches.iter().collect();
        while let Some(branch) = waiting.pop() {
            if let Some(product) = &branch.product {
                product.put(&mut products);
            }
            waiting.extend(&branch.branches);
        }
        for product in &self.full_product_names {
            product.put(&mut products);
        }
        for relationship in &self.relationships {
            let component = products.get(relationship.product_reference.as_str());
            let whole = products.get(relationship.relates_to_product_reference.as_str());
            let (Some(component), Some(whole)) = (component, whole) else {
                continue;
            };
            let mut combined: VexProduct = whole.clone();
            // A component of a component is what counts; what it is in, the outermost.
            combined.subcomponents = component.purl.iter().cloned().collect();
            if !combined.subcomponents.is_empty() {
                let id = relationship.full_product_name.product_id.as_str();
                products.insert(id, combined);
            }
        }
        products
    }
}

impl Product {
    fn put<'a>(&'a self, products: &mut BTreeMap<&'a str, VexProduct>) {
        let helper = &self.product_identification_helper;
        let digests = (helper.hashes.iter())
            .flat_map(|hashes| &hashes.file_hashes)
            .filter_map(|hash| digest(&hash.algorithm, &hash.value))
            .collect();
        if let Some(product) = VexProduct::new(helper.purl.as_deref(), digests) {
            products.insert(&self.product_id, product);
        }
    }
}
