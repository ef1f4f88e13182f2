//! Trivy's JSON, schema version 2.

use plimsoll_model::Purl;
use serde_json::Value;

use super::{CompareError, OtherMatch, OtherPackage, OtherReport, our_source, severity};
use crate::compare::names::Name;
use crate::sbom::stream::{self, Sink, Want, list, text};

pub fn read(bytes: &[u8]) -> Result<OtherReport, CompareError> {
    let mut reader = Reader {
        report: OtherReport {
            tool: "trivy".to_owned(),
            ..OtherReport::default()
        },
    };
    stream::read(bytes, &mut reader).map_err(|error| CompareError::Broken {
        tool: "trivy",
        reason: error.to_string(),
    })?;
    Ok(reader.report)
}

struct Reader {
    report: OtherReport,
}

impl Sink for Reader {
    fn want(&self, key: &str) -> Want {
        match key {
            "Results" => Want::Entries,
            "ArtifactName" | "Trivy" => Want::Whole,
            _ => Want::Nothing,
        }
    }

    fn entry(&mut self, _: &str, _: usize, result: Value) {
        let kind = text(&result, "Type").unwrap_or_default();
        let class = text(&result, "Class").unwrap_or_default();
        let packages = list(&result, "Packages");
        if !packages.is_empty() {
            let listed = self.report.packages.get_or_insert_default();
            listed.extend(packages.iter().filter_map(|package| {
                let name = name(package, "Identifier", "Name", &class, &kind)?;
                Some(OtherPackage {
                    version: version(package),
                    name,
                })
            }));
        }
        for one in list(&result, "Vulnerabilities") {
            match vulnerability(one, &class, &kind) {
                Some(found) => self.report.matches.push(found),
                None => self
                    .report
                    .notes
                    .push("an entry without id or package".to_owned()),
            }
        }
    }

    fn value(&mut self, key: &str, value: Value) {
        match key {
            "ArtifactName" => {
                value
                    .as_str()
                    .unwrap_or_default()
                    .clone_into(&mut self.report.target);
            }
            "Trivy" => self.report.version = text(&value, "Version"),
            _ => {}
        }
    }
}

/// Epoch, version and release, which packages of the operating system have apart.
fn version(package: &Value) -> String {
    let mut version = text(package, "Version").unwrap_or_default();
    if let Some(release) = text(package, "Release") {
        version = format!("{version}-{release}");
    }
    match text(package, "Epoch") {
        Some(epoch) if epoch != "0" => format!("{epoch}:{version}"),
        _ => version,
    }
}

/// By the purl where there is one, else by what the kind of result implies.
fn name(value: &Value, identifier: &str, key: &str, class: &str, kind: &str) -> Option<Name> {
    let purl = value.get(identifier).and_then(|found| text(found, "PURL"));
    if let Some(purl) = purl.and_then(|purl| purl.parse::<Purl>().ok()) {
        return Name::of_purl(&purl);
    }
    let name = text(value, key)?;
    let ecosystem = match kind {
        "debian" | "ubuntu" => "deb",
        "alpine" | "wolfi" | "chainguard" => "apk",
        _ if class == "os-pkgs" => "rpm",
        "jar" | "pom" | "gradle" => "maven",
        "gobinary" | "gomod" => "golang",
        "node-pkg" | "npm" | "yarn" | "pnpm" | "bun" => "npm",
        "python-pkg" | "pip" | "pipenv" | "poetry" | "uv" => "pypi",
        "gemspec" | "bundler" => "gem",
        "rustbinary" | "cargo" => "cargo",
        "composer" | "composer-vendor" => "composer",
        "nuget" | "dotnet-core" => "nuget",
        other => other,
    };
    Some(Name::new(ecosystem, None, &name))
}

fn vulnerability(one: &Value, class: &str, kind: &str) -> Option<OtherMatch> {
    let source = one.get("DataSource");
    let id = text(one, "VulnerabilityID")?;
    let source_word = source.and_then(|source| text(source, "ID"));
    let fixed = text(one, "FixedVersion").unwrap_or_default();
    Some(OtherMatch {
        package: OtherPackage {
            name: name(one, "PkgIdentifier", "PkgName", class, kind)?,
            version: text(one, "InstalledVersion").unwrap_or_default(),
        },
        aliases: list(one, "VendorIDs")
            .iter()
            .filter_map(|id| id.as_str().map(str::to_owned))
            // A vendor's notice speaks of many defects; only one-to-one ids are aliases.
            .filter(|id| id.starts_with("CVE-") || id.starts_with("GHSA-"))
            .collect(),
        severity: severity(text(one, "Severity").as_deref()),
        fixed: fixed
            .split(", ")
            .filter(|v| !v.is_empty())
            .map(str::to_owned)
            .collect(),
        our_source: source_word.as_deref().and_then(our_source),
        source: source_word,
        published: text(one, "PublishedDate").map(|time| time.chars().take(10).collect()),
        by_cpe: false,
        path: text(one, "PkgPath"),
        id,
    })
}
