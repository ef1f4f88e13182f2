//! How long judging takes: records through reading, state and rules, and rules that do not concern an
//! event at all.
//!
//! Measured on 22 November 2026, one core of two that others used too, best of 100 runs of 20,400
//! records: 13.5 million records a second without rules, the same with a thousand rules for other
//! events, 3.7 million with the three stock files (81 rules enabled), 1.35 million with our own beside
//! them. Instructions a record: 1,200, 4,800 and 9,800.
#![expect(clippy::unwrap_used, reason = "benches")]

use std::fmt::Write as _;

use divan::Bencher;
use divan::counter::ItemsCount;
use plimsoll_behavior::fields::Catalog;
use plimsoll_behavior::rules::Loader;
use plimsoll_behavior::scenario::{self, Step};
use plimsoll_behavior::{Engine, Record, State};

fn main() {
    divan::main();
}

/// Files that servers open to read, and some that they write.
const READ: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu/libc.so.6",
    "/etc/ld.so.cache",
    "/srv/app/templates/index.html",
    "/proc/self/stat",
    "/etc/resolv.conf",
    "/usr/share/zoneinfo/UTC",
    "/srv/app/static/logo.png",
    "/etc/hosts",
    "/dev/urandom",
    "/sys/fs/cgroup/memory.max",
    "/var/lib/app/data/0001.sst",
    "/usr/lib/python3/dist-packages/requests/api.py",
];
const WRITTEN: &[&str] = &[
    "/var/log/app/access.log",
    "/tmp/upload-1234",
    "/var/lib/app/data/0002.sst",
];

/// What ten containers with five processes each do, and the host: opens, closes, connections, and
/// now and then a program.
fn mix(records: usize) -> Vec<Vec<u8>> {
    let mut text = String::from(
        "0 host host_name=node boot_time=1700000000000000000 host_mnt_ns=1 host_pid_ns=2\n",
    );
    for container in 1..=10 {
        let ns = format!(
            "cgroup={container} mnt={} pidns={}",
            container + 100,
            container + 200
        );
        let _ = writeln!(
            text,
            "0 container {ns} container_id={container}123456789abcdef container_name=shop{container} \
             container_image=shop/cart:1 container_state=2 container_json=\"{{}}\""
        );
        for process in 0..5 {
            let pid = container * 100 + process;
            let _ = writeln!(
                text,
                "{pid} execve exe_path=/usr/sbin/nginx exe=nginx args=nginx,-g,daemon_off comm=nginx \
                 ppid=1 {ns} uid=33 euid=33 cap_effective=0 exe_layer=1"
            );
        }
    }
    let mut lines = 0;
    let mut round = 0_usize;
    while lines < records {
        for container in 1..=10_usize {
            let ns = format!(
                "cgroup={container} mnt={} pidns={}",
                container + 100,
                container + 200
            );
            let pid = container * 100 + round % 5;
            for step in 0..8 {
                let path = READ.iter().cycle().nth((round * 7 + step) % 12).unwrap();
                let _ = writeln!(
                    text,
                    "{pid} openat={} name={path} path={path} flags=0o2000000 dir_fd=-100 {ns}",
                    10 + step
                );
                let _ = writeln!(text, "{pid} close fd={} {ns}", 10 + step);
            }
            let path = WRITTEN.iter().cycle().nth(round % 3).unwrap();
            let _ = writeln!(
                text,
                "{pid} openat=20 name={path} path={path} flags=0o2001 dir_fd=-100 {ns}"
            );
            let _ = writeln!(text, "{pid} close fd=20 {ns}");
            let _ = writeln!(
                text,
                "{pid} socket=21 sock_family=2 sock_type=1 sock_protocol=6 {ns}"
            );
            let _ = writeln!(
                text,
                "{pid} connect fd=21 sock_family=2 sock_type=1 sock_protocol=6 \
                 local_address=10.0.0.{container} local_port=40000 remote_address=10.0.1.9 remote_port=5432 {ns}"
            );
            let _ = writeln!(text, "{pid} close fd=21 {ns}");
            lines += 21;
            if round % 5 == container % 5 {
                let child = 20_000 + (round * 10 + container) % 10_000;
                let _ = writeln!(
                    text,
                    "{pid} clone={child} child_pid={child} child_start={} {ns}",
                    child * 1000
                );
                let _ = writeln!(
                    text,
                    "{child} execve exe_path=/usr/bin/curl exe=/usr/bin/curl \
                     args=curl,-s,http://10.0.1.9/health comm=curl ppid={pid} parent_start={} {ns} uid=33 euid=33 exe_layer=1",
                    pid * 1000
                );
                let _ = writeln!(text, "{child} procexit exit_code=0 {ns}");
                lines += 3;
            }
        }
        round += 1;
    }
    let steps = scenario::read(&text).unwrap();
    let records = steps.into_iter().filter_map(|step| match step {
        Step::Record(bytes) => Some(bytes),
        Step::Question { .. } => None,
    });
    records.collect()
}

#[expect(clippy::disallowed_methods, reason = "files of a known size")]
fn stock() -> String {
    let data = std::env::var("PLIMSOLL_DATA").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned()
    });
    let names = [
        "falco_rules",
        "falco-incubating_rules",
        "falco-sandbox_rules",
    ];
    let files = names.map(|name| std::fs::read_to_string(format!("{data}/rules/{name}.yaml")));
    // Without the stock rules there is nothing to measure.
    files
        .into_iter()
        .map(|file| file.unwrap_or_default() + "\n")
        .collect()
}

fn engine(text: &str) -> Engine {
    let catalog = Catalog;
    let mut loader = Loader::new(&catalog);
    loader.file("rules.yaml", text.as_bytes());
    Engine::new(&loader.finish().set).unwrap()
}

fn judged(bencher: Bencher<'_, '_>, rules: &str) {
    let records = mix(20_000);
    let mut engine = engine(rules);
    bencher
        .counter(ItemsCount::new(records.len()))
        .with_inputs(State::new)
        .bench_local_values(|mut state| {
            let mut found = 0;
            for bytes in &records {
                let record = Record::read(bytes).unwrap();
                let moment = state.apply(&record);
                engine.judge(&moment, &mut |_| found += 1);
            }
            divan::black_box(found);
            state
        });
}

#[divan::bench]
fn no_rules(bencher: Bencher<'_, '_>) {
    judged(bencher, "- list: nothing\n  items: []\n");
}

#[divan::bench]
fn stock_rules(bencher: Bencher<'_, '_>) {
    judged(bencher, &stock());
}

#[divan::bench]
fn stock_rules_and_our_own(bencher: Bencher<'_, '_>) {
    let mut text = stock();
    for (_, file) in plimsoll_behavior::own::files() {
        text.push_str(file);
        text.push('\n');
    }
    judged(bencher, &text);
}

#[divan::bench]
fn a_thousand_rules_for_other_events(bencher: Bencher<'_, '_>) {
    let mut text = String::new();
    for number in 0..1000 {
        let _ = writeln!(
            text,
            "- rule: r{number}\n  desc: d\n  condition: evt.type = mount and proc.name = p{number}\n  \
             output: o\n  priority: NOTICE"
        );
    }
    judged(bencher, &text);
}

#[divan::bench]
fn compiling_the_stock_rules(bencher: Bencher<'_, '_>) {
    let text = stock();
    bencher.bench(|| engine(&text));
}
