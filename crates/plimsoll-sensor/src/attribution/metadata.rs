//! Asks engines about containers, on a thread of its own: events never wait for it.
//!
//! Files are read, nothing is spoken: an engine that hangs is no hindrance, and no right is needed
//! but to read. What an engine has not written yet is looked for again a few times.

mod bolt;
pub mod containerd;
mod crio;
mod docker;
mod file;
pub mod fuzz;
mod lookup;
mod machine;
mod oci;
mod places;
mod podman;
mod probes;
mod process;
mod runc;
mod sqlite;
#[cfg(test)]
mod tests;
mod time;
mod walk;

pub use lookup::{Found, Question};
pub use places::Places;
pub use process::{Accounts, host_accounts};

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::trust::Serial;

/// Most questions that wait.
const QUESTIONS_MAX: usize = 4096;
/// Most answers that wait to be fetched.
const ANSWERS_MAX: usize = 4096;
/// Most questions that are asked again later.
const LATER_MAX: usize = 8192;
/// After how long it is asked again, in milliseconds.
const DELAYS_MS: &[u64] = &[10, 40, 150, 600, 2_500, 10_000];
/// The same for a guess: most cgroups are no containers.
const GUESS_DELAYS_MS: &[u64] = &[5, 20, 80, 300];

/// How often it is asked about a container whose cgroup is gone: its engine writes nothing any more.
const TRIES_OF_GONE: usize = 2;

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Container(Serial),
    /// The cgroup with this id may be a container's.
    Guess(u64),
    /// The cgroup with this id has a claim that was not believed.
    Claim(u64),
    /// A process with these namespaces, of which version 2 says nothing.
    Process {
        pid: u32,
        mnt_ns: u32,
        pid_ns: u32,
    },
}

/// An answer. Further ones may follow until it is the last.
#[derive(Debug)]
pub struct Answer {
    pub subject: Subject,
    pub found: Found,
    pub is_last: bool,
}

/// The thread, from outside.
#[derive(Debug)]
pub struct Metadata {
    questions: SyncSender<(Subject, Question)>,
    answers: Receiver<Answer>,
    /// Questions that found no room.
    pub refused: u64,
}

impl Metadata {
    /// Starts the thread; it ends when this is dropped.
    pub fn start(places: Places) -> std::io::Result<Self> {
        let (questions, asked) = sync_channel(QUESTIONS_MAX);
        let (answering, answers) = sync_channel(ANSWERS_MAX);
        thread::Builder::new()
            .name("containers".to_owned())
            .spawn(move || Asking::new(places, answering).run(&asked))?;
        Ok(Self {
            questions,
            answers,
            refused: 0,
        })
    }

    /// Asks; `false` when there is no room, which is counted.
    pub fn ask(&mut self, subject: Subject, question: Question) -> bool {
        match self.questions.try_send((subject, question)) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.refused += 1;
                false
            }
        }
    }

    /// An answer that has come.
    pub fn answer(&self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }
}

struct Later {
    subject: Subject,
    question: Question,
    tries: usize,
    said: Option<Found>,
}

struct Asking {
    places: Places,
    answers: SyncSender<Answer>,
    /// By when they are due, and a number that tells them apart.
    later: BTreeMap<(Instant, u64), Later>,
    number: u64,
}

impl Asking {
    const fn new(places: Places, answers: SyncSender<Answer>) -> Self {
        Self {
            places,
            answers,
            later: BTreeMap::new(),
            number: 0,
        }
    }

    fn run(mut self, asked: &Receiver<(Subject, Question)>) {
        loop {
            let due = self.later.first_key_value().map(|((due, _), _)| *due);
            let wait = due.map_or(Duration::from_hours(1), |due| {
                due.saturating_duration_since(Instant::now())
            });
            match asked.recv_timeout(wait) {
                Ok((subject, question)) => self.look(Later {
                    subject,
                    question,
                    tries: 0,
                    said: None,
                }),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let now = Instant::now();
            while let Some(entry) = self.later.first_entry()
                && entry.key().0 <= now
            {
                let later = entry.remove();
                self.look(later);
            }
        }
    }

    fn look(&mut self, mut later: Later) {
        // Whatever stands in those files, the next question is answered.
        let look = || match later.subject {
            Subject::Process { pid, .. } => lookup::place(&self.places, pid),
            _ => lookup::look(&self.places, &later.question),
        };
        let found = catch_unwind(AssertUnwindSafe(look));
        let found = found.unwrap_or_default();
        let delays = match later.subject {
            Subject::Container(_) => DELAYS_MS,
            Subject::Guess(_) | Subject::Claim(_) => GUESS_DELAYS_MS,
            Subject::Process { .. } => &[],
        };
        let is_over = later.tries >= TRIES_OF_GONE && self.is_gone(&later.question);
        let delays = if is_over { &[] } else { delays };
        let delay = delays
            .get(later.tries)
            .filter(|_| !found.is_complete && self.later.len() < LATER_MAX);
        let is_news = later.said.as_ref() != Some(&found) && found.is_known;
        if is_news || delay.is_none() {
            let answer = Answer {
                subject: later.subject,
                found: found.clone(),
                is_last: delay.is_none(),
            };
            // Waits while nobody fetches answers; questions pile up then, and are counted.
            if self.answers.send(answer).is_err() {
                return;
            }
        }
        if let Some(delay) = delay {
            let due = Instant::now() + Duration::from_millis(*delay);
            later.tries += 1;
            later.said = Some(found);
            self.number += 1;
            self.later.insert((due, self.number), later);
        }
    }

    /// Whether the cgroup that is asked about was removed.
    fn is_gone(&self, question: &Question) -> bool {
        use std::os::unix::ffi::OsStrExt as _;
        let Some(mount) = self.places.cgroups.as_ref() else {
            return false;
        };
        let path = question.path.strip_prefix(b"/").unwrap_or(&question.path);
        let place = mount.join(std::ffi::OsStr::from_bytes(path));
        let looked = std::fs::symlink_metadata(place);
        question.is_of_version_2
            && looked.is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
    }
}
