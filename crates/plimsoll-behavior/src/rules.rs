//! The Falco rule language, read as Falco reads it.
//!
//! Files of YAML become a [`RuleSet`]: conditions as trees with macros, lists and exceptions put in,
//! outputs cut into text and fields. What is wrong or doubtful is told with Falco's own codes, where
//! it stands, and a hint. Does not judge events, and knows fields only through [`FieldCatalog`].
//!
//! Implements <https://falco.org/docs/concepts/rules/> as of engine 0.57.0 (Falco 0.41 to 0.43), and the
//! list modifiers of 0.58.0.

pub mod catalog;
pub mod condition;
pub mod model;
pub mod output;

pub use catalog::{ArgKind, FieldCatalog, FieldInfo, FieldKind};
pub use condition::{
    Call, Check, Compare, Condition, FieldRef, Operand, Operator, Place, Quantifier, Right,
    Transformer,
};
pub use model::{List, Macro, Plugin, Priority, Rule, RuleSet, Site, Source, Version};
pub use output::{Part, Template};
