//! An SPDX 2.3 document, before either spelling.

use std::fmt::Write as _;

use plimsoll_model::{Package, PackageIndex, Part, Report, TargetKind};

use crate::licenses::{Extracted, expression};
use crate::sbom::properties::{Properties, of_distribution, of_package, of_target};
use crate::view::clean;
use crate::{WriteOptions, identity};

/// The document's own element id.
pub const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const TARGET: &str = "SPDXRef-Target";
const SYSTEM: &str = "SPDXRef-OperatingSystem";
/// Longest piece of a name in an element id, in characters.
const NAME_CHARS_MAX: usize = 60;

pub struct Document<'a> {
    pub name: String,
    pub namespace: String,
    pub created: String,
    /// Without the word `Tool:` before it.
    pub tool: String,
    pub packages: Vec<Element<'a>>,
    pub extracted: Extracted<'a>,
    /// From, kind, to.
    pub relationships: Vec<(String, &'static str, String)>,
}

/// One package, the target and the distribution among them.
pub struct Element<'a> {
    pub id: String,
    pub name: &'a str,
    pub version: String,
    pub purpose: Option<&'static str>,
    pub purl: Option<&'a str>,
    /// `built package from: NAME VERSION`, as Trivy reads it.
    pub source_info: Option<String>,
    /// SHA-256 as hexadecimal digits.
    pub checksum: Option<String>,
    pub license: Option<String>,
    /// A JSON object of texts.
    pub annotation: String,
}

pub fn of<'a>(report: &'a Report, options: &WriteOptions) -> Document<'a> {
    let inventory = &report.inventory;
    let target = &inventory.target;
    let tool = format!("{}-{}", report.tool.name, report.tool.version);
    let mut document = Document {
        name: if target.name.is_empty() {
            "unnamed".to_owned()
        } else {
            target.name.clone()
        },
        namespace: format!("urn:uuid:{}", identity::uuid(report)),
        created: options.created_or_epoch(),
        tool,
        packages: Vec::with_capacity(inventory.packages.len() + 2),
        extracted: Extracted::new(),
        relationships: Vec::new(),
    };
    document.relate(DOCUMENT, "DESCRIBES", TARGET);
    document.packages.push(Element {
        id: TARGET.to_owned(),
        name: if target.name.is_empty() {
            "unnamed"
        } else {
            &target.name
        },
        version: target
            .digest
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        purpose: Some(match target.kind {
            TargetKind::Image | TargetKind::Container => "CONTAINER",
            TargetKind::Directory | TargetKind::Configuration => "SOURCE",
            TargetKind::RootFilesystem | TargetKind::Sbom => "OTHER",
        }),
        purl: None,
        source_info: None,
        checksum: target.digest.as_ref().map(plimsoll_model::Digest::hex),
        license: None,
        annotation: annotation(&of_target(target, &inventory.layers, &inventory.unknowns)),
    });
    if let Some(os) = &target.os {
        document.relate(TARGET, "CONTAINS", SYSTEM);
        document.packages.push(Element {
            id: SYSTEM.to_owned(),
            name: &os.id,
            version: os.version_id.clone().unwrap_or_default(),
            purpose: Some("OPERATING-SYSTEM"),
            purl: None,
            source_info: None,
            checksum: None,
            license: None,
            annotation: annotation(&of_distribution(os)),
        });
    }
    for (index, package) in inventory.packages.iter().enumerate() {
        let id = element_id(&PackageIndex(index).to_string(), package);
        document.relate(TARGET, "CONTAINS", &id);
        document.add(id, package, &of_package(package));
    }
    for (index, owned) in inventory.owned.iter().enumerate() {
        let id = element_id(&format!("owned{}", index + 1), &owned.package);
        let mut pairs = of_package(&owned.package);
        pairs.push(("plimsoll:owned".to_owned(), "true".to_owned()));
        if let Some(owner) = inventory.package(owned.owner) {
            let owner = element_id(&owned.owner.to_string(), owner);
            document.relate(&owner, "CONTAINS", &id);
        }
        document.add(id, &owned.package, &pairs);
    }
    document
}

impl<'a> Document<'a> {
    fn relate(&mut self, from: &str, kind: &'static str, to: &str) {
        self.relationships
            .push((from.to_owned(), kind, to.to_owned()));
    }

    fn add(&mut self, id: String, package: &'a Package, pairs: &Properties) {
        let license = expression(package, &mut self.extracted);
        self.packages.push(Element {
            id,
            name: &package.name,
            version: package.version.clone(),
            purpose: Some(match package.part {
                Part::Application => "APPLICATION",
                _ => "LIBRARY",
            }),
            purl: Some(package.purl.as_str()),
            source_info: package
                .source
                .as_ref()
                .map(|source| format!("built package from: {} {}", source.name, source.version)),
            checksum: None,
            license,
            annotation: annotation(pairs),
        });
    }
}

/// Letters, digits, dots and hyphens only; the number makes it the only one.
fn element_id(number: &str, package: &Package) -> String {
    let name = format!("{}-{}", package.ecosystem, package.name);
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .take(NAME_CHARS_MAX)
        .collect();
    format!("SPDXRef-Package-{number}-{name}")
}

/// The JSON of the pairs, in their order. What would drive a screen is escaped as JSON can, and so
/// is a slash after `<`, so that the text can stand inside `<text>` of the tag-value spelling.
fn annotation(pairs: &Properties) -> String {
    use serde::Serializer as _;
    let mut out = Vec::new();
    let pairs = pairs.iter().map(|(name, value)| (name, value));
    // Writing texts into memory does not fail.
    let _ = serde_json::Serializer::new(&mut out).collect_map(pairs);
    let text = String::from_utf8(out).unwrap_or_default();
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let mut buffer = [0; 4];
        if clean(character.encode_utf8(&mut buffer)).starts_with('\\') && character != '\\' {
            let _ = write!(safe, "\\u{:04x}", u32::from(character));
        } else {
            safe.push(character);
        }
    }
    safe.replace("</", "<\\/")
}
