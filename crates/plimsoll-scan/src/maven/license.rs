//! SPDX identifiers for what Maven projects and OSGi bundles call their licences.
//!
//! Only names and addresses that mean one licence; anything else stays as it is written.

/// Name or address in lower case, without scheme, `www.` and suffix, and its SPDX identifier.
const LICENSES: &[(&str, &str)] = &[
    ("apache 2", "Apache-2.0"),
    ("apache 2.0", "Apache-2.0"),
    ("apache license 2.0", "Apache-2.0"),
    ("apache license version 2.0", "Apache-2.0"),
    ("apache license, version 2.0", "Apache-2.0"),
    ("apache software license - version 2.0", "Apache-2.0"),
    ("apache software license, version 2.0", "Apache-2.0"),
    ("apache.org/licenses/license-2.0", "Apache-2.0"),
    ("bouncy castle licence", "MIT"),
    ("bsd 2-clause license", "BSD-2-Clause"),
    ("bsd 3-clause license", "BSD-3-Clause"),
    ("bsd license 3", "BSD-3-Clause"),
    (
        "cddl + gplv2 with classpath exception",
        "CDDL-1.0 OR GPL-2.0-only WITH Classpath-exception-2.0",
    ),
    (
        "common development and distribution license 1.0",
        "CDDL-1.0",
    ),
    ("eclipse distribution license - v 1.0", "BSD-3-Clause"),
    ("eclipse public license - v 1.0", "EPL-1.0"),
    ("eclipse public license - v 2.0", "EPL-2.0"),
    ("eclipse public license 1.0", "EPL-1.0"),
    ("eclipse public license v1.0", "EPL-1.0"),
    ("eclipse public license v2.0", "EPL-2.0"),
    ("eclipse public license, version 1.0", "EPL-1.0"),
    ("eclipse public license, version 2.0", "EPL-2.0"),
    ("eclipse.org/legal/epl-2.0", "EPL-2.0"),
    ("eclipse.org/legal/epl-v10", "EPL-1.0"),
    ("eclipse.org/org/documents/epl-v10.php", "EPL-1.0"),
    (
        "gnu lesser general public license, version 2.1",
        "LGPL-2.1-only",
    ),
    ("mit", "MIT"),
    ("mit license", "MIT"),
    ("mozilla public license, version 2.0", "MPL-2.0"),
    ("opensource.org/licenses/apache2.0.php", "Apache-2.0"),
    ("opensource.org/licenses/bsd-3-clause", "BSD-3-Clause"),
    ("opensource.org/licenses/mit", "MIT"),
    ("opensource.org/licenses/mit-license.php", "MIT"),
];

/// The SPDX identifier of a licence's name or address, or the text itself.
pub fn license_id(text: &str) -> &str {
    let lower = text.trim().to_ascii_lowercase();
    let mut key = lower.as_str();
    for prefix in ["https://", "http://", "www.", "the "] {
        key = key.strip_prefix(prefix).unwrap_or(key);
    }
    for suffix in ["/", ".txt", ".html"] {
        key = key.strip_suffix(suffix).unwrap_or(key);
    }
    LICENSES
        .binary_search_by_key(&key, |(name, _)| name)
        .ok()
        .and_then(|at| LICENSES.get(at))
        .map_or(text, |(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses() {
        assert!(LICENSES.is_sorted_by_key(|(name, _)| name));
        for (text, id) in [
            ("The Apache Software License, Version 2.0", "Apache-2.0"),
            (
                "http://www.apache.org/licenses/LICENSE-2.0.txt",
                "Apache-2.0",
            ),
            (
                "https://www.apache.org/licenses/LICENSE-2.0.html",
                "Apache-2.0",
            ),
            ("MIT License", "MIT"),
            ("http://www.eclipse.org/legal/epl-v10.html", "EPL-1.0"),
            ("Our own licence", "Our own licence"),
            ("", ""),
        ] {
            assert_eq!(license_id(text), id, "{text}");
        }
    }
}
