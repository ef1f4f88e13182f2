//! What the sensor finds when it examines kernel and engines.

use plimsoll_sensor::doctor::{Findings, Given, Need, Places, Probe, examine};

use super::{Item, State};

/// Everything that `watch` and `respond` rest on, and a last line that sums it up.
pub fn items() -> Vec<Item> {
    let findings = examine(&Places::default());
    let mut items: Vec<Item> = findings.engines.iter().map(engine).collect();
    if items.is_empty() {
        items.push(
            Item::missing("engines", "on this host", "none was found")
                .hint("containers are told apart by cgroup and namespaces alone"),
        );
    }
    items.extend(findings.probes.iter().map(probe));
    items.push(watch(&findings));
    items
}

fn engine(engine: &plimsoll_sensor::doctor::Engine) -> Item {
    let found: Vec<String> = engine
        .sockets
        .iter()
        .chain(&engine.state)
        .map(|path| path.display().to_string())
        .collect();
    Item::ok("engines", engine.name, found.join(", "))
}

fn probe(probe: &Probe) -> Item {
    let state = match probe.given {
        Given::Yes => State::Ok,
        Given::No => State::Missing,
        Given::Unknown => State::Unknown,
    };
    let area = if probe.id.starts_with("cap_") {
        "rights"
    } else if probe.id.contains('/') {
        "kernel programs"
    } else {
        "kernel"
    };
    let item = Item::new(area, probe.id.clone(), state, probe.detail.clone());
    match probe.hint {
        Some(hint) => item.hint(hint),
        None => item,
    }
}

fn watch(findings: &Findings) -> Item {
    if findings.can_watch() {
        return Item::ok("sensor", "watch", "everything it needs is given");
    }
    let lacking: Vec<&str> = findings
        .probes
        .iter()
        .filter(|probe| probe.need == Need::Required && probe.given == Given::No)
        .map(|probe| probe.id.as_str())
        .collect();
    Item::missing("sensor", "watch", format!("needs {}", lacking.join(", ")))
        .hint("run as root on a Linux kernel of 5.17 or newer with BTF; the hints above say more")
}
