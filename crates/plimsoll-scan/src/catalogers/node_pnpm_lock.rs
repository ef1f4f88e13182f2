//! Packages that pnpm locked: `pnpm-lock.yaml`, lockfile versions 5 to 9.
//!
//! The keys of `packages` are the packages: `/name/1.0.0_peers` in version 5, `/name@1.0.0(peers)`
//! in 6, `name@1.0.0` in 9. What came from elsewhere than a registry has an address for a key, and
//! its name and version in the entry. Folders of the project itself are left out.

use plimsoll_model::State;

use crate::collector::{Collector, collect};
use crate::node::specifier::{is_version, split_at_sign};
use crate::node::{add_locked, is_shipped};
use crate::syntax::lines::decode;
use crate::syntax::yaml::YamlReader;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct NodePnpmLock;

impl Cataloger for NodePnpmLock {
    fn id(&self) -> &'static str {
        "node-pnpm-lock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Node packages locked by pnpm: pnpm-lock.yaml (versions 5 to 9)"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("pnpm-lock.yaml")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        !is_shipped(path)
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        let text = decode(&bytes);
        collect(out, |packages| {
            let mut reader = YamlReader::new(&text);
            while reader.next_document()? {
                reader.expect_mapping(|reader, key, _| match key {
                    "packages" => read_packages(reader, packages),
                    _ => reader.skip(),
                })?;
            }
            Ok(())
        })
    }
}

fn read_packages(
    reader: &mut YamlReader<'_>,
    packages: &mut Collector<'_>,
) -> Result<(), CatalogError> {
    reader.expect_mapping(|reader, key, line| {
        let (mut name, mut version, mut folder) = (None, None, false);
        reader.mapping(|reader, member, _| {
            match member {
                "name" => name = reader.string()?,
                "version" => version = reader.string()?,
                "resolution" => {
                    reader.mapping(|reader, part, _| {
                        folder |= part == "directory";
                        reader.skip()
                    })?;
                }
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        if folder {
            return Ok(());
        }
        let by_key = parts_of_key(key);
        let name = name.as_deref().or(by_key.map(|(name, _)| name));
        let version = version.as_deref().or(by_key.map(|(_, version)| version));
        let version = version.filter(|version| is_version(version));
        add_locked(packages, name.unwrap_or(key), version, line)
    })
}

/// Name and version of a key, whichever version of the lockfile it is from.
fn parts_of_key(key: &str) -> Option<(&str, &str)> {
    let key = key.split('(').next()?;
    let (name, version) = match key.strip_prefix('/') {
        Some(old) => split_path(old).or_else(|| split_at_sign(old))?,
        None => split_at_sign(key)?,
    };
    Some((name, version))
}

/// `name/1.0.0_peers` and `@scope/name/1.0.0/peers` of version 5.
fn split_path(key: &str) -> Option<(&str, &str)> {
    let scope = if key.starts_with('@') {
        key.find('/')? + 1
    } else {
        0
    };
    let end = key.get(scope..)?.find('/')? + scope;
    let (name, rest) = key.split_at(end);
    let version = rest.strip_prefix('/')?.split(['/', '_']).next()?;
    is_version(version).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::parts_of_key;

    #[test]
    fn keys_of_every_version() {
        for (key, expected) in [
            ("/a/1.0.0", Some(("a", "1.0.0"))),
            ("/a/1.0.0_b@2.0.0+c@3.0.0", Some(("a", "1.0.0"))),
            ("/@s/a/1.0.0/b@2.0.0", Some(("@s/a", "1.0.0"))),
            ("/a@1.0.0", Some(("a", "1.0.0"))),
            ("/@s/a@1.0.0(b@2.0.0(c@3.0.0))", Some(("@s/a", "1.0.0"))),
            ("a@1.0.0", Some(("a", "1.0.0"))),
            ("@s/a@1.0.0-rc.1+build", Some(("@s/a", "1.0.0-rc.1+build"))),
            ("a@file:x.tgz", Some(("a", "file:x.tgz"))),
            ("github.com/u/r/0a1b", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(parts_of_key(key), expected, "{key}");
        }
    }
}
