//! CEL expressions over a finding, its package and the target.
//!
//! An expression sees `finding`, `pkg` (`package` is reserved in CEL) and `target` as maps with the keys of the report form.
//! It must come to true or false; anything else counts against the target, so that a broken rule
//! never lets something through.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cel::{Context, Program, Value};
use plimsoll_model::{Finding, Inventory, Package};
use serde_json::{Map, Value as Json, json};

/// Longest expression, in bytes.
pub const EXPRESSION_BYTES_MAX: usize = 4096;
/// Deepest nesting of brackets in an expression.
pub const EXPRESSION_DEPTH_MAX: usize = 32;

/// A compiled expression and its text.
#[derive(Clone)]
pub struct Expression {
    text: String,
    program: Arc<Program>,
}

/// An expression that cannot be compiled or evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expression `{text}`: {reason}")]
pub struct ExpressionError {
    text: String,
    reason: String,
}

impl fmt::Debug for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Expression({})", self.text)
    }
}

impl Expression {
    /// Compiles it; names other than `finding`, `pkg` and `target` are refused at once.
    pub fn compile(text: &str) -> Result<Self, ExpressionError> {
        let wrong = |reason: String| ExpressionError {
            text: text.trim().to_owned(),
            reason,
        };
        if text.len() > EXPRESSION_BYTES_MAX {
            return Err(wrong(format!(
                "longer than the limit of {EXPRESSION_BYTES_MAX} bytes"
            )));
        }
        if depth(text) > EXPRESSION_DEPTH_MAX {
            return Err(wrong(format!(
                "nested deeper than the limit of {EXPRESSION_DEPTH_MAX}"
            )));
        }
        let program = catch_unwind(|| Program::compile(text))
            .map_err(|_| wrong("cannot be parsed".to_owned()))?
            .map_err(|errors| wrong(one_line(&errors.to_string())))?;
        let known = ["finding", "pkg", "target"];
        let references = program.references();
        if let Some(name) = references
            .variables()
            .into_iter()
            .find(|name| !known.contains(name) && !is_bound(text, name))
        {
            return Err(wrong(format!(
                "`{name}` is not known, only finding, pkg and target"
            )));
        }
        drop(references);
        Ok(Self {
            text: text.to_owned(),
            program: Arc::new(program),
        })
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Evaluates it for one finding.
    pub fn evaluate(
        &self,
        finding: &Finding,
        package: Option<&Package>,
        inventory: &Inventory,
    ) -> Result<bool, ExpressionError> {
        let wrong = |reason: String| ExpressionError {
            text: self.text.trim().to_owned(),
            reason,
        };
        let mut context = Context::default();
        for (name, value) in [
            ("finding", finding_map(finding)),
            ("pkg", package.map_or(Json::Object(Map::new()), package_map)),
            ("target", target_map(inventory)),
        ] {
            context
                .add_variable(name, value)
                .map_err(|error| wrong(one_line(&error.to_string())))?;
        }
        let result = catch_unwind(AssertUnwindSafe(|| self.program.execute(&context)))
            .map_err(|_| wrong("cannot be evaluated".to_owned()))?;
        match result {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => Err(wrong(format!("is {}, not true or false", other.type_of()))),
            Err(error) => Err(wrong(one_line(&error.to_string()))),
        }
    }
}

/// Whether a macro binds the name: `finding.paths.exists(p, …)` binds `p`.
fn is_bound(text: &str, name: &str) -> bool {
    text.split('(').skip(1).any(|rest| {
        rest.trim_start()
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with(','))
    })
}

/// Deepest nesting of brackets and of conditionals, without regard to strings: an upper bound.
fn depth(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    let mut conditionals = 0;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'?' => conditionals += 1,
            _ => {}
        }
    }
    deepest + conditionals
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn finding_map(finding: &Finding) -> Json {
    json!({
        "id": finding.id,
        "aliases": finding.aliases,
        "kind": finding.kind.as_str(),
        "severity": finding.severity.as_str(),
        "title": finding.title,
        "known_exploited": finding.known_exploited,
        "epss": finding.epss.unwrap_or_default(),
        "cvss": finding.cvss_score().unwrap_or_default(),
        "fixed": finding.fix.as_ref().is_some_and(|fix| !fix.versions.is_empty()),
        "fix_state": finding.fix.as_ref().map_or("unknown", |fix| fix.state.as_str()),
        "fix_versions": finding.fix.as_ref().map(|fix| fix.versions.clone()).unwrap_or_default(),
        "weaknesses": finding.weaknesses,
        "source": finding.how.as_ref().map(|how| how.source.clone()).unwrap_or_default(),
        "paths": finding.locations.iter().map(|place| place.path.as_str()).collect::<Vec<_>>(),
    })
}

fn package_map(package: &Package) -> Json {
    json!({
        "purl": package.purl.as_str(),
        "name": package.name,
        "qualified_name": package.qualified_name(),
        "version": package.version,
        "type": package.ecosystem.as_str(),
        "part": package.part.as_str(),
        "state": package.state.as_str(),
        "licenses": package.licenses,
    })
}

fn target_map(inventory: &Inventory) -> Json {
    let target = &inventory.target;
    let os = target.os.as_ref();
    json!({
        "kind": target.kind.as_str(),
        "name": target.name,
        "digest": target.digest.as_ref().map(ToString::to_string).unwrap_or_default(),
        "os": os.map(|os| os.id.clone()).unwrap_or_default(),
        "os_version": os.and_then(|os| os.version_id.clone()).unwrap_or_default(),
        "layers": inventory.layers.len(),
    })
}
