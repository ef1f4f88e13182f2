//! `rules test`: events written out, and the rules that have to fire.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use plimsoll_behavior::scenario::{self, Step};
use plimsoll_behavior::{Engine, Record, State};
use plimsoll_model::text::{clean, counted};
use serde::Deserialize;
use serde_json::json;

use super::{EXIT_WRONG, Form, load, unusable};
use crate::commands::EXIT_ALLOWED;
use crate::failure::{Context, Failure};
use crate::{input, outputs};

/// Largest test file, in bytes.
const FILE_BYTES_MAX: u64 = 8 << 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TestFile {
    /// Rule files beside the test file; without any our own.
    #[serde(default)]
    rules: Vec<PathBuf>,
    /// Our own before the files.
    #[serde(default)]
    own_rules: bool,
    tests: Vec<Test>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    name: String,
    /// A scenario: one event a line.
    events: String,
    /// Names of the rules that fire, in their order.
    fires: Vec<String>,
}

/// How one test went.
struct Outcome {
    name: String,
    wanted: Vec<String>,
    fired: Result<Vec<String>, String>,
}

impl Outcome {
    fn is_good(&self) -> bool {
        self.fired.as_ref() == Ok(&self.wanted)
    }
}

pub fn run(files: &[PathBuf], form: Form) -> Result<u8, Failure> {
    let mut outcomes = Vec::new();
    for file in files {
        outcomes.extend(of_file(file)?);
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.is_good()).count();
    let text = match form {
        Form::Text => text(&outcomes, failed),
        Form::Json => format!("{:#}\n", json(&outcomes)),
    };
    outputs::print(&text)?;
    Ok(if failed == 0 {
        EXIT_ALLOWED
    } else {
        EXIT_WRONG
    })
}

fn of_file(path: &Path) -> Result<Vec<Outcome>, Failure> {
    let bytes = input::read_at_most(path, FILE_BYTES_MAX)?;
    let shown = path.display();
    let file: TestFile =
        serde_saphyr::from_slice(&bytes).context(format_args!("read the tests {shown}"))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let rules: Vec<_> = file.rules.iter().map(|rule| folder.join(rule)).collect();
    let loaded = load(&rules, file.own_rules || rules.is_empty());
    if let Some(failure) = unusable(&loaded) {
        return Err(failure);
    }
    let named: Vec<_> = loaded.set.rules.iter().map(|rule| &*rule.name).collect();
    let mut wanted = file.tests.iter().flat_map(|test| &test.fires);
    if let Some(missing) = wanted.find(|rule| !named.contains(&rule.as_str())) {
        let message = format!("failed to run {shown}: no rule is called '{missing}'");
        return Err(Failure::new(message).hint("`plimsoll rules list` names them"));
    }
    let mut outcomes = Vec::with_capacity(file.tests.len());
    for test in file.tests {
        let mut engine = Engine::new(&loaded.set).map_err(|errors| {
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            Failure::new(format!("failed to compile rules: {first}"))
        })?;
        outcomes.push(Outcome {
            fired: fired(&test.events, &mut engine),
            name: test.name,
            wanted: test.fires,
        });
    }
    Ok(outcomes)
}

/// Names of the rules that fire at the events of a scenario.
fn fired(events: &str, engine: &mut Engine) -> Result<Vec<String>, String> {
    let steps = scenario::read(events).map_err(|error| error.to_string())?;
    let mut state = State::new();
    let mut fired = Vec::new();
    for step in steps {
        let bytes = match step {
            Step::Record(bytes) => bytes,
            Step::Question { line, .. } => {
                return Err(format!("line {line}: questions are not for tests of rules"));
            }
        };
        let record = Record::read(&bytes).map_err(|error| error.to_string())?;
        let moment = state.apply(&record);
        engine.judge(&moment, &mut |matched| {
            fired.push(matched.rule.name.to_string());
        });
    }
    Ok(fired)
}

fn text(outcomes: &[Outcome], failed: usize) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let name = clean(&outcome.name);
        if outcome.is_good() {
            let _ = writeln!(text, "ok      {name}");
            continue;
        }
        let _ = writeln!(text, "failed  {name}");
        let _ = writeln!(text, "        wanted: {}", clean(&listed(&outcome.wanted)));
        let _ = match &outcome.fired {
            Ok(fired) => writeln!(text, "        fired:  {}", clean(&listed(fired))),
            Err(error) => writeln!(text, "        events: {}", clean(error)),
        };
    }
    let count = counted(outcomes.len(), "test", "tests");
    let _ = writeln!(text, "{count}, {failed} failed");
    text
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.join(", ")
}

fn json(outcomes: &[Outcome]) -> serde_json::Value {
    let tests = outcomes.iter().map(|outcome| match &outcome.fired {
        Ok(fired) => json!({
            "name": outcome.name,
            "passed": outcome.is_good(),
            "wanted": outcome.wanted,
            "fired": fired,
        }),
        Err(error) => json!({"name": outcome.name, "passed": false, "error": error}),
    });
    json!({"schema": "plimsoll.rules-test/v1", "tests": tests.collect::<Vec<_>>()})
}
