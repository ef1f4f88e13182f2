//! Output formats: one file each, and the written-out list.

use std::io::Write;

use plimsoll_model::Report;

use crate::{WriteError, WriteOptions};

mod cyclonedx;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
pub(crate) mod markdown;
mod openvex;
mod sarif;
mod spdx;
mod spdx_tag_value;
mod table;

/// Every format, sorted by id. A test holds this list against the folder.
pub const OUTPUTS: &[&dyn OutputFormat] = &[
    &cyclonedx::CycloneDx,
    &github::GitHub,
    &gitlab::GitLab,
    &html::Html,
    &json::Json,
    &junit::JUnit,
    &markdown::Markdown,
    &openvex::OpenVex,
    &sarif::Sarif,
    &spdx::Spdx,
    &spdx_tag_value::SpdxTagValue,
    &table::Table,
];

/// The format with this id.
pub fn output(id: &str) -> Option<&'static dyn OutputFormat> {
    OUTPUTS.iter().copied().find(|format| format.id() == id)
}

/// Writes reports in one form.
pub trait OutputFormat: Sync {
    /// The word after `--format`; also the file's name in the folder, with `_` for `-`.
    fn id(&self) -> &'static str;

    /// One line for the documentation: which form, in which version, for whom.
    fn describe(&self) -> &'static str;

    /// Media type, for downloads.
    fn mime(&self) -> &'static str;

    /// File name ending without the dot.
    fn extension(&self) -> &'static str;

    /// Writes the whole document. The same report and options give the same bytes.
    fn write(
        &self,
        report: &Report,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError>;
}
