//! What an inventory is made of: visible files only, the layer that brought each package, and
//! language packages apart whose files an operating system package owns.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use plimsoll_model::{
    Digest, Distribution, Ecosystem, Inventory, Part, State, Target, TargetKind, Unknown,
};
use plimsoll_scan::cataloger::path_hash;
use plimsoll_scan::layer::FileFacts;
use plimsoll_scan::merge::{MergeLayer, View, merge};
use plimsoll_scan::{Facts, Found, OwnedFiles};

/// Winners as a map; what is not in it is visible in the layer it is asked about last.
struct Winners {
    winners: BTreeMap<&'static str, usize>,
    links: Vec<(String, String)>,
}

impl View for Winners {
    fn winner(&self, path: &str) -> Option<usize> {
        self.winners.get(path).copied()
    }

    fn root_links(&self) -> Vec<(String, String)> {
        self.links.clone()
    }
}

fn digest(layer: usize) -> Digest {
    Digest::from_sha256([layer as u8; 32])
}

fn deb(name: &str, version: &str) -> Found {
    Found {
        part: Part::Os,
        ..Found::new(Ecosystem::DEB, name, version)
    }
}

fn file(path: &str, packages: Vec<Found>) -> FileFacts {
    FileFacts {
        path: path.to_owned(),
        cataloger: "dpkg-status".to_owned(),
        facts: Facts {
            packages,
            ..Facts::default()
        },
    }
}

