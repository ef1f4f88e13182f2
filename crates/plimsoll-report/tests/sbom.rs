//! Inventories read in: what we wrote ourselves, what other tools write, and what nobody should.
//!
//! The documents of other tools are made up here in the shapes that they write; documents that
//! they really wrote are in `real_sbom.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "tests"
)]

#[path = "support/any.rs"]
mod any;
#[path = "support/sample.rs"]
mod sample;

use plimsoll_model::{Inventory, Package, Part, State, TargetKind};
use plimsoll_report::{SbomError, is_sbom, read_sbom};
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(document: &Value) -> Inventory {
    let text = document.to_string();
    assert!(is_sbom(text.as_bytes()), "{text}");
    read_sbom(text.as_bytes()).unwrap()
}

fn package<'a>(inventory: &'a Inventory, name: &str) -> &'a Package {
    let found = inventory
        .packages
        .iter()
        .find(|package| package.name == name);
    found.unwrap_or_else(|| panic!("no package {name}"))
}

fn reasons(inventory: &Inventory) -> Vec<&str> {
    inventory
        .unknowns
        .iter()
        .map(|unknown| unknown.reason.as_str())
        .collect()
}

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever an inventory holds, the same packages come back out of every form.
    #[test]
    fn any_inventory_keeps_its_packages(report in any::report()) {
        let purls = |inventory: &Inventory| {
            let mut all: Vec<_> = inventory.packages.iter()
                .chain(inventory.owned.iter().map(|owned| &owned.package))
                .map(|p| (p.purl.clone(), p.part, p.state, p.source.clone(), p.locations.len()))
                .collect();
            all.sort();
            all
        };
        for form in ["json", "cyclonedx", "spdx", "spdx-tag-value"] {
            let text = sample::written(form, &report, &sample::options());
            let read = read_sbom(text.as_bytes()).unwrap();
            prop_assert_eq!(purls(&read), purls(&report.inventory), "{}", form);
            prop_assert_eq!(&read.layers, &report.inventory.layers, "{}", form);
        }
    }

    /// No bytes make a reader panic.
    #[test]
    fn no_bytes_break_a_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_sbom(&bytes);
        let mut tagged = b"SPDXVersion: SPDX-2.3\n".to_vec();
        tagged.extend(&bytes);
        let _ = read_sbom(&tagged);
    }

    /// Nor does one of our documents that is cut off or has a byte changed.
    #[test]
    fn broken_documents_are_errors_or_unknowns(
        form in proptest::sample::select(vec!["json", "cyclonedx", "spdx", "spdx-tag-value"]),
        at in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = sample::written(form, &sample::report(), &sample::options()).into_bytes();
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        let _ = read_sbom(&bytes);
    }
}

