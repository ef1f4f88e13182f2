//! The paths of one layer, in a form small enough to keep a million of them and to cache.
//!
//! Own encoding, one record per entry in stored order: a tag byte, the length of the prefix that
//! the path shares with the one before, the rest of the path, and for links the target. Lengths
//! are LEB128. A typical entry takes 20 bytes. It holds no sizes or modes: a tree does not need
//! them.

use crate::EntryKind;
use crate::limits::{INDEX_BYTES_MAX, PATH_BYTES_MAX};

/// First byte of an encoded index; another one is another form.
const VERSION: u8 = 1;
/// Longest link target kept; the kernel's own limit for symlinks.
pub(crate) const LINK_BYTES_MAX: usize = 4_096;

/// What one record of an index says about its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexKind {
    Entry(EntryKind),
    /// The path is removed from the layers below (`.wh.name`).
    Whiteout,
    /// What the layers below have in this folder is hidden (`.wh..wh..opq`).
    Opaque,
}

impl IndexKind {
    const ALL: [Self; 9] = [
        Self::Entry(EntryKind::File),
        Self::Entry(EntryKind::Directory),
        Self::Entry(EntryKind::Symlink),
        Self::Entry(EntryKind::HardLink),
        Self::Entry(EntryKind::Device),
        Self::Entry(EntryKind::Fifo),
        Self::Entry(EntryKind::Socket),
        Self::Whiteout,
        Self::Opaque,
    ];

    fn tag(self) -> u8 {
        Self::ALL.iter().position(|kind| *kind == self).unwrap_or(0) as u8
    }

    const fn has_link(self) -> bool {
        matches!(self, Self::Entry(EntryKind::Symlink | EntryKind::HardLink))
    }
}

/// One record of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEntry<'a> {
    pub kind: IndexKind,
    /// Normalised as in [`Entry::path`](crate::Entry::path); empty only for an opaque root.
    pub path: &'a str,
    /// As in [`Entry::link`](crate::Entry::link); empty for what is no link.
    pub link: &'a str,
}

/// Every path of one layer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LayerIndex {
    records: Vec<u8>,
    count: u32,
}

/// Bytes that are no index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("decode layer index: {0}")]
pub struct IndexError(&'static str);

impl LayerIndex {
    /// Number of records, whiteouts and opaque markers included.
    pub const fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether the layer holds nothing.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Shows every record in stored order.
    pub fn visit(&self, mut see: impl FnMut(IndexEntry<'_>)) {
        let mut records = Records::new(&self.records);
        // What is held was built here or was decoded, which checks it.
        while let Ok(Some(entry)) = records.next() {
            see(entry);
        }
    }

    /// The form in which it is kept between scans.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.records.len() + 5);
        out.push(VERSION);
        out.extend(self.count.to_le_bytes());
        out.extend(&self.records);
        out
    }

    /// Reads what [`LayerIndex::encode`] wrote. Bytes from elsewhere are refused or give some
    /// other well-formed index, never more memory than they have themselves.
    pub fn decode(bytes: &[u8]) -> Result<Self, IndexError> {
        let (head, records) = bytes.split_at_checked(5).ok_or(IndexError("cut off"))?;
        let [VERSION, count @ ..] = head else {
            return Err(IndexError("another version"));
        };
        let count = <[u8; 4]>::try_from(count).map_err(|_| IndexError("cut off"))?;
        let count = u32::from_le_bytes(count);
        let mut reader = Records::new(records);
        let mut seen = 0_u32;
        while reader.next()?.is_some() {
            seen = seen.saturating_add(1);
        }
        if seen != count {
            return Err(IndexError("wrong number of records"));
        }
        Ok(Self {
            records: records.to_vec(),
            count,
        })
    }
}

/// Collects the records of an index.
#[derive(Debug, Default)]
pub struct IndexBuilder {
    index: LayerIndex,
    previous: String,
}

impl IndexBuilder {
    /// Adds a record. `false` if there is no more room for it.
    #[must_use]
    pub fn push(&mut self, entry: &IndexEntry<'_>) -> bool {
        let records = &mut self.index.records;
        let room = INDEX_BYTES_MAX.saturating_sub(records.len());
        if entry.path.len() + entry.link.len() + 32 > room
            || entry.path.len() > PATH_BYTES_MAX
            || entry.link.len() > LINK_BYTES_MAX.max(PATH_BYTES_MAX)
        {
            return false;
        }
        let shared = shared_prefix(&self.previous, entry.path);
        let rest = entry.path.get(shared..).unwrap_or_default();
        records.push(entry.kind.tag());
        put(records, shared);
        put(records, rest.len());
        records.extend(rest.as_bytes());
        if entry.kind.has_link() {
            put(records, entry.link.len());
            records.extend(entry.link.as_bytes());
        }
        self.previous.truncate(shared);
        self.previous.push_str(rest);
        self.index.count += 1;
        true
    }

    /// The index of all records added.
    pub fn finish(mut self) -> LayerIndex {
        self.index.records.shrink_to_fit();
        self.index
    }
}

/// Bytes that two paths have in common at their start, ending between characters.
fn shared_prefix(one: &str, other: &str) -> usize {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b);
    let mut shared = same.count();
    while !other.is_char_boundary(shared) || !one.is_char_boundary(shared) {
        shared -= 1;
    }
    shared
}

