//! Reads finite state transducers as crate `fst` writes them (format version 3), and trusts nothing
//! in them.
//!
//! The crate's own reader is made for files that one has written oneself: it panics on others. This
//! one checks every position, so that a forged index is an error. The form, as read here from the
//! back to the front, since a node is named by the place of its last byte:
//!
//! ```text
//! file    := version 3 (8), type (8), nodes, number of keys (8), place of the root (8), CRC-32 (4)
//! node    := 11cccccc: one way on, to the node that ends right before this one
//!          | 10cccccc: one way on; before it sizes, then distance, then output
//!          | 0fnnnnnn: f final, n ways on (0: their number is the byte before; 1 there: 256);
//!                      before it sizes, a table of 256 if there are more than 32 ways, then for
//!                      each way its byte, for each its distance, for each its output, and the
//!                      final output if f: lists from the last to the first
//! sizes   := bytes of a distance (upper half), of an output (lower half); none: all zero
//! ```
//!
//! `c` stands for a byte that is common in keys, 0 for one that stands before. A distance is
//! counted from the first byte of the node down to the last of the next, so it always leads to the
//! front; 0 leads to the node that is final and has no ways on. The value of a key is the sum of
//! the outputs on its way.

use crate::database::codec::{CodecError, Reader};

const VERSION: u64 = 3;
/// Version and type.
const HEAD_BYTES: usize = 16;
/// Number of keys, place of the root, checksum.
const FOOT_BYTES: usize = 20;
/// More ways on than this, and the node has a table.
const TABLE_FROM: usize = 32;
const TABLE_BYTES: usize = 256;
/// The bytes that have a short form, from 1 on.
const COMMON: &[u8; 63] = b"te/oasripcnw.hlm-du012g=:bf3y5&_4v9678k%?xCDASFIBEjPTzRNM+LOqHG";

/// An index as read.
#[derive(Clone, Copy)]
pub struct Transducer<'a> {
    bytes: &'a [u8],
    root: usize,
    count: u64,
}

/// A node's ways on, by their place from the front.
#[derive(Debug, Clone, Copy)]
struct Node {
    is_final: bool,
    final_output: u64,
    ways: Ways,
    /// Place of the first byte.
    first: usize,
}

#[derive(Debug, Clone, Copy)]
enum Ways {
    None,
    One {
        byte: u8,
        output: u64,
        next: usize,
    },
    Many {
        count: usize,
        /// Places of the first bytes of table, bytes, distances, outputs.
        table: Option<usize>,
        bytes: usize,
        distances: usize,
        outputs: usize,
        distance_len: usize,
        output_len: usize,
    },
}

/// One way on.
#[derive(Debug, Clone, Copy)]
struct Way {
    byte: u8,
    output: u64,
    next: usize,
}

impl<'a> Transducer<'a> {
    pub fn new(bytes: &'a [u8]) -> Result<Self, CodecError> {
        let mut head = Reader::new(bytes);
        if head.u64_le()? != VERSION {
            return Err(CodecError::Code);
        }
        let end = bytes
            .len()
            .checked_sub(FOOT_BYTES)
            .filter(|end| *end >= HEAD_BYTES)
            .ok_or(CodecError::End)?;
        let mut foot = Reader::new(bytes.get(end..).unwrap_or_default());
        let count = foot.u64_le()?;
        let root = usize::try_from(foot.u64_le()?).map_err(|_| CodecError::Number)?;
        if root >= end {
            return Err(CodecError::Index);
        }
        Ok(Self { bytes, root, count })
    }

    /// The number of keys that it says it has.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The value of a key.
    #[inline]
    pub fn get(&self, key: &[u8]) -> Result<Option<u64>, CodecError> {
        let mut node = self.node(self.root)?;
        let mut value = 0_u64;
        for byte in key {
            let Some(way) = self.find(&node, *byte)? else {
                return Ok(None);
            };
            value = value.wrapping_add(way.output);
            node = self.node(way.next)?;
        }
        Ok(node.is_final.then(|| value.wrapping_add(node.final_output)))
    }

    /// Visits keys with their values in order, from those that start with `prefix`, until `visit`
    /// says stop by `false`. No more than `steps_max` ways are taken, none deeper than
    /// `key_bytes_max`.
    pub fn each_from<E: From<CodecError>>(
        &self,
        prefix: &[u8],
        key_bytes_max: usize,
        steps_max: u64,
        mut visit: impl FnMut(&[u8], u64) -> Result<bool, E>,
    ) -> Result<(), E> {
        let mut node = self.node(self.root)?;
        let mut value = 0_u64;
        for byte in prefix {
            let Some(way) = self.find(&node, *byte)? else {
                return Ok(());
            };
            value = value.wrapping_add(way.output);
            node = self.node(way.next)?;
        }
        let mut key = prefix.to_vec();
        if node.is_final && !visit(&key, value.wrapping_add(node.final_output))? {
            return Ok(());
        }
        // Nodes on the way, the way to take next from each, and the value so far.
        let mut stack = vec![(node, 0_usize, value)];
        let mut steps = 0_u64;
        while let Some((node, index, value)) = stack.last_mut() {
            let Some(way) = self.way(node, *index)? else {
                stack.pop();
                key.pop();
                continue;
            };
            *index += 1;
            steps += 1;
            if steps > steps_max || key.len() >= key_bytes_max {
                return Err(CodecError::Number.into());
            }
            let value = value.wrapping_add(way.output);
            let next = self.node(way.next)?;
            key.push(way.byte);
            if next.is_final && !visit(&key, value.wrapping_add(next.final_output))? {
                return Ok(());
            }
            stack.push((next, 0, value));
        }
        Ok(())
    }

