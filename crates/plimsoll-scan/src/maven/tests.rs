//! One project file that uses everything that is read, and damaged ones.

use super::*;

const POM: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment -->
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent>
    <groupId>org.example</groupId><artifactId>parent</artifactId><version>7</version>
  </parent>
  <artifactId>tool</artifactId>
  <version>${revision}${suffix}</version>
  <licenses><license><name>A &amp; B<![CDATA[ & C]]> &#x44;</name></license></licenses>
  <properties>
    <revision>1.2</revision><suffix>-rc</suffix>
    <lib.version>${lib.major}.5</lib.version><lib.major>3</lib.major>
    <a>${b}</a><b>${a}</b>
  </properties>
  <dependencyManagement><dependencies>
    <dependency>
      <groupId>org.lib</groupId><artifactId>managed</artifactId><version>${lib.version}</version>
    </dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>${project.groupId}</groupId><artifactId>near</artifactId>
      <version>${project.version}</version><scope>test</scope>
      <exclusions><exclusion><groupId>no</groupId><artifactId>no</artifactId></exclusion></exclusions>
    </dependency>
    <dependency><groupId>org.lib</groupId><artifactId>managed</artifactId></dependency>
    <dependency><groupId>org.lib</groupId><artifactId>bare</artifactId></dependency>
    <dependency><groupId>org.lib</groupId><artifactId>round</artifactId><version>${a}</version></dependency>
  </dependencies>
  <build><plugins><plugin>
    <dependencies><dependency><groupId>not</groupId></dependency></dependencies>
  </plugin></plugins></build>
</project>"#;

#[test]
fn a_project_stands_alone() {
    let project = parse(POM.as_bytes()).unwrap();
    let own = project.coordinates();
    assert_eq!(
        (
            own.group.as_str(),
            own.artifact.as_str(),
            own.version.as_str()
        ),
        ("org.example", "tool", "1.2-rc")
    );
    assert_eq!(project.licenses, ["A & B & C D"]);
    let managed = project.managed_versions();
    let versions: Vec<_> = project
        .dependencies
        .iter()
        .map(|each| (each.line, project.version_of(each, &managed)))
        .collect();
    assert_eq!(
        versions,
        [
            (21, Some("1.2-rc".to_owned())),
            (26, Some("3.5".to_owned())),
            (27, None),
            (28, None)
        ]
    );
    let near = &project.dependencies[0];
    assert_eq!(near.scope, "test");
    assert_eq!(
        project.resolve(&near.coordinates.group).as_deref(),
        Some("org.example")
    );
    assert_eq!(near.coordinates.artifact, "near");
}

#[test]
fn damage_has_a_line() {
    let reason = |text: &str| parse(text.as_bytes()).unwrap_err().reason;
    assert_eq!(
        reason("<project>\n<version>1"),
        "pom.xml: ends early (line 2)"
    );
    let mismatch = reason("<project>\n</version>");
    assert!(mismatch.ends_with("(line 2)"), "{mismatch}");
    assert_eq!(reason(""), "pom.xml: no `project` element (line 1)");
    assert_eq!(reason("<a/>\n"), "pom.xml: no `project` element (line 2)");
    let deep = reason(&"<a>".repeat(10_000));
    assert_eq!(deep, "pom.xml: nested too deeply (line 1)");
}

#[test]
fn entities_do_not_grow() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]>\
        <project><version>&b;1</version></project>";
    let project = parse(bomb.as_bytes()).unwrap();
    assert_eq!(project.coordinates().version, "1");
    let long = format!(
        "<project><version>{}</version></project>",
        "1".repeat(1 << 20)
    );
    assert_eq!(parse(long.as_bytes()).unwrap().coordinates().version, "");
    let doubling: Vec<String> = (0..16)
        .map(|step| format!("<p{step}>${{p{0}}}${{p{0}}}</p{step}>", step + 1))
        .collect();
    let text = format!(
        "<project><version>${{p0}}</version><properties>{}</properties></project>",
        doubling.concat()
    );
    assert_eq!(parse(text.as_bytes()).unwrap().coordinates().version, "");
}
