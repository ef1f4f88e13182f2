//! The database of all snapshots: its size, how soon it is open, and look-ups.
//!
//! What is timed inside of a process runs in an optimised build of this tool, which starts itself
//! again for that.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use plimsoll_vuln::Database;
use plimsoll_vuln::bench::look_up;
use serde::{Deserialize, Serialize};

use super::statistics::Spread;
use crate::workspace;

/// Sources and the snapshots they read, all that there are.
const SNAPSHOTS: [(&str, &str); 17] = [
    ("almalinux", "almalinux-osv.tar.zst"),
    ("alpine", "alpine-secdb-2020.tar.zst"),
    ("bitnami", "bitnami-vulndb.tar.zst"),
    ("cve", "vulnrichment-2024-10.tar.zst"),
    ("debian-dsa", "debian-dsa-dla.tar.zst"),
    ("debian-support", "debian-security-support-2026-06.tar.zst"),
    ("ghsa", "osv-ghsa-mined.json.zst"),
    ("go", "govulndb.tar.zst"),
    ("kev", "cisa-kev.tar.zst"),
    ("node", "nodejs-security-wg.tar.zst"),
    ("osv", "k8s-2024.tar.zst"),
    ("packagist", "php-fop.tar.zst"),
    ("pypa", "pypa.tar.zst"),
    ("retirejs", "retirejs.tar.zst"),
    ("rubysec", "rubysec.tar.zst"),
    ("rustsec", "rustsec.tar.zst"),
    ("ubuntu", "ubuntu-cve-tracker.tar.zst"),
];

/// Largest database that is read, in bytes.
const DATABASE_BYTES_MAX: u64 = 1 << 30;
/// Look-ups of one measurement.
const LOOK_UPS: usize = 1_000_000;
const ROUNDS: usize = 7;

/// Packages that are looked up in turn: many have advisories, many do not.
const NAMES: [(&str, &str); 8] = [
    ("deb:ubuntu:22.04", "openssl"),
    ("deb:ubuntu:22.04", "no-such-package"),
    ("deb:ubuntu:20.04", "curl"),
    ("pypi", "django"),
    ("pypi", "no-such-package"),
    ("golang", "stdlib"),
    ("npm", "lodash"),
    ("gem", "rack"),
];

/// Builds the database of the snapshots in `data`, where it is missing; the starter database where
/// there are no snapshots.
pub fn build(program: &Path, data: &Path, folder: &Path) -> Result<PathBuf> {
    let advisories = data.join("advisories");
    if !advisories.is_dir() {
        eprintln!(
            "no snapshots in {}: the starter database is used",
            advisories.display()
        );
        return Ok(workspace::root().join("data/starter.db"));
    }
    let database = folder.join("snapshots.db");
    if !database.exists() {
        eprintln!("building {}", database.display());
        let mut command = Command::new(program);
        command
            .args(["db", "build", "--quiet", "-o"])
            .arg(&database);
        for (source, file) in SNAPSHOTS {
            let path = advisories.join(file);
            command
                .arg("--from")
                .arg(format!("{source}={}", path.display()));
        }
        ensure!(command.status()?.success(), "db build failed");
    }
    Ok(database)
}

/// What was timed inside.
#[derive(Serialize, Deserialize)]
pub struct Timed {
    pub open_us: [f64; 3],
    pub look_ups_per_second: [f64; 3],
}

/// Times in an optimised build of this tool.
pub fn timed(database: &Path) -> Result<Timed> {
    let output = Command::new("cargo")
        .args([
            "run",
            "--release",
            "--quiet",
            "--locked",
            "-p",
            "xtask",
            "--",
            "time-database",
        ])
        .arg(database)
        .current_dir(workspace::root())
        .output()?;
    ensure!(
        output.status.success(),
        "failed to time the database: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// What the optimised build does.
pub fn time(database: &Path) -> Result<Timed> {
    let bytes: &'static [u8] =
        plimsoll_image::read_file_capped(database, DATABASE_BYTES_MAX)?.leak();
    let mut opened = Vec::new();
    for _ in 0..100 {
        let begun = Instant::now();
        let database = Database::open(bytes)?;
        opened.push(begun.elapsed().as_secs_f64() * 1e6);
        drop(database);
    }
    let database = Database::open(bytes)?;
    let mut speeds = Vec::new();
    for _ in 0..ROUNDS {
        let mut key = Vec::new();
        let mut statements = 0;
        let begun = Instant::now();
        for (scope, name) in NAMES.iter().cycle().take(LOOK_UPS) {
            statements += look_up(&database, &mut key, scope, name)?;
        }
        let seconds = begun.elapsed().as_secs_f64();
        ensure!(statements > 0, "nothing was found at all");
        speeds.push(LOOK_UPS as f64 / seconds);
    }
    let three = |spread: Option<Spread>| {
        let Spread { median, min, max } = spread.context("nothing was measured")?;
        anyhow::Ok([median, min, max])
    };
    Ok(Timed {
        open_us: three(Spread::of(opened))?,
        look_ups_per_second: three(Spread::of(speeds))?,
    })
}