fn inventory(layers: Vec<Vec<FileFacts>>, winners: &[(&'static str, usize)]) -> Inventory {
    let layers: Vec<MergeLayer> = layers
        .into_iter()
        .enumerate()
        .map(|(index, facts)| MergeLayer {
            diff_id: Some(digest(index)),
            facts,
        })
        .collect();
    let view = Winners {
        winners: winners.iter().copied().collect(),
        links: vec![("lib".to_owned(), "usr/lib".to_owned())],
    };
    let target = Target {
        kind: TargetKind::Image,
        name: "x".to_owned(),
        digest: None,
        platform: None,
        os: None,
    };
    merge(
        target,
        Vec::new(),
        &layers,
        &view,
        &[State::Installed],
        Vec::new(),
    )
}

/// Purl, layer of the first place.
fn told(inventory: &Inventory) -> Vec<(String, Option<Digest>)> {
    inventory
        .packages
        .iter()
        .map(|package| (package.purl.to_string(), package.locations[0].layer.clone()))
        .collect()
}

#[test]
fn a_package_belongs_to_the_layer_that_brought_it() {
    let status = "var/lib/dpkg/status";
    let layers = vec![
        vec![file(status, vec![deb("bash", "1"), deb("tar", "1")])],
        vec![file(
            status,
            vec![deb("bash", "1"), deb("tar", "2"), deb("curl", "1")],
        )],
        vec![file(status, vec![deb("bash", "1"), deb("tar", "2")])],
    ];
    assert_eq!(
        told(&inventory(layers, &[(status, 2)])),
        [
            ("pkg:deb/bash@1".to_owned(), Some(digest(0))),
            ("pkg:deb/tar@2".to_owned(), Some(digest(1))),
        ]
    );
}

#[test]
fn a_package_that_was_gone_for_a_layer_came_back_with_the_later_one() {
    let status = "var/lib/dpkg/status";
    let layers = vec![
        vec![file(status, vec![deb("bash", "1")])],
        vec![file(status, vec![])],
        vec![file(status, vec![deb("bash", "1")])],
    ];
    assert_eq!(
        told(&inventory(layers, &[(status, 2)]))[0].1,
        Some(digest(2))
    );
}

#[test]
fn what_an_upper_layer_hides_does_not_count() {
    let npm = |name| Found::new(Ecosystem::NPM, name, "1");
    let layers = vec![
        vec![
            file("a/package.json", vec![npm("a")]),
            file("b/package.json", vec![npm("b")]),
        ],
        vec![],
    ];
    // `a` was replaced in layer 1 by something that no cataloger wants, `c` never was.
    let found = inventory(layers, &[("a/package.json", 1), ("b/package.json", 0)]);
    assert_eq!(told(&found), [("pkg:npm/b@1".to_owned(), Some(digest(0)))]);
}

#[test]
fn the_same_package_at_two_places_is_one() {
    let npm = || vec![Found::new(Ecosystem::NPM, "a", "1")];
    let layers = vec![vec![
        file("x/package.json", npm()),
        file("y/package.json", npm()),
    ]];
    let found = inventory(layers, &[("x/package.json", 0), ("y/package.json", 0)]);
    assert_eq!(found.packages.len(), 1);
    let paths: Vec<&str> = found.packages[0]
        .locations
        .iter()
        .map(|l| l.path.as_str())
        .collect();
    assert_eq!(paths, ["x/package.json", "y/package.json"]);
}

#[test]
fn owned_language_packages_are_named_apart() {
    let six = "usr/lib/python3/dist-packages/six.dist-info/METADATA";
    let own = "opt/app/six.dist-info/METADATA";
    let python = || vec![Found::new(Ecosystem::PYPI, "six", "1.16.0")];
    let mut list = file("var/lib/dpkg/info/python3-six.list", vec![]);
    list.facts.owned = vec![OwnedFiles {
        package: "python3-six".to_owned(),
        arch: None,
        // The list says where the file was before `/lib` became a link.
        paths: vec![path_hash(
            "/lib/python3/dist-packages/six.dist-info/METADATA",
        )],
    }];
    let layers = vec![vec![
        file(own, python()),
        file(six, python()),
        list,
        file("var/lib/dpkg/status", vec![deb("python3-six", "1.16.0-4")]),
    ]];
    let found = inventory(
        layers,
        &[
            (own, 0),
            (six, 0),
            ("var/lib/dpkg/info/python3-six.list", 0),
            ("var/lib/dpkg/status", 0),
        ],
    );
    assert_eq!(told(&found).len(), 2);
    assert_eq!(found.packages[1].locations[0].path, own);
    assert_eq!(found.owned.len(), 1);
    assert_eq!(found.owned[0].package.locations[0].path, six);
    assert_eq!(
        found.package(found.owned[0].owner).unwrap().name,
        "python3-six"
    );
}

#[test]
fn a_list_of_a_package_that_is_not_installed_owns_nothing() {
    let six = "lib/six.dist-info/METADATA";
    let mut list = file("var/lib/dpkg/info/gone.list", vec![]);
    list.facts.owned = vec![OwnedFiles {
        package: "gone".to_owned(),
        arch: None,
        paths: vec![path_hash(six)],
    }];
    let layers = vec![vec![
        file(six, vec![Found::new(Ecosystem::PYPI, "six", "1")]),
        list,
    ]];
    let found = inventory(layers, &[(six, 0), ("var/lib/dpkg/info/gone.list", 0)]);
    assert_eq!(found.packages.len(), 1);
    assert_eq!(found.owned, []);
}

#[test]
fn the_distribution_gives_namespace_and_qualifier() {
    let mut release = file("etc/os-release", vec![]);
    release.facts.os = Some(Distribution {
        id: "debian".to_owned(),
        version_id: Some("12".to_owned()),
        ..Distribution::default()
    });
    let mut other = file("usr/lib/os-release", vec![]);
    other.facts.os = Some(Distribution {
        id: "wrong".to_owned(),
        ..Distribution::default()
    });
    let layers = vec![vec![
        release,
        other,
        file("var/lib/dpkg/status", vec![deb("bash", "1")]),
    ]];
    let found = inventory(
        layers,
        &[
            ("etc/os-release", 0),
            ("usr/lib/os-release", 0),
            ("var/lib/dpkg/status", 0),
        ],
    );
    assert_eq!(told(&found)[0].0, "pkg:deb/debian/bash@1?distro=debian-12");
}

#[test]
fn unknowns_stand_at_their_place_inside_the_file() {
    let mut jar = file("app.jar", vec![]);
    jar.facts.unknowns = vec![Unknown::at("inner.jar", "depth"), Unknown::whole("cut")];
    let found = inventory(vec![vec![jar]], &[("app.jar", 0)]);
    assert_eq!(
        found.unknowns,
        [
            Unknown::at("app.jar", "cut").in_layer(Some(digest(0))),
            Unknown::at("app.jar!/inner.jar", "depth").in_layer(Some(digest(0))),
        ]
    );
}

/// An image may hold the same package tens of thousands of times, each time under another licence:
/// put in order at each of them, this would take an hour.
#[test]
fn one_package_at_very_many_places() {
    const COUNT: usize = 30_000;
    let files = (0..COUNT)
        .map(|number| {
            let mut found = deb("bash", "1");
            found.licenses = vec![format!("L{number}"), "MIT".to_owned()];
            file(&format!("var/{number}/status"), vec![found])
        })
        .collect();
    let layers = vec![MergeLayer {
        diff_id: Some(digest(0)),
        facts: files,
    }];
    let target = Target {
        kind: TargetKind::Image,
        name: "x".to_owned(),
        digest: None,
        platform: None,
        os: None,
    };
    let merged = merge(target, Vec::new(), &layers, &All, &State::ALL, Vec::new());
    let [package] = &merged.packages[..] else {
        panic!("{} packages", merged.packages.len())
    };
    assert_eq!(package.locations.len(), COUNT);
    assert!(package.locations.is_sorted());
    assert_eq!(package.licenses.len(), COUNT + 1);
}

/// Everything is visible in the only layer there is.
struct All;

impl View for All {
    fn winner(&self, _: &str) -> Option<usize> {
        Some(0)
    }

    fn root_links(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}
