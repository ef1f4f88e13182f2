//! Inventories read in: what we wrote ourselves, what other tools write, and what nobody should.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/sample.rs"]
mod sample;

use plimsoll_model::{Inventory, TargetKind};
use plimsoll_report::{is_sbom, read_sbom};

/// Our own documents lose nothing of a package, a layer or an unknown.
#[test]
fn own_documents_come_back_whole() {
    let report = sample::report();
    for form in ["json", "cyclonedx", "spdx", "spdx-tag-value"] {
        let text = sample::written(form, &report, &sample::options());
        assert!(is_sbom(text.as_bytes()), "{form}");
        let mut expected = report.inventory.clone();
        expected.target.kind = TargetKind::Sbom;
        expected.unknowns.sort();
        let mut read = read_sbom(text.as_bytes()).unwrap();
        read.unknowns.sort();
        if form == "spdx-tag-value" {
            // A line cannot hold a line feed: names are cleaned in this spelling.
            clean_names(&mut expected);
        }
        assert_eq!(read, expected, "{form}");
    }
}

fn clean_names(inventory: &mut Inventory) {
    for package in &mut inventory.packages {
        package.name = package.purl.parts().unwrap().name;
    }
}
