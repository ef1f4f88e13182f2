//! What the path of a cgroup says: which engines' containers it lies in, and which pod.
//!
//! Engines name cgroups after their containers, each in its own way and in two: as folders
//! (`/docker/ID`) and as units of systemd (`docker-ID.scope`). Nothing is looked up here, and
//! nothing is believed: whoever may make cgroups may give them any name, so that what is read are
//! claims. `trust` decides between them.
//!
//! A path is read from the root to the leaf. Names that only an engine gives are claims; a plain
//! name at the end (`/default/web`, `/job-7`) may be a container of containerd or runc, or
//! anything else: it is a guess, and stands only once something else confirms it.

mod component;
mod systemd;

#[cfg(test)]
mod tests;

use component::{Piece, Seen};

/// Longest path that is looked at, in bytes. The kernel's programs cut theirs before.
pub const PATH_BYTES_MAX: usize = 4096;
/// Most components of a path that are looked at.
const DEPTH_MAX: usize = 64;
/// Longest name of a container that is taken from a path, in bytes: no engine gives longer ones.
const NAME_BYTES_MAX: usize = 255;

/// Who runs a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Engine {
    Podman,
    Docker,
    Containerd,
    CriO,
    /// runc with nothing above it.
    Runc,
    Crun,
    Buildah,
    BuildKit,
    Nspawn,
    /// LXC, and LXD or Incus, which use it.
    Lxc,
    LibvirtLxc,
}

impl Engine {
    /// As records and `container.type` have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Podman => "podman",
            Self::Docker => "docker",
            Self::Containerd => "containerd",
            Self::CriO => "cri-o",
            Self::Runc => "runc",
            Self::Crun => "crun",
            Self::Buildah => "buildah",
            Self::BuildKit => "buildkit",
            Self::Nspawn => "systemd-nspawn",
            Self::Lxc => "lxc",
            Self::LibvirtLxc => "libvirt-lxc",
        }
    }
}

/// Kubernetes' class of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Qos {
    Guaranteed,
    Burstable,
    BestEffort,
}

impl Qos {
    /// As Kubernetes writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guaranteed => "Guaranteed",
            Self::Burstable => "Burstable",
            Self::BestEffort => "BestEffort",
        }
    }
}

/// A pod that a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodClaim {
    /// Kubernetes' uid with hyphens, or the id of podman's pod.
    pub uid: String,
    /// Only Kubernetes' pods have one.
    pub qos: Option<Qos>,
}

/// One container that a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// `None`: the name has the form of an id, and several engines write it so.
    pub engine: Option<Engine>,
    /// As the engine gives it: 64 hexadecimal digits, or a name.
    pub id: String,
    pub pod: Option<PodClaim>,
    /// Where the path of the container's own cgroup ends, in bytes.
    pub end: usize,
}

/// A plain name at the end that may be a container's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    pub id: String,
    /// Of containerd: the component above, where that is all there is.
    pub namespace: Option<String>,
    pub end: usize,
}

/// What a path says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Containers that it lies in, the outermost first.
    pub claims: Vec<Claim>,
    /// A helper of an engine lives here (`conmon`, the supervisor of nspawn, the monitor of LXC):
    /// it belongs to the host, or to the container around it.
    pub is_helper: bool,
    /// The pod whose cgroup this is, where no container of it is named.
    pub pod: Option<PodClaim>,
    /// The user whose systemd looks after the first claim: another's engine, not root's.
    pub user: Option<u32>,
    pub guess: Option<Guess>,
}

impl Place {
    /// Reads a path below the root of its hierarchy, as the kernel gives it or `/proc/PID/cgroup`
    /// has it after the second colon.
    pub fn read(path: &[u8]) -> Self {
        let path = path.get(..PATH_BYTES_MAX).unwrap_or(path);
        let path = path.strip_suffix(b" (deleted)").unwrap_or(path);
        let mut place = Self::default();
        let mut seen = Seen::default();
        for (text, end) in components(path).take(DEPTH_MAX) {
            let piece = seen.piece(text);
            place.take(&piece, end, &mut seen);
            seen.push(text, &piece);
        }
        if !place.is_helper && place.claims.is_empty() {
            place.guess = seen.guess(path.len());
        }
        place
    }

    fn take(&mut self, piece: &Piece, end: usize, seen: &mut Seen) {
        match piece {
            Piece::Plain | Piece::Unit => {}
            Piece::User(uid) => {
                if self.claims.is_empty() {
                    self.user = Some(*uid);
                }
            }
            Piece::Qos(qos) => seen.qos = Some(*qos),
            Piece::Pod(pod) => {
                self.is_helper = false;
                self.pod = Some(pod.clone());
            }
            Piece::Helper => self.is_helper = true,
            Piece::Supervisor => {
                self.is_helper = true;
                self.claims.pop();
            }
            Piece::Payload => self.is_helper = false,
            Piece::Container { engine, id, pod } => {
                self.is_helper = false;
                let claim = Claim {
                    engine: *engine,
                    id: id.clone(),
                    pod: pod.clone().or_else(|| self.pod.take()),
                    end,
                };
                // The same container once more: podman puts a payload below its own scope.
                let again = self.claims.last().is_some_and(|last| last.id == claim.id);
                if !again {
                    self.claims.push(claim);
                }
            }
        }
    }

    /// The claim of the innermost container.
    pub fn innermost(&self) -> Option<&Claim> {
        self.claims.last()
    }
}

/// The components of a path that are UTF-8, each with where it ends. Others are never an engine's.
fn components(path: &[u8]) -> impl Iterator<Item = (&str, usize)> {
    let mut end = 0;
    path.split(|byte| *byte == b'/')
        .map(move |bytes| {
            let found = (bytes, end + bytes.len());
            end = found.1 + 1;
            found
        })
        .filter(|(bytes, _)| !bytes.is_empty() && *bytes != b".." && bytes.len() <= NAME_BYTES_MAX)
        .map(|(bytes, end)| (std::str::from_utf8(bytes).unwrap_or("\u{fffd}"), end))
}

/// One line of `/proc/PID/cgroup`: number of the hierarchy, controllers, path.
pub fn membership(line: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let mut parts = line.splitn(3, |byte| *byte == b':');
    let number = std::str::from_utf8(parts.next()?).ok()?.parse().ok()?;
    Some((number, parts.next()?, parts.next()?))
}

/// The path that says most in the text of `/proc/PID/cgroup`: one that names a container, where
/// possible in version 2; on mixed systems engines may use only some of the hierarchies.
pub fn telling(text: &[u8]) -> Option<&[u8]> {
    let mut best: Option<(bool, bool, &[u8])> = None;
    for line in text.split(|byte| *byte == b'\n') {
        let Some((number, _, path)) = membership(line) else {
            continue;
        };
        let place = Place::read(path);
        let rank = (
            !place.claims.is_empty() || place.is_helper,
            number == 0 || place.guess.is_some(),
        );
        if best.is_none_or(|(names, second, _)| rank > (names, second)) {
            best = Some((rank.0, rank.1, path));
        }
    }
    best.map(|(_, _, path)| path)
}
