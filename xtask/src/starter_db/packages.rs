//! Which source packages changed since a release came out, or are part of nearly every system, and
//! the files that their changelogs can be read from.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use plimsoll_vuln::schemes::scheme;

use super::mirror::Index;

/// Priorities of packages that nearly every system has.
const BASE: [&str; 3] = ["required", "important", "standard"];
/// Largest source archive that is fetched for its changelog alone, in bytes.
const NATIVE_BYTES_MAX: u64 = 4 << 20;
/// Largest binary package that is, in bytes.
const BINARY_BYTES_MAX: u64 = 64 << 20;

/// A source package in its newest version, with the files to try in order.
pub struct Changed {
    pub source: String,
    pub version: String,
    pub files: Vec<Place>,
}

/// A file on the mirror that holds a changelog.
#[derive(Clone)]
pub struct Place {
    /// The binary package's name; `None` for a source package's file.
    pub package: Option<String>,
    pub uri: String,
    pub name: String,
    pub sha256: String,
    pub bytes: u64,
}

/// A version of a source package, as the indexes have it.
#[derive(Default)]
struct Version {
    /// From the security archive, the updates, or marked as a stable update; or what it builds is
    /// installed nearly everywhere.
    is_wanted: bool,
    sources: Vec<Place>,
    binaries: Vec<Place>,
}

/// The wanted source packages, sorted by name.
pub fn changed(indexes: &[Index], release: &str) -> Vec<Changed> {
    let mut known: BTreeMap<String, BTreeMap<String, Version>> = BTreeMap::new();
    for index in indexes {
        for paragraph in index.text.split("\n\n") {
            let fields = Fields(paragraph);
            if index.kind == "Sources" {
                add_source(&mut known, index, &fields, release);
            } else {
                add_binary(&mut known, index, &fields, release);
            }
        }
    }
    known
        .into_iter()
        // Kernels signed once more: their changelogs repeat the version of what was signed.
        .filter(|(source, _)| !source.starts_with("linux-signed-"))
        .filter_map(|(source, versions)| newest(source, versions))
        .collect()
}

/// The newest version, if any version is wanted.
fn newest(source: String, versions: BTreeMap<String, Version>) -> Option<Changed> {
    let dpkg = scheme("dpkg")?;
    versions
        .values()
        .any(|version| version.is_wanted)
        .then_some(())?;
    let (version, mut found) = versions
        .into_iter()
        .max_by(|(a, _), (b, _)| dpkg.compare(a, b).unwrap_or(Ordering::Equal))?;
    found
        .binaries
        .sort_by(|a, b| (a.bytes, &a.name).cmp(&(b.bytes, &b.name)));
    let mut files = found.sources;
    files.extend(found.binaries);
    Some(Changed {
        source,
        version,
        files,
    })
}

fn add_source(
    known: &mut BTreeMap<String, BTreeMap<String, Version>>,
    index: &Index,
    fields: &Fields<'_>,
    release: &str,
) {
    let (Some(source), Some(version), Some(folder)) = (
        fields.get("Package"),
        fields.get("Version"),
        fields.get("Directory"),
    ) else {
        return;
    };
    let entry = entry(known, source, version);
    entry.is_wanted |= is_update(index, version, release);
    let files: Vec<Place> = fields
        .lines("Checksums-Sha256")
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (sha256, bytes, name) = (words.next()?, words.next()?, words.next()?);
            Some(Place {
                package: None,
                uri: format!("{}{folder}/{}", index.uri, escaped(name)),
                name: name.to_owned(),
                sha256: sha256.to_owned(),
                bytes: bytes.parse().ok()?,
            })
        })
        .collect();
    let is_packaging =
        |place: &&Place| place.name.contains(".debian.tar.") || place.name.ends_with(".diff.gz");
    let is_native = |place: &&Place| {
        place.name.contains(".tar.")
            && !is_signature(&place.name)
            && place.bytes <= NATIVE_BYTES_MAX
    };
    let best = files.iter().find(is_packaging).or_else(|| {
        let is_native_package = files
            .iter()
            .filter(|place| place.name.contains(".tar.") && !is_signature(&place.name))
            .count()
            == 1;
        files.iter().find(is_native).filter(|_| is_native_package)
    });
    if let Some(place) = best
        && !entry
            .sources
            .iter()
            .any(|known| known.sha256 == place.sha256)
    {
        entry.sources.push(place.clone());
    }
}

fn is_signature(name: &str) -> bool {
    name.rsplit('.').next() == Some("asc")
}

