//! Which programs, maps and helpers the kernel takes, each tried by itself.
//!
//! The usual probe for "tracing" tries fentry and says no on kernels where raw tracepoints with
//! types work; and a security module in the list does not mean that its programs load. So each type
//! is loaded and attached once.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use aya::Btf;
use aya::programs::ProgramType;
use aya::sys::{BpfHelper, is_helper_supported};
use aya_obj::btf::BtfKind;

use super::bpf::{self, Program};
use super::files::{self, Mount};
use super::{CgroupLayout, Need, Places, Probe, read_short};

// `enum bpf_prog_type`.
const KPROBE: u32 = 2;
const TRACEPOINT: u32 = 5;
const RAW_TRACEPOINT: u32 = 17;
const CGROUP_SOCK_ADDR: u32 = 18;
const TRACING: u32 = 26;
const LSM: u32 = 29;

// `enum bpf_attach_type`.
const CGROUP_INET4_BIND: u32 = 8;
const CGROUP_INET6_BIND: u32 = 9;
const CGROUP_INET4_CONNECT: u32 = 10;
const CGROUP_INET6_CONNECT: u32 = 11;
const CGROUP_UDP4_SENDMSG: u32 = 14;
const CGROUP_UDP6_SENDMSG: u32 = 15;
const TRACE_RAW_TP: u32 = 23;
const TRACE_FENTRY: u32 = 24;
const LSM_MAC: u32 = 27;
const TRACE_ITER: u32 = 28;

/// A tracepoint that is rare and present in every kernel that the sensor supports.
const TRACEPOINT_TRIED: &str = "sched_process_exec";
/// Functions to try fentry and kprobes at: one made for it, and a rare one.
const FUNCTIONS_TRIED: &[&str] = &["bpf_fentry_test1", "commit_creds"];

const HINT_TRACEPOINT: &str = "no events at all: the kernel lacks CONFIG_BPF_EVENTS or CONFIG_FTRACE_SYSCALLS, or the process lacks rights";
const HINT_ITER: &str = "what exists at start is read from /proc instead";
const HINT_CGROUP: &str =
    "`respond` cannot refuse connections of a container; it can still stop it";
const HINT_LSM: &str = "nothing is refused before it happens; processes are killed at exec instead (boot with lsm=…,bpf)";
const HINT_FENTRY: &str = "not needed: all hooks are tracepoints";
const HINT_MAP: &str =
    "events cannot be handed over: the kernel is older than 5.17, or refuses maps to this process";
const HINT_HELPER: &str = "programs that need it are left out, and `watch` names them";
const HINT_LOOP: &str =
    "the kernel is older than 5.17: programs that read paths, nearly all of them, are refused";

pub fn probes(places: &Places, mounts: &[Mount], cgroups: &CgroupLayout) -> Vec<Probe> {
    let btf = Btf::parse_file(
        places.sys.join("kernel/btf/vmlinux"),
        aya::Endianness::default(),
    )
    .ok();
    let mut probes = vec![
        tracepoint(mounts),
        raw_tracepoint(),
        typed(
            btf.as_ref(),
            "program/tp_btf",
            Need::Required,
            "btf_trace_sched_process_exec",
            HINT_TRACEPOINT,
        ),
    ];
    for name in ["task", "task_file", "tcp", "udp", "unix"] {
        probes.push(iterator(btf.as_ref(), name));
    }
    probes.extend(cgroup_programs(cgroups));
    probes.push(lsm(btf.as_ref()));
    probes.push(fentry(btf.as_ref()));
    probes.push(kprobe(&places.sys));
    probes.extend(maps());
    probes.extend(helpers());
    probes
}

/// Turns the result of trying into a probe.
fn told(id: &str, need: Need, tried: io::Result<&'static str>, hint: &'static str) -> Probe {
    match tried {
        Ok(detail) => Probe::yes(id, need, detail),
        Err(error) => Probe::no(id, need, error.to_string(), hint),
    }
}

fn staged<T>(stage: &str, result: io::Result<T>) -> io::Result<T> {
    result.map_err(|error| io::Error::new(error.kind(), format!("{stage} refused: {error}")))
}

fn load(program: Program) -> io::Result<OwnedFd> {
    staged("load", bpf::load(program))
}

