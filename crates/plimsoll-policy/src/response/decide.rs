//! Decides what is done about an alert: which responses fit, what guards forbid, what the rate
//! holds back. A state machine on the time of events: a replayed trace decides as the live run did.

use std::collections::VecDeque;

use plimsoll_model::Mode;

use super::{Answer, Rate, Response, Scope};
use crate::glob::Glob;

/// The alert and whom it is about, as far as responses ask.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    pub rule: &'a str,
    pub tags: &'a [String],
    /// 0 is Emergency, 7 Debug.
    pub priority: u8,
    /// Time of the event, nanoseconds.
    pub time_ns: u64,
    /// In the host's pid namespace.
    pub pid: u32,
    /// Full path of the process's executable.
    pub exe_path: &'a str,
    /// Whether the process runs outside of any container.
    pub is_host: bool,
    /// Name, image and Kubernetes namespace of the container; empty while they are unknown.
    pub container: &'a str,
    pub image: &'a str,
    pub namespace: &'a str,
    /// The process is the sensor or in its cgroup.
    pub is_sensor: bool,
}

/// Why a response that fits is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// It would hit the sensor itself.
    Sensor,
    /// It would hit a container engine, a runtime, the kubelet or process 1.
    Engine,
    /// It would hit the host, and the response does not say that it may.
    Host,
    /// Name, image or namespace that the scope asks for are not known yet.
    Unknown,
}

impl Guard {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sensor => "never on the sensor itself",
            Self::Engine => "never on container engines, runtimes, the kubelet or process 1",
            Self::Host => "the response does not say `host: true`",
            Self::Unknown => "what its scope asks for is not known of this container",
        }
    }
}

/// What comes of one response that fits an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Do it.
    Act,
    /// Say what would have been done: the mode is not `enforce`.
    DryRun(Mode),
    /// Not done, for safety.
    Guarded(Guard),
    /// Held back: so many in this window already. Carries how many were held back since the last
    /// that was not.
    HeldBack { since: u64 },
}

/// Programs that a response never touches: what runs or starts containers, and logins.
const ENGINES: &[&str] = &[
    "buildah",
    "buildkitd",
    "conmon",
    "conmonrs",
    "containerd",
    "containerd-shim",
    "containerd-shim-runc-v1",
    "containerd-shim-runc-v2",
    "crio",
    "crun",
    "docker-proxy",
    "dockerd",
    "init",
    "k3s",
    "kubelet",
    "lxc-monitord",
    "lxcfs",
    "plimsoll",
    "podman",
    "runc",
    "systemd",
    "systemd-machined",
    "systemd-nspawn",
    "youki",
];

/// Keeps the responses and their counts.
#[derive(Debug)]
pub struct Responder {
    responses: Vec<Counted>,
}

#[derive(Debug)]
struct Counted {
    response: Response,
    /// Times of what was decided to be done (or would have been), within the window.
    recent: VecDeque<u64>,
    held_back: u64,
    guarded: u64,
}

impl Responder {
    pub fn new(responses: Vec<Response>) -> Self {
        Self {
            responses: responses.into_iter().map(Counted::new).collect(),
        }
    }

    /// Puts other responses in the place of these. One that says the same as before keeps its
    /// counts: a policy that is read anew gives no flood another start.
    pub fn change(&mut self, responses: Vec<Response>) {
        let mut before = std::mem::take(&mut self.responses);
        self.responses = responses
            .into_iter()
            .map(|response| {
                let same = |counted: &Counted| counted.response.says_the_same(&response);
                match before.iter().position(same) {
                    Some(place) => Counted {
                        response,
                        ..before.swap_remove(place)
                    },
                    None => Counted::new(response),
                }
            })
            .collect();
    }

    pub const fn is_empty(&self) -> bool {
        self.responses.is_empty()
    }

    /// All responses, in the policy's order.
    pub fn responses(&self) -> impl Iterator<Item = &Response> {
        self.responses.iter().map(|counted| &counted.response)
    }

    /// What is decided about an alert: one decision for each response that fits it.
    pub fn decide(&mut self, subject: &Subject<'_>) -> Vec<(&Response, Decision)> {
        self.responses
            .iter_mut()
            .filter(|counted| fits(&counted.response, subject))
            .filter_map(|counted| {
                let decision = counted.decide(subject)?;
                Some((&counted.response, decision))
            })
            .collect()
    }
}

