//! Inventories written by any tool, read in: the target `sbom:`.
//!
//! Reads CycloneDX 1.2 to 1.7 as JSON, SPDX 2.2 and 2.3 as JSON and tag-value, syft's own JSON,
//! and `plimsoll.report/v1`. Does not read XML, RDF, YAML or SPDX 3.
//!
//! A document is an outsider's claim: odd fields are passed over, entries that cannot become a
//! package are an `Unknown` with the reason, and only what is no such document at all is an error.

use plimsoll_model::{Inventory, TargetKind};

use crate::wire;

mod cyclonedx;
mod described;
mod distro;
pub(crate) mod properties;
mod spdx;
pub(crate) mod stream;
mod syft;
mod tag_value;

/// Largest document that is read, in bytes.
pub const SBOM_BYTES_MAX: usize = 512 << 20;
/// Most packages that are taken from a document; the rest is one `Unknown`.
pub const PACKAGES_MAX: usize = 1_000_000;
/// Longest name, version or path that is taken from a document, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 << 10;
/// Most files that are kept to find the places of packages.
pub const FILES_MAX: usize = 2_000_000;
/// Most `Unknown`s kept of one document; the last one counts the rest.
pub const UNKNOWNS_MAX: usize = 10_000;

/// A document that is no inventory that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SbomError {
    /// Past the limit on size.
    #[error("read sbom: {bytes} bytes are more than the limit of {SBOM_BYTES_MAX}")]
    TooLarge { bytes: usize },
    /// Neither of the known forms.
    #[error(
        "read sbom: neither CycloneDX JSON, SPDX JSON or tag-value, syft JSON, nor {}",
        wire::SCHEMA
    )]
    Form,
    /// A known form in a version or spelling that is not read.
    #[error("read sbom: {form} is not read, {hint}")]
    Unsupported { form: String, hint: &'static str },
    /// Broken in the middle.
    #[error("read sbom: {form}: {reason}")]
    Broken { form: &'static str, reason: String },
    /// Our own report, but not as it should be.
    #[error(transparent)]
    Report(#[from] wire::ReadError),
}

/// The forms that can be told apart by the first look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    CycloneDx,
    SpdxJson,
    SpdxTagValue,
    Syft,
    Report,
}

/// Reads an inventory. The target is of kind [`TargetKind::Sbom`], named after what the document
/// says it is about.
pub fn read_sbom(bytes: &[u8]) -> Result<Inventory, SbomError> {
    if bytes.len() > SBOM_BYTES_MAX {
        return Err(SbomError::TooLarge { bytes: bytes.len() });
    }
    let bytes = without_mark(bytes);
    match form_of(bytes)? {
        Form::CycloneDx => cyclonedx::read(bytes),
        Form::SpdxJson => spdx::read(bytes),
        Form::SpdxTagValue => tag_value::read(bytes),
        Form::Syft => syft::read(bytes),
        Form::Report => {
            let mut inventory = wire::read_report(bytes)?.inventory;
            inventory.target.kind = TargetKind::Sbom;
            Ok(inventory)
        }
    }
}

/// Whether the bytes look like an inventory that [`read_sbom`] reads.
pub fn is_sbom(bytes: &[u8]) -> bool {
    form_of(without_mark(bytes)).is_ok()
}

/// Without the byte order mark that some Windows tools write.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn form_of(bytes: &[u8]) -> Result<Form, SbomError> {
    let unsupported = |form: String, hint| Err(SbomError::Unsupported { form, hint });
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => {}
        Some(b'<') => {
            return unsupported("XML".to_owned(), "write the document as JSON");
        }
        _ if tag_value::looks_like(bytes) => return Ok(Form::SpdxTagValue),
        _ => return Err(SbomError::Form),
    }
    let head = stream::head(bytes).map_err(|error| SbomError::Broken {
        form: "JSON",
        reason: error.to_string(),
    })?;
    if head.has("@context") && head.has("@graph") {
        return unsupported(
            "SPDX 3".to_owned(),
            "write the document as SPDX 2.3 or CycloneDX",
        );
    }
    if head.text("bomFormat") == Some("CycloneDX") {
        return Ok(Form::CycloneDx);
    }
    if let Some(version) = head.text("spdxVersion") {
        if version.starts_with("SPDX-2.") {
            return Ok(Form::SpdxJson);
        }
        let form = version.chars().take(40).collect();
        return unsupported(form, "write the document as SPDX 2.3 or CycloneDX");
    }
    if head.text("schema").is_some() {
        return Ok(Form::Report);
    }
    if head.has("artifacts") && head.has("schema") {
        return Ok(Form::Syft);
    }
    Err(SbomError::Form)
}
