//! Rules: new ones, and what changes earlier ones.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::definitions::{ExceptionInfo, RuleInfo};
use super::super::diagnostic::{Code, Context, ItemKind};
use super::super::located::Located;
use super::super::model::{Priority, SYSCALL};
use super::super::scalar::Item;
use super::list::append;
use super::overrides::Overrides;
use super::{APPEND_AND_OVERRIDE, DEPRECATED_APPEND, Read, Reader};

const KEYS: &[&str] = &[
    "rule",
    "desc",
    "condition",
    "output",
    "priority",
    "source",
    "tags",
    "exceptions",
    "enabled",
    "warn_evttypes",
    "skip-if-unknown-filter",
    "capture",
    "capture_duration",
    "append",
    "override",
    // What people read of our own rules; Falco ignores it.
    "plimsoll",
];
const CAN_APPEND: &[&str] = &["condition", "output", "desc", "tags", "exceptions"];
const CAN_REPLACE: &[&str] = &[
    "condition",
    "output",
    "desc",
    "priority",
    "tags",
    "exceptions",
    "enabled",
    "warn_evttypes",
    "skip-if-unknown-filter",
    "capture",
    "capture_duration",
];

const DEPRECATED_ENABLED: &str = "The standalone 'enabled' key usage is deprecated. The correct \
     approach requires also a 'replace' entry under the 'override' key (i.e. 'enabled: replace').";
const NO_RULE_TO_APPEND: &str = "Rule uses 'append' or 'override.<key>: append' but no rule by that \
     name already exists";
const NO_RULE_TO_REPLACE: &str = "An 'override.<key>: replace' to a rule was requested but no rule \
     by that name already exists";

/// What an item changes of an earlier rule.
#[derive(Default)]
struct Update {
    condition: Option<Located>,
    output: Option<Located>,
    desc: Option<String>,
    tags: Option<BTreeSet<String>>,
    exceptions: Option<Vec<ExceptionInfo>>,
    priority: Option<Priority>,
    enabled: Option<bool>,
    warn_evttypes: Option<bool>,
    skip_if_unknown_filter: Option<bool>,
    capture: Option<bool>,
    capture_duration_ms: Option<u32>,
}