#[test]
fn cyclonedx_as_syft_writes_it() {
    let layer = sample::digest(1).to_string();
    let inventory = read(&json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {"type": "container", "name": "shop/cart", "version": "2.3"}},
        "components": [
            {"type": "library", "bom-ref": "a", "name": "libssl3", "version": "3.0.15-1~deb12u1",
             "purl": "pkg:deb/debian/libssl3@3.0.15-1~deb12u1?arch=amd64&distro=debian-12&upstream=openssl",
             "licenses": [{"license": {"id": "Apache-2.0"}}, {"license": {"name": "see copyright"}}],
             "properties": [
                {"name": "syft:package:foundBy", "value": "dpkg-db-cataloger"},
                {"name": "syft:location:0:path", "value": "/var/lib/dpkg/status"},
                {"name": "syft:location:0:layerID", "value": layer}]},
            {"type": "library", "name": "github.com/BurntSushi/toml", "version": "v1.2.0",
             "purl": "pkg:golang/github.com/burntsushi/toml@v1.2.0"},
            {"type": "library", "name": "stdlib", "version": "go1.21.3", "purl": "pkg:golang/stdlib@1.21.3"},
            {"type": "library", "name": "core", "group": "@babel", "version": "7.0.0",
             "purl": "pkg:npm/%40babel/core@7.0.0"},
            {"type": "library", "name": "openssl-libs", "version": "1:3.0.7-24.el9",
             "purl": "pkg:rpm/rocky/openssl-libs@3.0.7-24.el9?arch=x86_64&epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm"},
            {"type": "file", "name": "/etc/passwd"},
            {"type": "library", "name": "nopurl", "version": "1"},
            {"type": "operating-system", "name": "debian", "version": "12", "properties": [
                {"name": "syft:distro:id", "value": "debian"},
                {"name": "syft:distro:prettyName", "value": "Debian GNU/Linux 12 (bookworm)"},
                {"name": "syft:distro:versionCodename", "value": "bookworm"},
                {"name": "syft:distro:versionID", "value": "12"}]}
        ]
    }));
    assert_eq!(inventory.target.name, "shop/cart:2.3");
    let os = inventory.target.os.as_ref().unwrap();
    assert_eq!(
        (os.id.as_str(), os.version_id.as_deref()),
        ("debian", Some("12"))
    );
    assert_eq!(os.codename.as_deref(), Some("bookworm"));
    assert_eq!(inventory.packages.len(), 5);
    assert_eq!(
        reasons(&inventory),
        ["package nopurl 1 has no package URL in the document"]
    );
    let libssl = package(&inventory, "libssl3");
    let source = libssl.source.as_ref().unwrap();
    assert_eq!(
        (source.name.as_str(), source.version.as_str()),
        ("openssl", "3.0.15-1~deb12u1")
    );
    assert_eq!(
        (libssl.part, libssl.arch.as_deref()),
        (Part::Os, Some("amd64"))
    );
    assert_eq!(libssl.licenses, ["Apache-2.0", "see copyright"]);
    assert_eq!(libssl.locations[0].path, "var/lib/dpkg/status");
    assert_eq!(libssl.locations[0].layer, Some(sample::digest(1)));
    assert_eq!(libssl.cataloger, "dpkg-db-cataloger");
    let go = package(&inventory, "github.com/BurntSushi/toml");
    assert_eq!(
        (go.namespace.as_deref(), go.version.as_str()),
        (None, "v1.2.0")
    );
    assert_eq!(package(&inventory, "stdlib").part, Part::Runtime);
    assert_eq!(package(&inventory, "core").qualified_name(), "@babel/core");
    let rpm = package(&inventory, "openssl-libs");
    assert_eq!(rpm.version, "1:3.0.7-24.el9");
    let source = rpm.source.as_ref().unwrap();
    assert_eq!(
        (source.name.as_str(), source.version.as_str()),
        ("openssl", "1:3.0.7-24.el9")
    );
}

#[test]
fn cyclonedx_as_trivy_writes_it() {
    let layer = sample::digest(2).to_string();
    let property = |name: &str, value: &str| json!({"name": format!("aquasecurity:trivy:{name}"), "value": value});
    let inventory = read(&json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5",
        "metadata": {"component": {"type": "container", "name": "alpine:3.18", "version": ""}},
        "components": [
            {"type": "operating-system", "name": "rocky", "version": "9.3",
             "properties": [property("Class", "os-pkgs"), property("Type", "rocky")]},
            {"type": "application", "name": "app/package-lock.json",
             "properties": [property("Class", "lang-pkgs"), property("Type", "npm")]},
            {"type": "library", "name": "openssl-libs", "version": "1:3.0.7-24.el9",
             "purl": "pkg:rpm/rocky/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rocky-9.3&epoch=1",
             "properties": [property("SrcName", "openssl"), property("SrcVersion", "3.0.7"),
                property("SrcRelease", "24.el9"), property("SrcEpoch", "1"),
                property("Modularitylabel", "nodejs:18:90200:rhel9"), property("LayerDiffID", &layer)]},
            {"type": "library", "name": "lodash", "version": "4.17.20", "purl": "pkg:npm/lodash@4.17.20",
             "properties": [property("FilePath", "app/node_modules/lodash/package.json"),
                property("LayerDiffID", &layer)]}
        ]
    }));
    assert_eq!(inventory.target.os.as_ref().unwrap().display(), "rocky 9.3");
    assert_eq!(inventory.packages.len(), 2);
    assert!(
        inventory.unknowns.is_empty(),
        "a lockfile is no package: {:?}",
        inventory.unknowns
    );
    let rpm = package(&inventory, "openssl-libs");
    let source = rpm.source.as_ref().unwrap();
    assert_eq!(
        (source.name.as_str(), source.version.as_str()),
        ("openssl", "1:3.0.7-24.el9")
    );
    assert_eq!(rpm.module.as_deref(), Some("nodejs:18:90200:rhel9"));
    let lodash = package(&inventory, "lodash");
    assert_eq!(lodash.locations[0].layer, Some(sample::digest(2)));
    assert_eq!(lodash.state, State::Installed);
}

