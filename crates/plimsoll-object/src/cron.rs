//! Schedules of CronJobs, by the rules of the reader that Kubernetes calls.
//!
//! Five fields or a word such as `@daily`. Zones in the schedule (`TZ=…`) are refused, as the API
//! server refuses them since 1.25. Days of the week end with 6: 7 is no Sunday here.
//! Specification: `ParseStandard` of `github.com/robfig/cron/v3`.

/// The longest schedule that is looked at, in bytes.
const TEXT_BYTES_MAX: usize = 1024;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// Days that a month has at most.
const MONTH_DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// One of the five fields.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    /// Names from `least` on.
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        least: 0,
        most: 59,
        names: &[],
    },
    Field {
        name: "hour",
        least: 0,
        most: 23,
        names: &[],
    },
    Field {
        name: "day of the month",
        least: 1,
        most: 31,
        names: &[],
    },
    Field {
        name: "month",
        least: 1,
        most: 12,
        names: &MONTHS,
    },
    Field {
        name: "day of the week",
        least: 0,
        most: 6,
        names: &DAYS,
    },
];

/// A schedule that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// No day is ever the one: 30 February.
    pub never: bool,
}

/// The values that a field names, as bits, and whether it names all by a star.
#[derive(Clone, Copy, Default)]
struct Values {
    bits: u64,
    star: bool,
}

/// Reads a schedule.
///
/// # Errors
/// What is wrong with it, for people: `minute 70 is more than 59`.
pub fn parse(text: &str) -> Result<Schedule, String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!("it is longer than {TEXT_BYTES_MAX} bytes"));
    }
    if text.contains("TZ") {
        return Err("a time zone belongs into `timeZone`".to_owned());
    }
    if let Some(word) = text.strip_prefix('@') {
        return descriptor(word);
    }
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Err(format!("it has {} fields, not 5", parts.len()));
    }
    let mut values = [Values::default(); 5];
    for ((value, field), part) in values.iter_mut().zip(&FIELDS).zip(parts) {
        *value = read(part, field)?;
    }
    let [_, _, day, month, week_day] = values;
    let possible = MONTH_DAYS.iter().zip(1..).any(|(days, number)| {
        month.bits & (1 << number) != 0 && (1..=*days).any(|one| day.bits & (1 << one) != 0)
    });
    // Where neither is a star either of them is enough.
    let either = !day.star && !week_day.star && week_day.bits != 0 && month.bits != 0;
    let is_empty = values.iter().any(|value| value.bits == 0) && !either;
    Ok(Schedule {
        never: is_empty || !(possible || either),
    })
}

fn descriptor(word: &str) -> Result<Schedule, String> {
    let known = [
        "yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly",
    ];
    let interval = word.strip_prefix("every ");
    if known.contains(&word) || interval.is_some_and(is_duration) {
        return Ok(Schedule { never: false });
    }
    Err(match interval {
        Some(interval) => format!("`{interval}` is no duration"),
        None => format!("`@{word}` is not known"),
    })
}

/// A duration as Go writes it: `1h30m`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let whole = rest.len() - number.len();
        let (fraction, unit) = match number.strip_prefix('.') {
            Some(after) => {
                let unit = after.trim_start_matches(|c: char| c.is_ascii_digit());
                (after.len() - unit.len(), unit)
            }
            None => (0, number),
        };
        if whole + fraction == 0 {
            return false;
        }
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        let end = unit
            .find(|c: char| c == '.' || c.is_ascii_digit())
            .unwrap_or(unit.len());
        let (unit, after) = unit.split_at(end);
        if !units.contains(&unit) {
            return false;
        }
        rest = after;
    }
    true
}

fn read(part: &str, field: &Field) -> Result<Values, String> {
    let mut out = Values::default();
    for range in part.split(',').filter(|range| !range.is_empty()) {
        let values = read_range(range, field)?;
        out.bits |= values.bits;
        out.star |= values.star;
    }
    Ok(out)
}

fn read_range(range: &str, field: &Field) -> Result<Values, String> {
    let wrong = || format!("{} `{range}` cannot be read", field.name);
    let mut by_step = range.split('/');
    let ends: Vec<&str> = by_step.next().unwrap_or_default().split('-').collect();
    let mut star = matches!(ends.first(), Some(&("*" | "?")));
    let (first, mut last) = match ends.as_slice() {
        _ if star => (field.least, field.most),
        [one] => {
            let one = number(one, field).ok_or_else(wrong)?;
            (one, one)
        }
        [first, last] => (
            number(first, field).ok_or_else(wrong)?,
            number(last, field).ok_or_else(wrong)?,
        ),
        _ => return Err(wrong()),
    };
    let step = match by_step.next() {
        None => 1,
        Some(step) => {
            let step = plain(step).ok_or_else(wrong)?;
            if ends.len() == 1 {
                last = field.most;
            }
            star = star && step <= 1;
            step
        }
    };
    if by_step.next().is_some() || step == 0 {
        return Err(wrong());
    }
    if first < field.least {
        return Err(format!(
            "{} {first} is less than {}",
            field.name, field.least
        ));
    }
    if last > field.most {
        return Err(format!("{} {last} is more than {}", field.name, field.most));
    }
    if first > last {
        return Err(format!("{} `{range}` ends before it begins", field.name));
    }
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    let bits = (first..=last)
        .step_by(step)
        .fold(0, |bits, value| bits | 1_u64 << value);
    Ok(Values { bits, star })
}

fn number(text: &str, field: &Field) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    let named = field.names.iter().zip(field.least..);
    let mut named = named.filter(|(name, _)| **name == lower);
    named.next().map(|(_, value)| value).or_else(|| plain(text))
}

fn plain(text: &str) -> Option<u32> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_kubernetes_reads() {
        for text in [
            "* * * * *",
            "*/15 0-6 1,15 * mon-fri",
            "0 0 * JAN,dec ?",
            "5/10 * * * 0-6/2",
            "  0  3 * * * ",
            "@daily",
            "@every 1h30m",
            "1,,2 * * * *",
            "+5 * * * *",
        ] {
            assert_eq!(parse(text), Ok(Schedule { never: false }), "{text}");
        }
    }

    #[test]
    fn refuses_what_kubernetes_refuses() {
        for text in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "* * * * mon-sun",
            "5-1 * * * *",
            "*/0 * * * *",
            "1-2-3 * * * *",
            "1/2/3 * * * *",
            "-1 * * * *",
            "a * * * *",
            "@reboot",
            "@every day",
            "@every",
            "TZ=UTC 0 0 * * *",
            "CRON_TZ=UTC 0 0 * * *",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn knows_days_that_never_come() {
        for (text, never) in [
            ("0 0 30 2 *", true),
            ("0 0 31 4,6,9,11 *", true),
            ("0 0 29 2 *", false),
            ("0 0 30 2 mon", false),
            ("0 0 31 * *", false),
        ] {
            assert_eq!(parse(text), Ok(Schedule { never }), "{text}");
        }
    }
}
