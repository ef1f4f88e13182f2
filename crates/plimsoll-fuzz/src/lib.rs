//! What is fuzzed: the list of every parser of outside bytes, what must hold of each, and seeds.
//!
//! The program in `fuzz/` runs the entry of [`TARGETS`] that [`SELECTOR`] names, on a nightly
//! toolchain; the tests here run the same on the seeds with the stable one. A target may do what
//! it likes with its bytes but panic, hang, or take more memory than the limits of `script/fuzz`.
//! Beside that each holds what its parser promises: caps, the same answer twice, and that what we
//! write is read back the same. Not shipped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a target fails by panicking"
)]

pub mod mutate;
pub mod seeds;
mod targets;

/// The environment variable that names the target which the program in `fuzz/` runs.
pub const SELECTOR: &str = "PLIMSOLL_FUZZ_TARGET";

/// Parses some bytes and checks what must hold.
pub type Run = fn(&[u8]);
/// Makes inputs that the parser accepts, or nearly.
pub type Seeds = fn() -> Vec<Vec<u8>>;

/// One parser, or several that are fed the same bytes because they share their code.
#[derive(Clone, Copy)]
pub struct Target {
    /// Of its corpus and of its artifacts, and what [`SELECTOR`] holds.
    pub name: &'static str,
    /// What is parsed, for the list that people read.
    pub about: &'static str,
    /// Name of a file in `fuzz/dictionaries`, without `.dict`.
    pub dictionary: Option<&'static str>,
    pub run: Run,
    pub seeds: Seeds,
}

/// Every target: what stands first in an image comes first, binary formats before text.
pub static TARGETS: &[&[Target]] = &[
    targets::image::TARGETS,
    targets::system::TARGETS,
    targets::programs::TARGETS,
    targets::lockfiles::TARGETS,
    targets::documents::TARGETS,
    targets::advisories::TARGETS,
    targets::policies::TARGETS,
    targets::cluster::TARGETS,
    targets::configuration::TARGETS,
    targets::checks::TARGETS,
    targets::network::TARGETS,
    targets::access::TARGETS,
    targets::events::TARGETS,
    targets::sensor::TARGETS,
    targets::rules::TARGETS,
];

/// All targets in the order of the list.
pub fn all() -> impl Iterator<Item = &'static Target> {
    TARGETS.iter().copied().flatten()
}

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    all().find(|target| target.name == name)
}

/// Runs a target once. A name that is not in the list is a mistake of the caller.
pub fn run(name: &str, bytes: &[u8]) {
    let target = target(name).unwrap_or_else(|| panic!("no target `{name}` in the list"));
    (target.run)(bytes);
}

/// For targets whose library panics on purpose behind a `catch_unwind`: a fuzzer's own hook would
/// end the process there. A panic that nobody catches still ends it.
pub(crate) fn quiet_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|_| {})));
}
