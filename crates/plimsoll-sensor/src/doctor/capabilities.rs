//! What this process may do: capabilities, limits, and the switches that take rights away.

use std::path::Path;

use super::{Need, Probe, read_short};

/// Capabilities that the sensor asks for: name, bit, need, what is lost without.
const CAPABILITIES: &[(&str, u32, Need, &str)] = &[
    (
        "cap_bpf",
        39,
        Need::Required,
        "kernel programs cannot be loaded; run as root, or give the container the capability BPF",
    ),
    (
        "cap_perfmon",
        38,
        Need::Required,
        "programs cannot attach to tracepoints; give the capability PERFMON",
    ),
    (
        "cap_sys_admin",
        21,
        Need::Fact,
        "tracefs cannot be mounted where nobody has done so; nothing else wants it",
    ),
    (
        "cap_sys_resource",
        24,
        Need::Fact,
        "not needed: no kernel since 5.11 counts the memory of programs against MEMLOCK",
    ),
    (
        "cap_sys_ptrace",
        19,
        Need::Useful,
        "executables, folders and descriptors of others cannot be read from /proc at start",
    ),
    (
        "cap_dac_read_search",
        2,
        Need::Useful,
        "accounts and state files in containers of other users cannot be read",
    ),
    (
        "cap_net_admin",
        12,
        Need::Useful,
        "connections cannot be refused by cgroup; give NET_ADMIN if `respond` is to do that",
    ),
    (
        "cap_kill",
        5,
        Need::Useful,
        "processes of other users cannot be stopped by `respond`",
    ),
];

pub fn probes(proc: &Path) -> Vec<Probe> {
    let mut probes = capabilities(proc);
    probes.push(memlock());
    probes.push(open_files());
    probes.extend(switches(proc));
    probes
}

fn capabilities(proc: &Path) -> Vec<Probe> {
    let effective = read_short(&proc.join("self/status"))
        .as_deref()
        .and_then(effective);
    CAPABILITIES
        .iter()
        .map(|&(name, bit, need, hint)| match effective {
            None => Probe::unknown(name, need, "/proc/self/status cannot be read"),
            Some(bits) if bits & (1 << bit) != 0 => Probe::yes(name, need, "held"),
            // CAP_BPF and CAP_PERFMON are parts of CAP_SYS_ADMIN, which still gives both.
            Some(bits) if matches!(bit, 38 | 39) && bits & (1 << 21) != 0 => {
                Probe::yes(name, need, "not held, but cap_sys_admin stands for it")
            }
            Some(_) => Probe::no(name, need, "not held", hint),
        })
        .collect()
}

fn effective(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

fn memlock() -> Probe {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Memlock);
    Probe::fact(
        "memlock",
        format!("{}, at most {}", bytes(limit.current), bytes(limit.maximum)),
    )
}

fn open_files() -> Probe {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let text = |value: Option<u64>| value.map_or("no limit".to_owned(), |value| value.to_string());
    Probe::fact(
        "open_files",
        format!("{}, at most {}", text(limit.current), text(limit.maximum)),
    )
}

fn bytes(limit: Option<u64>) -> String {
    limit.map_or("no limit".to_owned(), |limit| format!("{limit} bytes"))
}

fn switches(proc: &Path) -> Vec<Probe> {
    [
        (
            "unprivileged_bpf_disabled",
            "kernel/unprivileged_bpf_disabled",
        ),
        ("perf_event_paranoid", "kernel/perf_event_paranoid"),
        ("ptrace_scope", "kernel/yama/ptrace_scope"),
        ("bpf_jit", "net/core/bpf_jit_enable"),
    ]
    .into_iter()
    .filter_map(|(name, file)| {
        let value = read_short(&proc.join("sys").join(file))?;
        Some(Probe::fact(name, value.trim()))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_effective_set_is_read() {
        assert_eq!(
            effective("Name:\tx\nCapEff:\t000001fffeffffff\n"),
            Some(0x1ff_feff_ffff)
        );
        assert_eq!(effective("CapEff:\tx\n"), None);
    }
}
