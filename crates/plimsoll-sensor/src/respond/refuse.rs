//! Refuses new connections of containers, in the kernel, by their cgroups.
//!
//! Where bpffs is mounted the refusal outlives this process and another one takes it back: map and
//! links are pinned there. Connections that stand already are not touched, and what a process sends
//! on a connected UDP socket that it had before neither.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use aya::maps::{HashMap, Map, MapData, MapError};
use aya::programs::cgroup_sock_addr::CgroupSockAddrLink;
use aya::programs::links::{CgroupAttachMode, FdLink, PinnedLink};
use aya::programs::{CgroupSockAddr, Program, ProgramError};
use aya::{EbpfError, EbpfLoader};

use crate::attach;
use crate::object;

/// Where map and links are kept, below the mount of bpffs.
const FOLDER: &str = "/sys/fs/bpf/plimsoll";
const MAP: &str = "refused";
const PROGRAMS: [&str; 4] = [
    "refuse_connect4",
    "refuse_connect6",
    "refuse_sendmsg4",
    "refuse_sendmsg6",
];

/// Why connections cannot be refused.
#[derive(Debug, thiserror::Error)]
pub enum RefuseError {
    #[error("this build has no kernel programs; install clang and build again")]
    NoObject,
    #[error("load the programs that refuse connections: {0}")]
    Load(#[source] Box<EbpfError>),
    #[error("attach {name}: {error}")]
    Attach { name: &'static str, error: String },
    #[error("keep the list of refused cgroups: {0}")]
    Map(#[from] MapError),
    #[error("{place}: {error}")]
    Place {
        place: String,
        #[source]
        error: std::io::Error,
    },
}

/// The programs at work, and the list of cgroups that they refuse.
pub struct Refusals {
    map: HashMap<MapData, u64, u64>,
    /// Where they would be pinned.
    home: PathBuf,
    /// Where they are pinned; nowhere without bpffs.
    folder: Option<PathBuf>,
    /// The last one was let go, and the programs with it.
    is_detached: bool,
    /// What keeps them attached while they are not pinned.
    _links: Vec<FdLink>,
}

impl Refusals {
    /// Takes up those that another process left, or loads them.
    pub fn open() -> Result<Self, RefuseError> {
        Self::open_at(Path::new(FOLDER))
    }

    /// Those that another process left, when there are any.
    pub fn left() -> Result<Option<Self>, RefuseError> {
        Self::pinned(Path::new(FOLDER))
    }

    /// The same as [`Refusals::open`], with the folder below a mount of bpffs.
    pub fn open_at(folder: &Path) -> Result<Self, RefuseError> {
        if let Some(found) = Self::pinned(folder)? {
            return Ok(found);
        }
        Self::load(folder)
    }

    /// Those that another process left pinned.
    pub fn pinned(folder: &Path) -> Result<Option<Self>, RefuseError> {
        let place = folder.join(MAP);
        if !place.exists() {
            return Ok(None);
        }
        let map = Map::HashMap(MapData::from_pin(&place)?);
        Ok(Some(Self {
            map: HashMap::try_from(map)?,
            home: folder.to_owned(),
            folder: Some(folder.to_owned()),
            is_detached: false,
            _links: Vec::new(),
        }))
    }

    fn load(home: &Path) -> Result<Self, RefuseError> {
        let bytes = object::refuse().ok_or(RefuseError::NoObject)?;
        let mut ebpf = EbpfLoader::new()
            .load(bytes)
            .map_err(|error| RefuseError::Load(Box::new(error)))?;
        let folder = is_bpffs(home).then(|| home.to_owned());
        let mut links = Vec::new();
        for name in PROGRAMS {
            let link =
                start(&mut ebpf, name).map_err(|error| RefuseError::Attach { name, error })?;
            links.push((name, link));
        }
        let taken = ebpf.take_map(MAP).ok_or_else(|| MapError::InvalidName {
            name: MAP.to_owned(),
        })?;
        let mut kept = Vec::new();
        if let Some(folder) = &folder {
            fs::create_dir_all(folder).map_err(|error| placed(folder, error))?;
            for (name, link) in links {
                pin(link, &folder.join(name))?;
            }
            // Last: who finds the map finds the links.
            taken
                .pin(folder.join(MAP))
                .map_err(|error| placed(folder, std::io::Error::other(error)))?;
        } else {
            kept.extend(links.into_iter().map(|(_, link)| link));
        }
        Ok(Self {
            map: HashMap::try_from(taken)?,
            home: home.to_owned(),
            folder,
            is_detached: false,
            _links: kept,
        })
    }

    /// Whether a refusal stays when this process ends.
    pub const fn outlives_us(&self) -> bool {
        self.folder.is_some()
    }

    /// Refuses from now on; once more is no error.
    pub fn refuse(&mut self, cgroup_id: u64) -> Result<(), RefuseError> {
        if self.is_detached {
            *self = Self::open_at(&self.home.clone())?;
        }
        if self.map.get(&cgroup_id, 0).is_err() {
            self.map.insert(cgroup_id, 0, 0)?;
        }
        Ok(())
    }

    /// Lets connect again; the programs go with the last one.
    pub fn allow(&mut self, cgroup_id: u64) -> Result<(), RefuseError> {
        match self.map.remove(&cgroup_id) {
            Ok(()) | Err(MapError::KeyNotFound) => {}
            // One that is not there is as good as removed.
            Err(MapError::SyscallError(error))
                if error.io_error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        if self.map.keys().next().is_none() {
            self.unpin()?;
        }
        Ok(())
    }

    /// Cgroups that are refused, and how many attempts were.
    pub fn counts(&self) -> BTreeMap<u64, u64> {
        self.map.iter().filter_map(Result::ok).collect()
    }

    fn unpin(&mut self) -> Result<(), RefuseError> {
        let Some(folder) = self.folder.take() else {
            return Ok(());
        };
        self.is_detached = true;
        // The map first: who finds it finds the links.
        let map = folder.join(MAP);
        fs::remove_file(&map).map_err(|error| placed(&map, error))?;
        for name in PROGRAMS {
            let place = folder.join(name);
            match PinnedLink::from_pin(&place) {
                Ok(link) => {
                    link.unpin().map_err(|error| placed(&place, error))?;
                }
                Err(_) if !place.exists() => {}
                Err(error) => return Err(placed(&place, std::io::Error::other(error))),
            }
        }
        // Others may keep things here.
        let _ = fs::remove_dir(&folder);
        Ok(())
    }
}

fn start(ebpf: &mut aya::Ebpf, name: &'static str) -> Result<FdLink, String> {
    let program = ebpf.program_mut(name).ok_or("not in the object")?;
    let link = attach_one(program).map_err(|error| attach::reason(&error))?;
    FdLink::try_from(link).map_err(|_| "the kernel has no links for it (5.7 has)".to_owned())
}

fn attach_one(program: &mut Program) -> Result<CgroupSockAddrLink, ProgramError> {
    let program: &mut CgroupSockAddr = program.try_into()?;
    program.load()?;
    let root = attach::cgroup_root().and_then(File::open)?;
    // A link always stands beside those of others; the kernel takes no mode with one.
    let id = program.attach(root, CgroupAttachMode::Single)?;
    program.take_link(id)
}

fn pin(link: FdLink, place: &Path) -> Result<(), RefuseError> {
    // Left over from a process that ended while it pinned.
    if place.exists() {
        fs::remove_file(place).map_err(|error| placed(place, error))?;
    }
    link.pin(place)
        .map(drop)
        .map_err(|error| placed(place, std::io::Error::other(error)))
}

fn placed(place: &Path, error: std::io::Error) -> RefuseError {
    RefuseError::Place {
        place: place.display().to_string(),
        error,
    }
}

/// Whether the nearest folder that exists lies on bpffs.
fn is_bpffs(folder: &Path) -> bool {
    const BPF_FS_MAGIC: i64 = 0xcafe_4a11;
    folder
        .ancestors()
        .find(|ancestor| ancestor.exists())
        .and_then(|ancestor| rustix::fs::statfs(ancestor).ok())
        .is_some_and(|found| found.f_type == BPF_FS_MAGIC)
}
