//! Looks through a binary for the version it tells.
//!
//! Reads in windows that overlap, so that memory does not grow with the binary.

use std::collections::BTreeSet;
use std::io;

use plimsoll_image::ReadAt;
use regex::bytes::{Captures, Regex};

use super::{Evidence, Program, expression, release_in};

/// Largest binary that is looked through, in bytes. Rust's compiler has 150 MiB.
const BINARY_BYTES_MAX: u64 = 512 << 20;

/// Bytes read at a time.
const WINDOW_BYTES: usize = 1 << 20;

/// Longest sentence that is found across the edge of two windows, in bytes.
const OVERLAP_BYTES: usize = 256;

/// Candidates that are kept while the evidence for one of them is looked for.
const CANDIDATES_MAX: usize = 1024;

/// Why a binary was not looked through.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SearchError {
    #[error("binary of {0} bytes is larger than the limit of {BINARY_BYTES_MAX} bytes")]
    TooLarge(u64),
    #[error("read: {0}")]
    Io(#[from] io::Error),
}

/// The version that a binary tells; `None` if it tells none, or is another program.
pub(crate) fn find(
    program: &Program,
    file_name: &str,
    data: &dyn ReadAt,
) -> Result<Option<String>, SearchError> {
    match &program.evidence {
        Evidence::Sentence(expression) => first(data, expression),
        Evidence::ByFileName => match release_in(file_name) {
            Some(release) => {
                let release = release.replace('.', r"\.");
                let text = format!(r"\x00({release}\.\d+(?:(?:a|b|rc)\d+)?)\+?\x00");
                first(data, &expression(&text))
            }
            None => Ok(None),
        },
        Evidence::WithBuildId => with_build_id(data),
    }
}

fn first(data: &dyn ReadAt, expression: &Regex) -> Result<Option<String>, SearchError> {
    let mut version = None;
    for_each_match(data, expression, &mut |captures| {
        version = captures.get(1).map(|group| text(group.as_bytes()));
        version.is_none()
    })?;
    Ok(version)
}

/// Redis keeps `VERSION` and, elsewhere, `VERSION HOST - SECONDS DIRTY COMMIT` without anything
/// between the parts, where `HOST -` may be missing.
fn with_build_id(data: &dyn ReadAt) -> Result<Option<String>, SearchError> {
    // A boundary and no NUL in front: the one there may be the end of the version before.
    let alone = expression(r"\b(\d{1,3}\.\d{1,3}\.\d{1,3})\x00");
    let mut candidates = BTreeSet::new();
    for_each_match(data, &alone, &mut |captures| {
        candidates.extend(captures.get(1).map(|group| text(group.as_bytes())));
        candidates.len() < CANDIDATES_MAX
    })?;
    if candidates.is_empty() {
        return Ok(None);
    }
    let build_id = expression(r"(\d+\.\d+\.[0-9A-Za-z._-]{1,100}[0-9]{10}[01][0-9a-f]{8})\x00");
    let mut version = None;
    for_each_match(data, &build_id, &mut |captures| {
        let id = captures.get(1).map(|group| text(group.as_bytes()));
        // The longest, since `7.0.1` is the beginning of `7.0.15` too.
        version = candidates
            .iter()
            .filter(|candidate| {
                id.as_ref()
                    .is_some_and(|id| id.starts_with(candidate.as_str()))
            })
            .max_by_key(|candidate| candidate.len())
            .cloned();
        version.is_none()
    })?;
    Ok(version)
}

