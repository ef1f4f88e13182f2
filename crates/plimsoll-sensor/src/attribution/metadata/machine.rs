//! Machines of systemd-nspawn, LXC and LXD: one small file each.

use std::path::Path;

use super::super::details::{Details, Mount, cut};
use super::file::{self, Links};

/// Longest file of a machine, in bytes.
const MACHINE_BYTES_MAX: u64 = 1 << 20;

/// Takes over what systemd-machined notes of a machine in `/run/systemd/machines/NAME`.
pub fn take_nspawn(folder: &Path, name: &str, details: &mut Details) -> std::io::Result<()> {
    let text = read(&folder.join(name))?;
    for (key, value) in pairs(&text) {
        match key {
            "NAME" => details.name = Some(cut(value.to_owned())),
            "LEADER" => details.init_pid = value.parse().ok(),
            "ROOT" => details.image = Some(cut(value.to_owned())),
            "REALTIME" => {
                let microseconds = value.parse::<u64>().ok();
                details.started_ns = microseconds.and_then(|time| time.checked_mul(1000));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Takes over an LXC container's `config`, `KEY = VALUE` a line.
pub fn take_lxc(folder: &Path, name: &str, details: &mut Details) -> std::io::Result<()> {
    let text = read(&folder.join(name).join("config"))?;
    details.name = Some(name.to_owned());
    for (key, value) in pairs(&text) {
        match key {
            "lxc.uts.name" | "lxc.utsname" => details.hostname = Some(cut(value.to_owned())),
            "lxc.rootfs.path" | "lxc.rootfs" => details.image = Some(cut(value.to_owned())),
            "lxc.mount.entry" => details.mounts.extend(mount(value)),
            "lxc.cap.drop" if value.is_empty() => details.privileged = Some(true),
            _ => {}
        }
    }
    Ok(())
}

fn mount(line: &str) -> Option<Mount> {
    let mut words = line.split_whitespace();
    let (source, target, _, options) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(Mount {
        source: cut(source.to_owned()),
        destination: cut(format!("/{}", target.trim_start_matches('/'))),
        mode: cut(options.to_owned()),
        is_writable: !options.split(',').any(|option| option == "ro"),
        propagation: String::new(),
    })
}

fn read(path: &Path) -> std::io::Result<String> {
    let bytes = file::bytes(path, Links::Refused, MACHINE_BYTES_MAX)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim(), value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("web"),
            "# systemd\nNAME=web\nLEADER=77\nROOT=/var/lib/machines/web\n",
        )
        .unwrap();
        let mut details = Details::default();
        take_nspawn(folder.path(), "web", &mut details).unwrap();
        assert_eq!(
            (details.name.as_deref(), details.init_pid),
            (Some("web"), Some(77))
        );
        std::fs::create_dir(folder.path().join("db")).unwrap();
        let config = "lxc.uts.name = db\nlxc.rootfs.path = dir:/x\nlxc.mount.entry = /srv srv none bind,ro 0 0\n";
        std::fs::write(folder.path().join("db/config"), config).unwrap();
        let mut details = Details::default();
        take_lxc(folder.path(), "db", &mut details).unwrap();
        assert_eq!(details.hostname.as_deref(), Some("db"));
        assert_eq!(
            (
                &*details.mounts[0].destination,
                details.mounts[0].is_writable
            ),
            ("/srv", false)
        );
    }
}
