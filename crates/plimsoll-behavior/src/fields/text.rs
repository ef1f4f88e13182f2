//! Texts that several fields put together.

use crate::state::Process;

/// Arguments after the program's own name, with blanks between them.
pub fn push_args(process: &Process, out: &mut Vec<u8>) {
    for (index, arg) in process.args().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(arg);
    }
}

/// Name and arguments.
pub fn push_command(process: &Process, out: &mut Vec<u8>) {
    push_with_args(&process.comm, process, out);
}

/// A name, and the arguments behind it where there are any.
pub fn push_with_args(name: &[u8], process: &Process, out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    for arg in process.args() {
        out.push(b' ');
        out.extend_from_slice(arg);
    }
}

/// Variables of the environment, with blanks between them.
pub fn push_env(process: &Process, out: &mut Vec<u8>) {
    for (index, entry) in process.env().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(entry);
    }
}

/// The folder of a path as `fd.directory` has it: `/` for what lies in the root.
pub fn folder(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| *byte == b'/') {
        // A path that ends in a slash is a folder itself.
        Some(at) if at + 1 == path.len() && at > 0 => path,
        Some(at) if at > 0 => path.get(..at).unwrap_or_default(),
        _ => b"/",
    }
}

/// The name in a folder as `fd.filename` has it.
pub fn file_name(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(at) if at + 1 == path.len() => path,
        Some(at) => path.get(at + 1..).unwrap_or_default(),
        None => b"/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_names() {
        for (path, in_folder, name) in [
            ("/etc/passwd", "/etc", "passwd"),
            ("/passwd", "/", "passwd"),
            ("/etc/", "/etc/", "/etc/"),
            ("/", "/", "/"),
            ("passwd", "/", "/"),
        ] {
            assert_eq!(folder(path.as_bytes()), in_folder.as_bytes(), "{path}");
            assert_eq!(file_name(path.as_bytes()), name.as_bytes(), "{path}");
        }
    }
}
