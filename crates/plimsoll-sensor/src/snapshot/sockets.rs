//! `/proc/net/{tcp,udp,raw,unix}` and their IPv6 fellows: what a socket's inode stands for.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use plimsoll_behavior::wire::RecordWriter;
use plimsoll_model::event::Param;

use super::Taken;

/// Most sockets that are read of one namespace.
const SOCKETS_MAX: usize = 200_000;
/// Longest line of a table, in bytes: a UNIX path has 108.
const LINE_BYTES_MAX: usize = 4_096;

const AF_UNIX: u64 = 1;
const AF_INET: u64 = 2;
const AF_INET6: u64 = 10;
const STREAM: u64 = 1;
const DATAGRAM: u64 = 2;
const RAW: u64 = 3;

/// File, family, type, protocol (0: in the port's place, as raw sockets have it).
const TABLES: &[(&str, u64, u64, u64)] = &[
    ("tcp", AF_INET, STREAM, 6),
    ("tcp6", AF_INET6, STREAM, 6),
    ("udp", AF_INET, DATAGRAM, 17),
    ("udp6", AF_INET6, DATAGRAM, 17),
    ("udplite", AF_INET, DATAGRAM, 136),
    ("udplite6", AF_INET6, DATAGRAM, 136),
    ("raw", AF_INET, RAW, 0),
    ("raw6", AF_INET6, RAW, 0),
];

/// What a line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Socket {
    Internet {
        family: u64,
        kind: u64,
        protocol: u64,
        local: (Vec<u8>, u16),
        remote: (Vec<u8>, u16),
        state: u64,
    },
    Unix {
        kind: u64,
        path: Vec<u8>,
    },
}

impl Socket {
    pub fn put(&self, writer: RecordWriter) -> RecordWriter {
        match self {
            Self::Internet {
                family,
                kind,
                protocol,
                local,
                remote,
                state,
            } => writer
                .number(Param::SockFamily, *family)
                .number(Param::SockType, *kind)
                .number(Param::SockProtocol, *protocol)
                .bytes(Param::LocalAddress, &local.0)
                .number(Param::LocalPort, local.1.into())
                .bytes(Param::RemoteAddress, &remote.0)
                .number(Param::RemotePort, remote.1.into())
                .number(Param::SockState, *state),
            Self::Unix { kind, path } => {
                let writer = writer
                    .number(Param::SockFamily, AF_UNIX)
                    .number(Param::SockType, *kind);
                if path.is_empty() {
                    return writer;
                }
                writer.bytes(Param::UnixPath, path)
            }
        }
    }
}

/// The sockets of one network namespace.
#[derive(Debug, Default)]
pub struct Tables(HashMap<u64, Socket>);

impl Tables {
    pub fn read(folder: &Path, pid: u32, taken: &mut Taken) -> Self {
        let mut tables = Self::default();
        for &(name, family, kind, protocol) in TABLES {
            tables.add(&folder.join(name), pid, taken, |line| {
                internet(line, family, kind, protocol)
            });
        }
        tables.add(&folder.join("unix"), pid, taken, unix);
        tables
    }

    pub fn get(&self, inode: u64) -> Option<&Socket> {
        self.0.get(&inode)
    }

    fn add(
        &mut self,
        path: &Path,
        pid: u32,
        taken: &mut Taken,
        parse: impl Fn(&[u8]) -> Option<(u64, Socket)>,
    ) {
        // A kernel without IPv6 or a protocol has no such file, and no such sockets.
        let Ok(file) = File::open(path) else {
            return;
        };
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut capped = std::io::Read::take(&mut reader, LINE_BYTES_MAX as u64);
            match capped.read_until(b'\n', &mut line) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    taken.skip(pid, format!("{}: {error}", path.display()));
                    return;
                }
            }
            if self.0.len() >= SOCKETS_MAX {
                taken.skip(pid, format!("sockets beyond {SOCKETS_MAX}"));
                return;
            }
            if let Some((inode, socket)) = parse(&line) {
                self.0.insert(inode, socket);
            }
        }
    }
}

