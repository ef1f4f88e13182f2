//! What goes into the starter database.
//!
//! Left out: feeds whose licence was not seen (Ubuntu's tracker, the DSA and DLA lists, the
//! Kubernetes feed) or would bind the database (victims, CC-BY-SA). See
//! `docs/starter-database.md`.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use plimsoll_image::feed::{Feed, FeedLimits};
use plimsoll_image::hash::sha256;
use plimsoll_vuln::sources::{AdvisorySource, source};
use plimsoll_vuln::{Builder, Input, InputFile, Item, Sink, SourceError};

use super::inputs::{Inputs, Snapshot};

/// Largest snapshot, packed, in bytes.
const SNAPSHOT_BYTES_MAX: u64 = 256 << 20;

/// Source and file of `advisories`, in the order in which they are read. The ratings come last, as
/// only those of vulnerabilities that are known by then are kept.
const SNAPSHOTS: [(&str, &str); 14] = [
    ("alpine", "alpine-secdb-2020.tar.zst"),
    ("almalinux", "almalinux-osv.tar.zst"),
    ("bitnami", "bitnami-vulndb.tar.zst"),
    ("debian-support", "debian-security-support-2026-06.tar.zst"),
    ("go", "govulndb.tar.zst"),
    ("node", "nodejs-security-wg.tar.zst"),
    ("osv", "osv-ghsa-mined.json.zst"),
    ("packagist", "php-fop.tar.zst"),
    ("pypa", "pypa.tar.zst"),
    ("retirejs", "retirejs.tar.zst"),
    ("rubysec", "rubysec.tar.zst"),
    ("rustsec", "rustsec.tar.zst"),
    ("kev", "cisa-kev.tar.zst"),
    ("cve", "vulnrichment-2024-10.tar.zst"),
];

/// Reads everything into the builder and writes down what was read.
pub fn add_all(
    builder: &mut Builder,
    advisories: &Path,
    changelogs: &Path,
    inputs: &mut Inputs,
) -> Result<()> {
    let mut known = BTreeSet::new();
    add(builder, "debian-changelog", changelogs, &mut known)?;
    for (id, file) in SNAPSHOTS {
        let path = advisories.join(file);
        let bytes = plimsoll_image::read_file_capped(&path, SNAPSHOT_BYTES_MAX)
            .with_context(|| format!("failed to read {}", path.display()))?;
        inputs.snapshots.push(Snapshot {
            source: id.to_owned(),
            file: file.to_owned(),
            sha256: sha256(&bytes).hex(),
        });
        add(builder, id, &path, &mut known)?;
    }
    Ok(())
}

fn add(builder: &mut Builder, id: &str, path: &Path, known: &mut BTreeSet<String>) -> Result<()> {
    let source = source(id).with_context(|| format!("no source {id}"))?;
    let mut feed = FeedInput {
        feed: Feed::open(path, FeedLimits::default())
            .with_context(|| format!("failed to open {}", path.display()))?,
        source,
    };
    let mut sink = builder.sink(id);
    let mut choice = Choice {
        sink: &mut sink,
        known,
    };
    source.read(&mut feed, &mut choice)?;
    Ok(())
}

/// A feed as a source takes it.
struct FeedInput {
    feed: Feed,
    source: &'static dyn AdvisorySource,
}

impl Input for FeedInput {
    fn next(&mut self) -> Option<Result<InputFile, SourceError>> {
        let source = self.source;
        let next = self.feed.next_file(&|path| source.wants(path))?;
        Some(match next {
            Ok(file) => Ok(InputFile {
                path: file.path,
                bytes: file.bytes,
            }),
            Err(error) => Err(SourceError {
                path: "the snapshot".to_owned(),
                reason: error.to_string(),
            }),
        })
    }
}

/// Passes on what is wanted, and keeps which ids there are.
struct Choice<'a> {
    sink: &'a mut dyn Sink,
    known: &'a mut BTreeSet<String>,
}

impl Sink for Choice<'_> {
    fn item(&mut self, item: Item) {
        match &item {
            Item::Advisory(record) => {
                let ids = record.aliases.iter().chain(&record.upstream);
                let cves = ids.chain([&record.id]).filter(|id| id.starts_with("CVE-"));
                self.known.extend(cves.cloned());
            }
            // What CISA rates beside is of no use without an advisory about a package.
            Item::Enrichment(rated) if !self.known.contains(&rated.id) => return,
            _ => {}
        }
        self.sink.item(item);
    }
}
