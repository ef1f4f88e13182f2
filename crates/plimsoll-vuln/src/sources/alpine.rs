//! Alpine's security database: <https://secdb.alpinelinux.org/>, YAML or JSON, one file for each
//! release and repository; Wolfi and Chainguard publish the same form.
//!
//! Names are those of source packages ("origin"). The version `0` stands for ids that never
//! concerned the package. The database knows no unfixed vulnerability.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::feed::batch::{Coverage, each_file};
use crate::feed::collect::Collected;
use crate::feed::{has_extension, ids, is_name, skipped, yaml};
use crate::{
    AdvisorySource, Affected, Input, InputFile, Item, Range, Scope, Sink, SourceError, Status,
};

/// The source `alpine`.
pub(super) struct Alpine;

#[derive(Deserialize)]
struct SecDb {
    distroversion: Option<String>,
    urlprefix: Option<String>,
    packages: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    pkg: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    secfixes: Option<BTreeMap<String, Option<Vec<String>>>>,
}

impl AdvisorySource for Alpine {
    fn id(&self) -> &'static str {
        "alpine"
    }

    fn describe(&self) -> &'static str {
        "Alpine's security database, also of Wolfi and Chainguard (YAML or JSON)"
    }

    fn wants(&self, path: &str) -> bool {
        has_extension(path, &["yaml", "yml", "json"])
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, read_file)?.finish(Coverage::Seen, out)
    }
}

fn read_file(file: &InputFile) -> Vec<Item> {
    let parsed: Result<SecDb, String> = if has_extension(&file.path, &["json"]) {
        serde_json::from_slice(&file.bytes).map_err(|error| error.to_string())
    } else {
        yaml::parse(&file.bytes)
    };
    let (database, scope) = match parsed.and_then(|database| {
        let scope = scope_of(&database).ok_or("neither a release nor a known distribution")?;
        Ok((database, scope))
    }) {
        Ok(read) => read,
        Err(reason) => return vec![skipped(&file.path, reason)],
    };
    let mut items = vec![Item::Covers(scope.clone())];
    let mut collected = Collected::default();
    for Entry { pkg } in database.packages.unwrap_or_default() {
        if !is_name(&pkg.name) {
            items.push(skipped(&file.path, "a package without a proper name"));
            continue;
        }
        for (version, texts) in pkg.secfixes.unwrap_or_default() {
            if !is_name(&version) {
                items.push(skipped(
                    format!("{}#{}", file.path, pkg.name),
                    "an odd version",
                ));
                continue;
            }
            for text in texts.unwrap_or_default() {
                let ids = ids_of(&text);
                if ids.is_empty() {
                    let place = format!("{}#{} {version}", file.path, pkg.name);
                    items.push(skipped(
                        place,
                        format!("no id in `{}`", text.escape_debug()),
                    ));
                }
                for (id, aliases) in ids {
                    let record = collected.record(&id);
                    record.affected.push(statement(&scope, &pkg.name, &version));
                    record.aliases.extend(aliases);
                    ids::dedup(&mut record.aliases);
                }
            }
        }
    }
    items.extend(collected.into_items());
    items
}

fn statement(scope: &Scope, package: &str, version: &str) -> Affected {
    if version == "0" {
        return Affected::new(scope.clone(), package, Status::NotAffected);
    }
    let mut affected = Affected::new(scope.clone(), package, Status::Affected);
    affected.ranges.push(Range {
        fixed: Some(version.to_owned()),
        ..Range::default()
    });
    affected
}

/// `v3.19` of Alpine, or a distribution without releases, told by the address of its packages.
fn scope_of(database: &SecDb) -> Option<Scope> {
    if let Some(release) = database.distroversion.as_deref() {
        let release = release.trim_start_matches('v');
        return is_name(release).then(|| Scope::release("apk", "alpine", release));
    }
    let address = database.urlprefix.as_deref()?;
    if address.contains("packages.wolfi.dev") {
        Some(Scope::from("apk:wolfi".to_owned()))
    } else if address.contains("chainguard") || address.contains("cgr.dev") {
        Some(Scope::from("apk:chainguard".to_owned()))
    } else {
        None
    }
}

