//! Modules that a `go.mod` requires, with its replacements, and the standard library it asks for.
//!
//! Since Go 1.17 the file of the main module lists every module that its packages need, so it is
//! read as a lockfile; an older one is said to be incomplete. `go.sum` is not read: it holds
//! checksums of versions that were looked at and not chosen too. Grammar: "go.mod file" in the
//! Go Modules Reference.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_model::{Ecosystem, Part, State};

use super::go_binary::{DEVEL, STDLIB, is_folder, release_version, toolchain_version};
use crate::collector::{Collector, collect};
use crate::syntax::error_at;
use crate::syntax::lines::{decode, numbered};
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// First minor version of Go 1 whose `go.mod` lists modules that are needed indirectly.
const COMPLETE_SINCE: u32 = 17;

/// First minor version of Go 1 whose `go` line is the least version that builds the module;
/// before, it only chose the language.
const BINDING_SINCE: u32 = 21;

/// One of these is in each file that Go accepts.
const KNOWN: [&str; 6] = ["module", "go", "require", "replace", "exclude", "retract"];

/// The cataloger `go-mod`.
pub struct GoMod;

impl Cataloger for GoMod {
    fn id(&self) -> &'static str {
        "go-mod"
    }

    fn version(&self) -> u32 {
        3
    }

    fn describe(&self) -> &'static str {
        "Go modules and the Go version that go.mod requires"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("go.mod")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        let text = decode(&bytes);
        let module = parse(&text)?;
        collect(out, |packages| report(&module, packages))
    }
}

/// A module path with its version.
type Version<'a> = (&'a str, &'a str);

/// What is taken of a file. Lines are 1-based.
#[derive(Debug, Default)]
struct GoModFile<'a> {
    /// Whether anything in it is a directive of Go's.
    known: bool,
    go: Option<(&'a str, u32)>,
    toolchain: Option<(&'a str, u32)>,
    required: Vec<(Version<'a>, u32)>,
    /// By path and version; an empty version stands for all.
    replaced: BTreeMap<Version<'a>, Version<'a>>,
    excluded: BTreeSet<Version<'a>>,
}

fn parse(text: &str) -> Result<GoModFile<'_>, CatalogError> {
    let mut module = GoModFile::default();
    let mut block: Option<&str> = None;
    for (number, line) in numbered(text) {
        let words = words(line);
        match (block, words.as_slice()) {
            (_, []) => {}
            (Some(_), [")"]) => block = None,
            (Some(verb), words) => module.directive(verb, words, number)?,
            (None, [verb, "("]) => block = Some(verb),
            (None, [verb, words @ ..]) => module.directive(verb, words, number)?,
        }
    }
    if !module.known && !text.trim().is_empty() {
        return Err(CatalogError::new("go.mod: no directive of Go is in it"));
    }
    Ok(module)
}

impl<'a> GoModFile<'a> {
    /// Directives that say nothing about versions, and those of later versions of Go, are
    /// passed over.
    fn directive(&mut self, verb: &str, words: &[&'a str], line: u32) -> Result<(), CatalogError> {
        self.known |= KNOWN.contains(&verb);
        match (verb, words) {
            ("go", [version]) => self.go = Some((version, line)),
            ("toolchain", [name]) => self.toolchain = Some((name, line)),
            ("require", [path, version]) => self.required.push(((path, version), line)),
            ("exclude", [path, version]) => {
                self.excluded.insert((path, version));
            }
            ("replace", [path, "=>", by @ ..]) => {
                self.replaced.insert((path, ""), replacement(by, line)?);
            }
            ("replace", [path, version, "=>", by @ ..]) => {
                self.replaced
                    .insert((path, version), replacement(by, line)?);
            }
            ("go" | "toolchain" | "require" | "exclude" | "replace", _) => {
                return Err(error_at("go.mod", &format!("`{verb}` is incomplete"), line));
            }
            _ => {}
        }
        Ok(())
    }

    /// What takes the place of a required module.
    fn replacement(&self, required: Version<'a>) -> Option<Version<'a>> {
        self.replaced
            .get(&required)
            .or_else(|| self.replaced.get(&(required.0, "")))
            .copied()
    }
}

fn replacement<'a>(by: &[&'a str], line: u32) -> Result<Version<'a>, CatalogError> {
    match by {
        [path] => Ok((path, "")),
        [path, version] => Ok((path, version)),
        _ => Err(error_at("go.mod", "`replace` is incomplete", line)),
    }
}

/// The words of a line, without its comment and without quotes.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() && !rest.starts_with("//") {
        let quote = rest
            .chars()
            .next()
            .filter(|first| matches!(first, '"' | '`'));
        let quoted = quote.and_then(|quote| rest.get(1..)?.split_once(quote));
        let (word, after) = quoted.unwrap_or_else(|| {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            rest.split_at(end)
        });
        words.push(word);
        rest = after.trim_start();
    }
    words
}

