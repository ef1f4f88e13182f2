//! From rule files to what judges events.

use std::fmt::Write as _;

use plimsoll_behavior::engine::Engine;
use plimsoll_behavior::engine::interest::Interest;
use plimsoll_behavior::fields::Catalog;
use plimsoll_behavior::pipeline::Judge;
use plimsoll_behavior::rules::{Loader, RuleSet};

use crate::failure::Failure;

/// The rule that holds a condition given by itself.
const CONDITION: &str = "the condition of --filter";
/// Most errors that one message names.
const ERRORS_MAX: usize = 5;

/// Rules that can be put in force.
pub struct Compiled {
    pub judge: Box<dyn Judge + Send>,
    /// What they can match.
    pub interest: Interest,
    /// How many are enabled.
    pub rules: usize,
    pub warnings: Vec<String>,
}

/// Compiles rule files: a name for messages, and the bytes. With `first_only`, of several rules that
/// match an event only the first tells.
pub fn compile(texts: &[(String, Vec<u8>)], first_only: bool) -> Result<Compiled, Failure> {
    let (set, mut warnings) = load(texts)?;
    let mut engine = engine(&set)?;
    engine.first_only(first_only);
    if engine.rules().is_empty() {
        return Err(Failure::new("failed to load rules: none is enabled")
            .hint("`plimsoll rules list` says which there are"));
    }
    warnings.extend(engine.blind().iter().map(ToString::to_string));
    Ok(Compiled {
        rules: engine.rules().len(),
        warnings,
        interest: engine.interest(),
        judge: Box::new(engine),
    })
}

/// Compiles one condition, which may use macros and lists of rule files.
pub fn condition(condition: &str, texts: &[(String, Vec<u8>)]) -> Result<Engine, Failure> {
    // What YAML and JSON write in double quotes is the same.
    let quoted = serde_json::Value::from(condition).to_string();
    let rule = format!(
        "- rule: {CONDITION}\n  desc: what is asked for\n  condition: {quoted}\n  \
         output: found\n  priority: INFO\n"
    );
    let mut texts = texts.to_vec();
    texts.push(("--filter".to_owned(), rule.into_bytes()));
    let (mut set, _) = load(&texts)?;
    set.rules.retain(|rule| &*rule.name == CONDITION);
    engine(&set)
}

fn load(texts: &[(String, Vec<u8>)]) -> Result<(RuleSet, Vec<String>), Failure> {
    let mut loader = Loader::new(&Catalog);
    for (name, bytes) in texts {
        loader.file(name, bytes);
    }
    let loaded = loader.finish();
    let said = |diagnostic: &plimsoll_behavior::rules::Diagnostic| {
        let site = diagnostic.context.last().map(|location| &location.site);
        let place = site.map_or(String::new(), |site| {
            let (line, column) = (site.place.line, site.place.column);
            format!("{}:{line}:{column}: ", site.file)
        });
        format!("{place}{}", diagnostic.message)
    };
    let errors: Vec<String> = loaded.errors().map(said).collect();
    if !errors.is_empty() {
        return Err(failure(&errors));
    }
    let warnings = loaded.warnings().map(said).collect();
    Ok((loaded.set, warnings))
}

fn engine(set: &RuleSet) -> Result<Engine, Failure> {
    Engine::new(set).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        failure(&errors)
    })
}

fn failure(errors: &[String]) -> Failure {
    let named: Vec<&str> = errors.iter().take(ERRORS_MAX).map(String::as_str).collect();
    let more = errors.len().saturating_sub(ERRORS_MAX);
    let mut text = format!("failed to load rules: {}", named.join("; "));
    if more > 0 {
        let _ = write!(text, "; and {more} more errors");
    }
    Failure::new(text).hint("`plimsoll rules check` on the files shows each with its place")
}
