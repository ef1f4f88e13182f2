//! Alerts to syslog: the machine's own, or a server's.
//!
//! The local socket takes what `syslog(3)` writes (`<PRI>tag[pid]: text`); a server is spoken to as
//! RFC 5424 says, over UDP one datagram each (RFC 5426), over TCP with the length in front (RFC 6587,
//! 3.4.1). The text is Falco's line. TLS (RFC 5425) is left to a relay on the machine.

use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::time::Duration;

use super::{Output, SendError};
use crate::Message;

/// The socket of the machine's own syslog.
pub const LOCAL: &str = "/dev/log";
/// Port where none is named.
pub const PORT: u16 = 514;
/// Facility `daemon`, RFC 5424 table 1.
const FACILITY: u8 = 3;
/// Longest message over UDP, bytes; what is longer is cut (RFC 5426, 3.2 wants 2048 at least).
const UDP_BYTES_MAX: usize = 8 << 10;
/// How long to wait for a server, seconds.
const TIMEOUT_S: u64 = 10;

/// Which syslog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyslogAddress {
    /// A datagram socket of this machine.
    Local(PathBuf),
    /// `host:port`.
    Udp(String),
    /// `host:port`.
    Tcp(String),
}

/// Alerts to syslog; connects when there is something to say.
pub struct SyslogOutput {
    address: SyslogAddress,
    open: Option<Opened>,
}

enum Opened {
    Local(UnixDatagram),
    Udp(UdpSocket),
    Tcp(TcpStream),
}

impl SyslogOutput {
    pub const fn new(address: SyslogAddress) -> Self {
        Self {
            address,
            open: None,
        }
    }

    fn write(&mut self, message: &Message) -> io::Result<()> {
        let mut opened = match self.open.take() {
            Some(opened) => opened,
            None => open(&self.address)?,
        };
        match &mut opened {
            Opened::Local(socket) => {
                socket.send(local(message).as_bytes())?;
            }
            Opened::Udp(socket) => {
                let line = rfc5424(message);
                let end = line.floor_char_boundary(UDP_BYTES_MAX);
                socket.send(line.get(..end).unwrap_or_default().as_bytes())?;
            }
            Opened::Tcp(stream) => {
                let line = rfc5424(message);
                stream.write_all(format!("{} {line}", line.len()).as_bytes())?;
            }
        }
        // After an error it is connected anew: half a message cannot be gone on with.
        self.open = Some(opened);
        Ok(())
    }
}

impl Output for SyslogOutput {
    fn send(&mut self, batch: &[Arc<Message>]) -> Result<(), SendError> {
        for message in batch {
            self.write(message)
                .map_err(|error| SendError::passing(error.to_string()))?;
        }
        Ok(())
    }

    fn reopen(&mut self) -> Result<(), SendError> {
        self.open = None;
        Ok(())
    }
}

fn open(address: &SyslogAddress) -> io::Result<Opened> {
    let timeout = Some(Duration::from_secs(TIMEOUT_S));
    match address {
        SyslogAddress::Local(path) => {
            let socket = UnixDatagram::unbound()?;
            socket.connect(path)?;
            socket.set_write_timeout(timeout)?;
            Ok(Opened::Local(socket))
        }
        SyslogAddress::Udp(server) => {
            let server = resolve(server)?;
            let any = if server.is_ipv4() {
                "0.0.0.0:0"
            } else {
                "[::]:0"
            };
            let socket = UdpSocket::bind(any)?;
            socket.connect(server)?;
            Ok(Opened::Udp(socket))
        }
        SyslogAddress::Tcp(server) => {
            let wait = Duration::from_secs(TIMEOUT_S);
            let stream = TcpStream::connect_timeout(&resolve(server)?, wait)?;
            stream.set_write_timeout(timeout)?;
            Ok(Opened::Tcp(stream))
        }
    }
}

fn resolve(server: &str) -> io::Result<std::net::SocketAddr> {
    let mut found = server.to_socket_addrs()?;
    found
        .next()
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the name has no address"))
}

fn priority(message: &Message) -> u8 {
    FACILITY * 8 + message.severity.min(7)
}

/// As `syslog(3)` writes to its socket; the receiver puts in time and host.
fn local(message: &Message) -> String {
    let priority = priority(message);
    format!("<{priority}>plimsoll[{}]: {}", process::id(), message.text)
}

/// RFC 5424, section 6.
fn rfc5424(message: &Message) -> String {
    let host = printable(&message.hostname, 255);
    format!(
        "<{}>1 {} {host} plimsoll {} alert - {}",
        priority(message),
        message.time,
        process::id(),
        message.text
    )
}

/// A part of the head: printable ASCII without blanks, `-` for nothing.
fn printable(text: &str, bytes_max: usize) -> String {
    let part: String = text
        .chars()
        .filter(char::is_ascii_graphic)
        .take(bytes_max)
        .collect();
    if part.is_empty() {
        "-".to_owned()
    } else {
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Arc<Message> {
        Arc::new(Message {
            json: "{}".to_owned(),
            text: "23:31:56.0: Critical größe".to_owned(),
            severity: 2,
            time: "2017-10-09T23:31:56.746609Z".to_owned(),
            hostname: "node 1".to_owned(),
        })
    }

    #[test]
    fn a_server_gets_the_form_of_rfc_5424() {
        let id = process::id();
        assert_eq!(
            rfc5424(&message()),
            format!(
                "<26>1 2017-10-09T23:31:56.746609Z node1 plimsoll {id} alert - 23:31:56.0: \
                 Critical größe"
            )
        );
        assert_eq!(printable("\u{1b}", 9), "-");
    }

    #[test]
    fn a_local_socket_gets_what_syslog_3_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let receiver = UnixDatagram::bind(&path).unwrap();
        let mut output = SyslogOutput::new(SyslogAddress::Local(path));
        output.send(&[message()]).unwrap();
        let mut bytes = [0; 512];
        let length = receiver.recv(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes[..length]);
        let expected = format!(
            "<26>plimsoll[{}]: 23:31:56.0: Critical größe",
            process::id()
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn udp_and_tcp_are_framed() {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = udp.local_addr().unwrap().to_string();
        let mut output = SyslogOutput::new(SyslogAddress::Udp(address));
        output.send(&[message()]).unwrap();
        let mut bytes = [0; 512];
        let length = udp.recv(&mut bytes).unwrap();
        assert_eq!(&bytes[..length], rfc5424(&message()).as_bytes());

        let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = tcp.local_addr().unwrap().to_string();
        let mut output = SyslogOutput::new(SyslogAddress::Tcp(address));
        output.send(&[message(), message()]).unwrap();
        drop(output);
        let (mut stream, _) = tcp.accept().unwrap();
        let mut text = String::new();
        io::Read::read_to_string(&mut stream, &mut text).unwrap();
        let line = rfc5424(&message());
        assert_eq!(text, format!("{0} {line}{0} {line}", line.len()));
    }

    #[test]
    fn a_receiver_that_is_not_there_may_come() {
        let address = SyslogAddress::Local("/nowhere/log".into());
        let error = SyslogOutput::new(address).send(&[message()]).unwrap_err();
        assert!(error.may_pass);
    }
}
