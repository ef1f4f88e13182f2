//! What a file descriptor stands for.

use super::text::Text;

/// An open file, as one process's descriptor knows it. Shared by copies (`dup`, fork).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenFile {
    Path(PathFile),
    Socket(Box<Socket>),
    /// One end of a pipe.
    Pipe {
        inode: u64,
        /// The end that is written to.
        write: bool,
    },
    /// Made by `memfd_create`, with the name given there.
    Memory(Text),
    Event,
    Signal,
    Poll,
    Timer,
    Inotify,
    Fanotify,
    Bpf,
    PerfEvent,
    Userfault,
    IoUring,
    /// Of the process with this pid (in the host's pid namespace; 0 when unknown).
    Pid(u32),
    /// Kind not known.
    Other,
}

/// A file or folder with a path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathFile {
    /// Full path, as the kernel resolved it where it did, else joined and normalised.
    pub path: Text,
    /// Full path as the caller wrote it (joined and normalised, links not followed); empty when it
    /// is the same as `path`.
    pub written: Text,
    /// Flags of the open, as the kernel's ABI has them.
    pub flags: u32,
    pub inode: u64,
    /// `major << 20 | minor`.
    pub device: u64,
    /// Type and permission bits, 0 when unknown.
    pub mode: u32,
    /// Bits of `FILE_OVERLAY` and its fellows.
    pub layer: u64,
}

impl PathFile {
    /// Whether it is a folder, by its mode or by how it was opened.
    pub const fn is_folder(&self) -> bool {
        const S_IFMT: u32 = 0o170_000;
        const S_IFDIR: u32 = 0o040_000;
        const O_DIRECTORY: u32 = 0o200_000;
        self.mode & S_IFMT == S_IFDIR || self.mode == 0 && self.flags & O_DIRECTORY != 0
    }
}

/// A socket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Socket {
    pub family: u16,
    /// `SOCK_STREAM` = 1, `SOCK_DGRAM` = 2, `SOCK_RAW` = 3 …
    pub kind: u16,
    pub protocol: u16,
    pub inode: u64,
    pub local: Option<Endpoint>,
    pub remote: Option<Endpoint>,
    /// Path of a UNIX socket (its peer's for a client, its own for a server); a leading NUL means
    /// the abstract namespace.
    pub path: Text,
    pub role: Role,
    /// A connection stands, as far as is known.
    pub connected: bool,
    /// A connect was begun and has not ended (`EINPROGRESS`).
    pub pending: bool,
    /// The other end changed with the last event (unconnected datagrams).
    pub changed: bool,
    /// Process at the other end of a UNIX socket, 0 when unknown.
    pub peer_pid: u32,
}

/// Address and port of one end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    pub address: std::net::IpAddr,
    pub port: u16,
}

/// Which side of a connection a socket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    #[default]
    Unknown,
    /// It began the connection (or sent first).
    Client,
    /// It accepted the connection (or was sent to first).
    Server,
    /// It waits for connections.
    Listener,
}

pub const AF_UNIX: u16 = 1;
pub const AF_INET: u16 = 2;
pub const AF_INET6: u16 = 10;
pub const AF_NETLINK: u16 = 16;
pub const AF_PACKET: u16 = 17;

impl Socket {
    pub const fn is_unix(&self) -> bool {
        self.family == AF_UNIX
    }

    pub const fn is_internet(&self) -> bool {
        matches!(self.family, AF_INET | AF_INET6)
    }

    /// The end that began: `fd.cip`, `fd.cport`.
    pub const fn client(&self) -> Option<Endpoint> {
        match self.role {
            Role::Client => self.local,
            Role::Server => self.remote,
            Role::Unknown | Role::Listener => None,
        }
    }

    /// The end that was begun with: `fd.sip`, `fd.sport`.
    pub const fn server(&self) -> Option<Endpoint> {
        match self.role {
            Role::Client => self.remote,
            Role::Server | Role::Listener => self.local,
            Role::Unknown => None,
        }
    }
}

impl OpenFile {
    /// What sort it is, in Falco's words (`fd.type`) where it has one.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Path(file) => {
                if file.is_folder() {
                    "directory"
                } else {
                    "file"
                }
            }
            Self::Socket(socket) => match socket.family {
                AF_UNIX => "unix",
                AF_INET => "ipv4",
                AF_INET6 => "ipv6",
                AF_NETLINK => "netlink",
                _ => "socket",
            },
            Self::Pipe { .. } => "pipe",
            Self::Memory(_) => "memfd",
            Self::Event => "event",
            Self::Signal => "signalfd",
            Self::Poll => "eventpoll",
            Self::Timer => "timerfd",
            Self::Inotify => "inotify",
            Self::Fanotify => "fanotify",
            Self::Bpf => "bpf",
            Self::PerfEvent => "perf_event",
            Self::Userfault => "userfaultfd",
            Self::IoUring => "io_uring",
            Self::Pid(_) => "pidfd",
            Self::Other => "other",
        }
    }

    /// The path of a file, the name of memory, the path of a UNIX socket.
    pub fn path(&self) -> Option<&Text> {
        match self {
            Self::Path(file) => Some(&file.path),
            Self::Memory(name) => Some(name),
            Self::Socket(socket) if socket.is_unix() => Some(&socket.path),
            _ => None,
        }
    }

    /// Roughly how many bytes it takes with its descriptor.
    pub(crate) fn weight(&self) -> usize {
        let texts = match self {
            Self::Path(file) => file.path.len() + file.written.len(),
            Self::Memory(name) => name.len(),
            Self::Socket(socket) => size_of::<Socket>() + socket.path.len(),
            _ => 0,
        };
        size_of::<Self>() + 48 + texts
    }

    pub const fn as_socket(&self) -> Option<&Socket> {
        match self {
            Self::Socket(socket) => Some(socket),
            _ => None,
        }
    }

    pub const fn as_file(&self) -> Option<&PathFile> {
        match self {
            Self::Path(file) => Some(file),
            _ => None,
        }
    }
}
