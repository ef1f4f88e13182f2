//! Inventories, reports and VEX: our own as the snapshots of the outputs have them, those of other
//! tools in the shapes that their documentation describes.

use plimsoll_model::{Ecosystem, Location, Package, Part, Purl, State};

use super::{own, read};

/// The document in a snapshot of an output.
fn snapshot(name: &str) -> Vec<u8> {
    let text = read(&format!(
        "../plimsoll-report/tests/snapshots/outputs__{name}.snap"
    ));
    let document = text.splitn(3, "---\n").nth(2).unwrap_or_default();
    document.as_bytes().to_vec()
}

fn snapshots(name: &str) -> Vec<Vec<u8>> {
    vec![snapshot(&format!("empty_{name}")), snapshot(name)]
}

/// Two packages for a finding to be about.
pub fn packages() -> Vec<Package> {
    ["pkg:deb/debian/openssl@3.0.15-1", "pkg:npm/lodash@4.17.20"]
        .map(|text| {
            let purl: Purl = text.parse().expect("a package URL");
            let parts = purl.parts().expect("its parts");
            Package {
                ecosystem: Ecosystem::new(&parts.purl_type),
                namespace: parts.namespace,
                name: parts.name,
                version: parts.version.unwrap_or_default(),
                arch: None,
                purl,
                part: Part::Os,
                state: State::Installed,
                source: None,
                licenses: vec!["MIT".to_owned()],
                cataloger: "seed".into(),
                locations: vec![Location::file("usr/bin/x")],
                module: None,
            }
        })
        .to_vec()
}

pub fn cyclonedx() -> Vec<Vec<u8>> {
    snapshots("cyclonedx")
}

pub fn spdx() -> Vec<Vec<u8>> {
    snapshots("spdx")
}

pub fn tag_value() -> Vec<Vec<u8>> {
    snapshots("spdx-tag-value")
}

pub fn syft() -> Vec<Vec<u8>> {
    own("syft")
}

pub fn reports() -> Vec<Vec<u8>> {
    snapshots("json")
}

pub fn trivy() -> Vec<Vec<u8>> {
    own("trivy")
}

pub fn grype() -> Vec<Vec<u8>> {
    own("grype")
}

pub fn osv_scanner() -> Vec<Vec<u8>> {
    own("osv_scanner")
}

pub fn openvex() -> Vec<Vec<u8>> {
    let mut all = own("openvex");
    all.push(snapshot("openvex"));
    all
}

pub fn csaf() -> Vec<Vec<u8>> {
    own("csaf")
}

pub fn cyclonedx_vex() -> Vec<Vec<u8>> {
    own("cyclonedx_vex")
}
