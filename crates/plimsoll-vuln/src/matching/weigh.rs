//! What several sources say about one package, weighed.
//!
//! A statement that ends somewhere (a fixed or last affected version, or "not affected") is
//! definite; one without an end only says that no fix was known when it was written, and ages.
//!
//! For a distribution's package the strongest source with a definite word decides, within the
//! release only. An open statement counts if nobody, stronger or weaker, knows of a mend; "not
//! affected" of a weaker source does not overrule an open statement of a stronger one.
//!
//! For a language's package there is no authority above others: a version is affected if any
//! definite statement holds it; an open statement counts only where no source knows an end.

use plimsoll_model::{Date, Ecosystem, Package, Unknown};

use super::compare::{Comparer, Reach};
use super::kernels::{Concern, concern};
use super::place::{Place, Places, is_rebuilt};
use super::precedence::rank;
use super::programs;
use super::subject::{Subject, SubjectKind, subjects};
use crate::database::next_statement;
use crate::database::statements::{List, Span, Statement};
use crate::schemes::scheme_of;
use crate::{Database, DatabaseError, Range, Status, VersionScheme};

/// What Go gives as the version of a module that it built from a folder.
const GO_FOLDER: &str = "(devel)";

/// Most versions that are told as fixes of one vulnerability.
const FIXES_MAX: usize = 16;

/// A vulnerability that a package has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affecting {
    pub vulnerability: u32,
    /// Who says so; the one that decides first.
    pub says: Vec<Says>,
    /// Versions that are not affected any more, ascending.
    pub fixes: Vec<String>,
}

/// One source's word that a package is affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Says {
    pub source: u8,
    /// Place among the vulnerability's records.
    pub record: u32,
    pub status: Status,
    /// No end is known.
    pub is_open: bool,
    /// What holds the version, as the source has it: `< 1.2`.
    pub held: String,
    /// All ranges of the statement.
    pub ranges: Vec<Range>,
    pub vendor_severity: Option<String>,
    pub fix_available: Option<Date>,
    /// `source package openssl 3.0.15-1`.
    pub compared: String,
    /// The version that was compared.
    version: String,
    about: SubjectKind,
    rank: u8,
}

/// What came of one package.
#[derive(Default)]
pub struct Weighed {
    pub affecting: Vec<Affecting>,
    pub unknowns: Vec<Unknown>,
    /// Nobody speaks of it, and nobody speaks for all of its kind.
    pub is_unheard: bool,
}

/// What one statement comes to.
enum Opinion {
    Affected(Box<Says>),
    /// The version lies outside of what is affected.
    Mended,
    NotAffected,
}

struct Judged {
    vulnerability: u32,
    rank: u8,
    source: u8,
    opinion: Opinion,
}

/// Weighs everything that the database says about a package.
pub fn package(
    database: &Database,
    places: &Places,
    package: &Package,
) -> Result<Weighed, DatabaseError> {
    let mut out = Weighed::default();
    let Some(place) = places.of(package) else {
        return Ok(out);
    };
    let mut judged = Vec::new();
    let mut key = Vec::new();
    let own = subjects(package, place.is_distribution)
        .into_iter()
        .map(|subject| (place.scope.clone(), subject));
    let mut is_heard = false;
    for (scope, subject) in own.chain(programs::elsewhere(package)) {
        let Some(list) = database.list(&mut key, scope.as_str(), &subject.name)? else {
            continue;
        };
        is_heard = true;
        let mut weighing = Weighing {
            database,
            package,
            place: &place,
            subject: &subject,
            key: &key,
        };
        weighing.list(list, &mut judged, &mut out.unknowns)?;
    }
    out.is_unheard = !is_heard && programs::may_be_unheard(package);
    judged.sort_by_key(|one| (one.vulnerability, one.rank, one.source));
    let scheme = scheme_of(package.ecosystem.as_str());
    let is_tool = place.is_distribution && is_kernel_tool(package);
    let mut untold = 0_u64;
    let mut rest = judged.into_iter().peekable();
    while let Some(first) = rest.next() {
        let vulnerability = first.vulnerability;
        let mut same = vec![first];
        while let Some(next) = rest.next_if(|next| next.vulnerability == vulnerability) {
            same.push(next);
        }
        let says = if place.is_distribution {
            by_authority(same)
        } else {
            by_any(same)
        };
        let is_of_kernel = || says.iter().all(|one| one.about == SubjectKind::Source);
        if is_tool && is_of_kernel() {
            untold += u64::from(!says.is_empty());
        } else if !says.is_empty() {
            out.affecting.push(Affecting {
                vulnerability,
                fixes: fixes(scheme, &says, place.is_distribution),
                says,
            });
        }
    }
    if untold > 0 {
        out.unknowns.push(unknown(
            package,
            &format!(
                "whether the kernel's {untold} open advisories are about its tools is not known"
            ),
        ));
    }
    Ok(out)
}

