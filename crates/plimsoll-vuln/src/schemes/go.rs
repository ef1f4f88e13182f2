//! Go versions: modules (`v1.2.3`, pseudo-versions, `+incompatible`) and toolchains (`go1.21rc2`).
//!
//! Implements the order of `golang.org/x/mod/semver`, and puts the toolchain's own spelling into
//! it as the Go vulnerability database does: `go1.21.3` is 1.21.3, `go1.21rc2` is 1.21.0-rc.2. A
//! plain `go1.21` is read as 1.21.0, although it also names the language version that comes before
//! the first candidate: the names of released toolchains are what gets matched. `(devel)` has no
//! place in the order.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::split_while;
use crate::loose::{Loose, compare_dotted, compare_identifiers, identifiers, split_numbers};

pub(super) struct Go;

const ID: &str = "go";

impl VersionScheme for Go {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["golang"]
    }

    fn describe(&self) -> &'static str {
        "Go modules (golang.org/x/mod/semver) and toolchains (`go1.21rc2`)"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let (a, b) = (parse(a)?, parse(b)?);
        Ok(
            compare_dotted(a.numbers, b.numbers).then_with(|| match (a.pre, b.pre) {
                (Pre::None, Pre::None) => Ordering::Equal,
                (Pre::None, _) => Ordering::Greater,
                (_, Pre::None) => Ordering::Less,
                (a, b) => compare_identifiers(a.identifiers(), b.identifiers()),
            }),
        )
    }
}

struct Version<'a> {
    numbers: &'a [u8],
    pre: Pre<'a>,
}

#[derive(Clone, Copy)]
enum Pre<'a> {
    None,
    /// Between dots.
    Dotted(&'a [u8]),
    /// `rc` and `2`.
    Toolchain(&'a [u8], &'a [u8]),
}

impl<'a> Pre<'a> {
    fn identifiers(self) -> impl Iterator<Item = &'a [u8]> {
        let (dotted, pair) = match self {
            Self::None => (None, [None, None]),
            Self::Dotted(text) => (Some(identifiers(text)), [None, None]),
            Self::Toolchain(word, number) => (
                None,
                [Some(word), Some(number).filter(|number| !number.is_empty())],
            ),
        };
        dotted
            .into_iter()
            .flatten()
            .chain(pair.into_iter().flatten())
    }
}

fn parse(version: &str) -> Result<Version<'_>, VersionError> {
    let refuse = |reason| VersionError::new(ID, version, reason);
    match checked(ID, version)? {
        [b'g', b'o', rest @ ..] => {
            toolchain(rest).ok_or_else(|| refuse("it is no toolchain version"))
        }
        [b'v' | b'V', rest @ ..] | rest => {
            let loose = Loose::parse(rest, false).map_err(refuse)?;
            Ok(Version {
                numbers: loose.numbers,
                pre: loose.pre.map_or(Pre::None, Pre::Dotted),
            })
        }
    }
}

/// `1.21.3`, `1.21rc2`; a vendor's addition after a blank, `-` or `+` is left out, as `go version`
/// does (`1.22.5 X:boringcrypto`, `1.21.0-bigcorp`).
fn toolchain(text: &[u8]) -> Option<Version<'_>> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
    let (numbers, rest) = split_numbers(split_while(text, is_name).0)?;
    let (word, number) = split_while(rest, |byte| byte.is_ascii_lowercase());
    let pre = match (word, number) {
        ([], []) => Pre::None,
        ([], _) => return None,
        (word, number) if number.iter().all(u8::is_ascii_digit) => Pre::Toolchain(word, number),
        _ => return None,
    };
    Some(Version { numbers, pre })
}