/// The vulnerabilities that an entry names, each with its other ids: "CVE-2019-17349 XSA-295" is
/// one with an alias; several CVE ids are several; "XSA-201" without a CVE id stands for itself.
fn ids_of(text: &str) -> Vec<(String, Vec<String>)> {
    let without_notes = text.split('(').next().unwrap_or(text);
    let cves = ids::cves(without_notes);
    let others: Vec<String> = without_notes
        .split([' ', ',', ';'])
        .filter(|word| is_foreign_id(word))
        .map(str::to_owned)
        .collect();
    match cves.len() {
        0 => others.into_iter().map(|id| (id, Vec::new())).collect(),
        1 => cves.into_iter().map(|cve| (cve, others.clone())).collect(),
        _ => cves.into_iter().map(|cve| (cve, Vec::new())).collect(),
    }
}

/// `XSA-201`, `TALOS-2018-0001`, `wnpa-sec-2017-21`, `GHSA-…`; nothing with the letters of a CVE.
fn is_foreign_id(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    word.len() >= 5
        && word.starts_with(|first: char| first.is_ascii_alphabetic())
        && word.contains('-')
        && !upper.starts_with("CVE")
        && !upper.starts_with("CAN-")
        && word.contains(|character: char| character.is_ascii_digit())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Files;

    /// Some entries of Alpine 3.8 and 3.11, with the odd ways in which ids are written.
    const YAML: &str = r#"---
distroversion: v3.11
reponame: main
urlprefix: http://dl-cdn.alpinelinux.org/alpine
packages:
  - pkg:
      name: xen
      secfixes:
        4.11.0-r0:
          - CVE-2018-3639 XSA-263
          - CVE-2017-5715 CVE-2017-5753 CVE-2017-5754 XSA-254 XPTI
          - XSA-201
          - CVE-????-?????  XSA-212
  - pkg:
      name: db
      secfixes:
        # never concerned
        "0":
        - CVE-2016-0682
  - pkg:
      name: tcpdump
      secfixes:
        4.9.3-r0:
          - CVE-2018-16301 (was fixed in libpcap)
          - CVE_2019-2426
          -  CVE-2019-15167 (VRRP)
          - unknown
        4.9.2-r0:
"#;

    const JSON: &str = r#"{"apkurl": "", "archs": ["x86_64"], "reponame": "os",
        "urlprefix": "https://packages.wolfi.dev", "packages": [
        {"pkg": {"name": "openssl", "secfixes": {"3.1.4-r0": ["CVE-2023-5363"], "0": null}}}]}"#;

    fn read(path: &str, text: &str) -> Vec<Item> {
        let mut items = Vec::new();
        Alpine
            .read(&mut Files::one(path, text), &mut items)
            .unwrap();
        items
    }

    #[test]
    fn ids_versions_and_what_never_was() {
        insta::assert_snapshot!(crate::feed::show::items(&read("v3.11/main.yaml", YAML)), @r"
        skipped v3.11/main.yaml#tcpdump 4.9.3-r0: no id in `unknown`
        CVE-2016-0682
          apk:alpine:3.11 db: NotAffected
        CVE-2017-5715
          apk:alpine:3.11 xen: Affected [,4.11.0-r0)
        CVE-2017-5753
          apk:alpine:3.11 xen: Affected [,4.11.0-r0)
        CVE-2017-5754
          apk:alpine:3.11 xen: Affected [,4.11.0-r0)
        CVE-2018-16301
          apk:alpine:3.11 tcpdump: Affected [,4.9.3-r0)
        CVE-2018-3639 aliases=XSA-263
          apk:alpine:3.11 xen: Affected [,4.11.0-r0)
        CVE-2019-15167
          apk:alpine:3.11 tcpdump: Affected [,4.9.3-r0)
        CVE-2019-2426
          apk:alpine:3.11 tcpdump: Affected [,4.9.3-r0)
        XSA-201
          apk:alpine:3.11 xen: Affected [,4.11.0-r0)
        XSA-212
          apk:alpine:3.11 xen: Affected [,4.11.0-r0)
        snapshot 2019-01-01
        covers apk:alpine:3.11
        ");
    }

    #[test]
    fn json_of_wolfi() {
        insta::assert_snapshot!(crate::feed::show::items(&read("security.json", JSON)), @r"
        CVE-2023-5363
          apk:wolfi openssl: Affected [,3.1.4-r0)
        snapshot 2023-01-01
        covers apk:wolfi
        ");
    }
}
