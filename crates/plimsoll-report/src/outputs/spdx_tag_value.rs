//! SPDX 2.3 in the tag-value spelling: the same document as `spdx`, a tag a line.

use std::io::{self, Write};

use plimsoll_model::Report;

use super::spdx::document::{self, DOCUMENT, Document, Element};
use crate::view::clean;
use crate::{OutputFormat, WriteError, WriteOptions};

pub struct SpdxTagValue;

impl OutputFormat for SpdxTagValue {
    fn id(&self) -> &'static str {
        "spdx-tag-value"
    }

    fn describe(&self) -> &'static str {
        "SPDX 2.3 tag-value: the packages and their licences, a tag a line"
    }

    fn mime(&self) -> &'static str {
        "text/spdx"
    }

    fn extension(&self) -> &'static str {
        "spdx"
    }

    fn write(
        &self,
        report: &Report,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        write(&document::of(report, options), &mut out)
            .and_then(|()| out.flush())
            .map_err(WriteError::io(self.id()))
    }
}

fn write(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "SPDXVersion: SPDX-2.3")?;
    writeln!(out, "DataLicense: CC0-1.0")?;
    writeln!(out, "SPDXID: {DOCUMENT}")?;
    writeln!(out, "DocumentName: {}", line(&document.name))?;
    writeln!(out, "DocumentNamespace: {}", document.namespace)?;
    writeln!(out, "Creator: Tool: {}", line(&document.tool))?;
    writeln!(out, "Created: {}", document.created)?;
    for element in &document.packages {
        package(element, document, out)?;
    }
    for (id, text) in &document.extracted {
        writeln!(out, "\nLicenseID: {id}")?;
        writeln!(out, "ExtractedText: <text>{}</text>", lines(text))?;
        writeln!(out, "LicenseName: NOASSERTION")?;
    }
    writeln!(out)?;
    for (from, kind, to) in &document.relationships {
        writeln!(out, "Relationship: {from} {kind} {to}")?;
    }
    Ok(())
}

fn package(element: &Element<'_>, document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nPackageName: {}", line(element.name))?;
    writeln!(out, "SPDXID: {}", element.id)?;
    if !element.version.is_empty() {
        writeln!(out, "PackageVersion: {}", line(&element.version))?;
    }
    writeln!(out, "PackageSupplier: NOASSERTION")?;
    writeln!(out, "PackageDownloadLocation: NOASSERTION")?;
    writeln!(out, "FilesAnalyzed: false")?;
    if let Some(checksum) = &element.checksum {
        writeln!(out, "PackageChecksum: SHA256: {checksum}")?;
    }
    if let Some(info) = &element.source_info {
        writeln!(out, "PackageSourceInfo: {}", line(info))?;
    }
    writeln!(out, "PackageLicenseConcluded: NOASSERTION")?;
    let license = element.license.as_deref().unwrap_or("NOASSERTION");
    writeln!(out, "PackageLicenseDeclared: {}", line(license))?;
    writeln!(out, "PackageCopyrightText: NOASSERTION")?;
    if let Some(purl) = element.purl {
        writeln!(out, "ExternalRef: PACKAGE-MANAGER purl {}", line(purl))?;
    }
    if let Some(purpose) = element.purpose {
        writeln!(out, "PrimaryPackagePurpose: {purpose}")?;
    }
    writeln!(out, "Annotator: Tool: {}", line(&document.tool))?;
    writeln!(out, "AnnotationDate: {}", document.created)?;
    writeln!(out, "AnnotationType: OTHER")?;
    writeln!(out, "SPDXREF: {}", element.id)?;
    writeln!(
        out,
        "AnnotationComment: <text>{}</text>",
        element.annotation
    )
}

/// A value on one line, which can neither start nor end a text of many.
fn line(text: &str) -> String {
    clean(text)
        .replace("<text>", "< text>")
        .replace("</text>", "</ text>")
}

/// A text of many lines, none of which can end the element that holds it.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(clean).collect();
    lines.join("\n").replace("</text>", "</ text>")
}
