//! Packages that Bun locked: `bun.lock`, its text form. The older binary `bun.lockb` is said to be
//! unread.

use plimsoll_model::State;

use crate::collector::collect;
use crate::node::specifier::{exact, is_local, split_at_sign};
use crate::node::{add_locked, is_shipped};
use crate::syntax::json::JsonReader;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct NodeBunLock;

impl Cataloger for NodeBunLock {
    fn id(&self) -> &'static str {
        "node-bun-lock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Node packages locked by Bun: bun.lock"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("bun.lock"), Pattern::Name("bun.lockb")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        !is_shipped(path)
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        if file.name() == "bun.lockb" {
            return Err(CatalogError::new(
                "binary lockfile is not read; bun.lock can be written in its place",
            ));
        }
        let bytes = file.bytes()?;
        collect(out, |packages| {
            let mut reader = JsonReader::lenient(&bytes);
            reader.expect_object(|reader, key, _| {
                if key != "packages" {
                    return reader.skip();
                }
                reader.expect_object(|reader, _, line| {
                    // `[ "name@version", registry, { … }, integrity ]`
                    let mut first = None;
                    let mut index = 0;
                    reader.array(|reader| {
                        index += 1;
                        match index {
                            1 => first = reader.string()?,
                            _ => reader.skip()?,
                        }
                        Ok(())
                    })?;
                    let first = first.unwrap_or_default();
                    let (name, version) = split_at_sign(&first).unwrap_or((&first, ""));
                    if is_local(version) {
                        return Ok(());
                    }
                    add_locked(packages, name, exact(name, version), line)
                })
            })?;
            reader.end()
        })
    }
}
