//! Programs without a package manager, and Bitnami's.

use super::*;

fn data() -> Data {
    let mut data = Data::default().covers("bitnami", "bitnami");
    for (source, id, kind, name, range) in [
        (
            "bitnami",
            "BIT-apache-2024-1",
            "bitnami",
            "apache",
            "<2.4.60",
        ),
        ("bitnami", "BIT-java-2024-2", "bitnami", "java", "<8.0.401"),
        ("bitnami", "BIT-node-2024-3", "bitnami", "node", "<20.5.1"),
        ("node", "NSWG-COR-3", "generic", "node", "<20.5.1"),
    ] {
        let cve = format!("CVE-2024-{}", id.chars().last().unwrap());
        let about = affected(kind, name, &[range]);
        data = data.says(source, record(id).alias(&cve).about(about));
    }
    data
}

fn check(kind: &str, name: &str, version: &str, expected: &[&str], unknowns: &[&str]) {
    let package = library(kind, name, version, "usr/local/bin/x");
    let matched = data().matched(&inventory(None, vec![package]));
    let found: Vec<&str> = matched.findings.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(found, expected, "{kind} {name} {version}");
    assert_eq!(reasons(&matched), unknowns, "{kind} {name} {version}");
}

#[test]
fn the_authors_versions_are_spoken_of_under_bitnamis_names() {
    check("generic", "httpd", "2.4.57", &["CVE-2024-1"], &[]);
    check("generic", "httpd", "2.4.60", &[], &[]);
    check("generic", "openjdk", "1.8.0_392", &["CVE-2024-2"], &[]);
    check("generic", "openjdk", "1.8.0_402", &[], &[]);
    check("generic", "openjdk", "17.0.9", &[], &[]);
}

#[test]
fn two_sources_about_node_are_one_finding() {
    check("generic", "node", "20.5.0", &["CVE-2024-3"], &[]);
    check("bitnami", "node", "20.5.0-3", &["CVE-2024-3"], &[]);
    check("bitnami", "node", "20.5.1-0", &[], &[]);
}

#[test]
fn silence_about_a_program_is_told() {
    let unheard = "no advisories speak of 1 program without a package manager: bash 5.2.15";
    check("generic", "bash", "5.2.15", &[], &[unheard]);
    // Another's program of the same name.
    let unheard = "no advisories speak of 1 program without a package manager: acme/httpd 2.4.1";
    check("generic", "acme/httpd", "2.4.1", &[], &[unheard]);
    // Bitnami speaks for all of its own.
    check("bitnami", "gosu", "1.14.0-7", &[], &[]);
}
