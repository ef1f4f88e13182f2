//! Rules and how strictly they are meant, by stage.

use plimsoll_model::{Mode, Stage};

use crate::condition::Condition;

/// A named set of rules.
#[derive(Debug, Clone)]
pub struct Policy {
    pub name: String,
    /// What to make of things that could not be read.
    pub unknowns: Modes,
    pub rules: Vec<Rule>,
}

/// One rule: a condition, and what happens where it holds.
#[derive(Debug, Clone)]
pub struct Rule {
    pub name: String,
    pub modes: Modes,
    pub condition: Condition,
}

/// The mode in each stage; a stage without one is not judged by the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modes {
    build: Option<Mode>,
    deploy: Option<Mode>,
    runtime: Option<Mode>,
}

impl Modes {
    pub const fn everywhere(mode: Mode) -> Self {
        Self {
            build: Some(mode),
            deploy: Some(mode),
            runtime: Some(mode),
        }
    }

    pub const fn nowhere() -> Self {
        Self {
            build: None,
            deploy: None,
            runtime: None,
        }
    }

    pub const fn set(&mut self, stage: Stage, mode: Mode) {
        match stage {
            Stage::Build => self.build = Some(mode),
            Stage::Deploy => self.deploy = Some(mode),
            Stage::Runtime => self.runtime = Some(mode),
        }
    }

    pub const fn at(self, stage: Stage) -> Option<Mode> {
        match stage {
            Stage::Build => self.build,
            Stage::Deploy => self.deploy,
            Stage::Runtime => self.runtime,
        }
    }
}
