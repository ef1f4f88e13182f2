//! The objects of a live cluster, as the files that commands look at. The one place that opens a
//! connection to a cluster, and only where the user says `--cluster`.
//!
//! An object's file is called `shop/Deployment/cart`; lines mean nothing in it.

mod family;

use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, sync_channel};

use plimsoll_cluster::{Choice, Cluster, ClusterError, Options, Resource, Surroundings, Wanted};
use plimsoll_model::{Finding, Unknown};
use plimsoll_object::File;

use family::Family;

use crate::cli::ClusterArgs;
use crate::failure::Failure;
use crate::talk;

/// Objects between the reader and the one who looks at them.
const OBJECTS_AHEAD: usize = 64;

impl ClusterArgs {
    /// Refuses flags that say which cluster, or which part of it, where none is asked for.
    pub fn hold(&self, has_namespace: bool) -> Result<(), Failure> {
        let flags = [
            ("--context", self.context.is_some()),
            ("--kubeconfig", self.kubeconfig.is_some()),
            ("--namespace", has_namespace),
        ];
        match flags.iter().find(|(_, is_set)| *is_set && !self.cluster) {
            Some((flag, _)) => Err(
                Failure::new(format!("{flag} speaks of a live cluster")).hint(format!(
                    "say --cluster with it, and no file; or leave {flag} out"
                )),
            ),
            None => Ok(()),
        }
    }
}

/// What the process knows of where it runs.
fn surroundings() -> Surroundings {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let text = |name: &str| variable(name)?.into_string().ok();
    Surroundings {
        kubeconfig: variable("KUBECONFIG"),
        home: std::env::home_dir(),
        service: text("KUBERNETES_SERVICE_HOST").zip(text("KUBERNETES_SERVICE_PORT")),
        service_account: None,
        is_interactive: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
    }
}

/// The cluster that `--cluster` would look at, and its address. Nothing is sent.
pub fn chosen() -> Result<(String, String), Failure> {
    plimsoll_cluster::chosen(&Choice::default(), &surroundings()).map_err(|error| failure(&error))
}

/// Signs in.
pub fn connect(arguments: &ClusterArgs) -> Result<Cluster, Failure> {
    let options = Options {
        choice: Choice {
            kubeconfig: arguments.kubeconfig.clone(),
            context: arguments.context.clone(),
        },
        ..Options::default()
    };
    let cluster = Cluster::connect(&options, &surroundings()).map_err(|error| failure(&error))?;
    if cluster.is_unverified() {
        let server = cluster.server();
        talk::warning(&format!(
            "the kubeconfig says not to verify who answers at {server}: it may be anybody"
        ));
    }
    Ok(cluster)
}

fn failure(error: &ClusterError) -> Failure {
    let hint = error
        .hint()
        .filter(|hint| !hint.is_empty())
        .map(str::to_owned);
    Failure::new(format!("failed to {error}")).maybe_hint(hint)
}

/// What came of reading.
#[derive(Debug, Default)]
pub struct Live {
    pub unknowns: Vec<Unknown>,
    /// Who looks after whom.
    family: Family,
}

/// Hands the objects of these kinds to `look` while they are read: few are held at once.
pub fn stream<R>(
    cluster: &mut Cluster,
    namespaces: &[String],
    is_kind: &(dyn Fn(&Resource) -> bool + Sync),
    look: impl FnOnce(Receiver<File>) -> R,
) -> Result<(R, Live), Failure> {
    let (sender, receiver) = sync_channel(OBJECTS_AHEAD);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut live = Live::default();
            let wanted = Wanted {
                namespaces,
                is_kind,
            };
            let read = cluster.read(&wanted, &mut |item| {
                // What runs nothing any more and belongs to something that is looked at.
                if item.is_idle && item.owner.is_some() {
                    return true;
                }
                live.family.add(&item);
                let file = File {
                    name: item.display(),
                    bytes: item.json,
                };
                sender.send(file).is_ok()
            });
            // The one who looks learns that nothing more comes.
            drop(sender);
            read.map(|read| {
                live.unknowns = read.unknowns;
                live
            })
        });
        let seen = look(receiver);
        match reader.join() {
            Ok(Ok(live)) => Ok((seen, live)),
            Ok(Err(error)) => Err(failure(&error)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// How the target is called.
pub fn named(cluster: &Cluster, namespaces: &[String]) -> String {
    let mut name = format!("cluster {}", cluster.name());
    if !namespaces.is_empty() {
        name.push_str(", ");
        name.push_str(&namespaces.join(", "));
    }
    plimsoll_model::text::clean(&name).into_owned()
}

impl Live {
    /// Puts findings and unknowns into the words of a cluster, and tells once what an owner and what it
    /// makes have in common. A pod's own defects stay: what was put into it on its way, or a pod that
    /// only says that it belongs to somebody.
    pub fn told(&self, findings: &mut Vec<Finding>, unknowns: &mut [Unknown]) {
        for finding in findings.iter_mut() {
            for location in &mut finding.locations {
                (location.line, location.column) = (None, None);
            }
        }
        for unknown in unknowns {
            if let Some(path) = &mut unknown.path {
                let place = path.trim_end_matches(|one: char| one.is_ascii_digit() || one == ':');
                let is_place = path
                    .get(place.len()..)
                    .is_some_and(|rest| rest.matches(':').count() == 2);
                if is_place {
                    path.truncate(place.len());
                }
            }
        }
        self.family.fold(findings);
    }
}
