//! From the domain to the form. Nothing is computed here, and nothing left out.

use std::borrow::Cow;

use plimsoll_model::{
    AdvisorySet, Compliance, Cvss, Digest, Distribution, Excepted, Finding, Fix, How, Layer,
    Location, Package, PackageIndex, Report, Target, Unknown, Verdict,
};

use super::form::{self, Text};

fn text(value: &str) -> Text<'_> {
    Cow::Borrowed(value)
}

fn maybe(value: Option<&String>) -> Option<Text<'_>> {
    value.map(|value| Cow::Borrowed(value.as_str()))
}

fn texts(values: &[String]) -> Vec<Text<'_>> {
    values.iter().map(|value| text(value)).collect()
}

fn shown<'a>(value: Option<&impl ToString>) -> Option<Text<'a>> {
    value.map(|value| Cow::Owned(value.to_string()))
}

/// The whole report in its wire form.
pub(super) fn report_form(report: &Report) -> form::Report<'_> {
    let inventory = &report.inventory;
    let mut unknowns: Vec<&Unknown> = inventory.unknowns.iter().collect();
    unknowns.sort();
    form::Report {
        schema: text(super::SCHEMA),
        tool: form::Tool {
            name: text(&report.tool.name),
            version: text(&report.tool.version),
        },
        target: target(&inventory.target),
        layers: inventory.layers.iter().map(layer_form).collect(),
        packages: inventory
            .packages
            .iter()
            .enumerate()
            .map(|(index, package)| package_form(package, Some(PackageIndex(index))))
            .collect(),
        owned: inventory
            .owned
            .iter()
            .map(|owned| form::Owned {
                owner: Cow::Owned(owned.owner.to_string()),
                package: package_form(&owned.package, None),
            })
            .collect(),
        objects: inventory.objects,
        findings: report.findings.iter().map(finding).collect(),
        unknowns: unknowns.into_iter().map(unknown).collect(),
        compliance: report.compliance.as_ref().map(compliance),
        advisories: report.advisories.as_ref().map(advisories),
        verdict: report.verdict.as_ref().map(verdict),
    }
}

fn target(target: &Target) -> form::Target<'_> {
    form::Target {
        kind: text(target.kind.as_str()),
        name: text(&target.name),
        digest: shown(target.digest.as_ref()),
        platform: shown(target.platform.as_ref()),
        os: target.os.as_ref().map(distribution),
    }
}

fn distribution(os: &Distribution) -> form::Os<'_> {
    form::Os {
        id: text(&os.id),
        id_like: texts(&os.id_like),
        version_id: maybe(os.version_id.as_ref()),
        codename: maybe(os.codename.as_ref()),
        pretty_name: maybe(os.pretty_name.as_ref()),
        eol: shown(os.eol.as_ref()),
    }
}

/// One layer in its wire form.
pub fn layer_form(layer: &Layer) -> form::Layer<'_> {
    form::Layer {
        digest: shown(layer.digest.as_ref()),
        diff_id: Cow::Owned(layer.diff_id.to_string()),
        created_by: maybe(layer.created_by.as_ref()),
        created: shown(layer.created.as_ref()),
        size_bytes: layer.size_bytes,
        base: layer.base,
    }
}

/// One package in its wire form; the index gives it its id.
pub fn package_form(package: &Package, index: Option<PackageIndex>) -> form::Package<'_> {
    form::Package {
        id: shown(index.as_ref()),
        purl: text(package.purl.as_str()),
        namespace: maybe(package.namespace.as_ref()),
        name: text(&package.name),
        version: text(&package.version),
        ecosystem: text(package.ecosystem.as_str()),
        arch: maybe(package.arch.as_ref()),
        part: text(package.part.as_str()),
        state: text(package.state.as_str()),
        source: package.source.as_ref().map(|source| form::Source {
            name: text(&source.name),
            version: text(&source.version),
        }),
        licenses: texts(&package.licenses),
        cataloger: text(&package.cataloger),
        locations: package.locations.iter().map(location).collect(),
        module: maybe(package.module.as_ref()),
    }
}

fn layer_id<'a>(layer: Option<&Digest>) -> Option<Text<'a>> {
    shown(layer)
}

fn location(location: &Location) -> form::Location<'_> {
    form::Location {
        path: text(&location.path),
        layer: layer_id(location.layer.as_ref()),
        line: location.line,
        column: location.column,
    }
}

