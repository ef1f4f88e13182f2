//! What the file name of an archive says: `artifact-version[-classifier].jar`.
//!
//! Maven names its artifacts so. Both parts may hold dashes and digits: the version starts at the
//! first part after a dash that looks like one, unless a word and a better one follow
//! (`log4j-1.2-api-2.14.1`). Eclipse puts an underscore between them
//! (`org.eclipse.osgi_3.16.200.v20210226-1447`).

/// Name and version from a file name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileName<'a> {
    pub name: &'a str,
    /// Without classifier; empty when the name has none.
    pub version: &'a str,
}

/// Longest name that is taken apart, in bytes; no file system has longer ones.
const NAME_BYTES_MAX: usize = 255;

/// Parts after the version that name a variant of the same artifact.
const CLASSIFIERS: &[&str] = &[
    "all",
    "bin",
    "boot",
    "bundle",
    "exec",
    "executable",
    "fat",
    "jar-with-dependencies",
    "javadoc",
    "runner",
    "shaded",
    "sources",
    "standalone",
    "test-sources",
    "tests",
    "uber",
];

/// How parts begin that name an operating system in a classifier.
const SYSTEMS: &[&str] = &["linux", "osx", "windows", "macos", "natives"];

impl<'a> FileName<'a> {
    /// Takes the name of the file, with or without its folder.
    pub fn parse(path: &'a str) -> Self {
        let file = path.rsplit('/').next().unwrap_or(path);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let start = Some(stem)
            .filter(|stem| stem.len() <= NAME_BYTES_MAX)
            .and_then(version_start);
        match start {
            Some(at) => Self {
                name: stem.get(..at - 1).unwrap_or_default(),
                version: without_classifier(stem.get(at..).unwrap_or_default()),
            },
            None => Self {
                name: stem,
                version: "",
            },
        }
    }
}

/// Where the version starts; a separator of one byte stands before it.
fn version_start(stem: &str) -> Option<usize> {
    let parts: Vec<(usize, &str)> = parts(stem).collect();
    let mut candidate = None;
    for (index, (_, part)) in parts.iter().enumerate().skip(1) {
        let better = candidate.is_none_or(|chosen: usize| {
            let between = parts.get(chosen + 1..index).unwrap_or_default();
            part.contains('.') && between.iter().any(|(_, part)| is_word(part))
        });
        if looks_like_version(part) && better {
            candidate = Some(index);
        }
    }
    let dash = candidate
        .and_then(|index| parts.get(index))
        .map(|(at, _)| *at);
    let underscore = underscore_version(stem);
    match (dash, underscore) {
        (Some(dash), Some(underscore)) => Some(dash.min(underscore)),
        (dash, underscore) => dash.or(underscore),
    }
}

/// The parts between dashes with their places.
fn parts(stem: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    stem.split('-').map(move |part| {
        let start = at;
        at += part.len() + 1;
        (start, part)
    })
}

/// `1.2`, `v3`, `r09`, `rc1`, `build235`.
fn looks_like_version(part: &str) -> bool {
    let rest = ["build", "rc", "r", "v"]
        .iter()
        .find_map(|prefix| part.strip_prefix(prefix))
        .unwrap_or(part);
    rest.starts_with(|first: char| first.is_ascii_digit())
}

/// A word that belongs to a name and to no version or classifier.
fn is_word(part: &str) -> bool {
    const QUALIFIERS: &[&str] = &[
        "alpha",
        "android",
        "beta",
        "cr",
        "final",
        "ga",
        "incubating",
        "jre",
        "m",
        "milestone",
        "pre",
        "preview",
        "rc",
        "redhat",
        "release",
        "rev",
        "sec",
        "snapshot",
        "sp",
    ];
    let letters = part.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.');
    part.starts_with(|first: char| first.is_ascii_alphabetic())
        && !QUALIFIERS.contains(&letters.to_ascii_lowercase().as_str())
}

/// The place after an underscore that three numbers follow.
fn underscore_version(stem: &str) -> Option<usize> {
    stem.match_indices('_').map(|(at, _)| at + 1).find(|start| {
        let rest = stem.get(*start..).unwrap_or_default();
        let first = rest.split('-').next().unwrap_or_default();
        let numeric = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
        first.split('.').count() >= 3 && first.split('.').take(3).all(numeric)
    })
}

fn without_classifier(version: &str) -> &str {
    let mut parts = parts(version).skip(1);
    let classifier = parts.find(|(at, part)| {
        let rest = version.get(*at..).unwrap_or_default();
        CLASSIFIERS.contains(&rest) || SYSTEMS.iter().any(|system| part.starts_with(system))
    });
    match classifier {
        Some((at, _)) => version.get(..at - 1).unwrap_or(version),
        None => version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions() {
        for (path, name, version) in [
            ("log4j-core-2.14.1.jar", "log4j-core", "2.14.1"),
            ("log4j-1.2-api-2.14.1.jar", "log4j-1.2-api", "2.14.1"),
            ("lib/guava-31.1-jre.jar", "guava", "31.1-jre"),
            ("guava-r09.jar", "guava", "r09"),
            ("kafka_2.13-3.0.0.jar", "kafka_2.13", "3.0.0"),
            (
                "spring-data-jpa-2.6.0-RC1.jar",
                "spring-data-jpa",
                "2.6.0-RC1",
            ),
            ("bcprov-jdk15on-1.69.jar", "bcprov-jdk15on", "1.69"),
            ("mssql-jdbc-9.4.1.jre8.jar", "mssql-jdbc", "9.4.1.jre8"),
            (
                "jetty-http-9.4.44.v20210927.jar",
                "jetty-http",
                "9.4.44.v20210927",
            ),
            (
                "tool-1.0-20230101.101010-1.jar",
                "tool",
                "1.0-20230101.101010-1",
            ),
            ("tool-1.0-SNAPSHOT.war", "tool", "1.0-SNAPSHOT"),
            ("tool-1.0-SNAPSHOT-sources.jar", "tool", "1.0-SNAPSHOT"),
            ("a-1.0-jar-with-dependencies.jar", "a", "1.0"),
            (
                "netty-tcnative-2.0.40.Final-linux-x86_64.jar",
                "netty-tcnative",
                "2.0.40.Final",
            ),
            (
                "google-api-services-drive-v3-rev197-1.25.0.jar",
                "google-api-services-drive",
                "v3-rev197-1.25.0",
            ),
            (
                "org.eclipse.osgi_3.16.200.v20210226-1447.jar",
                "org.eclipse.osgi",
                "3.16.200.v20210226-1447",
            ),
            ("javax.inject-1.jar", "javax.inject", "1"),
            ("jetpack-build235-rc5.jar", "jetpack", "build235-rc5"),
            ("h2-1.4.200.jar", "h2", "1.4.200"),
            ("catalina.jar", "catalina", ""),
            ("tomcat8.5.jar", "tomcat8.5", ""),
            ("app", "app", ""),
            (".jar", "", ""),
            ("-1.jar", "", "1"),
            ("é-1-é.jar", "é", "1-é"),
        ] {
            assert_eq!(FileName::parse(path), FileName { name, version }, "{path}");
        }
    }

    #[test]
    fn endless_names_are_not_taken_apart() {
        let endless = "_1".repeat(1 << 20);
        assert_eq!(FileName::parse(&endless).version, "");
    }
}
