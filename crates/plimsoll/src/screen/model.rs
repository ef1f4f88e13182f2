//! What there is to see, and where the reader is.

use std::collections::VecDeque;

use plimsoll_behavior::Alert;
use plimsoll_behavior::alert::identity;
use plimsoll_model::Timestamp;

/// Most alerts that can be looked back at.
pub(super) const ALERTS_MAX: usize = 500;
/// Most lines of talk that can be looked back at.
const NOTES_MAX: usize = 100;

/// A container, or the host, with what it does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContainerRow {
    /// Full id; empty for the host.
    pub id: String,
    /// `shop/cart web` in a pod, else the container's name.
    pub name: String,
    pub image: String,
    /// Events a second, over the last seconds.
    pub rate: f64,
    pub alerts: u64,
    /// It has ended.
    pub gone: bool,
}

/// Counts since the start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// Events a second, over the last seconds.
    pub rate: f64,
    pub events: u64,
    pub lost: u64,
    pub alerts: u64,
    pub repeated: u64,
    pub held_back: u64,
    pub dropped: u64,
    pub rules: u64,
    /// Kernel programs that run, and those that this kernel does not take.
    pub programs: (u64, u64),
    /// Share of one processor, 0 to 1.
    pub cpu: f64,
    pub resident_bytes: u64,
    pub shedding: bool,
}

/// Which list the keys move in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Focus {
    #[default]
    Alerts,
    Containers,
}

/// What covers the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum View {
    #[default]
    Lists,
    /// All about the chosen alert; so many lines are scrolled away.
    Details(u16),
    Help,
    Notes,
}

/// Everything on the screen.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub(super) hostname: String,
    pub(super) started: Timestamp,
    pub(super) now: Timestamp,
    pub(super) counts: Counts,
    pub(super) containers: Vec<ContainerRow>,
    /// Newest first, each with its identity.
    pub(super) alerts: VecDeque<(String, Alert)>,
    pub(super) notes: VecDeque<String>,
    pub(super) filter: String,
    /// The filter is being typed.
    pub(super) typing: bool,
    pub(super) focus: Focus,
    pub(super) view: View,
    /// The chosen alert by its identity: rows move under the reader's hands. The newest without.
    pub(super) chosen_alert: Option<String>,
    /// The chosen container by its id.
    pub(super) chosen_container: Option<String>,
    /// What is shown stays as it is; counting goes on.
    pub(super) frozen: bool,
    /// Alerts that came while frozen.
    pub(super) waiting: VecDeque<Alert>,
}

impl Model {
    pub fn new(hostname: String, now: Timestamp) -> Self {
        Self {
            hostname,
            started: now,
            now,
            ..Self::default()
        }
    }

    /// An alert went out; the same again moves up with its new count.
    pub fn alert(&mut self, alert: Alert) {
        if self.frozen {
            self.waiting.push_back(alert);
            if self.waiting.len() > ALERTS_MAX {
                self.waiting.pop_front();
            }
            return;
        }
        let key = identity(&alert);
        if alert.count > 1 {
            self.alerts.retain(|(other, _)| *other != key);
        }
        self.alerts.push_front((key, alert));
        self.alerts.truncate(ALERTS_MAX);
    }

    /// Something that would be said on standard error without a screen.
    pub fn note(&mut self, text: String) {
        self.notes.push_back(text);
        if self.notes.len() > NOTES_MAX {
            self.notes.pop_front();
        }
    }

    /// The figures of this moment, about once a second.
    pub fn update(&mut self, now: Timestamp, counts: Counts, containers: Vec<ContainerRow>) {
        self.now = now;
        self.counts = counts;
        if self.frozen {
            return;
        }
        self.containers = containers;
        // Whole events a second: rows do not dance for less.
        self.containers.sort_by(|a, b| {
            let rate = |row: &ContainerRow| row.rate.round() as u64;
            (a.gone, rate(b), &a.name, &a.id).cmp(&(b.gone, rate(a), &b.name, &b.id))
        });
    }

    pub(super) fn set_frozen(&mut self, frozen: bool) {
        self.frozen = frozen;
        if !frozen {
            for alert in std::mem::take(&mut self.waiting) {
                self.alert(alert);
            }
        }
    }

    /// Alerts that the filter lets through, newest first.
    pub(super) fn shown_alerts(&self) -> Vec<&(String, Alert)> {
        let only = self.chosen_container.as_deref();
        let words = self.words();
        let shown = self.alerts.iter().filter(|(_, alert)| {
            let id = alert.container.as_ref().map_or("", |c| c.id.as_str());
            only.is_none_or(|only| only == id || self.focus == Focus::Containers)
                && holds(&words, || searched(alert))
        });
        shown.collect()
    }

    /// Containers that the filter lets through: their own words, or an alert's of theirs.
    pub(super) fn shown_containers(&self) -> Vec<&ContainerRow> {
        let words = self.words();
        let shown = self.containers.iter().filter(|row| {
            let own = || format!("{} {} {}", row.name, row.image, row.id).to_lowercase();
            let of_alert = |alert: &Alert| {
                let id = alert.container.as_ref().map_or("", |c| c.id.as_str());
                id == row.id && holds(&words, || searched(alert))
            };
            holds(&words, own) || self.alerts.iter().any(|(_, alert)| of_alert(alert))
        });
        shown.collect()
    }

    /// Where the chosen alert stands among those shown.
    pub(super) fn alert_at(&self) -> Option<usize> {
        let shown = self.shown_alerts();
        let chosen = self.chosen_alert.as_deref();
        let at = shown.iter().position(|(key, _)| Some(&**key) == chosen);
        at.or_else(|| (!shown.is_empty()).then_some(0))
    }

    /// The chosen alert, or the newest.
    pub(super) fn alert_chosen(&self) -> Option<&Alert> {
        let shown = self.shown_alerts();
        shown.get(self.alert_at()?).map(|(_, alert)| alert)
    }

    /// Where the chosen container stands among those shown.
    pub(super) fn container_at(&self) -> Option<usize> {
        let chosen = self.chosen_container.as_deref();
        let shown = self.shown_containers();
        shown.iter().position(|row| Some(&*row.id) == chosen)
    }

    fn words(&self) -> Vec<String> {
        let lower = self.filter.to_lowercase();
        lower.split_whitespace().map(str::to_owned).collect()
    }
}

/// Whether every word stands in the text, which is only made when there are words.
fn holds(words: &[String], text: impl FnOnce() -> String) -> bool {
    if words.is_empty() {
        return true;
    }
    let text = text();
    words.iter().all(|word| text.contains(word))
}

/// What the filter looks at.
fn searched(alert: &Alert) -> String {
    let image = alert.container.as_ref().map_or("", |c| c.image.as_str());
    let tags = alert.tags.join(" ");
    format!(
        "{} {} {} {} {image} {tags} {}",
        alert.rule,
        alert.priority,
        alert.output,
        alert.place(),
        alert.source
    )
    .to_lowercase()
}
