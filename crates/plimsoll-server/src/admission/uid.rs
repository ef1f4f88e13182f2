//! The uid of a review that is not read as a whole: the API server takes an answer only with it.

/// Deepest nesting that is followed.
const DEPTH_MAX: usize = 128;
/// Longest uid, in bytes; Kubernetes' own have 36.
pub(super) const UID_BYTES_MAX: usize = 128;

/// `request.uid` in the first bytes of a review, however it goes on; `None` where they do not get that
/// far or are no JSON so far.
pub fn uid_in(bytes: &[u8]) -> Option<&str> {
    let mut rest = Scanner { bytes, at: 0 };
    let mut is_object: Vec<bool> = Vec::new();
    // The key that the next value belongs to, at the two levels that matter.
    let mut in_request = false;
    let mut takes_key = false;
    let mut key: &[u8] = b"";
    while let Some(byte) = rest.next() {
        match byte {
            b'{' | b'[' => {
                if is_object.len() == DEPTH_MAX {
                    return None;
                }
                in_request |= byte == b'{' && is_object.len() == 1 && key == b"request";
                is_object.push(byte == b'{');
                takes_key = byte == b'{';
                key = b"";
            }
            b'}' | b']' => {
                is_object.pop()?;
                if is_object.len() == 1 {
                    in_request = false;
                }
                takes_key = false;
            }
            b',' => takes_key = is_object.last().copied().unwrap_or_default(),
            b'"' => {
                let text = rest.text()?;
                if takes_key {
                    key = text;
                    takes_key = false;
                } else if in_request && is_object.len() == 2 && key == b"uid" {
                    let uid = std::str::from_utf8(text).ok()?;
                    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
                    let is_fine = (1..=UID_BYTES_MAX).contains(&uid.len());
                    return (is_fine && uid.bytes().all(is_plain)).then_some(uid);
                }
            }
            _ => {}
        }
    }
    None
}

struct Scanner<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Scanner<'b> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        byte
    }

    /// The text behind a quotation mark, escapes as they stand.
    fn text(&mut self) -> Option<&'b [u8]> {
        let from = self.at;
        loop {
            match self.next()? {
                b'"' => return self.bytes.get(from..self.at - 1),
                b'\\' => {
                    self.next()?;
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_uid_of_the_request_counts() {
        for (text, uid) in [
            (
                r#"{"kind":"AdmissionReview","request":{"uid":"a-1","object":{"#,
                Some("a-1"),
            ),
            (
                r#"{"request":{"object":{"uid":"no","x":["uid","no"]},"uid":"yes""#,
                Some("yes"),
            ),
            (
                r#"{"uid":"no","other":{"uid":"no"},"request":{"uid":"yes"}}"#,
                Some("yes"),
            ),
            (r#"{"x":{"request":{"uid":"no"}}}"#, None),
            (r#"{"request":[{"uid":"no"}]}"#, None),
            (r#"{"request":{"a\"":"\\","uid" : "yes"}}"#, Some("yes")),
            (r#"{"request":{"uid":"half"#, None),
            (r#"{"request":{"uid":"a\u0041"}}"#, None),
            (r#"{"request":{"uid":""}}"#, None),
            (r#"{"request":{"uid":7}}"#, None),
            (r#"{"request":{"name":"uid","user":"no"}}"#, None),
            ("}}}", None),
            ("", None),
        ] {
            assert_eq!(uid_in(text.as_bytes()), uid, "{text}");
        }
        let deep = format!("{}\"request\"", "[".repeat(1 << 20));
        assert_eq!(uid_in(deep.as_bytes()), None);
    }
}
