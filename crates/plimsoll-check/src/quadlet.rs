//! Podman quadlets: `.container`, `.pod` and `.kube` units with their drop-ins.
//!
//! Reads systemd's unit syntax: sections, continued lines, repeated keys, an empty value that takes
//! back what came before. Of `.volume`, `.network`, `.image` and `.build` units nothing is judged.
//! Reference: podman-systemd.unit(5), systemd.syntax(7).

use plimsoll_model::Unknown;

use crate::compose::{published, security_option};
use crate::options::Options;
use crate::service::{Dialect, File, Mount, Service, Told, Variable, capability, first_line, tell};
use plimsoll_object::yaml::Place;

#[cfg(test)]
mod tests;

/// Largest unit, in bytes: systemd takes lines of 1 MiB.
const UNIT_BYTES_MAX: usize = 4 << 20;
/// Ends of names of units that are judged.
const KINDS: [&str; 3] = [".container", ".pod", ".kube"];

/// Whether a file is called as a unit that is judged.
pub fn is_quadlet_name(name: &str) -> bool {
    KINDS
        .iter()
        .any(|kind| name.len() > kind.len() && name.ends_with(kind))
}

/// One `Key=value`.
#[derive(Debug, PartialEq, Eq)]
struct Setting {
    section: String,
    key: String,
    value: String,
    at: Place,
    /// Where the value begins.
    value_at: Place,
}

/// Checks a unit: the file, then its drop-ins in their order.
pub fn check(files: &[File], options: Options<'_>) -> Told {
    let mut told = Told::default();
    let mut settings = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let before = first_line(index) - 1;
        let text = match std::str::from_utf8(&file.bytes) {
            Ok(text) if text.len() <= UNIT_BYTES_MAX => text,
            Ok(_) => {
                let reason = format!("the unit is larger than {} MiB", UNIT_BYTES_MAX >> 20);
                told.unknowns.push(Unknown::at(&*file.name, reason));
                continue;
            }
            Err(_) => {
                told.unknowns
                    .push(Unknown::at(&*file.name, "the unit is not UTF-8"));
                continue;
            }
        };
        for line in read(text, before, &mut settings) {
            let place = format!("{}:{}:1", file.name, line - before);
            let reason = "neither a section nor `Key=value`: systemd passes over it";
            told.unknowns.push(Unknown::at(place, reason));
        }
    }
    let Some(first) = files.first() else {
        return told;
    };
    let name = first.name.rsplit('/').next().unwrap_or(&first.name);
    let service = service(name, &settings);
    let unknowns = told.unknowns;
    told = tell(&[service], files, Dialect::Quadlet, options);
    told.unknowns = unknowns;
    told
}

/// The files that a `.kube` unit plays, as it names them.
pub fn played(unit: &[u8]) -> Vec<String> {
    let mut settings = Vec::new();
    read(&String::from_utf8_lossy(unit), 0, &mut settings);
    let played = settings
        .into_iter()
        .filter(|one| one.section == "Kube" && one.key == "Yaml");
    played
        .map(|one| one.value)
        .filter(|value| !value.is_empty())
        .collect()
}

/// Reads a unit's settings behind those that are there; the lines that are none.
fn read(text: &str, before: u32, out: &mut Vec<Setting>) -> Vec<u32> {
    let mut odd = Vec::new();
    let mut section = String::new();
    let mut lines = (before + 1..).zip(text.lines());
    while let Some((line, text)) = lines.next() {
        let start = text.trim_start();
        if start.is_empty() || start.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = start
            .trim_end()
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            name.clone_into(&mut section);
            continue;
        }
        let Some((key, first)) = text.split_once('=') else {
            odd.push(line);
            continue;
        };
        let mut value = first.trim().to_owned();
        while let Some(part) = value.strip_suffix('\\') {
            value.truncate(part.trim_end().len());
            match lines.find(|(_, next)| !next.trim_start().starts_with(['#', ';'])) {
                Some((_, next)) => {
                    value.push(' ');
                    value.push_str(next.trim());
                }
                None => break,
            }
        }
        let column = |text: &str| u32::try_from(text.chars().count() + 1).unwrap_or(1);
        let indent = text.get(..text.len() - start.len()).unwrap_or_default();
        let gap = first.len() - first.trim_start().len();
        let value_column = column(key).saturating_add(u32::try_from(gap).unwrap_or(0) + 1);
        out.push(Setting {
            section: section.clone(),
            key: key.trim().to_owned(),
            value,
            at: Place {
                line,
                column: column(indent),
            },
            value_at: Place {
                line,
                column: value_column,
            },
        });
    }
    odd
}

