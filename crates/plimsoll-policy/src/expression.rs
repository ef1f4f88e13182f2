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
/// Most macros that go through a list (`all`, `exists`, `map`, `filter`) in an expression.
pub const EXPRESSION_LOOPS_MAX: usize = 4;
/// Most of them inside of each other: each multiplies the work by the length of a list.
pub const EXPRESSION_LOOPS_NESTED_MAX: usize = 2;

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
        let (loops, nested) = loops(text);
        if loops > EXPRESSION_LOOPS_MAX || nested > EXPRESSION_LOOPS_NESTED_MAX {
            return Err(wrong(format!(
                "goes through lists more often than the limit of {EXPRESSION_LOOPS_MAX}, \
                 {EXPRESSION_LOOPS_NESTED_MAX} of them inside of each other"
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

/// How many macros go through a list, and how many of them stand inside of each other; without
/// regard to strings, like [`depth`].
fn loops(text: &str) -> (usize, usize) {
    const MACROS: [&str; 5] = ["all", "exists", "exists_one", "filter", "map"];
    let (mut count, mut nested, mut deepest) = (0_usize, 0_usize, 0);
    // For each open bracket, whether it is a macro's.
    let mut open = Vec::new();
    for (at, character) in text.char_indices() {
        match character {
            '(' => {
                let front = text.get(..at).unwrap_or_default().trim_end();
                let start = front
                    .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .map_or(0, |last| last + 1);
                let is_macro = front
                    .get(start..)
                    .is_some_and(|word| MACROS.contains(&word));
                count += usize::from(is_macro);
                nested += usize::from(is_macro);
                deepest = deepest.max(nested);
                open.push(is_macro);
            }
            ')' => nested -= usize::from(open.pop().unwrap_or(false)),
            _ => {}
        }
    }
    (count, deepest)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_are_counted() {
        assert_eq!(
            loops("finding.epss > 0.5 && size(pkg.licenses) > 0"),
            (0, 0)
        );
        assert_eq!(
            loops("a.exists(x, b.all (y, x == y)) || c.map(z, z)"),
            (3, 2)
        );
        assert_eq!(loops("recall(1) || a.all(x, f(x))"), (1, 1));
        assert_eq!(loops(")))all("), (1, 1));
    }

    /// Each loop multiplies the work by the length of its list: ten to the tenth here.
    #[test]
    fn loops_inside_of_loops_are_refused() {
        let mut text = "true".to_owned();
        for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
            text = format!("[0,1,2,3,4,5,6,7,8,9].all({name}, {text})");
        }
        let error = Expression::compile(&text).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("goes through lists"), "{error}");
        let two = "finding.aliases.exists(a, finding.paths.all(p, p != a))";
        assert!(Expression::compile(two).is_ok());
    }
}
