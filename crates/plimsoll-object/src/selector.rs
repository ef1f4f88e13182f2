//! Label selectors: who is meant.
//!
//! Both forms: the plain map of Services and `matchLabels`, and `matchExpressions` with all four
//! operators. As in Kubernetes, an absent selector and an empty one differ: what each means is for
//! the field that holds it, and is not decided here. What the API server would refuse is told apart
//! from what matches nothing.
//! Specification: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/>.

use crate::yaml::{Node, Place, Value, Word};

/// What labels must be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    requirements: Vec<Requirement>,
}

/// One demand on one label.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: Word,
    operator: Operator,
    /// Sorted.
    values: Vec<Word>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// Why a selector is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SelectorError {
    pub at: Place,
    pub message: String,
}

impl Selector {
    /// Reads a map of labels that must all be there: a Service's `spec.selector`.
    pub fn of_labels(node: &Node) -> Result<Self, SelectorError> {
        let mut out = Self::default();
        out.labels(node)?;
        Ok(out)
    }

    /// Reads `matchLabels` and `matchExpressions`.
    pub fn read(node: &Node) -> Result<Self, SelectorError> {
        let mut out = Self::default();
        if !matches!(node.value, Value::Map(_) | Value::Null) {
            return Err(error(node, "a selector is a map"));
        }
        for entry in node.entries() {
            match &*entry.key {
                "matchLabels" => out.labels(&entry.value)?,
                "matchExpressions" => match &entry.value.value {
                    Value::List(items) => {
                        for item in items.iter() {
                            out.requirements.push(expression(item)?);
                        }
                    }
                    Value::Null => {}
                    _ => return Err(error(&entry.value, "`matchExpressions` is a list")),
                },
                key => {
                    let message = format!("a selector has no field `{key}`");
                    return Err(SelectorError {
                        at: entry.at,
                        message,
                    });
                }
            }
        }
        Ok(out)
    }

    /// Whether it demands nothing: every object has what it asks for.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Labels that must be there with one value: what to look up by.
    pub fn equalities(&self) -> impl Iterator<Item = (&str, &str)> {
        self.requirements.iter().filter_map(|requirement| {
            match (requirement.operator, requirement.values.as_slice()) {
                (Operator::In, [value]) => Some((&*requirement.key, &**value)),
                _ => None,
            }
        })
    }

    /// Whether a map of labels has all that it asks for; no labels are an empty map.
    pub fn matches(&self, labels: Option<&Node>) -> bool {
        self.matches_by(|key| {
            let label = labels.and_then(|labels| labels.get(key));
            label.and_then(Node::as_str)
        })
    }

    /// The same, with a function that knows the labels.
    pub fn matches_by<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.requirements.iter().all(|requirement| {
            let value = label(&requirement.key);
            let is_named = || {
                value.is_some_and(|value| requirement.values.iter().any(|named| named.is(value)))
            };
            match requirement.operator {
                Operator::In => is_named(),
                // What lacks the label is not in the list either.
                Operator::NotIn => !is_named(),
                Operator::Exists => value.is_some(),
                Operator::DoesNotExist => value.is_none(),
            }
        })
    }

    fn labels(&mut self, node: &Node) -> Result<(), SelectorError> {
        if !matches!(node.value, Value::Map(_) | Value::Null) {
            return Err(error(node, "labels are a map"));
        }
        for entry in node.entries() {
            let value = text(&entry.value)?;
            self.requirements.push(Requirement {
                key: entry.key.clone(),
                operator: Operator::In,
                values: vec![value],
            });
        }
        Ok(())
    }
}

fn expression(node: &Node) -> Result<Requirement, SelectorError> {
    let key = node
        .get("key")
        .ok_or_else(|| error(node, "an expression without `key`"))?;
    let named = node
        .get("operator")
        .ok_or_else(|| error(node, "an expression without `operator`"))?;
    let operator = match named.as_str() {
        Some("In") => Operator::In,
        Some("NotIn") => Operator::NotIn,
        Some("Exists") => Operator::Exists,
        Some("DoesNotExist") => Operator::DoesNotExist,
        _ => {
            let message = "`operator` is none of In, NotIn, Exists, DoesNotExist";
            return Err(error(named, message));
        }
    };
    let list = node.at_path(&["values"]);
    let items = list.map_or(&[][..], Node::items);
    let takes_values = matches!(operator, Operator::In | Operator::NotIn);
    if takes_values == items.is_empty() {
        let message = if takes_values {
            "`In` and `NotIn` need `values`"
        } else {
            "`Exists` and `DoesNotExist` take no `values`"
        };
        return Err(error(list.unwrap_or(node), message));
    }
    let mut values = items.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    values.sort();
    Ok(Requirement {
        key: text(key)?,
        operator,
        values,
    })
}

fn text(node: &Node) -> Result<Word, SelectorError> {
    match &node.value {
        Value::Text(text) => Ok(text.clone()),
        // The API server reads it as absent text.
        Value::Null => Ok(Word::from("")),
        _ => Err(error(node, "labels are text: put it in quotes")),
    }
}

fn error(node: &Node, message: &str) -> SelectorError {
    SelectorError {
        at: node.at,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    fn node(text: &str) -> Node {
        let (documents, error) = parse(text.as_bytes());
        assert_eq!(error, None);
        documents.first().unwrap().root.clone()
    }

    #[test]
    fn who_is_meant() {
        let labels = node("{app: cart, tier: web, empty: ''}");
        for (selector, matches) in [
            ("{matchLabels: {app: cart}}", true),
            ("{matchLabels: {app: cart, tier: db}}", false),
            ("{matchLabels: {gone: ''}}", false),
            ("{matchLabels: {empty: ''}}", true),
            ("{matchLabels: {}, matchExpressions: []}", true),
            (
                "{matchExpressions: [{key: app, operator: In, values: [a, cart]}]}",
                true,
            ),
            (
                "{matchExpressions: [{key: app, operator: NotIn, values: [cart]}]}",
                false,
            ),
            (
                "{matchExpressions: [{key: gone, operator: NotIn, values: [cart]}]}",
                true,
            ),
            ("{matchExpressions: [{key: app, operator: Exists}]}", true),
            (
                "{matchExpressions: [{key: app, operator: DoesNotExist}]}",
                false,
            ),
            (
                "{matchLabels: {app: cart}, matchExpressions: [{key: tier, operator: In, values: [db]}]}",
                false,
            ),
        ] {
            let read = Selector::read(&node(selector)).unwrap();
            assert_eq!(read.matches(Some(&labels)), matches, "{selector}");
        }
        let all = Selector::read(&node("{matchLabels: {}}")).unwrap();
        assert!(all.is_empty() && all.matches(None));
        let plain = Selector::of_labels(&node("{app: cart}")).unwrap();
        assert!(plain.matches(Some(&labels)) && !plain.matches(None));
    }

    #[test]
    fn what_the_api_server_would_refuse_is_an_error() {
        for selector in [
            "[app]",
            "{app: cart}",
            "{matchLabels: [a]}",
            "{matchLabels: {app: 1}}",
            "{matchExpressions: {}}",
            "{matchExpressions: [{operator: Exists}]}",
            "{matchExpressions: [{key: a}]}",
            "{matchExpressions: [{key: a, operator: in, values: [b]}]}",
            "{matchExpressions: [{key: a, operator: In}]}",
            "{matchExpressions: [{key: a, operator: In, values: []}]}",
            "{matchExpressions: [{key: a, operator: Exists, values: [b]}]}",
        ] {
            assert!(Selector::read(&node(selector)).is_err(), "{selector}");
        }
    }
}
