//! The values of a Berkeley DB hash file (`Packages`), as rpm up to version 4.15 wrote it.
//!
//! Implements versions 8 to 10 of the hash access method's file form, for reading every key and
//! value from front to back: the metadata page, the pages of each bucket, and values on overflow
//! pages. Files of either byte order are read. Duplicates, partitions, encryption and checksums,
//! none of which rpm uses, are not.

use std::borrow::Cow;

use super::inventory::Collector;
use super::pages::{BLOB_BYTES_MAX, Order, Pages, Seen};
use crate::CatalogError;

const HASH_MAGIC: u32 = 0x0006_1561;

const META_BYTES: usize = 512;
const PAGE_HEAD_BYTES: usize = 26;

const PAGE_HASH_UNSORTED: u8 = 2;
const PAGE_OVERFLOW: u8 = 7;
const PAGE_HASH: u8 = 13;

const ITEM_INLINE: u8 = 1;
const ITEM_OFF_PAGE: u8 = 3;

/// Hands every package header in the file to `out`.
pub(crate) fn read(pages: &Pages<'_>, out: &mut Collector<'_>) -> Result<(), CatalogError> {
    let database = Database::open(pages)?;
    let mut seen = Seen::new(database.page_count);
    for bucket in 0..=database.last_bucket {
        let Some(first) = database.page_of(bucket) else {
            out.problems
                .note(|| format!("bucket {bucket} is outside the file"));
            continue;
        };
        match database.bucket(first, &mut seen, out) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => out.problems.note(|| error.reason),
        }
    }
    Ok(())
}

/// A database file whose metadata made sense.
struct Database<'a> {
    pages: &'a Pages<'a>,
    order: Order,
    page_bytes: usize,
    page_count: u32,
    last_bucket: u32,
    /// For each doubling of the table, how far its buckets lie behind their own numbers.
    spares: Vec<u32>,
}

/// The fields of a page's head.
struct Head {
    next: u32,
    entries: usize,
    /// On an overflow page the number of bytes in it.
    offset: usize,
    kind: u8,
}

impl<'a> Database<'a> {
    fn open(pages: &'a Pages<'a>) -> Result<Self, CatalogError> {
        let wrong = |what: &str| CatalogError::new(format!("Berkeley DB database: {what}"));
        if pages.size() == 0 {
            return Err(wrong("file is empty"));
        }
        let meta = pages.read(0, META_BYTES)?;
        let order = [Order::Little, Order::Big]
            .into_iter()
            .find(|order| order.u32(&meta, 12) == Some(HASH_MAGIC))
            .ok_or_else(|| wrong("file is not of the hash form"))?;
        let field = |at| order.u32(&meta, at).unwrap_or_default();
        if !(8..=10).contains(&field(16)) {
            return Err(wrong("unknown version"));
        }
        if meta.get(24) != Some(&0) {
            return Err(wrong("file is encrypted"));
        }
        let page_bytes = field(20);
        if !(512..=65_536).contains(&page_bytes) || !page_bytes.is_power_of_two() {
            return Err(wrong("impossible page size"));
        }
        let page_count = u32::try_from(pages.size() / u64::from(page_bytes)).unwrap_or(u32::MAX);
        let last_bucket = field(72);
        if last_bucket >= page_count {
            return Err(wrong("more buckets than pages"));
        }
        Ok(Self {
            pages,
            order,
            page_bytes: page_bytes as usize,
            page_count,
            last_bucket,
            spares: (0..32).map(|index| field(96 + index * 4)).collect(),
        })
    }

    /// The first page of a bucket.
    fn page_of(&self, bucket: u32) -> Option<u32> {
        // The doubling in which the bucket came: 0 for the first, 1 for the second, 2 for two more.
        let doubling = u32::BITS - bucket.leading_zeros();
        bucket.checked_add(*self.spares.get(doubling as usize)?)
    }

    fn page(&self, number: u32, seen: &mut Seen) -> Result<(Head, Cow<'a, [u8]>), CatalogError> {
        seen.enter(number)?;
        let bytes = self
            .pages
            .read(u64::from(number) * self.page_bytes as u64, self.page_bytes)?;
        let head = Head {
            next: self.order.u32(&bytes, 16).unwrap_or_default(),
            entries: usize::from(self.order.u16(&bytes, 20).unwrap_or_default()),
            offset: usize::from(self.order.u16(&bytes, 22).unwrap_or_default()),
            kind: bytes.get(25).copied().unwrap_or_default(),
        };
        Ok((head, bytes))
    }

