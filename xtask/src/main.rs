//! House rules and generated pages. Not shipped.

#![allow(clippy::print_stderr, reason = "a tool for the terminal")]

mod compare;
mod fuzz_targets;
mod generate;
mod manifests;
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
    /// Measure beside other tools and print the tables of docs/benchmarks.md
    Compare(compare::Arguments),
    /// Measure what watching costs, beside no sensor, bpftrace and auditd
    CompareSensor(compare::sensor::Arguments),
    /// Time what `compare` times inside of a process; it starts this in an optimised build
    #[command(hide = true)]
    TimeDatabase {
        database: std::path::PathBuf,
        names: std::path::PathBuf,
    },
    /// Write the seeds of the fuzz targets into their corpora
    FuzzSeeds(fuzz_targets::Arguments),
    /// Write manifests of invented shops, to measure with
    Manifests(manifests::Arguments),
    /// Make the advisory database that comes with the program
    StarterDb(starter_db::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Tidy => tidy::run(),
        Task::Generate => generate::run(),
        Task::Compare(arguments) => compare::run(&arguments),
        Task::CompareSensor(arguments) => compare::sensor::run(&arguments),
        Task::TimeDatabase { database, names } => compare::time_database(&database, &names),
        Task::FuzzSeeds(arguments) => fuzz_targets::seed(&arguments),
        Task::Manifests(arguments) => manifests::run(&arguments),
        Task::StarterDb(arguments) => starter_db::run(&arguments),
    }
}
