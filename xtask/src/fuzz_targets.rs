//! The seeds of the corpora in `fuzz/`, from the list in `plimsoll-fuzz`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use plimsoll_fuzz::{Target, all};

#[derive(clap::Args)]
pub struct Arguments {
    /// Folder of the corpora
    #[arg(long, default_value = "fuzz/corpus")]
    to: PathBuf,
    /// Only these targets
    targets: Vec<String>,
}

/// Writes the seeds of every target, or of those named, and prints `NAME DICTIONARY` for each.
#[expect(clippy::print_stdout, reason = "read by script/fuzz")]
pub fn seed(arguments: &Arguments) -> Result<()> {
    for name in &arguments.targets {
        anyhow::ensure!(
            plimsoll_fuzz::target(name).is_some(),
            "no fuzz target `{name}`; they are listed in crates/plimsoll-fuzz/src/targets"
        );
    }
    let wanted = |target: &&Target| {
        let names = &arguments.targets;
        names.is_empty() || names.iter().any(|name| name == target.name)
    };
    for target in all().filter(wanted) {
        let folder = arguments.to.join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            write(&folder.join(format!("seed-{number}")), seed)?;
        }
        println!("{} {}", target.name, target.dictionary.unwrap_or("-"));
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("failed to write {}", path.display()))
}
