//! The JSON spelling.

#![expect(clippy::struct_field_names, reason = "the specification's own names")]

use std::io::{self, Write};

use serde::{Serialize, Serializer as _, ser::SerializeMap};

use super::document::{DOCUMENT, Document, Element};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Creation<'a> {
    created: &'a str,
    creators: [String; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package<'a> {
    #[serde(rename = "SPDXID")]
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version_info: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_package_purpose: Option<&'a str>,
    supplier: &'static str,
    download_location: &'static str,
    files_analyzed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checksums: Vec<Checksum<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_info: Option<&'a str>,
    license_concluded: &'static str,
    license_declared: &'a str,
    copyright_text: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<ExternalRef<'a>>,
    annotations: [Annotation<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checksum<'a> {
    algorithm: &'static str,
    checksum_value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalRef<'a> {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation<'a> {
    annotation_date: &'a str,
    annotation_type: &'static str,
    annotator: String,
    comment: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extracted<'a> {
    license_id: &'a str,
    extracted_text: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship<'a> {
    spdx_element_id: &'a str,
    relationship_type: &'a str,
    related_spdx_element: &'a str,
}

/// What is not said.
pub const NO_ASSERTION: &str = "NOASSERTION";

pub fn write(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut json = crate::json::serializer(&mut *out);
    let mut map = json.serialize_map(None)?;
    map.serialize_entry("spdxVersion", "SPDX-2.3")?;
    map.serialize_entry("dataLicense", "CC0-1.0")?;
    map.serialize_entry("SPDXID", DOCUMENT)?;
    map.serialize_entry("name", &document.name)?;
    map.serialize_entry("documentNamespace", &document.namespace)?;
    let creation = Creation {
        created: &document.created,
        creators: [format!("Tool: {}", document.tool)],
    };
    map.serialize_entry("creationInfo", &creation)?;
    let packages: Vec<_> = document
        .packages
        .iter()
        .map(|element| package(element, document))
        .collect();
    map.serialize_entry("packages", &packages)?;
    if !document.extracted.is_empty() {
        let extracted: Vec<_> = document
            .extracted
            .iter()
            .map(|(id, text)| Extracted {
                license_id: id,
                extracted_text: text,
                name: NO_ASSERTION,
            })
            .collect();
        map.serialize_entry("hasExtractedLicensingInfos", &extracted)?;
    }
    let relationships: Vec<_> = document
        .relationships
        .iter()
        .map(|(from, kind, to)| Relationship {
            spdx_element_id: from,
            relationship_type: kind,
            related_spdx_element: to,
        })
        .collect();
    map.serialize_entry("relationships", &relationships)?;
    map.end()?;
    out.write_all(b"\n")
}

fn package<'a>(element: &'a Element<'_>, document: &'a Document<'_>) -> Package<'a> {
    Package {
        id: &element.id,
        name: element.name,
        version_info: &element.version,
        primary_package_purpose: element.purpose,
        supplier: NO_ASSERTION,
        download_location: NO_ASSERTION,
        files_analyzed: false,
        checksums: element
            .checksum
            .iter()
            .map(|value| Checksum {
                algorithm: "SHA256",
                checksum_value: value,
            })
            .collect(),
        source_info: element.source_info.as_deref(),
        license_concluded: NO_ASSERTION,
        license_declared: element.license.as_deref().unwrap_or(NO_ASSERTION),
        copyright_text: NO_ASSERTION,
        external_refs: element
            .purl
            .iter()
            .map(|purl| ExternalRef {
                reference_category: "PACKAGE-MANAGER",
                reference_type: "purl",
                reference_locator: purl,
            })
            .collect(),
        annotations: [Annotation {
            annotation_date: &document.created,
            annotation_type: "OTHER",
            annotator: format!("Tool: {}", document.tool),
            comment: &element.annotation,
        }],
    }
}
