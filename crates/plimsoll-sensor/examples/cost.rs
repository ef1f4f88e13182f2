//! What the sensor costs those that it watches: CPU time of a loop of opens and of a loop of execs,
//! under several filters, interleaved with no program at all. `cost ROUNDS [OPENS EXECS]`.
#![expect(clippy::print_stdout, reason = "that is what it is for")]

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::Read as _;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use plimsoll_behavior::Record;
use plimsoll_model::event::{EventKind, Param};
use plimsoll_sensor::filter::{OpenFilter, OpenKey, Opens};
use plimsoll_sensor::{Filter, Options, Sensor};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let word = |index: usize| arguments.get(index).map_or("", String::as_str);
    match word(0) {
        "opens" => opens(word(1).parse()?)?,
        "execs" => execs(word(1).parse()?)?,
        rounds => measure(
            rounds.parse().unwrap_or(20),
            word(1).parse().unwrap_or(20_000),
            word(2).parse().unwrap_or(200),
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

/// Filters are changed between short runs, so that each is measured under the same weather.
fn measure(rounds: usize, opens: u32, execs: u32) -> Result<(), Box<dyn Error>> {
    let filters = filters();
    let mut figures = vec![(Vec::new(), Vec::new()); filters.len()];
    let mut options = Options::default();
    options.filter.kinds.clear();
    let sensor = Mutex::new(Sensor::load(&options)?);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let mut asked = Vec::new();
                let mut sensor = lock(&sensor);
                sensor
                    .poll(Duration::ZERO, |record| {
                        let record = Record::read(record).ok();
                        let key = record.and_then(|record| record.param(Param::OpenKey));
                        asked.extend(key.and_then(OpenKey::new));
                    })
                    .ok();
                // Whatever it is: here nothing is of any concern.
                for open in asked {
                    sensor.leave_out(open).ok();
                }
                drop(sensor);
                thread::sleep(Duration::from_millis(20));
            }
        });
        let result = (0..rounds).try_for_each(|_| {
            for ((_, filter), (open, exec)) in filters.iter().zip(&mut figures) {
                lock(&sensor).set_filter(filter.clone())?;
                open.push(run("opens", opens)?);
                exec.push(run("execs", execs)? / 1000.0);
            }
            Ok::<_, Box<dyn Error>>(())
        });
        done.store(true, Ordering::Relaxed);
        result
    })?;
    println!(
        "{:32} {:>30}   {:>30}",
        "", "open: least, median, ns", "exec: least, median, us"
    );
    let mut base = [1.0; 4];
    for (index, ((name, _), (open, exec))) in filters.iter().zip(&mut figures).enumerate() {
        let values = [least(open), median(open), least(exec), median(exec)];
        if index == 0 {
            base = values;
        }
        print!("{name:32}");
        for (value, base) in values.iter().zip(base) {
            print!("{value:9.1} {:.3}x", value / base);
        }
        println!();
    }
    println!("lost: {:?}", lock(&sensor).losses()?);
    Ok(())
}

fn lock(sensor: &Mutex<Sensor>) -> MutexGuard<'_, Sensor> {
    sensor.lock().unwrap_or_else(PoisonError::into_inner)
}

const OPENS: [EventKind; 4] = [
    EventKind::Open,
    EventKind::Openat,
    EventKind::Openat2,
    EventKind::Creat,
];

fn filters() -> Vec<(&'static str, Filter)> {
    let only = |kinds: &[EventKind], read, write, failed| Filter {
        kinds: kinds.iter().copied().collect(),
        opens: OpenFilter {
            read,
            write,
            failed,
        },
        ..Filter::default()
    };
    let life = [
        EventKind::Execve,
        EventKind::Execveat,
        EventKind::Procexit,
        EventKind::Clone,
        EventKind::Clone3,
        EventKind::Vfork,
        EventKind::Fork,
    ];
    let both = [&OPENS[..], &life].concat();
    let closing = [&both[..], &[EventKind::Close]].concat();
    vec![
        (
            "no program",
            only(&[], Opens::None, Opens::None, Opens::None),
        ),
        (
            "a rare call",
            only(&[EventKind::Chroot], Opens::None, Opens::None, Opens::None),
        ),
        (
            "life of processes",
            only(&life, Opens::None, Opens::None, Opens::None),
        ),
        (
            "and opens that write",
            only(&both, Opens::None, Opens::All, Opens::None),
        ),
        (
            "and opens, all left out",
            only(&both, Opens::Asked, Opens::All, Opens::None),
        ),
        (
            "and every open",
            only(&both, Opens::All, Opens::All, Opens::All),
        ),
        (
            "and every close",
            only(&closing, Opens::All, Opens::All, Opens::All),
        ),
    ]
}

/// Nanoseconds of CPU time for one of as many.
fn run(what: &str, count: u32) -> Result<f64, Box<dyn Error>> {
    let output = Command::new(env::current_exe()?)
        .args([what, &count.to_string()])
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.trim().parse::<f64>()? / f64::from(count))
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
