//! Plimsoll's own rules, beside Falco's: for what those miss.
//!
//! Each is one file of YAML in the Falco rule language, in the list [`OWN`]; what they share stands
//! in one more ([`COMMON`]). Under the key `plimsoll`, which Falco does not have, a rule carries the
//! text that people read: why it matters, a harmless act that fires it, a look-alike that does not,
//! how to mend, and whether it was shown in a real container. A rule that is noisy somewhere is
//! there but not enabled; `- rule: NAME`, `enabled: true`, `override: {enabled: replace}` turns it on.
//!
//! Judges nothing: the files go through the same loader and engine as any other.

#[cfg(test)]
mod tests;
mod text;

use std::sync::LazyLock;

pub use text::{OwnError, OwnRule};

/// One of the rule files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnFile {
    /// Also the file's name, without its ending.
    pub id: &'static str,
    pub yaml: &'static str,
}

/// Macros and lists that the rules share; to be loaded first.
pub const COMMON: OwnFile = OwnFile {
    id: "common",
    yaml: include_str!("own/common.yaml"),
};

macro_rules! own {
    ($($id:literal)*) => {
        /// All rules, by id.
        pub const OWN: &[OwnFile] = &[$(OwnFile {
            id: $id,
            yaml: include_str!(concat!("own/rules/", $id, ".yaml")),
        },)*];
    };
}

own! {
    "account-added"
    "attack-tool"
    "authorized-keys"
    "binfmt-registered"
    "block-device-made"
    "block-device-opened"
    "bpf-program-from-container"
    "cgroup-devices-allow"
    "cgroup-release-agent"
    "cloud-credentials"
    "cloud-metadata"
    "cloud-metadata-any"
    "cluster-client"
    "cluster-credentials"
    "compat-program"
    "compiler-run"
    "core-pattern"
    "credential-search"
    "decoded-piped"
    "defences-stopped"
    "deleted-executable"
    "descriptor-executed"
    "descriptor-taken"
    "device-folder-executed"
    "dns-tunnel-long"
    "dns-tunnel-many"
    "download-piped"
    "drift"
    "engine-api-contacted"
    "engine-socket-used"
    "file-capability"
    "file-handle-opened"
    "file-made-immutable"
    "hidden-executable"
    "history-erased"
    "host-disk-mounted"
    "host-process-signalled"
    "host-runtime-changed"
    "io-uring"
    "kernel-addresses-read"
    "kernel-filesystem-mounted"
    "kernel-helper-program"
    "kernel-memory-opened"
    "kernel-module-from-container"
    "kernel-module-on-host"
    "kernel-thread-posed"
    "keyring-read"
    "known-local-exploit"
    "leaked-descriptor"
    "log-cleared"
    "login-module-changed"
    "machine-call"
    "many-connections"
    "many-forks"
    "memory-file-executed"
    "miner-arguments"
    "miner-name"
    "miner-pool-asked"
    "miner-pool-port"
    "mount-in-container"
    "namespace-entered"
    "netcat-listens"
    "no-descriptor-left"
    "no-port-left"
    "no-process-left"
    "no-space-left"
    "other-root-walked"
    "out-of-memory"
    "package-installed"
    "password-hashes"
    "perf-event"
    "php-shell"
    "port-scan"
    "preload-file"
    "preload-variable"
    "private-keys"
    "proc-sys-write"
    "process-environment"
    "process-memory-read"
    "process-memory-written"
    "process-traced"
    "processor-registers"
    "program-from-pipe"
    "rare-socket-family"
    "raw-socket"
    "reverse-shell-words"
    "root-changed"
    "root-gained"
    "runtime-overwritten"
    "scheduled-task"
    "security-module-off"
    "server-shell"
    "server-tool"
    "service-account-token"
    "service-added"
    "setuid-bit"
    "shell-connects"
    "shell-on-socket"
    "startup-file"
    "stream-onto-socket"
    "sys-write"
    "sysrq-trigger"
    "temporary-folder-executed"
    "terminal-shell"
    "time-set"
    "timestamp-forged"
    "tunnel-opened"
    "user-namespace-made"
    "userfaultfd"
}

/// What the files say, read once. A test holds that each can be read.
static RULES: LazyLock<Vec<OwnRule>> = LazyLock::new(|| {
    OWN.iter()
        .filter_map(|file| text::read(file).ok())
        .collect()
});

/// All rules with their texts, by id.
pub fn rules() -> &'static [OwnRule] {
    &RULES
}

/// A rule by its id or its name.
pub fn find(id_or_name: &str) -> Option<&'static OwnRule> {
    rules()
        .iter()
        .find(|rule| rule.id == id_or_name || rule.name.eq_ignore_ascii_case(id_or_name))
}

/// The files in the order in which they are loaded: a name for messages, and the text.
pub fn files() -> impl Iterator<Item = (String, &'static str)> {
    let named = |file: &OwnFile| (format!("plimsoll/{}.yaml", file.id), file.yaml);
    std::iter::once(named(&COMMON)).chain(OWN.iter().map(named))
}
