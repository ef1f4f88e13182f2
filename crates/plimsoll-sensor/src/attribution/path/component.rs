//! One component of a path, with what stood above it.

use super::systemd::{unescape, unit, user};
use super::{Engine, Guess, PodClaim, Qos};

/// Digits of the ids that engines give.
const ID_DIGITS: usize = 64;
/// Letters and digits of BuildKit's ids.
const BUILDKIT_ID: usize = 25;
/// What engines put before an id, in both layouts. The longest that fits counts.
const PREFIXES: &[(&str, Option<Engine>)] = &[
    ("docker-", Some(Engine::Docker)),
    ("cri-containerd-", Some(Engine::Containerd)),
    ("nerdctl-", Some(Engine::Containerd)),
    ("crio-", Some(Engine::CriO)),
    ("libpod-", Some(Engine::Podman)),
    ("libpod-payload-", Some(Engine::Podman)),
    ("runc-", Some(Engine::Runc)),
    ("crun-", Some(Engine::Crun)),
];
/// What engines put before the id of a container for the cgroup of a process that looks after it.
const HELPERS: &[&str] = &["crio-conmon-", "libpod-conmon-", "kata_", "kata-"];
/// Names that are never a container's: folders that engines, the kubelet and managers make.
const FOLDERS: &[&str] = &[
    "besteffort",
    "burstable",
    "buildkit",
    "conmon",
    "docker",
    "ecs",
    "guaranteed",
    "kata_overhead",
    "kubelet",
    "kubepods",
    "libpod_parent",
    "lxc",
    "lxc.monitor",
    "lxc.payload",
    "lxc.pivot",
    "lxd",
    "machine",
    "podruntime",
    "supervisor",
    "system",
    "user",
];

/// What one component says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Plain,
    /// A unit of systemd that is no container.
    Unit,
    User(u32),
    Qos(Qos),
    Pod(PodClaim),
    /// The cgroup of a process that looks after containers.
    Helper,
    /// The same of nspawn, which is below the machine's own cgroup.
    Supervisor,
    /// What nspawn and podman call the part that is the container's.
    Payload,
    Container {
        engine: Option<Engine>,
        id: String,
        /// Where the same component names it.
        pod: Option<PodClaim>,
    },
}

/// What stood above.
#[derive(Debug, Default)]
pub struct Seen {
    /// The component above, and the one above that.
    above: Option<String>,
    above_that: Option<String>,
    pub qos: Option<Qos>,
    in_kubepods: bool,
    /// The component above is the scope or service of a machine of nspawn.
    in_nspawn: bool,
    /// The component above says nothing.
    is_plain: bool,
    depth: usize,
    /// Components that are units of systemd.
    units: usize,
}

impl Seen {
    pub fn push(&mut self, text: &str, piece: &Piece) {
        self.in_nspawn = matches!(
            piece,
            Piece::Container {
                engine: Some(Engine::Nspawn),
                ..
            }
        );
        if matches!(piece, Piece::Container { .. }) {
            self.in_kubepods = false;
            self.qos = None;
        } else if text.contains("kubepods") {
            self.in_kubepods = true;
            self.qos = Some(qos_of(text).unwrap_or(Qos::Guaranteed));
        }
        self.is_plain = *piece == Piece::Plain;
        self.depth += 1;
        self.units += usize::from(unit(text).is_some());
        self.above_that = self.above.replace(text.to_owned());
    }

