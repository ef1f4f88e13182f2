//! A bar on the terminal while layers are read.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use plimsoll_image::Progress;

use crate::session::Session;
use crate::talk;

/// Most columns of the target's name in front of the bar.
const NAME_COLUMNS_MAX: usize = 32;
/// How often the bar moves.
const TICK: Duration = Duration::from_millis(100);

/// Runs the work and shows how far it is, where somebody watches.
pub fn shown<T>(session: &Session, name: &str, work: impl FnOnce(&Arc<Progress>) -> T) -> T {
    let progress = Arc::<Progress>::default();
    if session.configuration.quiet || !talk::is_watched() {
        return work(&progress);
    }
    let (done, finished) = mpsc::channel::<()>();
    let watched = Arc::clone(&progress);
    let name = short(&plimsoll_model::text::clean(name));
    // Before the work takes all cores: whoever waits wants to know that something has begun.
    let bar = begin(&name);
    let painter = thread::spawn(move || paint(&watched, &bar, &finished));
    let result = work(&progress);
    drop(done);
    // A bar that failed to be drawn is no reason to fail.
    let _ = painter.join();
    result
}

/// The end of a long name: there the tag is, or the file. A line that does not fit would be drawn
/// again and again below itself.
fn short(name: &str) -> String {
    let columns = name.chars().count();
    if columns <= NAME_COLUMNS_MAX {
        return name.to_owned();
    }
    let rest: String = name.chars().skip(columns - NAME_COLUMNS_MAX + 1).collect();
    format!("…{rest}")
}

fn begin(name: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}")
    {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(name.to_owned());
    bar.tick();
    bar
}

fn paint(progress: &Progress, bar: &ProgressBar, finished: &mpsc::Receiver<()>) {
    while finished.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        bar.set_length(progress.bytes_total().max(progress.bytes_done()));
        bar.set_position(progress.bytes_done());
    }
    bar.finish_and_clear();
}
