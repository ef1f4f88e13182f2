//! Programs that are known by what their binaries say of themselves.
//!
//! For runtimes and servers that were not installed by a package manager: built from source, or
//! unpacked from an archive. A binary is recognised by its file's name and a sentence in it that
//! holds the version and that nothing else would say; a version alone is never enough. Deliberately
//! short: a program is in the table when its sentence was seen in real binaries (a test holds the
//! table against Debian's), and a name that is guessed wrong would be matched against the wrong
//! advisories.

mod search;

use std::sync::LazyLock;

use plimsoll_model::Part;
use regex::bytes::Regex;

pub(crate) use search::find;

/// A program that can be recognised.
pub(crate) struct Program {
    /// As advisories about programs without an ecosystem call it.
    pub(crate) name: &'static str,
    pub(crate) part: Part,
    /// What file names begin with, see [`stem`].
    stems: &'static [&'static str],
    pub(crate) evidence: Evidence,
}

/// How a binary tells its version; the first group of an expression is the version.
pub(crate) enum Evidence {
    /// The expression matches one place only, or says the same at each.
    Sentence(LazyLock<Regex>),
    /// Python: the version alone between two NULs, with the numbers that the file's name has.
    ByFileName,
    /// Redis: the version alone between two NULs, and again at the beginning of the build's id.
    /// The program also knows in which version each of its commands came.
    WithBuildId,
}

macro_rules! sentence {
    ($text:literal) => {
        Evidence::Sentence(LazyLock::new(|| expression($text)))
    };
}

/// Every program, sorted by name.
pub(crate) static PROGRAMS: [Program; 18] = [
    Program {
        name: "bash",
        part: Part::Application,
        stems: &["bash"],
        evidence: sentence!(r"@\(#\)Bash version (\d+\.\d+\.\d+)\("),
    },
    Program {
        name: "busybox",
        part: Part::Application,
        stems: &["busybox"],
        evidence: sentence!(r"BusyBox v(\d+\.\d+(?:\.\d+)?)[ \x00]"),
    },
    Program {
        name: "haproxy",
        part: Part::Application,
        stems: &["haproxy"],
        evidence: sentence!(r" version (\d+\.\d+(?:\.\d+)?)(?:-[^,\x00]{0,40})?, released 20\d\d/"),
    },
    Program {
        name: "httpd",
        part: Part::Application,
        stems: &["apache", "httpd"],
        evidence: sentence!(r"Apache/(\d+\.\d+\.\d+)[ \x00]"),
    },
    Program {
        name: "lighttpd",
        part: Part::Application,
        stems: &["lighttpd"],
        evidence: sentence!(r"lighttpd/(\d+\.\d+\.\d+)[ \x00]"),
    },
    Program {
        name: "lua",
        part: Part::Runtime,
        stems: &["lua"],
        evidence: sentence!(r"Lua (5\.\d+\.\d+)  Copyright \(C\)"),
    },
    Program {
        name: "mariadb",
        part: Part::Application,
        stems: &["mariadbd", "mysqld"],
        evidence: sentence!(r"MariaDB (\d+\.\d+\.\d+)\x00"),
    },
    Program {
        name: "memcached",
        part: Part::Application,
        stems: &["memcached"],
        evidence: sentence!(r"memcached (\d+\.\d+\.\d+)\x00"),
    },
    Program {
        name: "nginx",
        part: Part::Application,
        stems: &["nginx"],
        evidence: sentence!(r"nginx version: nginx/(\d+\.\d+\.\d+)[ \n\x00]"),
    },
    Program {
        name: "node",
        part: Part::Runtime,
        stems: &["node", "nodejs"],
        evidence: sentence!(r"node\.js/v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?)\x00"),
    },
    Program {
        name: "openssl",
        part: Part::Application,
        stems: &["crypto", "openssl"],
        evidence: sentence!(
            r"OpenSSL (\d+\.\d+\.\d+[a-z]{0,2})(?:-[a-z]+)? +\d{1,2} [A-Z][a-z]{2} \d{4}"
        ),
    },
    Program {
        name: "perl",
        part: Part::Runtime,
        stems: &["perl"],
        evidence: sentence!(r"\x00v(5\.\d+\.\d+)\x00"),
    },
    Program {
        name: "php",
        part: Part::Runtime,
        stems: &["php"],
        evidence: sentence!(r"X-Powered-By: PHP/(\d+\.\d+\.\d+(?:(?:alpha|beta|RC)\d+)?)"),
    },
    Program {
        name: "postgresql",
        part: Part::Application,
        stems: &["postgres"],
        evidence: sentence!(
            r"postgres \(PostgreSQL\) (\d+(?:\.\d+){0,2}(?:(?:beta|rc)\d+)?)[ \n\x00]"
        ),
    },
    Program {
        name: "python",
        part: Part::Runtime,
        stems: &["python"],
        evidence: Evidence::ByFileName,
    },
    Program {
        name: "redis",
        part: Part::Application,
        stems: &["redis"],
        evidence: Evidence::WithBuildId,
    },
    Program {
        name: "ruby",
        part: Part::Runtime,
        stems: &["ruby"],
        evidence: sentence!(r"ruby (\d+\.\d+\.\d+)(?:p\d+|[a-z]+\d*)? \(20\d\d-"),
    },
    Program {
        name: "rust",
        part: Part::Runtime,
        stems: &["rustc_driver"],
        evidence: sentence!(r"rustc version (\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?) \([0-9a-f]{9} "),
    },
];