/// The words of a value, quotes taken off.
fn words(value: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut is_word = false;
    for c in value.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => {
                quote = Some(c);
                is_word = true;
            }
            None if c.is_whitespace() => {
                if is_word || !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
                is_word = false;
            }
            Some(_) | None => word.push(c),
        }
    }
    if is_word || !word.is_empty() {
        out.push(word);
    }
    out
}

fn service(name: &str, settings: &[Setting]) -> Service {
    let mut out = Service {
        name: name.to_owned(),
        at: Place { line: 1, column: 1 },
        ..Service::default()
    };
    if let Some(first) = settings
        .iter()
        .find(|one| matches!(one.section.as_str(), "Container" | "Pod" | "Kube"))
    {
        out.at = Place {
            line: first.at.line.saturating_sub(1).max(1),
            column: 1,
        };
    }
    for setting in settings {
        let at = setting.value_at;
        out.shown
            .insert(at, format!("{}={}", setting.key, short(&setting.value)));
        let value = setting.value.as_str();
        match (setting.section.as_str(), setting.key.as_str()) {
            ("Container" | "Pod" | "Kube", key) => container(key, value, at, &mut out),
            ("Service", "MemoryMax") if value != "infinity" => {
                out.memory_limit = Some((value.to_owned(), at));
            }
            ("Service", "CPUQuota") if !value.is_empty() => {
                out.cpu_limit = Some((value.to_owned(), at));
            }
            ("Service", "TasksMax") if value != "infinity" => out.process_limit = Some(at),
            _ => {}
        }
    }
    // A `.kube` or `.pod` unit has no container of its own: what is missing there is no defect.
    if !name.ends_with(".container") {
        out.is_pod = true;
    }
    out
}

fn short(value: &str) -> String {
    value.chars().take(60).collect()
}

/// One setting of the container.
fn container(key: &str, value: &str, at: Place, out: &mut Service) {
    let text = || Some((value.to_owned(), at));
    let truth = matches!(
        value.to_ascii_lowercase().as_str(),
        "true" | "yes" | "on" | "1"
    );
    match key {
        "Image" => out.image = text(),
        "User" => {
            let group = out
                .user
                .take()
                .and_then(|(user, _)| user.split_once(':').map(|(_, group)| group.to_owned()));
            out.user = Some((
                group.map_or_else(|| value.to_owned(), |group| format!("{value}:{group}")),
                at,
            ));
        }
        "Group" => {
            let user = out.user.take();
            let (user, at) = user.unwrap_or((String::new(), at));
            let user = user.split(':').next().unwrap_or_default().to_owned();
            out.user = Some((format!("{user}:{value}"), at));
        }
        "ReadOnly" => out.read_only = Some((truth, at)),
        "NoNewPrivileges" => out.no_new_privileges = Some((truth, at)),
        "AddCapability" | "DropCapability" => {
            let list = if key == "AddCapability" {
                &mut out.capabilities_added
            } else {
                &mut out.capabilities_dropped
            };
            if value.is_empty() {
                list.clear();
            }
            list.extend(words(value).iter().map(|word| (capability(word), at)));
        }
        "SeccompProfile" if value == "unconfined" => out.seccomp_off = Some(at),
        "AppArmor" if value == "unconfined" => out.apparmor_off = Some(at),
        "SecurityLabelDisable" => out.selinux_off = truth.then_some(at),
        "SecurityLabelType" => out.selinux_type = text(),
        "Unmask" if value.eq_ignore_ascii_case("all") => out.unmasked = Some(at),
        "UserNS" if value.starts_with("auto") || value.starts_with("nomap") => {
            out.own_users = Some(at);
        }
        "Sysctl" => {
            if value.is_empty() {
                out.parameters.clear();
            }
            for word in words(value) {
                let name = word.split('=').next().unwrap_or_default();
                out.parameters.push((name.to_owned(), at));
            }
        }
        "Network" => {
            if value == "host" {
                out.host_network = Some(at);
            } else if value.is_empty() {
                out.host_network = None;
            }
        }
        "PublishPort" => {
            if value.is_empty() {
                out.ports.clear();
            }
            if !value.is_empty() {
                out.ports.push(published(value, at));
            }
        }
        "Volume" => volume(value, at, out),
        "AddDevice" => {
            let source = value
                .trim_start_matches('-')
                .split(':')
                .next()
                .unwrap_or_default()
                .to_owned();
            out.mounts.push(Mount {
                target: source.clone(),
                source,
                is_read_only: true,
                at,
            });
        }
        "Environment" => {
            for word in words(value) {
                if let Some((name, value)) = word.split_once('=') {
                    out.environment.push(Variable {
                        name: name.to_owned(),
                        value: value.to_owned(),
                        at,
                    });
                }
            }
        }
        "Exec" | "Entrypoint" => out
            .command
            .extend(words(value).into_iter().map(|word| (word, at))),
        "Memory" => out.memory_limit = text(),
        "PidsLimit" if !matches!(value, "0" | "-1") => out.process_limit = Some(at),
        "HealthCmd" if value == "none" => out.health_check_off = Some(at),
        "LogDriver" if value == "none" => out.log_off = Some(at),
        "AutoUpdate" if value == "registry" => out.updated_by_itself = Some(at),
        "PodmanArgs" | "GlobalArgs" => arguments(&words(value), at, out),
        _ => {}
    }
}

