//! What the sensor costs those that it watches: CPU time of a loop of opens and of a loop of execs,
//! under several filters, interleaved with no sensor at all. `cost ROUNDS [OPENS EXECS]`.
#![expect(clippy::print_stdout, reason = "that is what it is for")]

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::fs::File;
use std::io::Read as _;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use plimsoll_model::event::EventKind;
use plimsoll_sensor::filter::{OpenFilter, Opens};
use plimsoll_sensor::{Filter, Options, Sensor};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let word = |index: usize| arguments.get(index).map_or("", String::as_str);
    match word(0) {
        "opens" => opens(word(1).parse()?)?,
        "execs" => execs(word(1).parse()?)?,
        rounds => measure(
            rounds.parse().unwrap_or(5),
            word(1).parse().unwrap_or(300_000),
            word(2).parse().unwrap_or(2_000),
        )?,
    }
    Ok(())
}

fn opens(count: u32) -> Result<(), Box<dyn Error>> {
    for _ in 0..count {
        drop(File::open("/usr/lib/os-release")?);
    }
    let usage = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    println!("{}", usage.tv_sec * 1_000_000_000 + usage.tv_nsec);
    Ok(())
}

/// Its own time and its children's, in ticks of ten milliseconds.
fn execs(count: u32) -> Result<(), Box<dyn Error>> {
    for _ in 0..count {
        Command::new("/bin/true").status()?;
    }
    let mut text = String::new();
    File::open("/proc/self/stat")?.read_to_string(&mut text)?;
    let fields = text.rsplit(") ").next().unwrap_or_default().split(' ');
    let ticks: u64 = fields
        .skip(11)
        .take(4)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    println!("{}", ticks * 10_000_000);
    Ok(())
}

fn measure(rounds: usize, opens: u32, execs: u32) -> Result<(), Box<dyn Error>> {
    let filters = filters();
    let mut figures = vec![(Vec::new(), Vec::new()); filters.len()];
    for _ in 0..rounds {
        for ((_, filter), (open, exec)) in filters.iter().zip(&mut figures) {
            let sensor = filter
                .as_ref()
                .map(|filter| {
                    Sensor::load(&Options {
                        filter: filter.clone(),
                        ..Options::default()
                    })
                })
                .transpose()?;
            let (one, other) = watched(sensor, opens, execs)?;
            open.push(one);
            exec.push(other);
        }
    }
    let mut base = (1.0, 1.0);
    for ((name, filter), (open, exec)) in filters.iter().zip(&mut figures) {
        let (open, exec) = (median(open), median(exec));
        if filter.is_none() {
            base = (open, exec);
        }
        println!(
            "{name:44} open {open:7.0} ns {:5.3}x   exec {exec:7.1} us {:5.3}x",
            open / base.0,
            exec / base.1
        );
    }
    Ok(())
}

fn filters() -> Vec<(&'static str, Option<Filter>)> {
    let all = Filter::default();
    let with = |read, write, failed| Filter {
        opens: OpenFilter {
            read,
            write,
            failed,
            prefixes: BTreeSet::from([b"/etc/shadow".to_vec(), b"/root/".to_vec()]),
            names: BTreeSet::from([b".ssh".to_vec()]),
        },
        ..Filter::default()
    };
    let mut quiet = all.clone();
    quiet.kinds.remove(&EventKind::Close);
    let without_close = |mut filter: Filter| {
        filter.kinds.remove(&EventKind::Close);
        filter
    };
    let mut few = Filter::default();
    few.kinds = BTreeSet::from([EventKind::Chroot]);
    let mut execs = Filter::default();
    execs.kinds = BTreeSet::from([EventKind::Execve, EventKind::Execveat, EventKind::Procexit]);
    vec![
        ("no sensor", None),
        ("one rare call", Some(few)),
        ("execs and exits", Some(execs)),
        (
            "opens chosen, no close",
            Some(without_close(with(Opens::Chosen, Opens::All, Opens::None))),
        ),
        (
            "opens that write, no close",
            Some(without_close(with(Opens::None, Opens::All, Opens::None))),
        ),
        ("all but close", Some(quiet)),
        ("everything", Some(all)),
    ]
}

/// Nanoseconds an open and microseconds an exec while a sensor is at work, if there is one.
fn watched(sensor: Option<Sensor>, opens: u32, execs: u32) -> Result<(f64, f64), Box<dyn Error>> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        if let Some(mut sensor) = sensor {
            let done = &done;
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    sensor.poll(Duration::from_millis(20), |_| {}).ok();
                }
            });
        }
        let result = (run("opens", opens), run("execs", execs));
        done.store(true, Ordering::Relaxed);
        Ok((result.0?, result.1? / 1000.0))
    })
}

/// Nanoseconds of CPU time for one of as many.
fn run(what: &str, count: u32) -> Result<f64, Box<dyn Error>> {
    let output = Command::new(env::current_exe()?)
        .args([what, &count.to_string()])
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.trim().parse::<f64>()? / f64::from(count))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
