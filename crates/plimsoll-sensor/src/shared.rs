//! Numbers and layouts that the kernel programs and user space share, apart from records.
//!
//! The build writes them into the header of the programs; the crate itself uses the same lists.

use plimsoll_model::event;

/// Kinds are numbered below this.
pub const KIND_COUNT: usize = 512;
/// Longest name of an environment variable that can be chosen, with its `=`, in bytes.
pub const ENV_NAME_BYTES: usize = 32;
/// So many bytes of a variable's name are looked at before it is looked up.
pub const ENV_LETTERS: usize = 3;
/// Names of opens from this length on are never left out, in bytes.
pub const OPEN_NAME_BYTES: usize = 256;
/// What an open is known again by, apart from its name, in 64-bit words.
pub const OPENING_WORDS: usize = 13;
/// Random numbers for the hash over both: one for each word, and one more.
pub const OPEN_SEED_WORDS: usize = OPENING_WORDS + OPEN_NAME_BYTES / 8 + 1;

/// Most responses that the kernel decides about: bits of a word.
pub const ANSWER_SLOTS: usize = 64;
/// Longest path of a program that is killed, with its NUL, in bytes.
pub const ANSWER_PATH_BYTES: usize = 256;
/// Longest name of a program that is killed, with its NUL, in bytes.
pub const ANSWER_NAME_BYTES: usize = 64;

/// Why an event did not reach the ring, in the order of their numbers.
pub const LOSS_REASONS: &[&str] = &["ring full", "scratch full", "repetition", "shed"];

/// Flags of records and of files, under their names in C.
pub const FLAGS: &[(&str, u64)] = &[
    ("FLAG_ENTER", event::FLAG_ENTER as u64),
    ("FLAG_CUT", event::FLAG_CUT as u64),
    ("FLAG_IO_URING", event::FLAG_IO_URING as u64),
    ("FLAG_PATH_PARTIAL", event::FLAG_PATH_PARTIAL as u64),
    ("FLAG_RACED", event::FLAG_RACED as u64),
    ("FLAG_COMPAT", event::FLAG_COMPAT as u64),
    ("FLAG_FAULT", event::FLAG_FAULT as u64),
    ("FLAG_FROM_PROC", event::FLAG_FROM_PROC as u64),
    ("FLAG_ANSWERED", event::FLAG_ANSWERED as u64),
    ("FLAG_PATH_GIVEN", event::FLAG_PATH_GIVEN as u64),
    ("FILE_OVERLAY", event::FILE_OVERLAY),
    ("FILE_UPPER", event::FILE_UPPER),
    ("FILE_MEMFD", event::FILE_MEMFD),
    ("FILE_TMPFS", event::FILE_TMPFS),
    ("FILE_DELETED", event::FILE_DELETED),
    ("FILE_WRITABLE", event::FILE_WRITABLE),
    ("FILE_SETUID", event::FILE_SETUID),
    ("FILE_SETGID", event::FILE_SETGID),
    ("FILE_PSEUDO", event::FILE_PSEUDO),
    ("FILE_MOUNTED", event::FILE_MOUNTED),
];

/// Other numbers, under their names in C.
pub const NUMBERS: &[(&str, u64)] = &[
    ("HEAD_BYTES", event::HEAD_BYTES as u64),
    ("RECORD_BYTES_MAX", event::RECORD_BYTES_MAX as u64),
    ("KIND_COUNT", KIND_COUNT as u64),
    ("ENV_NAME_BYTES", ENV_NAME_BYTES as u64),
    ("ENV_LETTERS", ENV_LETTERS as u64),
    ("OPEN_NAME_BYTES", OPEN_NAME_BYTES as u64),
    ("OPENING_WORDS", OPENING_WORDS as u64),
    ("LOSS_COUNT", LOSS_REASONS.len() as u64),
    ("LOSS_RING", 0),
    ("LOSS_SCRATCH", 1),
    ("LOSS_REPETITION", 2),
    ("LOSS_SHED", 3),
    ("ANSWER_SLOTS", ANSWER_SLOTS as u64),
    ("ANSWER_PATH_BYTES", ANSWER_PATH_BYTES as u64),
    ("ANSWER_NAME_BYTES", ANSWER_NAME_BYTES as u64),
    ("ANSWER_DRY_RUN", 0),
    ("ANSWER_KILLED", 1),
    ("ANSWER_HELD_BACK", 2),
    ("ANSWER_FAILED", 3),
    ("CGROUPS_ALL", 0),
    ("CGROUPS_ONLY", 1),
    ("CGROUPS_EXCEPT", 2),
    ("OPENS_NONE", 0),
    ("OPENS_ALL", 1),
    ("OPENS_ASKED", 2),
];

/// Fields of the one entry of the map `configs`, each as many 64-bit words as it says.
pub const CONFIG: &[(&str, usize)] = &[
    ("kinds", KIND_COUNT / 64),     // bit set of the kinds that are wanted
    ("own_pid", 1),                 // the sensor itself
    ("host", 1),                    // whether processes in the host's mount namespace are wanted
    ("host_mnt_ns", 1),             // that namespace
    ("cgroup_mode", 1),             // CGROUPS_…: what the map `cgroups` means
    ("wake_bytes", 1),              // wake the reader when so much waits in the ring
    ("repeat_ns", 1), // the same open within this time is counted, not told; 0 for never
    ("open_read", 1), // OPENS_…: opens that only read
    ("open_write", 1), // opens that may write or create
    ("open_failed", 1), // opens that failed
    ("open_seed", OPEN_SEED_WORDS), // random numbers that opens are hashed with
    ("messages", 1),  // whether all messages are told, or only those that rules ask for
    ("epoch", 1),     // raised when what is known of paths no longer holds
];

/// Words of that entry.
#[allow(
    dead_code,
    reason = "the build, which shares this file, does not need it"
)]
#[expect(clippy::indexing_slicing, reason = "checked when it is compiled")]
pub const CONFIG_WORDS: usize = {
    let mut words = 0;
    let mut index = 0;
    while index < CONFIG.len() {
        words += CONFIG[index].1;
        index += 1;
    }
    words
};
