//! Packages of distributions: source names, epochs, backports, streams.

use super::*;

/// Facts of DSA-3032-1 and DSA-3035-1 (Shellshock), DSA-2896-1 (Heartbleed), DSA-3489-1 (POODLE).
fn wheezy() -> Data {
    Data::default()
        .covers("debian-dsa", "deb:debian:7")
        .says(
            "debian-dsa",
            record("DSA-3032-1")
                .mends(&["CVE-2014-6271"])
                .about(affected("deb:debian:7", "bash", &["<4.2+dfsg-0.1+deb7u1"])),
        )
        .says(
            "debian-dsa",
            record("DSA-3035-1")
                .mends(&["CVE-2014-7169"])
                .about(affected("deb:debian:7", "bash", &["<4.2+dfsg-0.1+deb7u3"])),
        )
        .says(
            "debian-dsa",
            record("DSA-2896-1")
                .mends(&["CVE-2014-0160"])
                .about(affected("deb:debian:7", "openssl", &["<1.0.1e-2+deb7u5"])),
        )
        .says(
            "debian-dsa",
            record("DSA-3489-1")
                .mends(&["CVE-2014-3566"])
                .about(affected("deb:debian:7", "lighttpd", &["<1.4.31-4+deb7u4"])),
        )
}

#[test]
fn a_kernel_is_found_where_its_code_is() {
    let data = Data::default().covers("debian", "deb:debian:12").says(
        "debian",
        record("CVE-2024-1").about(affected("deb:debian:12", "linux", &["<6.1.128-1"])),
    );
    let image = "linux-image-6.1.0-30-amd64";
    for (name, version, source, expected) in [
        (image, "6.1.124-1", ("linux", "6.1.124-1"), true),
        (
            image,
            "6.1.124-1",
            ("linux-signed-amd64", "6.1.124+1"),
            true,
        ),
        (
            image,
            "6.1.128-1",
            ("linux-signed-amd64", "6.1.128+1"),
            false,
        ),
        ("linux-perf", "6.1.124-1", ("linux", "6.1.124-1"), false),
        ("linux-libc-dev", "6.1.124-1", ("linux", "6.1.124-1"), false),
        (
            "linux-image-amd64",
            "6.1.124-1",
            ("linux-signed-amd64", "6.1.124+1"),
            false,
        ),
    ] {
        let package = os_package("deb", name, version, Some(source));
        let found = data.found(&inventory(Some(("debian", "12")), vec![package]));
        let expected: Vec<String> = expected
            .then(|| format!("CVE-2024-1 {name}"))
            .into_iter()
            .collect();
        assert_eq!(found, expected, "{name} {version} {source:?}");
    }
    let perf = os_package(
        "deb",
        "linux-perf",
        "6.1.124-1",
        Some(("linux", "6.1.124-1")),
    );
    let matched = data.matched(&inventory(Some(("debian", "12")), vec![perf]));
    assert_eq!(matched.unknowns.len(), 1);
    let told = "whether the kernel's 1 open advisories are about its tools";
    assert!(
        matched.unknowns[0].reason.contains(told),
        "{:?}",
        matched.unknowns
    );
}

#[test]
fn shellshock() {
    let bash = |version| {
        inventory(
            Some(("debian", "7")),
            vec![os_package("deb", "bash", version, None)],
        )
    };
    assert_eq!(
        wheezy().found(&bash("4.2+dfsg-0.1")),
        ["CVE-2014-6271 bash", "CVE-2014-7169 bash"]
    );
    // The first mend was incomplete.
    assert_eq!(
        wheezy().found(&bash("4.2+dfsg-0.1+deb7u1")),
        ["CVE-2014-7169 bash"]
    );
    assert!(wheezy().found(&bash("4.2+dfsg-0.1+deb7u3")).is_empty());
    let finding = &wheezy().matched(&bash("4.2+dfsg-0.1")).findings[0];
    assert_eq!(
        finding.fix.as_ref().unwrap().versions,
        ["4.2+dfsg-0.1+deb7u1"]
    );
    assert_eq!(
        finding.mend.as_deref(),
        Some("upgrade bash to 4.2+dfsg-0.1+deb7u1")
    );
    let how = finding.how.as_ref().unwrap();
    assert_eq!(
        (
            how.source.as_str(),
            how.record.as_deref(),
            how.range.as_str(),
            how.scheme.as_str()
        ),
        (
            "debian-dsa",
            Some("DSA-3032-1"),
            "< 4.2+dfsg-0.1+deb7u1",
            "dpkg"
        )
    );
    assert_eq!(
        how.compared.as_deref(),
        Some("source package bash 4.2+dfsg-0.1")
    );
    assert_eq!(how.scope.as_deref(), Some("debian:7"));
}