    /// Reads the pages of one bucket; `false` when `out` takes no more.
    fn bucket(
        &self,
        first: u32,
        seen: &mut Seen,
        out: &mut Collector<'_>,
    ) -> Result<bool, CatalogError> {
        let mut number = first;
        while number != 0 {
            let (head, page) = self.page(number, seen)?;
            if !matches!(head.kind, PAGE_HASH | PAGE_HASH_UNSORTED) {
                return Err(CatalogError::new(format!(
                    "page {number} of the database is damaged"
                )));
            }
            // Keys and values alternate; values are at the odd places.
            let mut claimed = 0;
            for index in (1..head.entries).step_by(2) {
                if self.is_counter(&page, index - 1) {
                    continue;
                }
                // Items of one page do not overlap; if they claim to, reading on costs time.
                claimed += self.item(&page, index).map_or(0, <[u8]>::len);
                if claimed > self.page_bytes {
                    return Err(CatalogError::new(format!(
                        "items of page {number} of the database overlap"
                    )));
                }
                match self.value(&page, index, seen) {
                    Ok(value) => {
                        if !out.header(&value) {
                            return Ok(false);
                        }
                    }
                    Err(error) => out.problems.note(|| error.reason),
                }
            }
            number = head.next;
        }
        Ok(true)
    }

    /// Whether the key is 0, under which rpm keeps the highest number given so far.
    fn is_counter(&self, page: &[u8], index: usize) -> bool {
        self.item(page, index) == Some(&[ITEM_INLINE, 0, 0, 0, 0])
    }

    /// The bytes of an item: from its own offset to that of the one before it.
    fn item<'p>(&self, page: &'p [u8], index: usize) -> Option<&'p [u8]> {
        let offset = |index: usize| {
            let at = PAGE_HEAD_BYTES + index * 2;
            self.order.u16(page, at).map(usize::from)
        };
        let end = match index.checked_sub(1) {
            Some(before) => offset(before)?,
            None => page.len(),
        };
        page.get(offset(index)?..end)
    }

    fn value<'p>(
        &self,
        page: &'p [u8],
        index: usize,
        seen: &mut Seen,
    ) -> Result<Cow<'p, [u8]>, CatalogError> {
        let wrong = |what: &str| CatalogError::new(format!("value in the database: {what}"));
        let item = self
            .item(page, index)
            .ok_or_else(|| wrong("outside its page"))?;
        match item.split_first() {
            Some((&ITEM_INLINE, data)) => Ok(Cow::Borrowed(data)),
            Some((&ITEM_OFF_PAGE, _)) => {
                let first = self.order.u32(item, 4).ok_or_else(|| wrong("too short"))?;
                let len = self.order.u32(item, 8).ok_or_else(|| wrong("too short"))? as usize;
                self.overflow(first, len, seen).map(Cow::Owned)
            }
            _ => Err(wrong("unknown kind")),
        }
    }

    fn overflow(&self, first: u32, len: usize, seen: &mut Seen) -> Result<Vec<u8>, CatalogError> {
        let wrong = |what: &str| CatalogError::new(format!("value in the database: {what}"));
        if len > BLOB_BYTES_MAX {
            return Err(wrong(&format!(
                "{len} bytes are more than the limit of {BLOB_BYTES_MAX} bytes"
            )));
        }
        let mut value = Vec::new();
        let mut number = first;
        while value.len() < len {
            if number == 0 {
                return Err(wrong("ends early"));
            }
            let (head, page) = self.page(number, seen)?;
            let data = page
                .get(PAGE_HEAD_BYTES..)
                .and_then(|room| room.get(..head.offset))
                .filter(|data| !data.is_empty() && head.kind == PAGE_OVERFLOW)
                .ok_or_else(|| wrong("overflow page is damaged"))?;
            value.extend_from_slice(data);
            number = head.next;
        }
        value.truncate(len);
        Ok(value)
    }
}
