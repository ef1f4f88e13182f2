//! Files of the machine that this runs on, read with a cap. Everything else in the workspace reads
//! files through here: `std::fs::read` has no limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use crate::store::FileContent;
use crate::{Blob, OpenError, ReadAt, Store};

/// Reads a whole file of at most `bytes_max` bytes. A larger one is an error of the kind
/// [`io::ErrorKind::FileTooLarge`], before anything is read where the size is known.
pub fn read_file_capped(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let too_large = || {
        io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("larger than the limit of {bytes_max} bytes"),
        )
    };
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > bytes_max {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(size as usize);
    // Pipes have no size, and a file may grow meanwhile.
    file.take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(too_large());
    }
    Ok(bytes)
}

/// A file with random access.
pub fn open_file(path: &Path, store: Option<Arc<Store>>) -> Result<Arc<dyn ReadAt>, OpenError> {
    let named = |error| OpenError::io(path.display().to_string(), error);
    let file = File::open(path).map_err(named)?;
    let meta = file.metadata().map_err(named)?;
    if !meta.is_file() {
        return Err(OpenError::NotATarget {
            path: path.display().to_string(),
            reason: "not a regular file".to_owned(),
        });
    }
    Ok(Arc::new(FileContent {
        file,
        size: meta.len(),
        store,
    }))
}

/// A part of random-access content that is read as a stream, again and again.
pub(crate) struct Part {
    pub data: Arc<dyn ReadAt>,
    pub offset: u64,
    pub size: u64,
}

impl Blob for Part {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let end = self.offset.checked_add(self.size);
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Box::new(PartReader {
            data: Arc::clone(&self.data),
            position: self.offset,
            end,
        }))
    }
}

struct PartReader {
    data: Arc<dyn ReadAt>,
    position: u64,
    end: u64,
}

impl Read for PartReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        let wanted = rest.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        let count = self.data.read_at(self.position, buffer)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.position += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_hold_for_files_and_for_what_has_no_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(read_file_capped(&path, 5).unwrap(), b"12345");
        let error = read_file_capped(&path, 4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(
            read_file_capped(Path::new("/proc/self/maps"), 1 << 20)
                .unwrap()
                .len()
                > 100
        );
        assert!(read_file_capped(Path::new("/proc/self/maps"), 100).is_err());
        assert!(read_file_capped(Path::new("/dev/zero"), 100).is_err());
        assert!(read_file_capped(folder.path(), 100).is_err());
        assert!(open_file(folder.path(), None).is_err());
    }

    #[test]
    fn parts_end_where_they_should() {
        let data: Arc<dyn ReadAt> = Arc::new(b"0123456789".to_vec());
        let read = |offset, size| {
            let mut out = Vec::new();
            let part = Part {
                data: Arc::clone(&data),
                offset,
                size,
            };
            part.open()
                .and_then(|mut reader| reader.read_to_end(&mut out))
                .map(|_| out)
        };
        assert_eq!(read(2, 3).unwrap(), b"234");
        assert!(read(8, 3).is_err());
        assert!(read(u64::MAX, 3).is_err());
    }
}
