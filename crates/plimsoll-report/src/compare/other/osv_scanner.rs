//! osv-scanner's JSON.

use serde_json::Value;

use super::{CompareError, OtherMatch, OtherPackage, OtherReport, our_source, severity};
use crate::compare::names::Name;
use crate::sbom::stream::{self, Sink, Want, list, text};

pub fn read(bytes: &[u8]) -> Result<OtherReport, CompareError> {
    let mut reader = Reader {
        packages: Vec::new(),
        lists_all: false,
        report: OtherReport {
            tool: "osv-scanner".to_owned(),
            ..OtherReport::default()
        },
    };
    stream::read(bytes, &mut reader).map_err(|error| CompareError::Broken {
        tool: "osv-scanner",
        reason: error.to_string(),
    })?;
    let Reader {
        mut report,
        packages,
        lists_all,
    } = reader;
    report.packages = lists_all.then_some(packages);
    Ok(report)
}

struct Reader {
    packages: Vec<OtherPackage>,
    /// Asked for all packages (`--all-packages`), it lists those without a vulnerability too.
    lists_all: bool,
    report: OtherReport,
}

impl Sink for Reader {
    fn want(&self, key: &str) -> Want {
        if key == "results" {
            Want::Entries
        } else {
            Want::Nothing
        }
    }

    fn entry(&mut self, _: &str, _: usize, result: Value) {
        let source = result.get("source").unwrap_or(&Value::Null);
        let path = text(source, "path");
        if self.report.target.is_empty() {
            self.report.target = path.clone().unwrap_or_default();
        }
        for entry in list(&result, "packages") {
            self.package(entry, path.as_deref());
        }
    }

    fn value(&mut self, _: &str, _: Value) {}
}

impl Reader {
    fn package(&mut self, entry: &Value, path: Option<&str>) {
        let package = entry.get("package").unwrap_or(&Value::Null);
        let (Some(name), Some(ecosystem)) = (text(package, "name"), text(package, "ecosystem"))
        else {
            self.report
                .notes
                .push("an entry without name or ecosystem".to_owned());
            return;
        };
        let package = OtherPackage {
            name: Name::new(purl_type(&ecosystem), None, &name),
            version: text(package, "version").unwrap_or_default(),
        };
        self.lists_all |= list(entry, "vulnerabilities").is_empty();
        self.packages.push(package.clone());
        for one in list(entry, "vulnerabilities") {
            let Some(id) = text(one, "id") else {
                continue;
            };
            let names = |key: &str| {
                let found = list(one, key).iter();
                found
                    .filter_map(|id| id.as_str().map(str::to_owned))
                    .collect()
            };
            let specific = one.get("database_specific").unwrap_or(&Value::Null);
            let prefix = id.split('-').next().unwrap_or_default();
            self.report.matches.push(OtherMatch {
                aliases: names("aliases"),
                package: package.clone(),
                severity: severity(text(specific, "severity").as_deref()),
                fixed: fixed(one),
                our_source: match prefix {
                    "GO" => Some("go"),
                    "PYSEC" => Some("pypa"),
                    "DSA" | "DLA" | "DEBIAN" => Some("debian"),
                    other => our_source(other),
                },
                source: Some(prefix.to_owned()),
                published: text(one, "published").map(|time| time.chars().take(10).collect()),
                by_cpe: false,
                path: path.map(str::to_owned),
                id,
            });
        }
    }
}

fn fixed(one: &Value) -> Vec<String> {
    let mut versions: Vec<String> = list(one, "affected")
        .iter()
        .flat_map(|affected| list(affected, "ranges"))
        .flat_map(|range| list(range, "events"))
        .filter_map(|event| text(event, "fixed"))
        .collect();
    versions.sort();
    versions.dedup();
    versions
}

/// OSV's name of an ecosystem, `Debian:12` or `crates.io`, as a purl type.
fn purl_type(ecosystem: &str) -> &'static str {
    match ecosystem.split(':').next().unwrap_or_default() {
        "Debian" | "Ubuntu" => "deb",
        "Alpine" | "Wolfi" | "Chainguard" => "apk",
        "AlmaLinux" | "Rocky Linux" | "Red Hat" | "SUSE" | "openSUSE" => "rpm",
        "PyPI" => "pypi",
        "npm" => "npm",
        "Go" => "golang",
        "Maven" => "maven",
        "crates.io" => "cargo",
        "RubyGems" => "gem",
        "Packagist" => "composer",
        "NuGet" => "nuget",
        _ => "generic",
    }
}
