//! Packages that Pipenv locked: `Pipfile.lock`, every category (`default`, `develop`, own ones).

use plimsoll_model::State;

use crate::collector::collect;
use crate::python::declared;
use crate::syntax::json::JsonReader;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct PythonPipfileLock;

impl Cataloger for PythonPipfileLock {
    fn id(&self) -> &'static str {
        "python-pipfile-lock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Python packages locked by Pipenv: Pipfile.lock"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("Pipfile.lock")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        collect(out, |packages| {
            let mut reader = JsonReader::new(&bytes);
            reader.expect_object(|reader, category, _| {
                if category == "_meta" {
                    return reader.skip();
                }
                reader.expect_object(|reader, name, line| {
                    let entry = read_entry(reader)?;
                    match (entry.version, entry.local) {
                        (_, true) => Ok(()),
                        (Some(version), _) => packages.add(declared(name, &version, line)),
                        (None, _) => {
                            packages.unpinned(name, Some(line));
                            Ok(())
                        }
                    }
                })
            })?;
            reader.end()
        })
    }
}

struct Entry {
    version: Option<String>,
    /// It lies in the project's own tree.
    local: bool,
}

fn read_entry(reader: &mut JsonReader<'_>) -> Result<Entry, CatalogError> {
    let mut entry = Entry {
        version: None,
        local: false,
    };
    reader.object(|reader, key, _| {
        match key {
            "version" => {
                let version = reader.string()?;
                let exact = version.as_deref().and_then(|text| text.strip_prefix("=="));
                entry.version = exact.map(|text| text.trim_start_matches('=').to_owned());
            }
            "path" => {
                reader.skip()?;
                entry.local = true;
            }
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok(entry)
}
