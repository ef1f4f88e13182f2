//! What a Maven project file declares: its dependencies, whatever their scope, and itself.
//!
//! One file at a time: properties and versions managed in the file itself are resolved; parents
//! and imported bills of material are not read, which is said as unknown. Left out: what only a
//! profile or a build plugin needs, and what the dependencies need in turn. A dependency whose
//! version stays open is counted, not guessed.

use plimsoll_model::{Ecosystem, Part, State};

use crate::collector::{Collector, collect};
use crate::maven::{Project, license_id, parse};
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// The cataloger `pom-xml`.
pub struct PomXml;

impl Cataloger for PomXml {
    fn id(&self) -> &'static str {
        "pom-xml"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Maven packages that a pom.xml declares"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("pom.xml")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        // An unpacked jar's own project file speaks of what was built, not of what is here.
        !path.contains("META-INF/maven/")
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        let project = parse(&bytes)?;
        collect(out, |packages| report(&project, packages))
    }
}

fn report(project: &Project, packages: &mut Collector<'_>) -> Result<(), CatalogError> {
    let own = project.coordinates();
    if !own.group.is_empty() && !own.artifact.is_empty() && !own.version.is_empty() {
        packages.add(Found {
            namespace: Some(own.group),
            part: Part::Application,
            state: State::Declared,
            licenses: project
                .licenses
                .iter()
                .map(|name| license_id(name).to_owned())
                .collect(),
            ..Found::new(Ecosystem::MAVEN, own.artifact, own.version)
        })?;
    }
    let managed = project.managed_versions();
    for dependency in &project.dependencies {
        let line = Some(dependency.line);
        let coordinates = &dependency.coordinates;
        let group = project.resolve(&coordinates.group);
        let artifact = project.resolve(&coordinates.artifact);
        let version = project.version_of(dependency, &managed);
        let version = version.as_deref().and_then(exact);
        let (Some(group), Some(artifact), Some(version)) = (group, artifact, version) else {
            packages.unpinned(&coordinates.artifact, line);
            continue;
        };
        packages.add(Found {
            namespace: Some(group),
            state: State::Declared,
            line,
            ..Found::new(Ecosystem::MAVEN, artifact, version)
        })?;
    }
    unread(project, packages);
    Ok(())
}

/// A version that names one release: `[1.2]` does, ranges and `LATEST` do not.
fn exact(version: &str) -> Option<&str> {
    let version = version.trim();
    let inner = version
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(version);
    let open = inner.contains(['[', ']', '(', ')', ',']);
    let moving = matches!(inner, "LATEST" | "RELEASE");
    (!inner.is_empty() && !open && !moving).then_some(inner)
}

/// Says what was needed to know everything that the project declares.
fn unread(project: &Project, packages: &mut Collector<'_>) {
    if let Some(parent) = &project.parent {
        packages.unknown(format!(
            "parent `{}:{}:{}` is not read: what it declares is not known",
            parent.group.escape_debug(),
            parent.artifact.escape_debug(),
            parent.version.escape_debug()
        ));
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::testing;

    fn show(text: &str) -> String {
        let (facts, error) = testing::read(&PomXml, "src/pom.xml", text);
        let mut out = String::new();
        for found in &facts.packages {
            let group = found.namespace.as_deref().unwrap_or("-");
            let part = found.part.as_str();
            let line = found.line.unwrap_or(0);
            let _ = writeln!(
                out,
                "{line}: {group}:{}:{} {part}",
                found.name, found.version
            );
        }
        for unknown in &facts.unknowns {
            let _ = writeln!(out, "unknown: {}", unknown.reason);
        }
        if let Some(reason) = error {
            let _ = writeln!(out, "error: {reason}");
        }
        out
    }

    #[test]
    fn dependencies_as_far_as_the_file_tells() {
        let text = "<project>
          <parent><groupId>org.example</groupId><artifactId>parent</artifactId><version>7</version></parent>
          <artifactId>tool</artifactId>
          <properties><log4j.version>2.14.1</log4j.version></properties>
          <dependencyManagement><dependencies>
            <dependency><groupId>g</groupId><artifactId>managed</artifactId><version>3</version></dependency>
          </dependencies></dependencyManagement>
          <dependencies>
            <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId>
              <version>${log4j.version}</version></dependency>
            <dependency><groupId>g</groupId><artifactId>managed</artifactId></dependency>
            <dependency><groupId>g</groupId><artifactId>open</artifactId></dependency>
            <dependency><groupId>g</groupId><artifactId>range</artifactId><version>[1,2)</version></dependency>
            <dependency><groupId>g</groupId><artifactId>pinned</artifactId><version>[1.5]</version></dependency>
            <dependency><groupId>g</groupId><artifactId>${nothing}</artifactId><version>1</version></dependency>
          </dependencies>
        </project>";
        insta::assert_snapshot!(show(text), @r"
        0: org.example:tool:7 application
        9: org.apache.logging.log4j:log4j-core:2.14.1 language
        11: g:managed:3 language
        14: g:pinned:1.5 language
        unknown: parent `org.example:parent:7` is not read: what it declares is not known
        unknown: 3 entries without an exact version (first `open` in line 12)
        ");
    }

    #[test]
    fn damage_is_said() {
        insta::assert_snapshot!(show("<project>\n<a>"), @"error: pom.xml: ends early (line 2)");
        insta::assert_snapshot!(show(""), @"error: pom.xml: no `project` element (line 1)");
        insta::assert_snapshot!(show("not xml"), @"error: pom.xml: no `project` element (line 1)");
    }

    #[test]
    fn unpacked_jars_are_left_out() {
        assert!(PomXml.wants("app/pom.xml", 0o644, 1));
        assert!(!PomXml.wants("app/META-INF/maven/g/a/pom.xml", 0o644, 1));
    }
}
