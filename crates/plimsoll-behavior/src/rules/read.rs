//! Reads a file's items into the definitions: what each key must hold, and what later items do to
//! earlier ones.
//!
//! Nothing is put in here, and no condition is looked into. An item that is wrong is told and left
//! out; the rest is still read, so that one run tells everything.

use std::cell::Cell;
use std::sync::Arc;

use plimsoll_yaml::{Node, Place, Value};

use super::catalog::FieldCatalog;
use super::condition::Site;
use super::definitions::Definitions;
use super::diagnostic::{Code, Context, Diagnostic, ItemKind};
use super::scalar::Item;
use super::source::Source;

mod exceptions;
mod list;
mod overrides;
mod rule;
mod versions;

pub use versions::Known;

/// Key under which Plimsoll's own rules carry their text for people; Falco warns of it and goes on.
const OWN_KEY: &str = "plimsoll";

/// Largest rule file, in bytes.
pub const FILE_BYTES_MAX: usize = 8 << 20;

/// What reading goes by and what it gives.
pub struct Reader<'c> {
    pub catalog: &'c dyn FieldCatalog,
    pub known: Known,
    pub definitions: Definitions,
    pub diagnostics: Vec<Diagnostic>,
    pub sources: Vec<Source>,
    taken: Cell<usize>,
}

type Read<T> = Result<T, Diagnostic>;

const DEPRECATED_APPEND: &str = "'append' key is deprecated. Add an 'append' entry (e.g. \
     'condition: append') under 'override' instead.";
const APPEND_AND_OVERRIDE: &str = "Keys 'override' and 'append: true' cannot be used together. Add \
     an 'append' entry (e.g. 'condition: append') under 'override' instead.";

impl<'c> Reader<'c> {
    pub fn new(catalog: &'c dyn FieldCatalog, known: Known) -> Self {
        Self {
            catalog,
            known,
            definitions: Definitions::default(),
            diagnostics: Vec::new(),
            sources: Vec::new(),
            taken: Cell::new(0),
        }
    }

    /// Reads a file: its name for messages, and what is in it.
    pub fn file(&mut self, name: &str, bytes: &[u8]) {
        let file: Arc<str> = name.into();
        let place = Place { line: 1, column: 1 };
        let root = Context::root(Site {
            file: Arc::clone(&file),
            place,
        });
        if bytes.len() > FILE_BYTES_MAX {
            let message = format!("the file is larger than {} MiB", FILE_BYTES_MAX >> 20);
            self.diagnostics
                .push(root.diagnostic(Code::ErrFileRead, message));
            return;
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let source = Source::new(file, String::from_utf8_lossy(text).into());
        self.documents(bytes, &root, &source);
        self.sources.push(source);
    }

    /// Says that a file could not be read.
    pub fn unreadable(&mut self, name: &str, reason: &str) {
        let place = Place { line: 1, column: 1 };
        let file: Arc<str> = name.into();
        let root = Context::root(Site {
            file: Arc::clone(&file),
            place,
        });
        self.diagnostics
            .push(root.diagnostic(Code::ErrFileRead, reason));
        self.sources.push(Source::new(file, "".into()));
    }

    fn documents(&mut self, bytes: &[u8], root: &Context, source: &Source) {
        let (documents, error) = plimsoll_yaml::parse(bytes);
        if let Some(error) = error {
            let site = Site {
                file: Arc::clone(&source.file),
                place: error.at,
            };
            let context = root.inner(ItemKind::ValueFor, "", site);
            let mut diagnostic = context.diagnostic(Code::ErrYamlParse, error.message);
            diagnostic.hint = error.hint.map(str::to_owned);
            self.diagnostics.push(diagnostic);
            return;
        }
        // The cell is taken out while items borrow it.
        let taken = std::mem::take(&mut self.taken);
        for document in &documents {
            for (place, key) in &document.duplicates {
                let site = Site {
                    file: Arc::clone(&source.file),
                    place: *place,
                };
                let context = root.inner(ItemKind::ValueFor, key, site);
                let message = format!("key '{}' stands twice in the same item", &**key);
                let diagnostic = context.diagnostic(Code::UnknownKey, message);
                let hint = "the last one counts here, the first one for Falco: keep one";
                self.diagnostics.push(diagnostic.hint(hint));
            }
            let item = Item {
                node: &document.root,
                context: root.clone(),
                source,
                taken: &taken,
            };
            self.items(&item);
        }
        self.taken = taken;
    }

    fn items(&mut self, document: &Item<'_>) {
        let items = match &document.node.value {
            Value::List(items) => items,
            Value::Map(_) => {
                let message = "Rules content is not yaml array of objects";
                let error = document.context.malformed(message);
                let hint = "a rule file is a list: each item begins with `- rule:`, `- macro:` or \
                            `- list:`";
                self.diagnostics.push(error.hint(hint));
                return;
            }
            _ => {
                let error = document.context.malformed("Rules content is not yaml");
                self.diagnostics.push(error);
                return;
            }
        };
        for node in items.iter().filter(|node| node.value != Value::Null) {
            let item = Item {
                node,
                ..document.clone()
            };
            if let Err(error) = self.item(&item) {
                self.diagnostics.push(error);
            }
        }
    }

    fn item(&mut self, item: &Item<'_>) -> Read<()> {
        if !matches!(item.node.value, Value::Map(_)) {
            let item = item.within(ItemKind::RulesContentItem, "");
            let message =
                "Unexpected element type. Each element should be a yaml associative array.";
            return Err(item.context.malformed(message));
        }
        if item.has("required_engine_version") {
            return self.engine_version(item);
        }
        if item.has("required_plugin_versions") {
            return self.plugin_versions(item);
        }
        if item.has("list") {
            return self.list(item);
        }
        if item.has("macro") {
            return self.macro_(item);
        }
        if item.has("rule") {
            return self.rule(item);
        }
        let item = item.within(ItemKind::RulesContentItem, "");
        let warning = item
            .context
            .diagnostic(Code::UnknownItem, "Unknown top level item");
        let hint = "an item is a `rule`, `macro`, `list`, `required_engine_version` or \
                    `required_plugin_versions`";
        self.diagnostics.push(warning.hint(hint));
        Ok(())
    }

    fn warn(&mut self, context: &Context, code: Code, message: impl Into<String>) {
        self.diagnostics.push(context.diagnostic(code, message));
    }

    /// Warns of keys that an item does not have.
    fn unknown_keys(&mut self, item: &Item<'_>, known: &[&str]) {
        let Node { value, .. } = item.node;
        let Value::Map(entries) = value else { return };
        for entry in entries.iter() {
            let key: &str = &entry.key;
            if known.contains(&key) || key == OWN_KEY {
                continue;
            }
            let site = Site {
                file: Arc::clone(&item.source.file),
                place: entry.at,
            };
            let context = item.context.inner(ItemKind::ValueFor, key, site);
            let message = format!("Unknown key '{key}': it is ignored");
            let mut warning = context.diagnostic(Code::UnknownKey, message);
            warning.hint = Some(match nearest(key, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known keys are {}", known.join(", ")),
            });
            self.diagnostics.push(warning);
        }
    }
}

/// A known key that differs in case, in `-` for `_`, or in one letter at the end.
fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' '], "");
    let wanted = plain(key);
    let is_near = |other: &&&str| {
        let other = plain(other);
        let longer = other
            .strip_prefix(&wanted)
            .or_else(|| wanted.strip_prefix(&other));
        longer.is_some_and(|rest| rest.chars().count() <= 1)
    };
    known.iter().find(is_near).copied()
}
