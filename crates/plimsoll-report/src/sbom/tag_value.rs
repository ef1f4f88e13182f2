//! SPDX 2.2 and 2.3 in the tag-value spelling: `Tag: value` a line, `<text>…</text>` over many.
//!
//! A line that is neither is passed over, as the specification's own tools do with comments.

use plimsoll_model::Inventory;

use super::SbomError;
use super::spdx::{Document, SpdxPackage};

/// How far into a file the version must stand, in bytes.
const HEAD_BYTES: usize = 64 << 10;

/// Whether the document says its SPDX version near its start.
pub fn looks_like(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or(bytes);
    head.split(|byte| *byte == b'\n')
        .any(|line| line.trim_ascii_start().starts_with(b"SPDXVersion:"))
}

pub fn read(bytes: &[u8]) -> Result<Inventory, SbomError> {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = Reader {
        document: Document::new(),
        subject: Subject::Document,
        package: SpdxPackage::default(),
        file: (String::new(), String::new(), None),
        license: (String::new(), None, None),
        annotation: (None, None),
    };
    let mut rest: &str = &text;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        let Some((tag, value)) = line.split_once(':') else {
            continue;
        };
        let tag = tag.trim();
        if tag.starts_with('#') {
            continue;
        }
        let value = value.trim();
        if tag == "SPDXVersion" && !value.starts_with("SPDX-2.") {
            return Err(SbomError::Unsupported {
                form: value.chars().take(40).collect(),
                hint: "write the document as SPDX 2.3 or CycloneDX",
            });
        }
        match value.strip_prefix("<text>") {
            None => reader.pair(tag, value),
            Some(start) => {
                if let Some((inner, _)) = start.split_once("</text>") {
                    reader.pair(tag, inner);
                } else if let Some((inner, after)) = after.split_once("</text>") {
                    reader.pair(tag, &format!("{start}\n{inner}"));
                    rest = after.split_once('\n').map_or("", |(_, rest)| rest);
                } else {
                    return Err(SbomError::Broken {
                        form: "SPDX tag-value",
                        reason: format!("`{tag}`: <text> is never closed"),
                    });
                }
            }
        }
    }
    reader.flush();
    reader.flush_annotation();
    Ok(reader.document.finish())
}

/// What the lines at hand are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Document,
    Package,
    File,
    License,
}

struct Reader {
    document: Document,
    subject: Subject,
    package: SpdxPackage,
    /// Id, path, comment.
    file: (String, String, Option<String>),
    /// Id, name, text.
    license: (String, Option<String>, Option<String>),
    /// Subject and comment, which come in either order.
    annotation: (Option<String>, Option<String>),
}

impl Reader {
    /// Ends what the lines so far were about.
    fn flush(&mut self) {
        match self.subject {
            Subject::Document => {}
            Subject::Package => self.document.package(std::mem::take(&mut self.package)),
            Subject::File => {
                let (id, path, comment) = std::mem::take(&mut self.file);
                self.document.file(id, path, comment);
            }
            Subject::License => {
                let (id, name, text) = std::mem::take(&mut self.license);
                self.document.license(id, name, text);
            }
        }
        self.subject = Subject::Document;
    }

    fn flush_annotation(&mut self) {
        if let (Some(subject), Some(comment)) = std::mem::take(&mut self.annotation) {
            self.document.annotation(subject, comment);
        }
    }

    fn pair(&mut self, tag: &str, value: &str) {
        let owned = || value.to_owned();
        match tag {
            "DocumentName" => self.document.name = owned(),
            "PackageName" => self.start(Subject::Package, |reader| reader.package.name = owned()),
            "FileName" => self.start(Subject::File, |reader| reader.file.1 = owned()),
            "LicenseID" => self.start(Subject::License, |reader| reader.license.0 = owned()),
            "Annotator" => self.flush_annotation(),
            "SPDXREF" => self.annotation.0 = Some(owned()),
            "AnnotationComment" => self.annotation.1 = Some(owned()),
            "Relationship" => {
                let mut words = value.split_whitespace();
                if let (Some(from), Some(kind), Some(to)) =
                    (words.next(), words.next(), words.next())
                {
                    self.document
                        .relationship(from.to_owned(), kind, to.to_owned());
                }
            }
            "SPDXID" => match self.subject {
                Subject::Package => self.package.id = owned(),
                Subject::File => self.file.0 = owned(),
                Subject::Document | Subject::License => {}
            },
            "LicenseName" => self.license.1 = Some(owned()),
            "ExtractedText" => self.license.2 = Some(owned()),
            "FileComment" => self.file.2 = Some(owned()),
            _ if self.subject == Subject::Package => self.of_package(tag, value),
            _ => {}
        }
    }

    fn start(&mut self, subject: Subject, begin: impl FnOnce(&mut Self)) {
        self.flush();
        self.subject = subject;
        begin(self);
    }

    fn of_package(&mut self, tag: &str, value: &str) {
        let package = &mut self.package;
        let value = value.to_owned();
        match tag {
            "PackageVersion" => package.version = value,
            "PackageLicenseDeclared" => package.declared = Some(value),
            "PackageLicenseConcluded" => package.concluded = Some(value),
            "PackageSourceInfo" => package.source_info = Some(value),
            "PrimaryPackagePurpose" => package.purpose = Some(value),
            "PackageAttributionText" => package.remarks.push(value),
            "ExternalRef" => {
                let mut words = value.split_whitespace();
                let (_, kind, locator) = (words.next(), words.next(), words.next());
                if let (Some("purl"), Some(locator), None) = (kind, locator, &package.purl) {
                    package.purl = Some(locator.to_owned());
                }
            }
            _ => {}
        }
    }
}
