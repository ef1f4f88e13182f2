//! CVSS: the score that a vector comes to.
//!
//! Implements the equations of FIRST's specifications: version 2, 3.0 and 3.1 (the base score;
//! temporal and environmental metrics are checked and left out) and 4.0 (one score from all
//! metrics that the vector has). Judges nothing: which rating counts is the matcher's business.

mod metrics;
mod v2;
mod v3;
mod v4;

use plimsoll_model::{Cvss, Severity};

/// Longest vector that is read, in bytes; one of 4.0 with every metric has about 200.
pub const VECTOR_BYTES_MAX: usize = 512;

/// A vector that has no score.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse CVSS vector `{vector}`: {reason}")]
pub struct CvssError {
    /// Cut to a length that can be shown.
    pub vector: String,
    pub reason: String,
}

/// Computes the score of a vector. `CVSS:3.1/AV:N/…`; version 2 without prefix, in brackets
/// (`(AV:N/…)`), or behind `CVSS:2.0/` or `CVSS2#`. The vector is returned as it was given, the
/// source is left open.
pub fn score(vector: &str) -> Result<Cvss, CvssError> {
    let refuse = |reason: String| {
        const SHOWN_CHARS_MAX: usize = 120;
        CvssError {
            vector: plimsoll_model::text::clean(vector)
                .chars()
                .take(SHOWN_CHARS_MAX)
                .collect(),
            reason,
        }
    };
    if vector.len() > VECTOR_BYTES_MAX {
        return Err(refuse(format!(
            "it is longer than {VECTOR_BYTES_MAX} bytes"
        )));
    }
    let text = vector.trim_ascii();
    let (version, tenths) = if let Some(metrics) = text.strip_prefix("CVSS:4.0/") {
        ("4.0", v4::score(metrics))
    } else if let Some(metrics) = text.strip_prefix("CVSS:3.1/") {
        ("3.1", v3::score(metrics))
    } else if let Some(metrics) = text.strip_prefix("CVSS:3.0/") {
        ("3.0", v3::score(metrics))
    } else {
        let metrics = ["CVSS:2.0/", "CVSS2#"]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix))
            .or_else(|| text.strip_prefix('(')?.strip_suffix(')'))
            .unwrap_or(text);
        if metrics.starts_with("CVSS") {
            return Err(refuse("its version is not 2.0, 3.0, 3.1 or 4.0".to_owned()));
        }
        ("2.0", v2::score(metrics))
    };
    Ok(Cvss {
        version: version.to_owned(),
        vector: text.to_owned(),
        score: f64::from(tenths.map_err(refuse)?) / 10.0,
        source: None,
    })
}

/// The word for a score: the qualitative rating of versions 3 and 4. Version 2 has none of its
/// own; NVD's scale for it ends with high.
pub fn severity(cvss: &Cvss) -> Severity {
    let severity = Severity::from_cvss_score(cvss.score);
    if cvss.version == "2.0" {
        severity.min(Severity::High)
    } else {
        severity
    }
}

#[cfg(test)]
mod tests;
