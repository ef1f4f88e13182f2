//! Entry points for fuzzing: one for each reader of outside bytes.
//!
//! Each takes any bytes and must come back, having used bounded memory; what it returns does not
//! matter. Where bytes are read, what was read is also written, since a report that can be read
//! must be writable in every form.

use plimsoll_model::{Inventory, Report, Target, TargetKind, Tool};

use crate::{
    OUTPUTS, WriteOptions, compare, diff, output, read_other, read_report, read_sbom, wire,
};

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
    let again = read_report(&wire::to_bytes(&report));
    assert_eq!(again.as_ref(), Ok(&report), "what we write reads back");
    let difference = diff(&report, &report);
    let _ = difference.write_text(&options, &mut std::io::sink());
}

/// CycloneDX, SPDX in both spellings, syft's JSON. What is read is written in our forms of an
/// inventory, which all read back with the same packages.
pub fn sbom(bytes: &[u8]) {
    let Ok(inventory) = read_sbom(bytes) else {
        return;
    };
    let expected = purls(&inventory);
    let report = report_of(inventory);
    for id in ["json", "cyclonedx", "spdx", "spdx-tag-value"] {
        let Some(format) = output(id) else { continue };
        let mut written = Vec::new();
        let done = format.write(&report, &WriteOptions::default(), &mut written);
        assert!(done.is_ok(), "{id}: {done:?}");
        let read = read_sbom(&written).map(|inventory| purls(&inventory));
        assert_eq!(read.as_ref(), Ok(&expected), "{id}");
    }
}

fn purls(inventory: &Inventory) -> Vec<String> {
    let owned = inventory.owned.iter().map(|owned| &owned.package);
    let packages = inventory.packages.iter().chain(owned);
    let mut purls: Vec<String> = packages
        .map(|package| package.purl.as_str().to_owned())
        .collect();
    purls.sort();
    purls
}

fn report_of(inventory: Inventory) -> Report {
    Report {
        tool: Tool {
            name: String::new(),
            version: String::new(),
        },
        inventory,
        findings: Vec::new(),
        compliance: None,
        advisories: None,
        verdict: None,
    }
}

/// SPDX tag-value, whatever the first line says.
pub fn spdx_tag_value(bytes: &[u8]) {
    let mut tagged = b"SPDXVersion: SPDX-2.3\n".to_vec();
    tagged.extend_from_slice(bytes);
    sbom(&tagged);
}

/// Reports of other tools, compared with an empty one of ours.
pub fn other(bytes: &[u8]) {
    let Ok(other) = read_other(bytes) else {
        return;
    };
    let ours = report_of(Inventory::new(Target {
        kind: TargetKind::Image,
        name: String::new(),
        digest: None,
        platform: None,
        os: None,
    }));
    let comparison = compare(&ours, &[other]);
    let _ = comparison.write_table(&WriteOptions::default(), &mut std::io::sink());
}
