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

/// Beginnings of tokens that say whose they are, and the least number of letters and digits behind.
const TOKENS: [(&str, usize, &str); 16] = [
    ("AKIA", 16, "key of Amazon Web Services"),
    ("ASIA", 16, "key of Amazon Web Services"),
    ("AIza", 35, "key of Google Cloud"),
    ("ghp_", 36, "token of GitHub"),
    ("gho_", 36, "token of GitHub"),
    ("ghs_", 36, "token of GitHub"),
    ("ghu_", 36, "token of GitHub"),
    ("github_pat_", 22, "token of GitHub"),
    ("glpat-", 20, "token of GitLab"),
    ("xoxb-", 20, "token of Slack"),
    ("xoxp-", 20, "token of Slack"),
    ("sk_live_", 24, "key of Stripe"),
    ("npm_", 36, "token of npm"),
    ("pypi-AgEIcHlwaS5vcmc", 40, "token of PyPI"),
    ("dckr_pat_", 24, "token of Docker Hub"),
    ("hvs.", 24, "token of Vault"),
];

/// Bytes of a text that are looked at for credentials.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Letters of the shortest JSON Web Token: a header, a body and a signature.
const JWT_BYTES_MIN: usize = 60;

/// What credential a text holds that can be told from its form alone.
pub fn credential(text: &str) -> Option<&'static str> {
    let text = text.get(..TEXT_BYTES_MAX).unwrap_or(text);
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("private key");
    }
    let has = |word: &str| text.contains(word);
    if has("client-key-data:") || has("kind: Config\n") && has("token: ") && has("clusters:") {
        return Some("kubeconfig with a credential");
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.split(|c| !is_part(c)).find_map(|word| {
        let begins = |(start, least, whose): &(&str, usize, &'static str)| {
            let rest = word.strip_prefix(start)?;
            let is_token = rest.len() >= *least && rest.chars().all(is_part);
            is_token.then_some(*whose)
        };
        TOKENS
            .iter()
            .find_map(begins)
            .or_else(|| is_jwt(word).then_some("JSON Web Token"))
    })
}

/// Three parts in base64, the first of them a JSON object with the algorithm.
fn is_jwt(word: &str) -> bool {
    let mut parts = word.split('.');
    let (Some(head), Some(body), Some(signature)) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    word.len() >= JWT_BYTES_MIN
        && head.starts_with("eyJ")
        && body.starts_with("eyJ")
        && !signature.is_empty()
        && parts.next().is_none()
}

/// The user of the first URL in a text that carries a password, as `scheme://user:password@host`.
pub fn password_in_url(text: &str) -> Option<&str> {
    let text = text.get(..TEXT_BYTES_MAX).unwrap_or(text);
    text.match_indices("://").find_map(|(at, mark)| {
        let rest = text.get(at + mark.len()..)?;
        let is_end = |c: char| c.is_whitespace() || "/?#\"'<>,".contains(c);
        let authority = rest.split(is_end).next()?;
        let (login, _) = authority.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        let is_filled_in = password.contains(['$', '{', '%', '*']) && !password.contains("%4");
        let plain = password.to_ascii_lowercase();
        let stands_for_one = ["password", "pass", "pwd", "secret", "token"].contains(&&*plain)
            || PLACEHOLDERS.iter().any(|word| plain.contains(word));
        (!password.is_empty() && !is_filled_in && !stands_for_one).then_some(user)
    })
}

#[cfg(test)]
mod tests {
    use super::{credential, is_secret, password_in_url};

    #[test]
    fn credentials_by_their_form() {
        let jwt = format!(
            "{}.{}.{}",
            "eyJhbGciOiJub25lIn0",
            "eyJzdWIiOiJub2JvZHkifQ",
            "n".repeat(43)
        );
        for (text, what) in [
            ("key: AKIANOTAREALKEY12345", "key of Amazon Web Services"),
            ("-----BEGIN EC PRIVATE KEY-----\nAA==", "private key"),
            (&format!("Bearer {jwt}"), "JSON Web Token"),
        ] {
            assert_eq!(credential(text), Some(what), "{text}");
        }
        for text in [
            "AKIA",
            "-----BEGIN CERTIFICATE-----",
            "eyJ",
            "npm_config_cache",
            "client-key: /etc/pki/key.pem",
            "hvs.",
        ] {
            assert_eq!(credential(text), None, "{text}");
        }
    }

    #[test]
    fn passwords_in_urls() {
        for (text, user) in [
            ("postgres://cart:hunter2-not-real@db/cart", "cart"),
            ("a=1 url=redis://:hunter2-not-real@cache:6379", ""),
        ] {
            assert_eq!(password_in_url(text), Some(user), "{text}");
        }
        for text in [
            "https://a.example/@user:name",
            "postgres://cart:$(PASSWORD)@db",
            "postgres://cart:${PASSWORD}@db",
            "postgres://user:password@db",
            "ssh://git@a.example:22/x",
            "https://a.example:443/x@y",
        ] {
            assert_eq!(password_in_url(text), None, "{text}");
        }
    }

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
