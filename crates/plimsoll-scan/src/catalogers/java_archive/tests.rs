//! Archives made by the tests: nested, shaded, damaged and hostile ones.

use std::fmt::Write;

use super::sample::{Entry, zip, zip_of};
use super::walk::ARCHIVE_DEPTH_MAX;
use super::*;
use crate::testing::read;

fn show(path: &str, bytes: Vec<u8>) -> String {
    let (facts, error) = read(&JavaArchive, path, bytes);
    let mut out = String::new();
    for found in &facts.packages {
        let group = found.namespace.as_deref().unwrap_or("-");
        let part = found.part.as_str();
        let _ = write!(out, "{group}:{}:{} {part}", found.name, found.version);
        if let Some(inside) = &found.inside {
            let _ = write!(out, " in {inside}");
        }
        for license in &found.licenses {
            let _ = write!(out, " ({license})");
        }
        out.push('\n');
    }
    for unknown in &facts.unknowns {
        let path = unknown.path.as_deref().unwrap_or(".");
        let _ = writeln!(out, "unknown: {path}: {}", unknown.reason);
    }
    assert_eq!(error, None);
    out
}

fn properties(group: &str, artifact: &str, version: &str) -> String {
    format!("#Generated\nversion={version}\ngroupId={group}\nartifactId={artifact}\n")
}

fn place(group: &str, artifact: &str) -> String {
    format!("META-INF/maven/{group}/{artifact}/pom.properties")
}

/// A jar as Maven builds it.
fn maven_jar(group: &str, artifact: &str, version: &str) -> Vec<u8> {
    zip(&[
        ("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n"),
        ("org/example/A.class", b"\xca\xfe\xba\xbe"),
        (
            &place(group, artifact),
            properties(group, artifact, version).as_bytes(),
        ),
    ])
}

