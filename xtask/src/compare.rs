//! `cargo xtask compare`: measures Plimsoll beside its peers on real images, and prints the tables
//! of `docs/benchmarks.md`.
//!
//! Everything runs offline and in turn, so that a noisy machine is noisy for all; what counts are
//! the ratios. The images and the peers come from `script/comparison-images`, or peers from PATH. A
//! peer that is not here is named as missing, not left out in silence.

mod again;
mod cold;
mod command;
mod contenders;
mod database;
mod floor;
mod heavy;
mod images;
mod inventory;
pub mod sensor;
mod startup;
mod statistics;
mod table;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use self::command::Invocation;
use self::contenders::Found;
use self::images::{Form, Image};
use crate::workspace;

#[derive(Args)]
pub struct Arguments {
    /// Folder of the images; made by `script/comparison-images` where it is not given
    folder: Option<PathBuf>,
    /// Rounds of each measurement
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Folder with the snapshots of feeds (its `advisories` is read)
    #[arg(long, default_value = "../shared/data")]
    data: PathBuf,
    /// The program to measure; built by `cargo build --release` where it is not given
    #[arg(long)]
    program: Option<PathBuf>,
    /// Measure these parts only
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Images to look at
    #[arg(long, value_delimiter = ',')]
    image: Vec<String>,
    /// Let nothing else on this machine disturb: everybody runs under the real-time scheduler
    #[arg(long)]
    realtime: bool,
    /// Also list the packages that only one of the tools finds
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Cold,
    Again,
    Startup,
    Database,
    Heavy,
    Packages,
}

/// What every measurement needs.
pub struct Setup {
    program: PathBuf,
    /// Folder of the optimised builds.
    release: PathBuf,
    database: PathBuf,
    peers: Vec<Found>,
    rounds: usize,
    scratch: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let folder = match &arguments.folder {
        Some(folder) => folder.canonicalize().context("failed to find the images")?,
        None => make_images()?,
    };
    // Also where another program is measured: it is built with what times the database.
    let release = build()?;
    let program = match &arguments.program {
        Some(program) => program
            .canonicalize()
            .context("failed to find the program")?,
        None => release.join("plimsoll"),
    };
    let data = workspace::root().join(&arguments.data);
    let database = database::build(&program, &data, &folder)?;
    let (peers, missing) = contenders::find(&folder.join("tools/bin"));
    if arguments.realtime {
        take_priority()?;
    }
    let scratch = folder.join("scratch");
    contenders::forget(&scratch)?;
    let setup = Setup {
        program,
        release,
        database,
        peers,
        rounds: arguments.rounds,
        scratch,
    };
    let mut images = Image::all(&folder)?;
    images.retain(|image| {
        arguments.image.is_empty() || arguments.image.iter().any(|name| name == image.name)
    });
    say(&conditions(&setup, &images, &missing)?)?;
    if arguments.realtime {
        say(
            "Everybody ran under the real-time scheduler (`chrt --fifo 1`), so that other work on the machine waited.\n",
        )?;
    }
    let wanted = |part: Part| arguments.only.is_empty() || arguments.only.contains(&part);
    if wanted(Part::Cold) {
        cold(&setup, &images)?;
    }
    if wanted(Part::Again) {
        let all = images.iter().map(|image| again::measure(&setup, image));
        say(&format!(
            "## Again\n\n{}",
            table::again(&all.collect::<Result<Vec<_>>>()?)
        ))?;
    }
    if wanted(Part::Startup) {
        startup(&setup, &images)?;
    }
    if wanted(Part::Database) {
        database_figures(&setup, &images)?;
    }
    if wanted(Part::Heavy) {
        heavy(&setup, &folder)?;
    }
    if wanted(Part::Packages) {
        packages(&setup, &images, arguments.list)?;
    }
    std::fs::remove_dir_all(&setup.scratch)?;
    Ok(())
}

/// What the optimised build of this tool is started for.
pub fn time_database(database: &Path, names: &Path) -> Result<()> {
    say(&serde_json::to_string(&database::time(database, names)?)?)
}

/// Data goes to standard output, talk to standard error.
fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("failed to print")
}

fn make_images() -> Result<PathBuf> {
    let output = Command::new("script/comparison-images")
        .current_dir(workspace::root())
        .stderr(std::process::Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "script/comparison-images failed");
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim_end()))
}

/// Builds what is measured, and this tool, both optimised. Together, so that their dependencies are
/// built once. Gives the folder.
fn build() -> Result<PathBuf> {
    let root = workspace::root();
    let status = Command::new("cargo")
        .args(["build", "--release", "--locked", "--quiet"])
        .args(["-p", "plimsoll", "-p", "xtask"])
        .current_dir(&root)
        .status()?;
    ensure!(status.success(), "cargo build failed");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release"))
}

