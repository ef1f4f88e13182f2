//! The blobs of rpm's own database form, NDB (`Packages.db`).
//!
//! Implements version 0 of the form that rpm's `ndb` backend writes: pages of slots at the front,
//! each slot naming a package and where its blob lies; blobs in blocks of 16 bytes, framed by
//! their length at both ends and a checksum. Numbers have the lowest byte first. The index file
//! beside it is not read.

use super::inventory::Collector;
use super::pages::{BLOB_BYTES_MAX, Order, Pages};
use crate::CatalogError;

const HEADER_MAGIC: u32 = u32::from_le_bytes(*b"RpmP");
const SLOT_MAGIC: u32 = u32::from_le_bytes(*b"Slot");
const HEAD_MAGIC: u32 = u32::from_le_bytes(*b"BlbS");
const TAIL_MAGIC: u32 = u32::from_le_bytes(*b"BlbE");

const PAGE_BYTES: usize = 4096;
const SLOT_BYTES: usize = 16;
const BLOCK_BYTES: u64 = 16;
const HEAD_BYTES: usize = 16;
const TAIL_BYTES: usize = 12;

/// Slots in the place of which the file's header lies.
const HEADER_SLOTS: usize = 2;

/// Hands every package header in the file to `out`.
pub(crate) fn read(pages: &Pages<'_>, out: &mut Collector<'_>) -> Result<(), CatalogError> {
    let wrong = |what: &str| CatalogError::new(format!("NDB database: {what}"));
    if pages.size() == 0 {
        return Err(wrong("file is empty"));
    }
    let head = pages.read(0, HEADER_SLOTS * SLOT_BYTES)?;
    if Order::Little.u32(&head, 0) != Some(HEADER_MAGIC) {
        return Err(wrong("file does not begin as one"));
    }
    if Order::Little.u32(&head, 4) != Some(0) {
        return Err(wrong("unknown version"));
    }
    let slot_pages = Order::Little.u32(&head, 12).unwrap_or_default();
    if slot_pages == 0 || u64::from(slot_pages) * PAGE_BYTES as u64 > pages.size() {
        return Err(wrong("more pages of slots than the file has"));
    }
    let mut claimed = 0_u64;
    for number in 0..slot_pages {
        let page = pages.read(u64::from(number) * PAGE_BYTES as u64, PAGE_BYTES)?;
        let skip = if number == 0 { HEADER_SLOTS } else { 0 };
        for slot in page.chunks_exact(SLOT_BYTES).skip(skip) {
            let Some(slot) = Slot::parse(slot) else {
                out.problems.note(|| "slot is damaged".to_owned());
                continue;
            };
            if slot.block == 0 {
                continue;
            }
            // Blobs do not overlap, so that more than the file has is a lie that would cost time.
            claimed += u64::from(slot.blocks) * BLOCK_BYTES;
            if claimed > pages.size() {
                return Err(wrong("slots claim more than the file has"));
            }
            match blob(pages, slot, out) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => out.problems.note(|| error.reason),
            }
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    package: u32,
    /// 0 for a free slot.
    block: u32,
    blocks: u32,
}

impl Slot {
    fn parse(bytes: &[u8]) -> Option<Self> {
        (Order::Little.u32(bytes, 0)? == SLOT_MAGIC).then_some(())?;
        Some(Self {
            package: Order::Little.u32(bytes, 4)?,
            block: Order::Little.u32(bytes, 8)?,
            blocks: Order::Little.u32(bytes, 12)?,
        })
    }
}

/// Reads one blob; `false` when `out` takes no more.
fn blob(pages: &Pages<'_>, slot: Slot, out: &mut Collector<'_>) -> Result<bool, CatalogError> {
    let wrong = |what: &str| CatalogError::new(format!("blob of package {}: {what}", slot.package));
    let total = usize::try_from(u64::from(slot.blocks) * BLOCK_BYTES)
        .ok()
        .filter(|total| (HEAD_BYTES + TAIL_BYTES..=BLOB_BYTES_MAX).contains(total))
        .ok_or_else(|| wrong("impossible length"))?;
    let bytes = pages.read(u64::from(slot.block) * BLOCK_BYTES, total)?;
    let field = |at| Order::Little.u32(&bytes, at);
    if field(0) != Some(HEAD_MAGIC) || field(4) != Some(slot.package) {
        return Err(wrong("does not begin as one"));
    }
    let tail = total - TAIL_BYTES;
    let len = field(12).unwrap_or_default() as usize;
    if field(tail + 8) != Some(TAIL_MAGIC) || field(tail + 4) != field(12) {
        return Err(wrong("does not end as it begins"));
    }
    let data = bytes
        .get(HEAD_BYTES..tail)
        .and_then(|room| room.get(..len))
        .ok_or_else(|| wrong("longer than its room"))?;
    if field(tail) != bytes.get(..tail).map(adler32) {
        out.problems
            .note(|| wrong("checksum does not match").reason);
    }
    Ok(out.header(data))
}

/// Adler-32 as rpm computes it.
pub(super) fn adler32(bytes: &[u8]) -> u32 {
    const PRIME: u32 = 65_521;
    // As many bytes as the sums can take before they must be reduced.
    const RUN: usize = 5552;
    let (mut low, mut high) = (1_u32, 0_u32);
    for run in bytes.chunks(RUN) {
        for byte in run {
            low += u32::from(*byte);
            high += low;
        }
        low %= PRIME;
        high %= PRIME;
    }
    high << 16 | low
}
