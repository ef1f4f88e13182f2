//! Goes down a path part by part, where `openat2` may not be called: systemd answers it with ENOSYS
//! for services with `DynamicUser=` or `RestrictSUIDSGID=`, and older sandboxes do as well.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path};

use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, openat, readlinkat};
use rustix::io::{Errno, Result};

/// Most links in one path, as the kernel has it.
const LINKS_MAX: u32 = 40;
/// Most parts of a path, those of links included.
const PARTS_MAX: usize = 4096;

/// A place that is looked at, not opened; a link is itself.
const PLACE: OFlags = OFlags::PATH.union(OFlags::CLOEXEC).union(OFlags::NOFOLLOW);

/// Opens a path that has to have no link in it.
pub fn without_links(path: &Path, flags: OFlags) -> Result<OwnedFd> {
    let folder = PLACE | OFlags::DIRECTORY;
    let start = if path.is_absolute() { "/" } else { "." };
    let mut at = openat(CWD, start, folder, Mode::empty())?;
    let mut parts = path
        .components()
        .filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir))
        .peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return openat(&at, part, flags | OFlags::NOFOLLOW, Mode::empty());
        }
        at = openat(&at, part, folder, Mode::empty())?;
    }
    Err(Errno::ISDIR)
}

/// Opens a path below a folder that stands for the root: links are followed, and none leads out.
/// What the kernel's own links (`/proc/PID/root`) say is taken as text, as of any other.
pub fn in_root(root: BorrowedFd<'_>, path: &Path, flags: OFlags) -> Result<OwnedFd> {
    // The folders gone down into, below the root.
    let mut above: Vec<OwnedFd> = Vec::new();
    let mut parts = VecDeque::new();
    put_first(&mut parts, path)?;
    let mut links = 0;
    while let Some(part) = parts.pop_front() {
        if part == ".." {
            above.pop();
            continue;
        }
        let at = above
            .last()
            .map_or(root, |folder| std::os::fd::AsFd::as_fd(folder));
        let place = openat(at, &part, PLACE, Mode::empty())?;
        match FileType::from_raw_mode(fstat(&place)?.st_mode) {
            FileType::Symlink => {
                links += 1;
                if links > LINKS_MAX {
                    return Err(Errno::LOOP);
                }
                let target = readlinkat(&place, "", Vec::new())?;
                let target = OsString::from_vec(target.into_bytes());
                if Path::new(&target).is_absolute() {
                    above.clear();
                }
                put_first(&mut parts, Path::new(&target))?;
            }
            FileType::Directory => above.push(place),
            _ if parts.is_empty() => {
                return openat(at, &part, flags | OFlags::NOFOLLOW, Mode::empty());
            }
            _ => return Err(Errno::NOTDIR),
        }
    }
    Err(Errno::ISDIR)
}

/// Puts the parts of a path before those that are left.
fn put_first(parts: &mut VecDeque<OsString>, path: &Path) -> Result<()> {
    for part in path.components().rev() {
        match part {
            Component::Normal(name) => parts.push_front(name.to_owned()),
            Component::ParentDir => parts.push_front(OsStr::new("..").to_owned()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    if parts.len() > PARTS_MAX {
        return Err(Errno::NAMETOOLONG);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Read as _;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::symlink;

    use rustix::fs::{ResolveFlags, openat2};

    use super::*;

    const READ: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC);

    /// A root with links of all kinds, beside a file that nobody may reach.
    fn tree() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("root/a/b")).unwrap();
        fs::create_dir_all(at("root/etc")).unwrap();
        fs::write(at("outside"), "outside").unwrap();
        fs::write(at("root/etc/file"), "inside").unwrap();
        fs::write(at("root/outside"), "namesake").unwrap();
        let links = [
            ("root/up", "../../../outside"),
            ("root/absolute", "/etc/file"),
            ("root/a/b/near", "../../etc/file"),
            ("root/folder", "a/b/./"),
            ("root/loop", "loop"),
            ("root/gone", "/none"),
            ("root/through", "folder/near"),
        ];
        for (link, target) in links {
            symlink(target, at(link)).unwrap();
        }
        let outside = at("outside");
        symlink(outside, at("root/out")).unwrap();
        folder
    }

    const PATHS: &[&str] = &[
        "etc/file",
        "/etc/file",
        "../etc/file",
        "up",
        "absolute",
        "a/b/near",
        "folder/near",
        "through",
        "a/../etc/./file",
        "loop",
        "gone",
        "out",
        "etc",
        "etc/file/more",
        "none/file",
        "",
    ];

    fn text(opened: Result<OwnedFd>) -> std::result::Result<String, Errno> {
        let mut text = String::new();
        match File::from(opened?).read_to_string(&mut text) {
            Ok(_) => Ok(text),
            Err(error) => Err(Errno::from_io_error(&error).unwrap()),
        }
    }

    /// The kernel's own walk says the same.
    #[test]
    fn a_root_is_not_left() {
        let folder = tree();
        let root = openat(
            CWD,
            folder.path().join("root"),
            PLACE | OFlags::DIRECTORY,
            Mode::empty(),
        )
        .unwrap();
        for path in PATHS {
            let ours = text(in_root(root.as_fd(), Path::new(path), READ));
            let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
            let theirs = text(openat2(&root, *path, READ, Mode::empty(), resolve));
            if path.is_empty() {
                assert!(ours.is_err() && theirs.is_err());
            } else {
                assert_eq!(ours, theirs, "{path}");
            }
        }
        assert_eq!(
            text(in_root(root.as_fd(), Path::new("up"), READ)).unwrap(),
            "namesake"
        );
    }

    #[test]
    fn no_link_is_followed_where_none_may_be() {
        let folder = tree();
        for path in PATHS {
            let path = folder
                .path()
                .join("root")
                .join(path.trim_start_matches('/'));
            let ours = text(without_links(&path, READ));
            let resolve = ResolveFlags::NO_SYMLINKS;
            let theirs = text(openat2(CWD, &path, READ, Mode::empty(), resolve));
            match (&ours, &theirs) {
                // A link in the middle is no folder to us.
                (Err(Errno::NOTDIR), Err(Errno::LOOP)) => {}
                _ => assert_eq!(ours, theirs, "{}", path.display()),
            }
        }
    }
}
