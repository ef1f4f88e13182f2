//! What a file asks of the engine and of plugins.

use plimsoll_yaml::Value;

use super::super::diagnostic::{Context, ItemKind};
use super::super::model::{Plugin, SYSCALL, Version};
use super::super::scalar::Item;
use super::{Read, Reader};

/// What this engine is and has.
#[derive(Debug, Clone)]
pub struct Known {
    /// The version of Falco's engine whose language this is.
    pub engine: Version,
    /// Plugins whose fields are known, with their versions.
    pub plugins: Vec<Plugin>,
    /// Where events come from.
    pub sources: Vec<String>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            engine: Version {
                major: 0,
                minor: 62,
                patch: 0,
            },
            plugins: vec![Plugin {
                name: "container".to_owned(),
                version: Version {
                    major: 0,
                    minor: 7,
                    patch: 1,
                },
            }],
            sources: vec![SYSCALL.to_owned()],
        }
    }
}

impl Version {
    /// Three numbers with dots between them.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.');
        let mut next = || {
            let digits = numbers.next()?;
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| digits.parse().ok()).flatten()
        };
        let version = Self {
            major: next()?,
            minor: next()?,
            patch: next()?,
        };
        numbers.next().is_none().then_some(version)
    }

    /// Whether what asks for another version can have this one.
    pub fn satisfies(self, wanted: Self) -> bool {
        self.major == wanted.major && self >= wanted
    }
}

impl Reader<'_> {
    pub(super) fn engine_version(&mut self, item: &Item<'_>) -> Read<()> {
        let item = item.within(ItemKind::RequiredEngineVersion, "");
        self.unknown_keys(&item, &["required_engine_version"]);
        let text = item.string("required_engine_version")?;
        let engine = self.known.engine;
        let short = text.parse().ok().map(|minor| Version {
            major: engine.major,
            minor,
            patch: engine.patch,
        });
        let Some(wanted) = short.or_else(|| Version::parse(&text)) else {
            let message = format!(
                "Unable to parse engine version '{text}' as a semver string. Expected \"x.y.z\" \
                 semver format."
            );
            return Err(item.context.malformed(message));
        };
        if !engine.satisfies(wanted) {
            let message =
                format!("Rules require engine version {wanted}, but engine version is {engine}");
            return Err(item.context.invalid(message));
        }
        let required = &mut self.definitions.required_engine;
        *required = (*required).max(Some(wanted));
        Ok(())
    }

    pub(super) fn plugin_versions(&mut self, item: &Item<'_>) -> Read<()> {
        let kind = ItemKind::RequiredPluginVersions;
        let Some(node) = item.node.get("required_plugin_versions") else {
            return Ok(());
        };
        self.unknown_keys(item, &["required_plugin_versions"]);
        let list = item.inner(node, kind, "");
        let Value::List(plugins) = &node.value else {
            let message = "Value of required_plugin_versions must be a sequence";
            return Err(list.context.malformed(message));
        };
        for node in plugins.iter() {
            let entry = list.inner(node, ItemKind::RequiredPluginVersionsEntry, "");
            self.plugin(&entry, &list)?;
        }
        Ok(())
    }

    fn plugin(&mut self, entry: &Item<'_>, list: &Item<'_>) -> Read<()> {
        if !matches!(entry.node.value, Value::Map(_)) {
            return Err(entry.context.malformed("Plugin version must be a mapping"));
        }
        let name = entry.string("name")?;
        let entry = list.inner(entry.node, ItemKind::RequiredPluginVersionsEntry, &name);
        let mut asked = vec![(name, entry.string("version")?)];
        if let Some(node) = entry.node.get("alternatives") {
            let Value::List(items) = &node.value else {
                let message = "Value of plugin version alternatives must be a sequence";
                return Err(entry.context.malformed(message));
            };
            for node in items.iter() {
                let kind = ItemKind::RequiredPluginVersionsAlternative;
                let inner = entry.inner(node, kind, "");
                if !matches!(node.value, Value::Map(_)) {
                    let message = "Plugin version alternative must be a mapping";
                    return Err(inner.context.malformed(message));
                }
                asked.push((inner.string("name")?, inner.string("version")?));
            }
        }
        let alternatives = alternatives(&asked, &entry.context)?;
        let is_there = |wanted: &Plugin| {
            let mut known = self.known.plugins.iter();
            known.any(|known| known.name == wanted.name && known.version.satisfies(wanted.version))
        };
        if !alternatives.iter().any(is_there) {
            let each = alternatives.iter();
            let each: Vec<_> = each
                .map(|plugin| format!("{} (>= {})", plugin.name, plugin.version))
                .collect();
            let message = format!(
                "Plugin requirement not satisfied, must load one of: {}",
                each.join(", ")
            );
            let hint = "plugins are not loaded here; the fields of `container` are built in";
            return Err(entry.context.invalid(message).hint(hint));
        }
        self.definitions.required_plugins.push(alternatives);
        Ok(())
    }
}

/// Plugins of which one is needed: each named once, with a version that is one.
fn alternatives(asked: &[(String, String)], context: &Context) -> Read<Vec<Plugin>> {
    let mut plugins: Vec<Plugin> = Vec::with_capacity(asked.len());
    for (name, version) in asked {
        let Some(version) = Version::parse(version) else {
            let message = format!("Invalid required version '{version}' for plugin '{name}'");
            return Err(context.invalid(message));
        };
        if plugins.iter().any(|plugin| plugin.name == *name) {
            let message =
                format!("Defined multiple alternative version requirements for plugin '{name}'");
            return Err(context.invalid(message));
        }
        plugins.push(Plugin {
            name: name.clone(),
            version,
        });
    }
    Ok(plugins)
}
