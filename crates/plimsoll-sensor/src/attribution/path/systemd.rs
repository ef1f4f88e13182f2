//! Names of systemd's units: their endings and escapes.

/// Endings of the units that have cgroups.
const ENDINGS: [&str; 7] = [
    ".scope", ".service", ".slice", ".mount", ".socket", ".swap", ".timer",
];

/// The name of a unit without its ending, if it is one.
pub fn unit(name: &str) -> Option<(&str, &str)> {
    ENDINGS
        .iter()
        .find_map(|ending| Some((name.strip_suffix(ending)?, *ending)))
        .filter(|(stem, _)| !stem.is_empty())
}

/// Takes back systemd's escapes: `\x2d` is a hyphen. What is no escape stays.
pub fn unescape(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let (byte, tail) = escape(rest).unwrap_or((*first, tail));
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn escape(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, rest) = bytes.strip_prefix(b"\\x")?.split_first_chunk::<2>()?;
    let text = std::str::from_utf8(digits).ok()?;
    // `from_str_radix` would take a sign.
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    Some((u8::from_str_radix(text, 16).ok()?, rest))
}

/// The user of `user-1000.slice` or `user@1000.service`.
pub fn user(name: &str) -> Option<u32> {
    let digits = name
        .strip_prefix("user-")
        .and_then(|rest| rest.strip_suffix(".slice"))
        .or_else(|| name.strip_prefix("user@")?.strip_suffix(".service"))?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}
