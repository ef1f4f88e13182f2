//! Runs a program once and tells what it cost, by GNU time (Debian's package `time`).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::statistics::Sample;

const TIME: &str = "/usr/bin/time";

/// A program with its arguments.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    /// Exit codes that mean that it did its work.
    pub success: &'static [i32],
}

impl Invocation {
    pub fn new(program: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
            environment: Vec::new(),
            success: &[0],
        }
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub const fn success(mut self, codes: &'static [i32]) -> Self {
        self.success = codes;
        self
    }

    /// Runs it and gives what it wrote to standard output, and what that cost.
    pub fn run(&self, scratch: &Path) -> Result<(Vec<u8>, Sample)> {
        let record = scratch.join("time");
        let mut command = Command::new(TIME);
        command
            .arg("-q")
            .args(["-f", "%U %S %M", "-o"])
            .arg(&record)
            .arg(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let begun = Instant::now();
        let output = command
            .output()
            .with_context(|| format!("failed to run {TIME}: install Debian's package `time`"))?;
        let wall = begun.elapsed();
        let code = output.status.code().unwrap_or(-1);
        if !self.success.contains(&code) {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().rev().take(3).collect::<Vec<_>>().join(" / ");
            bail!("{} exited with {code}: {last}", self.program.display());
        }
        let text = plimsoll_image::read_file_capped(&record, 1 << 16)
            .context("failed to read what `time` wrote")?;
        let (cpu, peak_kib) = parse(&String::from_utf8_lossy(&text))
            .with_context(|| format!("unexpected output of {TIME}"))?;
        let sample = Sample {
            wall,
            cpu,
            peak_kib,
        };
        Ok((output.stdout, sample))
    }
}

/// Reads `user system kilobytes`.
fn parse(text: &str) -> Option<(Duration, u64)> {
    let mut words = text.split_whitespace();
    let user: f64 = words.next()?.parse().ok()?;
    let system: f64 = words.next()?.parse().ok()?;
    let peak_kib = words.next()?.parse().ok()?;
    let cpu = Duration::try_from_secs_f64(user + system).ok()?;
    words.next().is_none().then_some((cpu, peak_kib))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_time_is_read() {
        let (cpu, peak) = parse("1.25 0.50 20480\n").unwrap();
        assert_eq!((cpu.as_millis(), peak), (1750, 20480));
        for broken in ["", "1.0 2.0", "1.0 2.0 x", "-1.0 0.0 5", "1 2 3 4"] {
            assert!(parse(broken).is_none(), "{broken}");
        }
    }
}
