//! What of the rights that were given ought to be looked at, as findings.

use plimsoll_model::{Date, Finding, FindingKind, Location, Severity};
use xxhash_rust::xxh3::Xxh3;

use super::decide::Grant;
use super::model::{Access, Origin};
use super::paths::{Paths, Vertex, Ways};

mod chains;
mod grants;
mod roles;
mod table;
mod tokens;

pub use table::RISKS;

/// One kind of thing that can be wrong, with its text.
#[derive(Debug)]
pub struct Risk {
    /// Names the defect: `access-cluster-admin`.
    pub id: &'static str,
    pub title: &'static str,
    /// At its worst usual case; a finding may have another.
    pub severity: Severity,
    pub why: &'static str,
    pub mend: &'static str,
    /// Controls that it answers to, as `framework control`.
    pub answers: &'static [&'static str],
}

/// Looks for all of them.
pub struct Risks<'a> {
    access: &'a Access,
    today: Date,
    paths: Paths,
    to_admin: Ways,
    findings: Vec<Finding>,
}

impl Access {
    /// Everything that ought to be looked at: worst first, then by place. Read with
    /// [`super::Options::with_default_bindings`], so that what Kubernetes' own accounts may do counts
    /// as a way for others; they themselves are not told about.
    pub fn risks(&self, today: Date) -> Vec<Finding> {
        let paths = Paths::new(self);
        let to_admin = paths.ways_to(&Vertex::Admin);
        let mut risks = Risks {
            access: self,
            today,
            paths,
            to_admin,
            findings: Vec::new(),
        };
        risks.chains();
        risks.grants();
        risks.roles();
        risks.tokens();
        risks.findings.sort_by(|a, b| {
            b.severity
                .cmp(&a.severity)
                .then_with(|| a.locations.cmp(&b.locations))
                .then_with(|| a.id.cmp(&b.id))
                .then_with(|| a.title.cmp(&b.title))
        });
        risks
            .findings
            .dedup_by(|a, b| a.fingerprint == b.fingerprint);
        risks.findings
    }
}

impl Risks<'_> {
    /// A finding about `who`; `key` tells it from others of that id about the same.
    fn say(
        &mut self,
        id: &'static str,
        severity: Severity,
        key: &str,
        title: &str,
        places: &[Origin],
    ) {
        let mut hash = Xxh3::new();
        for part in [id, key] {
            hash.update(part.as_bytes());
            hash.update(&[0]);
        }
        let mut finding = Finding::new(
            FindingKind::Configuration,
            id,
            format!("{:032x}", hash.digest128()),
            severity,
            plimsoll_model::text::clean(title).into_owned(),
        );
        finding.mend = RISKS
            .iter()
            .find(|risk| risk.id == id)
            .map(|risk| risk.mend.to_owned());
        for place in places {
            let Some(location) = self.location(*place) else {
                continue;
            };
            if !finding.locations.contains(&location) {
                finding.locations.push(location);
            }
        }
        finding.excepted = places.iter().find_map(|place| self.excepted(*place, id));
        self.findings.push(finding);
    }

    fn location(&self, place: Origin) -> Option<Location> {
        let Origin::File { file, at } = place else {
            return None;
        };
        Some(Location {
            line: Some(at.line),
            column: Some(at.column),
            ..Location::file(self.access.files.get(file)?)
        })
    }

    /// A comment in the file that lets it through there.
    fn excepted(&self, place: Origin, id: &str) -> Option<plimsoll_model::Excepted> {
        let Origin::File { file, at } = place else {
            return None;
        };
        let name = self.access.files.get(file).map_or("", |name| name);
        let list = self.access.allowances.get(file)?;
        list.excepted(|called| called == id, at.line, name, self.today)
    }

    /// Where the subject of a grant stands in its binding.
    fn subject_place(&self, grant: Grant) -> Origin {
        let binding = self.access.bindings.get(grant.binding);
        binding.map_or(Origin::BuiltIn, |binding| {
            binding
                .subjects
                .get(grant.subject)
                .map_or(binding.origin, |(_, origin)| *origin)
        })
    }

    fn rule_place(&self, grant: Grant) -> Origin {
        let rule = self.access.rules.get(grant.rule);
        rule.map_or(Origin::BuiltIn, |rule| rule.origin)
    }

    fn is_built_in(&self, grant: &Grant) -> bool {
        self.subject_place(*grant) == Origin::BuiltIn
    }

    /// `RoleBinding shop/ci gives Role shop/ci, ci.yaml:9`.
    fn source(&self, grant: Grant) -> String {
        let Some(binding) = self.access.bindings.get(grant.binding) else {
            return String::new();
        };
        format!(
            "{} gives {}, {}",
            binding.display(),
            binding.role_display(),
            self.access.place(self.subject_place(grant))
        )
    }
}
