//! How long after an act its alert is there to be read.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::watchers::watch;
use super::{Setup, Spread};

const ACTS: usize = 100;
/// Acts are this far apart, so that each finds the sensor asleep.
const PAUSE: Duration = Duration::from_millis(130);
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads `/etc/shadow` again and again, and waits for the line of each.
pub fn measure(setup: &Setup) -> Result<String> {
    let mut watching = watch(
        setup,
        &[
            "--dedupe",
            "0",
            "--alerts-max",
            "rule=6000,container=6000,total=6000",
        ],
        Stdio::piped(),
    )?;
    let out = watching.take_stdout().context("no pipe to plimsoll")?;
    let (sender, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if line.contains("shadow") && sender.send(Instant::now()).is_err() {
                break;
            }
        }
    });
    let mut waits = Vec::new();
    for _ in 0..ACTS {
        thread::sleep(PAUSE);
        while lines.try_recv().is_ok() {}
        let act = Instant::now();
        drop(File::open("/etc/shadow").context("failed to read /etc/shadow")?);
        let Ok(told) = lines.recv_timeout(PATIENCE) else {
            continue;
        };
        waits.push(told.saturating_duration_since(act).as_secs_f64() * 1000.0);
    }
    watching.finish()?;
    let _ = reader.join();
    ensure!(
        !waits.is_empty(),
        "no alert came: do the rules know `/etc/shadow`?"
    );
    let count = waits.len();
    let spread = Spread::of(waits).context("no alert came")?;
    Ok(format!(
        "### An alert after its act\n\n{count} of {ACTS} acts told; {spread:.1} ms from before the act until the line is read.\n"
    ))
}