#[test]
fn heartbleed_and_poodle_by_source_package() {
    let built = |name, source, version: &'static str| {
        let package = os_package("deb", name, version, Some((source, version)));
        inventory(Some(("debian", "7.0")), vec![package])
    };
    let openssl = |version| built("libssl1.0.0", "openssl", version);
    assert_eq!(
        wheezy().found(&openssl("1.0.1e-2")),
        ["CVE-2014-0160 libssl1.0.0"]
    );
    assert!(wheezy().found(&openssl("1.0.1e-2+deb7u5")).is_empty());
    let lighttpd = |version| built("lighttpd-mod-webdav", "lighttpd", version);
    assert_eq!(
        wheezy().found(&lighttpd("1.4.31-4+deb7u3")),
        ["CVE-2014-3566 lighttpd-mod-webdav"]
    );
    assert!(wheezy().found(&lighttpd("1.4.31-4+deb7u4")).is_empty());
    // Another release is not judged by this one's backports.
    let other = inventory(
        Some(("debian", "8")),
        vec![os_package("deb", "bash", "4.2+dfsg-0.1", None)],
    );
    let matched = wheezy().matched(&other);
    assert!(matched.findings.is_empty());
    assert_eq!(
        reasons(&matched),
        ["no advisories for debian 8 (1 package)"]
    );
}

#[test]
fn the_source_version_is_compared_not_the_binary_one() {
    let data = Data::default().covers("debian", "deb:debian:12").says(
        "debian",
        record("CVE-2023-1").about(affected("deb:debian:12", "gcc-defaults", &["<1.203"])),
    );
    let package = |source: &'static str| {
        let gcc = os_package("deb", "gcc", "4:12.2.0-3", Some(("gcc-defaults", source)));
        inventory(Some(("debian", "12")), vec![gcc])
    };
    assert_eq!(data.found(&package("1.202")), ["CVE-2023-1 gcc"]);
    assert!(data.found(&package("1.203")).is_empty());
    assert_eq!(
        data.matched(&package("1.202")).findings[0].mend.as_deref(),
        Some("upgrade gcc (source gcc-defaults 1.203)")
    );
}

#[test]
fn epochs_count() {
    let data = Data::default().covers("ubuntu", "deb:ubuntu:22.04").says(
        "ubuntu",
        record("CVE-2022-1").about(affected(
            "deb:ubuntu:22.04",
            "bind9",
            &["<1:9.18.1-1ubuntu1.2"],
        )),
    );
    let bind = |version| {
        inventory(
            Some(("ubuntu", "22.04")),
            vec![os_package("deb", "bind9", version, None)],
        )
    };
    assert_eq!(data.found(&bind("9.99")), ["CVE-2022-1 bind9"]);
    assert!(data.found(&bind("1:9.18.1-1ubuntu1.2")).is_empty());
}

#[test]
fn binary_names_and_source_names_are_kept_apart() {
    let mut binary = affected("rpm:almalinux:8", "python3", &["<3.6.8-50.el8"]);
    binary.binary = true;
    let data = Data::default().covers("almalinux", "rpm:almalinux:8").says(
        "almalinux",
        record("ALSA-1").mends(&["CVE-2023-2"]).about(binary),
    );
    // A binary package of another name, whose source is called so.
    let other = os_package(
        "rpm",
        "platform-python",
        "3.6.8-40.el8",
        Some(("python3", "3.6.8-40.el8")),
    );
    let named = os_package(
        "rpm",
        "python3",
        "3.6.8-40.el8",
        Some(("python36", "3.6.8-40.el8")),
    );
    let target = |package| inventory(Some(("almalinux", "8.9")), vec![package]);
    assert!(data.found(&target(other)).is_empty());
    assert_eq!(data.found(&target(named)), ["CVE-2023-2 python3"]);
}