    /// What a component says here.
    pub fn piece(&self, text: &str) -> Piece {
        if let Some(uid) = user(text) {
            return Piece::User(uid);
        }
        if let Some(piece) = self.special(text) {
            return piece;
        }
        if let Some(pod) = self.pod(text) {
            return Piece::Pod(pod);
        }
        let (stem, ending) = unit(text).unwrap_or((text, ""));
        if HELPERS
            .iter()
            .any(|prefix| after_prefix(stem, prefix).is_some())
        {
            return Piece::Helper;
        }
        if ending == ".slice" {
            return qos_of(text)
                .filter(|_| text.contains("kubepods"))
                .map_or(Piece::Unit, Piece::Qos);
        }
        let by_prefix = PREFIXES.iter().find_map(|(prefix, engine)| {
            let id = after_prefix(stem, prefix)?;
            Some(container(*engine, id))
        });
        if let Some(piece) = by_prefix.or_else(|| self.joined(stem)) {
            return piece;
        }
        if let Some(piece) = machine(stem, ending) {
            return piece;
        }
        if let Some(digits) = stem
            .strip_prefix("crun-buildah-buildah")
            .or_else(|| stem.strip_prefix("buildah-buildah"))
            && !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            return container(Some(Engine::Buildah), &format!("buildah-buildah{digits}"));
        }
        if ending.is_empty() && is_id(text) {
            return container(self.engine_of_folder(), text);
        }
        if let Some(qos) = qos_of(text).filter(|_| self.in_kubepods) {
            return Piece::Qos(qos);
        }
        if ending.is_empty() {
            Piece::Plain
        } else {
            Piece::Unit
        }
    }

    /// Names that mean something by themselves or by the one above.
    fn special(&self, text: &str) -> Option<Piece> {
        if self.in_nspawn {
            return match text {
                "supervisor" => Some(Piece::Supervisor),
                "payload" => Some(Piece::Payload),
                _ => None,
            };
        }
        if let Some(name) = text
            .strip_prefix("lxc.payload.")
            .filter(|name| !name.is_empty())
        {
            return Some(container(Some(Engine::Lxc), name));
        }
        if text.starts_with("lxc.monitor") {
            return Some(Piece::Helper);
        }
        let above = self.above.as_deref()?;
        let is_helper = match above {
            "libpod_parent" => text == "conmon",
            "lxc.monitor" | "kata_overhead" => true,
            // `podman run --cgroups=split` leaves conmon beside the container.
            _ if above.ends_with(".service") => text == "supervisor",
            _ => text == "conmon" && self.is_podmans(above),
        };
        if is_helper {
            return Some(Piece::Helper);
        }
        match above {
            "lxc" | "lxc.payload" | "lxd" => Some(container(Some(Engine::Lxc), text)),
            "buildkit" if is_buildkit_id(text) => Some(container(Some(Engine::BuildKit), text)),
            _ => None,
        }
    }

    /// Whether the component above is a pod of podman's.
    fn is_podmans(&self, above: &str) -> bool {
        let is_pod = self.above_that.as_deref() == Some("libpod_parent") && is_id(above);
        is_pod || above.starts_with("libpod_pod_")
    }

    fn pod(&self, text: &str) -> Option<PodClaim> {
        if let Some((_, id)) = text.split_once("libpod_pod_") {
            let uid = id.strip_suffix(".slice").unwrap_or(id);
            return is_id(uid).then(|| PodClaim {
                uid: uid.to_owned(),
                qos: None,
            });
        }
        // Podman with cgroupfs names pods by their ids alone.
        if self.above.as_deref() == Some("libpod_parent") && is_id(text) {
            return Some(PodClaim {
                uid: text.to_owned(),
                qos: None,
            });
        }
        let name = match unit(text) {
            Some((stem, ".slice")) if stem.contains("kubepods") => stem.rsplit("-pod").next()?,
            None if self.in_kubepods => text.strip_prefix("pod")?,
            _ => return None,
        };
        let uid = name.replace('_', "-");
        is_pod_uid(&uid).then_some(PodClaim {
            uid,
            qos: qos_of(text).or(self.qos).or(Some(Qos::Guaranteed)),
        })
    }

    /// What a runtime makes of systemd's triple when it was not told that systemd is there:
    /// `kubepods-burstable-podUID.slice:cri-containerd:ID`.
    fn joined(&self, text: &str) -> Option<Piece> {
        let (slice, rest) = text.split_once(':')?;
        let (prefix, id) = rest.split_once(':')?;
        let pod = self.pod(slice);
        unit(slice)?;
        let engine = PREFIXES
            .iter()
            .find(|(known, _)| known.strip_suffix('-') == Some(prefix));
        is_id(id).then(|| Piece::Container {
            engine: engine.and_then(|(_, engine)| *engine),
            id: id.to_owned(),
            pod,
        })
    }

    /// Who names folders like this after its containers, where the folder tells.
    fn engine_of_folder(&self) -> Option<Engine> {
        match (self.above_that.as_deref(), self.above.as_deref()) {
            (_, Some("docker")) | (Some("ecs"), _) => Some(Engine::Docker),
            _ => None,
        }
    }

    /// The last component as a guess. `end` is the length of the whole path.
    pub fn guess(&self, end: usize) -> Option<Guess> {
        let name = self.above.as_deref().filter(|_| self.is_plain)?;
        let is_folder = |text: &str| {
            unit(text).is_some()
                || FOLDERS.contains(&text)
                || text.starts_with("pod") && self.in_kubepods
        };
        if is_folder(name) || self.in_kubepods && self.depth < 3 {
            return None;
        }
        let namespace = self
            .above_that
            .as_deref()
            .filter(|above| self.depth == 2 && self.units == 0 && !is_folder(above));
        Some(Guess {
            id: name.to_owned(),
            namespace: namespace.map(str::to_owned),
            end,
        })
    }
}

fn container(engine: Option<Engine>, id: &str) -> Piece {
    Piece::Container {
        engine,
        id: id.to_owned(),
        pod: None,
    }
}

/// The id after a prefix, when it is one: `docker-` is also how units begin that are no containers.
fn after_prefix<'a>(stem: &'a str, prefix: &str) -> Option<&'a str> {
    stem.strip_prefix(prefix).filter(|id| is_id(id))
}

/// A machine of systemd: `machine-NAME.scope`, `systemd-nspawn@NAME.service`. Virtual machines are
/// registered in the same way and are no containers.
fn machine(stem: &str, ending: &str) -> Option<Piece> {
    let name = match ending {
        ".scope" => stem.strip_prefix("machine-")?,
        ".service" => stem.strip_prefix("systemd-nspawn@")?,
        _ => return None,
    };
    let name = unescape(name);
    if let Some(rest) = name.strip_prefix("lxc-")
        && let Some((number, domain)) = rest.split_once('-')
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some(container(Some(Engine::LibvirtLxc), domain));
    }
    if name.starts_with("qemu-") || name.is_empty() {
        return Some(Piece::Unit);
    }
    Some(container(Some(Engine::Nspawn), &name))
}

fn is_id(text: &str) -> bool {
    text.len() == ID_DIGITS && text.bytes().all(is_digit)
}

fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn is_buildkit_id(text: &str) -> bool {
    text.len() == BUILDKIT_ID
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// A UUID, or the hash of a static pod's file.
fn is_pod_uid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    matches!(lengths.as_slice(), [32] | [8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(is_digit))
}

fn qos_of(text: &str) -> Option<Qos> {
    if text.contains("besteffort") {
        Some(Qos::BestEffort)
    } else if text.contains("burstable") {
        Some(Qos::Burstable)
    } else {
        None
    }
}
