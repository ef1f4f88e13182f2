//! What is wrong or doubtful in rule files: Falco's codes, where it stands, and what to do.

use std::fmt;
use std::sync::Arc;

use super::condition::Site;

/// A defect (the file is refused) or a doubt, by the names that Falco gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    ErrFileRead,
    ErrYamlParse,
    ErrYamlValidate,
    ErrCompileCondition,
    ErrCompileOutput,
    ErrValidate,
    UnknownSource,
    UnsafeNaCheck,
    NoEvttype,
    UnknownFilter,
    UnusedMacro,
    UnusedList,
    UnknownItem,
    DeprecatedItem,
    AppendNoValues,
    ExceptionNameNotUnique,
    InvalidMacroName,
    InvalidListName,
    CompileCondition,
    UnknownKey,
}

/// All of them with their names and what they say, errors first.
pub const CODES: &[(Code, &str, &str)] = &[
    (
        Code::ErrFileRead,
        "LOAD_ERR_FILE_READ",
        "the file cannot be read",
    ),
    (
        Code::ErrYamlParse,
        "LOAD_ERR_YAML_PARSE",
        "the file is not YAML",
    ),
    (
        Code::ErrYamlValidate,
        "LOAD_ERR_YAML_VALIDATE",
        "the YAML is not built as a rule file is",
    ),
    (
        Code::ErrCompileCondition,
        "LOAD_ERR_COMPILE_CONDITION",
        "a condition cannot be compiled",
    ),
    (
        Code::ErrCompileOutput,
        "LOAD_ERR_COMPILE_OUTPUT",
        "an output cannot be compiled",
    ),
    (
        Code::ErrValidate,
        "LOAD_ERR_VALIDATE",
        "a rule, macro, list or exception is wrong in itself",
    ),
    (
        Code::UnknownSource,
        "LOAD_UNKNOWN_SOURCE",
        "the rule's events come from a source that is not there",
    ),
    (
        Code::UnsafeNaCheck,
        "LOAD_UNSAFE_NA_CHECK",
        "a field is compared with <NA>",
    ),
    (
        Code::NoEvttype,
        "LOAD_NO_EVTTYPE",
        "the condition does not narrow the event types",
    ),
    (
        Code::UnknownFilter,
        "LOAD_UNKNOWN_FILTER",
        "a field or event type is unknown, and the rule is left out",
    ),
    (
        Code::UnusedMacro,
        "LOAD_UNUSED_MACRO",
        "nothing names the macro",
    ),
    (
        Code::UnusedList,
        "LOAD_UNUSED_LIST",
        "nothing names the list",
    ),
    (
        Code::UnknownItem,
        "LOAD_UNKNOWN_ITEM",
        "the item is of no known kind",
    ),
    (
        Code::DeprecatedItem,
        "LOAD_DEPRECATED_ITEM",
        "something deprecated is used",
    ),
    (
        Code::AppendNoValues,
        "LOAD_APPEND_NO_VALUES",
        "an exception is appended without values",
    ),
    (
        Code::ExceptionNameNotUnique,
        "LOAD_EXCEPTION_NAME_NOT_UNIQUE",
        "two exceptions have the same name",
    ),
    (
        Code::InvalidMacroName,
        "LOAD_INVALID_MACRO_NAME",
        "no condition can name the macro",
    ),
    (
        Code::InvalidListName,
        "LOAD_INVALID_LIST_NAME",
        "no condition can name the list",
    ),
    (
        Code::CompileCondition,
        "LOAD_COMPILE_CONDITION",
        "a condition may not mean what it says",
    ),
    (
        Code::UnknownKey,
        "LOAD_UNKNOWN_KEY",
        "an item has a key that is not known",
    ),
];

impl Code {
    fn entry(self) -> Option<&'static (Self, &'static str, &'static str)> {
        CODES.iter().find(|(code, ..)| *code == self)
    }

    /// As Falco writes it, as `LOAD_ERR_VALIDATE`.
    pub fn name(self) -> &'static str {
        self.entry().map_or("", |(_, name, _)| name)
    }

    /// What it says, in a few words.
    pub fn about(self) -> &'static str {
        self.entry().map_or("", |(.., about)| about)
    }

    /// Whether the file is refused for it.
    pub const fn is_error(self) -> bool {
        matches!(
            self,
            Self::ErrFileRead
                | Self::ErrYamlParse
                | Self::ErrYamlValidate
                | Self::ErrCompileCondition
                | Self::ErrCompileOutput
                | Self::ErrValidate
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One of them, with everything that helps to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    /// In lower case where it is ours; Falco's wording where people search for it.
    pub message: String,
    pub hint: Option<String>,
    /// From the file inwards; the last is the place itself. Never empty.
    pub context: Vec<Location>,
}

/// Something that a diagnostic stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub item: ItemKind,
    /// Of the rule, macro, list or key; empty for what has none.
    pub name: String,
    pub site: Site,
    /// For a place inside a condition: the condition with everything put in, and how many of its
    /// bytes stand before the place.
    pub expression: Option<(Arc<str>, usize)>,
}

