//! Asks the files of engines about one container.

use std::path::{Path, PathBuf};

use super::super::details::Details;
use super::super::hints::Hint;
use super::super::path::Engine;
use super::super::scan;
use super::file::{self, Links};
use super::oci::Configuration;
use super::places::Places;
use super::process::{self, Accounts};
use super::{containerd, crio, docker, machine, podman, runc};

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub engine: Option<Engine>,
    pub id: String,
    /// Containerd's, where the path tells.
    pub namespace: Option<String>,
    /// Path of the container's own cgroup.
    pub path: Box<[u8]>,
    /// That cgroup is one of version 2.
    pub is_of_version_2: bool,
    pub user: Option<u32>,
    pub hint: Option<Hint>,
    /// A process that was seen in it.
    pub pid: Option<u32>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub engine: Option<Engine>,
    pub details: Details,
    pub accounts: Option<Accounts>,
    /// An engine's file speaks of this container.
    pub is_known: bool,
    /// It names this very cgroup.
    pub is_exact: bool,
    /// Nothing more will come.
    pub is_complete: bool,
    /// The cgroup of version 1 of a process that was asked for.
    pub path: Option<Vec<u8>>,
}

/// Looks once. What is not there yet may be there a moment later.
pub fn look(all: &Places, question: &Question) -> Found {
    let of_user = question.user.map(|uid| all.of_user(uid));
    let looking = Looking {
        places: of_user.as_ref().unwrap_or(all),
        question,
        // Whoever owns the folders could point their links at anything.
        links: if question.user.is_some() {
            Links::Refused
        } else {
            Links::Followed
        },
    };
    let mut found = Found::default();
    match question.engine {
        Some(Engine::Nspawn | Engine::Lxc | Engine::LibvirtLxc) => looking.machine(&mut found),
        _ => looking.bundled(&mut found),
    }
    if found.is_known {
        looking.accounts(&mut found);
    }
    found
}

/// Looks where a process is by version 1.
pub fn place(places: &Places, pid: u32) -> Found {
    Found {
        path: scan::version_1(&places.proc, pid),
        ..Found::default()
    }
}

struct Looking<'a> {
    places: &'a Places,
    question: &'a Question,
    links: Links,
}

