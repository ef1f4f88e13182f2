//! The snapshots of public feeds beside the checkout, read into memory.

use std::io::Read;
use std::path::PathBuf;

use plimsoll_vuln::sources::InputFile;

/// Size of a snapshot unpacked, in bytes; a guard against a wrong file.
const UNPACKED_BYTES_MAX: u64 = 1 << 30;

/// The folder of the snapshots; `None`, with a line that says so, where it is absent.
pub fn folder() -> Option<PathBuf> {
    let beside = || {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join("../shared/data")
    };
    let data = std::env::var_os("PLIMSOLL_DATA").map_or_else(beside, PathBuf::from);
    let folder = data.join("advisories");
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: no snapshots in {} (set PLIMSOLL_DATA)",
        folder.display()
    );
    None
}

/// The files of `NAME.tar.zst`, or the one file of `NAME.zst`.
pub fn files(name: &str) -> Option<Vec<InputFile>> {
    let folder = folder()?;
    let read = |end: &str| std::fs::File::open(folder.join(format!("{name}{end}"))).ok();
    if let Some(archive) = read(".tar.zst") {
        return Some(untar(&unpack(archive)));
    }
    let file = read(".zst").unwrap_or_else(|| panic!("no snapshot {name}"));
    Some(vec![InputFile {
        path: name.to_owned(),
        bytes: unpack(file),
    }])
}

fn unpack(file: std::fs::File) -> Vec<u8> {
    let mut decoder = zstd::stream::Decoder::new(file).unwrap();
    decoder.window_log_max(27).unwrap();
    let mut bytes = Vec::new();
    decoder
        .take(UNPACKED_BYTES_MAX)
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

/// Regular files of a POSIX tar archive, with pax and GNU long names.
fn untar(mut rest: &[u8]) -> Vec<InputFile> {
    let mut files = Vec::new();
    let mut long_name: Option<String> = None;
    while rest.len() >= 512 && rest[0] != 0 {
        let (header, body) = rest.split_at(512);
        let text = |from: usize, to: usize| {
            let field = &header[from..to];
            let end = field
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(field.len());
            String::from_utf8_lossy(&field[..end]).into_owned()
        };
        let size = usize::from_str_radix(text(124, 136).trim(), 8).unwrap();
        let content = &body[..size];
        match header[156] {
            b'x' => long_name = pax_path(content),
            b'L' => {
                long_name = Some(
                    String::from_utf8_lossy(content)
                        .trim_end_matches('\0')
                        .into(),
                );
            }
            b'0' | 0 => {
                let prefix = text(345, 500);
                let name = text(0, 100);
                let plain = if prefix.is_empty() {
                    name
                } else {
                    format!("{prefix}/{name}")
                };
                files.push(InputFile {
                    path: long_name.take().unwrap_or(plain),
                    bytes: content.to_vec(),
                });
            }
            _ => long_name = None,
        }
        rest = &body[size.next_multiple_of(512)..];
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn pax_path(content: &[u8]) -> Option<String> {
    String::from_utf8_lossy(content)
        .lines()
        .find_map(|line| Some(line.split_once(" path=")?.1.to_owned()))
}
