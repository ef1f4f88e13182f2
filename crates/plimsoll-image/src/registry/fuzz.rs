//! For fuzzing: the parsers of what a registry answers, and of what we know of it.

use super::challenge::Challenge;
use super::{client, credentials, remote_blob};
use crate::http::error_message;

/// Longest message of a server that is shown, in bytes: 200 characters, each perhaps escaped.
const MESSAGE_BYTES_MAX: usize = 200 * 10 + 2;

/// Headers, one a line, each read as every one that is looked at.
pub fn headers(text: &str) {
    for line in text.lines() {
        let _ = client::read_retry_after(line);
        let _ = remote_blob::read_first_byte(line);
        if let Some(Challenge::Bearer { realm, .. }) = Challenge::parse(line) {
            assert!(realm.len() <= line.len());
        }
    }
}

/// Documents: a token, and an error.
pub fn documents(json: &[u8]) {
    assert!(client::read_token(json).is_none_or(|token| !token.is_empty()));
    let message = error_message(json);
    assert!(message.len() <= MESSAGE_BYTES_MAX, "{}", message.len());
    assert!(!message.contains(char::is_control), "{message:?}");
}

/// Docker's `config.json`.
pub fn docker_config(json: &[u8]) {
    credentials::read_all(json);
}