/// Calls `each` with the matches, front to back, until it returns `false`. One that lies in the
/// overlap of two windows may come twice.
fn for_each_match(
    data: &dyn ReadAt,
    expression: &Regex,
    each: &mut dyn FnMut(&Captures<'_>) -> bool,
) -> Result<(), SearchError> {
    let size = data.size();
    if size > BINARY_BYTES_MAX {
        return Err(SearchError::TooLarge(size));
    }
    if let Some(whole) = data.as_slice() {
        let mut matches = expression.captures_iter(whole);
        while matches.next().is_some_and(|captures| each(&captures)) {}
        return Ok(());
    }
    let mut window = vec![0; WINDOW_BYTES];
    let mut offset = 0;
    while offset < size {
        let filled = fill(data, offset, &mut window)?;
        let bytes = window.get(..filled).unwrap_or_default();
        for captures in expression.captures_iter(bytes) {
            if !each(&captures) {
                return Ok(());
            }
        }
        if filled < WINDOW_BYTES {
            break;
        }
        offset += (WINDOW_BYTES - OVERLAP_BYTES) as u64;
    }
    Ok(())
}

/// Reads until the window is full or the file ends.
fn fill(data: &dyn ReadAt, offset: u64, window: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = window.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match data.read_at(offset + filled as u64, rest)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::PROGRAMS;
    use super::*;

    /// A file that does not lie in memory.
    struct Spilled(Vec<u8>);

    impl ReadAt for Spilled {
        fn size(&self) -> u64 {
            self.0.size()
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            // Short reads, as a file may give them.
            let len = buffer.len().min(100_003);
            self.0.read_at(offset, &mut buffer[..len])
        }
    }

    fn check(program: &str, name: &str, content: &[u8], expected: Option<&str>) {
        let program = PROGRAMS.iter().find(|one| one.name == program).unwrap();
        let mut padded = vec![0; 3000];
        padded.extend(content);
        padded.extend([0; 3000]);
        let found = find(program, name, &padded).unwrap();
        assert_eq!(found.as_deref(), expected, "{}", program.name);
        let found = find(program, name, &Spilled(padded)).unwrap();
        assert_eq!(found.as_deref(), expected, "{} in windows", program.name);
    }

    #[test]
    fn sentences_as_real_binaries_have_them() {
        for (program, name, content, expected) in [
            ("httpd", "httpd", &b"Apache/2.4.57 (Unix)\0"[..], "2.4.57"),
            (
                "bash",
                "bash",
                b"@(#)Bash version 5.2.15(1) release GNU\0",
                "5.2.15",
            ),
            (
                "busybox",
                "busybox",
                b"BusyBox v1.36.1 (2023-11-07)\0",
                "1.36.1",
            ),
            (
                "haproxy",
                "haproxy",
                b" version 2.6.12-1+deb12u4, released 2026/10/17\0",
                "2.6.12",
            ),
            ("node", "node", b"\0node.js/v20.20.2\0", "20.20.2"),
            (
                "openssl",
                "libcrypto.so.3",
                b"\0OpenSSL 3.0.15 3 Sep 2024\0",
                "3.0.15",
            ),
            (
                "openssl",
                "libcrypto.so.1.0.0",
                b"\0OpenSSL 1.0.1e-fips 11 Feb 2013\0",
                "1.0.1e",
            ),
            ("perl", "perl", b"\0v5.36.0\0", "5.36.0"),
            ("php", "php8.2", b"X-Powered-By: PHP/8.3.0RC6\0", "8.3.0RC6"),
            (
                "postgresql",
                "postgres",
                b"postgres (PostgreSQL) 16.1\n\0",
                "16.1",
            ),
            (
                "python",
                "python3.11",
                b"\x003.9.1\x003.11.2\x003.11.9\0",
                "3.11.2",
            ),
            (
                "python",
                "libpython3.13.so.1.0",
                b"\x003.13.0rc2+\0",
                "3.13.0rc2",
            ),
            (
                "redis",
                "redis-server",
                b"\x002.8.9\x007.0.15\0A7.0.151790282056000000000\0",
                "7.0.15",
            ),
            (
                "redis",
                "redis-server",
                b"\x007.2.3\x007.2.36c5f3a-1698844812000000000\x007.2.31\0",
                "7.2.3",
            ),
            (
                "ruby",
                "libruby.so.3.3",
                b"ruby 3.3.0 (2023-12-25 revision 5124f9ac75)\0",
                "3.3.0",
            ),
            (
                "ruby",
                "ruby",
                b"ruby 3.1.2p20 (2022-04-12 revision 44)\0",
                "3.1.2",
            ),
        ] {
            check(program, name, content, Some(expected));
        }
    }

    #[test]
    fn a_version_alone_is_not_enough() {
        for (program, name, content) in [
            ("node", "node", &b"\x0020.20.2\0"[..]),
            ("openssl", "openssl", b"OpenSSL 3.0.15\0"),
            ("redis", "redis-cli", b"\x007.0.15\0"),
            ("redis", "redis-cli", b"7.0.151790282056000000000\0"),
            ("python", "python3", b"\x003.11.2\0"),
            ("python", "python3.11", b"\x003.11.2 (main)\0"),
            ("perl", "perl", b"xv5.36.0"),
            ("bash", "bash", b""),
        ] {
            check(program, name, content, None);
        }
    }

    #[test]
    fn a_sentence_across_two_windows_is_found() {
        for before in [
            WINDOW_BYTES - 200,
            WINDOW_BYTES - 5,
            WINDOW_BYTES,
            3 * WINDOW_BYTES - 700,
        ] {
            let mut content = vec![1; before];
            content.extend(b"nginx version: nginx/1.25.3\n\0");
            let program = PROGRAMS.iter().find(|one| one.name == "nginx").unwrap();
            let found = find(program, "nginx", &Spilled(content)).unwrap();
            assert_eq!(found.as_deref(), Some("1.25.3"), "{before}");
        }
    }
}
