//! Components and their references.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_model::{Inventory, Package, PackageIndex, Part};
use serde::{Serialize, Serializer};

use crate::licenses::{Kind, kind};
use crate::sbom::properties::{Properties, of_package};

/// A list that is made while it is written.
pub struct Seq<F>(pub F);

impl<F, I> Serialize for Seq<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq((self.0)())
    }
}

#[derive(Serialize)]
pub struct Metadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    pub tools: Tools<'a>,
    pub component: Component<'a>,
}

#[derive(Serialize)]
pub struct Tools<'a> {
    pub components: [Component<'a>; 1],
}

#[derive(Serialize)]
pub struct Composition {
    pub aggregate: &'static str,
    pub assemblies: [&'static str; 1],
}

#[derive(Serialize, Default)]
pub struct Component<'a> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<&'a str>,
    pub name: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub version: Cow<'a, str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<LicenseChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purl: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
}

impl Component<'_> {
    /// Nothing but its kind.
    pub fn of(kind: &'static str) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }
}

#[derive(Serialize)]
pub struct LicenseChoice<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<License<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<&'a str>,
}

#[derive(Serialize)]
struct License<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Serialize)]
pub struct Evidence<'a> {
    occurrences: Vec<Occurrence<'a>>,
}

#[derive(Serialize)]
struct Occurrence<'a> {
    location: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(rename = "additionalContext", skip_serializing_if = "Option::is_none")]
    context: Option<String>,
}

#[derive(Serialize)]
pub struct Property {
    pub name: String,
    pub value: String,
}

/// Pairs as the format's properties.
pub fn properties(pairs: Properties) -> Vec<Property> {
    pairs
        .into_iter()
        .map(|(name, value)| Property { name, value })
        .collect()
}

/// The bom-ref of each package: its purl where that is the only one of its kind.
pub struct References<'a> {
    inventory: &'a Inventory,
    doubled: BTreeSet<&'a str>,
    /// What belongs to each package, with its number among all such.
    owned: BTreeMap<PackageIndex, Vec<(usize, &'a Package)>>,
}

impl<'a> References<'a> {
    pub fn new(inventory: &'a Inventory) -> Self {
        let mut seen = BTreeSet::new();
        let mut doubled = BTreeSet::new();
        let mut owned: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (number, entry) in inventory.owned.iter().enumerate() {
            let list = owned.entry(entry.owner).or_default();
            list.push((number, &entry.package));
        }
        let nested = inventory.owned.iter().map(|owned| &owned.package);
        for package in inventory.packages.iter().chain(nested) {
            if !seen.insert(package.purl.as_str()) {
                doubled.insert(package.purl.as_str());
            }
        }
        Self {
            inventory,
            doubled,
            owned,
        }
    }

    pub fn of(&self, index: PackageIndex) -> Option<String> {
        let purl = self.inventory.package(index)?.purl.as_str();
        Some(self.name(purl, &index.to_string()))
    }

    fn name(&self, purl: &str, id: &str) -> String {
        if self.doubled.contains(purl) {
            format!("{purl}#{id}")
        } else {
            purl.to_owned()
        }
    }
}

/// The operating system, then every package.
pub fn all<'a>(
    inventory: &'a Inventory,
    references: &'a References<'a>,
) -> impl Iterator<Item = Component<'a>> {
    let packages = inventory.packages.iter().enumerate();
    super::operating_system(inventory)
        .into_iter()
        .chain(packages.map(|(index, package)| {
            let index = PackageIndex(index);
            let mut component = of(package);
            component.reference = references.of(index);
            let owned = references.owned.get(&index).map_or(&[][..], Vec::as_slice);
            component.components = owned
                .iter()
                .map(|(number, package)| nested(references, *number, package))
                .collect();
            component
        }))
}

/// A package that belongs to another.
fn nested<'a>(references: &References<'a>, number: usize, package: &'a Package) -> Component<'a> {
    let mut component = of(package);
    let purl = package.purl.as_str();
    component.reference = Some(references.name(purl, &format!("owned{}", number + 1)));
    component.properties.push(Property {
        name: "plimsoll:owned".to_owned(),
        value: "true".to_owned(),
    });
    component
}

fn of(package: &Package) -> Component<'_> {
    let kind = match package.part {
        Part::Application => "application",
        Part::Os | Part::Language | Part::Runtime => "library",
    };
    let is_os = package.part == Part::Os;
    Component {
        group: package.namespace.as_deref().filter(|_| !is_os),
        name: (&package.name).into(),
        version: (&package.version).into(),
        licenses: licenses(package),
        purl: Some(package.purl.as_str()),
        evidence: evidence(package),
        properties: properties(of_package(package)),
        ..Component::of(kind)
    }
}

/// The format takes one expression, or a list of ids and names, but not both.
fn licenses(package: &Package) -> Vec<LicenseChoice<'_>> {
    let texts = package
        .licenses
        .iter()
        .filter(|text| !text.trim().is_empty());
    let texts: Vec<&str> = texts.map(String::as_str).collect();
    if let [text] = texts.as_slice()
        && kind(text) == Kind::Expression
    {
        return vec![LicenseChoice {
            license: None,
            expression: Some(text),
        }];
    }
    texts
        .into_iter()
        .map(|text| {
            let is_id = kind(text) == Kind::Id;
            LicenseChoice {
                license: Some(License {
                    id: Some(text).filter(|_| is_id),
                    name: Some(text).filter(|_| !is_id),
                }),
                expression: None,
            }
        })
        .collect()
}

fn evidence(package: &Package) -> Option<Evidence<'_>> {
    let occurrences: Vec<_> = package
        .locations
        .iter()
        .filter(|location| !location.path.is_empty())
        .map(|location| Occurrence {
            location: &location.path,
            line: location.line,
            context: location
                .layer
                .as_ref()
                .map(|layer| format!("layer {layer}")),
        })
        .collect();
    (!occurrences.is_empty()).then_some(Evidence { occurrences })
}
