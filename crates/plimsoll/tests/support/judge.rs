//! Holds a run with bad input against what must come of it, and against what must come of none:
//! a crash, a hang, memory past the cap, a write outside of the cache, raw control characters on a
//! terminal, a clean verdict.

#![allow(dead_code, reason = "each test uses a part")]

use std::cell::RefCell;
use std::fs;
use std::panic::AssertUnwindSafe;

use serde_json::Value;

use crate::program::{Ran, World, files_below, list, text};

/// Memory that any run may take, in KiB: half of it is the program itself without optimisation and
/// its map of the database.
const PEAK_KIB_MAX: u64 = 160 << 10;

/// What must come of a case.
#[derive(Debug, Clone, Copy)]
pub enum Expected {
    /// The target is refused with exit code 1, and the error says this.
    Fails(&'static str),
    /// It is read, an unknown says this, and the verdict is not clean.
    Unknown(&'static str),
    /// It is read, and there is nothing that was not looked at.
    Clean,
    /// It is read; whether there is an unknown is another test's matter.
    Read,
}

/// Runs cases.
pub struct Judge {
    pub world: World,
    /// What went wrong in cases that did not end the test at once.
    failures: RefCell<Vec<String>>,
}

impl Judge {
    pub fn new(test: &str) -> Self {
        let world = World::new(test);
        fs::create_dir(world.path("home")).unwrap();
        Self {
            world,
            failures: RefCell::default(),
        }
    }

    /// Scans a target twice, as a table and as a report, and returns the report, if there is one.
    #[track_caller]
    pub fn scan(&self, id: &str, target: &str, expected: Expected) -> Option<Value> {
        self.with(id, &["scan", target], expected)
    }

    /// As [`Judge::with`], but the test goes on; [`Judge::end`] tells all that failed.
    pub fn try_with(&self, id: &str, arguments: &[&str], expected: Expected) {
        let case = AssertUnwindSafe(|| self.with(id, arguments, expected));
        if let Err(panic) = std::panic::catch_unwind(case) {
            let text = panic.downcast_ref::<String>().cloned();
            let failure = format!("{}: {}", arguments[1], text.unwrap_or_default());
            self.failures.borrow_mut().push(failure);
        }
    }

    #[track_caller]
    pub fn end(self) {
        let failures = self.failures.take();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    /// The same with further arguments.
    #[track_caller]
    pub fn with(&self, id: &str, arguments: &[&str], expected: Expected) -> Option<Value> {
        let report = self.world.path("report.json");
        let _ = fs::remove_file(&report);
        let document = format!("json={}", report.display());
        let mut all = arguments.to_vec();
        all.extend(["-o", "table", "-o", &document]);
        let ran = self.world.run(&all);
        let report = plimsoll_image::read_file_capped(&report, 1 << 30).ok();
        let report = report.map(|bytes| serde_json::from_slice(&bytes).unwrap());
        self.check(id, &ran, report.as_ref(), expected);
        report
    }

    #[track_caller]
    pub fn check(&self, id: &str, ran: &Ran, report: Option<&Value>, expected: Expected) {
        let said = format!("{id}: {:?}\n{}{}", ran.code, ran.stderr, ran.text());
        assert!(!ran.stderr.contains("defect in plimsoll"), "{said}");
        for output in [ran.text(), ran.stderr.as_str()] {
            assert_eq!(raw_controls(output), Vec::<char>::new(), "{said}");
        }
        assert!(ran.peak_kib < PEAK_KIB_MAX, "{id}: {} KiB", ran.peak_kib);
        for folder in ["home", "work"] {
            let files = files_below(&self.world.path(folder));
            assert!(files.is_empty(), "{id}: wrote {files:?}");
        }
        let Some(report) = report else {
            let Expected::Fails(text) = expected else {
                panic!("{said}");
            };
            assert_eq!(ran.code, Some(1), "{said}");
            assert!(ran.stderr.contains(text), "expected `{text}`; {said}");
            assert!(ran.stderr.starts_with("error: failed to "), "{said}");
            assert_eq!(ran.text(), "", "{said}");
            return;
        };
        let unknowns: Vec<String> = list(report, "unknowns")
            .iter()
            .map(|unknown| format!("{}: {}", text(unknown, "/path"), text(unknown, "/reason")))
            .collect();
        let said = format!("{said}{unknowns:#?}");
        match expected {
            Expected::Fails(text) => panic!("expected `{text}`; {said}"),
            Expected::Unknown(text) => {
                let found = unknowns.iter().any(|unknown| unknown.contains(text));
                assert!(found, "expected `{text}`; {said}");
                let outcome = report["verdict"]["outcome"].as_str();
                assert!(matches!(outcome, Some("warn" | "deny")), "{said}");
            }
            Expected::Clean => assert!(unknowns.is_empty(), "{said}"),
            Expected::Read => {}
        }
        assert!(matches!(ran.code, Some(0 | 2)), "{said}");
    }
}

/// What would drive a terminal, or forge a line on it.
pub fn raw_controls(text: &str) -> Vec<char> {
    let is_raw = |character: &char| {
        (character.is_control() && !matches!(character, '\n' | '\t'))
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
    };
    text.chars().filter(is_raw).collect()
}
