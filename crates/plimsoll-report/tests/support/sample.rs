//! One rich report, made up by hand: layers, an owned package, an exception, unknowns with
//! escapes, names that try to break out of every format, and a verdict that denies.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::assigning_clones,
    clippy::unnecessary_wraps,
    clippy::string_slice,
    reason = "test support"
)]

use plimsoll_model::{
    AdvisorySet, AdvisorySnapshot, Compliance, Cvss, Digest, Distribution, Ecosystem, Excepted,
    Finding, FindingKind, Fix, FixState, How, Inventory, Layer, Location, Mode, Outcome,
    OwnedPackage, Package, PackageIndex, Part, Platform, Reason, Report, RuleOutcome, RuleResult,
    Severity, SourcePackage, Stage, State, Target, TargetKind, Tool, Unknown, Verdict, VexStatus,
};

/// A text that tries every format: markup, Markdown, terminal, workflow command, tag-value.
pub const HOSTILE: &str =
    "<script>alert(1)</script>|](javascript:x)\u{1b}[31m\r\n::error::x%0A]]></text>\u{202e}`";

pub fn digest(fill: u8) -> Digest {
    Digest::from_sha256([fill; 32])
}

fn layer(fill: u8, created_by: &str, size_bytes: u64, base: bool) -> Layer {
    Layer {
        digest: Some(digest(fill + 0x80)),
        diff_id: digest(fill),
        created_by: Some(created_by.to_owned()),
        created: "2026-11-01T06:30:00Z".parse().ok(),
        size_bytes,
        base,
    }
}

fn package(purl: &str, part: Part, path: &str, fill: u8, cataloger: &'static str) -> Package {
    let purl: plimsoll_model::Purl = purl.parse().unwrap();
    let parts = purl.parts().unwrap();
    Package {
        ecosystem: Ecosystem::new(&parts.purl_type),
        namespace: parts.namespace,
        name: parts.name,
        version: parts.version.unwrap_or_default(),
        arch: None,
        purl,
        part,
        state: State::Installed,
        source: None,
        licenses: Vec::new(),
        cataloger: cataloger.into(),
        locations: vec![Location::file(path).in_layer(Some(digest(fill)))],
        module: None,
    }
}

fn deb(name: &str, version: &str, source: &str) -> Package {
    let purl = format!(
        "pkg:deb/debian/{name}@{version}?arch=amd64&distro=debian-12&upstream={source}%40{version}"
    );
    Package {
        arch: Some("amd64".to_owned()),
        source: Some(SourcePackage {
            name: source.to_owned(),
            version: version.to_owned(),
        }),
        licenses: vec!["Apache-2.0".to_owned()],
        ..package(&purl, Part::Os, "var/lib/dpkg/status", 1, "dpkg-status")
    }
}

fn packages() -> Vec<Package> {
    let mut evil = package(
        "pkg:npm/left-pad@1.3.0",
        Part::Language,
        "srv/app/node_modules/left-pad/package.json",
        3,
        "npm-installed",
    );
    evil.name = String::from(HOSTILE);
    evil.purl = plimsoll_model::Purl::new("npm", None, HOSTILE, "1.3.0", &[]).unwrap();
    evil.licenses = vec![HOSTILE.to_owned()];
    let mut declared = package(
        "pkg:npm/%40babel/core@7.0.0",
        Part::Language,
        "srv/app/package-lock.json",
        3,
        "npm-lock",
    );
    declared.state = State::Declared;
    declared.locations[0].line = Some(42);
    let mut go = package(
        "pkg:golang/stdlib@1.21.3",
        Part::Runtime,
        "usr/local/bin/agent",
        3,
        "go-binary",
    );
    go.licenses = vec!["BSD-3-Clause".to_owned()];
    let mut log4j = package(
        "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
        Part::Language,
        "srv/app.war!/WEB-INF/lib/all.jar!/log4j-core-2.14.1.jar",
        3,
        "java-archive",
    );
    log4j.licenses = vec!["Apache-2.0 OR MIT".to_owned()];
    let mut rpm = package(
        "pkg:rpm/rocky/nodejs@18.1.0-1.el9?arch=x86_64",
        Part::Os,
        "usr/lib/sysimage/rpm/rpmdb.sqlite",
        2,
        "rpm-db",
    );
    rpm.module = Some("nodejs:18".to_owned());
    rpm.arch = Some("x86_64".to_owned());
    let mut all = vec![
        deb("bash", "5.2.15-2", "bash"),
        deb("libssl3", "3.0.15-1", "openssl"),
        deb("openssl", "3.0.15-1", "openssl"),
        deb("python3-requests", "2.28.1-1", "requests"),
        go,
        log4j,
        declared,
        evil,
        rpm,
    ];
    all.sort_by(|a, b| a.purl.cmp(&b.purl).then(a.locations.cmp(&b.locations)));
    all
}

