//! Runs one target of the list in `plimsoll-fuzz`: all are in one program, since each would have
//! all parsers in it anyway, and ninety programs take long to link.
#![no_main]

use std::sync::LazyLock;

static TARGET: LazyLock<&plimsoll_fuzz::Target> = LazyLock::new(|| {
    let name = std::env::var(plimsoll_fuzz::SELECTOR).unwrap_or_default();
    plimsoll_fuzz::target(&name)
        .unwrap_or_else(|| panic!("{} names no target: `{name}`", plimsoll_fuzz::SELECTOR))
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| (TARGET.run)(data));