fn report(module: &GoModFile<'_>, packages: &mut Collector<'_>) -> Result<(), CatalogError> {
    standard_library(module, packages)?;
    for (required, line) in &module.required {
        let (path, version) = *required;
        if module.excluded.contains(required) {
            packages.unpinned(path, Some(*line));
            continue;
        }
        let (path, version) = match module.replacement(*required) {
            Some((by, _)) if is_folder(by) => (path, DEVEL),
            Some(by) => by,
            None => (path, version),
        };
        if version != DEVEL && !is_version(version) {
            packages.unpinned(path, Some(*line));
            continue;
        }
        packages.add(Found {
            state: State::Declared,
            line: Some(*line),
            ..Found::new(Ecosystem::GOLANG, path, version)
        })?;
    }
    let minor = module.go.map_or(Some(0), |(version, _)| minor(version));
    if !module.required.is_empty() && minor.is_some_and(|minor| minor < COMPLETE_SINCE) {
        packages.unknown("go.mod from before Go 1.17 does not list modules needed indirectly");
    }
    Ok(())
}

/// The toolchain that is asked for, else the least version of Go that builds the module.
fn standard_library(
    module: &GoModFile<'_>,
    packages: &mut Collector<'_>,
) -> Result<(), CatalogError> {
    let toolchain = module
        .toolchain
        .and_then(|(name, line)| Some((toolchain_version(name)?, line)));
    let go = module
        .go
        .filter(|(version, _)| minor(version).is_some_and(|minor| minor >= BINDING_SINCE))
        .map(|(version, line)| (release_version(version), line));
    let Some((version, line)) = toolchain.or(go) else {
        return Ok(());
    };
    packages.add(Found {
        part: Part::Runtime,
        state: State::Declared,
        line: Some(line),
        ..Found::new(Ecosystem::GOLANG, STDLIB, version)
    })
}

/// `1.22.3` and `1.22rc1` give 22; any other major version gives nothing.
fn minor(version: &str) -> Option<u32> {
    let rest = version.strip_prefix("1.")?;
    let end = rest
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// Whether it is a version and not a branch or a query such as `latest`.
fn is_version(text: &str) -> bool {
    text.strip_prefix('v')
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::testing::read;

    fn show(text: &str) -> String {
        let (facts, error) = read(&GoMod, "src/go.mod", text);
        let mut out = String::new();
        for found in &facts.packages {
            let line = found.line.unwrap_or(0);
            let _ = writeln!(out, "{line}: {} {}", found.name, found.version);
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
    fn requirements_with_replacements() {
        let text = "// Deprecated: no.\nmodule example.com/tool // tool\n\ngo 1.22.0\n\
            toolchain go1.22.3\n\nrequire github.com/pkg/errors v0.9.1\nrequire (\n\
            \t\"golang.org/x/net\" v0.1.0 // indirect\n\
            \tgolang.org/x/text v0.3.7\n\
            \tgolang.org/x/sys v0.5.0\n\
            \texample.com/near v1.0.0\n\
            \texample.com/bad v1.1.0\n\
            \texample.com/branch main\n)\n\
            exclude example.com/bad v1.1.0\n\
            replace (\n\tgolang.org/x/net => github.com/fork/net v0.2.0\n\
            \tgolang.org/x/text v0.3.7 => golang.org/x/text v0.3.8\n\
            \tgolang.org/x/sys v0.4.0 => golang.org/x/sys v0.9.9\n\
            \texample.com/near => ../near\n)\n\
            retract [v1.0.0, v1.1.0]\ntool example.com/tool/gen\n";
        insta::assert_snapshot!(show(text), @r"
        5: stdlib 1.22.3
        7: github.com/pkg/errors v0.9.1
        9: github.com/fork/net v0.2.0
        10: golang.org/x/text v0.3.8
        11: golang.org/x/sys v0.5.0
        12: example.com/near (devel)
        unknown: 2 entries without an exact version (first `example.com/bad` in line 13)
        ");
    }

    #[test]
    fn the_go_line_counts_since_it_binds() {
        insta::assert_snapshot!(show("module m\ngo 1.21.5\n"), @"2: stdlib 1.21.5");
        insta::assert_snapshot!(show("module m\ngo 1.20\n"), @"");
        insta::assert_snapshot!(show("module m\ngo 1.23rc1\ntoolchain default\n"), @"2: stdlib 1.23.0-rc.1");
    }

    #[test]
    fn old_files_are_incomplete() {
        insta::assert_snapshot!(show("module m\nrequire a.b/c v1.0.0\n"), @r"
        2: a.b/c v1.0.0
        unknown: go.mod from before Go 1.17 does not list modules needed indirectly
        ");
        insta::assert_snapshot!(show("module m\ngo 1.16\nrequire a.b/c v1.0.0\n"), @r"
        3: a.b/c v1.0.0
        unknown: go.mod from before Go 1.17 does not list modules needed indirectly
        ");
    }

    #[test]
    fn what_is_wrong_has_a_line() {
        insta::assert_snapshot!(show("require (\na.b/c\n)\n"), @"error: go.mod: `require` is incomplete (line 2)");
        insta::assert_snapshot!(show("replace a => b c d\n"), @"error: go.mod: `replace` is incomplete (line 1)");
        insta::assert_snapshot!(show("require\n"), @"error: go.mod: `require` is incomplete (line 1)");
    }

    #[test]
    fn odd_text_does_no_harm() {
        for text in [
            "(",
            ")",
            "\"",
            "\"\" ``",
            "require (",
            "// x",
            "\u{feff}module m",
            "é \"é",
        ] {
            let _ = show(text);
        }
    }
}