fn inventory() -> Inventory {
    let packages = packages();
    let owner = find(&packages, "python3-requests");
    Inventory {
        target: Target {
            kind: TargetKind::Image,
            name: "shop/cart:2.3".to_owned(),
            digest: Some(digest(0xaa)),
            platform: Platform::parse("linux/amd64"),
            os: Some(Distribution {
                id: "debian".to_owned(),
                id_like: vec!["gnu".to_owned()],
                version_id: Some("12".to_owned()),
                codename: Some("bookworm".to_owned()),
                pretty_name: Some("Debian GNU/Linux 12 (bookworm)".to_owned()),
                eol: "2028-06-30".parse().ok(),
            }),
        },
        layers: vec![
            layer(1, "ADD rootfs.tar / # buildkit", 48_000_000, true),
            layer(2, "RUN dnf module install -y nodejs:18", 21_000_000, false),
            layer(3, "COPY . /srv # \u{1b}[2J<b>", 9_500_000, false),
        ],
        owned: vec![OwnedPackage {
            package: package(
                "pkg:pypi/requests@2.28.1",
                Part::Language,
                "usr/lib/python3/dist-packages/requests-2.28.1.egg-info",
                1,
                "python-egg-info",
            ),
            owner,
        }],
        packages,
        objects: 0,
        unknowns: vec![
            Unknown::at("srv/deep.jar!/a.jar", "archive depth limit (4) reached")
                .in_layer(Some(digest(3))),
            Unknown::at(HOSTILE, "name holds control characters"),
            Unknown::whole("no advisories for rpm packages of rocky"),
        ],
    }
}

/// The position of the package of this name.
pub fn find(packages: &[Package], name: &str) -> PackageIndex {
    PackageIndex(packages.iter().position(|p| p.name == name).unwrap())
}

fn vulnerability(
    packages: &[Package],
    id: &str,
    name: &str,
    severity: Severity,
    title: &str,
) -> Finding {
    let index = find(packages, name);
    let fingerprint = format!("{:0>16x}", id.len() * 31 + index.0);
    let mut finding = Finding::new(
        FindingKind::Vulnerability,
        id,
        format!("{fingerprint}-{name_len}", name_len = name.len()),
        severity,
        title,
    );
    finding.package = Some(index);
    finding.locations = packages[index.0].locations.clone();
    finding
}

fn how(source: &str, record: Option<&str>, range: &str, scheme: &str, compared: &str) -> How {
    How {
        source: source.to_owned(),
        record: record.map(str::to_owned),
        range: range.to_owned(),
        scheme: scheme.to_owned(),
        compared: Some(compared.to_owned()),
        scope: Some("debian:12".to_owned()),
    }
}

fn fixed(versions: &[&str]) -> Option<Fix> {
    Some(Fix {
        state: FixState::Fixed,
        versions: versions.iter().map(|&v| v.to_owned()).collect(),
        available: "2026-10-02".parse().ok(),
    })
}

