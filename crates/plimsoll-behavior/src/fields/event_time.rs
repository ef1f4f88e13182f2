//! `evt.time*`, `evt.rawtime*`: when it happened. Times of day are UTC.

use super::build::FROM_EVENT;
use super::{Field, Value};
use crate::state::Moment;

const SECOND: u64 = 1_000_000_000;

pub const FIELDS: &[Field] = &[
    Field::text("evt.time", FROM_EVENT).is("time of day with nanoseconds, UTC", |m, _, out| {
        clock(m, out);
        nanoseconds(m, out);
        Value::Text(out)
    }),
    Field::text("evt.time.s", FROM_EVENT).is("time of day, UTC", |m, _, out| {
        clock(m, out);
        Value::Text(out)
    }),
    Field::text("evt.time.iso8601", FROM_EVENT).is(
        "date and time as ISO 8601 has them, UTC",
        |m, _, out| {
            date(m, out);
            out.push(b'T');
            clock(m, out);
            nanoseconds(m, out);
            out.extend_from_slice(b"+0000");
            Value::Text(out)
        },
    ),
    Field::text("evt.datetime", FROM_EVENT).is(
        "date and time with nanoseconds, UTC",
        |m, _, out| {
            date(m, out);
            out.push(b' ');
            clock(m, out);
            nanoseconds(m, out);
            Value::Text(out)
        },
    ),
    Field::text("evt.datetime.s", FROM_EVENT).is("date and time, UTC", |m, _, out| {
        date(m, out);
        out.push(b' ');
        clock(m, out);
        Value::Text(out)
    }),
    Field::text("evt.outputtime", FROM_EVENT).is("the same as `evt.time`", |m, _, out| {
        clock(m, out);
        nanoseconds(m, out);
        Value::Text(out)
    }),
    Field::time("evt.rawtime", FROM_EVENT).is("nanoseconds since 1970", |m, _, _| {
        Value::Unsigned(m.wall_ns())
    }),
    Field::time("evt.rawtime.s", FROM_EVENT).is("seconds since 1970", |m, _, _| {
        Value::Unsigned(m.wall_ns() / SECOND)
    }),
    Field::time("evt.rawtime.ns", FROM_EVENT).is("nanoseconds in the second", |m, _, _| {
        Value::Unsigned(m.wall_ns() % SECOND)
    }),
    Field::time("evt.reltime", FROM_EVENT).is("nanoseconds since the machine booted", |m, _, _| {
        Value::Unsigned(m.record.time_ns)
    }),
    Field::time("evt.reltime.s", FROM_EVENT).is("seconds since the machine booted", |m, _, _| {
        Value::Unsigned(m.record.time_ns / SECOND)
    }),
    Field::time("evt.reltime.ns", FROM_EVENT).is("nanoseconds in that second", |m, _, _| {
        Value::Unsigned(m.record.time_ns % SECOND)
    }),
];

fn clock(moment: &Moment<'_>, out: &mut Vec<u8>) {
    let seconds = moment.wall_ns() / SECOND % 86_400;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    out.extend_from_slice(format!("{hours:02}:{minutes:02}:{:02}", seconds % 60).as_bytes());
}

fn nanoseconds(moment: &Moment<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(format!(".{:09}", moment.wall_ns() % SECOND).as_bytes());
}

fn date(moment: &Moment<'_>, out: &mut Vec<u8>) {
    let (year, month, day) = civil(moment.wall_ns() / SECOND / 86_400);
    out.extend_from_slice(format!("{year:04}-{month:02}-{day:02}").as_bytes());
}

/// Year, month and day of a day since 1970, in the Gregorian calendar. Years begin in March here, so
/// that the leap day is the last.
const fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_have_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(59), (1970, 3, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(11_017), (2000, 3, 1));
        assert_eq!(civil(20_779), (2026, 11, 22));
    }
}
