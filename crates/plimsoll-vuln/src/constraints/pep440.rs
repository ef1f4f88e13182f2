//! Version specifiers of PEP 440, pre-releases included.
//!
//! Intervals of the public order: `<1.2` ends before 1.2's first pre-release, `==1.2.*` covers all
//! that begins with it, and local versions (`+cu118`) go with the version that they were built
//! from. Two refinements of the specification that are no intervals are left out: `>1.2` lets
//! 1.2's post-releases in, and `<1.2.post1` 1.2's pre-releases.

use super::interval::{Operator, Set};
use super::{Reason, all_of};
use crate::VersionScheme;
use crate::schemes::PythonVersion;

pub(super) fn parse(text: &str, scheme: &dyn VersionScheme) -> Result<Set, Reason> {
    let terms = text.split(',').filter(|term| !term.trim().is_empty());
    all_of(terms, scheme, term)
}

fn term(text: &str) -> Result<Set, Reason> {
    let text = text.trim();
    let operators = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"];
    let (operator, version) = operators
        .iter()
        .find_map(|operator| Some((*operator, text.strip_prefix(operator)?)))
        .ok_or_else(|| Reason(format!("`{text}` has no operator")))?;
    let version = version.trim();
    if let Some(front) = version.strip_suffix(".*") {
        let (low, high) = wildcard(front)?;
        return match operator {
            "==" => Ok(Set::between(low, high)),
            "!=" => Ok(Set::outside(low, high)),
            _ => Err(format!("`{text}` has a wildcard").into()),
        };
    }
    let parts = PythonVersion::parse(version.as_bytes())
        .ok_or_else(|| Reason(format!("`{version}` is no version")))?;
    let has_local = parts.local.is_some();
    let is_final = parts.pre.is_none() && parts.dev.is_none() && parts.post.is_none();
    Ok(match operator {
        "===" => Set::by(Operator::Equal, version),
        "==" if has_local => Set::by(Operator::Equal, version),
        "==" => Set::between(version, next(version, &parts)?),
        "!=" if has_local => Set::by(Operator::NotEqual, version),
        "!=" => Set::outside(version, next(version, &parts)?),
        _ if has_local => return Err(format!("`{text}` has a local version").into()),
        "<" if is_final => Set::by(Operator::Less, &format!("{}.dev0", base(&parts))),
        "<" => Set::by(Operator::Less, version),
        ">=" => Set::by(Operator::GreaterOrEqual, version),
        "<=" => Set::by(Operator::Less, &next(version, &parts)?),
        ">" => Set::by(Operator::GreaterOrEqual, &next(version, &parts)?),
        _ => compatible(version, &parts)?,
    })
}

/// Epoch and release.
fn base(parts: &PythonVersion<'_>) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes);
    if parts.epoch.is_empty() {
        text(parts.release).into_owned()
    } else {
        format!("{}!{}", text(parts.epoch), text(parts.release))
    }
}

/// The version next in order, after all its local versions.
fn next(version: &str, parts: &PythonVersion<'_>) -> Result<String, Reason> {
    let phase = match parts.pre {
        Some((rank, number)) => {
            let word = match rank {
                1 => "a",
                2 => "b",
                _ => "rc",
            };
            format!("{word}{}", number_or_zero(version, number)?)
        }
        None => String::new(),
    };
    let front = format!("{}{phase}", base(parts));
    Ok(match (parts.post, parts.dev) {
        (Some(post), Some(dev)) => format!(
            "{front}.post{}.dev{}",
            number_or_zero(version, post)?,
            after(version, dev)?
        ),
        (Some(post), None) => format!("{front}.post{}.dev0", after(version, post)?),
        (None, Some(dev)) => format!("{front}.dev{}", after(version, dev)?),
        (None, None) => format!("{front}.post0.dev0"),
    })
}

/// `~=1.4.2` is `>=1.4.2` and `==1.4.*`.
fn compatible(version: &str, parts: &PythonVersion<'_>) -> Result<Set, Reason> {
    let base = base(parts);
    let (front, _) = base
        .rsplit_once('.')
        .ok_or_else(|| Reason(format!("`~={version}` needs two numbers")))?;
    let (_, high) = wildcard(front)?;
    Ok(Set::between(version, high))
}

/// The first version that begins with these numbers, and the first after all those.
fn wildcard(front: &str) -> Result<(String, String), Reason> {
    let parts = PythonVersion::parse(front.as_bytes())
        .filter(|parts| parts.pre.is_none() && parts.post.is_none())
        .filter(|parts| parts.dev.is_none() && parts.local.is_none())
        .ok_or_else(|| Reason(format!("`{front}.*` is no version")))?;
    let base = base(&parts);
    let split = base.rfind(['.', '!']).map_or(0, |at| at + 1);
    let (head, last) = base.split_at_checked(split).unwrap_or(("", &base));
    let high = format!("{head}{}.dev0", after(front, last.as_bytes())?);
    Ok((format!("{base}.dev0"), high))
}

/// A number of the version; none is zero.
fn number_or_zero(version: &str, digits: &[u8]) -> Result<u64, Reason> {
    if digits.is_empty() {
        return Ok(0);
    }
    std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| Reason(format!("a number in `{version}` is too big")))
}

fn after(version: &str, digits: &[u8]) -> Result<u64, Reason> {
    number_or_zero(version, digits)?
        .checked_add(1)
        .ok_or_else(|| Reason(format!("a number in `{version}` is too big")))
}
