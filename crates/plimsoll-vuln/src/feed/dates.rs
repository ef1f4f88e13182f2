//! Dates as feeds write them: RFC 3339, "2023-04-18 20:15:00 UTC", "27 Mar 2023", RFC 2822, and
//! the plain dates of YAML 1.1.

use jiff::fmt::rfc2822;
use plimsoll_model::{Date, Timestamp};

/// The year before which a date can only be a zero value (`0001-01-01T00:00:00Z`).
const YEAR_MIN: i16 = 1980;

/// A point in time. What has no zone counts as UTC; a zone that is only a name (`CET`) is left
/// out, so that such times may be some hours off.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_matches(['"', '\'']);
    if let Ok(exact) = text.parse::<Timestamp>() {
        return plausible(exact);
    }
    if let Some(exact) = numeric_zone(text) {
        return plausible(exact);
    }
    let mut words = text.split([' ', 'T']);
    let day: Date = words.next()?.parse().ok()?;
    let clock = words
        .next()
        .and_then(|word| word.trim_end_matches('Z').parse::<jiff::civil::Time>().ok())
        .unwrap_or_else(jiff::civil::Time::midnight);
    at_utc(day.to_datetime(clock))
}

/// A calendar day; of a point in time its day in UTC.
pub(crate) fn day(text: &str) -> Option<Date> {
    timestamp(text).map(day_of)
}

/// The day, in UTC, of a point in time.
pub(crate) fn day_of(timestamp: Timestamp) -> Date {
    timestamp.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The first moment of a day, in UTC.
pub(crate) fn midnight(day: Date) -> Option<Timestamp> {
    at_utc(day.to_datetime(jiff::civil::Time::midnight()))
}

/// `27 Mar 2023`, as the lists of DSA and DLA have it.
pub(crate) fn day_month_year(text: &str) -> Option<Date> {
    let mut words = text.split_whitespace();
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let month = month_number(month)?;
    Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// `Thu, 01 Jun 2023 12:00:00 +0200`, the end of a Debian changelog entry. The day of the week is
/// not checked, as people get it wrong.
pub(crate) fn mail(text: &str) -> Option<Timestamp> {
    let parser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    if let Ok(exact) = parser.parse_timestamp(text.trim()) {
        return plausible(exact);
    }
    let after_weekday = text.split_once(',').map_or(text, |(_, rest)| rest);
    day_month_year(after_weekday).and_then(midnight)
}

/// RFC 3339 with `+0000` for `+00:00`, or a blank in front of the offset.
fn numeric_zone(text: &str) -> Option<Timestamp> {
    let at = text.rfind(['+', '-']).filter(|at| *at > 10)?;
    let (clock, zone) = text.split_at_checked(at)?;
    let (sign, digits) = zone.split_at_checked(1)?;
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = minutes.trim_start_matches(':');
    let minutes = if minutes.is_empty() { "00" } else { minutes };
    format!("{}{sign}{hours}:{minutes}", clock.trim_end())
        .parse()
        .ok()
}

fn at_utc(moment: jiff::civil::DateTime) -> Option<Timestamp> {
    moment
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .and_then(|zoned| plausible(zoned.timestamp()))
}

fn plausible(timestamp: Timestamp) -> Option<Timestamp> {
    (day_of(timestamp).year() >= YEAR_MIN).then_some(timestamp)
}

fn month_number(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let start = word.get(..3)?.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| *month == start)?;
    i8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        timestamp(text).map(|time| time.to_string())
    }

    #[test]
    fn the_forms_that_feeds_use() {
        for (text, expected) in [
            ("2024-08-07T17:22:10.804411Z", "2024-08-07T17:22:10.804411Z"),
            ("2023-04-18 20:15:00 UTC", "2023-04-18T20:15:00Z"),
            ("2023-04-18 20:15:00", "2023-04-18T20:15:00Z"),
            ("2014-04-07 16:00:00 +0000", "2014-04-07T16:00:00Z"),
            ("2024-01-01T00:00:00+0000", "2024-01-01T00:00:00Z"),
            ("2012-07-20 18:05 CET", "2012-07-20T18:05:00Z"),
            ("2023-04-18", "2023-04-18T00:00:00Z"),
            ("'2016-12-31 08:00:00'", "2016-12-31T08:00:00Z"),
            ("2016-03-01T10:00:00+02:00", "2016-03-01T08:00:00Z"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn zero_values_and_nonsense_are_no_dates() {
        for text in [
            "0001-01-01T00:00:00Z",
            "",
            "~",
            "unknown",
            "2023-13-45",
            "2023",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn lists_and_mails() {
        assert_eq!(day_month_year("27 Mar 2023"), Date::new(2023, 3, 27).ok());
        assert_eq!(day_month_year("Mar 2023"), None);
        let time = |text| mail(text).map(|time| time.to_string());
        assert_eq!(
            time("Thu, 01 Jun 2023 12:00:00 +0200").as_deref(),
            Some("2023-06-01T10:00:00Z")
        );
        // The wrong day of the week, and a clock that does not exist.
        assert_eq!(
            time("Mon, 01 Jun 2023 12:00:00 +0200").as_deref(),
            Some("2023-06-01T10:00:00Z")
        );
        assert_eq!(
            time("Thu,  1 Jun 2023 25:00:00 +0200").as_deref(),
            Some("2023-06-01T00:00:00Z")
        );
    }
}
