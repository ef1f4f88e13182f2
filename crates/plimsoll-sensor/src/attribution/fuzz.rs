//! Parsers of what engines and containers write, for fuzzers and for tests that replay what they
//! found. Each must return, whatever it is given.

use std::path::Path;

use serde_json::Value;

use super::details::{Details, written};
use super::hints;
use super::metadata::fuzz as metadata;

/// A database, by the key of a value in it.
pub fn database(data: &[u8]) {
    metadata::database(data, &[b"v1", b"large", b"key-057"]);
    metadata::database(data, &[b"v1", b"small", b"key"]);
    let _ = metadata::sqlite(data, "ContainerConfig", "key");
}

/// An SQLite database, by the key of a row in it.
pub fn sqlite(data: &[u8], table: &str, key: &str) -> Option<Vec<Vec<u8>>> {
    metadata::sqlite(data, table, key)
}

/// What podman's database below a storage's folder says of a container, as JSON.
pub fn podman(root: &Path, id: &str) -> Value {
    Value::Object(metadata::podman(root, id).json())
}

/// The configuration of a bundle, and what is noted beside it: all that is JSON.
pub fn configuration(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let mut details = Details::default();
    metadata::configuration(value, &mut details);
    let json = written(details.json());
    assert!(json.len() <= super::details::JSON_BYTES_MAX);
    assert!(serde_json::from_slice::<Value>(&json).is_ok_and(|value| value.is_object()));
}

/// Arguments of an engine's helper.
pub fn arguments(data: &[u8]) {
    if let Some(hint) = hints::read(data, Path::new("/folder"), 0) {
        assert!(!hint.id.is_empty() && !hint.id.contains('/'));
        assert!(hint.bundle.is_none_or(|bundle| bundle.is_absolute()) || data.contains(&b'b'));
    }
}

const PAGE_BYTES: usize = 512;

/// A small database in bbolt's form, with a bucket that stands in its parent's page and one with a
/// tree of pages.
#[derive(Debug)]
pub struct Database {
    /// The keys of the large bucket, sorted, and their values.
    pub entries: Vec<(Vec<u8>, Vec<u8>)>,
    /// The large bucket's first page is its own child.
    pub points_to_itself: bool,
}

impl Database {
    pub fn sample() -> Self {
        let entry = |number: u32| {
            let key = format!("key-{number:03}");
            (key.into_bytes(), format!("value-{number}").into_bytes())
        };
        Self {
            entries: (0..200).map(entry).collect(),
            points_to_itself: false,
        }
    }

    /// Its file. Pages: two metas, the root, the bucket `v1`, the large bucket's branch, its leaves.
    pub fn bytes(&self) -> Vec<u8> {
        const LEAF: u16 = 2;
        const BRANCH: u16 = 1;
        let leaves: Vec<&[(Vec<u8>, Vec<u8>)]> = self.entries.chunks(10).collect();
        let bucket = |root: u64| [root.to_le_bytes(), 0u64.to_le_bytes()].concat();
        let small = [(0, b"key".to_vec(), b"value".to_vec())];
        let inline = [bucket(0), page(0, LEAF, 1, &leaf(&small), false)].concat();
        let root = [(1, b"v1".to_vec(), bucket(3))];
        let v1 = [
            (1, b"large".to_vec(), bucket(4)),
            (1, b"small".to_vec(), inline),
        ];
        let children = leaves.iter().enumerate().map(|(index, entries)| {
            let page = if self.points_to_itself {
                4
            } else {
                index as u64 + 5
            };
            (
                page,
                entries
                    .first()
                    .map(|(key, _)| key.clone())
                    .unwrap_or_default(),
            )
        });
        let mut bytes = [meta(0, 7), meta(1, 6)].concat();
        bytes.extend(page(2, LEAF, root.len(), &leaf(&root), true));
        bytes.extend(page(3, LEAF, v1.len(), &leaf(&v1), true));
        bytes.extend(page(
            4,
            BRANCH,
            leaves.len(),
            &branch(children.collect()),
            true,
        ));
        for (index, entries) in leaves.iter().enumerate() {
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| (0, key.clone(), value.clone()))
                .collect();
            bytes.extend(page(
                index as u64 + 5,
                LEAF,
                entries.len(),
                &leaf(&entries),
                true,
            ));
        }
        bytes
    }
}

fn meta(id: u64, transaction: u64) -> Vec<u8> {
    let mut meta = Vec::new();
    for number in [0xED0C_DAEDu32, 2, PAGE_BYTES as u32, 0] {
        meta.extend(number.to_le_bytes());
    }
    // Root page and sequence, free list, high water mark.
    for number in [2u64, 0, 0, 64, transaction] {
        meta.extend(number.to_le_bytes());
    }
    let sum = metadata::checksum(&meta);
    meta.extend(sum.to_le_bytes());
    page(id, 4, 0, &meta, true)
}

fn page(id: u64, flags: u16, count: usize, content: &[u8], is_padded: bool) -> Vec<u8> {
    let bytes = 16 + content.len();
    let overflow = bytes.div_ceil(PAGE_BYTES) - 1;
    let mut page = id.to_le_bytes().to_vec();
    page.extend(flags.to_le_bytes());
    page.extend((count as u16).to_le_bytes());
    page.extend((overflow as u32).to_le_bytes());
    page.extend(content);
    if is_padded {
        page.resize((overflow + 1) * PAGE_BYTES, 0);
    }
    page
}

/// Elements of a leaf, and their keys and values behind them.
fn leaf(entries: &[(u32, Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut heads = Vec::new();
    let mut data = Vec::new();
    for (index, (flags, key, value)) in entries.iter().enumerate() {
        let position = (entries.len() - index) * 16 + data.len();
        for number in [
            *flags,
            position as u32,
            key.len() as u32,
            value.len() as u32,
        ] {
            heads.extend(number.to_le_bytes());
        }
        data.extend(key);
        data.extend(value);
    }
    [heads, data].concat()
}

fn branch(children: Vec<(u64, Vec<u8>)>) -> Vec<u8> {
    let mut heads = Vec::new();
    let mut data = Vec::new();
    let count = children.len();
    for (index, (page, key)) in children.into_iter().enumerate() {
        let position = (count - index) * 16 + data.len();
        for number in [position as u32, key.len() as u32] {
            heads.extend(number.to_le_bytes());
        }
        heads.extend(page.to_le_bytes());
        data.extend(key);
    }
    [heads, data].concat()
}
