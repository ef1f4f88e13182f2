//! Packages that Gradle locked: `gradle.lockfile`, `buildscript-gradle.lockfile`, and one file for
//! each configuration below `gradle/dependency-locks` as written before Gradle 7.
//!
//! All configurations count, those of tests and of the build script too. Format: "Locking
//! Versions" in the Gradle User Manual.

use plimsoll_model::{Ecosystem, State};

use crate::collector::{Collector, collect};
use crate::syntax::error_at;
use crate::syntax::lines::{decode, numbered};
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// The cataloger `gradle-lock`.
pub struct GradleLock;

impl Cataloger for GradleLock {
    fn id(&self) -> &'static str {
        "gradle-lock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Maven packages that Gradle's lockfiles pin"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[
            Pattern::Name("gradle.lockfile"),
            Pattern::Name("buildscript-gradle.lockfile"),
            Pattern::Suffix(".lockfile"),
        ]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        matches!(name, "gradle.lockfile" | "buildscript-gradle.lockfile")
            || folder == "gradle/dependency-locks"
            || folder.ends_with("/gradle/dependency-locks")
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        collect(out, |packages| read(&decode(&bytes), packages))
    }
}

/// Lines are `group:artifact:version=configuration,…`; the old form has no configurations, and
/// `empty=…` lists those that lock nothing.
fn read(text: &str, packages: &mut Collector<'_>) -> Result<(), CatalogError> {
    for (number, line) in numbered(text) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        let coordinates = line.split('=').next().unwrap_or(line);
        let parts: Vec<&str> = coordinates.split(':').collect();
        let [group, artifact, version] = parts.as_slice() else {
            return Err(error_at(
                "gradle lockfile",
                "expected `group:artifact:version`",
                number,
            ));
        };
        packages.add(Found {
            namespace: Some((*group).to_owned()),
            state: State::Declared,
            line: Some(number),
            ..Found::new(Ecosystem::MAVEN, *artifact, *version)
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn show(text: &str) -> (Vec<String>, Option<String>) {
        let (facts, error) = testing::read(&GradleLock, "app/gradle.lockfile", text);
        let packages = facts.packages.into_iter().map(|found| {
            let group = found.namespace.unwrap_or_default();
            let line = found.line.unwrap_or(0);
            format!("{line} {group}:{}:{}", found.name, found.version)
        });
        (packages.collect(), error)
    }

    #[test]
    fn both_forms() {
        let text = "# This is a Gradle generated file for dependency locking.\n\
            # Manual edits can break the build and are not advised.\n\
            com.google.guava:guava:31.1-jre=compileClasspath,runtimeClasspath\n\
            junit:junit:4.12\n\
            com.google.guava:guava:31.1-jre=other\n\
            empty=annotationProcessor\n";
        let packages = [
            "3 com.google.guava:guava:31.1-jre".to_owned(),
            "4 junit:junit:4.12".to_owned(),
        ];
        assert_eq!(show(text), (packages.to_vec(), None));
    }

    #[test]
    fn what_is_wrong_has_a_line() {
        let reason = "gradle lockfile: expected `group:artifact:version` (line 2)";
        let packages = vec!["1 a:b:1".to_owned()];
        assert_eq!(
            show("a:b:1\nnonsense\n"),
            (packages, Some(reason.to_owned()))
        );
    }

    #[test]
    fn which_files_are_locks() {
        for (path, wanted) in [
            ("gradle.lockfile", true),
            ("app/buildscript-gradle.lockfile", true),
            (
                "app/gradle/dependency-locks/compileClasspath.lockfile",
                true,
            ),
            ("app/other.lockfile", false),
        ] {
            assert_eq!(GradleLock.wants(path, 0o644, 1), wanted, "{path}");
        }
    }
}
