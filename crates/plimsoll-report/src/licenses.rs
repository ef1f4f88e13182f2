//! Licences as SBOM formats want them: identifiers of the SPDX list, valid expressions, and
//! everything else under a name of our own.

use std::collections::BTreeMap;

use plimsoll_model::Package;

use crate::identity::sha256;

/// What one licence text turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An identifier of the SPDX list.
    Id,
    /// A valid SPDX expression of more than one word.
    Expression,
    /// Neither.
    Text,
}

/// Tells what a text is, by the SPDX list that the `spdx` crate carries.
pub fn kind(text: &str) -> Kind {
    if spdx::license_id(text).is_some_and(|id| id.name == text) {
        Kind::Id
    } else if is_expression(text) {
        Kind::Expression
    } else {
        Kind::Text
    }
}

/// A valid expression without references to documents, which we could not resolve.
fn is_expression(text: &str) -> bool {
    text.is_ascii()
        && !text.contains("Ref-")
        && !text.contains('/')
        && spdx::Expression::parse(text).is_ok()
}

/// Licence texts that are no expression, by the `LicenseRef-` that stands for each.
pub type Extracted<'a> = BTreeMap<String, &'a str>;

/// One expression for all licences of a package; `None` where it has none. Texts that are no
/// expression are noted in `extracted`.
pub fn expression<'a>(package: &'a Package, extracted: &mut Extracted<'a>) -> Option<String> {
    let texts = package
        .licenses
        .iter()
        .filter(|text| !text.trim().is_empty());
    let terms: Vec<(Kind, String)> = texts
        .map(|text| {
            let kind = kind(text);
            if kind != Kind::Text {
                return (kind, text.clone());
            }
            let reference = format!("LicenseRef-{}", sha256(text.as_bytes()).short());
            extracted.insert(reference.clone(), text);
            (kind, reference)
        })
        .collect();
    if let [(_, only)] = terms.as_slice() {
        return Some(only.clone());
    }
    let terms: Vec<String> = terms
        .into_iter()
        .map(|(kind, term)| {
            if kind == Kind::Expression {
                format!("({term})")
            } else {
                term
            }
        })
        .collect();
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart() {
        for (text, expected) in [
            ("MIT", Kind::Id),
            ("GPL-2.0", Kind::Id),
            ("mit", Kind::Text),
            ("MIT OR Apache-2.0", Kind::Expression),
            (
                "GPL-2.0-or-later WITH Classpath-exception-2.0",
                Kind::Expression,
            ),
            ("GPL-2+", Kind::Text),
            ("LicenseRef-x", Kind::Text),
            ("MIT/Apache-2.0", Kind::Text),
            ("", Kind::Text),
            ("see LICENSE", Kind::Text),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }
}