fn findings(packages: &[Package]) -> Vec<Finding> {
    let mut log4j = vulnerability(
        packages,
        "CVE-2021-44228",
        "log4j-core",
        Severity::Critical,
        "Remote code execution through message lookups",
    );
    log4j.aliases = vec!["GHSA-jfh8-c2jp-5v3q".to_owned()];
    log4j.fix = fixed(&["2.15.0", "2.12.2"]);
    log4j.how = Some(how(
        "ghsa",
        None,
        ">= 2.13.0, < 2.15.0",
        "maven",
        "log4j-core 2.14.1",
    ));
    log4j.known_exploited = true;
    log4j.epss = Some(0.944);
    log4j.excepted = Some(Excepted {
        by: "plimsoll.yaml:14".to_owned(),
        owner: Some("team-cart".to_owned()),
        reason: Some("lookups are switched off".to_owned()),
        expires: "2027-01-31".parse().ok(),
        vex: None,
    });

    let mut openssl = vulnerability(
        packages,
        "CVE-2026-1234",
        "openssl",
        Severity::High,
        "Heap overflow in the X.509 name check",
    );
    openssl.aliases = vec!["DSA-9999-1".to_owned()];
    openssl.vendor_severity = Some("important".to_owned());
    openssl.fix = fixed(&["3.0.16-1"]);
    openssl.how = Some(how(
        "debian",
        Some("DSA-9999-1"),
        "< 3.0.16-1",
        "dpkg",
        "source package openssl 3.0.15-1",
    ));
    openssl.also = vec![how("debian-dsa", None, "< 3.0.16-1", "dpkg", "openssl")];
    openssl.cvss = vec![Cvss {
        version: "3.1".to_owned(),
        vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H".to_owned(),
        score: 7.5,
        source: Some("nvd".to_owned()),
    }];
    openssl.known_exploited = true;
    openssl.epss = Some(0.12);
    openssl.published = "2026-10-01T12:00:00Z".parse().ok();
    openssl.weaknesses = vec!["CWE-787".to_owned()];
    openssl.mend = Some("Upgrade openssl to 3.0.16-1 in the base image.".to_owned());
    let mut libssl = openssl.clone();
    libssl.package = Some(find(packages, "libssl3"));
    libssl.fingerprint = "00000000000000aa-7".to_owned();

    let mut evil = vulnerability(
        packages,
        "CVE-2026-6666",
        HOSTILE,
        Severity::Medium,
        HOSTILE,
    );
    evil.fix = Some(Fix {
        state: FixState::WontFix,
        versions: vec![],
        available: None,
    });
    evil.mend = Some(HOSTILE.to_owned());

    let mut bash = vulnerability(
        packages,
        "CVE-2022-3715",
        "bash",
        Severity::Low,
        "Heap overflow in parameter transformation",
    );
    bash.fix = Some(Fix {
        state: FixState::NotFixed,
        versions: vec![],
        available: None,
    });
    let mut secret = Finding::new(
        FindingKind::Secret,
        "private-key",
        "00000000000000bb-1",
        Severity::High,
        "A private key lies in the image",
    );
    secret.locations = vec![Location {
        path: "root/.ssh/id_ed25519".to_owned(),
        layer: Some(digest(2)),
        line: Some(1),
        column: Some(1),
    }];
    secret.mend = Some("Remove the key, and replace it wherever it was used.".to_owned());
    let mut unrated = vulnerability(
        packages,
        "GO-2026-0001",
        "stdlib",
        Severity::Unknown,
        "Panic in the parser of multipart forms",
    );
    unrated.excepted = Some(Excepted {
        by: "vex/cart.json: statement 2".to_owned(),
        owner: None,
        reason: Some("vulnerable_code_not_in_execute_path".to_owned()),
        expires: None,
        vex: Some(VexStatus::NotAffected),
    });
    vec![log4j, libssl, openssl, secret, evil, bash, unrated]
}