fn tracepoint(mounts: &[Mount]) -> Probe {
    let tried = || {
        let folder = files::tracefs(mounts).ok_or_else(|| io::Error::other("no tracefs"))?;
        let path = folder.join(format!("events/sched/{TRACEPOINT_TRIED}/id"));
        let id = read_short(&path)
            .and_then(|text| text.trim().parse().ok())
            .ok_or_else(|| io::Error::other(format!("{} cannot be read", path.display())))?;
        let program = load(Program {
            kind: TRACEPOINT,
            result: 1,
            ..Program::default()
        })?;
        staged("attach", bpf::tracepoint(&program, id))?;
        Ok("loads and attaches")
    };
    told(
        "program/tracepoint",
        Need::Required,
        tried(),
        HINT_TRACEPOINT,
    )
}

fn raw_tracepoint() -> Probe {
    let tried = || {
        let program = load(Program {
            kind: RAW_TRACEPOINT,
            ..Program::default()
        })?;
        staged(
            "attach",
            bpf::raw_tracepoint(&program, Some(c"sched_process_exec")),
        )?;
        Ok("loads and attaches")
    };
    told("program/raw_tp", Need::Useful, tried(), HINT_TRACEPOINT)
}

fn type_id(btf: Option<&Btf>, name: &str, kind: BtfKind) -> io::Result<u32> {
    btf.ok_or_else(|| io::Error::other("the kernel's types cannot be read"))?
        .id_by_type_name_kind(name, kind)
        .map_err(|_| io::Error::other(format!("the kernel has no {name}")))
}

fn typed(btf: Option<&Btf>, id: &str, need: Need, target: &str, hint: &'static str) -> Probe {
    let tried = || {
        let program = load(Program {
            kind: TRACING,
            attach: TRACE_RAW_TP,
            btf_id: type_id(btf, target, BtfKind::Typedef)?,
            result: 0,
        })?;
        staged("attach", bpf::raw_tracepoint(&program, None))?;
        Ok("loads and attaches")
    };
    told(id, need, tried(), hint)
}

fn iterator(btf: Option<&Btf>, name: &str) -> Probe {
    let tried = || {
        let program = load(Program {
            kind: TRACING,
            attach: TRACE_ITER,
            btf_id: type_id(btf, &format!("bpf_iter_{name}"), BtfKind::Func)?,
            result: 0,
        })?;
        let link = staged("attach", bpf::link(&program, None, TRACE_ITER))?;
        staged("reading", bpf::iterator(&link))?;
        Ok("loads and opens")
    };
    told(
        &format!("program/iter_{name}"),
        Need::Useful,
        tried(),
        HINT_ITER,
    )
}

/// Programs of cgroups, attached to a cgroup of our own that nothing is in.
fn cgroup_programs(cgroups: &CgroupLayout) -> Vec<Probe> {
    let programs = [
        ("connect4", CGROUP_INET4_CONNECT),
        ("connect6", CGROUP_INET6_CONNECT),
        ("bind4", CGROUP_INET4_BIND),
        ("bind6", CGROUP_INET6_BIND),
        ("sendmsg4", CGROUP_UDP4_SENDMSG),
        ("sendmsg6", CGROUP_UDP6_SENDMSG),
    ];
    let own = OwnCgroup::make(cgroups);
    programs
        .into_iter()
        .map(|(name, attach)| {
            let tried = || {
                let program = load(Program {
                    kind: CGROUP_SOCK_ADDR,
                    attach,
                    btf_id: 0,
                    result: 1,
                })?;
                let own = own
                    .as_ref()
                    .map_err(|error| io::Error::other(format!("loads; not attached: {error}")))?;
                let folder = OwnedFd::from(std::fs::File::open(&own.0)?);
                staged("attach", bpf::link(&program, Some(&folder), attach))?;
                Ok("loads and attaches")
            };
            told(
                &format!("program/cgroup_{name}"),
                Need::Useful,
                tried(),
                HINT_CGROUP,
            )
        })
        .collect()
}

/// A cgroup that is removed again.
struct OwnCgroup(std::path::PathBuf);

impl OwnCgroup {
    fn make(cgroups: &CgroupLayout) -> io::Result<Self> {
        let root = cgroups
            .v2()
            .ok_or_else(|| io::Error::other("version 2 of cgroups is not mounted"))?;
        let path = root.join(format!("plimsoll-doctor-{}", std::process::id()));
        std::fs::create_dir(&path).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })?;
        Ok(Self(path))
    }
}