#[test]
fn a_jar_in_a_jar_in_a_war() {
    let log4j = maven_jar("org.apache.logging.log4j", "log4j-core", "2.14.1");
    let middle = zip(&[
        (
            "META-INF/MANIFEST.MF",
            b"Bundle-SymbolicName: com.example.middle\n",
        ),
        ("lib/log4j-core-2.14.1.jar", &log4j),
    ]);
    let war = zip(&[
        ("META-INF/", b""),
        ("WEB-INF/lib/middle-3.2.jar", &middle),
        ("WEB-INF/classes/A.class", b""),
    ]);
    insta::assert_snapshot!(show("opt/shop-1.0.war", war), @r"
    -:shop:1.0 application
    com.example:middle:3.2 language in WEB-INF/lib/middle-3.2.jar
    org.apache.logging.log4j:log4j-core:2.14.1 language in WEB-INF/lib/middle-3.2.jar!/lib/log4j-core-2.14.1.jar
    ");
}

#[test]
fn a_fat_jar_of_spring_boot() {
    let beans = zip(&[(
        "META-INF/MANIFEST.MF",
        b"Implementation-Title: spring-beans\nImplementation-Version: 5.3.16\n",
    )]);
    let pom =
        b"<project><licenses><license><name>MIT License</name></license></licenses></project>";
    let jar = zip(&[
        (
            "META-INF/MANIFEST.MF",
            b"Main-Class: org.springframework.boot.loader.JarLauncher\n",
        ),
        ("META-INF/maven/com.example/demo/pom.xml", pom),
        (
            &place("com.example", "demo"),
            properties("com.example", "demo", "0.0.1-SNAPSHOT").as_bytes(),
        ),
        ("BOOT-INF/lib/spring-beans-5.3.16.jar", &beans),
    ]);
    insta::assert_snapshot!(show("app/app.jar", jar), @r"
    com.example:demo:0.0.1-SNAPSHOT application (MIT)
    org.springframework:spring-beans:5.3.16 language in BOOT-INF/lib/spring-beans-5.3.16.jar
    ");
}

#[test]
fn shaded_packages_and_the_jars_own() {
    let manifest = b"Bundle-License: http://www.apache.org/licenses/LICENSE-2.0.txt;link=x\n";
    let own = properties("org.example", "tool", "1.2");
    let guava = properties("com.google.guava", "guava", "19.0");
    let broken = "artifactId=lost\nversion=${version}\n";
    let entries: &[(&str, &[u8])] = &[
        ("META-INF/MANIFEST.MF", manifest),
        (&place("com.google.guava", "guava"), guava.as_bytes()),
        (&place("org.example", "tool"), own.as_bytes()),
        (&place("org.example", "lost"), broken.as_bytes()),
    ];
    insta::assert_snapshot!(show("lib/tool-1.2-all.jar", zip(entries)), @r"
    com.google.guava:guava:19.0 language in META-INF/maven/com.google.guava/guava/pom.properties
    org.example:tool:1.2 language (Apache-2.0)
    unknown: META-INF/maven/org.example/lost/pom.properties: no artifact and version in Maven's metadata
    ");
    // Built by Gradle, it has metadata only of what was shaded.
    insta::assert_snapshot!(show("lib/other-2.0.jar", zip(&entries[..2])), @r"
    -:other:2.0 language (Apache-2.0)
    com.google.guava:guava:19.0 language in META-INF/maven/com.google.guava/guava/pom.properties
    ");
}

#[test]
fn project_files_stand_in_for_properties() {
    let project = b"<project><parent><groupId>org.example</groupId><version>7</version></parent>\
        <artifactId>tool</artifactId></project>";
    let damaged = b"<project><artifactId>";
    let jar = zip(&[
        ("META-INF/maven/org.example/tool/pom.xml", project),
        ("META-INF/maven/org.example/bad/pom.xml", damaged),
        ("archetype-resources/pom.xml", b"<project>"),
    ]);
    insta::assert_snapshot!(show("tool-7.jar", jar), @r"
    org.example:tool:7 language
    unknown: META-INF/maven/org.example/bad/pom.xml: pom.xml: ends early (line 1)
    ");
}

#[test]
fn archives_without_a_name_or_version() {
    let classes: &[(&str, &[u8])] = &[("A.class", b"x")];
    insta::assert_snapshot!(show("app.jar", zip(classes)), @"unknown: .: no version in manifest, pom.properties or file name");
    assert_eq!(show("resources.jar", zip(&[("a.txt", b"x")])), "");
    let runtime: &[(&str, &[u8])] = &[
        (
            "META-INF/MANIFEST.MF",
            b"Implementation-Title: Java Runtime Environment\n",
        ),
        ("A.class", b"x"),
    ];
    assert_eq!(show("jre/lib/rt.jar", zip(runtime)), "");
}

#[test]
fn nested_a_thousand_times() {
    let mut jar = maven_jar("org.example", "core", "1.0");
    for _ in 0..1000 {
        jar = zip(&[("x.jar", &jar)]);
    }
    let shown = show("x.jar", jar);
    let deepest = "x.jar!/".repeat(ARCHIVE_DEPTH_MAX as usize - 1);
    assert_eq!(
        shown,
        format!("unknown: {deepest}x.jar: archive depth limit (8) reached\n")
    );
}

#[test]
fn overlapping_entries() {
    let bytes = b"0123456789";
    let entry = |name, overlaps| Entry {
        name,
        bytes,
        flags: 0,
        overlaps,
    };
    let bomb = zip_of(&[entry("a.jar", false), entry("b.jar", true)]);
    insta::assert_snapshot!(show("bomb-1.jar", bomb.clone()), @"unknown: .: zip entries overlap");
    let outer = zip(&[("in.jar", &bomb)]);
    insta::assert_snapshot!(show("outer-1.jar", outer), @r"
    -:outer:1 application
    unknown: in.jar: zip entries overlap
    ");
}

#[test]
fn encrypted_and_odd_entries() {
    let entry = |name, flags| Entry {
        name,
        bytes: b"0123456789",
        flags,
        overlaps: false,
    };
    let jar = zip_of(&[
        entry("a/../../evil.jar", 0),
        entry("secret.jar", 1),
        entry("META-INF/MANIFEST.MF", 1),
        entry("text.jar", 0),
    ]);
    insta::assert_snapshot!(show("odd-1.jar", jar), @r"
    -:odd:1 application
    unknown: .: zip entry `a/../../evil.jar`: path leaves the tree
    unknown: META-INF/MANIFEST.MF: zip entry is encrypted
    unknown: secret.jar: zip entry is encrypted
    unknown: text.jar: not a zip archive
    ");
}

#[test]
fn archives_with_something_in_front() {
    let jar = zip(&[("a.txt", b"x")]);
    let script = [b"#!/bin/sh\n".as_slice(), &jar].concat();
    insta::assert_snapshot!(show("a-1.jar", script), @"-:a:1 language");
    let two = [jar.as_slice(), &jar].concat();
    insta::assert_snapshot!(show("a-1.jar", two), @r"
    -:a:1 language
    unknown: .: another archive in front of this one, or cut off
    ");
}

#[test]
fn what_is_no_archive() {
    insta::assert_snapshot!(show("a.jar", b"#!/bin/sh\n".to_vec()), @"unknown: .: not a zip archive");
    insta::assert_snapshot!(show("a.jar", vec![0]), @"unknown: .: not a zip archive");
}

#[test]
fn manifests_without_end() {
    let long = [b"Implementation-Title: ".as_slice(), &vec![b'x'; 15 << 20]].concat();
    let jar = zip(&[("META-INF/MANIFEST.MF", &long)]);
    insta::assert_snapshot!(show("a-1.jar", jar), @"-:a:1 language");
    let longer = vec![b'x'; 17 << 20];
    let jar = zip(&[("META-INF/MANIFEST.MF", &longer)]);
    insta::assert_snapshot!(show("a-1.jar", jar), @r"
    -:a:1 language
    unknown: META-INF/MANIFEST.MF: zip entry is larger than the limit of 16777216
    ");
}

#[test]
fn cut_and_changed_at_every_byte() {
    let inner = maven_jar("org.example", "tool", "1.2");
    let whole = zip(&[
        ("META-INF/MANIFEST.MF", b"Implementation-Version: 1\n"),
        ("lib/tool-1.2.jar", &inner),
    ]);
    for len in 1..whole.len() {
        let (facts, error) = read(&JavaArchive, "app.jar", &whole[..len]);
        assert_eq!(error, None);
        assert!(!facts.unknowns.is_empty(), "cut at {len}");
    }
    for at in 0..whole.len() {
        for value in [0x00, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            let _ = read(&JavaArchive, "app.jar", bytes);
        }
    }
}
