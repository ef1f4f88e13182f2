//! Opens feeds for `db build`: the bytes come from `plimsoll-image`, the meaning is the source's.

use std::path::Path;

use plimsoll_image::feed::{Feed, FeedLimits};
use plimsoll_vuln::{AdvisorySource, Input, InputFile, SourceError};

use crate::failure::Failure;
use crate::target::open_failure;

/// The files of one feed that its source wants.
pub struct FeedInput {
    feed: Feed,
    path: String,
    source: &'static dyn AdvisorySource,
    files_wanted: u64,
}

/// Opens a folder, an archive or a file for a source.
pub fn open(path: &Path, source: &'static dyn AdvisorySource) -> Result<FeedInput, Failure> {
    let feed = Feed::open(path, FeedLimits::default()).map_err(|error| open_failure(&error))?;
    Ok(FeedInput {
        feed,
        path: path.display().to_string(),
        source,
        files_wanted: 0,
    })
}

impl FeedInput {
    /// How many files the source was handed.
    pub const fn files_wanted(&self) -> u64 {
        self.files_wanted
    }
}

impl Input for FeedInput {
    fn next(&mut self) -> Option<Result<InputFile, SourceError>> {
        let source = self.source;
        let next = self.feed.next_file(&|path| source.wants(path))?;
        Some(match next {
            Ok(file) => {
                self.files_wanted += 1;
                Ok(InputFile {
                    path: file.path,
                    bytes: file.bytes,
                })
            }
            Err(error) => Err(SourceError {
                path: self.path.clone(),
                reason: error.to_string(),
            }),
        })
    }
}
