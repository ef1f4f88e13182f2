//! Paths: joined to the folder they begin at, and normalised without looking at a filesystem.

/// Longest path that is kept, in bytes.
pub const PATH_BYTES_MAX: usize = 4096;

/// A path as a process wrote it, from the root: `folder` is where a relative one begins. `.`, `..`
/// and doubled slashes are taken out by name alone, as Falco does; links are not followed. A
/// relative path whose folder is not known stays as it was written.
pub fn full(folder: &[u8], path: &[u8]) -> Vec<u8> {
    let path = path.get(..PATH_BYTES_MAX).unwrap_or(path);
    if path.is_empty() {
        return folder.to_vec();
    }
    if !path.starts_with(b"/") && !folder.starts_with(b"/") {
        return path.to_vec();
    }
    let mut out = Vec::with_capacity(folder.len() + path.len() + 1);
    if !path.starts_with(b"/") {
        add(&mut out, folder);
    }
    add(&mut out, path);
    if out.is_empty() {
        out.push(b'/');
    }
    out.truncate(PATH_BYTES_MAX);
    out
}

/// Whether normalising would change nothing.
pub fn is_full(path: &[u8]) -> bool {
    path.starts_with(b"/")
        && path.len() <= PATH_BYTES_MAX
        && (path.len() == 1 || !path.ends_with(b"/"))
        && !path.windows(2).any(|pair| pair == b"//" || pair == b"/.")
}

fn add(out: &mut Vec<u8>, path: &[u8]) {
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                let parent = out.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
                out.truncate(parent);
            }
            _ => {
                out.push(b'/');
                out.extend(part);
            }
        }
    }
}

/// The last part of a path.
pub fn base(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

/// The path without its last part; `/` for what lies at the root, empty for what has no folder.
pub fn folder(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(0) => b"/",
        Some(at) => path.get(..at).unwrap_or_default(),
        None => b"",
    }
}

/// The id in the name of a cgroup as engines form it: 64 hexadecimal digits, alone (`ID`) or as a unit
/// (`docker-ID.scope`).
pub fn container_id(name: &[u8]) -> Option<&[u8]> {
    let name = name.strip_suffix(b".scope").unwrap_or(name);
    let id = name.rsplit(|byte| *byte == b'-').next()?;
    (id.len() == 64 && id.iter().all(u8::is_ascii_hexdigit)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_normalised() {
        let cases: &[(&str, &str, &str)] = &[
            ("/", "etc/passwd", "/etc/passwd"),
            ("/a/b", "../c", "/a/c"),
            ("/a", "../../../x", "/x"),
            ("/a", "/b//c/./d/", "/b/c/d"),
            ("/a", "", "/a"),
            ("/a", "..", "/"),
            ("", "x/../y", "x/../y"),
            ("", "/x/../y", "/y"),
            ("/a", "...", "/a/..."),
        ];
        for (folder, path, expected) in cases {
            let found = full(folder.as_bytes(), path.as_bytes());
            assert_eq!(found, expected.as_bytes(), "{folder} {path}");
        }
        assert!(is_full(b"/etc/passwd") && is_full(b"/"));
        assert!(!is_full(b"/a/../b") && !is_full(b"/a/") && !is_full(b"a"));
        assert_eq!((base(b"/a/b"), folder(b"/a/b")), (&b"b"[..], &b"/a"[..]));
        assert_eq!((base(b"/a"), folder(b"/a")), (&b"a"[..], &b"/"[..]));
    }
}
