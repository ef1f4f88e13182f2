//! The password of a private key: from the environment, else asked for at the terminal. Never an
//! argument, which everybody on the machine could read.

use std::fs::File;
use std::io::{Read, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::{Zeroize, Zeroizing};

/// Variables that are looked at, in order.
const VARIABLES: [&str; 2] = ["PLIMSOLL_PASSWORD", "COSIGN_PASSWORD"];
/// Longest password, in bytes.
const PASSWORD_BYTES_MAX: usize = 4096;

/// Control and C.
const INTERRUPT: u8 = 3;

/// The password, or why there is none.
pub fn get(file: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    for variable in VARIABLES {
        if let Some(value) = std::env::var_os(variable) {
            return Ok(Zeroizing::new(std::os::unix::ffi::OsStringExt::into_vec(
                value,
            )));
        }
    }
    ask(file).map_err(|reason| format!("there is no password for it, and {reason}"))
}

fn ask(file: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let nobody = |_| "no terminal to ask at".to_owned();
    let terminal = File::options()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .map_err(nobody)?;
    let quiet = Quiet::begin(&terminal).map_err(|_| "no terminal to ask at".to_owned())?;
    let mut both = &terminal;
    let asked = format!("Password of {}: ", plimsoll_model::text::clean(file));
    let _ = both.write_all(asked.as_bytes());
    let line = read_line(&mut both);
    drop(quiet);
    let _ = both.write_all(b"\n");
    line.map_err(|error| format!("the terminal cannot be read: {error}"))
}

/// One line without its end, into memory that is wiped and never moved.
fn read_line(from: &mut impl Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(PASSWORD_BYTES_MAX));
    let mut byte = [0_u8];
    while line.len() < PASSWORD_BYTES_MAX && from.read(&mut byte)? == 1 && byte != [b'\n'] {
        if byte == [INTERRUPT] {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        line.extend(byte);
    }
    byte.zeroize();
    Ok(line)
}

/// While it lives, what is typed does not show.
struct Quiet<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Quiet<'a> {
    fn begin(terminal: &'a File) -> rustix::io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut now = before.clone();
        // An interrupt would end the process with the terminal left like this; it comes as a byte.
        now.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        tcsetattr(terminal, OptionalActions::Flush, &now)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_its_end_and_has_one() {
        let read = |bytes: &[u8]| read_line(&mut &bytes[..]).unwrap().to_vec();
        assert_eq!(read(b"secret\nmore"), b"secret");
        assert_eq!(read(b""), b"");
        read_line(&mut &b"sec\x03"[..]).unwrap_err();
        assert_eq!(
            read(&[b'x'; 2 * PASSWORD_BYTES_MAX]).len(),
            PASSWORD_BYTES_MAX
        );
    }
}