fn volume(value: &str, at: Place, out: &mut Service) {
    let parts: Vec<&str> = value.split(':').collect();
    let [source, target, rest @ ..] = parts.as_slice() else {
        return;
    };
    if source.starts_with(['/', '%']) {
        out.mounts.push(Mount {
            source: (*source).replace("%t", "/run"),
            target: (*target).to_owned(),
            is_read_only: rest
                .iter()
                .flat_map(|rest| rest.split(','))
                .any(|word| word == "ro"),
            at,
        });
    }
}

/// `podman run` options that stand in `PodmanArgs=`.
fn arguments(words: &[String], at: Place, out: &mut Service) {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, value.to_owned()),
            None if word == "--privileged" || word == "--read-only" => {
                (word.as_str(), "true".to_owned())
            }
            None if word.starts_with('-') => {
                (word.as_str(), words.next().cloned().unwrap_or_default())
            }
            None => continue,
        };
        match (option, value.as_str()) {
            ("--privileged", value) => out.privileged = Some((value != "false", at)),
            ("--read-only", value) => out.read_only = Some((value != "false", at)),
            ("--pid", "host") => out.host_processes = Some(at),
            ("--ipc", "host") => out.host_ipc = Some(at),
            ("--uts", "host") => out.host_name = Some(at),
            ("--cgroupns", "host") => out.host_groups = Some(at),
            ("--sysctl", value) => container("Sysctl", value, at, out),
            ("--net" | "--network", "host") => out.host_network = Some(at),
            ("--cap-add", value) => out
                .capabilities_added
                .extend(value.split(',').map(|name| (capability(name), at))),
            ("--cap-drop", value) => out
                .capabilities_dropped
                .extend(value.split(',').map(|name| (capability(name), at))),
            ("--security-opt", value) => security_option(value, at, out),
            ("-m" | "--memory", value) => out.memory_limit = Some((value.to_owned(), at)),
            ("--cpus", value) => out.cpu_limit = Some((value.to_owned(), at)),
            ("--pids-limit", value) if value != "-1" && value != "0" => {
                out.process_limit = Some(at);
            }
            ("-u" | "--user", value) => out.user = Some((value.to_owned(), at)),
            ("-v" | "--volume", value) => volume(value, at, out),
            ("-p" | "--publish", value) => out.ports.push(published(value, at)),
            ("--device", value) => container("AddDevice", value, at, out),
            ("-e" | "--env", value) => container("Environment", value, at, out),
            ("--userns", value) => container("UserNS", value, at, out),
            _ => {}
        }
    }
}
