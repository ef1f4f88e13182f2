//! What the kernel shows as files: its types, tracefs, bpffs, security modules, 32-bit callers.

use std::path::{Path, PathBuf};

use super::{Need, Places, Probe, read_short};

/// A line of `/proc/self/mounts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    pub at: String,
    pub kind: String,
}

pub fn mounts(proc: &Path) -> Vec<Mount> {
    let text = read_short(&proc.join("self/mounts")).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let mut words = line.split(' ').skip(1);
            Some(Mount {
                at: words.next()?.to_owned(),
                kind: words.next()?.to_owned(),
            })
        })
        .collect()
}

pub fn find_mount<'a>(mounts: &'a [Mount], kind: &str) -> Option<&'a str> {
    mounts
        .iter()
        .find(|mount| mount.kind == kind)
        .map(|mount| mount.at.as_str())
}

/// The folder of tracefs, wherever it is mounted.
pub fn tracefs(mounts: &[Mount]) -> Option<PathBuf> {
    find_mount(mounts, "tracefs").map(PathBuf::from)
}

pub fn kernel(places: &Places, mounts: &[Mount]) -> Vec<Probe> {
    let release = rustix::system::uname();
    vec![
        Probe::fact(
            "kernel",
            format!(
                "{} {}",
                release.release().to_string_lossy(),
                release.machine().to_string_lossy()
            ),
        ),
        btf(&places.sys),
        mounted(
            mounts,
            "tracefs",
            Need::Required,
            "mount -t tracefs none /sys/kernel/tracing",
        ),
        mounted(
            mounts,
            "bpf",
            Need::Useful,
            "responses cannot outlive the sensor: mount -t bpf none /sys/fs/bpf",
        ),
        mounted(
            mounts,
            "securityfs",
            Need::Useful,
            "the list of security modules cannot be read: mount -t securityfs none /sys/kernel/security",
        ),
        lockdown(&places.sys),
        compat(&places.proc),
    ]
}

fn btf(sys: &Path) -> Probe {
    let path = sys.join("kernel/btf/vmlinux");
    match std::fs::metadata(&path) {
        Ok(found) => Probe::yes(
            "btf",
            Need::Required,
            format!("{}, {} bytes", path.display(), found.len()),
        ),
        Err(error) => Probe::no(
            "btf",
            Need::Required,
            format!("{}: {error}", path.display()),
            "the kernel does not describe its types (CONFIG_DEBUG_INFO_BTF); programs cannot be fitted to it",
        ),
    }
}

fn mounted(mounts: &[Mount], kind: &str, need: Need, hint: &'static str) -> Probe {
    let id = if kind == "bpf" { "bpffs" } else { kind };
    match find_mount(mounts, kind) {
        Some(at) => Probe::yes(id, need, at),
        None => Probe::no(id, need, "not mounted", hint),
    }
}

/// Security modules in their order: from securityfs, or asked of the kernel (6.8 and newer).
pub fn security_modules(sys: &Path) -> (Vec<String>, Probe) {
    let path = sys.join("kernel/security/lsm");
    let list: Vec<String> = match read_short(&path) {
        Some(text) => text.trim().split(',').map(str::to_owned).collect(),
        None => super::bpf::security_modules()
            .unwrap_or_default()
            .into_iter()
            .map(module_name)
            .collect(),
    };
    let probe = if list.is_empty() {
        let detail = format!("{} cannot be read, nor does the kernel say", path.display());
        Probe::unknown("security_modules", Need::Fact, detail)
    } else {
        Probe::fact("security_modules", list.join(", "))
    };
    (list, probe)
}

/// Name of a module's number in `include/uapi/linux/lsm.h`.
fn module_name(id: u64) -> String {
    const FIRST: u64 = 100;
    const NAMES: &[&str] = &[
        "capability",
        "selinux",
        "smack",
        "tomoyo",
        "apparmor",
        "yama",
        "loadpin",
        "safesetid",
        "lockdown",
        "bpf",
        "landlock",
        "ima",
        "evm",
        "ipe",
    ];
    id.checked_sub(FIRST)
        .and_then(|index| NAMES.get(usize::try_from(index).ok()?))
        .map_or_else(|| format!("number {id}"), |name| (*name).to_owned())
}

fn lockdown(sys: &Path) -> Probe {
    let Some(text) = read_short(&sys.join("kernel/security/lockdown")) else {
        return Probe::unknown("lockdown", Need::Fact, "securityfs does not say");
    };
    let mode = text
        .split_whitespace()
        .find_map(|word| word.strip_prefix('[')?.strip_suffix(']'))
        .unwrap_or("none")
        .to_owned();
    if mode == "confidentiality" {
        return Probe::no(
            "lockdown",
            Need::Required,
            mode,
            "kernel memory may not be read by programs: boot with lockdown=integrity at most",
        );
    }
    Probe::fact("lockdown", mode)
}

/// Whether programs in 32-bit mode can run, whose calls have other numbers and layouts.
fn compat(proc: &Path) -> Probe {
    let off = read_short(&proc.join("cmdline")).is_some_and(|line| {
        line.split_whitespace()
            .any(|word| matches!(word, "ia32_emulation=0" | "ia32_emulation=off"))
    });
    let built = proc.join("sys/abi/vsyscall32").exists();
    let detail = match (cfg!(target_arch = "x86_64"), built, off) {
        (true, true, false) => {
            return Probe::no(
                "callers_32_bit",
                Need::Useful,
                "programs may make system calls in 32-bit mode, which tracepoints do not show",
                "32-bit programs are marked when they start, but of what they do only processes, cgroups and work of io_uring are seen; boot with ia32_emulation=0 if nothing needs them",
            );
        }
        (true, true, true) => "switched off at boot",
        (true, false, _) => "not built into this kernel",
        (false, ..) => "not known for this processor",
    };
    Probe::fact("callers_32_bit", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_have_names() {
        assert_eq!(module_name(100), "capability");
        assert_eq!(module_name(113), "ipe");
        assert_eq!(module_name(99), "number 99");
        assert_eq!(module_name(u64::MAX), format!("number {}", u64::MAX));
    }

    #[test]
    fn mounts_and_modules_are_read_and_their_absence_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let proc = folder.path().join("proc/self");
        std::fs::create_dir_all(&proc).unwrap();
        std::fs::write(
            proc.join("mounts"),
            "none /sys/kernel/tracing tracefs rw 0 0\ncgroup2 /cg cgroup2 rw 0 0\nbroken\n",
        )
        .unwrap();
        let mounts = mounts(&folder.path().join("proc"));
        assert_eq!(tracefs(&mounts), Some("/sys/kernel/tracing".into()));
        assert_eq!(mounts.len(), 2);
        let security = folder.path().join("kernel/security");
        std::fs::create_dir_all(&security).unwrap();
        std::fs::write(security.join("lsm"), "capability,landlock,bpf\n").unwrap();
        assert_eq!(
            security_modules(folder.path()).0,
            ["capability", "landlock", "bpf"]
        );
        std::fs::write(
            security.join("lockdown"),
            "none integrity [confidentiality]\n",
        )
        .unwrap();
        assert_eq!(lockdown(folder.path()).given, super::super::Given::No);
    }
}
