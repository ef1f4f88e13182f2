//! Debian's names of licences as SPDX expressions.
//!
//! Implements the short names and the expressions of the machine-readable copyright format 1.0
//! (DEP-5): `and` binds tighter than `or` unless a comma comes before, `with NAME exception`, `+`
//! for later versions. A name that is not known leaves the whole text as it is.

/// Names that differ from SPDX's by more than the rules below, in lower case. Sorted.
const NAMES: &[(&str, &str)] = &[
    ("apache-1", "Apache-1.0"),
    ("apache-1.0", "Apache-1.0"),
    ("apache-1.1", "Apache-1.1"),
    ("apache-2", "Apache-2.0"),
    ("apache-2.0", "Apache-2.0"),
    ("artistic", "Artistic-1.0"),
    ("artistic-1.0", "Artistic-1.0"),
    ("artistic-2", "Artistic-2.0"),
    ("artistic-2.0", "Artistic-2.0"),
    ("bsd-2-clause", "BSD-2-Clause"),
    ("bsd-3-clause", "BSD-3-Clause"),
    ("bsd-4-clause", "BSD-4-Clause"),
    ("bsl-1.0", "BSL-1.0"),
    ("cc0", "CC0-1.0"),
    ("cc0-1.0", "CC0-1.0"),
    ("cddl", "CDDL-1.0"),
    ("cddl-1.0", "CDDL-1.0"),
    ("cpl", "CPL-1.0"),
    ("cpl-1.0", "CPL-1.0"),
    ("curl", "curl"),
    ("efl-2", "EFL-2.0"),
    ("expat", "MIT"),
    ("hpnd", "HPND"),
    ("ijg", "IJG"),
    ("isc", "ISC"),
    ("lppl-1.3c", "LPPL-1.3c"),
    ("mit", "MIT"),
    ("mpl-1.1", "MPL-1.1"),
    ("mpl-2", "MPL-2.0"),
    ("mpl-2.0", "MPL-2.0"),
    ("ofl-1.1", "OFL-1.1"),
    ("openssl", "OpenSSL"),
    ("perl", "(Artistic-1.0-Perl OR GPL-1.0-or-later)"),
    ("postgresql", "PostgreSQL"),
    ("psf-2", "PSF-2.0"),
    ("python-2.0", "Python-2.0"),
    ("qpl-1.0", "QPL-1.0"),
    ("sil-1.1", "OFL-1.1"),
    ("sleepycat", "Sleepycat"),
    ("tcl", "TCL"),
    ("unlicense", "Unlicense"),
    ("vim", "Vim"),
    ("w3c", "W3C"),
    ("wtfpl", "WTFPL"),
    ("x11", "X11"),
    ("zlib", "Zlib"),
    ("zope-2.0", "ZPL-2.0"),
    ("zope-2.1", "ZPL-2.1"),
];

/// Exceptions, by the words between `with` and `exception`, in lower case.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("bison", "Bison-exception-2.2"),
    ("classpath", "Classpath-exception-2.0"),
    ("font", "Font-exception-2.0"),
    ("gcc", "GCC-exception-3.1"),
    ("gcc-runtime", "GCC-exception-3.1"),
    ("libtool", "Libtool-exception"),
    ("linux-syscall-note", "Linux-syscall-note"),
];

/// Versions that SPDX knows of GNU's licences.
const GNU: &[(&str, &[&str])] = &[
    ("agpl", &["1.0", "3.0"]),
    ("gfdl", &["1.1", "1.2", "1.3"]),
    ("gpl", &["1.0", "2.0", "3.0"]),
    ("lgpl", &["2.0", "2.1", "3.0"]),
];

/// The SPDX expression of a licence field; `None` if a part of it has none.
pub(crate) fn to_spdx(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let (first, rest) = parts.split_first()?;
    let mut out = alternatives(first)?;
    for part in rest {
        // A comma before `and` or `or` closes what came before it.
        let (operator, right) = part.split_once(' ')?;
        let right = alternatives(right)?;
        out = match operator.to_ascii_lowercase().as_str() {
            "and" => format!("{} AND {}", grouped(&out), grouped(&right)),
            "or" => format!("{} OR {}", grouped(&out), grouped(&right)),
            _ => return None,
        };
    }
    Some(out)
}

