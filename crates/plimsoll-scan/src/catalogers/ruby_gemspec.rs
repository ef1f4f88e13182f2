//! Installed Ruby gems: `specifications/NAME-VERSION.gemspec`, those of Ruby itself in
//! `specifications/default`, and gems that Bundler took from a repository.
//!
//! RubyGems writes these files in a fixed form, which is read here; they are Ruby programs, and
//! none is run. A file that computes its version is said to be unread.

use plimsoll_model::{Ecosystem, State};

use crate::collector::collect;
use crate::syntax::lines::{decode, numbered};
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// Lines that are looked at; what follows is lists of files.
const LINES_MAX: usize = 100_000;

/// See the module.
pub struct RubyGemspec;

impl Cataloger for RubyGemspec {
    fn id(&self) -> &'static str {
        "ruby-gemspec"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "installed Ruby gems: specifications/*.gemspec, specifications/default, bundler/gems"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Suffix(".gemspec")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        let folders: Vec<&str> = path.rsplit('/').skip(1).take(3).collect();
        matches!(
            folders.as_slice(),
            ["specifications", ..] | ["default", "specifications", ..] | [_, "gems", "bundler"]
        )
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        let gemspec = Gemspec::read(&decode(&bytes));
        let (Some(name), Some(version)) = (gemspec.name, gemspec.version) else {
            return Err(CatalogError::new("gemspec computes its name or version"));
        };
        let mut found = Found {
            licenses: gemspec.licenses,
            line: gemspec.line,
            ..Found::new(Ecosystem::GEM, name, version)
        };
        if let Some(platform) = gemspec.platform.filter(|platform| platform != "ruby") {
            found.qualifiers.push(("platform".to_owned(), platform));
        }
        collect(out, |packages| packages.add(found))
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Gemspec {
    name: Option<String>,
    version: Option<String>,
    platform: Option<String>,
    licenses: Vec<String>,
    line: Option<u32>,
}

impl Gemspec {
    fn read(text: &str) -> Self {
        let mut spec = Self::default();
        for (number, line) in numbered(text).take(LINES_MAX) {
            if let Some(stub) = line.strip_prefix("# stub: ") {
                spec.take_stub(stub, number);
            } else if let Some((attribute, value)) = assignment(line) {
                spec.take(attribute, value, number);
            }
        }
        spec
    }

    /// `# stub: NAME VERSION PLATFORM PATHS`: what RubyGems itself lists gems by.
    fn take_stub(&mut self, stub: &str, number: u32) {
        let mut words = stub.split(' ').map(str::to_owned);
        if let (Some(name), Some(version), Some(platform)) =
            (words.next(), words.next(), words.next())
        {
            self.name = Some(name);
            self.version = Some(version);
            self.platform = Some(platform);
            self.line = Some(number);
        }
    }

    fn take(&mut self, attribute: &str, value: &str, number: u32) {
        let first = || literals(value).into_iter().next();
        match attribute {
            "name" if self.name.is_none() => self.name = first(),
            "version" if self.version.is_none() => {
                self.version = version_of(value);
                self.line = Some(number);
            }
            "platform" if self.platform.is_none() => self.platform = first(),
            "license" | "licenses" => self.licenses = literals(value),
            _ => {}
        }
    }
}

/// `s.name = value`: the attribute and what it is set to, whatever the variable is called.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (variable, rest) = line.trim_start().split_once('.')?;
    let is_word = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let (attribute, value) = rest.split_once('=')?;
    let (attribute, value) = (attribute.trim_end(), value.trim());
    (is_word(variable) && is_word(attribute) && !value.starts_with(['=', '~']))
        .then_some((attribute, value))
}

/// A version written out: a literal, or `Gem::Version.new` of one.
fn version_of(value: &str) -> Option<String> {
    let value = value.strip_prefix("Gem::Version.new(").unwrap_or(value);
    if !value.starts_with(['"', '\'']) {
        return None;
    }
    let version = literals(value).into_iter().next()?;
    (!version.contains("#{")).then_some(version)
}

/// The string literals of a value: `"a".freeze`, `["a".freeze, 'b']`.
fn literals(value: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = value.trim_start_matches('[');
    while let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let Some((text, after)) = rest.get(1..).and_then(|rest| rest.split_once(quote)) else {
            break;
        };
        texts.push(text.to_owned());
        let after = after.strip_prefix(".freeze").unwrap_or(after).trim_start();
        let Some(next) = after.strip_prefix(',') else {
            break;
        };
        rest = next.trim_start();
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let spec = Gemspec::read(text);
        let told = format!(
            "{:?} {:?} {:?} {} {:?}",
            spec.name.unwrap_or_default(),
            spec.version.unwrap_or_default(),
            spec.platform.unwrap_or_default(),
            spec.licenses.join("|"),
            spec.line
        );
        assert_eq!(told, expected);
    }

    #[test]
    fn the_forms_of_rubygems() {
        check(
            "# -*- encoding: utf-8 -*-\n# stub: nokogiri 1.16.0 x86_64-linux lib\n\nGem::Specification.new do |s|\n  s.name = \"nokogiri\".freeze\n  s.version = \"1.16.0\"\n  s.licenses = [\"MIT\".freeze, \"Ruby\".freeze]\nend\n",
            "\"nokogiri\" \"1.16.0\" \"x86_64-linux\" MIT|Ruby Some(2)",
        );
        check(
            "Gem::Specification.new do |spec|\n  spec.name = %q{x}\n  spec.name          = 'a'\n  spec.version = Gem::Version.new('1.0')\n  spec.license = 'MIT'\n",
            "\"a\" \"1.0\" \"\" MIT Some(4)",
        );
    }

    #[test]
    fn what_is_computed_is_not_guessed() {
        for version in ["A::VERSION", "File.read('VERSION')", "\"1.#{minor}\""] {
            check(
                &format!("  s.name = \"a\"\n  s.version = {version}\n"),
                "\"a\" \"\" \"\"  Some(2)",
            );
        }
        check("  s.version == \"1\"\n  x\n.=\n", "\"\" \"\" \"\"  None");
    }
}
