//! One line of a requirements file, as pip reads it.
//!
//! Specifications: PEP 508 and pip's requirements file format. Markers are not evaluated: a
//! package that is declared for some platform is declared.

/// What a logical line (continuations joined) asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// Exactly one version can satisfy it.
    Pinned { name: String, version: String },
    /// Some version of a package, or whatever lies at an address.
    Unpinned { name: String },
    /// Another file of requirements: `-r base.txt`.
    Include { path: String },
    /// An empty line, a comment, or an option for the installer.
    Nothing,
}

/// Reads a logical line.
pub(crate) fn parse_requirement(line: &str) -> Requirement {
    let line = without_comment(line).trim();
    if line.is_empty() {
        return Requirement::Nothing;
    }
    if line.starts_with('-') {
        return parse_option(line);
    }
    // Options of a single requirement, such as hashes, follow it.
    let line = line.split(" --").next().unwrap_or(line).trim();
    let (name, rest) = split_name(line);
    let rest = rest.trim_start();
    if name.is_empty() || rest.starts_with(['/', ':', '+', '\\']) || is_wheel(line) {
        return parse_address(line);
    }
    if let Some(address) = rest.strip_prefix('@') {
        return match parse_address(address.trim()) {
            Requirement::Pinned { version, .. } => Requirement::Pinned {
                name: name.to_owned(),
                version,
            },
            _ => Requirement::Unpinned {
                name: name.to_owned(),
            },
        };
    }
    let specifiers = rest.split(';').next().unwrap_or(rest);
    match exact_version(specifiers) {
        Some(version) => Requirement::Pinned {
            name: name.to_owned(),
            version: version.to_owned(),
        },
        None => Requirement::Unpinned {
            name: name.to_owned(),
        },
    }
}

/// The name, and what follows it and its extras.
fn split_name(line: &str) -> (&str, &str) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let end = line.find(|c| !is_part(c)).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return ("", line);
    }
    let rest = rest.trim_start();
    let after_extras = rest
        .strip_prefix('[')
        .and_then(|extras| extras.split_once(']'));
    (name, after_extras.map_or(rest, |(_, after)| after))
}

/// The version of `==1.2` or `===1.2` among specifiers; `==1.*` leaves a choice.
fn exact_version(specifiers: &str) -> Option<&str> {
    let specifiers = specifiers.trim().trim_start_matches('(');
    let mut all = specifiers.trim_end_matches(')').split(',');
    all.find_map(|specifier| {
        let specifier = specifier.trim();
        let version = specifier
            .strip_prefix("===")
            .or_else(|| specifier.strip_prefix("=="))?
            .trim();
        (!version.is_empty() && !version.contains('*')).then_some(version)
    })
}

/// An address or path: a wheel's file name tells name and version, `#egg=` a name.
fn parse_address(address: &str) -> Requirement {
    let address = address.split(" ;").next().unwrap_or(address).trim();
    let (place, fragment) = address.split_once('#').unwrap_or((address, ""));
    let file = place.split('?').next().unwrap_or(place);
    let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
    if let Some((name, version)) = parts_of_wheel(file) {
        return Requirement::Pinned { name, version };
    }
    let egg = fragment
        .split('&')
        .find_map(|part| part.strip_prefix("egg="));
    let name = egg.map_or(place, |egg| egg.split('[').next().unwrap_or(egg));
    Requirement::Unpinned {
        name: name.to_owned(),
    }
}

fn is_wheel(line: &str) -> bool {
    let place = line.split(['#', ' ']).next().unwrap_or(line);
    place
        .rsplit_once('.')
        .is_some_and(|(_, last)| last == "whl")
}

/// Name and version of `name-version(-build)-python-abi-platform.whl`.
pub(crate) fn parts_of_wheel(file: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = file.strip_suffix(".whl")?.split('-').collect();
    let ([name, version, _, _, _] | [name, version, _, _, _, _]) = parts.as_slice() else {
        return None;
    };
    let version = version.replace("%2B", "+").replace("%2b", "+");
    Some(((*name).to_owned(), version.replace('_', "-")))
}

