//! What people read of a rule: its own words beside the condition.

use plimsoll_yaml::Node;

use super::OwnFile;

/// A rule with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRule {
    /// Name of its file: `cgroup-release-agent`.
    pub id: String,
    /// As alerts name it.
    pub name: String,
    /// What it looks for.
    pub desc: String,
    pub condition: String,
    /// As written in the rule: `CRITICAL`.
    pub priority: String,
    pub tags: Vec<String>,
    /// Whether it is in the default set.
    pub enabled: bool,
    pub why: String,
    /// A harmless act that fires it.
    pub fires: String,
    /// Something alike that does not.
    pub quiet: String,
    pub mend: String,
    /// What is done about it beside the alert; `none` unless a policy says otherwise.
    pub response: String,
    /// `container`, or why it was shown on synthetic records only.
    pub shown: String,
}

/// Why a file is no rule of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OwnError {
    #[error("failed to read {id}.yaml as YAML: {message}")]
    Yaml { id: &'static str, message: String },
    #[error("failed to read {id}.yaml: it does not hold exactly one rule")]
    NotOne { id: &'static str },
    #[error("failed to read {id}.yaml: `{key}` is missing or empty")]
    Missing { id: &'static str, key: &'static str },
    #[error("failed to read {id}.yaml: its id is `{said}`")]
    Id { id: &'static str, said: String },
}

impl OwnRule {
    /// Techniques of MITRE ATT&CK.
    pub fn techniques(&self) -> impl Iterator<Item = &str> {
        let tags = self.tags.iter().map(String::as_str);
        tags.filter(|tag| {
            let rest = tag.strip_prefix('T').unwrap_or_default();
            rest.starts_with(|first: char| first.is_ascii_digit())
        })
    }

    /// `stable`, `incubating` or `sandbox`, as Falco's own rules are tagged.
    pub fn maturity(&self) -> &str {
        let mut tags = self.tags.iter();
        tags.find_map(|tag| tag.strip_prefix("maturity_"))
            .unwrap_or_default()
    }
}

/// Reads one file.
pub fn read(file: &OwnFile) -> Result<OwnRule, OwnError> {
    let id = file.id;
    let (documents, error) = plimsoll_yaml::parse(file.yaml.as_bytes());
    if let Some(error) = error {
        let message = error.to_string();
        return Err(OwnError::Yaml { id, message });
    }
    let items = documents.first().map(|document| document.root.items());
    let Some([rule]) = items else {
        return Err(OwnError::NotOne { id });
    };
    let own = rule.get("plimsoll").ok_or(OwnError::Missing {
        id,
        key: "plimsoll",
    })?;
    let said = text(id, own, "id")?;
    if said != id {
        return Err(OwnError::Id { id, said });
    }
    Ok(OwnRule {
        id: said,
        name: text(id, rule, "rule")?,
        desc: text(id, rule, "desc")?,
        condition: text(id, rule, "condition")?,
        priority: text(id, rule, "priority")?,
        tags: tags(rule),
        enabled: rule.get("enabled").and_then(Node::as_bool) != Some(false),
        why: text(id, own, "why")?,
        fires: text(id, own, "fires")?,
        quiet: text(id, own, "quiet")?,
        mend: text(id, own, "mend")?,
        response: own
            .get("response")
            .and_then(Node::as_str)
            .unwrap_or("none")
            .to_owned(),
        shown: text(id, own, "shown")?,
    })
}

fn text(id: &'static str, node: &Node, key: &'static str) -> Result<String, OwnError> {
    let text = node.get(key).and_then(Node::as_str).map(str::trim);
    match text {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(OwnError::Missing { id, key }),
    }
}

fn tags(rule: &Node) -> Vec<String> {
    let items = rule.get("tags").map(Node::items).unwrap_or_default();
    let tags = items.iter().filter_map(Node::as_str);
    tags.map(str::to_owned).collect()
}