/// Whether this is a program made of a kernel's source.
fn is_kernel_tool(package: &Package) -> bool {
    let source = package
        .source
        .as_ref()
        .map_or(&package.name, |source| &source.name);
    package.ecosystem == Ecosystem::DEB && concern(source, &package.name) == Concern::Tool
}

/// An unknown at the package's first place.
fn unknown(package: &Package, reason: &str) -> Unknown {
    let reason = format!("{}: {reason}", package.purl);
    match package.locations.first() {
        Some(location) => {
            Unknown::at(location.path.clone(), reason).in_layer(location.layer.clone())
        }
        None => Unknown::whole(reason),
    }
}

/// Judges the statements of one list.
struct Weighing<'a> {
    database: &'a Database,
    package: &'a Package,
    place: &'a Place,
    subject: &'a Subject<'a>,
    key: &'a [u8],
}

impl Weighing<'_> {
    fn list(
        &mut self,
        mut list: List<'_>,
        judged: &mut Vec<Judged>,
        unknowns: &mut Vec<Unknown>,
    ) -> Result<(), DatabaseError> {
        let version = self.subject.version.as_ref();
        let mut obstacle = self.obstacle();
        let scheme = scheme_of(self.package.ecosystem.as_str());
        let mut comparer = scheme.map(|scheme| Comparer::new(scheme, version));
        let mut left_out = 0_u32;
        while let Some(statement) = next_statement(&mut list, self.key)? {
            if statement.withdrawn || !self.subject.takes(statement.binary) {
                continue;
            }
            let statement = statement.clone();
            if !self.concerns(&list, &statement) {
                continue;
            }
            if statement.ranges.is_empty() && statement.versions.is_empty() {
                // About every version, so that it need not be known.
                let every = Reach::Open(Span::default());
                judged.extend(self.judge(&list, &statement, &every)?);
                continue;
            }
            let (Some(comparer), None) = (&mut comparer, &obstacle) else {
                left_out += 1;
                continue;
            };
            let reach = comparer.reach(&list, &statement);
            match reach {
                Ok(reach) => judged.extend(self.judge(&list, &statement, &reach)?),
                Err(error) => {
                    left_out += 1;
                    // The first reason stands for all.
                    if left_out == 1 {
                        unknowns
                            .push(self.unknown(&format!("an advisory cannot be applied: {error}")));
                    }
                }
            }
        }
        if let Some(reason) = obstacle.take_if(|_| left_out > 0) {
            let advisories = if left_out == 1 {
                "advisory"
            } else {
                "advisories"
            };
            unknowns.push(self.unknown(&format!(
                "{left_out} {advisories} cannot be applied: {reason}"
            )));
        }
        Ok(())
    }

    /// Why no version can be compared at all.
    fn obstacle(&self) -> Option<String> {
        let version = self.subject.version.as_ref();
        if version.is_empty() {
            return Some("its version is not known".to_owned());
        }
        if version == GO_FOLDER && self.package.ecosystem == Ecosystem::GOLANG {
            return Some("built from a folder, its version is not known".to_owned());
        }
        if let Some(parent) = &self.place.parent
            && is_rebuilt(version)
        {
            return Some(format!(
                "{version} was built by {}, whose versions do not compare with those of {parent}",
                self.place.name
            ));
        }
        match scheme_of(self.package.ecosystem.as_str()) {
            Some(scheme) => scheme
                .compare(version, version)
                .err()
                .map(|error| error.to_string()),
            None => Some(format!(
                "the order of {} versions is not known",
                self.package.ecosystem
            )),
        }
    }

    fn unknown(&self, reason: &str) -> Unknown {
        unknown(self.package, reason)
    }

    /// Whether a statement is about packages like this one: its architecture, its module stream.
    fn concerns(&self, list: &List<'_>, statement: &Statement) -> bool {
        if let Some(arch) = &self.package.arch
            && !statement.arches.is_empty()
            && !matches!(arch.as_str(), "noarch" | "all")
            && !statement.arches.iter().any(|text| list.text(*text) == arch)
        {
            return false;
        }
        if self.package.ecosystem.as_str() != "rpm" {
            return true;
        }
        let is_modular = |version: &str| version.contains(".module");
        match (statement.module, &self.package.module) {
            (Some(stream), Some(own)) => is_stream(list.text(stream), own),
            (Some(_), None) => is_modular(&self.subject.version),
            // Streams are built apart: their versions do not compare with the others'.
            (None, _) => statement
                .ranges
                .iter()
                .filter_map(|span| span.fixed)
                .all(|fixed| is_modular(list.text(fixed)) == is_modular(&self.subject.version)),
        }
    }

    fn judge(
        &self,
        list: &List<'_>,
        statement: &Statement,
        reach: &Reach,
    ) -> Result<Option<Judged>, DatabaseError> {
        let source = self.database.source_name(statement.source)?;
        let rank = rank(source, self.place.is_distribution);
        let (held, is_open) = match reach {
            Reach::Outside if statement.status == Status::NotAffected => return Ok(None),
            Reach::Outside => (None, false),
            Reach::Bounded(span) => (Some(list.range(span).to_string()), false),
            Reach::Open(span) => (Some(list.range(span).to_string()), true),
            Reach::Listed(text) => (Some(format!("= {}", list.text(*text))), false),
        };
        let vulnerability = statement.vulnerability;
        let opinion = match held {
            _ if statement.status == Status::NotAffected => Opinion::NotAffected,
            None => Opinion::Mended,
            Some(held) => Opinion::Affected(Box::new(Says {
                source: statement.source,
                record: statement.record,
                status: statement.status,
                is_open,
                held,
                ranges: statement.ranges.iter().map(|s| list.range(s)).collect(),
                vendor_severity: statement
                    .vendor_severity
                    .map(|word| list.text(word).to_owned()),
                fix_available: statement.fix_available,
                compared: self.subject.describe(),
                version: self.subject.version.clone().into_owned(),
                about: self.subject.kind,
                rank,
            })),
        };
        Ok(Some(Judged {
            vulnerability,
            rank,
            source: statement.source,
            opinion,
        }))
    }
}

