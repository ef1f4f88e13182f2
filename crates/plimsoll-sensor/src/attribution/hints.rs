//! What engines' own helpers say in their arguments when they start a container.
//!
//! `runc`, `crun`, `conmon` and containerd's shims are told where the bundle is, and they are started
//! before the container is: so folders that nobody configured are found, and names are known before
//! the first process runs. Only processes of the host are listened to, and what a user other than
//! root starts says nothing about root's containers.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};

use super::metadata::containerd;
use super::path::Engine;

/// Most containers whose hints are remembered.
const HINTS_MAX: usize = 1024;
/// Longest arguments that are looked at, in bytes.
const ARGS_BYTES_MAX: usize = 64 << 10;

/// How the names of helpers begin.
const PROGRAMS: &[&str] = &["conmon", "containerd-shim", "crun", "runc"];

/// What was said about a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub id: String,
    pub engine: Engine,
    pub name: Option<String>,
    /// Folder with `config.json`.
    pub bundle: Option<PathBuf>,
    /// State folder of runc or crun.
    pub state: Option<PathBuf>,
    /// Effective user of the helper.
    pub uid: u32,
}

/// Hints by id, the newest kept.
#[derive(Debug, Default)]
pub struct Hints {
    by_id: HashMap<String, Hint>,
    order: VecDeque<String>,
}

impl Hints {
    /// Remembers one. What another helper said about the same container stays where this one is
    /// silent: conmon knows the name, runc the state folder.
    pub fn put(&mut self, hint: Hint) {
        if let Some(known) = self.by_id.get_mut(&hint.id) {
            // Engines start runc, not the other way round.
            if known.engine == Engine::Runc || known.engine == Engine::Crun {
                known.engine = hint.engine;
            }
            known.name = hint.name.or(known.name.take());
            known.bundle = hint.bundle.or(known.bundle.take());
            known.state = hint.state.or(known.state.take());
            known.uid = hint.uid;
            return;
        }
        self.order.push_back(hint.id.clone());
        self.by_id.insert(hint.id.clone(), hint);
        while self.order.len() > HINTS_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.by_id.remove(&oldest);
            }
        }
    }

    /// What was said about a container of this user's engine.
    pub fn get(&self, id: &str, user: Option<u32>) -> Option<&Hint> {
        self.by_id
            .get(id)
            .filter(|hint| hint.uid == user.unwrap_or(0))
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.by_id.len()
    }
}

/// Reads the arguments of a helper, each ended by NUL.
pub fn read(args: &[u8], folder: &Path, uid: u32) -> Option<Hint> {
    let args = args.get(..ARGS_BYTES_MAX).unwrap_or(args);
    let first = args.split(|byte| *byte == 0).next()?;
    let program = first.rsplit(|byte| *byte == b'/').next()?;
    let program = std::str::from_utf8(program).ok()?;
    // Every program of the host comes by here.
    if !PROGRAMS.iter().any(|known| program.starts_with(known)) {
        return None;
    }
    let words: Vec<&str> = args
        .split(|byte| *byte == 0)
        .skip(1)
        .map_while(|word| std::str::from_utf8(word).ok())
        .collect();
    let words = &*words;
    let hint = if program == "conmon" {
        conmon(words)
    } else if program.starts_with("containerd-shim") {
        shim(words, folder)
    } else if program == "runc" || program == "crun" {
        runtime(program, words, folder)
    } else {
        None
    }?;
    let is_name = !hint.id.is_empty()
        && hint.id.len() <= 255
        && !hint.id.contains('/')
        && !hint.id.starts_with('.');
    is_name.then_some(Hint { uid, ..hint })
}

/// The value of an option, given as `-o VALUE`, `--option VALUE` or `--option=VALUE`.
fn option<'a>(words: &[&'a str], names: &[&str]) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(index, word)| {
        if names.contains(word) {
            return words.get(index + 1).copied();
        }
        let (name, value) = word.split_once('=')?;
        names.contains(&name).then_some(value)
    })
}

fn conmon(words: &[&str]) -> Option<Hint> {
    Some(Hint {
        id: option(words, &["-c", "--cid"])?.to_owned(),
        engine: Engine::Podman,
        name: option(words, &["-n", "--name"]).map(str::to_owned),
        bundle: option(words, &["-b", "--bundle"]).map(PathBuf::from),
        state: None,
        uid: 0,
    })
}

