//! `image-past-its-end`: image is of a release that gets no more fixes.

use plimsoll_model::{Date, Severity};

use crate::check::{Check, Persona, Said, Test};
use crate::options::Options;
use plimsoll_object::image::ImageName;
use plimsoll_object::object::Container;

pub const CHECK: Check = Check {
    id: "image-past-its-end",
    title: "image is of a release that gets no more fixes",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa image-scanning", "mitre T1190"],
    aliases: &[],
    why: "Nobody mends vulnerabilities in it any more, the known ones stay for good.",
    mend: "Move to a release that is maintained.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: docker.io/library/debian:10
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: docker.io/library/debian:13
",
    test: Test::Asked(test),
};

/// Images of Docker Hub's library whose tags begin so, and the last day of their free support, long
/// term support included. Sources: the projects' own pages.
const ENDS: [(&str, &[(&str, Date)]); 12] = [
    (
        "alpine",
        &[
            ("3.16", Date::constant(2024, 5, 23)),
            ("3.17", Date::constant(2024, 11, 22)),
            ("3.18", Date::constant(2025, 5, 9)),
            ("3.19", Date::constant(2025, 11, 1)),
            ("3.20", Date::constant(2026, 4, 1)),
            ("3.21", Date::constant(2026, 11, 1)),
            ("3.22", Date::constant(2027, 5, 1)),
        ],
    ),
    (
        "centos",
        &[
            ("6", Date::constant(2020, 11, 30)),
            ("7", Date::constant(2024, 6, 30)),
            ("8", Date::constant(2021, 12, 31)),
        ],
    ),
    (
        "debian",
        &[
            ("8", Date::constant(2020, 6, 30)),
            ("jessie", Date::constant(2020, 6, 30)),
            ("9", Date::constant(2022, 6, 30)),
            ("stretch", Date::constant(2022, 6, 30)),
            ("10", Date::constant(2024, 6, 30)),
            ("buster", Date::constant(2024, 6, 30)),
            ("11", Date::constant(2026, 8, 31)),
            ("bullseye", Date::constant(2026, 8, 31)),
            ("12", Date::constant(2028, 6, 30)),
            ("bookworm", Date::constant(2028, 6, 30)),
        ],
    ),
    (
        "golang",
        &[
            ("1.22", Date::constant(2025, 2, 11)),
            ("1.23", Date::constant(2025, 8, 12)),
        ],
    ),
    (
        "mysql",
        &[
            ("5.5", Date::constant(2018, 12, 31)),
            ("5.6", Date::constant(2021, 2, 5)),
            ("5.7", Date::constant(2023, 10, 31)),
            ("8.0", Date::constant(2026, 4, 30)),
        ],
    ),
    (
        "node",
        &[
            ("14", Date::constant(2023, 4, 30)),
            ("16", Date::constant(2023, 9, 11)),
            ("18", Date::constant(2025, 4, 30)),
            ("20", Date::constant(2026, 4, 30)),
            ("22", Date::constant(2027, 4, 30)),
        ],
    ),
    (
        "php",
        &[
            ("5", Date::constant(2018, 12, 31)),
            ("7", Date::constant(2022, 11, 28)),
            ("8.0", Date::constant(2023, 11, 26)),
            ("8.1", Date::constant(2025, 12, 31)),
            ("8.2", Date::constant(2026, 12, 31)),
        ],
    ),
    (
        "postgres",
        &[
            ("9", Date::constant(2021, 11, 11)),
            ("10", Date::constant(2022, 11, 10)),
            ("11", Date::constant(2023, 11, 9)),
            ("12", Date::constant(2024, 11, 21)),
            ("13", Date::constant(2025, 11, 13)),
            ("14", Date::constant(2026, 11, 12)),
            ("15", Date::constant(2027, 11, 11)),
        ],
    ),
    (
        "python",
        &[
            ("2", Date::constant(2020, 1, 1)),
            ("3.6", Date::constant(2021, 12, 23)),
            ("3.7", Date::constant(2023, 6, 27)),
            ("3.8", Date::constant(2024, 10, 7)),
            ("3.9", Date::constant(2025, 10, 31)),
            ("3.10", Date::constant(2026, 10, 31)),
            ("3.11", Date::constant(2027, 10, 31)),
        ],
    ),
    (
        "ruby",
        &[
            ("2", Date::constant(2023, 3, 31)),
            ("3.0", Date::constant(2024, 4, 23)),
            ("3.1", Date::constant(2025, 3, 26)),
            ("3.2", Date::constant(2026, 3, 31)),
        ],
    ),
    (
        "ubuntu",
        &[
            ("16.04", Date::constant(2021, 4, 30)),
            ("xenial", Date::constant(2021, 4, 30)),
            ("18.04", Date::constant(2023, 5, 31)),
            ("bionic", Date::constant(2023, 5, 31)),
            ("20.04", Date::constant(2025, 5, 31)),
            ("focal", Date::constant(2025, 5, 31)),
            ("22.04", Date::constant(2027, 4, 30)),
            ("jammy", Date::constant(2027, 4, 30)),
        ],
    ),
    ("openjdk", &[("", Date::constant(2022, 7, 31))]),
];

fn test(container: &Container<'_>, options: &Options<'_>, said: &mut Said) {
    let Some(node) = container.field(&["image"]) else {
        return;
    };
    let name = ImageName::parse(node.as_str().unwrap_or_default());
    if name.host() != "docker.io" || !name.repository().starts_with("library/") {
        return;
    }
    let ends = ENDS.iter().find(|(image, _)| *image == name.short());
    let tag = name.tag.unwrap_or_default();
    let is_of = |release: &str| {
        let rest = tag.strip_prefix(release);
        release.is_empty()
            || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    };
    let end = ends.and_then(|(_, ends)| ends.iter().find(|(release, _)| is_of(release)));
    if let Some((_, end)) = end
        && *end < options.today
    {
        said.container(container, Some(node.at), "image", format!("ended on {end}"));
    }
}