impl Reader<'_> {
    pub(super) fn rule(&mut self, item: &Item<'_>) -> Read<()> {
        let unnamed = item.within(ItemKind::Rule, "");
        let name: Arc<str> = unnamed.string("rule")?.into();
        let item = item.within(ItemKind::Rule, &name);
        self.unknown_keys(&item, KEYS);
        let appends = item.flag("append")?.unwrap_or(false);
        if appends {
            self.warn(&item.context, Code::DeprecatedItem, DEPRECATED_APPEND);
        }
        let overrides = Overrides::read(&item, CAN_APPEND, CAN_REPLACE)?;
        if appends && !overrides.is_empty() {
            return Err(item.context.malformed(APPEND_AND_OVERRIDE));
        }
        if !overrides.is_empty() {
            return self.overriding(&item, &name, &overrides);
        }
        if appends {
            let keys = ["condition", "exceptions"];
            let keys = keys.iter().filter(|key| item.has(key));
            let keys = keys.map(|key| (*key).to_owned()).collect();
            let update = self.update(&item, &keys, true)?;
            return self.append_rule(&item, &name, update);
        }
        let mut keys = ["condition", "output", "desc", "priority"].iter();
        if keys.any(|key| item.has(key)) {
            return self.define_rule(&item, &name);
        }
        let enabled = item.required("enabled")?.flag()?;
        self.warn(&item.context, Code::DeprecatedItem, DEPRECATED_ENABLED);
        let Some(rule) = self.definitions.rules.get_mut(&name) else {
            let message = "Rule has 'enabled' key but no rule by that name already exists";
            return Err(item.context.invalid(message));
        };
        rule.enabled = enabled;
        Ok(())
    }

    /// An item with `override`: what is appended first, then what is replaced.
    fn overriding(&mut self, item: &Item<'_>, name: &str, overrides: &Overrides) -> Read<()> {
        for (keys, what) in [
            (&overrides.append, "append"),
            (&overrides.replace, "replace"),
        ] {
            if let Some(key) = keys.iter().find(|key| !item.has(key)) {
                let message = format!(
                    "An {what} override for '{key}' was specified but '{key}' is not defined"
                );
                return Err(item.context.malformed(message));
            }
        }
        let is_told = |key: &str| overrides.append.contains(key) || overrides.replace.contains(key);
        let mut keys = CAN_REPLACE.iter();
        if let Some(key) = keys.find(|key| item.has(key) && !is_told(key)) {
            let message = format!(
                "Unexpected key '{key}': no corresponding entry under 'override' is defined."
            );
            let node = item.node.get(key).unwrap_or(item.node);
            let inner = item.inner(node, ItemKind::Overrides, key);
            let hint = format!("say `{key}: replace` under `override`, or leave the key out");
            return Err(inner.context.malformed(message).hint(hint));
        }
        if !overrides.append.is_empty() {
            let update = self.update(item, &overrides.append, true)?;
            self.append_rule(item, name, update)?;
        }
        if !overrides.replace.is_empty() {
            let update = self.update(item, &overrides.replace, false)?;
            self.replace_rule(item, name, update)?;
        }
        Ok(())
    }

    /// What the item says under some of its keys.
    fn update(&mut self, item: &Item<'_>, keys: &BTreeSet<String>, appends: bool) -> Read<Update> {
        let mut update = Update::default();
        for key in keys {
            match key.as_str() {
                "condition" => update.condition = Some(item.located(key)?),
                "output" => update.output = Some(item.located(key)?),
                "desc" => update.desc = Some(item.string(key)?),
                "tags" => update.tags = Some(tags(item)?),
                "exceptions" => update.exceptions = Some(self.exceptions(item, appends)?),
                "priority" => update.priority = Some(priority(item)?),
                "enabled" => update.enabled = item.flag(key)?,
                "warn_evttypes" => update.warn_evttypes = item.flag(key)?,
                "skip-if-unknown-filter" => update.skip_if_unknown_filter = item.flag(key)?,
                "capture" => update.capture = item.flag(key)?,
                "capture_duration" => update.capture_duration_ms = item.number(key)?,
                _ => {}
            }
        }
        Ok(update)
    }

    fn append_rule(&mut self, item: &Item<'_>, name: &str, update: Update) -> Read<()> {
        // Taken out, for its exceptions are held against the catalog.
        let Some(mut rule) = self.definitions.rules.get(name).cloned() else {
            return Err(item.context.invalid(NO_RULE_TO_APPEND));
        };
        let Update {
            condition,
            output,
            desc,
            tags,
            exceptions,
            ..
        } = update;
        let is_empty = condition.is_none() && output.is_none() && desc.is_none();
        if is_empty && tags.is_none() && exceptions.is_none() {
            let message = "Appended rule must have exceptions or condition property";
            return Err(item.context.invalid(message));
        }
        if let Some(condition) = condition {
            append(&mut rule.condition, &condition);
        }
        if let Some(output) = output {
            append(&mut rule.output, &output);
        }
        if let Some(desc) = desc {
            rule.desc.push(' ');
            rule.desc.push_str(&desc);
        }
        rule.tags.extend(tags.unwrap_or_default());
        self.append_exceptions(&mut rule, exceptions.unwrap_or_default())?;
        let name = Arc::clone(&rule.name);
        self.definitions.rules.insert(&name, rule);
        Ok(())
    }

    fn replace_rule(&mut self, item: &Item<'_>, name: &str, mut update: Update) -> Read<()> {
        let Some(rule) = self.definitions.rules.get(name) else {
            return Err(item.context.invalid(NO_RULE_TO_REPLACE));
        };
        if let Some(exceptions) = &mut update.exceptions {
            self.valid_exceptions(exceptions, rule.has_unknown_source)?;
        }
        let Some(rule) = self.definitions.rules.get_mut(name) else {
            return Ok(());
        };
        let inner = |key: &str, kind| {
            let node = item.node.get(key).unwrap_or(item.node);
            item.inner(node, kind, "").context
        };
        if update.condition.is_some() {
            rule.condition_context = inner("condition", ItemKind::RuleCondition);
        }
        if update.output.is_some() {
            rule.output_context = inner("output", ItemKind::RuleOutput);
        }
        set(&mut rule.condition, update.condition);
        set(&mut rule.output, update.output);
        set(&mut rule.desc, update.desc);
        set(&mut rule.tags, update.tags);
        set(&mut rule.exceptions, update.exceptions);
        set(&mut rule.priority, update.priority);
        set(&mut rule.enabled, update.enabled);
        set(&mut rule.warn_evttypes, update.warn_evttypes);
        set(
            &mut rule.skip_if_unknown_filter,
            update.skip_if_unknown_filter,
        );
        set(&mut rule.capture, update.capture);
        if update.capture_duration_ms.is_some() {
            rule.capture_duration_ms = update.capture_duration_ms;
        }
        Ok(())
    }

    fn define_rule(&mut self, item: &Item<'_>, name: &Arc<str>) -> Read<()> {
        let condition = item.located("condition")?;
        let output = item.located("output")?;
        let desc = item.string("desc")?;
        let priority = priority(item)?;
        let source = item.optional("source")?;
        let source: Arc<str> = source.map_or(SYSCALL.into(), |scalar| scalar.text.into());
        let enabled = item.flag("enabled")?.unwrap_or(true);
        let mut exceptions = self.exceptions(item, false)?;
        let context = |key: &str, kind| -> Context {
            let node = item.node.get(key).unwrap_or(item.node);
            item.inner(node, kind, "").context
        };
        let earlier = self.definitions.rules.get(name);
        if earlier.is_some_and(|earlier| earlier.source != source) {
            let message = "Rule has been re-defined with a different source";
            return Err(item.context.invalid(message));
        }
        let has_unknown_source = !self.known.sources.iter().any(|known| **known == *source);
        if has_unknown_source {
            let message = format!("Unknown source {source}, skipping");
            self.warn(&item.context, Code::UnknownSource, message);
        }
        self.valid_exceptions(&mut exceptions, has_unknown_source)?;
        let rule = RuleInfo {
            name: Arc::clone(name),
            desc,
            condition,
            output: output.trimmed(),
            priority,
            source,
            tags: tags(item)?,
            exceptions,
            enabled,
            warn_evttypes: item.flag("warn_evttypes")?.unwrap_or(true),
            skip_if_unknown_filter: item.flag("skip-if-unknown-filter")?.unwrap_or(false),
            capture: item.flag("capture")?.unwrap_or(false),
            capture_duration_ms: item.number("capture_duration")?,
            context: item.context.clone(),
            condition_context: context("condition", ItemKind::RuleCondition),
            output_context: context("output", ItemKind::RuleOutput),
            has_unknown_source,
        };
        self.definitions.rules.insert(name, rule);
        Ok(())
    }
}

fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

fn tags(item: &Item<'_>) -> Read<BTreeSet<String>> {
    Ok(item
        .strings("tags")?
        .unwrap_or_default()
        .into_iter()
        .collect())
}

fn priority(item: &Item<'_>) -> Read<Priority> {
    let scalar = item.required("priority")?;
    Priority::parse(&scalar.text).ok_or_else(|| {
        let inner = item.inner(scalar.node, ItemKind::RulePriority, "");
        let hint = "emergency, alert, critical, error, warning, notice, informational (or info), \
                    debug";
        inner.context.malformed("Invalid priority").hint(hint)
    })
}
