//! For every rule events that fire it, and events alike that do not.
//!
//! In the text files beside this one `= ID` begins a rule; lines with `+` are what fires it, lines
//! with `-` the look-alike, each a run of its own. A line is an event as `scenario` reads it, of the
//! process that was started last (at first the container's first), and shorter where that reads
//! better:
//!
//! - `! [<PARENT] [KEY=VALUE…] /PATH ARG0 ARG…` starts a program in a new process, a child of the
//!   container's first; `!! …` in a child of the process that was started last, `again …` in itself;
//! - `read NAME`, `write NAME`, `trunc NAME` open a file; with `!` behind the word they fail;
//! - `host …` and `young …` are done on the host, and in a container that has just begun;
//! - `200x …` does it so often, a millisecond apart.

use std::collections::BTreeMap;
use std::fmt::Write as _;

const FILES: &[&str] = &[
    include_str!("breakout.txt"),
    include_str!("execution.txt"),
    include_str!("files.txt"),
    include_str!("resources.txt"),
];

/// The host, two containers, and a process in each place.
const BEFORE: &str = r#"
0 host host_name=node boot_time=1700000000000000000 host_mnt_ns=1 host_pid_ns=2
0 container cgroup=7 mnt=8 pidns=9 cgroup_path=/docker/shop container_id=0123456789abcdef container_name=shop container_image=shop/cart:1 container_state=2 container_json="{\"started_ns\":1600000000000000000}"
0 container cgroup=17 mnt=18 pidns=19 cgroup_path=/docker/new container_id=fedcba9876543210 container_name=new container_image=shop/cart:1 container_state=2 container_json="{\"started_ns\":1700000000500000000}"
90 execve exe_path=/usr/bin/tool exe=/usr/bin/tool args=tool comm=tool ppid=1 cgroup=1 mnt=1 pidns=2 uid=0 euid=0 cap_effective=0x1ffffffffff
100 execve exe_path=/usr/bin/conmon exe=/usr/bin/conmon args=conmon comm=conmon ppid=1 cgroup=1 mnt=1 pidns=2 uid=0 euid=0
300 execve exe_path=/srv/main exe=/srv/main args=main comm=main ppid=100 parent_start=100000 cgroup=7 mnt=8 pidns=9 vpid=1 uid=0 euid=0 cap_effective=0xa80425fb cap_permitted=0xa80425fb exe_layer=1
+100s
500@101000000000 execve exe_path=/srv/main exe=/srv/main args=main comm=main ppid=100 parent_start=100000 cgroup=17 mnt=18 pidns=19 vpid=1 uid=0 euid=0 cap_effective=0xa80425fb exe_layer=1
"#;

/// What fires a rule, and what does not: scenarios without what comes before.
#[derive(Debug, Default)]
pub struct Scene {
    pub fires: String,
    pub quiet: String,
}

/// All scenes by the id of their rule.
pub fn scenes() -> BTreeMap<String, Scene> {
    let mut scenes: BTreeMap<String, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
    let mut id = String::new();
    for line in FILES.iter().flat_map(|file| file.lines()) {
        let scene = scenes.entry(id.clone()).or_default();
        match line.split_once(' ') {
            Some(("=", name)) => name.clone_into(&mut id),
            Some(("+", event)) => scene.0.push(event),
            Some(("-", event)) => scene.1.push(event),
            _ => assert!(line.is_empty(), "{id}: {line}"),
        }
    }
    scenes.remove("");
    let made = |(fires, quiet): (Vec<&str>, Vec<&str>)| Scene {
        fires: written_out(&fires),
        quiet: written_out(&quiet),
    };
    scenes
        .into_iter()
        .map(|(id, scene)| (id, made(scene)))
        .collect()
}

#[derive(Clone, Copy)]
struct Place {
    pid: u32,
    cgroup: u32,
}

const CONTAINER: Place = Place {
    pid: 300,
    cgroup: 7,
};
const YOUNG: Place = Place {
    pid: 500,
    cgroup: 17,
};
const HOST: Place = Place { pid: 90, cgroup: 1 };

impl Place {
    fn who(self) -> String {
        match self.pid {
            500 => "500@101000000000".to_owned(),
            pid => pid.to_string(),
        }
    }