#[test]
fn streams_of_modular_packages_are_kept_apart() {
    let stream = |stream: &str, fixed: &str| {
        let mut affected = affected("rpm:almalinux:8", "nodejs", &[fixed]);
        affected.binary = true;
        affected.module = Some(stream.to_owned());
        affected
    };
    let mut plain = affected("rpm:almalinux:8", "nodejs", &["<1:10.0-1.el8"]);
    plain.binary = true;
    let data = Data::default()
        .covers("almalinux", "rpm:almalinux:8")
        .says(
            "almalinux",
            record("ALSA-16")
                .mends(&["CVE-2023-16"])
                .about(stream("nodejs:16", "<1:16.20.2-1.module_el8")),
        )
        .says(
            "almalinux",
            record("ALSA-18")
                .mends(&["CVE-2023-18"])
                .about(stream("nodejs:18", "<1:18.17.1-1.module_el8")),
        )
        .says(
            "almalinux",
            record("ALSA-0").mends(&["CVE-2023-10"]).about(plain),
        );
    let target = |version, module: Option<&str>| {
        let mut package = os_package("rpm", "nodejs", version, None);
        package.module = module.map(str::to_owned);
        inventory(Some(("almalinux", "8.9")), vec![package])
    };
    assert_eq!(
        data.found(&target("1:16.1.0-1.module_el8", Some("nodejs:16:8060:abc"))),
        ["CVE-2023-16 nodejs"]
    );
    assert_eq!(
        data.found(&target("1:18.1.0-1.module_el8", Some("nodejs:18"))),
        ["CVE-2023-18 nodejs"]
    );
    // `nodejs:1` is no beginning of `nodejs:18`.
    assert!(
        data.found(&target("1:1.0-1.module_el8", Some("nodejs:1")))
            .is_empty()
    );
    assert_eq!(
        data.found(&target("1:9.0-1.el8", None)),
        ["CVE-2023-10 nodejs"]
    );
}

#[test]
fn architectures_are_kept_apart() {
    let mut only = affected("rpm:almalinux:9", "kernel", &["<5.14.0-400.el9"]);
    only.binary = true;
    only.arches = vec!["s390x".to_owned()];
    let data = Data::default().covers("almalinux", "rpm:almalinux:9").says(
        "almalinux",
        record("ALSA-2").mends(&["CVE-2023-3"]).about(only),
    );
    let target = |arch: &str| {
        let mut package = os_package("rpm", "kernel", "5.14.0-300.el9", None);
        package.arch = Some(arch.to_owned());
        inventory(Some(("almalinux", "9.2")), vec![package])
    };
    assert!(data.found(&target("x86_64")).is_empty());
    assert_eq!(data.found(&target("s390x")), ["CVE-2023-3 kernel"]);
}

#[test]
fn alpine_by_origin() {
    let data = Data::default().covers("alpine", "apk:alpine:3.19").says(
        "alpine",
        record("CVE-2024-4").about(affected("apk:alpine:3.19", "openssl", &["<3.1.4-r5"])),
    );
    let target = |version: &'static str| {
        let package = os_package("apk", "libcrypto3", version, Some(("openssl", version)));
        inventory(Some(("alpine", "3.19.1")), vec![package])
    };
    assert_eq!(data.found(&target("3.1.4-r0")), ["CVE-2024-4 libcrypto3"]);
    assert!(data.found(&target("3.1.4-r5")).is_empty());
}

#[test]
fn what_a_derivative_built_itself_is_not_compared() {
    let data = Data::default().covers("debian", "deb:debian:12").says(
        "debian",
        record("CVE-2024-5").about(affected("deb:debian:12", "vim", &["<2:9.0.1378-2+deb12u1"])),
    );
    let target = |version| {
        let mut inventory = inventory(
            Some(("raspbian", "12")),
            vec![os_package("deb", "vim", version, None)],
        );
        let os = inventory.target.os.as_mut().unwrap();
        os.id_like = vec!["debian".to_owned()];
        os.codename = Some("bookworm".to_owned());
        inventory
    };
    assert_eq!(data.found(&target("2:9.0.1378-2")), ["CVE-2024-5 vim"]);
    let matched = data.matched(&target("2:9.0.1378-2+rpi1"));
    assert!(matched.findings.is_empty());
    assert_eq!(
        reasons(&matched),
        [
            "no advisories for raspbian 12 itself: those of debian are used (1 package)",
            "pkg:deb/vim@2:9.0.1378-2%2Brpi1: 1 advisory cannot be applied: 2:9.0.1378-2+rpi1 was \
             built by raspbian 12, whose versions do not compare with those of debian",
        ]
    );
}