/// An expression in parentheses where it has more than one licence.
fn grouped(expression: &str) -> String {
    if expression.contains(" AND ") || expression.contains(" OR ") {
        return format!("({expression})");
    }
    expression.to_owned()
}

/// Licences with `and` and `or` between them, without commas. SPDX binds as DEP-5 does.
fn alternatives(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut words = text.split_ascii_whitespace().peekable();
    loop {
        let license = license(words.next()?)?;
        out.push_str(&license);
        if words
            .next_if(|word| word.eq_ignore_ascii_case("with"))
            .is_some()
        {
            let exception = words.next()?.to_ascii_lowercase();
            words.next_if(|word| word.eq_ignore_ascii_case("exception"))?;
            out.push_str(" WITH ");
            out.push_str(find(EXCEPTIONS, &exception)?);
        }
        match words.next().map(str::to_ascii_lowercase).as_deref() {
            None => return Some(out),
            Some("and") => out.push_str(" AND "),
            Some("or" | "and/or") => out.push_str(" OR "),
            Some(_) => return None,
        }
    }
}

fn license(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if let Some(known) = find(NAMES, &lower) {
        return Some(known.to_owned());
    }
    if lower.starts_with("cc-by") && !lower.ends_with('+') {
        return creative_commons(&lower);
    }
    gnu(&lower)
}

/// `gpl-2+` is `GPL-2.0-or-later`.
fn gnu(lower: &str) -> Option<String> {
    let (family, version) = lower.split_once('-')?;
    // Debian marks a manual without invariant sections; SPDX has that as a licence of its own.
    let (version, invariants) = match version.strip_prefix("niv-") {
        Some(version) if family == "gfdl" => (version, "-no-invariants"),
        _ => (version, ""),
    };
    let (version, later) = match version.strip_suffix('+') {
        Some(version) => (version, "or-later"),
        None => (version, "only"),
    };
    let version = match version.split_once('.') {
        Some(_) => version.to_owned(),
        None => format!("{version}.0"),
    };
    let known = GNU.iter().find(|(name, _)| *name == family)?.1;
    let family = family.to_ascii_uppercase();
    known
        .contains(&version.as_str())
        .then(|| format!("{family}-{version}{invariants}-{later}"))
}

/// `cc-by-sa-3.0` is `CC-BY-SA-3.0`; without a version it is none.
fn creative_commons(lower: &str) -> Option<String> {
    let version = lower.rsplit('-').next()?;
    matches!(version, "1.0" | "2.0" | "2.5" | "3.0" | "4.0").then(|| lower.to_ascii_uppercase())
}

fn find(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(_, spdx)| *spdx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_expressions() {
        for (text, expected) in [
            ("Expat", "MIT"),
            ("GPL-2", "GPL-2.0-only"),
            ("GPL-2+", "GPL-2.0-or-later"),
            ("GPL-2.0+", "GPL-2.0-or-later"),
            ("LGPL-2.1+", "LGPL-2.1-or-later"),
            ("GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later"),
            ("BSD-3-clause", "BSD-3-Clause"),
            ("GPL-1+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0"),
            ("GPL-2+ and Expat or ISC", "GPL-2.0-or-later AND MIT OR ISC"),
            (
                "GPL-2+ or Artistic, and BSD-3-clause",
                "(GPL-2.0-or-later OR Artistic-1.0) AND BSD-3-Clause",
            ),
            (
                "GPL-3+ with GCC-Runtime exception",
                "GPL-3.0-or-later WITH GCC-exception-3.1",
            ),
            ("CC-BY-SA-3.0", "CC-BY-SA-3.0"),
        ] {
            assert_eq!(to_spdx(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_stays_as_it_is() {
        for text in [
            "",
            "public-domain",
            "GPL-9",
            "GPL",
            "CC-BY",
            "GPL-2+ with OpenSSL exception",
            "GPL-2+ and",
            "and GPL-2+",
            "GPL-2+ MIT",
            "GPL-2+, MIT",
            "GPL-2+ and other, or MIT",
        ] {
            assert_eq!(to_spdx(text), None, "{text}");
        }
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.is_sorted_by_key(|row| row.0));
    }
}