/// Components inside of components are packages too, however they are nested.
#[test]
fn nested_components_are_packages() {
    let inventory = read(&json!({
        "bomFormat": "CycloneDX", "specVersion": "1.4",
        "components": [{"type": "library", "name": "outer", "version": "1", "purl": "pkg:npm/outer@1",
            "components": [{"type": "framework", "name": "inner", "version": "2", "purl": "pkg:npm/inner@2",
                "components": [{"type": "library", "name": "core", "version": "3", "purl": "pkg:npm/core@3"}]}]}]
    }));
    let names: Vec<_> = inventory.packages.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["core", "inner", "outer"]);
    assert!(inventory.owned.is_empty());
}

#[test]
fn spdx_as_syft_and_trivy_write_it() {
    let layer = sample::digest(3).to_string();
    let purl = |locator: &str| json!([{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}]);
    let inventory = read(&json!({
        "spdxVersion": "SPDX-2.3", "name": "shop/cart",
        "documentDescribes": ["SPDXRef-Root"],
        "packages": [
            {"SPDXID": "SPDXRef-Root", "name": "shop/cart", "versionInfo": "2.3",
             "primaryPackagePurpose": "CONTAINER"},
            {"SPDXID": "SPDXRef-OS", "name": "alpine", "versionInfo": "3.18.4",
             "primaryPackagePurpose": "OPERATING_SYSTEM"},
            {"SPDXID": "SPDXRef-a", "name": "libcrypto3", "versionInfo": "3.1.4-r5",
             "externalRefs": purl("pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&distro=3.18.4"),
             "licenseConcluded": "NOASSERTION", "licenseDeclared": "LicenseRef-1",
             "sourceInfo": "built package from: openssl 3.1.4-r5",
             "attributionTexts": ["PkgID: libcrypto3@3.1.4-r5", format!("LayerDiffID: {layer}")]},
            {"SPDXID": "SPDXRef-b", "name": "left-pad", "versionInfo": "1.3.0",
             "externalRefs": purl("pkg:npm/left-pad@1.3.0"), "licenseDeclared": "MIT",
             "sourceInfo": "acquired package info from installed node module manifest file: /srv/left-pad/package.json"},
            {"SPDXID": "SPDXRef-c", "name": "requests", "versionInfo": "2.28.1",
             "externalRefs": purl("pkg:pypi/requests@2.28.1")},
            {"SPDXID": "SPDXRef-d", "name": "package-lock.json", "primaryPackagePurpose": "APPLICATION"}
        ],
        "files": [{"SPDXID": "SPDXRef-f", "fileName": "./usr/lib/requests/METADATA",
                   "comment": format!("layerID: {layer}")}],
        "hasExtractedLicensingInfos": [{"licenseId": "LicenseRef-1", "extractedText": "As is."}],
        "relationships": [{"spdxElementId": "SPDXRef-c", "relationshipType": "OTHER",
                           "relatedSpdxElement": "SPDXRef-f"}]
    }));
    assert_eq!(inventory.target.name, "shop/cart:2.3");
    assert_eq!(
        inventory.target.os.as_ref().unwrap().display(),
        "alpine 3.18.4"
    );
    assert!(inventory.unknowns.is_empty(), "{:?}", inventory.unknowns);
    assert_eq!(inventory.packages.len(), 3);
    let crypto = package(&inventory, "libcrypto3");
    assert_eq!(crypto.source.as_ref().unwrap().name, "openssl");
    assert_eq!(crypto.licenses, ["As is."]);
    assert_eq!(
        package(&inventory, "left-pad").locations[0].path,
        "srv/left-pad/package.json"
    );
    let requests = &package(&inventory, "requests").locations[0];
    assert_eq!(
        (requests.path.as_str(), requests.layer.clone()),
        ("usr/lib/requests/METADATA", Some(sample::digest(3)))
    );
}

