//! Entry points for fuzzing: one for each reader of outside bytes.
//!
//! Each takes any bytes and must come back, having used bounded memory; what it returns does not
//! matter. Where bytes are read, what was read is also written, since a report that can be read
//! must be writable in every form.

use crate::{OUTPUTS, WriteOptions, compare, diff, read_other, read_report, read_sbom};

/// `plimsoll.report/v1`, written again in every form, and compared with itself.
pub fn report(bytes: &[u8]) {
    let Ok(report) = read_report(bytes) else {
        return;
    };
    let mut options = WriteOptions::default();
    for verbose in [false, true] {
        options.verbose = verbose;
        for format in OUTPUTS {
            let _ = format.write(&report, &options, &mut std::io::sink());
        }
    }
    let difference = diff(&report, &report);
    let _ = difference.write_text(&options, &mut std::io::sink());
}

/// CycloneDX, SPDX in both spellings, syft's JSON.
pub fn sbom(bytes: &[u8]) {
    let _ = read_sbom(bytes);
}

/// SPDX tag-value, whatever the first line says.
pub fn spdx_tag_value(bytes: &[u8]) {
    let mut tagged = b"SPDXVersion: SPDX-2.3\n".to_vec();
    tagged.extend_from_slice(bytes);
    let _ = read_sbom(&tagged);
}

/// Reports of other tools, compared with an empty one of ours.
pub fn other(bytes: &[u8]) {
    let Ok(other) = read_other(bytes) else {
        return;
    };
    let ours = plimsoll_model::Report {
        tool: plimsoll_model::Tool {
            name: String::new(),
            version: String::new(),
        },
        inventory: plimsoll_model::Inventory::new(plimsoll_model::Target {
            kind: plimsoll_model::TargetKind::Image,
            name: String::new(),
            digest: None,
            platform: None,
            os: None,
        }),
        findings: Vec::new(),
        advisories: None,
        verdict: None,
    };
    let comparison = compare(&ours, &[other]);
    let _ = comparison.write_table(&WriteOptions::default(), &mut std::io::sink());
}
