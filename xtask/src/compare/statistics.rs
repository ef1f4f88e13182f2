//! Numbers out of repeated runs: medians with their spread, and ratios of runs side by side.

use std::fmt;
use std::time::Duration;

/// What one run of a program cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    pub wall: Duration,
    /// User and system time of the program and of those it waited for.
    pub cpu: Duration,
    /// Peak of resident memory of the largest process, in KiB.
    pub peak_kib: u64,
}

/// Median, smallest and largest of some numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    /// `None` for no numbers.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let upper = *sorted.get(middle)?;
        let median = if sorted.len().is_multiple_of(2) {
            f64::midpoint(*sorted.get(middle - 1)?, upper)
        } else {
            upper
        };
        Some(Self { median, min, max })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = out.precision().unwrap_or(2);
        let Self { median, min, max } = self;
        write!(out, "{median:.places$} ({min:.places$}–{max:.places$})")
    }
}

/// Wall time in seconds.
pub fn wall(samples: &[Sample]) -> Option<Spread> {
    Spread::of(samples.iter().map(|sample| sample.wall.as_secs_f64()))
}

/// Processor time in seconds.
pub fn cpu(samples: &[Sample]) -> Option<Spread> {
    Spread::of(samples.iter().map(|sample| sample.cpu.as_secs_f64()))
}

/// The largest peak, in MiB: a cap has to hold each time.
pub fn peak_mib(samples: &[Sample]) -> u64 {
    let peak = samples.iter().map(|sample| sample.peak_kib).max();
    peak.unwrap_or_default().div_ceil(1024)
}

/// How many times as long `ours` took as `theirs`, round by round: a machine that is slow for a
/// while is so for both.
pub fn ratio(
    ours: &[Sample],
    theirs: &[Sample],
    of: impl Fn(&Sample) -> Duration,
) -> Option<Spread> {
    let rounds = ours.iter().zip(theirs);
    Spread::of(rounds.map(|(ours, theirs)| of(ours).as_secs_f64() / of(theirs).as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(wall_ms: u64, cpu_ms: u64, peak_kib: u64) -> Sample {
        Sample {
            wall: Duration::from_millis(wall_ms),
            cpu: Duration::from_millis(cpu_ms),
            peak_kib,
        }
    }

    #[test]
    fn median_is_in_the_middle_whatever_the_order() {
        let odd = Spread::of([3.0, 1.0, 9.0]).unwrap();
        assert_eq!((odd.median, odd.min, odd.max), (3.0, 1.0, 9.0));
        assert!((Spread::of([4.0, 1.0]).unwrap().median - 2.5).abs() < f64::EPSILON);
        assert_eq!(Spread::of([]), None);
        assert_eq!(format!("{odd:.1}"), "3.0 (1.0–9.0)");
    }

    #[test]
    fn ratios_are_of_runs_in_the_same_round() {
        // The second round was slow for both: the ratio of the medians would be 6.
        let ours = [sample(10, 1, 1), sample(300, 1, 1), sample(60, 1, 1)];
        let theirs = [sample(5, 1, 1), sample(100, 1, 1), sample(10, 1, 1)];
        let ratio = ratio(&ours, &theirs, |sample| sample.wall).unwrap();
        assert!((ratio.median - 3.0).abs() < 1e-9, "{ratio}");
    }

    #[test]
    fn peaks_are_the_worst_and_rounded_up() {
        assert_eq!(peak_mib(&[sample(1, 1, 1024), sample(1, 1, 2049)]), 3);
        assert_eq!(peak_mib(&[]), 0);
    }
}