/// `sl: LOCAL:PORT REMOTE:PORT STATE tx:rx tr:when retransmits uid timeout INODE …`
fn internet(line: &[u8], family: u64, kind: u64, protocol: u64) -> Option<(u64, Socket)> {
    let text = std::str::from_utf8(line).ok()?;
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let mut local = endpoint(words.get(1)?)?;
    let remote = endpoint(words.get(2)?)?;
    let state = u64::from_str_radix(words.get(3)?, 16).ok()?;
    let inode = words.get(9)?.parse().ok()?;
    let mut protocol = protocol;
    if kind == RAW {
        protocol = local.1.into();
        local.1 = 0;
    }
    let socket = Socket::Internet {
        family,
        kind,
        protocol,
        local,
        remote,
        state,
    };
    Some((inode, socket))
}

/// `0100007F:1F90`: each word of the address is printed as a number of this machine.
fn endpoint(text: &str) -> Option<(Vec<u8>, u16)> {
    let (address, port) = text.split_once(':')?;
    if !matches!(address.len(), 8 | 32) || !address.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(16);
    for word in address.as_bytes().chunks(8) {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    Some((bytes, u16::from_str_radix(port, 16).ok()?))
}

/// `Num: RefCount Protocol Flags Type St Inode Path`; the path may hold anything but a line break's
/// beginning, and an abstract name begins with `@`.
fn unix(line: &[u8]) -> Option<(u64, Socket)> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let mut rest = line;
    let mut words = Vec::with_capacity(7);
    while words.len() < 7 {
        let start = rest.iter().position(|byte| *byte != b' ')?;
        rest = rest.get(start..)?;
        let end = rest.iter().position(|byte| *byte == b' ');
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        words.push(std::str::from_utf8(word).ok()?);
        rest = after;
    }
    let kind = u64::from_str_radix(words.get(4)?, 16).ok()?;
    let inode = words.get(6)?.parse().ok()?;
    let mut path = rest.strip_prefix(b" ").unwrap_or_default().to_vec();
    if let Some(first) = path.first_mut()
        && *first == b'@'
    {
        *first = 0;
    }
    Some((inode, Socket::Unix { kind, path }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_tables_are_read() {
        let line = b"   0: 0100007F:1F90 0200000A:D431 01 00000000:00000000 00:00000000 00000000 1000 0 54321 1 0 20\n";
        let (inode, socket) = internet(line, AF_INET, STREAM, 6).unwrap();
        assert_eq!(inode, 54321);
        let Socket::Internet {
            local,
            remote,
            state,
            ..
        } = socket
        else {
            panic!("not an internet socket")
        };
        assert_eq!(local, (vec![127, 0, 0, 1], 8080));
        assert_eq!(remote, (vec![10, 0, 0, 2], 54321));
        assert_eq!(state, 1);
        let six = endpoint("00000000000000000000000001000000:0035").unwrap();
        assert_eq!(six.0.last(), Some(&1));
        assert_eq!(six.1, 53);
        for bad in [
            "",
            ":",
            "0100007F",
            "0100007:1",
            "0100007F:1FFFF",
            "zzzzzzzz:1",
        ] {
            assert_eq!(endpoint(bad), None, "{bad}");
        }
    }

    #[test]
    fn unix_paths_keep_their_blanks() {
        let line = b"ffff8881: 00000002 00000000 00010000 0001 01 17 /run/a b.sock\n";
        let (inode, socket) = unix(line).unwrap();
        assert_eq!(inode, 17);
        assert_eq!(
            socket,
            Socket::Unix {
                kind: 1,
                path: b"/run/a b.sock".to_vec()
            }
        );
        let unnamed = unix(b"f: 00000003 00000000 00000000 0002 03 18\n").unwrap();
        assert_eq!(
            unnamed.1,
            Socket::Unix {
                kind: 2,
                path: vec![]
            }
        );
        let hidden = unix(b"f: 2 0 0 0001 01 19 @bus\n").unwrap();
        assert_eq!(
            hidden.1,
            Socket::Unix {
                kind: 1,
                path: b"\0bus".to_vec()
            }
        );
        assert_eq!(
            unix(b"Num       RefCount Protocol Flags    Type St Inode Path\n"),
            None
        );
    }
}
