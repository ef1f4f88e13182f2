//! The exceptions of a rule: fields, how they are compared, and with what.

use plimsoll_yaml::Value;

use super::super::condition::{Operator, Quantifier};
use super::super::cursor;
use super::super::definitions::{Entry, ExceptionInfo, RuleInfo};
use super::super::diagnostic::{Code, Context, ItemKind};
use super::super::scalar::Item;
use super::super::types;
use super::{Read, Reader};

impl Reader<'_> {
    /// The exceptions of a rule's item. In one that is appended the fields may be left out.
    pub(super) fn exceptions(
        &mut self,
        item: &Item<'_>,
        is_appended: bool,
    ) -> Read<Vec<ExceptionInfo>> {
        let mut exceptions: Vec<ExceptionInfo> = Vec::new();
        let Some(node) = item.node.get("exceptions") else {
            return Ok(exceptions);
        };
        if node.value == Value::Null {
            return Ok(exceptions);
        }
        let list = item.inner(node, ItemKind::Exceptions, "");
        let Value::List(nodes) = &node.value else {
            let message = "Rule exceptions must be a sequence";
            return Err(list.context.malformed(message));
        };
        for node in nodes.iter() {
            let unnamed = list.inner(node, ItemKind::Exception, "");
            if !matches!(node.value, Value::Map(_)) {
                let message = "Rule exception must be a mapping";
                return Err(unnamed.context.malformed(message));
            }
            let name = unnamed.string("name")?;
            let exception = item.inner(node, ItemKind::Exception, &name);
            if exceptions.iter().any(|earlier| earlier.name == name) {
                let message =
                    format!("Multiple definitions of exception '{name}' in the same object");
                self.warn(&exception.context, Code::ExceptionNameNotUnique, message);
            }
            exceptions.push(self.exception(&exception, name, is_appended)?);
        }
        Ok(exceptions)
    }

    fn exception(
        &mut self,
        item: &Item<'_>,
        name: String,
        is_appended: bool,
    ) -> Read<ExceptionInfo> {
        self.unknown_keys(item, &["name", "fields", "comps", "values"]);
        if !is_appended && !item.has("fields") {
            let message = "Item has no mapping for key 'fields'";
            return Err(item.context.malformed(message));
        }
        let mut values = Vec::new();
        if let Some(node) = item.node.get("values") {
            let list = item.inner(node, ItemKind::ExceptionValues, "");
            let Value::List(nodes) = &node.value else {
                let message = "Rule exception values must be a sequence";
                return Err(list.context.malformed(message));
            };
            for node in nodes.iter() {
                values.push(entry(&list.inner(node, ItemKind::ExceptionValue, ""))?);
            }
        } else if is_appended {
            let message = "Overriding/appending exception with no values";
            self.warn(&item.context, Code::AppendNoValues, message);
        }
        let given = |key: &str| match item.node.get(key) {
            Some(node) => entry(&item.inner(node, ItemKind::ValueFor, key)),
            None => Ok(Entry::One(String::new(), item.site(item.node))),
        };
        Ok(ExceptionInfo {
            name,
            fields: given("fields")?,
            comps: given("comps")?,
            values,
            context: item.context.clone(),
        })
    }

    /// Holds exceptions of a new rule, or those that take the place of a rule's, against what they
    /// must be; fills in the comparisons that are left out.
    pub(super) fn valid_exceptions(
        &self,
        exceptions: &mut [ExceptionInfo],
        has_unknown_source: bool,
    ) -> Read<()> {
        for exception in exceptions {
            if !exception.fields.is_given() {
                let message = "Rule exception item must have fields property with a list of fields";
                return Err(exception.context.invalid(message));
            }
            self.valid_exception(exception, has_unknown_source)?;
        }
        Ok(())
    }

    fn valid_exception(&self, exception: &mut ExceptionInfo, has_unknown_source: bool) -> Read<()> {
        let context = exception.context.clone();
        match &exception.fields {
            Entry::One(field, _) => {
                one_comparison(&mut exception.comps, &context)?;
                self.known_field(field, has_unknown_source, &context)
            }
            Entry::Many(fields, site) => {
                if !exception.comps.is_given() {
                    let each = fields
                        .iter()
                        .map(|_| Entry::One("=".to_owned(), site.clone()));
                    exception.comps = Entry::Many(each.collect(), site.clone());
                }
                if fields.len() != exception.comps.items().len() {
                    let message = "Fields and comps lists must have equal length";
                    return Err(context.invalid(message));
                }
                for comparison in exception.comps.items() {
                    let comparison = comparison.text();
                    if cursor::operator(comparison).is_none_or(|op| op == Operator::Exists) {
                        let message =
                            format!("'{comparison}' is not a supported comparison operator");
                        return Err(context.invalid(message));
                    }
                }
                for field in fields {
                    self.known_field(field.text(), has_unknown_source, &context)?;
                }
                Ok(())
            }
        }
    }

    fn known_field(&self, field: &str, has_unknown_source: bool, context: &Context) -> Read<()> {
        if has_unknown_source || types::is_field(field, self.catalog) {
            return Ok(());
        }
        let message = format!("'{field}' is not a supported filter field");
        Err(context.invalid(message))
    }

    /// Puts exceptions to those of an earlier rule.
    pub(super) fn append_exceptions(
        &self,
        rule: &mut RuleInfo,
        exceptions: Vec<ExceptionInfo>,
    ) -> Read<()> {
        for mut exception in exceptions {
            let context = exception.context.clone();
            let mut earlier = rule.exceptions.iter_mut();
            if let Some(earlier) = earlier.find(|earlier| earlier.name == exception.name) {
                for (entry, key) in [(&exception.fields, "fields"), (&exception.comps, "comps")] {
                    if entry.is_given() {
                        let message = format!(
                            "Can not append exception {key} to existing exception, only values"
                        );
                        return Err(context.invalid(message));
                    }
                }
                earlier.values.append(&mut exception.values);
                continue;
            }
            if !exception.fields.is_given() {
                let message = "Rule exception must have fields property with a list of fields";
                return Err(context.invalid(message));
            }
            if exception.values.is_empty() {
                let message = "Rule exception must have values property with a list of values";
                return Err(context.invalid(message));
            }
            self.valid_exception(&mut exception, rule.has_unknown_source)?;
            rule.exceptions.push(exception);
        }
        Ok(())
    }
}

