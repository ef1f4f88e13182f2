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
use serde_json::Value;

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
    /// Share of the packages about which something is said, and statements read of each of those.
    pub known: f64,
    pub statements: f64,
}

/// Times in the optimised build of this tool, `target/release/xtask`.
pub fn timed(release: &Path, database: &Path, names: &Path) -> Result<Timed> {
    let output = Command::new(release.join("xtask"))
        .arg("time-database")
        .arg(database)
        .arg(names)
        .output()?;
    ensure!(
        output.status.success(),
        "failed to time the database: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The line that looks a package of a report up: scope and name. Debian's packages are looked up as
/// Ubuntu's, of which there is a whole feed among the snapshots.
pub fn question(package: &Value) -> Option<String> {
    let purl = package.get("purl")?.as_str()?.strip_prefix("pkg:")?;
    let (kind, rest) = purl.split_once('/')?;
    let path = rest.split(['?', '#']).next()?;
    let path = path.rsplit_once('@').map_or(path, |(path, _)| path);
    let path = path.replace("%40", "@");
    let source = package.get("source").and_then(|source| source.get("name"));
    let name = package.get("name")?.as_str()?;
    Some(match kind {
        "deb" => format!(
            "deb:ubuntu:22.04\t{}",
            source.and_then(Value::as_str).unwrap_or(name)
        ),
        "maven" => format!("maven\t{}", path.replace('/', ":")),
        _ => format!("{kind}\t{path}"),
    })
}

/// What the optimised build does: opens the database, and looks up the packages of a file, a line
/// with scope and name each, again and again.
pub fn time(database: &Path, names: &Path) -> Result<Timed> {
    let names = plimsoll_image::read_file_capped(names, DATABASE_BYTES_MAX)?;
    let names = String::from_utf8(names)?;
    let names: Vec<(&str, &str)> = names
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .collect();
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
    let mut counts = Vec::new();
    for (scope, name) in &names {
        counts.push(look_up(&database, &mut Vec::new(), scope, name)?);
    }
    let known = counts.iter().filter(|count| **count > 0).count();
    for _ in 0..ROUNDS {
        let mut key = Vec::new();
        let mut statements = 0;
        let begun = Instant::now();
        for (scope, name) in names.iter().cycle().take(LOOK_UPS) {
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
        known: known as f64 / counts.len().max(1) as f64,
        statements: counts.iter().sum::<usize>() as f64 / known.max(1) as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_become_questions() {
        let of = |package: Value| question(&package).unwrap();
        let library = serde_json::json!({"purl": "pkg:npm/%40babel/core@7.1.0", "name": "core"});
        assert_eq!(of(library), "npm\t@babel/core");
        let jar = serde_json::json!({"purl": "pkg:maven/org.example/tool@1", "name": "tool"});
        assert_eq!(of(jar), "maven\torg.example:tool");
        let debian = serde_json::json!({
            "purl": "pkg:deb/debian/libssl3@3.0.15-1?arch=amd64", "name": "libssl3",
            "source": {"name": "openssl"}
        });
        assert_eq!(of(debian), "deb:ubuntu:22.04\topenssl");
    }
}
