//! Small executables of every format, made by the code that the catalogers' tests use.

/// Container format; the same as the reader's own, which is private to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Elf,
    Pe,
    MachO,
}

#[path = "../../../plimsoll-scan/src/executable/sample.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
pub mod sample;
