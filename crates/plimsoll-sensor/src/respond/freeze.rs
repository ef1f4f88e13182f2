//! Freezes and thaws the processes of a cgroup.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Cgroups, RespondError};

/// Freezes; gives back the file that did.
pub(super) fn freeze(cgroups: &Cgroups, path: &str) -> Result<PathBuf, RespondError> {
    let candidates = [
        (cgroups.unified(path)?, "cgroup.freeze"),
        (cgroups.freezer(path)?, "freezer.state"),
    ];
    for (folder, name) in candidates {
        let Some(file) = folder
            .map(|folder| folder.join(name))
            .filter(|file| file.exists())
        else {
            continue;
        };
        // A cgroup without processes holds nobody: the other hierarchy has them.
        let folder = super::folder_of(&file);
        if super::cgroup::processes(folder).is_ok_and(|pids| pids.is_empty()) {
            continue;
        }
        write(&file, frozen(&file))?;
        return Ok(file);
    }
    Err(RespondError::NoFreezer(path.to_owned()))
}

/// Lets the processes run again. A cgroup that is gone needs nothing.
pub(super) fn thaw(file: &Path) -> Result<(), RespondError> {
    if !file.exists() {
        return Ok(());
    }
    let word = if is_version_1(file) { "THAWED" } else { "0" };
    write(file, word)
}

fn frozen(file: &Path) -> &'static str {
    if is_version_1(file) { "FROZEN" } else { "1" }
}

fn is_version_1(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "freezer.state")
}

fn write(file: &Path, word: &str) -> Result<(), RespondError> {
    fs::write(file, word).map_err(|error| RespondError::system(file.display(), error))
}
