//! Objects, services and units: the examples of the checks, and what they do not show.

use plimsoll_check::{CHECKS, mend};

use super::{own, words};

/// The examples of every check, bad and good.
pub fn examples() -> Vec<Vec<u8>> {
    let mut out = own("yaml");
    for check in CHECKS {
        out.extend([check.bad, check.good].map(|text| text.as_bytes().to_vec()));
    }
    out.retain(|text| !text.is_empty());
    out
}

pub fn yaml() -> Vec<Vec<u8>> {
    let mut out = own("yaml");
    out.extend(examples().into_iter().step_by(40));
    // Aliases in aliases, each a little deeper.
    let link = |at: usize| format!("- &a{} [[[[[[[[*a{at}]]]]]]]]\n", at + 1);
    let links: String = (0..30).map(link).collect();
    out.push(format!("- &a0 1\n{links}").into_bytes());
    out
}

/// Examples with containers: a fifth of them, for they are much alike.
pub fn pods() -> Vec<Vec<u8>> {
    let mut out = examples();
    out.retain(|text| text.windows(11).any(|word| word == b"containers:"));
    out.into_iter().step_by(5).collect()
}

/// Examples of what is mended, and texts in which it is not certain where.
pub fn mendable() -> Vec<Vec<u8>> {
    let mut out = own("mendable");
    let checks = CHECKS
        .iter()
        .filter(|check| mend::SAFE.iter().any(|(id, _)| *id == check.id));
    out.extend(checks.map(|check| check.bad.as_bytes().to_vec()));
    out
}

pub fn compose() -> Vec<Vec<u8>> {
    own("compose")
}

pub fn quadlets() -> Vec<Vec<u8>> {
    own("quadlets")
}

pub fn allowances() -> Vec<Vec<u8>> {
    own("allowances")
}

pub fn quantities() -> Vec<Vec<u8>> {
    words("quantities")
}

pub fn schedules() -> Vec<Vec<u8>> {
    words("schedules")
}

pub fn traces() -> Vec<Vec<u8>> {
    own("traces")
}
