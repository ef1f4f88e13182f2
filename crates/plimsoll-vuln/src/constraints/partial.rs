//! Versions of which the last numbers may be missing or wildcards: `1`, `1.2`, `1.x`, `1.2.3-rc.1`.

use super::Reason;
use crate::loose::Loose;

/// `major.minor.patch[-pre]`; what is missing or a wildcard is `None`, and all after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partial<'a> {
    pub(super) major: Option<u64>,
    pub(super) minor: Option<u64>,
    pub(super) patch: Option<u64>,
    pub(super) pre: Option<&'a str>,
}

impl<'a> Partial<'a> {
    /// Reads as npm and Cargo do; `bare_pre` lets a pre-release do without its hyphen.
    pub(super) fn parse(text: &'a str, bare_pre: bool) -> Result<Self, Reason> {
        let refuse = || Reason(format!("`{text}` is no version"));
        let mut partial = Self {
            major: None,
            minor: None,
            patch: None,
            pre: None,
        };
        let mut rest = text;
        let mut wild = false;
        for place in 0..3 {
            if place > 0 {
                match rest.strip_prefix('.') {
                    Some(after) => rest = after,
                    None => break,
                }
            }
            if let Some(after) = rest.strip_prefix(['x', 'X', '*']) {
                (rest, wild) = (after, true);
                continue;
            }
            let end = rest
                .find(|character: char| !character.is_ascii_digit())
                .unwrap_or(rest.len());
            let (digits, after) = rest.split_at_checked(end).ok_or_else(refuse)?;
            let number = digits.parse::<u64>().map_err(|_| refuse())?;
            rest = after;
            if wild {
                return Err(Reason(format!("`{text}` has a number after a wildcard")));
            }
            match place {
                0 => partial.major = Some(number),
                1 => partial.minor = Some(number),
                _ => partial.patch = Some(number),
            }
        }
        if rest.is_empty() {
            return Ok(partial);
        }
        if partial.patch.is_none() {
            // A pre-release or build of a wildcard says nothing (`1.x-beta` of npm is `1.x`).
            return if rest.starts_with(['-', '+']) && wild {
                Ok(partial)
            } else {
                Err(refuse())
            };
        }
        // The pre-release is checked by the same code that compares it later.
        let loose = Loose::parse(text.as_bytes(), bare_pre).map_err(|_| refuse())?;
        if crate::loose::identifiers(loose.numbers).count() > 3 {
            return Err(refuse());
        }
        let rest = rest.split_once('+').map_or(rest, |(pre, _)| pre);
        let pre = rest.strip_prefix('-').unwrap_or(rest);
        partial.pre = Some(pre).filter(|pre| !pre.is_empty());
        Ok(partial)
    }

    /// With zeros for what is missing.
    pub(super) fn lowest(&self) -> String {
        let (major, minor, patch) = (
            self.major.unwrap_or(0),
            self.minor.unwrap_or(0),
            self.patch.unwrap_or(0),
        );
        match self.pre {
            Some(pre) => format!("{major}.{minor}.{patch}-{pre}"),
            None => format!("{major}.{minor}.{patch}"),
        }
    }

    /// The very lowest version that the numbers leave open: the first pre-release of a partial
    /// version, the version itself where it is whole.
    pub(super) fn floor(&self) -> String {
        if self.patch.is_some() {
            self.lowest()
        } else {
            format!("{}-0", self.lowest())
        }
    }
}

/// The first pre-release of the version after the one with this major number.
pub(super) fn after_major(major: u64) -> Result<String, Reason> {
    Ok(format!("{}.0.0-0", next(major)?))
}

/// The same for a minor number.
pub(super) fn after_minor(major: u64, minor: u64) -> Result<String, Reason> {
    Ok(format!("{major}.{}.0-0", next(minor)?))
}

/// The same for a patch number.
pub(super) fn after_patch(major: u64, minor: u64, patch: u64) -> Result<String, Reason> {
    Ok(format!("{major}.{minor}.{}-0", next(patch)?))
}

fn next(number: u64) -> Result<u64, Reason> {
    number
        .checked_add(1)
        .ok_or_else(|| Reason::from("a number in it is too big"))
}

impl Partial<'_> {
    /// The first version after all that the numbers leave open; `None` where they leave all open.
    pub(super) fn ceiling(&self) -> Result<Option<String>, Reason> {
        Ok(match (self.major, self.minor, self.patch) {
            (Some(major), Some(minor), Some(patch)) => Some(after_patch(major, minor, patch)?),
            (Some(major), Some(minor), None) => Some(after_minor(major, minor)?),
            (Some(major), None, _) => Some(after_major(major)?),
            (None, ..) => None,
        })
    }

    /// The first version that a caret does not allow any more.
    pub(super) fn caret_ceiling(&self) -> Result<Option<String>, Reason> {
        Ok(match (self.major, self.minor, self.patch) {
            (Some(0), Some(0), Some(patch)) => Some(after_patch(0, 0, patch)?),
            (Some(0), Some(minor), _) => Some(after_minor(0, minor)?),
            (Some(major), ..) => Some(after_major(major)?),
            (None, ..) => None,
        })
    }

    /// The first version that a tilde does not allow any more.
    pub(super) fn tilde_ceiling(&self) -> Result<Option<String>, Reason> {
        Ok(match (self.major, self.minor) {
            (Some(major), Some(minor)) => Some(after_minor(major, minor)?),
            (Some(major), None) => Some(after_major(major)?),
            (None, _) => None,
        })
    }
}
