//! `WWW-Authenticate`: how a registry wants to be asked (RFC 9110, distribution's token scheme).

/// A challenge that we can answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    Basic,
    Bearer {
        /// URL of the token service.
        realm: String,
        service: Option<String>,
        scope: Option<String>,
    },
}

impl Challenge {
    /// The first challenge of a header that we can answer; Bearer before Basic.
    pub fn parse(header: &str) -> Option<Self> {
        let lower = header.to_ascii_lowercase();
        if let Some(start) = lower.find("bearer ") {
            let rest = header.get(start + "bearer ".len()..)?;
            return Some(Self::Bearer {
                realm: parameter(rest, "realm")?,
                service: parameter(rest, "service"),
                scope: parameter(rest, "scope"),
            });
        }
        lower.contains("basic").then_some(Self::Basic)
    }
}

/// The value of `name="value"`, with `\"` inside understood.
fn parameter(text: &str, name: &str) -> Option<String> {
    let mut rest = text;
    loop {
        let (key, after) = rest.split_once('=')?;
        let key = key.trim().trim_start_matches(',').trim();
        let (value, after) = value(after.trim_start())?;
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
}

/// A quoted string or a token, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ']).unwrap_or(text.len());
        return Some((text.get(..end)?.to_owned(), text.get(end..)?));
    };
    let mut out = String::new();
    let mut characters = quoted.char_indices();
    while let Some((position, character)) = characters.next() {
        match character {
            '"' => return Some((out, quoted.get(position + 1..)?)),
            '\\' => out.extend(characters.next().map(|(_, escaped)| escaped)),
            other => out.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let bearer = r#"Bearer realm="https://auth.example/token",service="r.example",scope="repository:a:pull,push""#;
        assert_eq!(
            Challenge::parse(bearer),
            Some(Challenge::Bearer {
                realm: "https://auth.example/token".into(),
                service: Some("r.example".into()),
                scope: Some("repository:a:pull,push".into()),
            })
        );
        assert_eq!(
            Challenge::parse(r#"Basic realm="x""#),
            Some(Challenge::Basic)
        );
        for nothing in [
            "",
            "Negotiate",
            "Bearer",
            "Bearer realm=\"cut",
            "Bearer service=x",
        ] {
            assert_eq!(Challenge::parse(nothing), None, "{nothing}");
        }
    }
}
