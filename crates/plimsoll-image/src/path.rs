//! Paths from outside, made relative and clean.
//!
//! `/etc//passwd`, `./etc/passwd` and `etc/x/../passwd` are all `etc/passwd`, which is what
//! engines make of them on unpacking. A path that leaves the tree is refused, not bent back.

use crate::limits::PATH_BYTES_MAX;

/// Why a path cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathProblem {
    #[error("path leaves the tree")]
    Escapes,
    #[error("path holds a NUL byte")]
    Nul,
    #[error("path is longer than the limit of {PATH_BYTES_MAX} bytes")]
    TooLong,
}

/// Writes the normal form of `raw` into `out`: relative, `/` between parts, no `.`, no `..`, no
/// empty parts; bytes that are not UTF-8 as `\xff`. Empty for the root itself.
pub fn normalize(raw: &[u8], out: &mut String) -> Result<(), PathProblem> {
    out.clear();
    if raw.len() > PATH_BYTES_MAX {
        return Err(PathProblem::TooLong);
    }
    if raw.contains(&0) {
        return Err(PathProblem::Nul);
    }
    match std::str::from_utf8(raw) {
        Ok(text) => join_parts(text, out)?,
        Err(_) => join_parts(&spell(raw), out)?,
    }
    if out.len() > PATH_BYTES_MAX {
        return Err(PathProblem::TooLong);
    }
    Ok(())
}

/// Text of any bytes: those that are not UTF-8 are spelled `\xff`.
pub fn spell(raw: &[u8]) -> String {
    let mut out = String::with_capacity(raw.len() + 16);
    for chunk in raw.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push_str("\\x");
            for nibble in [byte >> 4, byte & 0x0f] {
                out.extend(char::from_digit(u32::from(nibble), 16));
            }
        }
    }
    out
}

fn join_parts(text: &str, out: &mut String) -> Result<(), PathProblem> {
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if out.is_empty() {
                    return Err(PathProblem::Escapes);
                }
                out.truncate(out.rfind('/').unwrap_or(0));
            }
            part => {
                if !out.is_empty() {
                    out.push('/');
                }
                out.push_str(part);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(raw: &[u8], expected: Result<&str, PathProblem>) {
        let mut out = "left over".to_owned();
        let got = normalize(raw, &mut out).map(|()| out.as_str());
        assert_eq!(got, expected, "{}", spell(raw));
    }

    #[test]
    fn paths_become_relative_and_clean() {
        check(b"etc/passwd", Ok("etc/passwd"));
        check(b"./etc//./passwd/", Ok("etc/passwd"));
        check(b"/etc/passwd", Ok("etc/passwd"));
        check(b"a/b/../c", Ok("a/c"));
        check(b"a/..", Ok(""));
        check(b"./", Ok(""));
        check(b"a\nb\x1b[2J", Ok("a\nb\u{1b}[2J"));
        check(b"caf\xe9/x", Ok("caf\\xe9/x"));
        check("größe".as_bytes(), Ok("größe"));
    }

    #[test]
    fn what_leaves_the_tree_is_refused() {
        check(b"../etc/passwd", Err(PathProblem::Escapes));
        check(b"a/../../b", Err(PathProblem::Escapes));
        check(b"/..", Err(PathProblem::Escapes));
        check(b"a\0b", Err(PathProblem::Nul));
        check(&vec![b'a'; PATH_BYTES_MAX + 1], Err(PathProblem::TooLong));
        check(&vec![0xff; PATH_BYTES_MAX], Err(PathProblem::TooLong));
    }

    proptest! {
        #[test]
        fn the_normal_form_is_its_own(raw in proptest::collection::vec(
            prop_oneof![Just(b'/'), Just(b'.'), any::<u8>()], 0..64)) {
            let mut once = String::new();
            if normalize(&raw, &mut once).is_ok() {
                let mut twice = String::new();
                prop_assert_eq!(normalize(once.as_bytes(), &mut twice), Ok(()));
                prop_assert_eq!(&once, &twice);
                prop_assert!(once.split('/').all(|part| part != ".." && part != "."));
            }
        }
    }
}
