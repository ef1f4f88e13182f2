//! Which environment variables are told when a program is started.

use aya::Ebpf;
use aya::maps::{Array, LpmTrie, lpm_trie};

use crate::load::{LoadError, map_error};
use crate::shared;

/// Variables that say something about what a process will do.
pub(crate) const USUAL: &[&str] = &[
    "BASH_ENV",
    "ENV",
    "GCONV_PATH",
    "GLIBC_TUNABLES",
    "HISTFILE",
    "HISTSIZE",
    "HOME",
    "HOSTNAME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "KUBERNETES_SERVICE_HOST",
    "LD_AUDIT",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LOGNAME",
    "NODE_OPTIONS",
    "PATH",
    "PERL5OPT",
    "PROMPT_COMMAND",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "RUBYOPT",
    "SHELL",
    "SSH_CLIENT",
    "SSH_CONNECTION",
    "SUDO_COMMAND",
    "SUDO_USER",
    "USER",
];

/// Tells the kernel's side which variables are chosen.
pub(crate) fn choose(ebpf: &mut Ebpf, names: &[String]) -> Result<(), LoadError> {
    // Borrowed, not taken: a map that is closed cannot be loaded into programs any more.
    let map = ebpf
        .map_mut("env_names")
        .ok_or(LoadError::NoMap("env_names"))?;
    let mut trie: LpmTrie<_, [u8; shared::ENV_NAME_BYTES], u64> =
        LpmTrie::try_from(map).map_err(|source| map_error("env_names", source))?;
    let mut letters = [0_u64; shared::ENV_LETTERS * 4];
    for name in names {
        let text = format!("{name}=").into_bytes();
        for (set, place) in letters.chunks_mut(4).zip(0..) {
            match text.get(place) {
                Some(byte) => set
                    .iter_mut()
                    .skip(usize::from(byte >> 6))
                    .take(1)
                    .for_each(|word| *word |= 1 << (byte & 63)),
                // Behind a short name anything may stand.
                None => set.fill(u64::MAX),
            }
        }
        let bits = text.len().min(shared::ENV_NAME_BYTES) as u32 * 8;
        trie.insert(&lpm_trie::Key::new(bits, padded(&text)), 1, 0)
            .map_err(|source| map_error("env_names", source))?;
    }
    let map = ebpf
        .map_mut("env_letters")
        .ok_or(LoadError::NoMap("env_letters"))?;
    Array::try_from(map)
        .and_then(|mut map: Array<_, [u64; shared::ENV_LETTERS * 4]>| map.set(0, letters, 0))
        .map_err(|source| map_error("env_letters", source))
}

/// As many bytes as a key has; what is longer is cut.
fn padded<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut key = [0; N];
    for (to, from) in key.iter_mut().zip(text) {
        *to = *from;
    }
    key
}
