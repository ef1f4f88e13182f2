//! .NET packages that NuGet locked: `packages.lock.json`, for each target framework. Projects of
//! the solution are left out.

use plimsoll_model::{Ecosystem, State};

use crate::collector::{Collector, collect};
use crate::syntax::json::JsonReader;
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// See the module.
pub struct DotnetPackagesLock;

impl Cataloger for DotnetPackagesLock {
    fn id(&self) -> &'static str {
        "dotnet-packages-lock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        ".NET packages locked by NuGet: packages.lock.json"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("packages.lock.json")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        collect(out, |packages| {
            let mut reader = JsonReader::new(&bytes);
            reader.expect_object(|reader, key, _| {
                if key != "dependencies" {
                    return reader.skip();
                }
                reader.expect_object(|reader, _framework, _| read_framework(reader, packages))
            })?;
            reader.end()
        })
    }
}

fn read_framework(
    reader: &mut JsonReader<'_>,
    packages: &mut Collector<'_>,
) -> Result<(), CatalogError> {
    reader.expect_object(|reader, name, line| {
        let (mut kind, mut version) = (None, None);
        reader.object(|reader, member, _| {
            match member {
                "type" => kind = reader.string()?,
                "resolved" => version = reader.string()?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        match (kind.as_deref(), version) {
            (Some("Project"), _) => Ok(()),
            (_, Some(version)) => packages.add(Found {
                state: State::Declared,
                line: Some(line),
                ..Found::new(Ecosystem::NUGET, name, version)
            }),
            (_, None) => {
                packages.unpinned(name, Some(line));
                Ok(())
            }
        }
    })
}
