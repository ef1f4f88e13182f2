//! Makes rules of definitions: lists, macros and exceptions put in, conditions and outputs held
//! against the fields.
//!
//! Every rule is looked at, so that one run tells everything; Falco stops at the first error.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::catalog::FieldCatalog;
use super::condition::{Condition, Operand, Place, Right, Site};
use super::cursor::SyntaxError;
use super::definitions::{Definitions, RuleInfo};
use super::diagnostic::{Code, Context, Diagnostic};
use super::exceptions;
use super::expand::{Expanded, Expander};
use super::kinds::{KindFinder, Kinds};
use super::lists::Lists;
use super::located::Located;
use super::model::{List, Rule, RuleSet, Source};
use super::output::Template;
use super::parser::{self, CONDITION_BYTES_MAX, Parsed};
use super::types::{self, Problem, Weight};

mod macros;

use macros::Macros;

/// Most text of all conditions together, lists put in, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 << 20;

/// Most problems of one condition that are told.
pub const PROBLEMS_MAX: usize = 100;

/// What a condition that stands alone is called where something is wrong with it.
pub const FILTER_NAME: &str = "filter";

/// Makes rules; tells what is wrong on the way.
pub struct Compiler<'c> {
    catalog: &'c dyn FieldCatalog,
    definitions: &'c Definitions,
    lists: Lists,
    expander: Expander,
    diagnostics: Vec<Diagnostic>,
    /// Bytes of conditions parsed so far.
    parsed: usize,
    /// Problems in macros that were told.
    told: BTreeSet<(Code, Site, String)>,
}

/// A condition's text with everything but macros put in, and what it was parsed to.
struct Prepared {
    text: Located,
    /// The text again, as diagnostics share it.
    shown: Arc<str>,
    parsed: Parsed,
    problems: Vec<(Problem, usize)>,
    context: Context,
}

impl Prepared {
    /// The context of an offset.
    fn at(&self, offset: usize) -> Context {
        inside(&self.context, &self.text, &self.shown, offset)
    }
}

fn inside(context: &Context, text: &Located, shown: &Arc<str>, offset: usize) -> Context {
    let site = text.site(offset).unwrap_or_else(|| context.site().clone());
    context.expression(Arc::clone(shown), offset, site)
}

/// Puts everything together.
pub fn compile(
    definitions: &Definitions,
    catalog: &dyn FieldCatalog,
) -> (RuleSet, Vec<Diagnostic>) {
    let mut compiler = Compiler::new(definitions, catalog);
    let mut macros = Macros::new(&mut compiler);
    let mut kinds = KindFinder::default();
    let mut rules = Vec::new();
    for info in definitions
        .rules
        .iter()
        .filter(|info| !info.has_unknown_source)
    {
        rules.extend(compiler.rule(info, &mut macros, &mut kinds));
    }
    let set = RuleSet {
        rules,
        macros: macros.finish(),
        lists: compiler.finished_lists(),
        required_engine: definitions.required_engine,
        required_plugins: definitions.required_plugins.clone(),
    };
    compiler.unused(&set);
    (set, compiler.diagnostics)
}

/// Reads a condition that stands alone, without macros and lists.
pub fn filter(text: &str, catalog: &dyn FieldCatalog) -> Result<Arc<Condition>, Vec<Diagnostic>> {
    let definitions = Definitions::default();
    let file: Arc<str> = FILTER_NAME.into();
    let place = Place { line: 1, column: 1 };
    let context = Context::root(Site {
        file: Arc::clone(&file),
        place,
    });
    let mut compiler = Compiler::new(&definitions, catalog);
    let prepared = compiler.prepare(&Located::plain(text, &file), &context);
    let expanded = prepared.and_then(|prepared| {
        let mut is_good = true;
        for (problem, at) in &prepared.problems {
            is_good &= compiler.problem(problem, &prepared.at(*at), None);
        }
        let find = |_: &str| None;
        match compiler
            .expander
            .expand(&prepared.parsed, &prepared.text, &find)
        {
            Ok(expanded) => is_good.then_some(expanded),
            Err(error) => {
                let error = prepared.at(error.offset).invalid(error.message);
                compiler.diagnostics.push(error);
                None
            }
        }
    });
    match expanded {
        Some(expanded) => Ok(expanded.condition),
        None => Err(compiler.diagnostics),
    }
}

