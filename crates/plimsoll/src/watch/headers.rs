//! Headers for HTTP outputs, from a file: secrets do not belong on a command line.

use crate::failure::Failure;

/// Reads `Name: value` lines; empty ones and those that begin with `#` are passed over.
pub fn parse(text: &str, name: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut headers = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = || {
            Failure::new(format!("failed to read {name}:{}: no header", number + 1))
                .hint("one `Name: value` a line")
        };
        let (header, value) = line.split_once(':').ok_or_else(wrong)?;
        let is_token = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if header.is_empty() || !header.chars().all(is_token) {
            return Err(wrong());
        }
        headers.push((header.to_owned(), value.trim().to_owned()));
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_and_no_secret_is_said() {
        let headers = parse("# token\nAuthorization: Bearer a:b\n\n", "h").unwrap();
        assert_eq!(
            headers,
            [("Authorization".to_owned(), "Bearer a:b".to_owned())]
        );
        let failure = parse("a: b\nsecret value", "h").unwrap_err();
        assert_eq!(failure.message(), "failed to read h:2: no header");
    }
}
