//! Files of an OCI layout that is a folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

use super::Files;
use crate::{Blob, OpenError};

/// A folder whose files are read by path. Symlinks are followed: the user named the folder, and
/// what matters of it is held against digests.
pub(crate) struct FolderFiles {
    root: PathBuf,
    name: String,
}

impl FolderFiles {
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            name: root.display().to_string(),
        }
    }
}

impl Files for FolderFiles {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&self, path: &str, bytes_max: u64) -> Result<Option<Vec<u8>>, OpenError> {
        let path = self.root.join(path);
        let shown = path.display().to_string();
        let (file, size) = match open_regular(&path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(OpenError::io(shown, error)),
        };
        let mut bytes = Vec::new();
        let too_large = || OpenError::Limit {
            path: self.name.clone(),
            what: shown.clone(),
            limit: bytes_max,
        };
        if size > bytes_max {
            return Err(too_large());
        }
        file.take(bytes_max + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| OpenError::io(&shown, error))?;
        if bytes.len() as u64 > bytes_max {
            return Err(too_large());
        }
        Ok(Some(bytes))
    }

    fn blob(&self, path: &str) -> Option<(Arc<dyn Blob>, u64)> {
        let path = self.root.join(path);
        let (_, size) = open_regular(&path).ok()?;
        Some((Arc::new(FileBlob { path }), size))
    }
}

/// A file that is opened again each time, so that an image of many layers needs few descriptors.
pub(crate) struct FileBlob {
    pub path: PathBuf,
}

impl Blob for FileBlob {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let (file, _) = open_regular(&self.path)?;
        Ok(Box::new(file))
    }
}

/// Opens a regular file and nothing else: a FIFO would hang, a device might do anything.
pub(crate) fn open_regular(path: &Path) -> io::Result<(File, u64)> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    Ok((file, meta.len()))
}
