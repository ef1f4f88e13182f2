//! One alert on its way out, written once for all outputs.

use std::sync::Arc;

use plimsoll_behavior::Alert;
use plimsoll_behavior::alert::{json, text_line};

/// The form of an alert in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// Falco's line.
    #[default]
    Text,
    /// Falco's JSON, one alert a line.
    Json,
}

/// One alert in its forms, without line breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub json: String,
    pub text: String,
    /// Syslog's severity: 0 is emergency, 7 debug.
    pub severity: u8,
    /// RFC 3339 with microseconds, UTC.
    pub time: String,
    pub hostname: String,
}

impl Message {
    /// Writes an alert.
    pub fn of(alert: &Alert) -> Arc<Self> {
        Arc::new(Self {
            json: json(alert),
            text: text_line(alert),
            severity: alert.priority as u8,
            time: format!("{:.6}", alert.time),
            hostname: alert.hostname.clone(),
        })
    }

    /// The text of a form.
    pub fn form(&self, form: Form) -> &str {
        match form {
            Form::Text => &self.text,
            Form::Json => &self.json,
        }
    }

    /// What it takes in a queue, bytes.
    pub fn bytes(&self) -> u64 {
        (self.json.len() + self.text.len() + 128) as u64
    }
}
