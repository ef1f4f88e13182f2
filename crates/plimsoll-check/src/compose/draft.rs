//! A service of a Compose file as one view of a container.

use super::merge::pairs;
use crate::service::{Mount, Port, Service, Set, Variable, capability};
use plimsoll_object::yaml::{Entry, Node, Place, Value};

/// Longest value that is shown, in characters.
const SHOWN_MAX: usize = 60;

/// Reads a service; what is of a wrong type is left out.
pub fn service(entry: &Entry, root: &Node) -> Service {
    let node = &entry.value;
    let mut out = Service {
        name: entry.key.to_string(),
        at: entry.at,
        image: set(node, &["image"]),
        privileged: truth(node, &["privileged"]),
        user: set(node, &["user"]),
        read_only: truth(node, &["read_only"]),
        capabilities_added: capabilities(node, "cap_add"),
        capabilities_dropped: capabilities(node, "cap_drop"),
        memory_limit: set(node, &["deploy", "resources", "limits", "memory"])
            .or_else(|| set(node, &["mem_limit"])),
        cpu_limit: set(node, &["deploy", "resources", "limits", "cpus"])
            .or_else(|| set(node, &["cpus"]))
            .or_else(|| set(node, &["cpu_quota"])),
        process_limit: set(node, &["pids_limit"])
            .or_else(|| set(node, &["deploy", "resources", "limits", "pids"]))
            .filter(|(limit, _)| limit != "-1" && limit != "0")
            .map(|(_, at)| at),
        command: [&["entrypoint"], &["command"]]
            .into_iter()
            .filter_map(|path| node.at_path(path))
            .flat_map(words)
            .collect(),
        ..Service::default()
    };
    shown(node, "", &mut out, 0);
    let is = |key: &str, value: &str| {
        set(node, &[key])
            .filter(|(text, _)| text == value)
            .map(|(_, at)| at)
    };
    out.host_network = is("network_mode", "host");
    out.host_processes = is("pid", "host");
    out.host_ipc = is("ipc", "host");
    out.host_users = is("userns_mode", "host");
    out.host_name = is("uts", "host");
    out.host_groups = is("cgroup", "host");
    out.parameters = parameters(node);
    for (option, at) in node
        .at_path(&["security_opt"])
        .map(words)
        .unwrap_or_default()
    {
        security_option(&option, at, &mut out);
    }
    for (name, value) in node
        .at_path(&["environment"])
        .map(pairs)
        .iter()
        .flat_map(Node::entries)
        .filter_map(|entry| {
            Some((
                entry.key.to_string(),
                word(&entry.value).map(|value| (value, entry.value.at))?,
            ))
        })
    {
        let (value, at) = value;
        // What is left to the run is not written down.
        if !value.starts_with("${") {
            out.environment.push(Variable { name, value, at });
        }
    }
    for item in node.get("volumes").map_or(&[][..], Node::items) {
        mount(item, &mut out);
    }
    for (device, at) in node.at_path(&["devices"]).map(words).unwrap_or_default() {
        let source = device.split(':').next().unwrap_or_default().to_owned();
        out.mounts.push(Mount {
            target: source.clone(),
            source,
            is_read_only: true,
            at,
        });
    }
    for item in node.get("ports").map_or(&[][..], Node::items) {
        out.ports.extend(port(item));
    }
    let check = node.at_path(&["healthcheck"]);
    out.health_check_off = check.and_then(|check| {
        let off = truth(check, &["disable"])
            .filter(|(off, _)| *off)
            .map(|(_, at)| at);
        let test = check.at_path(&["test"]).map(words).unwrap_or_default();
        off.or_else(|| {
            test.into_iter()
                .find(|(word, _)| word == "NONE")
                .map(|(_, at)| at)
        })
    });
    out.log_off = set(node, &["logging", "driver"])
        .filter(|(driver, _)| driver == "none")
        .map(|(_, at)| at);
    let labels = node.at_path(&["labels"]).map(pairs);
    out.updated_by_itself = labels.iter().flat_map(Node::entries).find_map(|label| {
        let value = word(&label.value).unwrap_or_default();
        let updates = match &*label.key {
            "com.centurylinklabs.watchtower.enable" => value == "true",
            "io.containers.autoupdate" => value == "registry",
            _ => false,
        };
        updates.then_some(label.value.at)
    });
    references(node, root, &mut out);
    out
}

/// A scalar as text.
fn word(node: &Node) -> Option<String> {
    Some(match &node.value {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null | Value::List(_) | Value::Map(_) => return None,
    })
}

fn set(node: &Node, path: &[&str]) -> Option<Set<String>> {
    let node = node.at_path(path)?;
    Some((word(node)?, node.at))
}

fn truth(node: &Node, path: &[&str]) -> Option<Set<bool>> {
    let (text, at) = set(node, path)?;
    match text.as_str() {
        "true" => Some((true, at)),
        "false" => Some((false, at)),
        _ => None,
    }
}

/// The items of a list, or the one that stands alone.
fn words(node: &Node) -> Vec<Set<String>> {
    match &node.value {
        Value::List(items) => items
            .iter()
            .filter_map(|item| Some((word(item)?, item.at)))
            .collect(),
        _ => word(node).map(|text| (text, node.at)).into_iter().collect(),
    }
}

fn capabilities(node: &Node, key: &str) -> Vec<Set<String>> {
    let list = node.at_path(&[key]).map(words).unwrap_or_default();
    list.into_iter()
        .map(|(name, at)| (capability(&name), at))
        .collect()
}

