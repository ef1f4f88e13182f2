//! Whether a name and a value look like a secret that was written down.

/// Words in names of secrets.
const WORDS: [&str; 16] = [
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
    // Redis.
    "requirepass",
    "masterauth",
];
/// Endings of names that tell where a secret is, how long it is or whether there is one.
const ENDINGS: [&str; 22] = [
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
    // Of etcd, which calls a cluster's name so.
    "cluster-token",
    "cluster_token",
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

/// As much of a text as is looked at.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// What credential a text holds that can be told from its form alone.
pub fn credential(text: &str) -> Option<&'static str> {
    let text = beginning(text);
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

/// Endings of names in configuration files that leave no doubt: a `token` may be a word of a language,
/// and a `secret` the name of one.
const SURE_ENDINGS: [&str; 16] = [
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "api_key",
    "api-key",
    "secretkey",
    "secret_key",
    "secret-key",
    "accesskey",
    "access-key",
    "clientsecret",
    "client_secret",
    "client-secret",
    "auth_token",
    "access_token",
];

/// The name of the first secret of a configuration file: `name=value` or `name: value`.
pub fn secret_in_text(text: &str) -> Option<&str> {
    let text = beginning(text);
    text.lines().find_map(|line| {
        let line = line.trim_start();
        let at = line.find(['=', ':'])?;
        let name = line.get(..at)?.trim_matches(['"', '\'', ' ', '-']);
        let value = line.get(at + 1..)?.trim().trim_end_matches([',', ';']);
        let value = value.trim_matches(['"', '\'']);
        let is_sure = SURE_ENDINGS
            .iter()
            .any(|ending| name.to_ascii_lowercase().ends_with(ending));
        // A word alone may say of what kind it is, or whether there is one.
        let is_made_up = value.contains(|c: char| c.is_ascii_digit());
        let is_plain = !value.contains(char::is_whitespace)
            && !value.starts_with(['$', '%', '{', '[', '&', '*', '!', '|', '>', '@']);
        let is_comment = line.starts_with(['#', ';']) || line.starts_with("//");
        (is_sure && is_made_up && is_plain && !is_comment && is_secret(name, value)).then_some(name)
    })
}

/// The user of the first URL in a text that carries a password, as `scheme://user:password@host`.
pub fn password_in_url(text: &str) -> Option<&str> {
    let text = beginning(text);
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
    use super::{credential, is_secret, password_in_url, secret_in_text};

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
    fn secrets_of_configuration_files() {
        for (text, found) in [
            ("a=1\ndb.password = hunter2-not-real\n", Some("db.password")),
            (
                "- smtp_password: \"hunter2-not-real\"",
                Some("smtp_password"),
            ),
            ("\"apiKey\": \"n0t-a-real-key\",", Some("apiKey")),
            ("password=${PASSWORD1}", None),
            ("# password=hunter2", None),
            ("password: string", None),
            ("tokenizer: standard2", None),
            ("existingSecret: cart-2", None),
            ("password: see page 2", None),
        ] {
            assert_eq!(secret_in_text(text), found, "{text}");
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
            ("initial-cluster-token", "etcd-cluster-1"),
        ] {
            assert!(!is_secret(name, value), "{name}={value}");
        }
    }
}
