//! Rules made into programs, and events judged by them.
//!
//! [`Engine::new`] compiles a [`RuleSet`]: all conditions become one graph in which nothing is there
//! twice, and for each kind of event a program of the rules that such an event can match at all.
//! [`Engine::judge`] runs that program. Semantics are Falco's (libsinsp's filter checks): an absent
//! value makes every comparison false, `not` turns that round.
//!
//! An engine does not change; new rules are a new engine, put in place between two events. It keeps
//! no state of its own: what an event means was worked out before, and stands in the [`Moment`].

mod blind;
mod compile;
mod eval;
pub(crate) mod glob;
mod graph;
pub mod interest;
mod net;
mod output;
mod paths;
mod sets;
mod sides;
mod source;
mod spec;
mod test;
#[cfg(test)]
mod tests;
mod transform;

use std::sync::Arc;

use plimsoll_model::event::EventKind;

pub use blind::{Blind, Vain};
pub use compile::{CompileError, Problem, judged};
pub use interest::{Interest, Opened};
pub use output::{ABSENT, Output};
pub use source::{Source, SourceError};
pub use spec::SpecError;

use self::compile::{Compiler, Group, Program};
use self::eval::{Code, Scratch};
use self::graph::Graph;
use crate::alert::{Alert, FieldValue};
use crate::pipeline::Judge;
use crate::rules::{Rule, RuleSet};
use crate::state::Moment;

/// Compiled rules.
#[derive(Debug)]
pub struct Engine {
    rules: Vec<Arc<Rule>>,
    outputs: Vec<Output>,
    code: Code,
    /// The conditions as they were compiled, for those who ask what is wanted.
    graph: Graph,
    /// By number of the kind.
    programs: Vec<Option<Program>>,
    scratch: Scratch,
    matched: Vec<u32>,
    /// Of several rules that match only the first is given.
    first_only: bool,
}

/// A rule that an event matches.
#[derive(Debug)]
pub struct Match<'a> {
    pub rule: &'a Arc<Rule>,
    pub moment: &'a Moment<'a>,
    output: &'a Output,
}

impl Match<'_> {
    /// The rule's output with its fields filled in, cleaned of what could drive a terminal.
    pub fn output(&self) -> String {
        self.output.text(self.moment)
    }

    /// The output's fields by name, sorted, with their types.
    pub fn fields(&self) -> Vec<(String, FieldValue)> {
        self.output.fields(self.moment)
    }
}

impl Engine {
    /// Compiles the enabled rules for the kernel's events. Fails with everything that is wrong.
    pub fn new(set: &RuleSet) -> Result<Self, Vec<CompileError>> {
        let wanted = set
            .rules
            .iter()
            .filter(|rule| rule.enabled && rule.source.is_syscall());
        let rules: Vec<Arc<Rule>> = wanted.cloned().collect();
        let mut errors = Vec::new();
        let mut compiler = Compiler::new();
        let mut outputs = Vec::new();
        for rule in &rules {
            compiler.add(rule, &mut errors);
            match Output::new(&rule.output) {
                Ok(output) => outputs.push(output),
                Err(error) => errors.push(CompileError {
                    rule: Arc::clone(&rule.name),
                    at: rule.at.clone(),
                    problem: error.into(),
                }),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut programs = Vec::new();
        for kind in judged() {
            let program = compiler.program(kind, &rules);
            let at = usize::from(kind.number());
            if programs.len() <= at {
                programs.resize_with(at + 1, || None);
            }
            if let Some(slot) = programs.get_mut(at)
                && !program.groups.is_empty()
            {
                *slot = Some(program);
            }
        }
        let Compiler { graph, sources, .. } = compiler;
        let code = Code::new(&graph.nodes, &graph.checks, sources);
        let scratch = Scratch::new(&code);
        Ok(Self {
            rules,
            outputs,
            code,
            graph,
            programs,
            scratch,
            matched: Vec::new(),
            first_only: false,
        })
    }

    /// Of several rules that match an event only the first, in the rules' order, is given: Falco's
    /// `rule_matching: first`. Without it, all of them are.
    pub const fn first_only(&mut self, first_only: bool) {
        self.first_only = first_only;
    }

    /// Judges one event: gives each rule that it matches, in the rules' order.
    pub fn judge(&mut self, moment: &Moment<'_>, found: &mut impl FnMut(&Match<'_>)) {
        let at = usize::from(moment.kind().number());
        let Some(Some(program)) = self.programs.get(at) else {
            return;
        };
        self.scratch.next();
        self.matched.clear();
        for group in &program.groups {
            if !self.code.holds(group.guard, moment, &mut self.scratch) {
                continue;
            }
            for (rule, rest) in &group.rules {
                if self.code.holds(*rest, moment, &mut self.scratch) {
                    self.matched.push(*rule);
                }
            }
        }
        self.matched.sort_unstable();
        if self.first_only {
            self.matched.truncate(1);
        }
        for rule in &self.matched {
            let at = *rule as usize;
            if let (Some(rule), Some(output)) = (self.rules.get(at), self.outputs.get(at)) {
                found(&Match {
                    rule,
                    moment,
                    output,
                });
            }
        }
    }

    /// Adds the alert of each match.
    fn alerts(&mut self, moment: &Moment<'_>, alerts: &mut Vec<Alert>) {
        self.judge(moment, &mut |matched| {
            let (output, fields) = (matched.output(), matched.fields());
            alerts.push(Alert::of(moment, matched.rule, &output, fields));
        });
    }

    /// The rules that are judged, in their order.
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// Kinds of events that some rule can match.
    pub fn kinds(&self) -> impl Iterator<Item = EventKind> {
        judged().filter(|kind| self.rules_of(*kind) > 0)
    }

    /// How many rules an event of a kind can match.
    pub fn rules_of(&self, kind: EventKind) -> usize {
        self.groups(kind)
            .iter()
            .map(|group| group.rules.len())
            .sum()
    }

    fn groups(&self, kind: EventKind) -> &[Group] {
        let program = self.programs.get(usize::from(kind.number()));
        let program = program.and_then(Option::as_ref);
        program.map_or(&[], |program| &program.groups)
    }
}

impl Judge for Engine {
    fn judge(&mut self, moment: &Moment<'_>, alerts: &mut Vec<Alert>) {
        self.alerts(moment, alerts);
    }

    fn concerns(&mut self, open: &Moment<'_>) -> bool {
        Self::concerns(self, open)
    }
}