fn finding(finding: &Finding) -> form::Finding<'_> {
    form::Finding {
        id: text(&finding.id),
        kind: text(finding.kind.as_str()),
        fingerprint: text(&finding.fingerprint),
        aliases: texts(&finding.aliases),
        severity: text(finding.severity.as_str()),
        vendor_severity: maybe(finding.vendor_severity.as_ref()),
        title: text(&finding.title),
        subject: maybe(finding.subject.as_ref()),
        detail: maybe(finding.detail.as_ref()),
        package: shown(finding.package.as_ref()),
        locations: finding.locations.iter().map(location).collect(),
        fix: finding.fix.as_ref().map(fix),
        how: finding.how.as_ref().map(how),
        also: finding.also.iter().map(how).collect(),
        cvss: finding.cvss.iter().map(cvss).collect(),
        known_exploited: finding.known_exploited,
        // JSON has no NaN; a probability that is none is left out.
        epss: finding.epss.filter(|epss| epss.is_finite()),
        published: shown(finding.published.as_ref()),
        weaknesses: texts(&finding.weaknesses),
        mend: maybe(finding.mend.as_ref()),
        excepted: finding.excepted.as_ref().map(excepted),
    }
}

fn fix(fix: &Fix) -> form::Fix<'_> {
    form::Fix {
        state: text(fix.state.as_str()),
        versions: texts(&fix.versions),
        available: shown(fix.available.as_ref()),
    }
}

fn how(how: &How) -> form::How<'_> {
    form::How {
        source: text(&how.source),
        record: maybe(how.record.as_ref()),
        range: text(&how.range),
        scheme: text(&how.scheme),
        compared: maybe(how.compared.as_ref()),
        scope: maybe(how.scope.as_ref()),
    }
}

fn cvss(cvss: &Cvss) -> form::Cvss<'_> {
    form::Cvss {
        version: text(&cvss.version),
        vector: text(&cvss.vector),
        score: if cvss.score.is_finite() {
            cvss.score
        } else {
            0.0
        },
        source: maybe(cvss.source.as_ref()),
    }
}

fn excepted(excepted: &Excepted) -> form::Excepted<'_> {
    form::Excepted {
        by: text(&excepted.by),
        owner: maybe(excepted.owner.as_ref()),
        reason: maybe(excepted.reason.as_ref()),
        expires: shown(excepted.expires.as_ref()),
        vex: excepted.vex.map(|status| text(status.as_str())),
    }
}

fn unknown(unknown: &Unknown) -> form::Unknown<'_> {
    form::Unknown {
        path: maybe(unknown.path.as_ref()),
        layer: layer_id(unknown.layer.as_ref()),
        reason: text(&unknown.reason),
    }
}

fn advisories(set: &AdvisorySet) -> form::Advisories<'_> {
    let mut sources: Vec<_> = set.sources.iter().collect();
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    form::Advisories {
        digest: Cow::Owned(set.digest.to_string()),
        sources: sources
            .into_iter()
            .map(|source| form::AdvisorySource {
                name: text(&source.name),
                snapshot: shown(source.snapshot.as_ref()),
                records: source.records,
                coverage: maybe(source.coverage.as_ref()),
            })
            .collect(),
    }
}

fn compliance(compliance: &Compliance) -> form::Compliance<'_> {
    form::Compliance {
        benchmark: text(&compliance.benchmark),
        title: text(&compliance.title),
        profile: maybe(compliance.profile.as_ref()),
        score: compliance.score,
        rules: compliance
            .rules
            .iter()
            .map(|rule| form::RuleResult {
                id: text(&rule.id),
                title: text(&rule.title),
                result: text(rule.outcome.as_str()),
                findings: rule.findings,
                excepted: rule.excepted,
                checks: texts(&rule.checks),
                note: maybe(rule.note.as_ref()),
            })
            .collect(),
    }
}

fn verdict(verdict: &Verdict) -> form::Verdict<'_> {
    form::Verdict {
        outcome: text(verdict.outcome.as_str()),
        stage: text(verdict.stage.as_str()),
        policy: text(&verdict.policy),
        policy_digest: shown(verdict.policy_digest.as_ref()),
        reasons: verdict
            .reasons
            .iter()
            .map(|reason| form::Reason {
                rule: text(&reason.rule),
                mode: text(reason.mode.as_str()),
                finding: maybe(reason.finding.as_ref()),
                message: text(&reason.message),
            })
            .collect(),
        notes: texts(&verdict.notes),
    }
}
