//! Licences that are told apart from the packages they belong to.

mod debian;

use std::collections::HashMap;

use plimsoll_model::{Package, Part};

use crate::PackageLicenses;

pub(crate) use debian::to_spdx;

/// Gives packages of the operating system the licences that other files tell of them.
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
    for package in packages {
        if package.part == Part::Os
            && package.licenses.is_empty()
            && let Some(licenses) = told.get(package.name.as_str())
        {
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
}
