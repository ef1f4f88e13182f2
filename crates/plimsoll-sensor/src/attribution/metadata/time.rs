//! Times as engines write them.

/// Nanoseconds since 1970 of a time as RFC 3339 has it; `None` for what is none, and for the year 1
/// that Go writes for no time.
pub fn nanoseconds(text: &str) -> Option<u64> {
    let time: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(time.as_nanosecond())
        .ok()
        .filter(|time| *time > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(nanoseconds("1970-01-01T00:00:01.5Z"), Some(1_500_000_000));
        assert_eq!(
            nanoseconds("1970-01-01T02:00:01+02:00"),
            Some(1_000_000_000)
        );
        assert_eq!(nanoseconds("0001-01-01T00:00:00Z"), None);
        assert_eq!(nanoseconds("soon"), None);
    }
}
