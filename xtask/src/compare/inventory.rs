//! What we find and syft does not, and the other way round.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

use super::contenders::{Found, Peer};
use super::images::{Form, Image};
use super::{Setup, contenders};

/// Package type, name and version: what both must agree on.
pub type Identity = (String, String, String);

/// Packages of one image by two tools.
pub struct Compared {
    pub image: &'static str,
    pub ours: usize,
    pub theirs: usize,
    pub both: usize,
    /// By package type.
    pub only_ours: BTreeMap<String, Vec<Identity>>,
    pub only_theirs: BTreeMap<String, Vec<Identity>>,
}

pub fn measure(setup: &Setup, image: &Image) -> Result<Option<Compared>> {
    let Some(syft) = setup.peers.iter().find(|peer| peer.peer == Peer::Syft) else {
        return Ok(None);
    };
    eprintln!("{}: packages", image.name);
    let cache = setup.scratch.join("cache");
    contenders::forget(&cache)?;
    let form = Form::DockerArchive;
    let run = contenders::ours(&setup.program, &setup.database, image, form, &cache);
    let ours = identities(&run.run(&setup.scratch)?.0, "packages")?;
    let theirs = by_syft(syft, image, setup)?;
    let apart = |these: &BTreeSet<Identity>, those: &BTreeSet<Identity>| {
        let mut by_type: BTreeMap<String, Vec<Identity>> = BTreeMap::new();
        for identity in these.difference(those) {
            by_type
                .entry(identity.0.clone())
                .or_default()
                .push(identity.clone());
        }
        by_type
    };
    Ok(Some(Compared {
        image: image.name,
        both: ours.intersection(&theirs).count(),
        only_ours: apart(&ours, &theirs),
        only_theirs: apart(&theirs, &ours),
        ours: ours.len(),
        theirs: theirs.len(),
    }))
}

fn by_syft(syft: &Found, image: &Image, setup: &Setup) -> Result<BTreeSet<Identity>> {
    syft.prepare(&setup.scratch)?;
    let run = syft.invocation(image, Form::DockerArchive, &setup.scratch);
    let (report, _) = run.context("syft reads archives")?.run(&setup.scratch)?;
    identities(&report, "artifacts")
}

/// The packages of a report: of ours (`packages`) or of syft's (`artifacts`).
fn identities(report: &[u8], list: &str) -> Result<BTreeSet<Identity>> {
    let report: Value = serde_json::from_slice(report)?;
    let packages = report.get(list).and_then(Value::as_array);
    let packages = packages.context("a report without packages")?;
    let mut identities = BTreeSet::new();
    for package in packages {
        let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        if let Some(identity) = identity(
            &text("purl"),
            &text("type"),
            &text("name"),
            &text("version"),
        ) {
            identities.insert(identity);
        }
    }
    Ok(identities)
}

/// From the purl where there is one: names are spelt the same way by all there.
fn identity(purl: &str, kind: &str, called: &str, version: &str) -> Option<Identity> {
    let Some(rest) = purl.strip_prefix("pkg:") else {
        return Some((kind.to_owned(), called.to_owned(), version.to_owned()));
    };
    let path = rest.split(['?', '#']).next()?;
    let (kind, path) = path.split_once('/')?;
    let (name, version) = path.rsplit_once('@').unwrap_or((path, ""));
    let name = match kind {
        // Which part of a module's path is its subpath is written in two ways.
        "golang" if !called.is_empty() => called.to_lowercase(),
        // What a group is called is guessed where a jar does not say it.
        "maven" | "deb" => decoded(name).rsplit('/').next()?.to_owned(),
        "pypi" => decoded(name).to_lowercase().replace(['_', '.'], "-"),
        _ => decoded(name),
    };
    Some((kind.to_owned(), name, decoded(version)))
}

/// Percent-decoding of what purls encode in names and versions.
fn decoded(text: &str) -> String {
    let pairs = [
        ("%40", "@"),
        ("%2B", "+"),
        ("%2b", "+"),
        ("%3A", ":"),
        ("%7E", "~"),
        ("%2F", "/"),
        ("%20", " "),
    ];
    pairs.iter().fold(text.to_owned(), |text, (code, letter)| {
        text.replace(code, letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_package_are_one() {
        let of = |purl: &str| identity(purl, "", "", "").unwrap();
        assert_eq!(
            of("pkg:npm/%40babel/core@7.24.6"),
            ("npm".into(), "@babel/core".into(), "7.24.6".into())
        );
        assert_eq!(
            of("pkg:pypi/jaraco.text@3.12.1"),
            of("pkg:pypi/jaraco-text@3.12.1")
        );
        assert_eq!(
            of("pkg:deb/debian/g%2B%2B@4%3A12.2.0-3?arch=amd64&distro=debian-12"),
            of("pkg:deb/debian/g%2B%2B@4:12.2.0-3?arch=amd64")
        );
        let jar = of("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1");
        assert_eq!(jar, of("pkg:maven/log4j-core/log4j-core@2.14.1"));
        let module = "example.com/Tool/part";
        assert_eq!(
            identity("pkg:golang/example.com/tool@v1#part", "", module, "v1"),
            identity("pkg:golang/example.com/tool/part@v1", "", module, "v1")
        );
        assert_ne!(jar, of("pkg:maven/log4j-core/log4j-core@2.17.1"));
    }

    #[test]
    fn packages_without_a_purl_keep_what_they_are_called() {
        let report = br#"{"artifacts": [{"type": "binary", "name": "x", "version": "1"}, {"purl": "pkg:gem/rack@2"}]}"#;
        assert_eq!(identities(report, "artifacts").unwrap().len(), 2);
        assert!(identities(b"{}", "artifacts").is_err());
    }
}
