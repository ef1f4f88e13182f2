//! Who is, or can become, more than a workload or a person ought to be.

use plimsoll_model::Severity;

use super::super::model::Origin;
use super::super::paths::{Edge, Means, Vertex, Ways};
use super::super::subject::{MASTERS, Subject};
use super::Risks;

/// What a chain may end in, worst first: the target, the id, and how it is told.
const TARGETS: &[(Vertex, &str, &str)] = &[
    (
        Vertex::Admin,
        "access-escalation",
        "can become cluster-admin",
    ),
    (
        Vertex::Host,
        "access-node-root",
        "can become root on a node",
    ),
    (
        Vertex::AllSecrets,
        "access-reads-secrets",
        "can come to read every secret of the cluster",
    ),
];

impl Risks<'_> {
    pub(super) fn chains(&mut self) {
        let ways: Vec<Ways> = TARGETS
            .iter()
            .map(|(target, ..)| self.paths.ways_to(target))
            .collect();
        let access = self.access;
        for subject in access.subjects() {
            if *subject == Subject::Group(MASTERS.into()) {
                continue;
            }
            let Some(from) = self.paths.vertex(&Vertex::Subject(subject.clone())) else {
                continue;
            };
            for ((target, id, words), ways) in TARGETS.iter().zip(&ways) {
                if ways.steps(from).is_some() {
                    self.chain(subject, from, ways, (target, id, words));
                    break;
                }
            }
        }
    }

    /// Tells a chain, where it is the subject's own and not that of a group which is told apart.
    fn chain(
        &mut self,
        subject: &Subject,
        from: usize,
        ways: &Ways,
        (target, id, words): (&Vertex, &'static str, &str),
    ) {
        let chain = self.paths.chain(ways, from);
        let Some(first) = chain.first() else { return };
        let own = first.means != Means::Member
            && first.grants.iter().any(|grant| !self.is_built_in(grant));
        if !own {
            return;
        }
        let mut places: Vec<Origin> = Vec::new();
        for edge in &chain {
            for grant in &edge.grants {
                places.push(self.subject_place(*grant));
                places.push(self.rule_place(*grant));
            }
        }
        let steps = ways.steps(from).unwrap_or_default();
        if steps == 0 {
            let (id, words, severity) = match target {
                Vertex::Admin => ("access-cluster-admin", "is cluster-admin", direct(subject)),
                _ => (id, "reads every secret of the cluster", Severity::Medium),
            };
            let source = first.grants.first().map(|grant| self.source(*grant));
            let title = format!("{subject} {words} ({})", source.unwrap_or_default());
            self.say(
                id,
                broadened(severity, subject),
                &subject.to_string(),
                &title,
                &places,
            );
            return;
        }
        let is_assumed = chain.iter().any(|edge| edge.is_assumed);
        let severity = match (target, is_assumed) {
            (Vertex::Admin, false) => Severity::High,
            (Vertex::Host, true) => Severity::Low,
            _ => Severity::Medium,
        };
        let unit = if steps == 1 { "step" } else { "steps" };
        let told = self.told(&chain);
        let title = format!("{subject} {words} in {steps} {unit}: {told}");
        let key = format!("{subject} {words}");
        self.say(id, broadened(severity, subject), &key, &title, &places);
    }

    /// The steps in words, each with what allows it.
    fn told(&self, chain: &[&Edge]) -> String {
        let mut out: Vec<String> = Vec::new();
        for (index, edge) in chain.iter().enumerate() {
            let sources: Vec<String> = edge
                .grants
                .iter()
                .map(|grant| self.source(*grant))
                .collect();
            let source = match sources.as_slice() {
                [] => String::new(),
                list => format!(" ({})", list.join("; ")),
            };
            if edge.means.is_step() {
                let after = chain.iter().skip(index);
                let becomes = after
                    .map(|edge| edge.to)
                    .find(|to| {
                        matches!(
                            self.paths.vertices.get(*to),
                            Some(Vertex::Subject(_) | Vertex::Admin | Vertex::Host)
                        )
                    })
                    .unwrap_or(edge.to);
                let step = edge.tell(&self.paths.name(becomes));
                out.push(format!("{step}{source}"));
            } else if edge.means == Means::Is && index > 0 {
                out.push(format!("which is {}{source}", self.paths.name(edge.to)));
            } else if edge.means == Means::Member && index > 0 {
                out.push(format!("which is in {}", self.paths.name(edge.to)));
            }
        }
        out.join(", ")
    }
}

/// How bad it is to be cluster-admin by name: people have to be, programs seldom.
fn direct(subject: &Subject) -> Severity {
    if subject.account().is_some() {
        Severity::High
    } else {
        Severity::Medium
    }
}

/// What everybody has is as bad as can be.
fn broadened(severity: Severity, subject: &Subject) -> Severity {
    match severity {
        _ if !subject.is_broad() => severity,
        Severity::Low => Severity::Medium,
        Severity::Medium if matches!(subject, Subject::User(_)) => Severity::High,
        _ => Severity::Critical,
    }
}