impl Looking<'_> {
    fn bundled(&self, found: &mut Found) {
        let Question { id, path, .. } = self.question;
        let state = self.state();
        let bundle = self.bundle(state.as_ref());
        let configuration = bundle
            .as_deref()
            .and_then(|bundle| self.configuration(bundle));
        if let Some(state) = &state {
            state.take(&mut found.details);
            found.engine = Some(state.engine);
            found.is_known = true;
        }
        let folder = docker::folder(configuration.as_ref(), &self.places.docker, id);
        if let (Some(bundle), Some(configuration)) = (&bundle, &configuration) {
            // Somebody else's container of the same name.
            if state.is_none() && !configuration.is_in(path, id) {
                return;
            }
            configuration.take(&mut found.details);
            found.is_known = true;
            found.is_exact = configuration.is_exactly(path);
            self.engine(bundle, configuration, found);
            if found.accounts.is_none() {
                let root = configuration.root(bundle);
                found.accounts = root.and_then(|root| process::accounts(&root).ok());
            }
        }
        if let Some(folder) = folder {
            match docker::take(&folder, self.links, &mut found.details) {
                Ok(()) => {
                    found.engine = Some(Engine::Docker);
                    found.is_known = true;
                }
                Err(error) => found
                    .details
                    .missing(format!("docker's config.v2.json: {error}")),
            }
        }
        found.is_complete = match found.engine {
            Some(Engine::Runc | Engine::Crun) => configuration.is_some(),
            Some(_) => {
                configuration.is_some()
                    && found.details.image.is_some()
                    && found.details.name.is_some()
            }
            None => false,
        };
    }

    /// What the engine says whose bundle it is.
    fn engine(&self, bundle: &Path, configuration: &Configuration, found: &mut Found) {
        let id = &self.question.id;
        let Found {
            engine, details, ..
        } = found;
        if containerd::of_bundle(bundle).is_some() {
            *engine = Some(Engine::Containerd);
            containerd::take(bundle, id, self.links, configuration, details);
        } else if let Some(storage) = podman::of_bundle(bundle, id) {
            *engine = Some(Engine::Podman);
            if let Err(error) = storage.take(id, self.links, details) {
                details.missing(format!("the storage's containers.json: {error}"));
            }
            if crio::is_own(configuration) {
                *engine = Some(Engine::CriO);
                crio::take(configuration, details);
            } else {
                let said = configuration.annotation("io.podman.annotations.privileged");
                details.privileged = said.map(|word| word == "TRUE").or(details.privileged);
                storage.take_own(id, self.links, details);
            }
        } else {
            *engine = engine.or(self.question.engine).or(Some(Engine::Runc));
            details.name = Some(id.clone());
        }
    }

    fn machine(&self, found: &mut Found) {
        let id = &self.question.id;
        let details = &mut found.details;
        let taken = match self.question.engine {
            Some(Engine::Nspawn) => machine::take_nspawn(&self.places.machines, id, details),
            Some(Engine::Lxc) => self
                .places
                .lxc
                .iter()
                .map(|folder| machine::take_lxc(folder, id, details))
                .find(Result::is_ok)
                .unwrap_or_else(|| Err(std::io::ErrorKind::NotFound.into())),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        };
        found.is_known = taken.is_ok();
        found.is_complete = taken.is_ok();
        // The name is the id with all of them.
        found.details.name.get_or_insert_with(|| id.clone());
        if let Err(error) = taken {
            found
                .details
                .missing(format!("the machine's configuration: {error}"));
        }
    }

    /// State of runc alone: engines keep theirs elsewhere, so that their containers are not in it.
    fn state(&self) -> Option<runc::State> {
        let Question {
            engine,
            id,
            hint,
            path,
            ..
        } = self.question;
        if !matches!(engine, None | Some(Engine::Runc | Engine::Crun)) {
            return None;
        }
        let is_alone = |hint: &&Hint| matches!(hint.engine, Engine::Runc | Engine::Crun);
        let told = hint
            .as_ref()
            .filter(is_alone)
            .and_then(|hint| hint.state.clone());
        let roots = told.iter().chain(&self.places.runtimes);
        roots
            .filter_map(|root| runc::state(root, id, self.links))
            .find(|state| state.is_in(path))
    }

    fn bundle(&self, state: Option<&runc::State>) -> Option<PathBuf> {
        let Question {
            engine,
            id,
            namespace,
            hint,
            ..
        } = self.question;
        if let Some(state) = state {
            return Some(state.bundle.clone());
        }
        let told = |hint: &Hint| {
            hint.bundle
                .clone()
                .filter(|bundle| bundle.join("config.json").is_file())
        };
        if let Some(bundle) = hint.as_ref().and_then(told) {
            return Some(bundle);
        }
        let in_storage = || podman::bundle(&self.places.storages, id);
        let in_containerd = || {
            let states = &mut self.places.containerd.iter();
            states.find_map(|state| containerd::bundle(state, namespace.as_deref(), id))
        };
        let usual = match engine {
            Some(Engine::Podman | Engine::CriO | Engine::Buildah) => in_storage(),
            Some(Engine::Docker | Engine::Containerd) => in_containerd(),
            Some(Engine::Runc | Engine::Crun) => None,
            _ => in_containerd().or_else(in_storage),
        };
        usual.or_else(|| self.helper().as_ref().and_then(told))
    }

    /// What the parent of a process in it says.
    fn helper(&self) -> Option<Hint> {
        let Question {
            id,
            path,
            user,
            pid,
            ..
        } = self.question;
        let pid = pid.or_else(|| self.first())?;
        let hint = process::parent_hint(&self.places.proc, pid)?;
        let is_its = hint.id == *id && hint.uid == user.unwrap_or(0);
        (is_its && process::is_in(&self.places.proc, pid, path)).then_some(hint)
    }

    fn first(&self) -> Option<u32> {
        process::first_of(self.places.cgroups.as_ref()?, &self.question.path)
    }

    fn configuration(&self, bundle: &Path) -> Option<Configuration> {
        let value = file::json(&bundle.join("config.json"), self.links).ok()?;
        Some(Configuration { value })
    }

    fn accounts(&self, found: &mut Found) {
        if found.accounts.is_some() {
            return;
        }
        let pid = found.details.init_pid.or(self.question.pid);
        let pid = pid.or_else(|| self.first());
        found.accounts = pid
            .and_then(|pid| process::accounts_of(&self.places.proc, pid, &self.question.path).ok());
    }
}
