//! Packages of images put together without an rpm database: `var/lib/rpmmanifest`.
//!
//! Images without a package manager that are made from CBL-Mariner and Azure Linux keep what
//! `rpm -qa` said while they were made: `container-manifest-2`, ten columns with tabs between
//! them. The other list there, `container-manifest-1`, names the same packages with less to each
//! and is not read. There is no list of files.

use plimsoll_model::{Ecosystem, Part, State};

use crate::problems::Problems;
use crate::rpm::inventory::{PACKAGES_MAX, source, with_epoch, word};
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// See the module.
pub struct RpmManifest;

impl Cataloger for RpmManifest {
    fn id(&self) -> &'static str {
        "rpm-manifest"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "packages of distroless CBL-Mariner and Azure Linux images: \
         var/lib/rpmmanifest/container-manifest-2"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Path("var/lib/rpmmanifest/container-manifest-2")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let text = file.text()?;
        let mut problems = Problems::new();
        if text.trim().is_empty() {
            return Err(CatalogError::new("package manifest is empty"));
        }
        if !text.ends_with('\n') {
            problems.note(|| "package manifest is cut off in its last line".to_owned());
        }
        for (line, number) in text.lines().zip(1_u32..) {
            if out.packages.len() >= PACKAGES_MAX {
                problems.note(|| format!("package limit ({PACKAGES_MAX}) reached"));
                break;
            }
            match found(line) {
                Some(found) if found.name == "gpg-pubkey" => {}
                Some(found) => out.packages.push(Found {
                    line: Some(number),
                    ..found
                }),
                None => problems.note(|| format!("line {number} is no package")),
            }
        }
        problems.into_result()
    }
}

/// Name, version and release, times of installation and build, vendor, epoch or `(none)`, size,
/// architecture, epoch as a number, source package's file.
fn found(line: &str) -> Option<Found> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [name, version, _, _, _, _, _, arch, epoch, source_rpm] = columns.as_slice() else {
        return None;
    };
    let (name, version) = (word(name.as_bytes())?, word(version.as_bytes())?);
    let epoch = epoch.parse::<u32>().ok()?;
    let epoch = Some(epoch).filter(|epoch| *epoch != 0);
    version.contains('-').then_some(())?;
    Some(Found {
        arch: word(arch.as_bytes()).filter(|arch| arch != "(none)"),
        part: Part::Os,
        source: source(source_rpm.as_bytes(), epoch),
        ..Found::new(Ecosystem::RPM, name, with_epoch(epoch, &version))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read;

    const PATH: &str = "var/lib/rpmmanifest/container-manifest-2";
    const BASH: &str = "bash\t5.1.8-4.cm2\t1697493411\t1693515123\tMicrosoft Corporation\t(none)\t\
                        3586\tx86_64\t0\tbash-5.1.8-4.cm2.src.rpm\n";
    const BIND: &str = "bind-libs\t9.16-1.cm2\t1\t1\tMicrosoft Corporation\t32\t1\tnoarch\t32\t\
                        bind-9.16-1.cm2.src.rpm\n";

    #[test]
    fn columns_are_a_package() {
        let (facts, reason) = read(&RpmManifest, PATH, format!("{BASH}{BIND}"));
        assert_eq!(reason, None);
        let packages: Vec<String> = facts
            .packages
            .iter()
            .map(|found| {
                let source = found.source.as_ref().unwrap();
                format!(
                    "{} {} {} {}",
                    found.name, found.version, source.name, source.version
                )
            })
            .collect();
        assert_eq!(
            packages,
            [
                "bash 5.1.8-4.cm2 bash 5.1.8-4.cm2",
                "bind-libs 32:9.16-1.cm2 bind 32:9.16-1.cm2"
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let cut = &BIND[..BIND.len() - 10];
        for (text, packages, expected) in [
            (String::new(), 0, "package manifest is empty"),
            (format!("bash 5\n{BASH}"), 1, "line 1 is no package"),
            (
                format!("{BASH}{cut}"),
                2,
                "package manifest is cut off in its last line",
            ),
        ] {
            let (facts, reason) = read(&RpmManifest, PATH, text);
            assert_eq!(
                (facts.packages.len(), reason.as_deref()),
                (packages, Some(expected))
            );
        }
    }
}
