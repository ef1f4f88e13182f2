//! Licences that are told apart from the packages they belong to.

mod debian;

use std::collections::HashMap;

use plimsoll_model::{Package, Part, SourcePackage};

use crate::PackageLicenses;

pub(crate) use debian::to_spdx;

/// Gives packages of the operating system the licences that other files tell of them.
///
/// Debian lets the documentation of a package be a link to that of another package of the same
/// source and version, so that one of these speaks for those that have none of their own.
pub(crate) fn join<'f, 'p>(
    told: impl Iterator<Item = &'f PackageLicenses>,
    packages: impl Iterator<Item = &'p mut Package>,
) {
    let told: HashMap<&str, &[String]> = told
        .map(|told| (told.package.as_str(), told.licenses.as_slice()))
        .collect();
    if told.is_empty() {
        return;
    }
    let mut by_source: HashMap<SourcePackage, (String, &[String])> = HashMap::new();
    let mut silent = Vec::new();
    for package in packages {
        if package.part != Part::Os || !package.licenses.is_empty() {
            continue;
        }
        let Some(licenses) = told.get(package.name.as_str()) else {
            silent.push(package);
            continue;
        };
        package.licenses = licenses.to_vec();
        if let Some(source) = &package.source {
            let first = by_source
                .entry(source.clone())
                .or_insert_with(|| (package.name.clone(), licenses));
            // Whichever order they come in, the same one speaks.
            if package.name < first.0 {
                *first = (package.name.clone(), licenses);
            }
        }
    }
    for package in silent {
        let source = package.source.as_ref();
        if let Some((_, licenses)) = source.and_then(|source| by_source.get(source)) {
            package.licenses = licenses.to_vec();
        }
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_model::Ecosystem;

    use super::*;
    use crate::Found;
    use crate::purls::package_of;

    #[test]
    fn only_packages_that_say_nothing_themselves_are_told() {
        let package = |name: &str, part: Part, licenses: &[&str]| {
            let found = Found {
                part,
                licenses: licenses.iter().map(|text| (*text).to_owned()).collect(),
                ..Found::new(Ecosystem::DEB, name, "1")
            };
            package_of(&found, None, "dpkg-status").unwrap()
        };
        let mut packages = [
            package("bash", Part::Os, &[]),
            package("dash", Part::Os, &["BSD-3-Clause"]),
            package("bash", Part::Language, &[]),
        ];
        let told = ["bash", "dash"].map(|name| PackageLicenses {
            package: name.to_owned(),
            licenses: vec!["GPL-3.0-or-later".to_owned()],
        });
        join(told.iter(), packages.iter_mut());
        let licenses: Vec<String> = packages.iter().map(|p| p.licenses.join(",")).collect();
        assert_eq!(licenses, ["GPL-3.0-or-later", "BSD-3-Clause", ""]);
    }

    #[test]
    fn one_package_of_a_source_speaks_for_those_without_documentation() {
        let package = |name: &str, source: &str| {
            let found = Found {
                part: Part::Os,
                source: Some(SourcePackage {
                    name: source.to_owned(),
                    version: "12".to_owned(),
                }),
                ..Found::new(Ecosystem::DEB, name, "12")
            };
            package_of(&found, None, "dpkg-status").unwrap()
        };
        let mut packages = [
            package("gcc", "gcc-12"),
            package("libgcc", "gcc-12"),
            package("gcc-base", "gcc-12"),
            package("other", "other"),
        ];
        let told = ["libgcc", "gcc-base"].map(|name| PackageLicenses {
            package: name.to_owned(),
            licenses: vec![name.to_owned()],
        });
        join(told.iter(), packages.iter_mut());
        let licenses: Vec<String> = packages.iter().map(|p| p.licenses.join(",")).collect();
        assert_eq!(licenses, ["gcc-base", "libgcc", "gcc-base", ""]);
    }
}
