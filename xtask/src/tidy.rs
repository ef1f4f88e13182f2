//! House rules that can be run. Each says what it protects; see `ARCHITECTURE.md`.

mod floors;
mod lists;
mod sources;

use anyhow::{Result, bail};

use crate::generate;

/// What is wrong: a place and a sentence.
pub type Problems = Vec<String>;

/// Runs every rule and tells all that is wrong at once.
pub fn run() -> Result<()> {
    let mut problems = Problems::new();
    floors::check(&mut problems)?;
    lists::check(&mut problems)?;
    sources::check(&mut problems)?;
    generate::check(&mut problems);
    if problems.is_empty() {
        return Ok(());
    }
    for problem in &problems {
        eprintln!("tidy: {problem}");
    }
    bail!("{} house rules are broken", problems.len())
}