/// The comparison of a single field: with a list, `in` if nothing is said.
fn one_comparison(comps: &mut Entry, context: &Context) -> Read<()> {
    if !comps.is_given() {
        *comps = Entry::One("in".to_owned(), comps.site().clone());
    }
    let Entry::One(comparison, _) = comps else {
        let message = "Fields and comps must both be strings";
        return Err(context.invalid(message));
    };
    let is_for_lists = match cursor::operator(comparison) {
        Some(Operator::In | Operator::PathMatch | Operator::Intersects) => true,
        Some(Operator::Compare(_, quantifier)) => {
            matches!(
                quantifier,
                Some(Quantifier::OneOf | Quantifier::AnyOf | Quantifier::AllOf)
            )
        }
        _ => false,
    };
    if is_for_lists {
        return Ok(());
    }
    let message = "When fields is a single value, comps must be one of (in, pmatch, intersects)";
    let hint = "or a comparison with `oneof`, `anyof` or `allof`, as `startswith anyof`; or write \
                fields and comps as lists";
    Err(context.invalid(message).hint(hint))
}

/// A value, or a list of values or of lists.
fn entry(item: &Item<'_>) -> Read<Entry> {
    let site = item.site(item.node);
    if let Value::List(nodes) = &item.node.value {
        let inner = |node| entry(&item.inner(node, ItemKind::Exception, ""));
        let items = nodes.iter().map(inner).collect::<Read<_>>()?;
        return Ok(Entry::Many(items, site));
    }
    match item.text()? {
        Some(text) if !text.is_empty() => Ok(Entry::One(text.into_owned(), site)),
        _ if matches!(item.node.value, Value::Map(_)) => {
            Err(item.context.malformed("Value is not a scalar value"))
        }
        _ => Err(item.context.malformed("Value must be non-empty")),
    }
}
