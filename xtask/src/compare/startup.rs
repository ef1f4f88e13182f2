//! How soon the program says something on a terminal, and how large it is.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::images::{Form, Image};
use super::statistics::Spread;
use super::{Setup, contenders};

/// Milliseconds from start to the first byte on a terminal, cold.
pub fn first_output(setup: &Setup, image: &Image) -> Result<Option<Spread>> {
    let mut times = Vec::new();
    let target = format!(
        "docker-archive:{}",
        image.path(Form::DockerArchive).display()
    );
    for _ in 0..setup.rounds.max(20) {
        let cache = setup.scratch.join("cache");
        contenders::forget(&cache)?;
        let mut command = Command::new(&setup.program);
        command
            .args(["scan", &target, "--db"])
            .arg(&setup.database)
            .arg("--cache")
            .arg(&cache);
        times.push(until_first_byte(command)?);
    }
    Ok(Spread::of(times))
}

fn until_first_byte(mut command: Command) -> Result<f64> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    let master = openpt(flags).context("failed to open a terminal")?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    let terminal = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(Path::new(name.to_str()?))?;
    let begun = Instant::now();
    let mut child = command
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(terminal)
        .spawn()?;
    drop(command);
    let mut first = [0];
    let read = fs::File::from(master).read_exact(&mut first);
    let elapsed = begun.elapsed();
    child.kill()?;
    child.wait()?;
    read.context("nothing was said on the terminal")?;
    Ok(elapsed.as_secs_f64() * 1000.0)
}

pub fn binary_bytes(program: &Path) -> Result<u64> {
    Ok(fs::metadata(program)?.len())
}