fn put(out: &mut Vec<u8>, value: usize) {
    let mut rest = value;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Reads records one after the other.
struct Records<'a> {
    rest: &'a [u8],
    path: String,
}

impl<'a> Records<'a> {
    const fn new(records: &'a [u8]) -> Self {
        Self {
            rest: records,
            path: String::new(),
        }
    }

    fn next(&mut self) -> Result<Option<IndexEntry<'_>>, IndexError> {
        let Some((tag, rest)) = self.rest.split_first() else {
            return Ok(None);
        };
        self.rest = rest;
        let kind = IndexKind::ALL
            .get(usize::from(*tag))
            .copied()
            .ok_or(IndexError("unknown kind"))?;
        let shared = self.number()?;
        if !self.path.is_char_boundary(shared) {
            return Err(IndexError("prefix longer than the path before"));
        }
        let suffix = self.text()?;
        self.path.truncate(shared);
        self.path.push_str(suffix);
        if self.path.len() > PATH_BYTES_MAX || !is_normal(&self.path, kind) {
            return Err(IndexError("path is not normalised"));
        }
        let link = if kind.has_link() { self.text()? } else { "" };
        Ok(Some(IndexEntry {
            kind,
            path: &self.path,
            link,
        }))
    }

    fn number(&mut self) -> Result<usize, IndexError> {
        let mut value = 0;
        for shift in [0, 7, 14, 21] {
            let (byte, rest) = self.rest.split_first().ok_or(IndexError("cut off"))?;
            self.rest = rest;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(IndexError("number too large"))
    }

    fn text(&mut self) -> Result<&'a str, IndexError> {
        let len = self.number()?;
        let (text, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or(IndexError("cut off"))?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| IndexError("not UTF-8"))
    }
}

fn is_normal(path: &str, kind: IndexKind) -> bool {
    if path.is_empty() {
        return kind == IndexKind::Opaque;
    }
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether a path is normalised; the root's counts.
pub(crate) fn is_path(path: &str) -> bool {
    is_normal(path, IndexKind::Opaque)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn build(entries: &[(IndexKind, &str, &str)]) -> LayerIndex {
        let mut builder = IndexBuilder::default();
        for (kind, path, link) in entries {
            assert!(builder.push(&IndexEntry {
                kind: *kind,
                path,
                link
            }));
        }
        builder.finish()
    }

    fn list(index: &LayerIndex) -> Vec<(IndexKind, String, String)> {
        let mut out = Vec::new();
        index.visit(|e| out.push((e.kind, e.path.to_owned(), e.link.to_owned())));
        out
    }

    #[test]
    fn records_survive_and_prefixes_end_between_characters() {
        let entries = [
            (IndexKind::Opaque, "", ""),
            (IndexKind::Entry(EntryKind::Directory), "usr", ""),
            (IndexKind::Entry(EntryKind::File), "usr/größe", ""),
            (IndexKind::Entry(EntryKind::Symlink), "usr/grö", "../größe"),
            // Shares the first byte of a two-byte character only.
            (IndexKind::Entry(EntryKind::File), "usr/gr\u{fc}", ""),
            (IndexKind::Whiteout, "etc/passwd", ""),
        ];
        let index = build(&entries);
        let expected: Vec<_> = entries
            .iter()
            .map(|(kind, path, link)| (*kind, (*path).to_owned(), (*link).to_owned()))
            .collect();
        assert_eq!(list(&index), expected);
        assert_eq!(LayerIndex::decode(&index.encode()), Ok(index));
    }

    #[test]
    fn what_escapes_or_is_cut_off_is_refused() {
        let index = build(&[(IndexKind::Entry(EntryKind::File), "abc", "")]);
        let good = index.encode();
        for end in 0..good.len() {
            assert!(LayerIndex::decode(&good[..end]).is_err(), "cut at {end}");
        }
        for (from, to) in [
            ("abc", "../"),
            ("abc", "a//"),
            ("abc", "/ab"),
            ("abc", "./b"),
        ] {
            let mut bytes = good.clone();
            let at = bytes.len() - 3;
            assert_eq!(&bytes[at..], from.as_bytes());
            bytes[at..].copy_from_slice(to.as_bytes());
            assert!(LayerIndex::decode(&bytes).is_err(), "{to}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(0_u8..12, 0..64)) {
            let mut framed = vec![VERSION, bytes.first().copied().unwrap_or(0), 0, 0, 0];
            framed.extend(bytes);
            if let Ok(index) = LayerIndex::decode(&framed) {
                prop_assert_eq!(list(&index).len(), index.len());
            }
        }
    }
}
