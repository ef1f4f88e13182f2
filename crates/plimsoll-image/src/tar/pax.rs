//! Extended headers of POSIX.1-2001 (pax): records of `length key=value\n`.

use super::sparse::PaxSparse;

/// The records that matter here. Others (extended attributes, user names) are passed over.
#[derive(Debug, Default)]
pub struct Pax {
    /// Into the bytes that were parsed; empty where there is no such record.
    pub path: Vec<u8>,
    pub link: Vec<u8>,
    pub size: Option<u64>,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    pub mtime: Option<i64>,
    pub sparse: PaxSparse,
}

impl Pax {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.path.clear();
        self.link.clear();
        self.size = None;
        self.uid = None;
        self.gid = None;
        self.mtime = None;
        self.sparse.clear();
    }

    /// Reads the records of one header. `None` if they are malformed.
    pub fn parse(&mut self, data: &[u8]) -> Option<()> {
        let mut rest = data;
        while !rest.is_empty() {
            // Padding, as some writers leave it.
            if rest.iter().all(|byte| *byte == 0) {
                break;
            }
            let space = rest.iter().take(20).position(|byte| *byte == b' ')?;
            let (len_text, _) = rest.split_at_checked(space)?;
            let len = decimal(len_text).and_then(|len| usize::try_from(len).ok())?;
            let (record, next) = rest.split_at_checked(len)?;
            let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
            let equals = record.iter().position(|byte| *byte == b'=')?;
            let (key, value) = record.split_at_checked(equals)?;
            self.record(key, value.get(1..)?)?;
            rest = next;
        }
        Some(())
    }

    /// An empty value takes the record back.
    fn record(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        match key {
            b"path" => value.clone_into(&mut self.path),
            b"linkpath" => value.clone_into(&mut self.link),
            b"size" => self.size = optional(value, decimal)?,
            b"uid" => self.uid = optional(value, decimal)?.map(|id| id as u32),
            b"gid" => self.gid = optional(value, decimal)?.map(|id| id as u32),
            b"mtime" => self.mtime = optional(value, seconds)?,
            key => {
                if let Some(field) = key.strip_prefix(b"GNU.sparse.") {
                    self.sparse.record(field, value)?;
                }
            }
        }
        Some(())
    }
}

/// `None` for malformed, `Some(None)` for empty.
#[expect(clippy::option_option, reason = "absent and malformed differ")]
fn optional<T>(value: &[u8], parse: impl Fn(&[u8]) -> Option<T>) -> Option<Option<T>> {
    if value.is_empty() {
        return Some(None);
    }
    parse(value).map(Some)
}

/// Digits only.
pub fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |sum, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Seconds with an optional fraction, which is dropped.
fn seconds(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        rest => (1, rest),
    };
    let whole = digits.split(|byte| *byte == b'.').next()?;
    i64::try_from(decimal(whole)?)
        .ok()
        .map(|value| sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(data: &[u8]) -> Option<Pax> {
        let mut pax = Pax::default();
        pax.parse(data).map(|()| pax)
    }

    #[test]
    fn records_are_read_and_others_passed_over() {
        let pax =
            parse(b"16 path=a/b\nc/d\n20 SCHILY.xattr.u=x\n15 size=123456\n21 mtime=-12.5000000\n")
                .unwrap();
        assert_eq!(pax.path, b"a/b\nc/d");
        assert_eq!((pax.size, pax.mtime), (Some(123_456), Some(-12)));
    }

    #[test]
    fn malformed_records_are_refused() {
        for data in [
            &b"99 path=a\n"[..],
            b"10 path=abc",
            b"x path=a\n",
            b"9 pathxab\n",
            b"0 path=a\n",
            b"11 size=1a\n",
            b"99999999999999999999999 path=a\n",
        ] {
            assert!(parse(data).is_none(), "{}", String::from_utf8_lossy(data));
        }
        assert!(parse(b"9 size=1\n\0\0\0").is_some());
    }
}
