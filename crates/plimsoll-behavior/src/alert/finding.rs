//! Alerts as findings of the kind behavior.

use plimsoll_model::text::clean;
use plimsoll_model::{Finding, FindingKind, Location, Severity};
use xxhash_rust::xxh3::Xxh3;

use super::{Alert, identity};
use crate::own;
use crate::rules::Priority;

/// The finding of an alert: the rule's id, MITRE's ids as aliases, the process as its place.
pub fn finding(alert: &Alert) -> Finding {
    let subject = alert.place();
    let what = clean(&alert.rule).into_owned();
    let detail = alert.chain.first().map(super::AlertProcess::command);
    let title = match &detail {
        Some(detail) => format!("{subject}: {what} ({detail})"),
        None => format!("{subject}: {what}"),
    };
    let mut finding = Finding::new(
        FindingKind::Behavior,
        rule_id(&alert.rule),
        fingerprint(alert),
        severity(alert.priority),
        title,
    );
    finding.aliases = alert.mitre();
    finding.vendor_severity = Some(alert.priority.name().to_owned());
    finding.subject = Some(subject);
    finding.detail = detail;
    finding.published = Some(alert.first_seen);
    finding.mend.clone_from(&alert.mend);
    finding.locations = alert
        .chain
        .iter()
        .filter(|process| !process.exe.is_empty())
        .take(1)
        .map(|process| Location::file(process.exe.trim_start_matches('/')))
        .collect();
    finding
}

/// `terminal-shell-in-container` for `Terminal shell in container`: ids hold no blanks. A rule of our
/// own has its id, which `plimsoll explain` knows.
pub fn rule_id(rule: &str) -> String {
    if let Some(own) = own::find(rule) {
        return own.id.clone();
    }
    let mut id = String::with_capacity(rule.len());
    for character in rule.chars() {
        if character.is_alphanumeric() {
            id.extend(character.to_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    id.truncate(id.trim_end_matches('-').len());
    id
}

/// The priority in the words of findings.
pub const fn severity(priority: Priority) -> Severity {
    match priority {
        Priority::Emergency | Priority::Alert | Priority::Critical => Severity::Critical,
        Priority::Error => Severity::High,
        Priority::Warning => Severity::Medium,
        Priority::Notice => Severity::Low,
        Priority::Informational | Priority::Debug => Severity::Negligible,
    }
}

/// 32 hexadecimal digits that stay the same when the same behavior is seen again, also in another
/// container of the same image: containers come and go, their ids and generated names with them.
pub fn fingerprint(alert: &Alert) -> String {
    let mut hash = Xxh3::new();
    let container = alert.container.as_ref();
    let pod = alert.pod.as_ref();
    let image = container.map_or("", |container| repository(&container.image));
    // Without an image there is no better name than the container's own.
    let name = container.map_or("", |container| {
        if image.is_empty() {
            container.called()
        } else {
            ""
        }
    });
    for part in [
        "behavior",
        &identity::behavior(alert),
        pod.map_or("", |pod| &pod.namespace),
        image,
        name,
    ] {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    format!("{:032x}", hash.digest128())
}

/// The image's name without tag and digest: an upgraded image still does the same.
fn repository(image: &str) -> &str {
    let image = image.split_once('@').map_or(image, |(name, _)| name);
    match image.rsplit_once(':') {
        // A colon before the last slash is a registry's port.
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}