    #[inline]
    fn byte(&self, at: usize) -> Result<u8, CodecError> {
        // Nothing of a node lies in the head.
        match self.bytes.get(at) {
            Some(byte) if at >= HEAD_BYTES => Ok(*byte),
            _ => Err(CodecError::Index),
        }
    }

    /// A number of up to eight bytes.
    #[inline]
    fn number(&self, at: usize, len: usize) -> Result<u64, CodecError> {
        let bytes = at
            .checked_add(len)
            .and_then(|end| self.bytes.get(at..end))
            .ok_or(CodecError::Index)?;
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }

    #[inline]
    fn node(&self, last: usize) -> Result<Node, CodecError> {
        if last == 0 {
            return Ok(Node {
                is_final: true,
                final_output: 0,
                ways: Ways::None,
                first: 0,
            });
        }
        let state = self.byte(last)?;
        if state & 0x80 == 0 {
            self.node_of_many(last, state)
        } else {
            self.node_of_one(last, state)
        }
    }

    #[inline]
    fn node_of_one(&self, last: usize, state: u8) -> Result<Node, CodecError> {
        let mut at = last;
        let byte = match usize::from(state & 0x3f) {
            0 => {
                at = before(at, 1)?;
                self.byte(at)?
            }
            common => *COMMON.get(common - 1).ok_or(CodecError::Code)?,
        };
        let (mut output, mut next) = (0, None);
        if state & 0x40 == 0 {
            at = before(at, 1)?;
            let (distance_len, output_len) = sizes(self.byte(at)?)?;
            at = before(at, distance_len)?;
            let distance = self.number(at, distance_len)?;
            at = before(at, output_len)?;
            output = self.number(at, output_len)?;
            next = Some(leads_to(at, distance)?);
        }
        let next = match next {
            Some(next) => next,
            None => before(at, 1)?,
        };
        Ok(Node {
            is_final: false,
            final_output: 0,
            ways: Ways::One { byte, output, next },
            first: at,
        })
    }

    #[inline]
    fn node_of_many(&self, last: usize, state: u8) -> Result<Node, CodecError> {
        let is_final = state & 0x40 != 0;
        let mut at = last;
        let mut count = usize::from(state & 0x3f);
        if count == 0 {
            at = before(at, 1)?;
            count = match self.byte(at)? {
                1 => 256,
                count => usize::from(count),
            };
        }
        at = before(at, 1)?;
        let (distance_len, output_len) = sizes(self.byte(at)?)?;
        let mut table = None;
        if count > TABLE_FROM {
            at = before(at, TABLE_BYTES)?;
            table = Some(at);
        }
        let bytes = before(at, count)?;
        let distances = before(bytes, count * distance_len)?;
        let outputs = before(distances, count * output_len)?;
        let (mut first, mut final_output) = (outputs, 0);
        if is_final {
            first = before(outputs, output_len)?;
            final_output = self.number(first, output_len)?;
        }
        Ok(Node {
            is_final,
            final_output,
            ways: Ways::Many {
                count,
                table,
                bytes,
                distances,
                outputs,
                distance_len,
                output_len,
            },
            first,
        })
    }

    /// The way on with this byte.
    #[inline]
    fn find(&self, node: &Node, wanted: u8) -> Result<Option<Way>, CodecError> {
        match node.ways {
            Ways::None => Ok(None),
            Ways::One { byte, output, next } => {
                Ok((byte == wanted).then_some(Way { byte, output, next }))
            }
            Ways::Many {
                count,
                table: Some(table),
                ..
            } => {
                let index = usize::from(self.byte(table + usize::from(wanted))?);
                if index >= count {
                    return Ok(None);
                }
                self.way(node, index)
            }
            Ways::Many { count, bytes, .. } => {
                let listed = self
                    .bytes
                    .get(bytes..bytes + count)
                    .ok_or(CodecError::Index)?;
                match listed.iter().position(|byte| *byte == wanted) {
                    Some(position) => self.way(node, count - 1 - position),
                    None => Ok(None),
                }
            }
        }
    }

    /// One of the ways on, in the order of their bytes.
    #[inline]
    fn way(&self, node: &Node, index: usize) -> Result<Option<Way>, CodecError> {
        match node.ways {
            Ways::One { byte, output, next } if index == 0 => Ok(Some(Way { byte, output, next })),
            Ways::Many {
                count,
                bytes,
                distances,
                outputs,
                distance_len,
                output_len,
                ..
            } if index < count => {
                let from_last = count - 1 - index;
                let distance = self.number(distances + from_last * distance_len, distance_len)?;
                Ok(Some(Way {
                    byte: self.byte(bytes + from_last)?,
                    output: self.number(outputs + from_last * output_len, output_len)?,
                    next: leads_to(node.first, distance)?,
                }))
            }
            _ => Ok(None),
        }
    }
}

#[inline]
fn before(at: usize, len: usize) -> Result<usize, CodecError> {
    at.checked_sub(len)
        .filter(|at| *at >= HEAD_BYTES - 1)
        .ok_or(CodecError::Index)
}

#[inline]
fn sizes(byte: u8) -> Result<(usize, usize), CodecError> {
    let (distance, output) = (usize::from(byte >> 4), usize::from(byte & 0x0f));
    if distance > 8 || output > 8 {
        return Err(CodecError::Number);
    }
    Ok((distance, output))
}

/// The node at a distance before the first byte of another.
#[inline]
fn leads_to(first: usize, distance: u64) -> Result<usize, CodecError> {
    if distance == 0 {
        return Ok(0);
    }
    let distance = usize::try_from(distance).map_err(|_| CodecError::Number)?;
    before(first, distance)
}

#[cfg(test)]
mod tests;