#[test]
fn spdx_tag_value_by_hand() {
    let text = "\
# a comment: with a colon
SPDXVersion: SPDX-2.2
DataLicense: CC0-1.0
DocumentName: by hand
Created: 2026-01-01T00:00:00Z

PackageName: zlib
SPDXID: SPDXRef-1
PackageVersion: 1.2.13
PackageComment: <text>two
lines: PackageName: not-a-package
</text>
PackageLicenseConcluded: Zlib
ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12
FileName: ./usr/lib/libz.so
SPDXID: SPDXRef-2
Relationship: SPDXRef-1 CONTAINS SPDXRef-2
PackageName: nothing
SPDXID: SPDXRef-3
";
    let inventory = read_sbom(text.as_bytes()).unwrap();
    assert_eq!(inventory.target.name, "by hand");
    assert_eq!(inventory.target.os.as_ref().unwrap().display(), "debian 12");
    let zlib = package(&inventory, "zlib1g");
    assert_eq!(
        (zlib.version.as_str(), zlib.licenses[0].as_str()),
        ("1:1.2.13.dfsg-1", "Zlib")
    );
    assert_eq!(zlib.locations[0].path, "usr/lib/libz.so");
    assert_eq!(
        reasons(&inventory),
        ["package nothing has no package URL in the document"]
    );
}

#[test]
fn syft_json_by_hand() {
    let inventory = read(&json!({
        "schema": {"version": "16.0.0"},
        "distro": {"id": "debian", "versionID": "12", "idLike": ["x"]},
        "source": {"type": "image", "metadata": {"userInput": "shop/cart:2.3",
            "manifestDigest": sample::digest(7).to_string(), "os": "linux", "architecture": "amd64"}},
        "artifacts": [
            {"id": "1", "name": "libc6", "version": "2.36-9", "type": "deb", "foundBy": "dpkg-db-cataloger",
             "purl": "pkg:deb/debian/libc6@2.36-9?distro=debian-12",
             "locations": [{"path": "/usr/share/doc/libc6/copyright"},
                           {"path": "/var/lib/dpkg/status", "annotations": {"evidence": "primary"}}],
             "licenses": [{"value": "GPL", "spdxExpression": ""}, "LGPL"],
             "metadata": {"source": "glibc", "sourceVersion": "2.36-8"}},
            {"id": "2", "name": "odd"}
        ]
    }));
    assert_eq!(inventory.target.digest, Some(sample::digest(7)));
    assert_eq!(
        inventory.target.platform.as_ref().unwrap().to_string(),
        "linux/amd64"
    );
    let libc = package(&inventory, "libc6");
    assert_eq!(libc.locations[0].path, "var/lib/dpkg/status");
    assert_eq!(libc.source.as_ref().unwrap().version, "2.36-8");
    assert_eq!(libc.licenses, ["GPL", "LGPL"]);
    assert_eq!(
        reasons(&inventory),
        ["package odd has no package URL in the document"]
    );
}

/// Documents with odd fields: what can be read is, what cannot is said, nothing panics.
#[test]
fn odd_fields_are_unknowns() {
    let head = json!({"bomFormat": "CycloneDX", "specVersion": "1.6"});
    let with = |key: &str, value: Value| {
        let mut document = head.clone();
        document[key] = value;
        read(&document)
    };
    for (value, packages, unknowns) in [
        (json!(null), 0, 0),
        (json!("text"), 0, 1),
        (json!({"a": 1}), 0, 1),
        (json!(7), 0, 1),
        (json!([null, 1, "x", []]), 0, 4),
        (json!([{"purl": 5}]), 0, 1),
        (
            json!([{"name": ["x"], "purl": "pkg:npm/x@1", "version": 7}]),
            1,
            0,
        ),
        (
            json!([{"name": "x", "purl": "pkg:npm/x@1", "licenses": "MIT", "properties": {"a": 1}}]),
            1,
            0,
        ),
        (json!([{"name": "x", "purl": "pkg:npm/x"}]), 1, 1),
        (json!([{"name": "x", "purl": "not a purl"}]), 0, 1),
        (
            json!([{"name": "a".repeat(100_000), "purl": "pkg:npm/x@1"}]),
            0,
            1,
        ),
        (
            json!([{"name": "x\u{1b}[2J\n", "version": "\u{202e}"}]),
            0,
            1,
        ),
        (
            json!([{"name": "x", "purl": "pkg:npm/x@1", "evidence": 3, "components": 4}]),
            1,
            0,
        ),
    ] {
        let inventory = with("components", value.clone());
        assert_eq!(inventory.packages.len(), packages, "{value}");
        assert_eq!(
            inventory.unknowns.len(),
            unknowns,
            "{value}: {:?}",
            inventory.unknowns
        );
        for unknown in &inventory.unknowns {
            assert!(
                !unknown.reason.contains(['\u{1b}', '\n', '\u{202e}']),
                "{unknown:?}"
            );
            assert!(unknown.reason.len() < 1_000, "{}", unknown.reason.len());
        }
    }
    for value in [
        json!(null),
        json!([]),
        json!({"component": 5}),
        json!({"component": {"name": {}}}),
    ] {
        assert_eq!(with("metadata", value).target.name, "");
    }
    let spdx = read(
        &json!({"spdxVersion": "SPDX-2.3", "name": 7, "packages": [1, {}, {"name": []}],
        "files": [1], "relationships": ["x"], "annotations": [{}], "documentDescribes": [2],
        "hasExtractedLicensingInfos": {}}),
    );
    assert_eq!(spdx.unknowns.len(), 2, "{:?}", spdx.unknowns);
}

