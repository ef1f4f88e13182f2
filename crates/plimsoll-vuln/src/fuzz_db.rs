//! Entry points for fuzzing and for the tests that replay the same on stable: each takes any bytes
//! and must neither panic nor hang, whatever they are.

use crate::database::format::{Header, Part, assemble};
use crate::signature::SignatureFile;
use crate::update::Index;
use crate::{Database, Scope};

/// A whole database file.
pub fn database(bytes: &[u8]) {
    if let Ok(database) = Database::open(bytes.to_vec()) {
        use_everything(&database);
    }
}

/// A file whose checksums all hold, made of a good one with one section replaced: gets past what
/// finds damage, to what has to withstand a forger. `bytes`: number of the section, then content.
pub fn forged(good: &[u8], bytes: &[u8]) {
    let (Some((number, content)), Ok(header)) = (bytes.split_first(), Header::parse(good)) else {
        return;
    };
    let replaced = Part::ALL
        .into_iter()
        .nth(usize::from(*number) % Part::ALL.len());
    let contents = Part::ALL.map(|part| {
        if Some(part) == replaced {
            return content.to_vec();
        }
        let section = header.section(part);
        let end = section.offset + section.len;
        good.get(section.offset..end).unwrap_or_default().to_vec()
    });
    database(&assemble(&contents));
}

/// Each section of a good file behind its number: what [`forged`] takes, unchanged.
pub fn sections(good: &[u8]) -> Vec<Vec<u8>> {
    let Ok(header) = Header::parse(good) else {
        return Vec::new();
    };
    let numbered = (0_u8..).zip(Part::ALL);
    numbered
        .map(|(number, part)| {
            let section = header.section(part);
            let content = good.get(section.offset..section.offset + section.len);
            [&[number][..], content.unwrap_or_default()].concat()
        })
        .collect()
}

/// A signature file.
pub fn signature(bytes: &[u8]) {
    if let Ok(file) = SignatureFile::parse(bytes) {
        let _ = SignatureFile::parse(file.to_json().as_bytes());
    }
}

/// An index of databases.
pub fn index(bytes: &[u8]) {
    if let Ok(index) = Index::parse(bytes) {
        let _ = index.best();
    }
}

fn use_everything(database: &Database) {
    let _ = database.verify();
    let _ = database.support();
    let _ = database.packages_like("a", 100);
    for id in ["CVE-2020-1", "GHSA-A", "OSV-1"] {
        let _ = database.vulnerability(id);
    }
    for scope in ["npm", "pypi", "deb:debian:12"] {
        let scope = Scope::from(scope.to_owned());
        for package in ["a", "b", "ab"] {
            let _ = database.statements(&scope, package);
        }
    }
}