    /// The first process there.
    const fn first(self) -> u32 {
        match self.cgroup {
            1 => HOST.pid,
            7 => CONTAINER.pid,
            _ => YOUNG.pid,
        }
    }

    fn tail(self) -> String {
        format!(
            "cgroup={0} mnt={1} pidns={2}",
            self.cgroup,
            self.cgroup + u32::from(self.cgroup > 1),
            self.cgroup + 1 + u32::from(self.cgroup > 1)
        )
    }
}

/// Scenario of short lines.
fn written_out(lines: &[&str]) -> String {
    let mut text = BEFORE.to_owned();
    let mut now = CONTAINER;
    let mut next_pid = 400;
    for line in lines {
        let (place, line) = match line.split_once(' ') {
            Some(("host", rest)) => (HOST, rest),
            Some(("young", rest)) => (YOUNG, rest),
            _ => (now, *line),
        };
        let (times, line) = match line.split_once("x ") {
            Some((times, rest)) if times.parse::<u32>().is_ok() => (times.parse().unwrap(), rest),
            _ => (1, line),
        };
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let opened = |result: i32, flags: &str| {
            format!("openat={result} name={rest} flags={flags} dir_fd=-100")
        };
        let event = match word {
            "!" | "!!" | "again" => {
                let parent = match word {
                    "!" => Some(place.first()),
                    "!!" => Some(now.pid),
                    _ => None,
                };
                if word != "again" {
                    next_pid += 1;
                    now = Place {
                        pid: next_pid,
                        ..place
                    };
                }
                started(rest, &mut now, parent, &mut next_pid, &mut text)
            }
            "read" => opened(3, "0"),
            "read!" => opened(-2, "0"),
            "write" => opened(3, "0o2"),
            "write!" => opened(-30, "0o1"),
            "trunc" => opened(3, "0o1101"),
            _ => line.to_owned(),
        };
        let place = if matches!(word, "!" | "!!" | "again") {
            now
        } else {
            place
        };
        for _ in 0..times {
            let _ = writeln!(text, "{} {event} {}", place.who(), place.tail());
        }
    }
    text
}

/// The event of a program's start.
fn started(
    line: &str,
    now: &mut Place,
    mut parent: Option<u32>,
    next_pid: &mut u32,
    text: &mut String,
) -> String {
    let mut words = words(line).into_iter().peekable();
    let mut said = BTreeMap::new();
    while let Some(word) = words.next_if(|word| !word.starts_with('/')) {
        if let Some(name) = word.strip_prefix('<') {
            *next_pid += 1;
            let tail = now.tail();
            let above = parent.unwrap_or(CONTAINER.pid);
            let _ = writeln!(
                text,
                "{next_pid} execve exe_path=/usr/bin/{name} exe=/usr/bin/{name} args={name} comm={name} ppid={above} parent_start={above}000 uid=0 euid=0 {tail}",
            );
            parent = Some(*next_pid);
        } else if word == "where=host" {
            *now = Place {
                pid: now.pid,
                ..HOST
            };
            parent = Some(HOST.pid);
        } else {
            let (key, value) = word.split_once('=').unwrap();
            said.insert(key.to_owned(), value.to_owned());
        }
    }
    let path = words.next().unwrap();
    let name = path.rsplit('/').next().unwrap();
    let name: String = name.chars().take(15).collect();
    let args: Vec<String> = words.collect();
    let said_parent = said.get("ppid").map(|pid| pid.parse().unwrap());
    if let Some(pid) = said_parent.or(parent) {
        said.insert("ppid".to_owned(), pid.to_string());
        said.insert("parent_start".to_owned(), format!("{pid}000"));
    }
    for (key, value) in [
        ("exe_path", path.clone()),
        ("exe", path.clone()),
        ("comm", name),
        ("args", args.join(",")),
        ("uid", "0".to_owned()),
        ("euid", "0".to_owned()),
        ("cap_effective", "0xa80425fb".to_owned()),
        ("exe_layer", "1".to_owned()),
        ("cwd", "/".to_owned()),
    ] {
        said.entry(key.to_owned()).or_insert(value);
    }
    let pairs = said.iter().map(|(key, value)| format!("{key}=\"{value}\""));
    format!("execve {}", pairs.collect::<Vec<_>>().join(" "))
}

/// Words of a command line, with what stands in quotes as one.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for char in line.chars() {
        match char {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(char),
        }
    }
    words
}
