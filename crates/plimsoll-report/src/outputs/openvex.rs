//! OpenVEX 0.2.0: what is affected, and what is not by a VEX statement that was taken in.
//!
//! A permission of the policy is no statement that a product is not affected: it stays affected,
//! with the permission as the action. Only vulnerabilities of packages are stated.

use std::io::{self, Write};

use plimsoll_model::{Excepted, Finding, FindingKind, Purl, Report, TargetKind, VexStatus};
use serde::Serialize;

use crate::view::{View, fix_words};
use crate::{OutputFormat, WriteError, WriteOptions, identity};

pub struct OpenVex;

impl OutputFormat for OpenVex {
    fn id(&self) -> &'static str {
        "openvex"
    }

    fn describe(&self) -> &'static str {
        "OpenVEX 0.2.0: which vulnerabilities affect the target, and which do not"
    }

    fn mime(&self) -> &'static str {
        "application/json"
    }

    fn extension(&self) -> &'static str {
        "vex.json"
    }

    fn write(
        &self,
        report: &Report,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        document(&View::new(report), options, &mut out)
            .and_then(|()| out.flush())
            .map_err(WriteError::io(self.id()))
    }
}

/// The justifications that the specification lists.
const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@id")]
    id: String,
    author: &'a str,
    role: &'static str,
    timestamp: String,
    version: u32,
    tooling: String,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the specification's own names")]
struct Statement<'a> {
    vulnerability: Vulnerability<'a>,
    products: [Product; 1],
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact_statement: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_statement: Option<String>,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    aliases: &'a [String],
}

#[derive(Serialize)]
struct Product {
    #[serde(rename = "@id")]
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifiers: Option<Identifiers>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subcomponents: Vec<Product>,
}

#[derive(Serialize)]
struct Identifiers {
    purl: String,
}

fn document(view: &View<'_>, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let report = view.report;
    let image = image_purl(report);
    let statements = report
        .findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::Vulnerability)
        .filter_map(|finding| statement(report, finding, image.as_ref()))
        .collect();
    let document = Document {
        context: "https://openvex.dev/ns/v0.2.0",
        id: format!("urn:uuid:{}", identity::uuid(report)),
        author: &report.tool.name,
        role: "Scanner",
        timestamp: options.created_or_epoch(),
        version: 1,
        tooling: format!("{} {}", report.tool.name, report.tool.version),
        statements,
    };
    let mut json = crate::json::serializer(&mut *out);
    document.serialize(&mut json)?;
    out.write_all(b"\n")
}

fn statement<'a>(
    report: &'a Report,
    finding: &'a Finding,
    image: Option<&Purl>,
) -> Option<Statement<'a>> {
    let package = report.package_of(finding)?;
    let package = product(&package.purl);
    let excepted = finding.excepted.as_ref();
    let (status, vex) = match excepted.and_then(|excepted| excepted.vex) {
        Some(VexStatus::NotAffected) => ("not_affected", true),
        Some(VexStatus::Fixed) => ("fixed", true),
        None => ("affected", false),
    };
    let reason = excepted.and_then(|excepted| excepted.reason.as_deref());
    let is_listed = |reason: &&str| JUSTIFICATIONS.contains(reason);
    let not_affected = status == "not_affected";
    // One of the two must be there, even where the statement taken in gave neither.
    let justification = reason.filter(is_listed).filter(|_| not_affected);
    let impact_statement = not_affected
        .then(|| reason.filter(|reason| !is_listed(reason)))
        .flatten()
        .or_else(|| (not_affected && justification.is_none()).then_some("stated without a reason"));
    Some(Statement {
        vulnerability: Vulnerability {
            name: &finding.id,
            aliases: &finding.aliases,
        },
        products: [match image {
            Some(image) => Product {
                subcomponents: vec![package],
                ..product(image)
            },
            None => package,
        }],
        status,
        status_notes: excepted
            .filter(|_| vex)
            .map(|excepted| format!("stated by {}", excepted.by)),
        justification,
        impact_statement,
        action_statement: (!vex).then(|| action(finding, excepted)),
    })
}

/// What is done about it, or what can be.
fn action(finding: &Finding, excepted: Option<&Excepted>) -> String {
    if let Some(excepted) = excepted {
        let mut text = format!("accepted by {}", excepted.by);
        if let Some(owner) = &excepted.owner {
            text = format!("{text}, owner {owner}");
        }
        if let Some(day) = excepted.expires {
            text = format!("{text}, until {day}");
        }
        if let Some(reason) = &excepted.reason {
            text = format!("{text}: {reason}");
        }
        return text;
    }
    finding
        .mend
        .clone()
        .or_else(|| fix_words(finding))
        .unwrap_or_else(|| "no fix is known".to_owned())
}

fn product(purl: &Purl) -> Product {
    Product {
        id: purl.to_string(),
        identifiers: Some(Identifiers {
            purl: purl.to_string(),
        }),
        subcomponents: Vec::new(),
    }
}

/// The package URL of an image: `pkg:oci/cart@sha256:…?repository_url=…`. Without a digest an
/// image has none.
fn image_purl(report: &Report) -> Option<Purl> {
    let target = &report.inventory.target;
    let digest = target.digest.as_ref()?.to_string();
    if !matches!(target.kind, TargetKind::Image | TargetKind::Container) {
        return None;
    }
    let repository = target.name.split('@').next().unwrap_or_default();
    let (path, name) = match repository.rsplit_once('/') {
        Some((path, name)) => (format!("{path}/"), name),
        None => (String::new(), repository),
    };
    let (name, tag) = name.split_once(':').unwrap_or((name, ""));
    let url = format!("{path}{name}");
    let qualifiers = [("repository_url", url.as_str()), ("tag", tag)];
    Purl::new("oci", None, name, &digest, &qualifiers).ok()
}
