//! Reports of every shape, for properties.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test support")]

use plimsoll_model::{
    AdvisorySet, AdvisorySnapshot, Compliance, Cvss, Digest, Distribution, Ecosystem, Excepted,
    Finding, FindingKind, Fix, FixState, How, Inventory, Layer, Location, Mode, Outcome,
    OwnedPackage, Package, PackageIndex, Part, Platform, Purl, Reason, Report, RuleOutcome,
    RuleResult, Severity, SourcePackage, Stage, State, Target, TargetKind, Timestamp, Tool,
    Unknown, Verdict, VexStatus,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

/// Text with what formats trip over.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9.+~-]{1,8}",
        "\\PC{0,8}",
        Just("\u{1b}[31m\n\r\t\"<>&|`]]>\u{202e}\u{feff}".to_owned()),
    ]
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_sha256)
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn date() -> impl Strategy<Value = plimsoll_model::Date> {
    (1970_i16..2100, 1_i8..13, 1_i8..29)
        .prop_map(|(year, month, day)| plimsoll_model::Date::new(year, month, day).unwrap())
}

fn location() -> impl Strategy<Value = Location> {
    (text(), of(digest()), of(any::<u32>()), of(any::<u32>())).prop_map(
        |(path, layer, line, column)| Location {
            path,
            layer,
            line,
            column,
        },
    )
}

fn package() -> impl Strategy<Value = Package> {
    let names = (
        select(vec!["deb", "npm", "golang", "x-own"]),
        of("[a-z]{1,6}"),
        text(),
        text(),
    );
    let rest = (
        select(Part::ALL.to_vec()),
        select(State::ALL.to_vec()),
        of((text(), text())),
        vec(text(), 0..3),
        vec(location(), 0..3),
        (of(text()), of(text()), "[a-z-]{1,8}"),
    );
    (names, rest).prop_map(|((kind, namespace, name, version), rest)| {
        let (part, state, source, licenses, locations, (arch, module, cataloger)) = rest;
        let purl = Purl::new(kind, namespace.as_deref(), &name, &version, &[]);
        Package {
            ecosystem: Ecosystem::new(kind),
            purl: purl.unwrap_or_else(|_| "pkg:generic/x@1".parse().unwrap()),
            namespace,
            name,
            version,
            arch,
            part,
            state,
            source: source.map(|(name, version)| SourcePackage { name, version }),
            licenses,
            cataloger: cataloger.into(),
            locations,
            module,
        }
    })
}

fn how() -> impl Strategy<Value = How> {
    (text(), of(text()), text(), text(), of(text()), of(text())).prop_map(
        |(source, record, range, scheme, compared, scope)| How {
            source,
            record,
            range,
            scheme,
            compared,
            scope,
        },
    )
}

fn excepted() -> impl Strategy<Value = Excepted> {
    let vex = of(select(VexStatus::ALL.to_vec()));
    (text(), of(text()), of(text()), of(date()), vex).prop_map(
        |(by, owner, reason, expires, vex)| Excepted {
            by,
            owner,
            reason,
            expires,
            vex,
        },
    )
}

fn finding() -> impl Strategy<Value = Finding> {
    let head = (
        text(),
        select(FindingKind::ALL.to_vec()),
        text(),
        select(Severity::WORST_FIRST.to_vec()),
        text(),
        vec(text(), 0..3),
    );
    let fix = (
        select(FixState::ALL.to_vec()),
        vec(text(), 0..2),
        of(date()),
    )
        .prop_map(|(state, versions, available)| Fix {
            state,
            versions,
            available,
        });
    let cvss =
        (text(), text(), 0.0..10.0_f64, of(text())).prop_map(|(version, vector, score, source)| {
            Cvss {
                version,
                vector,
                score,
                source,
            }
        });
    let rest = (
        vec(location(), 0..2),
        of(fix),
        of(how()),
        vec(how(), 0..2),
        vec(cvss, 0..2),
        any::<bool>(),
        of(0.0..1.0_f64),
        of(time()),
        (vec(text(), 0..2), of(text()), of(excepted()), of(text())),
        (of(text()), of(text())),
    );
    (head, rest).prop_map(
        |((id, kind, fingerprint, severity, title, aliases), rest)| {
            let mut finding = Finding::new(kind, id, fingerprint, severity, title);
            finding.aliases = aliases;
            finding.locations = rest.0;
            finding.fix = rest.1;
            finding.how = rest.2;
            finding.also = rest.3;
            finding.cvss = rest.4;
            finding.known_exploited = rest.5;
            finding.epss = rest.6;
            finding.published = rest.7;
            (
                finding.weaknesses,
                finding.mend,
                finding.excepted,
                finding.vendor_severity,
            ) = rest.8;
            (finding.subject, finding.detail) = rest.9;
            finding
        },
    )
}