/// The program that a file of this name may be.
pub(crate) fn by_file_name(name: &str) -> Option<&'static Program> {
    // `openssl.so` and `python3_plugin.so` are bindings, and tell what they were built with.
    let is_library = name.contains(".so");
    if is_library && !name.starts_with("lib") {
        return None;
    }
    let stem = stem(name);
    PROGRAMS
        .iter()
        .find(|program| program.stems.contains(&stem))
}

/// The name before any version, without `lib`: `python` of `libpython3.11.so.1.0`, `php` of
/// `php-fpm8.2`, `crypto` of `libcrypto.so.3`.
fn stem(name: &str) -> &str {
    let name = name.strip_prefix("lib").unwrap_or(name);
    let end = name.find(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    name.get(..end.unwrap_or(name.len())).unwrap_or(name)
}

/// The first two numbers in a file's name: `3.11` of `libpython3.11.so.1.0`.
pub(crate) fn release_in(name: &str) -> Option<&str> {
    let start = name.find(|c: char| c.is_ascii_digit())?;
    let rest = name.get(start..)?;
    let (major, further) = rest.split_once('.')?;
    let minor = further
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(further.len());
    let whole = major.bytes().all(|byte| byte.is_ascii_digit()) && (1..=3).contains(&minor);
    whole.then(|| rest.get(..major.len() + 1 + minor)).flatten()
}

/// An expression over bytes.
fn expression(text: &str) -> Regex {
    #[expect(
        clippy::unwrap_used,
        reason = "the expressions are constants, and a test compiles every one"
    )]
    Regex::new(&format!("(?-u){text}")).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_expressions_compile() {
        assert!(PROGRAMS.is_sorted_by_key(|program| program.name));
        for program in &PROGRAMS {
            if let Evidence::Sentence(expression) = &program.evidence {
                assert_eq!(expression.captures_len(), 2, "{}", program.name);
            }
        }
    }

    #[test]
    fn files_are_chosen_by_name() {
        for (name, expected) in [
            ("python3.11", Some("python")),
            ("libpython3.11.so.1.0", Some("python")),
            ("libpython3.7m.so.1.0", Some("python")),
            ("php-fpm8.2", Some("php")),
            ("libcrypto.so.3", Some("openssl")),
            ("redis-server", Some("redis")),
            ("libruby-3.1.so.3.1.2", Some("ruby")),
            ("librustc_driver-6108105cd7e839cf.so", Some("rust")),
            ("apache2", Some("httpd")),
            ("libnode.so.108", Some("node")),
            ("nodeenv", None),
            ("openssl.so", None),
            ("python3_plugin.so", None),
            ("pythonish", None),
            ("libssl.so.3", None),
            ("", None),
        ] {
            assert_eq!(
                by_file_name(name).map(|program| program.name),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn releases_in_file_names() {
        for (name, expected) in [
            ("python3.11", Some("3.11")),
            ("libpython3.11.so.1.0", Some("3.11")),
            ("libpython3.7m.so.1.0", Some("3.7")),
            ("python3", None),
            ("python", None),
            ("python3.", None),
            ("python3x.1", None),
            ("python3.12345", None),
        ] {
            assert_eq!(release_in(name), expected, "{name}");
        }
    }
}
