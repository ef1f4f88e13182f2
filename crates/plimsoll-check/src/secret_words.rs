//! Whether a name and a value look like a secret that was written down.

/// Words in names of secrets.
const WORDS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "privatekey",
    "private_key",
    "private-key",
    "access_key",
    "accesskey",
    "credential",
];
/// Endings of names that tell where a secret is, how long it is or whether there is one.
const ENDINGS: [&str; 20] = [
    "file",
    "path",
    "dir",
    "name",
    "url",
    "uri",
    "id",
    "length",
    "ttl",
    "expiry",
    "expiration",
    "enabled",
    "type",
    "policy",
    "header",
    "ref",
    "timeout",
    "version",
    "format",
    "endpoint",
];
/// Values that stand for nothing yet, or for another thing's value.
const PLACEHOLDERS: [&str; 9] = [
    "changeme",
    "change-me",
    "replace",
    "example",
    "placeholder",
    "todo",
    "none",
    "true",
    "false",
];

/// Shortest value that is taken for a secret, in bytes.
const VALUE_BYTES_MIN: usize = 4;

/// Whether a value of this name is a secret, as far as can be told.
pub fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if !WORDS.iter().any(|word| name.contains(word)) {
        return false;
    }
    if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return false;
    }
    let value = value.trim();
    let plain = value.to_ascii_lowercase();
    let refers = value.starts_with("$(")
        || value.contains("${")
        || value.contains("{{")
        || value.starts_with('/')
        || value.starts_with('<')
        || value.contains("://") && !value.contains('@');
    value.len() >= VALUE_BYTES_MIN
        && !refers
        && value.parse::<f64>().is_err()
        && !PLACEHOLDERS.iter().any(|word| plain.contains(word))
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn secrets_and_what_only_sounds_like_one() {
        for (name, value) in [
            ("DB_PASSWORD", "correct-horse"),
            ("api-key", "a1b2c3d4"),
            ("mysql.root.passwd", "s3cret"),
        ] {
            assert!(is_secret(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("DB_PASSWORD_FILE", "/run/secrets/db"),
            ("DB_PASSWORD", "$(OTHER)"),
            ("DB_PASSWORD", "${OTHER}"),
            ("DB_PASSWORD", ""),
            ("TOKEN_TTL", "3600"),
            ("TOKEN", "3600"),
            ("SECRET_NAME", "cart-tls"),
            ("PASSWORD", "changeme"),
            ("HOST", "correct-horse"),
        ] {
            assert!(!is_secret(name, value), "{name}={value}");
        }
    }
}