fn target() -> impl Strategy<Value = Target> {
    let platform =
        ("[a-z]{1,5}", "[a-z0-9]{1,5}", of("v[0-9]")).prop_map(|(os, architecture, variant)| {
            Platform {
                os,
                architecture,
                variant,
            }
        });
    let os = (
        text(),
        vec(text(), 0..2),
        of(text()),
        of(text()),
        of(text()),
        of(date()),
    )
        .prop_map(
            |(id, id_like, version_id, codename, pretty_name, eol)| Distribution {
                id,
                id_like,
                version_id,
                codename,
                pretty_name,
                eol,
            },
        );
    (
        select(TargetKind::ALL.to_vec()),
        text(),
        of(digest()),
        of(platform),
        of(os),
    )
        .prop_map(|(kind, name, digest, platform, os)| Target {
            kind,
            name,
            digest,
            platform,
            os,
        })
}

fn layer() -> impl Strategy<Value = Layer> {
    (
        of(digest()),
        digest(),
        of(text()),
        of(time()),
        any::<u64>(),
        any::<bool>(),
    )
        .prop_map(
            |(digest, diff_id, created_by, created, size_bytes, base)| Layer {
                digest,
                diff_id,
                created_by,
                created,
                size_bytes,
                base,
            },
        )
}

fn unknown() -> impl Strategy<Value = Unknown> {
    (of(text()), of(digest()), text()).prop_map(|(path, layer, reason)| Unknown {
        path,
        layer,
        reason,
    })
}

fn advisories() -> impl Strategy<Value = AdvisorySet> {
    let source = ("[a-z]{1,6}", of(date()), any::<u64>(), of(text())).prop_map(
        |(name, snapshot, records, coverage)| AdvisorySnapshot {
            name,
            snapshot,
            records,
            coverage,
        },
    );
    (digest(), vec(source, 0..3)).prop_map(|(digest, mut sources)| {
        sources.sort_by(|a, b| a.name.cmp(&b.name));
        AdvisorySet { digest, sources }
    })
}

fn verdict() -> impl Strategy<Value = Verdict> {
    let reason = (text(), select(Mode::ALL.to_vec()), of(text()), text()).prop_map(
        |(rule, mode, finding, message)| Reason {
            rule,
            mode,
            finding,
            message,
        },
    );
    let outcome = select(Outcome::ALL.to_vec());
    let stage = select(Stage::ALL.to_vec());
    (
        outcome,
        stage,
        text(),
        of(digest()),
        vec(reason, 0..3),
        vec(text(), 0..2),
    )
        .prop_map(
            |(outcome, stage, policy, policy_digest, reasons, notes)| Verdict {
                outcome,
                stage,
                policy,
                policy_digest,
                reasons,
                notes,
            },
        )
}

fn compliance() -> impl Strategy<Value = Compliance> {
    let rule = (
        text(),
        text(),
        select(RuleOutcome::ALL.to_vec()),
        any::<(u64, u64)>(),
        vec(text(), 0..3),
        of(text()),
    )
        .prop_map(
            |(id, title, outcome, (findings, excepted), checks, note)| RuleResult {
                id,
                title,
                outcome,
                findings,
                excepted,
                checks,
                note,
            },
        );
    let score = of((0_u16..=1000).prop_map(|score| f64::from(score) / 10.0));
    (text(), text(), of(text()), score, vec(rule, 0..4)).prop_map(
        |(benchmark, title, profile, score, rules)| Compliance {
            benchmark,
            title,
            profile,
            score,
            rules,
        },
    )
}

/// Any report whose references hold.
pub fn report() -> impl Strategy<Value = Report> {
    let inventory = (
        target(),
        vec(layer(), 0..3),
        vec(package(), 1..5),
        vec((package(), any::<prop::sample::Index>()), 0..2),
        vec(unknown(), 0..3),
    );
    let findings = vec((finding(), of(any::<prop::sample::Index>())), 0..5);
    (
        inventory,
        findings,
        of(compliance()),
        of(advisories()),
        of(verdict()),
    )
        .prop_map(
            |(
                (target, layers, packages, owned, unknowns),
                findings,
                compliance,
                advisories,
                verdict,
            )| {
                let index = |at: &prop::sample::Index| PackageIndex(at.index(packages.len()));
                let owned = owned.into_iter().map(|(package, at)| OwnedPackage {
                    package,
                    owner: index(&at),
                });
                let findings = findings.into_iter().map(|(mut finding, at)| {
                    finding.package = at.as_ref().map(index);
                    finding
                });
                Report {
                    tool: Tool {
                        name: "plimsoll".to_owned(),
                        version: "0.1.0".to_owned(),
                    },
                    findings: findings.collect(),
                    inventory: Inventory {
                        target,
                        layers,
                        owned: owned.collect(),
                        packages,
                        objects: 0,
                        unknowns,
                    },
                    compliance,
                    advisories,
                    verdict,
                }
            },
        )
}
