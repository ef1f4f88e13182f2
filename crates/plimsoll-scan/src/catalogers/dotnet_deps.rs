//! Installed .NET packages: `*.deps.json`, which the build lays beside a program and the runtime
//! loads it by.
//!
//! Of `libraries`, packages are libraries, projects are the program itself, and the runtime that
//! a self-contained program brings along is a runtime. References to assemblies carry no package.

use plimsoll_model::{Ecosystem, Part, State};

use crate::collector::{Collector, collect};
use crate::syntax::json::JsonReader;
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// Prefixes of the packages that are the shared frameworks themselves.
const RUNTIMES: &[&str] = &[
    "microsoft.netcore.app.runtime.",
    "microsoft.aspnetcore.app.runtime.",
    "microsoft.windowsdesktop.app.runtime.",
];

/// See the module.
pub struct DotnetDeps;

impl Cataloger for DotnetDeps {
    fn id(&self) -> &'static str {
        "dotnet-deps"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        ".NET packages of built programs, and their runtime: *.deps.json"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Suffix(".deps.json")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        collect(out, |packages| {
            let mut reader = JsonReader::new(&bytes);
            reader.expect_object(|reader, key, _| match key {
                "libraries" => read_libraries(reader, packages),
                _ => reader.skip(),
            })?;
            reader.end()
        })
    }
}

fn read_libraries(
    reader: &mut JsonReader<'_>,
    packages: &mut Collector<'_>,
) -> Result<(), CatalogError> {
    reader.expect_object(|reader, key, line| {
        let mut kind = None;
        reader.object(|reader, member, _| {
            if member == "type" {
                kind = reader.string()?;
                return Ok(());
            }
            reader.skip()
        })?;
        let Some((name, version)) = key.split_once('/') else {
            packages.unpinned(key, Some(line));
            return Ok(());
        };
        let name = name.strip_prefix("runtimepack.").unwrap_or(name);
        let lower = name.to_ascii_lowercase();
        let is_runtime = RUNTIMES.iter().any(|prefix| lower.starts_with(prefix));
        let part = match kind.as_deref() {
            Some("package" | "runtimepack") if is_runtime => Part::Runtime,
            Some("package" | "runtimepack") => Part::Language,
            Some("project") => Part::Application,
            _ => return Ok(()),
        };
        packages.add(Found {
            part,
            line: Some(line),
            ..Found::new(Ecosystem::NUGET, name, version)
        })
    })
}
