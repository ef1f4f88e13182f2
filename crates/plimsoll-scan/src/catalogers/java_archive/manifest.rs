//! A jar's manifest (`META-INF/MANIFEST.MF`), by the JAR File Specification.

use std::collections::BTreeMap;

/// Attributes that are kept; the digests of signed jars are not.
const KEPT: &[&str] = &[
    "automatic-module-name",
    "bundle-license",
    "bundle-name",
    "bundle-symbolicname",
    "bundle-version",
    "extension-name",
    "group-id",
    "implementation-title",
    "implementation-vendor-id",
    "implementation-version",
    "plugin-version",
    "short-name",
    "specification-title",
    "specification-version",
];

/// Longest value that is kept, in bytes; a longer one is cut.
const VALUE_BYTES_MAX: usize = 1024;

/// The attributes of the main section, and of the first section that has one where that has not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    attributes: BTreeMap<&'static str, String>,
    others: BTreeMap<&'static str, String>,
}

impl Manifest {
    /// Lines that are no attribute are passed over.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut manifest = Self::default();
        let mut main = true;
        let mut started = false;
        let mut attribute: Option<(&'static str, Vec<u8>)> = None;
        for line in lines(bytes) {
            if let Some(more) = line.strip_prefix(b" ") {
                if let Some((_, value)) = &mut attribute {
                    append(value, more);
                }
                continue;
            }
            manifest.keep(attribute.take(), main);
            // Empty lines before the first attribute end nothing.
            main &= !(line.is_empty() && started);
            started |= !line.is_empty();
            attribute = split(line).map(|(name, start)| {
                let mut value = Vec::new();
                append(&mut value, start);
                (name, value)
            });
        }
        manifest.keep(attribute, main);
        manifest
    }

    fn keep(&mut self, attribute: Option<(&'static str, Vec<u8>)>, main: bool) {
        let Some((name, value)) = attribute else {
            return;
        };
        let value = String::from_utf8_lossy(&value).trim().to_owned();
        let section = if main {
            &mut self.attributes
        } else {
            &mut self.others
        };
        if !value.is_empty() {
            section.entry(name).or_insert(value);
        }
    }

    /// An attribute of the main section, by its name in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The same, else of the first other section that has it.
    pub fn get_anywhere(&self, name: &str) -> Option<&str> {
        self.get(name)
            .or_else(|| self.others.get(name).map(String::as_str))
    }
}

/// Lines end with CR LF, LF or CR.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').flat_map(|line| {
        line.strip_suffix(b"\r")
            .unwrap_or(line)
            .split(|byte| *byte == b'\r')
    })
}

/// Name and start of the value, if the attribute is one to keep.
fn split(line: &[u8]) -> Option<(&'static str, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line.get(..colon)?;
    let kept = KEPT
        .iter()
        .find(|kept| kept.as_bytes().eq_ignore_ascii_case(name.trim_ascii()))?;
    let value = line.get(colon + 1..)?;
    Some((kept, value.strip_prefix(b" ").unwrap_or(value)))
}

/// A character may be split between two lines, so that bytes are put together first.
fn append(value: &mut Vec<u8>, more: &[u8]) {
    let room = VALUE_BYTES_MAX.saturating_sub(value.len());
    value.extend_from_slice(more.get(..room.min(more.len())).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_continued_lines() {
        let text = "Manifest-Version: 1.0\r\nimplementation-TITLE: a very l\r\n ong title\r\n\
            Bundle-SymbolicName:org.example\r\n\r\nName: org/example/\r\n\
            Implementation-Version: 1.2\r\nImplementation-Title: other\r\n\r\n\
            Name: org/other/\r\nImplementation-Version: 3.4\r\n";
        let manifest = Manifest::parse(text.as_bytes());
        assert_eq!(
            manifest.get("implementation-title"),
            Some("a very long title")
        );
        assert_eq!(manifest.get("bundle-symbolicname"), Some("org.example"));
        assert_eq!(manifest.get("implementation-version"), None);
        assert_eq!(manifest.get_anywhere("implementation-version"), Some("1.2"));
    }

    #[test]
    fn characters_are_put_together_across_lines() {
        let manifest = Manifest::parse(b"Bundle-Name: caf\xc3\n \xa9\rShort-Name: x");
        assert_eq!(manifest.get("bundle-name"), Some("café"));
        assert_eq!(manifest.get("short-name"), Some("x"));
    }

    #[test]
    fn odd_text_does_no_harm() {
        for text in [
            "",
            " ",
            " x",
            ":",
            ": x",
            "Name",
            "\n\n\n",
            "Bundle-Name:",
            "\r\r",
        ] {
            assert_eq!(
                Manifest::parse(text.as_bytes()),
                Manifest::default(),
                "{text:?}"
            );
        }
        let long = format!(
            "Bundle-Name: {}\n {}",
            "a".repeat(1 << 20),
            "b".repeat(1 << 20)
        );
        let manifest = Manifest::parse(long.as_bytes());
        assert_eq!(
            manifest.get("bundle-name").map(str::len),
            Some(VALUE_BYTES_MAX)
        );
    }
}
