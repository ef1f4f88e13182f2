//! `plimsoll.yaml` of a run: read, and looked at again for changes.

use std::path::PathBuf;

use plimsoll_policy::{Response, WatchSettings};

use super::layers;
use super::plan::Plan;
use super::reload::{Stamp, stamp};
use crate::cli::{Global, WatchArgs};
use crate::configuration::Configuration;
use crate::failure::Failure;

/// What a run takes from flags, environment and file together.
#[derive(Debug)]
pub struct Taken {
    /// Flags over environment over file.
    pub arguments: WatchArgs,
    pub plan: Plan,
    pub responses: Vec<Response>,
    /// The files that said so.
    pub files: Vec<PathBuf>,
}

impl Taken {
    pub fn new(arguments: &WatchArgs, configuration: &Configuration) -> Result<Self, Failure> {
        let files = [&configuration.file, &configuration.policy_file];
        let mut files: Vec<PathBuf> = files.into_iter().flatten().cloned().collect();
        files.dedup();
        let responses = configuration.responses.clone();
        Self::of(arguments, &configuration.watch, responses, files)
    }

    /// The same of its parts.
    pub fn of(
        arguments: &WatchArgs,
        watch: &WatchSettings,
        responses: Vec<Response>,
        files: Vec<PathBuf>,
    ) -> Result<Self, Failure> {
        let arguments = layers::watch(arguments, watch);
        Ok(Self {
            plan: Plan::new(&arguments)?,
            responses,
            arguments,
            files,
        })
    }

    /// Keys that differ and that only a start takes.
    pub fn only_at_start(&self, other: &Self) -> Vec<&'static str> {
        let (one, other) = (&self.arguments, &other.arguments);
        let all = [
            ("outputs", one.outputs == other.outputs),
            ("metrics", one.metrics == other.metrics),
            ("rotate.size", one.rotate_size == other.rotate_size),
            ("rotate.keep", one.rotate_keep == other.rotate_keep),
            ("http_headers", one.http_headers == other.http_headers),
            ("ca_file", one.ca_file == other.ca_file),
            ("state", one.state == other.state),
            ("trail", one.trail == other.trail),
        ];
        let changed = all.into_iter().filter(|(_, same)| !same);
        changed.map(|(key, _)| key).collect()
    }
}

/// Reads everything anew.
pub type Read = Box<dyn FnMut() -> Result<Taken, Failure> + Send>;

/// The configuration that is in force, and how to read the next.
pub struct Configured {
    pub taken: Taken,
    read: Read,
    stamps: Vec<Stamp>,
}

impl Configured {
    /// `taken` is what holds now; `read` gives what the files say when it is called.
    pub fn new(taken: Taken, read: Read) -> Self {
        let stamps = stamps(&taken);
        Self {
            taken,
            read,
            stamps,
        }
    }

    /// Of these flags.
    pub fn of_files(taken: Taken, global: Global, arguments: WatchArgs) -> Self {
        let read = move || Taken::new(&arguments, &Configuration::load(&global)?);
        Self::new(taken, Box::new(read))
    }

    /// Reads the files.
    pub fn read(&mut self) -> Result<Taken, Failure> {
        // Before: what changes while it is read is read again.
        self.stamps = stamps(&self.taken);
        (self.read)()
    }

    /// Whether a file was changed, or is gone, since it was read. Says so once.
    pub fn has_changed(&mut self) -> bool {
        let now = stamps(&self.taken);
        let changed = now != self.stamps;
        self.stamps = now;
        changed
    }

    /// Puts it in force.
    pub fn take(&mut self, taken: Taken) {
        if taken.files != self.taken.files {
            self.stamps = stamps(&taken);
        }
        self.taken = taken;
    }
}

fn stamps(taken: &Taken) -> Vec<Stamp> {
    taken.files.iter().map(|file| stamp(file)).collect()
}
