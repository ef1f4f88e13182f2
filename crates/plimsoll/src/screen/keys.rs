//! What keys do.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::Model;
use super::model::{Focus, View};

/// Longest filter, in characters.
const FILTER_CHARS_MAX: usize = 200;
/// Lines that a page key moves.
const PAGE: isize = 10;

/// What the caller has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Draw anew.
    Draw,
    /// End the program.
    Quit,
}

impl Model {
    /// A key was pressed.
    pub fn key(&mut self, key: KeyEvent) -> Option<Action> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c' | 'd') => Some(Action::Quit),
                KeyCode::Char('l') => Some(Action::Draw),
                KeyCode::Char('u') if self.typing => {
                    self.filter.clear();
                    Some(Action::Draw)
                }
                _ => None,
            };
        }
        if key.modifiers.contains(KeyModifiers::ALT) {
            // Terminals send this for Escape and another key in quick succession.
            self.key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
            return self.key(KeyEvent::new(key.code, KeyModifiers::NONE));
        }
        if self.typing {
            self.type_key(key.code);
            return Some(Action::Draw);
        }
        match self.view {
            View::Lists => self.list_key(key.code),
            View::Details(line) => self.details_key(key.code, line),
            View::Help | View::Notes => {
                if key.code == KeyCode::Char('q') {
                    return Some(Action::Quit);
                }
                self.view = View::Lists;
                Some(Action::Draw)
            }
        }
    }

    fn type_key(&mut self, code: KeyCode) {
        match code {
            KeyCode::Enter | KeyCode::Tab | KeyCode::Up | KeyCode::Down => self.typing = false,
            KeyCode::Esc => {
                self.typing = false;
                self.filter.clear();
            }
            KeyCode::Backspace => {
                self.filter.pop();
            }
            KeyCode::Char(character) if self.filter.chars().count() < FILTER_CHARS_MAX => {
                self.filter.push(character);
            }
            _ => {}
        }
    }

    fn list_key(&mut self, code: KeyCode) -> Option<Action> {
        match code {
            KeyCode::Char('q') => return Some(Action::Quit),
            KeyCode::Char('/') => self.typing = true,
            KeyCode::Char('?' | 'h') => self.view = View::Help,
            KeyCode::Char('n') => self.view = View::Notes,
            KeyCode::Char('p' | ' ') => self.set_frozen(!self.frozen),
            KeyCode::Tab | KeyCode::BackTab => {
                self.focus = match self.focus {
                    Focus::Alerts => Focus::Containers,
                    Focus::Containers => Focus::Alerts,
                };
            }
            // First what narrows the view, then nothing: never out of the program by accident.
            KeyCode::Esc => {
                self.filter.clear();
                self.chosen_container = None;
                self.chosen_alert = None;
                self.focus = Focus::Alerts;
            }
            KeyCode::Enter => match self.focus {
                Focus::Containers => self.focus = Focus::Alerts,
                Focus::Alerts => self.open_details(),
            },
            KeyCode::Up | KeyCode::Char('k') => self.step(-1),
            KeyCode::Down | KeyCode::Char('j') => self.step(1),
            KeyCode::PageUp => self.step(-PAGE),
            KeyCode::PageDown => self.step(PAGE),
            KeyCode::Home | KeyCode::Char('g') => self.step(isize::MIN / 2),
            KeyCode::End | KeyCode::Char('G') => self.step(isize::MAX / 2),
            _ => return None,
        }
        Some(Action::Draw)
    }

    fn details_key(&mut self, code: KeyCode, line: u16) -> Option<Action> {
        match code {
            KeyCode::Char('q') => return Some(Action::Quit),
            KeyCode::Esc | KeyCode::Enter | KeyCode::Backspace => self.view = View::Lists,
            KeyCode::Up | KeyCode::Char('k') => self.view = View::Details(line.saturating_sub(1)),
            KeyCode::Down | KeyCode::Char('j') => self.view = View::Details(line.saturating_add(1)),
            KeyCode::PageUp => self.view = View::Details(line.saturating_sub(10)),
            KeyCode::PageDown => self.view = View::Details(line.saturating_add(10)),
            KeyCode::Home => self.view = View::Details(0),
            // The neighbours, without going back.
            KeyCode::Left | KeyCode::Char('p') => {
                self.step(-1);
                self.view = View::Details(0);
            }
            KeyCode::Right | KeyCode::Char('n') => {
                self.step(1);
                self.view = View::Details(0);
            }
            _ => return None,
        }
        Some(Action::Draw)
    }

    fn open_details(&mut self) {
        if let Some(at) = self.alert_at() {
            // Hold on to it: a newer one may come above.
            let key = self.shown_alerts().get(at).map(|(key, _)| key.clone());
            self.chosen_alert = key;
            self.view = View::Details(0);
        }
    }

    fn step(&mut self, by: isize) {
        match self.focus {
            Focus::Alerts => {
                let shown = self.shown_alerts();
                let at = moved(self.alert_at(), by, shown.len());
                let key = at.and_then(|at| shown.get(at)).map(|(key, _)| key.clone());
                // The top is the newest, whichever that will be.
                let is_top = at == Some(0) && self.view == View::Lists;
                self.chosen_alert = if is_top { None } else { key };
            }
            Focus::Containers => {
                let shown = self.shown_containers();
                let at = match self.container_at() {
                    None if by > 0 && !shown.is_empty() => Some(0),
                    None => None,
                    // Above the first one are all of them.
                    Some(0) if by == -1 => None,
                    some => moved(some, by, shown.len()),
                };
                self.chosen_container = at.and_then(|at| shown.get(at)).map(|row| row.id.clone());
            }
        }
    }
}

fn moved(at: Option<usize>, by: isize, len: usize) -> Option<usize> {
    let last = len.checked_sub(1)?;
    Some(at.unwrap_or(0).saturating_add_signed(by).min(last))
}