fn parse_option(line: &str) -> Requirement {
    for (short, long) in [("-r", "--requirement"), ("-e", "--editable")] {
        let value = match (line.strip_prefix(long), line.strip_prefix(short)) {
            (Some(value), _) if value.starts_with(['=', ' ', '\t']) => value,
            (None, Some(value)) => value,
            _ => continue,
        };
        let value = value.trim_start_matches(['=', ' ', '\t']).trim();
        return match short {
            "-r" => Requirement::Include {
                path: value.to_owned(),
            },
            _ => parse_address(value),
        };
    }
    Requirement::Nothing
}

/// A `#` starts a comment at the start of a line or after space; elsewhere it is part of an
/// address.
fn without_comment(line: &str) -> &str {
    let starts = line.match_indices('#').find(|(at, _)| {
        line.get(..*at)
            .is_some_and(|front| front.is_empty() || front.ends_with(char::is_whitespace))
    });
    starts.map_or(line, |(at, _)| line.get(..at).unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let told = match parse_requirement(line) {
            Requirement::Pinned { name, version } => format!("{name} = {version}"),
            Requirement::Unpinned { name } => format!("{name} ?"),
            Requirement::Include { path } => format!("include {path}"),
            Requirement::Nothing => String::new(),
        };
        assert_eq!(told, expected, "{line}");
    }

    #[test]
    fn pins() {
        check("flask==2.0.1", "flask = 2.0.1");
        check("Flask == 2.0.1  # why", "Flask = 2.0.1");
        check(
            "requests[security, socks]==2.31.0 ; python_version < '3'",
            "requests = 2.31.0",
        );
        check("a===1.0-weird", "a = 1.0-weird");
        check("a (==1.0)", "a = 1.0");
        check("a>=0.9,==1.0,!=1.1", "a = 1.0");
        check(
            "torch==2.0.1+cu118 --hash=sha256:00 --hash=sha256:11",
            "torch = 2.0.1+cu118",
        );
        check("a==1.0;python_version=='3.8'", "a = 1.0");
    }

    #[test]
    fn what_leaves_a_choice() {
        check("flask", "flask ?");
        check("flask>=2,<3", "flask ?");
        check("flask==2.*", "flask ?");
        check("flask~=2.0", "flask ?");
        check("flask; sys_platform == 'win32'", "flask ?");
        check("a==", "a ?");
    }

    #[test]
    fn addresses() {
        check(
            "git+https://host.example/x.git@v1#egg=name[x]&subdirectory=y",
            "name ?",
        );
        check("-e git+ssh://git@host.example/x.git#egg=other", "other ?");
        check("-e .", ". ?");
        check("--editable=./lib", "./lib ?");
        check("./lib/a-1.0-py3-none-any.whl", "a = 1.0");
        check("a-1.0-py3-none-any.whl", "a = 1.0");
        check(
            "x @ https://host.example/x-1.0%2Bcpu-1-cp311-cp311-linux_x86_64.whl#sha256=0",
            "x = 1.0+cpu",
        );
        check(
            "x @ https://host.example/x.zip ; python_version > '3'",
            "x ?",
        );
        check(
            "https://host.example/x-1.0.tar.gz",
            "https://host.example/x-1.0.tar.gz ?",
        );
    }

    #[test]
    fn options_and_nothing() {
        for line in [
            "",
            "  # flask==1",
            "--index-url https://x",
            "-i https://x",
            "-c c.txt",
            "--pre",
        ] {
            check(line, "");
        }
        check("-r base.txt", "include base.txt");
        check("-rbase.txt # x", "include base.txt");
        check("--requirement=base.txt", "include base.txt");
        check("--require-hashes", "");
    }
}