impl<'c> Compiler<'c> {
    fn new(definitions: &'c Definitions, catalog: &'c dyn FieldCatalog) -> Self {
        let mut diagnostics = Vec::new();
        let lists = Lists::new(definitions, &mut diagnostics);
        Self {
            catalog,
            definitions,
            lists,
            expander: Expander::default(),
            diagnostics,
            parsed: 0,
            told: BTreeSet::new(),
        }
    }
}

impl Compiler<'_> {
    /// Parses a condition, its lists put in. What is wrong is told.
    fn prepare(&mut self, written: &Located, context: &Context) -> Option<Prepared> {
        let text = self.lists.put_into(written);
        let length = text
            .as_ref()
            .map_or(CONDITION_BYTES_MAX, |text| text.text().len());
        self.parsed = self.parsed.saturating_add(length);
        if text.is_none() || self.parsed > TEXT_BYTES_MAX {
            let (what, max) = match text {
                None => ("the condition is", CONDITION_BYTES_MAX),
                Some(_) => ("the conditions are together", TEXT_BYTES_MAX),
            };
            let max = max >> 20;
            let message = format!("{what} longer than {max} MiB with its lists put in");
            let code = Code::ErrCompileCondition;
            self.diagnostics.push(context.diagnostic(code, message));
            return None;
        }
        let text = text?;
        let shown: Arc<str> = text.text().into();
        match parser::parse(text.text()) {
            Ok(parsed) => {
                let mut problems = Vec::new();
                self.look(&parsed, &mut problems);
                problems.truncate(PROBLEMS_MAX);
                Some(Prepared {
                    text,
                    shown,
                    parsed,
                    problems,
                    context: context.clone(),
                })
            }
            Err(SyntaxError {
                offset,
                message,
                hint,
            }) => {
                let context = inside(context, &text, &shown, offset);
                let mut error = context.diagnostic(Code::ErrCompileCondition, message);
                error.hint = hint.map(str::to_owned);
                self.diagnostics.push(error);
                None
            }
        }
    }

    /// Holds each comparison against the fields.
    fn look(&self, parsed: &Parsed, problems: &mut Vec<(Problem, usize)>) {
        match parsed {
            Parsed::And(parts) | Parsed::Or(parts) => {
                for part in parts {
                    self.look(part, problems);
                }
            }
            Parsed::Not(part) => self.look(part, problems),
            Parsed::Macro { .. } => {}
            Parsed::Check {
                left,
                operator,
                right,
                offset,
                right_offset,
            } => {
                let found = types::problems(left, *operator, right, self.catalog);
                problems.extend(found.into_iter().map(|problem| {
                    let at = if problem.is_right {
                        *right_offset
                    } else {
                        *offset
                    };
                    (problem, at)
                }));
                problems.extend(unsafe_check(left, right).map(|problem| (problem, *offset)));
            }
        }
    }

    fn rule(
        &mut self,
        info: &RuleInfo,
        macros: &mut Macros,
        kinds: &mut KindFinder,
    ) -> Option<Arc<Rule>> {
        let output = self.output(info);
        let behind = exceptions::put_behind(&info.condition, &info.exceptions);
        let (condition, exception_fields) = match behind {
            Ok(behind) => behind,
            Err(error) => {
                self.diagnostics.push(error);
                return None;
            }
        };
        let prepared = self.prepare(&condition, &info.condition_context)?;
        let expanded = self.expanded(&prepared, macros, info)?;
        let (output, exception_fields) = (output?, exception_fields);
        self.event_types(info, &expanded, kinds);
        Some(Arc::new(Rule {
            name: Arc::clone(&info.name),
            desc: info.desc.clone(),
            condition: expanded.condition,
            output,
            priority: info.priority,
            source: Source(Arc::clone(&info.source)),
            tags: info.tags.clone(),
            enabled: info.enabled,
            exception_fields,
            capture: info.capture,
            capture_duration_ms: info.capture_duration_ms,
            at: info.context.site().clone(),
        }))
    }

    /// A rule's condition with macros put in, if nothing in it and in them is wrong.
    fn expanded(
        &mut self,
        prepared: &Prepared,
        macros: &mut Macros,
        info: &RuleInfo,
    ) -> Option<Expanded> {
        let find = |name: &str| macros.expanded(name);
        let expanded = self
            .expander
            .expand(&prepared.parsed, &prepared.text, &find);
        let expanded = match expanded {
            Ok(expanded) => expanded,
            Err(error) => {
                let names = super::expand::macros(&prepared.parsed);
                // What is wrong with a macro was told where it stands.
                if names.iter().any(|(name, _)| macros.is_broken(name)) {
                    return None;
                }
                let error = prepared.at(error.offset).invalid(error.message);
                self.diagnostics.push(error);
                return None;
            }
        };
        let mut found = Vec::new();
        let own = prepared.problems.iter();
        found.extend(own.map(|(problem, at)| (problem.clone(), prepared.at(*at))));
        macros.problems_of(&prepared.parsed, &mut found);
        let mut is_good = true;
        for (problem, context) in found {
            is_good &= self.problem(&problem, &context, Some(info));
        }
        is_good.then_some(expanded)
    }

    /// Tells a problem once; whether the rule can be kept all the same.
    fn problem(&mut self, problem: &Problem, context: &Context, info: Option<&RuleInfo>) -> bool {
        let skipped = info.filter(|info| info.skip_if_unknown_filter);
        let code = match problem.weight {
            Weight::Unknown if skipped.is_some() => Code::UnknownFilter,
            Weight::Wrong | Weight::Unknown => Code::ErrCompileCondition,
            Weight::Doubtful => Code::CompileCondition,
            Weight::Deprecated => Code::DeprecatedItem,
        };
        let mut diagnostic = context.diagnostic(code, problem.message.clone());
        diagnostic.hint.clone_from(&problem.hint);
        if let (Code::UnknownFilter, Some(info)) = (code, skipped) {
            diagnostic = diagnostic.hint(format!("the rule '{}' is left out", info.name));
        }
        self.tell(diagnostic);
        matches!(problem.weight, Weight::Doubtful | Weight::Deprecated)
    }

    /// Tells something that several rules may meet in the same macro.
    fn tell(&mut self, diagnostic: Diagnostic) {
        let site = diagnostic.site().cloned();
        let key = site.map(|site| (diagnostic.code, site, diagnostic.message.clone()));
        if key.is_none_or(|key| self.told.insert(key)) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn output(&mut self, info: &RuleInfo) -> Option<Template> {
        let context = &info.output_context;
        let written = self.without_container_info(info);
        let template = match Template::parse(written.text(), self.catalog) {
            Ok(template) => template,
            Err(error) => {
                let (code, hint) = if error.is_unknown && info.skip_if_unknown_filter {
                    (
                        Code::UnknownFilter,
                        Some(format!("the rule '{}' is left out", info.name)),
                    )
                } else {
                    (Code::ErrCompileOutput, None)
                };
                let site = written.site(error.offset);
                let site = site.unwrap_or_else(|| context.site().clone());
                let mut diagnostic = context.diagnostic(code, error.message);
                diagnostic.hint = hint;
                // An output is shown by its line, not as an expression.
                if let Some(last) = diagnostic.context.last_mut() {
                    last.site = site;
                }
                self.diagnostics.push(diagnostic);
                return None;
            }
        };
        let fields: BTreeSet<_> = template.operands().filter_map(field_name).collect();
        for name in types::DEPRECATED
            .iter()
            .filter(|name| fields.contains(**name))
        {
            let message =
                format!("usage of deprecated field '{name}' has been detected in the rule output");
            self.diagnostics
                .push(context.diagnostic(Code::DeprecatedItem, message));
        }
        Some(template)
    }

    /// An output without `%container.info`, which stands for nothing any more.
    fn without_container_info(&mut self, info: &RuleInfo) -> Located {
        const GONE: &str = "%container.info";
        let text = info.output.text();
        if !text.contains(GONE) {
            return info.output.clone();
        }
        let message = "%container.info is deprecated and no more useful, and will be dropped by \
                       Falco 1.0.0. Container fields are added to the output by themselves.";
        let warning = info.context.diagnostic(Code::DeprecatedItem, message);
        self.diagnostics.push(warning);
        let mut output = Located::default();
        let mut copied = 0;
        for (at, gone) in text.match_indices(GONE) {
            output.push_part(&info.output, copied, at);
            copied = at + gone.len();
        }
        output.push_part(&info.output, copied, text.len());
        output
    }

    fn event_types(&mut self, info: &RuleInfo, expanded: &Expanded, kinds: &mut KindFinder) {
        if !info.warn_evttypes || &*info.source != super::model::SYSCALL {
            return;
        }
        let is_narrow = match kinds.find(&expanded.condition, false) {
            Kinds::Only(names) => !names.is_empty(),
            Kinds::AllBut(_) => false,
        };
        if is_narrow {
            return;
        }
        let message = "Rule matches too many evt.type values. This has a significant performance \
                       penalty.";
        let warning = info.context.diagnostic(Code::NoEvttype, message);
        let hint = "narrow the condition with `evt.type in (…)`, or say `warn_evttypes: false`";
        self.diagnostics.push(warning.hint(hint));
    }

    fn finished_lists(&mut self) -> Vec<List> {
        let items = std::mem::take(&mut self.lists.items).into_iter();
        let used = self.lists.used.iter();
        let parts = self.definitions.lists.iter().zip(items).zip(used);
        let list = |((info, items), used): ((&super::definitions::ListInfo, _), &bool)| List {
            name: Arc::clone(&info.name),
            items,
            used: *used,
            at: info.context.site().clone(),
        };
        parts.map(list).collect()
    }

    /// Warns of macros and lists that nothing names. Where something is wrong they may only seem so.
    fn unused(&mut self, set: &RuleSet) {
        if self
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code.is_error())
        {
            return;
        }
        for (info, used) in self.definitions.macros.iter().zip(&set.macros) {
            if !used.used {
                let message = "Macro not referred to by any other rule/macro";
                let warning = info.context.diagnostic(Code::UnusedMacro, message);
                self.diagnostics.push(warning);
            }
        }
        for (info, used) in self.definitions.lists.iter().zip(&set.lists) {
            if !used.used {
                let message = "List not referred to by any other rule/macro";
                let warning = info.context.diagnostic(Code::UnusedList, message);
                self.diagnostics.push(warning);
            }
        }
    }
}

fn field_name(operand: &Operand) -> Option<&str> {
    match operand {
        Operand::Field(field) => Some(&field.name),
        Operand::Call(call) => call.operands.iter().find_map(field_name),
        Operand::Value(_) | Operand::List(_) => None,
    }
}

/// Fields of audit events are never `<NA>`: they are not there at all.
fn unsafe_check(left: &Operand, right: &Right) -> Option<Problem> {
    let name = field_name(left)?;
    let is_audit = name.starts_with("ka.") || name.starts_with("jevt.");
    let is_na = match right {
        Right::Value(value) => &**value == "<NA>",
        Right::Values(values) => values.iter().any(|value| &**value == "<NA>"),
        Right::Nothing | Right::Operand(_) => false,
    };
    if !is_audit || !is_na {
        return None;
    }
    Some(Problem {
        weight: Weight::Doubtful,
        message: "comparing a field value with <NA> is unsafe".to_owned(),
        hint: Some("use `exists`".to_owned()),
        is_right: false,
    })
}