/// Whether a package of the stream `own` (`nodejs:18`, perhaps with version and context behind) is
/// of the stream that the advisory names.
fn is_stream(stream: &str, own: &str) -> bool {
    own.strip_prefix(stream)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// The strongest definite word decides.
fn by_authority(same: Vec<Judged>) -> Vec<Says> {
    let mut affected: Vec<Says> = Vec::new();
    let mut rest = same.into_iter().peekable();
    while let Some(first) = rest.next() {
        let source = (first.rank, first.source);
        let (mut says, mut mended, mut not_affected) = (Vec::new(), false, false);
        let mut next = Some(first);
        while let Some(one) = next {
            match one.opinion {
                Opinion::Affected(one) => says.push(*one),
                Opinion::Mended => mended = true,
                Opinion::NotAffected => not_affected = true,
            }
            next = rest.next_if(|next| (next.rank, next.source) == source);
        }
        if says.is_empty() {
            let overruled = mended || (not_affected && affected.is_empty());
            if overruled {
                return Vec::new();
            }
            continue;
        }
        let decides = says.iter().any(|one| !one.is_open);
        affected.extend(says);
        if decides {
            break;
        }
    }
    // What weaker sources say on top of a decision is told too.
    for one in rest {
        if let Opinion::Affected(says) = one.opinion {
            affected.push(*says);
        }
    }
    in_order(affected)
}

/// Any definite word that holds the version decides.
fn by_any(same: Vec<Judged>) -> Vec<Says> {
    let mut affected = Vec::new();
    let mut someone_knows_an_end = false;
    for one in same {
        match one.opinion {
            Opinion::Affected(says) => affected.push(*says),
            Opinion::Mended | Opinion::NotAffected => someone_knows_an_end = true,
        }
    }
    if someone_knows_an_end && affected.iter().all(|says| says.is_open) {
        return Vec::new();
    }
    in_order(affected)
}

/// Definite ones first, then by rank; each record once.
fn in_order(mut says: Vec<Says>) -> Vec<Says> {
    says.sort_by_key(|one| (one.is_open, one.rank, one.source, one.record));
    says.dedup_by_key(|one| (one.source, one.record));
    says
}

/// Fixed versions above the package's own that no definite statement holds, ascending.
fn fixes(
    scheme: Option<&'static dyn VersionScheme>,
    says: &[Says],
    is_distribution: bool,
) -> Vec<String> {
    let (Some(scheme), Some(first)) = (scheme, says.first()) else {
        return Vec::new();
    };
    // Of a distribution's sources only the one that decides is asked.
    let asked = || {
        says.iter()
            .filter(|one| !is_distribution || one.source == first.source)
            .flat_map(|one| &one.ranges)
    };
    let own = first.version.as_str();
    let mut found: Vec<&String> = asked()
        .filter_map(|range| range.fixed.as_ref())
        .filter(|fixed| {
            scheme
                .compare(own, fixed)
                .is_ok_and(std::cmp::Ordering::is_lt)
        })
        .collect();
    found.sort();
    found.dedup();
    crate::schemes::sort(scheme, &mut found);
    let is_bounded = |range: &&Range| range.fixed.is_some() || range.last_affected.is_some();
    let holds = |version: &str| {
        asked()
            .filter(is_bounded)
            .any(|range| range.contains(scheme, version).unwrap_or(false))
    };
    found
        .into_iter()
        .filter(|version| !holds(version))
        .take(FIXES_MAX)
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests;