fn add_binary(
    known: &mut BTreeMap<String, BTreeMap<String, Version>>,
    index: &Index,
    fields: &Fields<'_>,
    release: &str,
) {
    let (Some(package), Some(version), Some(path), Some(sha256), Some(bytes)) = (
        fields.get("Package"),
        fields.get("Version"),
        fields.get("Filename"),
        fields.get("SHA256"),
        fields.get("Size").and_then(|size| size.parse().ok()),
    ) else {
        return;
    };
    // `Source: openssl (3.0.15-1)`, where name or version differ from the binary's.
    let source = fields.get("Source").unwrap_or(package);
    let (source, version) = match source.split_once(" (") {
        Some((source, version)) => (source, version.trim_end_matches(')')),
        None => (source, version),
    };
    if bytes > BINARY_BYTES_MAX {
        return;
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let entry = entry(known, source, version);
    let is_base = fields
        .get("Priority")
        .is_some_and(|priority| BASE.contains(&priority));
    entry.is_wanted |= is_base || is_update(index, version, release);
    entry.binaries.push(Place {
        package: Some(package.to_owned()),
        uri: format!("{}{folder}/{}", index.uri, escaped(name)),
        name: name.to_owned(),
        sha256: sha256.to_owned(),
        bytes,
    });
}

fn entry<'a>(
    known: &'a mut BTreeMap<String, BTreeMap<String, Version>>,
    source: &str,
    version: &str,
) -> &'a mut Version {
    let versions = known.entry(source.to_owned()).or_default();
    versions.entry(version.to_owned()).or_default()
}

/// `1.2-3+deb12u1` and `1.2-3~deb12u1` are updates of Debian 12, wherever they lie by now.
fn is_update(index: &Index, version: &str, release: &str) -> bool {
    let is_archive = index.suite.ends_with("-security") || index.suite.ends_with("-updates");
    is_archive
        || [format!("+deb{release}u"), format!("~deb{release}u")]
            .iter()
            .any(|mark| version.contains(mark))
}

/// As file names stand in addresses; apt takes the rest as it is.
fn escaped(name: &str) -> String {
    name.replace('%', "%25")
        .replace('+', "%2b")
        .replace('~', "%7e")
}

/// The fields of a paragraph, as deb822 has them.
struct Fields<'a>(&'a str);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.0
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim)
    }

    /// The lines that continue a field.
    fn lines(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let mut inside = false;
        self.0.lines().filter_map(move |line| {
            if let Some(more) = line.strip_prefix(' ') {
                return inside.then_some(more);
            }
            inside = line.split(':').next() == Some(name);
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(kind: &str, suite: &str, text: &str) -> Index {
        Index {
            kind: kind.to_owned(),
            uri: "http://m/debian/".to_owned(),
            suite: suite.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn what_changed_and_where_its_changelog_is() {
        let sources = "Package: demo\nVersion: 1.0-2\nDirectory: pool/main/d/demo\n\
            Checksums-Sha256:\n aa 10 demo_1.0-2.dsc\n bb 99 demo_1.0.orig.tar.xz\n cc 20 demo_1.0-2.debian.tar.xz\n\
            \nPackage: native\nVersion: 3+deb12u1\nDirectory: pool/main/n/native\n\
            Checksums-Sha256:\n aa 10 native_3+deb12u1.dsc\n dd 30 native_3+deb12u1.tar.xz\n\
            \nPackage: same\nVersion: 1-1\nDirectory: pool/main/s/same\n\
            Checksums-Sha256:\n ee 30 same_1-1.debian.tar.xz\n";
        let packages = "Package: libdemo1\nSource: demo (1.0-2+deb12u1)\nVersion: 1:1.0-2+deb12u1\n\
            Filename: pool/updates/main/d/demo/libdemo1.deb\nSize: 500\nSHA256: ff\n\
            \nPackage: bash\nVersion: 5-1\nPriority: required\nFilename: pool/main/b/bash/bash.deb\n\
            Size: 7\nSHA256: 11\n\nPackage: demo-data\nSource: demo\nVersion: 1.0-2+deb12u1\n\
            Filename: pool/updates/main/d/demo/demo-data.deb\nSize: 400\nSHA256: 00\n";
        let changed = changed(
            &[
                index("Sources", "bookworm", sources),
                index("Packages", "bookworm-security", packages),
            ],
            "12",
        );
        let shown: Vec<String> = changed
            .iter()
            .map(|changed| {
                let names: Vec<&str> = changed
                    .files
                    .iter()
                    .map(|file| file.name.as_str())
                    .collect();
                format!("{} {} {}", changed.source, changed.version, names.join(" "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "bash 5-1 bash.deb",
                "demo 1.0-2+deb12u1 demo-data.deb libdemo1.deb",
                "native 3+deb12u1 native_3+deb12u1.tar.xz"
            ]
        );
        assert!(
            changed[2].files[0]
                .uri
                .ends_with("native_3%2bdeb12u1.tar.xz")
        );
    }
}
