//! What is lost at a rate of events, and whether the account of it is exact.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::Setup;
use super::watchers::watch;
use super::work::compile;

const METRICS: &str = "127.0.0.1:18084";
/// What waits after the work is over is taken and counted within this time.
const SETTLE: Duration = Duration::from_secs(4);
const ROUND_SECONDS: u64 = 10;

/// Events a second of one core, and on how many cores; 0 is as fast as it goes.
const STEPS: [(u64, usize); 6] = [
    (20_000, 1),
    (50_000, 1),
    (100_000, 1),
    (100_000, 2),
    (0, 1),
    (0, 2),
];

/// Each event is a file opened for writing, in a way that did not come before.
pub fn measure(setup: &Setup) -> Result<String> {
    let program = compile(&setup.scratch, "rate", SOURCE)?;
    let mut text = String::from(
        "### Losses at a rate of events\n\n| opens told a second of a core | cores | meant | taken | lost and told as such | not accounted for |\n|---|---|---|---|---|---|\n",
    );
    for (rate, cores) in STEPS {
        let out = std::fs::File::create(setup.scratch.join("plimsoll.out"))?;
        let watching = watch(setup, &["--metrics", METRICS], out.into())?;
        let before = Account::read()?;
        let mut workers: Vec<Child> = Vec::new();
        for core in 0..cores {
            let worker = Command::new(&program)
                .args([
                    core.to_string(),
                    rate.to_string(),
                    ROUND_SECONDS.to_string(),
                ])
                .stdout(Stdio::piped())
                .spawn()
                .context("failed to start the work")?;
            workers.push(worker);
        }
        let mut meant = 0;
        for worker in workers {
            let output = worker.wait_with_output()?;
            ensure!(output.status.success(), "the work failed");
            meant += String::from_utf8_lossy(&output.stdout)
                .trim()
                .parse::<u64>()?;
        }
        thread::sleep(SETTLE);
        let after = Account::read()?;
        watching.finish()?;
        let (taken, lost) = (after.taken - before.taken, after.lost - before.lost);
        let rest = i128::from(meant) - i128::from(taken) - i128::from(lost);
        let per_core = meant / ROUND_SECONDS / cores as u64;
        writeln!(
            text,
            "| {per_core} | {cores} | {meant} | {taken} | {lost} | {rest} |"
        )?;
    }
    Ok(text)
}

/// What the metrics say of opens.
struct Account {
    taken: u64,
    lost: u64,
}

impl Account {
    fn read() -> Result<Self> {
        let mut stream = TcpStream::connect(METRICS).context("failed to reach the metrics")?;
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.take(1 << 20).read_to_string(&mut text)?;
        let sum = |name: &str| {
            text.lines()
                .filter(|line| line.starts_with(name) && line.contains("kind=\"openat\""))
                .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
                .sum::<f64>() as u64
        };
        Ok(Self {
            taken: sum("plimsoll_events_total"),
            lost: sum("plimsoll_events_lost_total"),
        })
    }
}

/// Core, opens a second (0: as fast as it goes), seconds; says how many opens there were.
const SOURCE: &str = r#"
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}
int main(int argc, char **argv) {
    if (argc < 4)
        return 1;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(atoi(argv[1]), &set);
    sched_setaffinity(0, sizeof set, &set);
    double rate = atof(argv[2]), seconds = atof(argv[3]), begun = now();
    unsigned long done = 0;
    char path[64];
    for (;;) {
        double passed = now() - begun;
        if (passed >= seconds)
            break;
        unsigned long until = rate > 0 ? (unsigned long)(passed * rate) : done + 100;
        if (done >= until) {
            struct timespec pause = {0, 200000};
            nanosleep(&pause, 0);
        }
        for (; done < until; done++) {
            snprintf(path, sizeof path, "/tmp/plimsoll-rate-%d-%lu", (int)getpid(), done & 63);
            /* No two alike for long: what comes twice may be left out. */
            int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600 | (done >> 6 & 07177));
            if (fd < 0)
                return 1;
            close(fd);
        }
    }
    for (unsigned long i = 0; i < 64; i++) {
        snprintf(path, sizeof path, "/tmp/plimsoll-rate-%d-%lu", (int)getpid(), i);
        unlink(path);
    }
    printf("%lu\n", done);
    return 0;
}
"#;
