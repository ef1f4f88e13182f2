//! Python core metadata: `METADATA` in a `.dist-info` folder, `PKG-INFO` in an `.egg-info` one.
//!
//! Specification: packaging.python.org, core metadata 1.0 to 2.4. Only name, version and licence
//! are read.

use plimsoll_model::Ecosystem;

use super::normalized;
use crate::syntax::headers::headers;
use crate::{CatalogError, Found};

/// Trove classifiers that name exactly one licence, and its SPDX id. Others (`BSD License`) say
/// too little, and are kept as text.
const CLASSIFIERS: &[(&str, &str)] = &[
    ("Academic Free License (AFL)", "AFL-3.0"),
    ("Apache Software License", "Apache-2.0"),
    ("Boost Software License 1.0 (BSL-1.0)", "BSL-1.0"),
    (
        "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication",
        "CC0-1.0",
    ),
    ("Eclipse Public License 1.0 (EPL-1.0)", "EPL-1.0"),
    ("Eclipse Public License 2.0 (EPL-2.0)", "EPL-2.0"),
    ("GNU Affero General Public License v3", "AGPL-3.0-only"),
    (
        "GNU Affero General Public License v3 or later (AGPLv3+)",
        "AGPL-3.0-or-later",
    ),
    ("GNU General Public License v2 (GPLv2)", "GPL-2.0-only"),
    (
        "GNU General Public License v2 or later (GPLv2+)",
        "GPL-2.0-or-later",
    ),
    ("GNU General Public License v3 (GPLv3)", "GPL-3.0-only"),
    (
        "GNU General Public License v3 or later (GPLv3+)",
        "GPL-3.0-or-later",
    ),
    (
        "GNU Lesser General Public License v2 (LGPLv2)",
        "LGPL-2.0-only",
    ),
    (
        "GNU Lesser General Public License v2 or later (LGPLv2+)",
        "LGPL-2.0-or-later",
    ),
    (
        "GNU Lesser General Public License v3 (LGPLv3)",
        "LGPL-3.0-only",
    ),
    (
        "GNU Lesser General Public License v3 or later (LGPLv3+)",
        "LGPL-3.0-or-later",
    ),
    ("ISC License (ISCL)", "ISC"),
    ("MIT License", "MIT"),
    ("MIT No Attribution License (MIT-0)", "MIT-0"),
    ("Mozilla Public License 1.1 (MPL 1.1)", "MPL-1.1"),
    ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
    ("Python Software Foundation License", "PSF-2.0"),
    ("The Unlicense (Unlicense)", "Unlicense"),
    ("Universal Permissive License (UPL)", "UPL-1.0"),
    ("zlib/libpng License", "Zlib"),
];

/// The package that core metadata describes. Where the name or version is missing, those of the
/// folder or file that holds it serve, which installers derive from the same fields.
pub(crate) fn read_metadata(text: &str, folder: &str) -> Result<Found, CatalogError> {
    let mut fields = Fields::default();
    for field in headers(text) {
        fields.take(&field);
    }
    let (folder_name, folder_version) = parts_of_folder(folder).unzip();
    let name = fields.name.or(folder_name.map(str::to_owned));
    let version = fields.version.or(folder_version.map(str::to_owned));
    let (Some(name), Some(version)) = (name, version) else {
        return Err(CatalogError::new("metadata has no name or no version"));
    };
    let licenses = match (fields.expression, fields.license) {
        (Some(expression), _) => vec![expression],
        (None, Some(license)) => vec![license],
        (None, None) => fields.classifiers,
    };
    Ok(Found {
        licenses,
        ..Found::new(Ecosystem::PYPI, normalized(&name), version)
    })
}

#[derive(Default)]
struct Fields {
    name: Option<String>,
    version: Option<String>,
    expression: Option<String>,
    license: Option<String>,
    classifiers: Vec<String>,
}

impl Fields {
    fn take(&mut self, field: &crate::syntax::headers::Header<'_>) {
        let told = || Some(field.value()).filter(|value| !value.is_empty() && value != "UNKNOWN");
        if field.is("Name") {
            self.name = self.name.take().or_else(told);
        } else if field.is("Version") {
            self.version = self.version.take().or_else(told);
        } else if field.is("License-Expression") {
            self.expression = told();
        } else if field.is("License") {
            // Many put the licence's whole text here; then the classifiers say more.
            self.license = told().filter(|_| field.raw.trim().lines().count() == 1);
        } else if field.is("Classifier")
            && let Some(license) = license_of_classifier(&field.value())
            && self.classifiers.len() < CLASSIFIERS.len()
        {
            self.classifiers.push(license);
        }
    }
}

/// `License :: OSI Approved :: MIT License` is `MIT`.
fn license_of_classifier(classifier: &str) -> Option<String> {
    let rest = classifier.strip_prefix("License :: ")?;
    let license = rest.rsplit(" :: ").next()?;
    if license == "OSI Approved" {
        return None;
    }
    let known = CLASSIFIERS.iter().find(|(text, _)| *text == license);
    Some(known.map_or(license, |(_, id)| id).to_owned())
}

/// Name and version of `name-1.0.dist-info`, `name-1.0-py3.11.egg-info` or `name-1.0.egg`.
fn parts_of_folder(folder: &str) -> Option<(&str, &str)> {
    let (stem, extension) = folder.rsplit_once('.')?;
    if !["dist-info", "egg-info", "egg"].contains(&extension) {
        return None;
    }
    let mut parts = stem.split('-');
    let (name, version) = (parts.next()?, parts.next()?);
    (!name.is_empty() && !version.is_empty()).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, folder: &str, expected: &str) {
        let told = match read_metadata(text, folder) {
            Ok(found) => format!(
                "{} {} {}",
                found.name,
                found.version,
                found.licenses.join("|")
            ),
            Err(error) => error.reason,
        };
        assert_eq!(told.trim_end(), expected, "{text}");
    }

    #[test]
    fn the_expression_goes_before_text_and_text_before_classifiers() {
        let head = "Metadata-Version: 2.4\nName: Zope.Interface\nVersion: 7.2\n";
        let classifiers = "Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved :: BSD License\nClassifier: Topic :: X\n";
        let text = "License: Apache 2.0\n";
        let expression = "License-Expression: MIT OR ISC\n";
        let folder = "zope_interface-7.2.dist-info";
        for (fields, expected) in [
            (String::new(), ""),
            (classifiers.to_owned(), "MIT|BSD License"),
            (format!("{classifiers}{text}"), "Apache 2.0"),
            (
                format!("License: UNKNOWN\n{classifiers}"),
                "MIT|BSD License",
            ),
            (
                format!("License: Copyright\n   all rights\n{classifiers}"),
                "MIT|BSD License",
            ),
            (format!("{classifiers}{expression}{text}"), "MIT OR ISC"),
        ] {
            let expected = format!("zope-interface 7.2 {expected}");
            let text = format!("{head}{fields}\nName: body\n");
            check(&text, folder, expected.trim_end());
        }
    }

    #[test]
    fn the_folder_fills_what_the_fields_leave_out() {
        check("", "a_b-1.0.dist-info", "a-b 1.0");
        check("Version: 2", "a-1.0-py3.11.egg-info", "a 2");
        check(
            "Name: a",
            "a.egg-info",
            "metadata has no name or no version",
        );
    }
}
