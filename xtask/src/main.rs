//! House rules and generated pages. Not shipped.

#![allow(clippy::print_stderr, reason = "a tool for the terminal")]

mod generate;
mod starter_db;
mod tidy;
mod workspace;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "xtask", about = "House rules and generated pages")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check the house rules: floors, lists against folders, sizes, generated pages
    Tidy,
    /// Write the documentation pages that come from the lists
    Generate,
    /// Make the advisory database that comes with the program
    StarterDb(starter_db::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Tidy => tidy::run(),
        Task::Generate => generate::run(),
        Task::StarterDb(arguments) => starter_db::run(&arguments),
    }
}
