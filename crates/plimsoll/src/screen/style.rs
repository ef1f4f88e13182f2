//! Colours: an addition, never the only sign. Left out where `NO_COLOR` or `--color never` say so.

use plimsoll_behavior::rules::Priority;
use ratatui::style::{Color, Modifier, Style};

/// Whether to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    pub color: bool,
}

impl Look {
    fn colored(self, color: Color) -> Style {
        if self.color {
            Style::new().fg(color)
        } else {
            Style::new()
        }
    }

    /// How an alert's priority looks.
    pub(super) fn priority(self, priority: Priority) -> Style {
        match priority {
            Priority::Emergency | Priority::Alert | Priority::Critical => {
                self.colored(Color::Red).add_modifier(Modifier::BOLD)
            }
            Priority::Error => self.colored(Color::Red),
            Priority::Warning => self.colored(Color::Yellow),
            Priority::Notice => self.colored(Color::Cyan),
            Priority::Informational | Priority::Debug => Style::new(),
        }
    }

    /// A count that ought to be zero.
    pub(super) fn loss(self, count: u64) -> Style {
        if count == 0 {
            Style::new()
        } else {
            self.colored(Color::Red).add_modifier(Modifier::BOLD)
        }
    }

    pub(super) fn faint(self) -> Style {
        self.colored(Color::DarkGray)
    }
}

/// Headings.
pub(super) fn title() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

/// The chosen row: reversed, and it has a mark before it.
pub(super) fn chosen() -> Style {
    Style::new().add_modifier(Modifier::REVERSED)
}

/// Four letters, so that columns stand.
pub(super) const fn short(priority: Priority) -> &'static str {
    match priority {
        Priority::Emergency => "EMER",
        Priority::Alert => "ALRT",
        Priority::Critical => "CRIT",
        Priority::Error => "ERR ",
        Priority::Warning => "WARN",
        Priority::Notice => "NOTE",
        Priority::Informational => "INFO",
        Priority::Debug => "DBG ",
    }
}