impl Drop for OwnCgroup {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

fn lsm(btf: Option<&Btf>) -> Probe {
    let tried = || {
        let program = load(Program {
            kind: LSM,
            attach: LSM_MAC,
            btf_id: type_id(btf, "bpf_lsm_quotactl", BtfKind::Func)?,
            result: 0,
        })?;
        staged("attach", bpf::raw_tracepoint(&program, None))?;
        Ok("loads and attaches")
    };
    told("program/lsm", Need::Useful, tried(), HINT_LSM)
}

fn fentry(btf: Option<&Btf>) -> Probe {
    let tried = |function: &str| {
        let program = load(Program {
            kind: TRACING,
            attach: TRACE_FENTRY,
            btf_id: type_id(btf, function, BtfKind::Func)?,
            result: 0,
        })?;
        staged("attach", bpf::raw_tracepoint(&program, None))?;
        Ok("loads and attaches")
    };
    told(
        "program/fentry",
        Need::Fact,
        first(FUNCTIONS_TRIED, tried),
        HINT_FENTRY,
    )
}

fn kprobe(sys: &Path) -> Probe {
    let tried = |function: &str| {
        let program = load(Program {
            kind: KPROBE,
            ..Program::default()
        })?;
        let path = sys.join("bus/event_source/devices/kprobe/type");
        let kind = read_short(&path)
            .and_then(|text| text.trim().parse().ok())
            .ok_or_else(|| io::Error::other(format!("loads; no {}", path.display())))?;
        staged("attach", bpf::kprobe(&program, kind, function))?;
        Ok("loads and attaches")
    };
    told(
        "program/kprobe",
        Need::Fact,
        first(FUNCTIONS_TRIED, tried),
        HINT_FENTRY,
    )
}

/// The first success, or the last error.
fn first(
    names: &[&str],
    tried: impl Fn(&str) -> io::Result<&'static str>,
) -> io::Result<&'static str> {
    let mut last = Err(io::Error::other("nothing to try"));
    for name in names {
        last = tried(name);
        if last.is_ok() {
            break;
        }
    }
    last
}

fn maps() -> Vec<Probe> {
    // Name, `enum bpf_map_type`, key and value in bytes, entries.
    [
        (
            "map/ring_buffer",
            27,
            0,
            0,
            rustix::param::page_size() as u32,
        ),
        ("map/hash", 1, 4, 4, 1),
        ("map/lru_hash", 9, 4, 4, 1),
        ("map/per_cpu_array", 6, 4, 4, 1),
        ("map/lpm_trie", 11, 8, 4, 1),
    ]
    .into_iter()
    .map(|(id, kind, key, value, entries)| {
        // A trie must not be filled beforehand, which takes a flag that is not tried here.
        let made = if kind == 11 {
            aya::sys::is_map_supported(aya::maps::MapType::LpmTrie)
                .map_err(io::Error::other)
                .and_then(|given| given.then_some(()).ok_or(io::ErrorKind::Unsupported.into()))
        } else {
            bpf::map(kind, key, value, entries).map(drop)
        };
        told(id, Need::Required, made.map(|()| "can be made"), HINT_MAP)
    })
    .collect()
}

fn helpers() -> Vec<Probe> {
    [
        ("ringbuf_reserve", BpfHelper::BPF_FUNC_ringbuf_reserve),
        ("ringbuf_output", BpfHelper::BPF_FUNC_ringbuf_output),
        ("probe_read_kernel", BpfHelper::BPF_FUNC_probe_read_kernel),
        (
            "probe_read_user_str",
            BpfHelper::BPF_FUNC_probe_read_user_str,
        ),
        ("ktime_get_boot_ns", BpfHelper::BPF_FUNC_ktime_get_boot_ns),
        ("get_current_task", BpfHelper::BPF_FUNC_get_current_task),
        (
            "get_current_cgroup_id",
            BpfHelper::BPF_FUNC_get_current_cgroup_id,
        ),
        ("send_signal", BpfHelper::BPF_FUNC_send_signal),
        ("loop", BpfHelper::BPF_FUNC_loop),
    ]
    .into_iter()
    .map(|(name, helper)| {
        let id = format!("helper/{name}");
        let (need, hint) = match helper {
            BpfHelper::BPF_FUNC_loop => (Need::Required, HINT_LOOP),
            _ => (Need::Useful, HINT_HELPER),
        };
        match is_helper_supported(ProgramType::TracePoint, helper) {
            Ok(true) => Probe::yes(id, need, "given to tracepoint programs"),
            Ok(false) => Probe::no(id, need, "refused to tracepoint programs", hint),
            Err(error) => Probe::unknown(id, need, error.to_string()),
        }
    })
    .collect()
}
