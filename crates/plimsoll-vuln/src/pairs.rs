//! `version compare`: one pair, or a stream of pairs, in the order of one scheme.
//!
//! Reader and writer are the caller's; nothing is printed here.

use std::cmp::Ordering;
use std::io::{self, BufRead, Read, Write};

use crate::schemes::{VERSION_BYTES_MAX, VersionScheme};
use crate::{SCHEMES, VersionError, schemes};

/// Longest line of a stream of pairs: two of the longest versions and the blanks around them.
pub const PAIR_BYTES_MAX: usize = 4 * VERSION_BYTES_MAX;

/// A comparison that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    #[error("find version scheme `{0}`: there are {list}", list = scheme_ids())]
    Scheme(String),
    #[error(transparent)]
    Version(#[from] VersionError),
    /// A line of the stream, counted from 1.
    #[error("read pair in line {line}: {reason}")]
    Line { line: u64, reason: String },
    #[error("read or write version pairs: {0}")]
    Io(#[from] io::Error),
}

/// `<`, `=` or `>`.
pub const fn sign(order: Ordering) -> &'static str {
    match order {
        Ordering::Less => "<",
        Ordering::Equal => "=",
        Ordering::Greater => ">",
    }
}

/// How two versions order, as they are written.
pub fn compare_pair(scheme_id: &str, a: &str, b: &str) -> Result<Ordering, CompareError> {
    Ok(find(scheme_id)?.compare_as_written(a, b)?)
}

/// Reads pairs, one a line with blanks between the two versions, and writes a sign for each.
///
/// Lines without a character, or that begin with `#`, are skipped. The first line that is no
/// pair, or has a version that the scheme cannot read, ends it with an error that tells its
/// number; the signs of the lines before it have been written.
pub fn compare_lines(
    scheme_id: &str,
    mut input: impl BufRead,
    mut output: impl Write,
) -> Result<(), CompareError> {
    let scheme = find(scheme_id)?;
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let limit = PAIR_BYTES_MAX as u64 + 1;
        if input.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match compare_line(scheme, &line) {
            Ok(Some(order)) => writeln!(output, "{}", sign(order))?,
            Ok(None) => {}
            Err(reason) => {
                output.flush()?;
                return Err(CompareError::Line {
                    line: number,
                    reason,
                });
            }
        }
    }
    output.flush()?;
    Ok(())
}

fn compare_line(scheme: &dyn VersionScheme, line: &[u8]) -> Result<Option<Ordering>, String> {
    if line.len() > PAIR_BYTES_MAX {
        return Err(format!("it is longer than {PAIR_BYTES_MAX} bytes"));
    }
    let text = std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?;
    let mut words = text.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (None, ..) => Ok(None),
        (Some(first), ..) if first.starts_with('#') => Ok(None),
        (Some(a), Some(b), None) => scheme
            .compare_as_written(a, b)
            .map(Some)
            .map_err(|error| error.to_string()),
        (Some(_), None, _) => Err("it has one version, a pair needs two".to_owned()),
        (Some(_), Some(_), Some(_)) => Err("it has more than two versions".to_owned()),
    }
}

fn find(scheme_id: &str) -> Result<&'static dyn VersionScheme, CompareError> {
    schemes::scheme(scheme_id)
        .or_else(|| schemes::scheme_of(scheme_id))
        .ok_or_else(|| CompareError::Scheme(plimsoll_model::text::clean(scheme_id).into_owned()))
}

fn scheme_ids() -> String {
    let ids: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.id()).collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(scheme: &str, input: &[u8]) -> (String, Option<String>) {
        let mut output = Vec::new();
        let result = compare_lines(scheme, input, &mut output);
        let text = String::from_utf8(output).expect("signs");
        (text, result.err().map(|error| error.to_string()))
    }

    #[test]
    fn a_sign_for_each_pair() {
        let input = b"1.0 2.0\n# remark\n\n1.0~rc1\t1.0\r\n1:1 2\n1 1";
        assert_eq!(lines("dpkg", input), ("<\n<\n>\n=\n".to_owned(), None));
    }

    #[test]
    fn a_purl_type_names_its_scheme() {
        assert!(matches!(
            compare_pair("pypi", "1.0a1", "1.0"),
            Ok(Ordering::Less)
        ));
    }

    #[test]
    fn the_first_bad_line_is_named() {
        let (text, error) = lines("dpkg", b"1 2\n1\n3 2\n");
        assert_eq!(text, "<\n");
        assert_eq!(
            error.as_deref(),
            Some("read pair in line 2: it has one version, a pair needs two")
        );
        let (_, error) = lines("dpkg", b"1 2 3\n");
        assert!(error.is_some_and(|error| error.contains("more than two")));
        let (_, error) = lines("dpkg", b"1 \xff\n");
        assert!(error.is_some_and(|error| error.contains("not UTF-8")));
        let (_, error) = lines("dpkg", b"1 2-\n");
        assert!(error.is_some_and(|error| error.contains("line 1: parse dpkg version `2-`")));
    }

    #[test]
    fn a_line_without_end_is_not_read_into_memory() {
        let (_, error) = lines("dpkg", &vec![b'1'; 1 << 20]);
        assert!(error.is_some_and(|error| error.contains("longer than 4096 bytes")));
    }

    #[test]
    fn an_unknown_scheme_tells_the_known_ones() {
        let error = compare_pair("brew", "1", "2").expect_err("no such scheme");
        assert!(
            error.to_string().contains("apk, composer, cran, dpkg"),
            "{error}"
        );
    }
}