/// A shim is started in the bundle, and may look after other containers of the same pod too.
fn shim(words: &[&str], folder: &Path) -> Option<Hint> {
    let id = option(words, &["-id", "--id"])?;
    let namespace = option(words, &["-namespace", "--namespace"])?;
    let is_bundle = containerd::of_bundle(folder).is_some() && folder.ends_with(id);
    Some(Hint {
        id: id.to_owned(),
        engine: if namespace == containerd::MOBY {
            Engine::Docker
        } else {
            Engine::Containerd
        },
        name: None,
        bundle: is_bundle.then(|| folder.to_owned()),
        state: None,
        uid: 0,
    })
}

/// `runc [OPTIONS] create|run|restore [OPTIONS] ID`. Only options of the command come before the id.
fn runtime(program: &str, words: &[&str], folder: &Path) -> Option<Hint> {
    let at = words
        .iter()
        .position(|word| matches!(*word, "create" | "run" | "restore"))?;
    let (before, after) = words.split_at(at);
    let id = after.iter().skip(1).rev().find(|word| !word.is_empty())?;
    let bundle = option(after, &["--bundle", "-b", "-bundle"])
        .map_or(folder.to_owned(), |bundle| folder.join(bundle));
    let engine = match containerd::of_bundle(&bundle) {
        Some((namespace, _)) if namespace == containerd::MOBY => Engine::Docker,
        Some(_) => Engine::Containerd,
        None if program == "crun" => Engine::Crun,
        None => Engine::Runc,
    };
    Some(Hint {
        id: (*id).to_owned(),
        engine,
        name: None,
        bundle: bundle.is_absolute().then_some(bundle),
        state: option(before, &["--root", "-root"]).map(PathBuf::from),
        uid: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str, folder: &str) -> Option<Hint> {
        let args: Vec<u8> = line
            .split(' ')
            .flat_map(|word| [word.as_bytes(), b"\0"].concat())
            .collect();
        read(&args, Path::new(folder), 0)
    }

    #[test]
    fn helpers_tell_bundles() {
        let hint = said("/usr/bin/conmon --api-version 1 -c abc -u abc -r /usr/bin/runc -b /s/overlay-containers/abc/userdata -n web", "/").unwrap();
        assert_eq!(
            (&*hint.id, hint.engine, hint.name.as_deref()),
            ("abc", Engine::Podman, Some("web"))
        );
        assert_eq!(
            hint.bundle,
            Some("/s/overlay-containers/abc/userdata".into())
        );
        let at = "/run/containerd/io.containerd.runtime.v2.task/default/web";
        let hint = said(
            "/usr/bin/containerd-shim-runc-v2 -namespace default -id web -address /c.sock start",
            at,
        )
        .unwrap();
        assert_eq!(
            (hint.engine, hint.bundle),
            (Engine::Containerd, Some(at.into()))
        );
        let hint = said(
            "runc --root /run/x create --bundle /b --pid-file /p job-7",
            "/home",
        )
        .unwrap();
        assert_eq!((&*hint.id, hint.engine), ("job-7", Engine::Runc));
        assert_eq!(
            (hint.bundle, hint.state),
            (Some("/b".into()), Some("/run/x".into()))
        );
        let hint = said("runc run job-7", "/home/b").unwrap();
        assert_eq!(hint.bundle, Some("/home/b".into()));
        let moby = "/run/x/io.containerd.runtime.v2.task/moby/abc";
        let hint = said(&format!("runc --root=/r create --bundle={moby} abc"), "/").unwrap();
        assert_eq!(hint.engine, Engine::Docker);
        for line in [
            "runc delete job",
            "runc run ../x",
            "bash -c run",
            "runc",
            "runc run",
            "conmon -c",
        ] {
            assert_eq!(said(line, "/"), None, "{line}");
        }
    }

    #[test]
    fn hints_are_joined_and_bounded() {
        let mut hints = Hints::default();
        hints.put(said("conmon -c a -n web -b /b", "/").unwrap());
        hints.put(said("runc --root /r create --bundle /b a", "/").unwrap());
        let hint = hints.get("a", None).unwrap();
        assert_eq!(
            (hint.engine, hint.name.as_deref(), hint.state.clone()),
            (Engine::Podman, Some("web"), Some("/r".into()))
        );
        // Another user's words say nothing about root's.
        assert!(hints.get("a", Some(7)).is_none());
        for number in 0..2000 {
            hints.put(said(&format!("runc run job-{number}"), "/").unwrap());
        }
        assert_eq!(hints.len(), HINTS_MAX);
    }
}