#[test]
fn what_is_no_inventory_is_refused_with_a_hint() {
    for (text, expected) in [
        ("", "neither CycloneDX"),
        ("hello", "neither CycloneDX"),
        ("[]", "neither CycloneDX"),
        ("{}", "neither CycloneDX"),
        ("{\"bomFormat\": \"Other\"}", "neither CycloneDX"),
        ("<bom/>", "XML is not read"),
        (
            "{\"@context\": \"x\", \"@graph\": []}",
            "SPDX 3 is not read",
        ),
        ("{\"spdxVersion\": \"SPDX-3.0\"}", "SPDX-3.0 is not read"),
        ("SPDXVersion: SPDX-1.2\n", "SPDX-1.2 is not read"),
        (
            "SPDXVersion: SPDX-2.3\nPackageName: <text>open",
            "never closed",
        ),
        ("{\"bomFormat\": \"CycloneDX\"", "JSON"),
        ("{\"schema\": \"plimsoll.report/v9\"}", "plimsoll.report/v9"),
    ] {
        let error = read_sbom(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    // A byte order mark is no obstacle.
    let marked = b"\xef\xbb\xbf{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\"}";
    assert!(read_sbom(marked).is_ok());
}

/// Nesting, in the JSON itself and in what it holds, ends in an error and not in an overflow.
#[test]
fn depth_is_bounded() {
    let deep = format!(
        "{{\"bomFormat\": \"CycloneDX\", \"components\": {}",
        "[".repeat(500_000)
    );
    assert!(matches!(
        read_sbom(deep.as_bytes()),
        Err(SbomError::Broken { .. })
    ));
    let mut component = json!({"name": "x", "purl": "pkg:npm/x@1", "version": "1"});
    for depth in 0..40 {
        let purl = format!("pkg:npm/x{depth}@1");
        component = json!({"name": "y", "purl": purl, "version": "1", "components": [component]});
    }
    let inventory = read(&json!({"bomFormat": "CycloneDX", "components": [component]}));
    assert_eq!(inventory.packages.len(), 41);
    let nested = "{\"name\": \"x\", \"components\": [".repeat(100_000);
    let text = format!("{{\"bomFormat\": \"CycloneDX\", \"components\": [{nested}");
    assert!(read_sbom(text.as_bytes()).is_err());
}

/// The same package in a hundred thousand entries is read in a moment.
#[test]
fn many_entries_are_read_in_one_pass() {
    let entry = "{\"type\":\"library\",\"name\":\"x\",\"version\":\"1\",\"purl\":\"pkg:npm/x@1\"},";
    let mut text =
        "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[".to_owned();
    text.push_str(&entry.repeat(100_000));
    text.push_str("{}]}");
    let inventory = read_sbom(text.as_bytes()).unwrap();
    assert_eq!(inventory.packages.len(), 100_000);
    let nopurl = text.replace(",\"purl\":\"pkg:npm/x@1\"", "");
    let inventory = read_sbom(nopurl.as_bytes()).unwrap();
    assert!(
        inventory.unknowns.len() <= 10_001,
        "{}",
        inventory.unknowns.len()
    );
}
