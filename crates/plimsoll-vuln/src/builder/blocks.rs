//! Packing the vulnerabilities into compressed blocks.

use rayon::prelude::*;
use zstd::dict::EncoderDictionary;

use super::BuildError;
use crate::database::vulnerabilities::{
    BLOCK_BYTES_MAX, BLOCK_BYTES_TARGET, Entry, write_block, write_place,
};

/// zstd's level; reading is as fast at every level.
const ZSTD_LEVEL: i32 = 19;
/// Size of the blocks' dictionary, in bytes.
const DICTIONARY_BYTES: usize = 64 << 10;

/// The sections of the vulnerabilities.
pub struct Packed {
    pub directory: Vec<u8>,
    pub dictionary: Vec<u8>,
    pub blocks: Vec<u8>,
}

/// Directory, dictionary and blocks of the vulnerabilities.
pub fn pack(entries: &[Entry]) -> Result<Packed, BuildError> {
    let encoded: Vec<Vec<u8>> = entries
        .par_iter()
        .map(|entry| {
            postcard::to_allocvec(entry).map_err(|error| BuildError::Encode(error.to_string()))
        })
        .collect::<Result<_, _>>()?;
    let dictionary = dictionary(&encoded);
    let mut cuts: Vec<(u32, &[Vec<u8>])> = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (index, entry) in encoded.iter().enumerate() {
        size += entry.len();
        if size >= BLOCK_BYTES_TARGET || index + 1 == encoded.len() {
            cuts.push((start as u32, encoded.get(start..=index).unwrap_or_default()));
            (start, size) = (index + 1, 0);
        }
    }
    let prepared =
        (!dictionary.is_empty()).then(|| EncoderDictionary::copy(&dictionary, ZSTD_LEVEL));
    let packed: Vec<(u32, usize, Vec<u8>)> = cuts
        .into_par_iter()
        .map(|(first, entries)| {
            let block = write_block(entries);
            if block.len() > BLOCK_BYTES_MAX {
                return Err(BuildError::TooMany {
                    what: "bytes in one vulnerability",
                    max: BLOCK_BYTES_MAX as u64,
                });
            }
            compress(&block, prepared.as_ref())
                .map(|packed| (first, block.len(), packed))
                .map_err(|error| BuildError::Encode(error.to_string()))
        })
        .collect::<Result<_, _>>()?;
    let (mut directory, mut blocks) = (Vec::new(), Vec::new());
    for (first, len, packed) in packed {
        write_place(
            &mut directory,
            first,
            blocks.len() as u64,
            &packed,
            len as u32,
        );
        blocks.extend_from_slice(&packed);
    }
    Ok(Packed {
        directory,
        dictionary,
        blocks,
    })
}

/// A dictionary made of entries from all over: what is common to them need not be said again in
/// every block. zstd takes any bytes for one.
fn dictionary(encoded: &[Vec<u8>]) -> Vec<u8> {
    let total: usize = encoded.iter().map(Vec::len).sum();
    if total < DICTIONARY_BYTES * 8 {
        return Vec::new();
    }
    let step = total / DICTIONARY_BYTES;
    let mut out = Vec::with_capacity(DICTIONARY_BYTES);
    for entry in encoded.iter().step_by(step.max(1)) {
        if out.len() + entry.len() > DICTIONARY_BYTES {
            break;
        }
        out.extend_from_slice(entry);
    }
    out
}

fn compress(block: &[u8], dictionary: Option<&EncoderDictionary<'_>>) -> std::io::Result<Vec<u8>> {
    match dictionary {
        Some(prepared) => {
            zstd::bulk::Compressor::with_prepared_dictionary(prepared)?.compress(block)
        }
        None => zstd::bulk::compress(block, ZSTD_LEVEL),
    }
}
