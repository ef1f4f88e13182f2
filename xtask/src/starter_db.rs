//! `cargo xtask starter-db`: makes `data/starter.db`, the advisory database that comes with the
//! program, from the snapshots beside the checkout and a Debian mirror.
//!
//! What goes in, and what does not, is in `docs/starter-database.md`. The same snapshots and
//! changelogs give the same bytes; `data/starter.json` names them by digest.

mod changelogs;
mod choice;
mod inputs;
mod mirror;
mod packages;

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use plimsoll_vuln::{BuildOptions, Builder, Database};

use self::inputs::Inputs;
use crate::workspace;

/// Largest database that may be committed, in bytes.
const STARTER_BYTES_MAX: usize = 8 << 20;

/// The releases of Debian that it knows: codename and `VERSION_ID`.
const SUITES: [(&str, &str); 2] = [("bookworm", "12"), ("trixie", "13")];

#[derive(Args)]
pub struct Arguments {
    /// Folder with the snapshots of feeds (its `advisories` is read)
    #[arg(long, default_value = "../shared/data")]
    data: PathBuf,
    /// Where indexes, packages and changelogs are kept between runs
    #[arg(long, default_value = "target/starter-db")]
    work: PathBuf,
    /// Mirror with `debian` and `debian-security`
    #[arg(long, default_value = "http://deb.debian.org")]
    mirror: String,
    /// Take the changelogs of an earlier run instead of the mirror's
    #[arg(long)]
    offline: bool,
    /// The file to write; `starter.json` goes beside it
    #[arg(long, default_value = "data/starter.db")]
    output: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root();
    let work = root.join(&arguments.work);
    let advisories = root.join(&arguments.data).join("advisories");
    if !advisories.is_dir() {
        bail!(
            "no snapshots in {}: give their folder by --data",
            advisories.display()
        );
    }
    let mut inputs = Inputs::default();
    for (codename, version) in SUITES {
        let facts = if arguments.offline {
            changelogs::kept(&work, codename, version)
        } else {
            changelogs::fetch(&work, &arguments.mirror, codename, version)
        };
        let facts = facts.with_context(|| format!("failed to get the changelogs of {codename}"))?;
        eprintln!(
            "{codename}: {} source packages wanted, {} changelogs, {} missing",
            facts.changed,
            facts.changelogs,
            facts.missing.len()
        );
        inputs.suites.push(facts);
    }
    let mut builder = Builder::new(BuildOptions { facts_only: true });
    choice::add_all(
        &mut builder,
        &advisories,
        &changelogs::folder(&work),
        &mut inputs,
    )?;
    let bytes = builder.finish().context("failed to build")?;
    eprintln!("{} bytes of {STARTER_BYTES_MAX}", bytes.len());
    let database = Database::open(bytes).context("failed to open what was built")?;
    database
        .verify()
        .context("failed to verify what was built")?;
    inputs::tell(&database);
    let output = root.join(&arguments.output);
    if let Some(folder) = output.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&output, database.bytes())?;
    std::fs::write(output.with_extension("json"), inputs.to_json(&database)?)?;
    ensure!(
        database.bytes().len() <= STARTER_BYTES_MAX,
        "the database is larger than {STARTER_BYTES_MAX} bytes"
    );
    Ok(())
}