/// What a location is, in Falco's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    ValueFor,
    Exceptions,
    Exception,
    ExceptionValues,
    ExceptionValue,
    RulesContent,
    RulesContentItem,
    RequiredEngineVersion,
    RequiredPluginVersions,
    RequiredPluginVersionsEntry,
    RequiredPluginVersionsAlternative,
    List,
    ListItem,
    Macro,
    MacroCondition,
    Rule,
    RuleCondition,
    ConditionExpression,
    RuleOutput,
    RulePriority,
    Overrides,
}

impl ItemKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::ValueFor => "value for",
            Self::Exceptions => "exceptions",
            Self::Exception => "exception",
            Self::ExceptionValues => "exception values",
            Self::ExceptionValue => "exception value",
            Self::RulesContent => "rules content",
            Self::RulesContentItem => "rules content item",
            Self::RequiredEngineVersion => "required_engine_version",
            Self::RequiredPluginVersions => "required plugin versions",
            Self::RequiredPluginVersionsEntry => "required plugin versions entry",
            Self::RequiredPluginVersionsAlternative => "required plugin versions alternative",
            Self::List => "list",
            Self::ListItem => "list item",
            Self::Macro => "macro",
            Self::MacroCondition => "macro condition",
            Self::Rule => "rule",
            Self::RuleCondition => "rule condition",
            Self::ConditionExpression => "condition expression",
            Self::RuleOutput => "rule output",
            Self::RulePriority => "rule priority",
            Self::Overrides => "overrides",
        }
    }
}

impl Diagnostic {
    /// Where it stands.
    pub fn site(&self) -> Option<&Site> {
        self.context.last().map(|location| &location.site)
    }
}

/// Where one is while reading: a chain of locations, cheap to grow and to share.
#[derive(Debug, Clone)]
pub struct Context(Arc<Link>);

#[derive(Debug)]
struct Link {
    parent: Option<Context>,
    location: Location,
}

impl Context {
    pub fn root(site: Site) -> Self {
        Self::link(None, ItemKind::RulesContent, "", site, None)
    }

    #[must_use]
    pub fn inner(&self, item: ItemKind, name: &str, site: Site) -> Self {
        Self::link(Some(self.clone()), item, name, site, None)
    }

    /// Inside a condition.
    #[must_use]
    pub fn expression(&self, text: Arc<str>, offset: usize, site: Site) -> Self {
        let item = ItemKind::ConditionExpression;
        Self::link(Some(self.clone()), item, "", site, Some((text, offset)))
    }

    fn link(
        parent: Option<Self>,
        item: ItemKind,
        name: &str,
        site: Site,
        expression: Option<(Arc<str>, usize)>,
    ) -> Self {
        let location = Location {
            item,
            name: name.to_owned(),
            site,
            expression,
        };
        Self(Arc::new(Link { parent, location }))
    }

    pub fn site(&self) -> &Site {
        &self.0.location.site
    }

    pub fn locations(&self) -> Vec<Location> {
        let mut locations = vec![self.0.location.clone()];
        let mut link = self;
        while let Some(parent) = &link.0.parent {
            locations.push(parent.0.location.clone());
            link = parent;
        }
        locations.reverse();
        locations
    }

    pub fn diagnostic(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            message: message.into(),
            hint: None,
            context: self.locations(),
        }
    }

    /// A defect in how the YAML is built.
    pub fn malformed(&self, message: impl Into<String>) -> Diagnostic {
        self.diagnostic(Code::ErrYamlValidate, message)
    }

    /// A defect of the item itself.
    pub fn invalid(&self, message: impl Into<String>) -> Diagnostic {
        self.diagnostic(Code::ErrValidate, message)
    }
}

impl Diagnostic {
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