/// Puts this process, and so all that it starts, before everything else on the machine.
fn take_priority() -> Result<()> {
    let output = Command::new("chrt")
        .args(["--fifo", "--pid", "1"])
        .arg(std::process::id().to_string())
        .output()
        .context("failed to run chrt")?;
    ensure!(
        output.status.success(),
        "chrt failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// Machine, versions, and what is missing.
fn conditions(setup: &Setup, images: &[Image], missing: &[String]) -> Result<String> {
    let mut lines = vec![format!("Machine: {}.", machine())];
    let peers = setup
        .peers
        .iter()
        .map(|found| format!("{} {}", found.peer.name(), found.version));
    lines.push(format!("Peers: {}.", peers.collect::<Vec<_>>().join(", ")));
    lines.extend(missing.iter().map(|line| format!("Missing: {line}.")));
    lines.push(format!(
        "Medians of {} rounds in turn (smallest–largest).",
        setup.rounds
    ));
    for image in images {
        let [archive, layout] = Form::ALL.map(|form| image.bytes(form));
        lines.push(format!(
            "- `{}`: {}; layers {:.0} MB, {:.0} MB gzip",
            image.name,
            image.what,
            archive? as f64 / 1e6,
            layout? as f64 / 1e6
        ));
    }
    Ok(lines.join("\n") + "\n")
}

fn machine() -> String {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        output
            .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
            .unwrap_or_default()
    };
    let lscpu = said("lscpu", &[]);
    let model = lscpu
        .lines()
        .find_map(|line| line.strip_prefix("Model name:"));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let system = said("sh", &["-c", ". /etc/os-release; echo \"$PRETTY_NAME\""]);
    let kernel = said("uname", &["-r"]);
    format!(
        "{}, {cores} cores, {system}, Linux {kernel}",
        model.unwrap_or("unknown processor").trim()
    )
}

fn cold(setup: &Setup, images: &[Image]) -> Result<()> {
    let mut all = Vec::new();
    say("## Cold\n")?;
    for image in images {
        for form in Form::ALL {
            let measured = cold::measure(setup, image, form)?;
            say(&table::cold(&measured, floor::description(form)))?;
            all.push(measured);
        }
    }
    say(&format!(
        "### Against the targets\n\n{}",
        table::targets(&all)
    ))
}

fn startup(setup: &Setup, images: &[Image]) -> Result<()> {
    let Some(image) = images.first() else {
        return Ok(());
    };
    let first = startup::first_output(setup, image)?;
    let bytes = startup::binary_bytes(&setup.program)?;
    let rows = [
        (
            "first output on a terminal, ms after start (target 20)",
            first.map_or_else(String::new, |spread| format!("{spread:.1}")),
        ),
        (
            "binary, MiB (target 30)",
            format!("{:.1}", bytes as f64 / f64::from(1 << 20)),
        ),
    ];
    say(&format!("## Start\n\n{}", table::figures(&rows)))
}

fn database_figures(setup: &Setup, images: &[Image]) -> Result<()> {
    let mut questions = String::new();
    for image in images {
        let cache = setup.scratch.join("cache");
        let form = Form::DockerArchive;
        let scan = contenders::ours(&setup.program, &setup.database, image, form, &cache);
        let report: serde_json::Value = serde_json::from_slice(&scan.run(&setup.scratch)?.0)?;
        let packages = report.get("packages").and_then(serde_json::Value::as_array);
        for question in packages
            .context("no packages")?
            .iter()
            .filter_map(database::question)
        {
            questions.push_str(&question);
            questions.push('\n');
        }
    }
    let names = setup.scratch.join("names");
    std::fs::write(&names, &questions)?;
    let timed = database::timed(&setup.release, &setup.database, &names)?;
    let bytes = startup::binary_bytes(&setup.database)?;
    let path = setup.database.display().to_string();
    let status = Invocation::new(&setup.program, &["db", "status", "--db", &path]);
    let mut samples = Vec::new();
    for _ in 0..setup.rounds {
        samples.push(status.run(&setup.scratch)?.1);
    }
    let whole = statistics::Spread::of(
        samples
            .iter()
            .map(|sample| sample.wall.as_secs_f64() * 1000.0),
    );
    let [open, open_min, open_max] = timed.open_us;
    let [speed, slowest, fastest] = timed.look_ups_per_second.map(|speed| speed / 1e6);
    let rows = [
        (
            "size with all snapshots, MiB (target 60)",
            format!("{:.1}", bytes as f64 / f64::from(1 << 20)),
        ),
        (
            "opened, µs (target 5,000)",
            format!("{open:.0} ({open_min:.0}–{open_max:.0})"),
        ),
        (
            "`plimsoll db status`, whole process, ms",
            whole.map_or_else(String::new, |spread| format!("{spread:.1}")),
        ),
        (
            "million look-ups a second on one core (target 1)",
            format!("{speed:.1} ({slowest:.1}–{fastest:.1})"),
        ),
        (
            "what was looked up, every statement read",
            format!(
                "the {} packages of the images; {:.0} % are known, with {:.0} statements each",
                questions.lines().count(),
                timed.known * 100.0,
                timed.statements
            ),
        ),
    ];
    say(&format!("## Database\n\n{}", table::figures(&rows)))
}

fn heavy(setup: &Setup, folder: &Path) -> Result<()> {
    let mut rows = Vec::new();
    for (name, make) in heavy::HEAVY {
        let archive = heavy::archive(folder, name, make)?;
        let cache = setup.scratch.join("cache");
        let target = format!("docker-archive:{}", archive.display());
        let scan = contenders::scan(&setup.program, &setup.database, &target, &cache);
        let mut samples = Vec::new();
        for _ in 0..setup.rounds {
            contenders::forget(&cache)?;
            samples.push(scan.run(&setup.scratch)?.1);
        }
        let wall = statistics::wall(&samples).context("no rounds")?;
        rows.push((
            name,
            format!("{} MiB, {wall} s", statistics::peak_mib(&samples)),
        ));
    }
    say(&format!(
        "## Heavy targets: peak memory (target 256 MiB), wall\n\n{}",
        table::figures(&rows)
    ))
}

fn packages(setup: &Setup, images: &[Image], list: bool) -> Result<()> {
    let mut all = Vec::new();
    for image in images {
        all.extend(inventory::measure(setup, image)?);
    }
    say(&format!("## Packages\n\n{}", table::packages(&all)))?;
    if list {
        say(&table::packages_apart(&all))?;
    }
    Ok(())
}
