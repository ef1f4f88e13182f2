//! The version of the main module where Go itself recorded none.
//!
//! Before Go 1.24 a binary that was built in its own checkout says `(devel)`. Many projects hand
//! their version to the linker instead (`-ldflags "-X main.version=1.2.3"`), and Go keeps the
//! flags. A variable counts when it is called version, and its value looks like one; the main
//! package's goes before one of the main module, and that before any other on which all agree.

use super::DEVEL;
use super::module_info::{Module, ModuleInfo};

/// Names of variables, in lower case, that hold a program's own version.
const VARIABLES: &[&str] = &[
    "version",
    "appversion",
    "buildversion",
    "gitversion",
    "programversion",
    "releaseversion",
];

/// The recorded version, or the one from the linker's flags, or `(devel)`.
pub fn resolve(main: &Module, info: &ModuleInfo) -> String {
    if !main.version.is_empty() && main.version != DEVEL {
        return main.version.clone();
    }
    info.setting("-ldflags")
        .and_then(|flags| from_flags(flags, &main.path))
        .unwrap_or_else(|| DEVEL.to_owned())
}

fn from_flags(flags: &str, main_path: &str) -> Option<String> {
    let mut candidates: [Vec<String>; 3] = Default::default();
    for (package, value) in definitions(flags) {
        let Some(version) = as_version(value) else {
            continue;
        };
        let [first, second, third] = &mut candidates;
        let below = package.strip_prefix(main_path);
        let rank = if package == "main" {
            first
        } else if below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            second
        } else {
            third
        };
        rank.push(version);
    }
    let values = candidates.into_iter().find(|values| !values.is_empty())?;
    let first = values.first()?.clone();
    values.iter().all(|value| *value == first).then_some(first)
}

/// Package and value of each `-X package.variable=value` whose variable is a version.
fn definitions(flags: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut words = flags
        .split(|letter: char| letter.is_whitespace() || letter == '\'' || letter == '"')
        .filter(|word| !word.is_empty());
    std::iter::from_fn(move || {
        loop {
            let word = words.next()?;
            let definition = match word.strip_prefix("-X").or_else(|| word.strip_prefix("--X")) {
                Some("") => words.next()?,
                Some(rest) => rest.strip_prefix('=').unwrap_or(rest),
                None => continue,
            };
            if let Some((symbol, value)) = definition.split_once('=')
                && let Some((package, variable)) = symbol.rsplit_once('.')
                && VARIABLES.contains(&variable.to_ascii_lowercase().as_str())
            {
                return Some((package, value));
            }
        }
    })
}

/// The value with Go's `v` in front, if it starts like a version: two numbers or more.
fn as_version(value: &str) -> Option<String> {
    let bare = value.strip_prefix('v').unwrap_or(value);
    let numbers = bare.split(['-', '+']).next()?;
    let parts: Vec<&str> = numbers.split('.').collect();
    let numeric = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-+._".contains(letter);
    (parts.len() >= 2 && parts.iter().all(numeric) && bare.chars().all(plain))
        .then(|| format!("v{bare}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(flags: &str, expected: Option<&str>) {
        let version = from_flags(flags, "example.com/tool");
        assert_eq!(version.as_deref(), expected, "{flags}");
    }

    #[test]
    fn versions_from_linker_flags() {
        check("-s -w -X main.version=1.2.3", Some("v1.2.3"));
        check("-s -w -X=main.Version=v1.2.3-rc.1", Some("v1.2.3-rc.1"));
        check(
            "-X 'main.version=1.2.3' -X 'main.date=today'",
            Some("v1.2.3"),
        );
        check("-X \"example.com/tool/info.Version=2.0\"", Some("v2.0"));
        check("-X example.com/lib/v.gitVersion=v1.27.3", Some("v1.27.3"));
    }

    #[test]
    fn the_main_package_goes_first() {
        let flags = "-X example.com/lib.Version=9.0.0 -X example.com/tool/x.Version=2.0.0 \
                     -X main.version=1.0.0";
        check(flags, Some("v1.0.0"));
        check("-X a.Version=1.0.0 -X b.Version=2.0.0", None);
    }

    #[test]
    fn what_is_no_version() {
        check("", None);
        check("-X", None);
        check("-X main.version", None);
        check("-X main.version=", None);
        check("-X main.version=dev", None);
        check("-X main.version=20240101", None);
        check("-X main.goVersion=1.22.3", None);
        check("-X main.versionURL=1.2", None);
        check("-X main.version=1.2/../3", None);
        check("-X example.com/toolbox.name=1.2", None);
    }
}
