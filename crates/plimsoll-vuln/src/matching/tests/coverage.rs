//! What the database cannot tell.

use super::*;

#[test]
fn silence_is_told() {
    let data = Data::default()
        .covers("alpine", "apk:alpine:3.18")
        .says("osv", record("CVE-1").about(affected("npm", "a", &["*"])));
    let target = inventory(
        Some(("alpine", "3.19.1")),
        vec![
            os_package("apk", "musl", "1.2.4-r2", None),
            os_package("apk", "zlib", "1.3-r0", None),
            library("npm", "left-pad", "1.0.0", "x"),
            library("pypi", "flask", "1.0.0", "x"),
        ],
    );
    assert_eq!(
        reasons(&data.matched(&target)),
        [
            "no advisories for alpine 3.19.1 (2 packages)",
            "no advisories for pypi (1 package)",
            "only some advisories for npm: no source speaks for all of it (1 package)",
        ]
    );
}

#[test]
fn a_distribution_that_nobody_knows_is_told() {
    let target = inventory(None, vec![os_package("deb", "bash", "5.0-1", None)]);
    assert_eq!(
        reasons(&Data::default().matched(&target)),
        ["no advisories for 1 package of deb: the distribution is not known"]
    );
}

fn support(
    package: Option<&str>,
    state: SupportState,
    until: Option<Date>,
    version: Option<&str>,
) -> Item {
    Item::Support(Support {
        scope: Scope::release("deb", "debian", "10"),
        package: package.map(str::to_owned),
        state,
        until,
        version: version.map(str::to_owned),
    })
}

#[test]
fn ended_support_is_told_and_no_fix_is_waited_for() {
    let data = Data::default()
        .covers("debian", "deb:debian:10")
        .says(
            "debian",
            record("CVE-2025-1").about(affected("deb:debian:10", "bash", &["*"])),
        )
        .knows(
            "debian-support",
            support(
                None,
                SupportState::Supported,
                Some(Date::constant(2024, 6, 30)),
                None,
            ),
        );
    let target = inventory(
        Some(("debian", "10")),
        vec![os_package("deb", "bash", "5.0-4", None)],
    );
    let matched = data.matched(&target);
    assert_eq!(
        reasons(&matched),
        [
            "debian 10 is out of support since 2024-06-30: later vulnerabilities may be missing (1 package)"
        ]
    );
    let finding = &matched.findings[0];
    assert_eq!(finding.fix.as_ref().unwrap().state, FixState::WontFix);
    assert_eq!(
        finding.mend.as_deref(),
        Some("bash gets no more fixes in debian 10: move to a release that does")
    );
}

#[test]
fn support_that_goes_on_is_not_told() {
    let data = Data::default()
        .covers("debian", "deb:debian:10")
        .knows(
            "debian-support",
            support(
                None,
                SupportState::Supported,
                Some(Date::constant(2028, 6, 30)),
                None,
            ),
        )
        .knows(
            "debian-support",
            support(Some("nodejs"), SupportState::Ended, None, Some("12")),
        );
    let target = inventory(
        Some(("debian", "10")),
        vec![
            os_package("deb", "bash", "5.0-4", None),
            os_package("deb", "nodejs", "10.24-1", None),
        ],
    );
    assert!(data.matched(&target).unknowns.is_empty());
}

#[test]
fn limited_support_is_told_and_is_no_end() {
    let data = Data::default()
        .covers("debian", "deb:debian:10")
        .says(
            "debian",
            record("CVE-2024-1").about(affected("deb:debian:10", "binutils", &[])),
        )
        .knows(
            "debian-support",
            support(Some("binutils"), SupportState::Limited, None, None),
        )
        .knows(
            "debian-support",
            support(Some("golang*"), SupportState::Limited, None, None),
        )
        .knows(
            "debian-support",
            support(Some("golang-x"), SupportState::Ended, None, None),
        );
    let target = inventory(
        Some(("debian", "10")),
        vec![
            os_package("deb", "binutils", "2.31", None),
            os_package("deb", "golang-x", "1.0", None),
        ],
    );
    let matched = data.matched(&target);
    assert_eq!(
        reasons(&matched),
        [
            "binutils in debian 10 has limited security support: not every vulnerability is mended (1 package)",
            "golang-x in debian 10 is out of support: later vulnerabilities may be missing (1 package)",
        ]
    );
    let fix = matched.findings[0].fix.as_ref().unwrap();
    assert_eq!(fix.state, FixState::NotFixed);
}

#[test]
fn packages_lose_support_on_their_own() {
    let data = Data::default()
        .covers("debian", "deb:debian:10")
        .knows(
            "debian-support",
            support(Some("webkit*"), SupportState::Ended, None, None),
        )
        .knows(
            "debian-support",
            support(Some("nodejs"), SupportState::Ended, None, Some("10")),
        );
    let target = inventory(
        Some(("debian", "10")),
        vec![
            os_package("deb", "libwebkit", "2.0", Some(("webkit2gtk", "2.0"))),
            os_package(
                "deb",
                "libjavascriptcoregtk",
                "2.0",
                Some(("webkit2gtk", "2.0")),
            ),
            os_package("deb", "nodejs", "10.24-1", None),
        ],
    );
    assert_eq!(
        reasons(&data.matched(&target)),
        [
            "nodejs in debian 10 is out of support: later vulnerabilities may be missing (1 package)",
            "webkit* in debian 10 is out of support: later vulnerabilities may be missing (2 packages)",
        ]
    );
}
