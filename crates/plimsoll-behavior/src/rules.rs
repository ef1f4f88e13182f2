//! The Falco rule language, read as Falco reads it.
//!
//! Files of YAML become a [`RuleSet`]: conditions as trees with macros, lists and exceptions put in,
//! outputs cut into text and fields. What is wrong or doubtful is told with Falco's own codes, where
//! it stands, and a hint. Does not judge events, and knows fields only through [`FieldCatalog`].
//!
//! Implements <https://falco.org/docs/concepts/rules/> as of Falco 0.44 (engine 0.62.0); files for
//! earlier ones are read the same.

pub mod catalog;
mod compile;
pub mod condition;
mod cursor;
mod definitions;
pub mod diagnostic;
mod display;
mod exceptions;
mod expand;
mod kinds;
mod lists;
mod load;
mod located;
pub mod model;
mod needs;
pub mod output;
mod parser;
mod read;
pub mod report;
mod scalar;
mod source;
mod types;

pub use catalog::{ArgKind, FieldCatalog, FieldInfo, FieldKind, FieldTable};
pub use condition::{
    Call, Check, Compare, Condition, FieldRef, Operand, Operator, Place, Quantifier, Right, Site,
    Transformer,
};
pub use diagnostic::{Code, Diagnostic};
pub use load::{Loaded, Loader, filter};
pub use model::{List, Macro, Plugin, Priority, Rule, RuleSet, Source, Version};
pub use needs::Needs;
pub use output::{Part, Template};
pub use read::Known;

#[cfg(test)]
mod tests;
