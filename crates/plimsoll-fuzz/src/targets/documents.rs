//! Inventories and reports, ours and other tools', and VEX.

use plimsoll_report::fuzz;
use plimsoll_vuln::vex::{VEX_SKIPPED_MAX, VEX_STATEMENTS_MAX, read_vex};

use super::target;
use crate::Target;
use crate::seeds::documents as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "sbom_cyclonedx",
        "CycloneDX JSON",
        Some("sbom"),
        fuzz::sbom,
        seeds::cyclonedx
    ),
    target!(
        "sbom_spdx",
        "SPDX JSON",
        Some("sbom"),
        fuzz::sbom,
        seeds::spdx
    ),
    target!(
        "sbom_tag_value",
        "SPDX tag-value",
        Some("tag-value"),
        fuzz::spdx_tag_value,
        seeds::tag_value
    ),
    target!(
        "sbom_syft",
        "syft's JSON",
        Some("sbom"),
        fuzz::sbom,
        seeds::syft
    ),
    target!(
        "report",
        "plimsoll.report/v1",
        Some("report"),
        fuzz::report,
        seeds::reports
    ),
    target!(
        "other_trivy",
        "trivy's reports",
        Some("report"),
        fuzz::other,
        seeds::trivy
    ),
    target!(
        "other_grype",
        "grype's reports",
        Some("report"),
        fuzz::other,
        seeds::grype
    ),
    target!(
        "other_osv_scanner",
        "osv-scanner's reports",
        Some("report"),
        fuzz::other,
        seeds::osv_scanner
    ),
    target!("vex_openvex", "OpenVEX", Some("vex"), vex, seeds::openvex),
    target!("vex_csaf", "CSAF", Some("vex"), vex, seeds::csaf),
    target!(
        "vex_cyclonedx",
        "VEX in CycloneDX",
        Some("vex"),
        vex,
        seeds::cyclonedx_vex
    ),
];

fn vex(data: &[u8]) {
    let document = read_vex("vex.json", data);
    if data.len().is_multiple_of(8) {
        assert_eq!(read_vex("vex.json", data), document);
    }
    let Ok(document) = document else { return };
    assert!(document.statements.len() <= VEX_STATEMENTS_MAX);
    assert!(document.skipped.len() <= VEX_SKIPPED_MAX + 1);
    for statement in &document.statements {
        assert!(!statement.vulnerabilities.is_empty() && !statement.products.is_empty());
    }
}
