//! Wildcards as fnmatch(3) without flags has them: `*`, `?`, `[a-z]`, `[!a]`, `\`.
//!
//! A star also takes slashes. Time is bounded by pattern times text: of several stars only the last
//! is ever gone back to.

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Glob {
    parts: Vec<Part>,
    any_case: bool,
    /// What each text begins with, and ends with behind the last star: most texts are told apart by
    /// these alone.
    first: Box<[u8]>,
    last: Box<[u8]>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    Byte(u8),
    Any,
    Star,
    Set { not: bool, ranges: Vec<(u8, u8)> },
}

impl Glob {
    pub fn new(pattern: &[u8], any_case: bool) -> Self {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            parts.push(match first {
                b'*' => {
                    if parts.last() == Some(&Part::Star) {
                        continue;
                    }
                    Part::Star
                }
                b'?' => Part::Any,
                b'[' => match set(after) {
                    Some((part, behind)) => {
                        rest = behind;
                        part
                    }
                    // A bracket that is never closed stands for itself.
                    None => Part::Byte(b'['),
                },
                b'\\' => match after.split_first() {
                    Some((byte, behind)) => {
                        rest = behind;
                        Part::Byte(*byte)
                    }
                    None => Part::Byte(b'\\'),
                },
                byte => Part::Byte(*byte),
            });
        }
        let plain = |part: &Part| match part {
            Part::Byte(byte) => Some(*byte),
            _ => None,
        };
        let first = parts.iter().map_while(plain).collect();
        let mut last: Vec<u8> = Vec::new();
        if parts.contains(&Part::Star) {
            last.extend(parts.iter().rev().map_while(plain));
            last.reverse();
        }
        Self {
            first,
            last: last.into(),
            parts,
            any_case,
        }
    }

    /// Whether the text begins and ends as all do that fit.
    fn may_fit(&self, text: &[u8]) -> bool {
        let (Some(begin), Some(end)) = (
            text.get(..self.first.len()),
            text.len()
                .checked_sub(self.last.len())
                .and_then(|at| text.get(at..)),
        ) else {
            return false;
        };
        if self.any_case {
            begin.eq_ignore_ascii_case(&self.first) && end.eq_ignore_ascii_case(&self.last)
        } else {
            *begin == *self.first && *end == *self.last
        }
    }

    /// Whether there is anything in it that is not plain text.
    pub fn is_wild(pattern: &[u8]) -> bool {
        pattern.iter().any(|byte| b"*?[".contains(byte))
    }

    /// Whether the whole text fits.
    pub fn matches(&self, text: &[u8]) -> bool {
        if !self.may_fit(text) {
            return false;
        }
        let (mut at, mut part) = (0, 0);
        let mut star = None;
        loop {
            match (self.parts.get(part), text.get(at)) {
                (None, None) => return true,
                (Some(Part::Star), _) => {
                    star = Some((part + 1, at));
                    part += 1;
                    continue;
                }
                (Some(one), Some(byte)) if self.takes(one, *byte) => {
                    part += 1;
                    at += 1;
                    continue;
                }
                _ => {}
            }
            // The last star takes one byte more.
            match star {
                Some((behind, from)) if from < text.len() => {
                    star = Some((behind, from + 1));
                    part = behind;
                    at = from + 1;
                }
                _ => return false,
            }
        }
    }

    fn takes(&self, part: &Part, byte: u8) -> bool {
        let fits = |byte: u8| match part {
            Part::Byte(wanted) => *wanted == byte,
            Part::Any => true,
            Part::Star => false,
            Part::Set { ranges, .. } => ranges
                .iter()
                .any(|(low, high)| (*low..=*high).contains(&byte)),
        };
        let found = fits(byte)
            || (self.any_case
                && (fits(byte.to_ascii_lowercase()) || fits(byte.to_ascii_uppercase())));
        found != matches!(part, Part::Set { not: true, .. })
    }
}

/// A set behind its opening bracket, and what follows it.
fn set(after: &[u8]) -> Option<(Part, &[u8])> {
    let (not, mut rest) = match after {
        [b'!' | b'^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut ranges = Vec::new();
    loop {
        let (mut first, mut behind) = rest.split_first()?;
        // A closing bracket in the first place belongs to the set.
        if *first == b']' && !ranges.is_empty() {
            return Some((Part::Set { not, ranges }, behind));
        }
        if *first == b'\\' {
            (first, behind) = behind.split_first()?;
        }
        match behind {
            [b'-', last, more @ ..] if *last != b']' => {
                ranges.push((*first, *last));
                rest = more;
            }
            _ => {
                ranges.push((*first, *first));
                rest = behind;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn as_fnmatch() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "/etc/passwd", true),
            ("/etc/*", "/etc/ssh/sshd_config", true),
            ("/etc/*", "/etc", false),
            ("*.so*", "/usr/lib/libc.so.6", true),
            ("?at", "cat", true),
            ("?at", "at", false),
            ("[bc]at", "cat", true),
            ("[!bc]at", "cat", false),
            ("[^bc]at", "rat", true),
            ("[a-c]at", "bat", true),
            ("[]a]", "]", true),
            ("[a-]", "-", true),
            ("[a", "[a", true),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXbY", false),
            ("a**b", "ab", true),
            ("*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
            ("ABC", "abc", false),
        ] {
            let glob = Glob::new(pattern.as_bytes(), false);
            assert_eq!(glob.matches(text.as_bytes()), expected, "{pattern} {text}");
        }
        assert!(Glob::new(b"ABC[x-z]", true).matches(b"abcY"));
        assert!(!Glob::new(b"[!a]", true).matches(b"A"));
    }
}