impl Counted {
    const fn new(response: Response) -> Self {
        Self {
            response,
            recent: VecDeque::new(),
            held_back: 0,
            guarded: 0,
        }
    }

    /// Absent where the scope says that the container is not meant, and for most of many that are
    /// not carried out: whoever floods must not flood the audit trail too.
    fn decide(&mut self, subject: &Subject<'_>) -> Option<Decision> {
        if let Err(guard) = guarded(&self.response, subject)? {
            self.guarded += 1;
            let decision = Decision::Guarded(guard);
            return is_told(self.guarded).then_some(decision);
        }
        if !self.admit(subject.time_ns) {
            self.held_back += 1;
            let since = self.held_back;
            return is_told(since).then_some(Decision::HeldBack { since });
        }
        self.held_back = 0;
        Some(match self.response.mode {
            Mode::Enforce => Decision::Act,
            mode => Decision::DryRun(mode),
        })
    }

    fn admit(&mut self, now_ns: u64) -> bool {
        let Rate { times, window_ns } = self.response.at_most;
        while let Some(oldest) = self.recent.front()
            && now_ns.saturating_sub(*oldest) >= window_ns
        {
            self.recent.pop_front();
        }
        if self.recent.len() >= times as usize {
            return false;
        }
        self.recent.push_back(now_ns);
        true
    }
}

/// The first, the second, the fourth, the eighth …
const fn is_told(count: u64) -> bool {
    count.is_power_of_two()
}

fn fits(response: &Response, subject: &Subject<'_>) -> bool {
    if !response.exec.is_empty() {
        return false;
    }
    let any = |globs: &[Glob], text: &str| {
        globs.is_empty() || globs.iter().any(|glob| glob.is_match(text))
    };
    any(&response.rules, subject.rule)
        && (response.tags.is_empty() || response.tags.iter().any(|tag| subject.tags.contains(tag)))
        && response
            .priority
            .is_none_or(|most| subject.priority <= most)
}

/// Nothing when the response is not meant for this container; else whether it may be carried out.
fn guarded(response: &Response, subject: &Subject<'_>) -> Option<Result<(), Guard>> {
    if subject.is_sensor {
        return Some(Err(Guard::Sensor));
    }
    if is_engine(subject) {
        return Some(Err(Guard::Engine));
    }
    let scope = &response.scope;
    if subject.is_host {
        // A response for some containers says nothing about the host.
        let for_containers = !(scope.containers.is_empty()
            && scope.images.is_empty()
            && scope.namespaces.is_empty());
        return match (scope.host, for_containers) {
            (true, _) => Some(Ok(())),
            (false, true) => None,
            (false, false) => Some(Err(Guard::Host)),
        };
    }
    within(scope, subject)
}

fn within(scope: &Scope, subject: &Subject<'_>) -> Option<Result<(), Guard>> {
    let asked = [
        (&scope.containers, subject.container),
        (&scope.images, subject.image),
        (&scope.namespaces, subject.namespace),
    ];
    let mut unknown = !scope.except.is_empty() && subject.container.is_empty();
    for (globs, text) in asked {
        if globs.is_empty() {
            continue;
        }
        if text.is_empty() {
            unknown = true;
        } else if !globs.iter().any(|glob| glob.is_match(text)) {
            return None;
        }
    }
    if scope
        .except
        .iter()
        .any(|glob| glob.is_match(subject.container))
    {
        return None;
    }
    Some(if unknown { Err(Guard::Unknown) } else { Ok(()) })
}

/// A program inside a container may call itself `runc`: the guard is about the host's processes.
fn is_engine(subject: &Subject<'_>) -> bool {
    if subject.pid == 1 {
        return true;
    }
    let name = subject.exe_path.rsplit('/').next().unwrap_or_default();
    subject.is_host && is_engine_name(name)
}

/// Whether a program of this name runs or starts containers.
pub(super) fn is_engine_name(name: &str) -> bool {
    ENGINES.contains(&name)
}

impl Decision {
    /// A clause for the audit trail, after the answer's name.
    pub fn text(self, answer: Answer) -> String {
        match self {
            Self::Act => answer.as_str().to_owned(),
            Self::DryRun(mode) => {
                format!("would {} (mode {})", answer.as_str(), mode.as_str())
            }
            Self::Guarded(guard) => format!("no {}: {}", answer.as_str(), guard.as_str()),
            Self::HeldBack { since } => {
                format!("no {}: rate reached, {since} held back", answer.as_str())
            }
        }
    }
}