/// Names of kernel parameters, from a map or a list of `name=value`.
fn parameters(node: &Node) -> Vec<Set<String>> {
    let pairs = node.at_path(&["sysctls"]).map(pairs);
    let entries = pairs.iter().flat_map(Node::entries);
    entries
        .map(|entry| (entry.key.to_string(), entry.value.at))
        .collect()
}

/// `seccomp:unconfined`, `no-new-privileges:true`, `label=type:spc_t`.
pub fn security_option(option: &str, at: Place, out: &mut Service) {
    let (key, value) = option.split_once([':', '=']).unwrap_or((option, ""));
    match (key.trim(), value.trim()) {
        ("no-new-privileges", value) => out.no_new_privileges = Some((value != "false", at)),
        ("seccomp", "unconfined") => out.seccomp_off = Some(at),
        ("apparmor", "unconfined") => out.apparmor_off = Some(at),
        ("systempaths", "unconfined") | ("unmask", "ALL" | "all") => out.unmasked = Some(at),
        ("label", "disable") => out.selinux_off = Some(at),
        ("label", value) => {
            if let Some(name) = value.strip_prefix("type:") {
                out.selinux_type = Some((name.to_owned(), at));
            }
        }
        _ => {}
    }
}

/// `/host:/inside:ro`, or the long form.
fn mount(item: &Node, out: &mut Service) {
    let found = if let Some(text) = item.as_str() {
        let parts: Vec<&str> = text.split(':').collect();
        let [source, target, rest @ ..] = parts.as_slice() else {
            return;
        };
        let is_read_only = rest
            .iter()
            .flat_map(|rest| rest.split(','))
            .any(|word| word == "ro");
        (
            (*source).to_owned(),
            (*target).to_owned(),
            is_read_only,
            item.at,
        )
    } else {
        let Some((source, at)) = set(item, &["source"]) else {
            return;
        };
        if set(item, &["type"]).is_some_and(|(kind, _)| kind != "bind") {
            return;
        }
        let target = set(item, &["target"])
            .map(|(target, _)| target)
            .unwrap_or_default();
        (
            source,
            target,
            truth(item, &["read_only"]).is_some_and(|(value, _)| value),
            at,
        )
    };
    let (source, target, is_read_only, at) = found;
    // What is below the project, or a volume of the engine, is not the host's own.
    if source.starts_with(['/', '~']) {
        out.mounts.retain(|mount| mount.target != target);
        out.mounts.push(Mount {
            source,
            target,
            is_read_only,
            at,
        });
    }
}

/// `127.0.0.1:8080:80/tcp`, or the long form; none for what is not published.
fn port(item: &Node) -> Option<Port> {
    if item.get("target").is_some() {
        let text = |key: &str| set(item, &[key]).map(|(text, _)| text);
        return Some(Port {
            address: text("host_ip").unwrap_or_default(),
            target: text("target")
                .and_then(|port| port.parse().ok())
                .unwrap_or(0),
            at: item.at,
        });
    }
    Some(published(&word(item)?, item.at))
}

/// A published port in its short form.
pub fn published(text: &str, at: Place) -> Port {
    let plain = text.split('/').next().unwrap_or(text);
    let (front, target) = match plain.rsplit_once(':') {
        Some((front, target)) => (front, target),
        None => ("", plain),
    };
    let address = front.rsplit_once(':').map_or("", |(address, _)| address);
    let target = target.split('-').next().unwrap_or(target);
    Port {
        address: address.to_owned(),
        target: target.parse().unwrap_or(0),
        at,
    }
}

/// Networks, volumes, secrets, configs and services that are named and not there.
fn references(node: &Node, root: &Node, out: &mut Service) {
    let names = |key: &str| -> Vec<Set<String>> {
        let Some(list) = node.at_path(&[key]) else {
            return Vec::new();
        };
        let keys = list
            .entries()
            .iter()
            .map(|entry| (entry.key.to_string(), entry.at));
        let items = list.items().iter().filter_map(|item| {
            let named = item.get("source").unwrap_or(item);
            Some((word(named)?, named.at))
        });
        keys.chain(items).collect()
    };
    for (key, section, what) in [
        ("depends_on", "services", "service"),
        ("networks", "networks", "network"),
        ("secrets", "secrets", "secret"),
        ("configs", "configs", "config"),
    ] {
        for (name, at) in names(key) {
            let is_there = root
                .get(section)
                .and_then(|section| section.entry(&name))
                .is_some();
            if !is_there && name != "default" && !name.contains("${") {
                out.missing.push((format!("{what} `{name}`"), at));
            }
        }
    }
    for (text, at) in names("volumes") {
        let source = text.split(':').next().unwrap_or_default();
        let is_name = text.contains(':')
            && !source.is_empty()
            && !source.contains(['/', '.', '~', '$', '\\']);
        if is_name
            && root
                .get("volumes")
                .and_then(|section| section.entry(source))
                .is_none()
        {
            out.missing.push((format!("volume `{source}`"), at));
        }
    }
}

/// Notes for each value how the file spells it: `cap_add: SYS_ADMIN`.
fn shown(node: &Node, path: &str, out: &mut Service, depth: usize) {
    if depth > 8 {
        return;
    }
    for entry in node.entries() {
        let path = if path.is_empty() {
            entry.key.to_string()
        } else {
            format!("{path}.{}", entry.key)
        };
        shown(&entry.value, &path, out, depth + 1);
    }
    for item in node.items() {
        shown(item, path, out, depth + 1);
    }
    if let Some(text) = word(node) {
        let text: String = text.chars().take(SHOWN_MAX).collect();
        out.shown.insert(node.at, format!("{path}: {text}"));
    }
}
