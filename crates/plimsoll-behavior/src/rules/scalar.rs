//! Reads values of an item: every scalar as the text that stands in the file.
//!
//! For Falco a list's `on` and `0x10` are these letters; what YAML makes of them does not count.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

use plimsoll_yaml::{Node, Value};

use super::condition::Site;
use super::diagnostic::{Context, Diagnostic, ItemKind};
use super::located::Located;
use super::source::Source;

/// Most text of all files together, what aliases repeat included, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 << 20;

/// A map of a rule file that is being read.
#[derive(Clone)]
pub struct Item<'f> {
    pub node: &'f Node,
    pub context: Context,
    pub source: &'f Source,
    /// Bytes of text read so far.
    pub taken: &'f Cell<usize>,
}

/// A scalar's text and where it stands.
pub struct Scalar<'f> {
    pub text: Cow<'f, str>,
    pub node: &'f Node,
    pub context: Context,
}

type Read<T> = Result<T, Diagnostic>;

impl<'f> Item<'f> {
    pub fn site(&self, node: &Node) -> Site {
        Site {
            file: Arc::clone(&self.source.file),
            place: node.at,
        }
    }

    /// The same in another context.
    pub fn within(&self, item: ItemKind, name: &str) -> Self {
        let context = self.context.inner(item, name, self.site(self.node));
        Self {
            context,
            ..self.clone()
        }
    }

    /// A node inside.
    pub fn inner(&self, node: &'f Node, item: ItemKind, name: &str) -> Self {
        Self {
            node,
            context: self.context.inner(item, name, self.site(node)),
            source: self.source,
            taken: self.taken,
        }
    }

    pub fn has(&self, key: &str) -> bool {
        self.node.get(key).is_some()
    }

    /// A scalar that has to be there.
    pub fn required(&self, key: &str) -> Read<Scalar<'f>> {
        self.optional(key)?.ok_or_else(|| {
            let message = format!("Item has no mapping for key '{key}'");
            self.context.malformed(message)
        })
    }

    /// A scalar that need not be there, but if it is, has to hold something.
    pub fn optional(&self, key: &str) -> Read<Option<Scalar<'f>>> {
        let Some(node) = self.node.get(key) else {
            return Ok(None);
        };
        if node.value == Value::Null {
            let message = format!("Mapping for key '{key}' is empty");
            return Err(self.context.malformed(message));
        }
        let inner = self.inner(node, ItemKind::ValueFor, key);
        let context = inner.context.clone();
        let Some(text) = inner.text()? else {
            return Err(context.malformed("Value is not a scalar value"));
        };
        if text.is_empty() {
            return Err(context.malformed("Value must be non-empty"));
        }
        Ok(Some(Scalar {
            text,
            node,
            context,
        }))
    }

    pub fn string(&self, key: &str) -> Read<String> {
        Ok(self.required(key)?.text.into_owned())
    }

    pub fn flag(&self, key: &str) -> Read<Option<bool>> {
        self.optional(key)?.map(|scalar| scalar.flag()).transpose()
    }

    pub fn number(&self, key: &str) -> Read<Option<u32>> {
        let Some(scalar) = self.optional(key)? else {
            return Ok(None);
        };
        match scalar.text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(scalar.context.malformed("Can't decode YAML scalar value")),
        }
    }

    /// A scalar whose characters are found again in the file.
    pub fn located(&self, key: &str) -> Read<Located> {
        let scalar = self.required(key)?;
        Ok(Located::of_scalar(
            &scalar.text,
            scalar.node.at,
            self.source,
        ))
    }

    /// Scalars of a list.
    pub fn strings(&self, key: &str) -> Read<Option<Vec<String>>> {
        let Some(node) = self.node.get(key) else {
            return Ok(None);
        };
        let list = self.inner(node, ItemKind::ValueFor, key);
        let Value::List(items) = &node.value else {
            return Err(list.context.malformed("Value is not a sequence"));
        };
        let mut strings = Vec::with_capacity(items.len());
        for item in items.iter() {
            let item = list.inner(item, ItemKind::ListItem, "");
            match item.text()? {
                Some(text) => strings.push(text.into_owned()),
                None => return Err(item.context.malformed("sequence value is not scalar")),
            }
        }
        Ok(Some(strings))
    }

    /// The text of a scalar as it stands in the file; none for an empty one, a list or a map.
    pub fn text(&self) -> Read<Option<Cow<'f, str>>> {
        let text = match &self.node.value {
            Value::Text(text) => Cow::Borrowed(&**text),
            Value::Null | Value::List(_) | Value::Map(_) => return Ok(None),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => self.plain(),
        };
        let taken = self.taken.get().saturating_add(text.len());
        self.taken.set(taken);
        if taken > TEXT_BYTES_MAX {
            let max = TEXT_BYTES_MAX >> 20;
            let message = format!("more than {max} MiB of text, what aliases repeat included");
            return Err(self.context.malformed(message));
        }
        Ok(Some(text))
    }

    /// A number or a word for a boolean: nothing in them but letters, digits and a few signs.
    fn plain(&self) -> Cow<'f, str> {
        let mut rest = self.source.from(self.node.at);
        while rest.starts_with(['&', '!']) {
            let behind = rest.find(char::is_whitespace).unwrap_or(rest.len());
            rest = rest.get(behind..).unwrap_or_default().trim_start();
        }
        let is_in = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_');
        let end = rest.find(|c: char| !is_in(c)).unwrap_or(rest.len());
        Cow::Borrowed(rest.get(..end).unwrap_or_default())
    }
}

impl Scalar<'_> {
    /// A boolean in any of the spellings of YAML 1.1, quoted too.
    pub fn flag(&self) -> Read<bool> {
        let text = &*self.text;
        let is_one_of = |words: &[&str]| {
            let lower = text.to_ascii_lowercase();
            let mut capital = lower.clone();
            if let Some(first) = capital.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            let is_cased = text == lower || text == capital || text == lower.to_ascii_uppercase();
            is_cased && words.contains(&lower.as_str())
        };
        if is_one_of(&["y", "yes", "true", "on"]) {
            return Ok(true);
        }
        if is_one_of(&["n", "no", "false", "off"]) {
            return Ok(false);
        }
        let error = self.context.malformed("Can't decode YAML scalar value");
        Err(error.hint("`true` or `false` is expected"))
    }
}
