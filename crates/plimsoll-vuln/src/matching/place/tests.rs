use plimsoll_model::{Target, TargetKind};

use super::*;

fn os(id: &str, version: Option<&str>) -> Distribution {
    Distribution {
        id: id.to_owned(),
        version_id: version.map(str::to_owned),
        ..Distribution::default()
    }
}

fn places(known: &[&str], os: Distribution) -> Places {
    let scopes = known.iter().map(|scope| Scope::from((*scope).to_owned()));
    Places {
        os: Some(os),
        known: scopes.map(|scope| (scope, Knowledge::Whole)).collect(),
        chosen: BTreeMap::new(),
    }
}

/// The first scope that would be looked up if everything were known.
fn first(purl_type: &str, os: &Distribution) -> String {
    candidates(purl_type, os)[0].to_string()
}

#[test]
fn releases_are_cut_to_what_advisories_tell_apart() {
    for (purl_type, id, version, expected) in [
        ("deb", "debian", "12", "deb:debian:12"),
        ("deb", "debian", "12.5", "deb:debian:12"),
        ("deb", "debian", "3.1", "deb:debian:3.1"),
        ("deb", "ubuntu", "22.04", "deb:ubuntu:22.04"),
        ("deb", "ubuntu", "22.04.3", "deb:ubuntu:22.04"),
        ("apk", "alpine", "3.19.1", "apk:alpine:3.19"),
        ("apk", "alpine", "3.21.0_alpha20240923", "apk:alpine:edge"),
        ("rpm", "sles", "15.5", "rpm:sles:15.5"),
        ("rpm", "fedora", "40", "rpm:fedora:40"),
    ] {
        assert_eq!(first(purl_type, &os(id, Some(version))), expected);
    }
    let mut testing = os("debian", None);
    testing.codename = Some("forky".to_owned());
    assert_eq!(first("deb", &testing), "deb:debian:14");
    assert_eq!(first("deb", &os("debian", None)), "deb:debian:sid");
}

#[expect(clippy::needless_pass_by_value, reason = "reads better at the call")]
fn chosen(
    known: &[&str],
    purl_type: &str,
    os: Distribution,
) -> (String, Knowledge, Option<String>) {
    let place = places(known, os.clone()).of_distribution(purl_type, &os);
    (place.scope.to_string(), place.knowledge, place.parent)
}

#[test]
fn minor_releases_find_the_major_ones() {
    let known = ["rpm:almalinux:8", "rpm:rhel:9"];
    let (scope, knowledge, parent) = chosen(&known, "rpm", os("almalinux", Some("8.9")));
    assert_eq!(
        (scope.as_str(), knowledge),
        ("rpm:almalinux:8", Knowledge::Whole)
    );
    assert_eq!(parent, None);
}

#[test]
fn rolling_releases_have_one_scope() {
    let (scope, knowledge, _) = chosen(&["apk:wolfi"], "apk", os("wolfi", Some("20230201")));
    assert_eq!((scope.as_str(), knowledge), ("apk:wolfi", Knowledge::Whole));
}

#[test]
fn rebuilds_use_their_parents_only_without_their_own() {
    let rocky = os("rocky", Some("9.3"));
    let (scope, _, parent) = chosen(&["rpm:rhel:9"], "rpm", rocky.clone());
    assert_eq!(
        (scope.as_str(), parent.as_deref()),
        ("rpm:rhel:9", Some("rhel"))
    );
    let (scope, _, parent) = chosen(&["rpm:rhel:9", "rpm:rocky:9"], "rpm", rocky);
    assert_eq!((scope.as_str(), parent), ("rpm:rocky:9", None));
    let mut stream = os("centos", Some("9"));
    stream.pretty_name = Some("CentOS Stream 9".to_owned());
    let (_, knowledge, _) = chosen(&["rpm:rhel:9"], "rpm", stream);
    assert_eq!(knowledge, Knowledge::None);
    // Not a rebuild: its packages carry versions of their own.
    let (_, knowledge, _) = chosen(&["rpm:rhel:8"], "rpm", os("almalinux", Some("8.9")));
    assert_eq!(knowledge, Knowledge::None);
}

#[test]
fn derivatives_are_known_by_their_codename() {
    let known = ["deb:debian:12", "deb:ubuntu:22.04"];
    let mut raspbian = os("raspbian", Some("12"));
    raspbian.id_like = vec!["debian".to_owned()];
    raspbian.codename = Some("bookworm".to_owned());
    let (scope, _, parent) = chosen(&known, "deb", raspbian);
    assert_eq!(
        (scope.as_str(), parent.as_deref()),
        ("deb:debian:12", Some("debian"))
    );

    let mut pop = os("pop", Some("22.04"));
    pop.id_like = vec!["ubuntu".to_owned(), "debian".to_owned()];
    pop.codename = Some("jammy".to_owned());
    assert_eq!(chosen(&known, "deb", pop).0, "deb:ubuntu:22.04");

    // Its own codename says nothing about what it was made from.
    let mut kali = os("kali", Some("2024.1"));
    kali.id_like = vec!["debian".to_owned()];
    kali.codename = Some("kali-rolling".to_owned());
    assert_eq!(chosen(&known, "deb", kali).1, Knowledge::None);
}

#[test]
fn an_sbom_may_name_the_release_in_its_purls_only() {
    let package = |purl: &str| {
        let purl: plimsoll_model::Purl = purl.parse().unwrap();
        let parts = purl.parts().unwrap();
        plimsoll_model::Package {
            ecosystem: plimsoll_model::Ecosystem::new(&parts.purl_type),
            namespace: parts.namespace,
            name: parts.name,
            version: parts.version.unwrap_or_default(),
            arch: None,
            purl,
            part: plimsoll_model::Part::Os,
            state: plimsoll_model::State::Installed,
            source: None,
            licenses: Vec::new(),
            cataloger: "sbom".into(),
            locations: Vec::new(),
            module: None,
        }
    };
    let database = Database::open(
        crate::Builder::new(crate::BuildOptions::default())
            .finish()
            .unwrap(),
    )
    .unwrap();
    let target = Target {
        kind: TargetKind::Sbom,
        name: "x".to_owned(),
        digest: None,
        platform: None,
        os: None,
    };
    let places = Places::new(&database, &Inventory::new(target));
    for (purl, expected) in [
        (
            "pkg:deb/debian/bash@5?distro=debian-12.5",
            Some("deb:debian:12"),
        ),
        (
            "pkg:deb/debian/bash@5?distro=bookworm",
            Some("deb:debian:12"),
        ),
        (
            "pkg:deb/ubuntu/bash@5?distro=jammy",
            Some("deb:ubuntu:22.04"),
        ),
        (
            "pkg:rpm/redhat/bash@5?distro=rhel-9.4",
            Some("rpm:rhel:9.4"),
        ),
        (
            "pkg:rpm/opensuse/bash@5?distro=opensuse-leap-15.5",
            Some("rpm:opensuse-leap:15.5"),
        ),
        ("pkg:deb/debian/bash@5", None),
        ("pkg:npm/%40a/b@5", Some("npm")),
    ] {
        let place = places
            .of(&package(purl))
            .map(|place| place.scope.to_string());
        assert_eq!(place.as_deref(), expected, "{purl}");
    }
}
