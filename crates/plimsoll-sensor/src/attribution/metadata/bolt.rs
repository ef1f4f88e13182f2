//! Reads bbolt databases: containerd's and, up to version 4, podman's.
//!
//! The format is that of bbolt's `page.go` and `bucket.go`, version 2. No lock is taken: the
//! owner holds it for good. Pages are written anew rather than over, but a page that was given up
//! may be written again while it is read, so that a read only counts when the newest transaction is
//! the same before and after. Only single values are looked up; nothing is listed.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

const MAGIC: u32 = 0xED0C_DAED;
const VERSION: u32 = 2;
const HEADER_BYTES: usize = 16;
const ELEMENT_BYTES: usize = 16;
const META_BYTES: usize = 64;
const FLAG_BRANCH: u16 = 1;
const FLAG_LEAF: u16 = 2;
const FLAG_BUCKET: u32 = 1;
/// Longest page with what it overflows into, in bytes.
const PAGE_BYTES_MAX: u64 = 8 << 20;
/// Deepest tree.
const DEPTH_MAX: usize = 24;
/// How often it is read again when it changed meanwhile.
const TRIES: usize = 8;

/// Where its bytes come from.
pub trait Source {
    /// Fills all of `bytes` from an offset on.
    fn fill(&self, bytes: &mut [u8], offset: u64) -> Option<()>;
}

impl Source for File {
    fn fill(&self, bytes: &mut [u8], offset: u64) -> Option<()> {
        self.read_exact_at(bytes, offset).ok()
    }
}

impl Source for &[u8] {
    fn fill(&self, bytes: &mut [u8], offset: u64) -> Option<()> {
        let rest = self.get(usize::try_from(offset).ok()?..)?;
        bytes.copy_from_slice(rest.get(..bytes.len())?);
        Some(())
    }
}

/// A database.
#[derive(Debug)]
pub struct Bolt<S = File> {
    source: S,
    page_bytes: u64,
}

struct Meta {
    root: u64,
    transaction: u64,
}

impl<S: Source> Bolt<S> {
    /// `None` when it is no such database.
    pub fn new(source: S) -> Option<Self> {
        let mut bytes = [0; HEADER_BYTES + META_BYTES];
        source.fill(&mut bytes, 0)?;
        let page_bytes = u64::from(u32_at(&bytes, HEADER_BYTES + 8)?);
        let is_size = page_bytes.is_power_of_two() && (512..=1 << 20).contains(&page_bytes);
        let bolt = Self { source, page_bytes };
        (is_size && bolt.meta().is_some()).then_some(bolt)
    }

    /// The value of a key in nested buckets: all but the last of `path` are buckets. `None` when it
    /// is not there, or when the database is broken or never stood still.
    pub fn get(&self, path: &[&[u8]]) -> Option<Vec<u8>> {
        for _ in 0..TRIES {
            let before = self.meta()?;
            let value = self.find(before.root, path);
            if self.meta()?.transaction == before.transaction {
                return value;
            }
        }
        None
    }

    /// The newer of the two.
    fn meta(&self) -> Option<Meta> {
        [0, self.page_bytes]
            .into_iter()
            .filter_map(|offset| {
                let mut bytes = [0; META_BYTES];
                self.source.fill(&mut bytes, offset + HEADER_BYTES as u64)?;
                let is_meta = u32_at(&bytes, 0)? == MAGIC
                    && u32_at(&bytes, 4)? == VERSION
                    && u64_at(&bytes, 56)? == fnv(bytes.get(..56)?);
                is_meta.then_some(Meta {
                    root: u64_at(&bytes, 16)?,
                    transaction: u64_at(&bytes, 48)?,
                })
            })
            .max_by_key(|meta| meta.transaction)
    }

    fn find(&self, root: u64, path: &[&[u8]]) -> Option<Vec<u8>> {
        let (key, buckets) = path.split_last()?;
        let mut page = self.page(root)?;
        for bucket in buckets {
            let (value, is_bucket) = self.search(page, bucket)?;
            let root = u64_at(&value, 0).filter(|_| is_bucket)?;
            page = match root {
                // A small bucket's only page stands in its value.
                0 => value.get(HEADER_BYTES..)?.to_vec(),
                root => self.page(root)?,
            };
        }
        let (value, is_bucket) = self.search(page, key)?;
        (!is_bucket).then_some(value)
    }

    /// A key in the tree below a page: its value, and whether that is a bucket.
    fn search(&self, mut page: Vec<u8>, key: &[u8]) -> Option<(Vec<u8>, bool)> {
        for _ in 0..DEPTH_MAX {
            let flags = u16_at(&page, 8)?;
            let count = usize::from(u16_at(&page, 10)?);
            // Elements are sorted by key.
            let position = partition(count, |index| {
                Some(element_key(&page, flags, index)? <= key)
            })?;
            let index = position.checked_sub(1);
            if flags & FLAG_LEAF != 0 {
                let index = index.filter(|index| element_key(&page, flags, *index) == Some(key))?;
                return leaf_value(&page, index);
            }
            if flags & FLAG_BRANCH == 0 {
                return None;
            }
            let at = HEADER_BYTES + index.unwrap_or(0) * ELEMENT_BYTES;
            page = self.page(u64_at(&page, at + 8)?)?;
        }
        None
    }

    fn page(&self, id: u64) -> Option<Vec<u8>> {
        let offset = id.checked_mul(self.page_bytes)?;
        let mut header = [0; HEADER_BYTES];
        self.source.fill(&mut header, offset)?;
        let pages = u64::from(u32_at(&header, 12)?) + 1;
        let length = pages.checked_mul(self.page_bytes)?;
        let is_there = u64_at(&header, 0)? == id && length <= PAGE_BYTES_MAX;
        let mut page = vec![0; is_there.then_some(length as usize)?];
        self.source.fill(&mut page, offset)?;
        Some(page)
    }
}

fn element_key(page: &[u8], flags: u16, index: usize) -> Option<&[u8]> {
    let at = HEADER_BYTES + index * ELEMENT_BYTES;
    let field = if flags & FLAG_LEAF != 0 { 4 } else { 0 };
    let start = at.checked_add(u32_at(page, at + field)? as usize)?;
    let length = u32_at(page, at + field + 4)? as usize;
    page.get(start..start.checked_add(length)?)
}

fn leaf_value(page: &[u8], index: usize) -> Option<(Vec<u8>, bool)> {
    let at = HEADER_BYTES + index * ELEMENT_BYTES;
    let is_bucket = u32_at(page, at)? & FLAG_BUCKET != 0;
    let start = at
        .checked_add(u32_at(page, at + 4)? as usize)?
        .checked_add(u32_at(page, at + 8)? as usize)?;
    let length = u32_at(page, at + 12)? as usize;
    let value = page.get(start..start.checked_add(length)?)?;
    Some((value.to_vec(), is_bucket))
}

/// How many elements from the first on fulfil a condition; `None` when one cannot be read.
fn partition(count: usize, holds: impl Fn(usize) -> Option<bool>) -> Option<usize> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Some(low)
}

/// The checksum of a meta page.
pub fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|chunk| u16::from_le_bytes(*chunk))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|chunk| u32::from_le_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests;