fn verdict(findings: &[Finding]) -> Verdict {
    let reason = |rule: &str, mode, finding: Option<&Finding>, message: &str| Reason {
        rule: rule.to_owned(),
        mode,
        finding: finding.map(|f| f.fingerprint.clone()),
        message: message.to_owned(),
    };
    Verdict {
        outcome: Outcome::Deny,
        stage: Stage::Build,
        policy: "default".to_owned(),
        policy_digest: Some(digest(0xbb)),
        reasons: vec![
            reason(
                "fixable-high",
                Mode::Enforce,
                Some(&findings[1]),
                "CVE-2026-1234 in libssl3 is high and has a fix",
            ),
            reason(
                "fixable-high",
                Mode::Enforce,
                Some(&findings[2]),
                "CVE-2026-1234 in openssl is high and has a fix",
            ),
            reason(
                "known-exploited",
                Mode::Enforce,
                Some(&findings[2]),
                "CVE-2026-1234 in openssl is known to be exploited",
            ),
            reason(
                "advisories-age",
                Mode::Warn,
                None,
                "advisories of kev are 453 days old",
            ),
            reason(
                "secrets",
                Mode::Warn,
                Some(&findings[3]),
                "a private key lies in the image",
            ),
        ],
        notes: vec!["plimsoll.yaml:20: exception for CVE-2020-0001 matched nothing".to_owned()],
    }
}

/// The report that every format is tried on.
pub fn report() -> Report {
    let inventory = inventory();
    let findings = findings(&inventory.packages);
    let verdict = verdict(&findings);
    Report {
        tool: Tool {
            name: "plimsoll".to_owned(),
            version: "0.1.0".to_owned(),
        },
        inventory,
        findings,
        compliance: Some(compliance()),
        advisories: Some(AdvisorySet {
            digest: digest(0xdd),
            sources: vec![
                AdvisorySnapshot {
                    name: "debian".to_owned(),
                    snapshot: "2026-11-20".parse().ok(),
                    records: 8_940,
                    coverage: Some("debian 12, 13".to_owned()),
                },
                AdvisorySnapshot {
                    name: "ghsa".to_owned(),
                    snapshot: None,
                    records: 509,
                    coverage: None,
                },
                AdvisorySnapshot {
                    name: "kev".to_owned(),
                    snapshot: "2025-08-25".parse().ok(),
                    records: 1_404,
                    coverage: None,
                },
            ],
        }),
        verdict: Some(verdict),
    }
}

/// A report of a target in which nothing was found and nothing judged.
pub fn empty() -> Report {
    Report {
        tool: Tool {
            name: "plimsoll".to_owned(),
            version: "0.1.0".to_owned(),
        },
        inventory: Inventory::new(Target {
            kind: TargetKind::Directory,
            name: ".".to_owned(),
            digest: None,
            platform: None,
            os: None,
        }),
        findings: vec![],
        compliance: None,
        advisories: None,
        verdict: None,
    }
}

/// The time and all else that the tests hand in.
pub fn options() -> plimsoll_report::WriteOptions {
    plimsoll_report::WriteOptions {
        created: "2026-11-21T08:00:00Z".parse().ok(),
        elapsed: Some(std::time::Duration::from_millis(912)),
        ..Default::default()
    }
}

/// The report in a format, as text.
pub fn written(id: &str, report: &Report, options: &plimsoll_report::WriteOptions) -> String {
    let mut out = Vec::new();
    let format = plimsoll_report::output(id).unwrap_or_else(|| panic!("no format {id}"));
    format.write(report, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// One control of each kind of result that is usual.
fn compliance() -> Compliance {
    let rule = |id: &str, title: &str, outcome| RuleResult {
        id: id.to_owned(),
        title: title.to_owned(),
        outcome,
        findings: 0,
        excepted: 0,
        checks: Vec::new(),
        note: None,
    };
    Compliance {
        benchmark: "cis-1.12".to_owned(),
        title: "CIS Kubernetes Benchmark 1.12, section 5".to_owned(),
        profile: None,
        score: Some(50.0),
        rules: vec![
            RuleResult {
                findings: 2,
                excepted: 1,
                checks: vec!["privileged-container".to_owned()],
                ..rule("5.2.2", "no privileged containers", RuleOutcome::Fail)
            },
            RuleResult {
                checks: vec!["host-pid".to_owned()],
                ..rule(
                    "5.2.3",
                    "no pods in the host's process namespace",
                    RuleOutcome::Pass,
                )
            },
            RuleResult {
                note: Some("the plugin's own documentation says so".to_owned()),
                ..rule(
                    "5.3.1",
                    "network policies are enforced",
                    RuleOutcome::NotChecked,
                )
            },
        ],
    }
}
