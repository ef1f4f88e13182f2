//! The terminal, put back as it was whatever happens.

use std::io::{self, Stdout};
use std::time::Duration;

use crossterm::event::{self, Event};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::backend::CrosstermBackend;

use super::{Action, Look, Model, draw};

/// The alternate screen in raw mode; dropping it, also by a panic, gives the terminal back.
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Stdout>>,
    look: Look,
}

impl Terminal {
    pub fn open(look: Look) -> io::Result<Self> {
        enable_raw_mode()?;
        let guard = Scope;
        execute!(io::stdout(), EnterAlternateScreen)?;
        let inner = ratatui::Terminal::new(CrosstermBackend::new(io::stdout()))?;
        std::mem::forget(guard);
        Ok(Self { inner, look })
    }

    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        self.inner
            .draw(|frame| draw(frame, model, self.look))
            .map(drop)
    }

    /// Waits for keys, at most so long, and hands them to the model.
    pub fn keys(model: &mut Model, wait: Duration) -> io::Result<Option<Action>> {
        if !event::poll(wait)? {
            return Ok(None);
        }
        match event::read()? {
            Event::Key(key) => Ok(model.key(key)),
            Event::Resize(..) => Ok(Some(Action::Draw)),
            _ => Ok(None),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back where opening it fails half-way.
struct Scope;

impl Drop for Scope {
    fn drop(&mut self) {
        restore();
    }
}

fn restore() {
    // Nobody is left to tell if this fails.
    let _ = disable_raw_mode();
    let _ = execute!(io::stdout(), LeaveAlternateScreen, crossterm::cursor::Show);
}
