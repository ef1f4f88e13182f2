//! Whole inventories against small databases, written by hand from public advisories.

mod coverage;
mod distributions;
mod languages;
mod merging;
mod programs;

use plimsoll_model::{
    Date, Distribution, Ecosystem, Finding, FixState, Inventory, Location, Package, Part, Purl,
    Severity, SourcePackage, State, Target, TargetKind,
};

use super::*;
use crate::{
    Affected, BuildOptions, Builder, CvssVector, Enrichment, Item, Range, Record, Scope, Status,
    Support, SupportState,
};

/// A database under construction.
#[derive(Default)]
struct Data(Vec<(&'static str, Item)>);

impl Data {
    fn says(mut self, source: &'static str, record: Record) -> Self {
        self.0.push((source, Item::Advisory(Box::new(record))));
        self
    }

    fn knows(mut self, source: &'static str, item: Item) -> Self {
        self.0.push((source, item));
        self
    }

    fn covers(self, source: &'static str, scope: &str) -> Self {
        self.knows(source, Item::Covers(Scope::from(scope.to_owned())))
    }

    fn database(&self) -> Database {
        let mut builder = Builder::new(BuildOptions::default());
        for (source, item) in &self.0 {
            builder.add(source, item.clone());
        }
        Database::open(builder.finish().unwrap()).unwrap()
    }

    fn matched(&self, inventory: &Inventory) -> Matched {
        let options = MatchOptions {
            now: "2026-11-22T00:00:00Z".parse().unwrap(),
        };
        match_inventory(&self.database(), inventory, &options).unwrap()
    }

    /// The findings as `id package severity`.
    fn found(&self, inventory: &Inventory) -> Vec<String> {
        self.matched(inventory)
            .findings
            .iter()
            .map(|finding| {
                let package = inventory.package(finding.package.unwrap()).unwrap();
                format!("{} {}", finding.id, package.name)
            })
            .collect()
    }
}

fn record(id: &str) -> Record {
    Record::new(id)
}

trait Says: Sized {
    fn alias(self, id: &str) -> Self;
    fn mends(self, ids: &[&str]) -> Self;
    fn about(self, affected: Affected) -> Self;
}

impl Says for Record {
    fn alias(mut self, id: &str) -> Self {
        self.aliases.push(id.to_owned());
        self
    }

    fn mends(mut self, ids: &[&str]) -> Self {
        self.upstream.extend(ids.iter().map(|id| (*id).to_owned()));
        self
    }

    fn about(mut self, affected: Affected) -> Self {
        self.affected.push(affected);
        self
    }
}

/// `range` is `<1.2`, `>=1,<1.2`, `<=1.2`, or `*`.
fn affected(scope: &str, package: &str, ranges: &[&str]) -> Affected {
    let range = |text: &&str| {
        let mut range = Range::default();
        for part in text.split(',').filter(|part| *part != "*") {
            let (slot, version) = if let Some(version) = part.strip_prefix(">=") {
                (&mut range.introduced, version)
            } else if let Some(version) = part.strip_prefix("<=") {
                (&mut range.last_affected, version)
            } else if let Some(version) = part.strip_prefix('<') {
                (&mut range.fixed, version)
            } else {
                panic!("range {part}")
            };
            *slot = Some(version.to_owned());
        }
        range
    };
    Affected {
        scope: Scope::from(scope.to_owned()),
        package: package.to_owned(),
        binary: false,
        status: Status::Affected,
        ranges: ranges.iter().map(range).collect(),
        versions: Vec::new(),
        vendor_severity: None,
        fix_available: None,
        module: None,
        arches: Vec::new(),
    }
}

fn with_status(status: Status, mut affected: Affected) -> Affected {
    affected.status = status;
    affected
}

fn inventory(os: Option<(&str, &str)>, packages: Vec<Package>) -> Inventory {
    let mut inventory = Inventory::new(Target {
        kind: TargetKind::Image,
        name: "test".to_owned(),
        digest: None,
        platform: None,
        os: os.map(|(id, version)| Distribution {
            id: id.to_owned(),
            version_id: Some(version.to_owned()),
            ..Distribution::default()
        }),
    });
    inventory.packages = packages;
    inventory
}

fn os_package(kind: &str, name: &str, version: &str, source: Option<(&str, &str)>) -> Package {
    Package {
        ecosystem: Ecosystem::new(kind),
        namespace: None,
        name: name.to_owned(),
        version: version.to_owned(),
        arch: Some("amd64".to_owned()),
        purl: Purl::new(kind, None, name, version, &[]).unwrap(),
        part: Part::Os,
        state: State::Installed,
        source: source.map(|(name, version)| SourcePackage {
            name: name.to_owned(),
            version: version.to_owned(),
        }),
        licenses: Vec::new(),
        cataloger: "test".into(),
        locations: vec![Location::file("var/lib/dpkg/status")],
        module: None,
    }
}

fn library(kind: &str, name: &str, version: &str, path: &str) -> Package {
    let (namespace, name) = match kind {
        "maven" => name
            .split_once(':')
            .map_or((None, name), |(g, a)| (Some(g), a)),
        "npm" | "composer" => name
            .rsplit_once('/')
            .map_or((None, name), |(g, a)| (Some(g), a)),
        _ => (None, name),
    };
    Package {
        ecosystem: Ecosystem::new(kind),
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
        version: version.to_owned(),
        arch: None,
        purl: Purl::new(kind, namespace, name, version, &[]).unwrap(),
        part: Part::Language,
        state: State::Installed,
        source: None,
        licenses: Vec::new(),
        cataloger: "test".into(),
        locations: vec![Location::file(path)],
        module: None,
    }
}

fn reasons(matched: &Matched) -> Vec<&str> {
    matched.unknowns.iter().map(|u| u.reason.as_str()).collect()
}
