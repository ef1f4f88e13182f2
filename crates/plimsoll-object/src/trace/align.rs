//! Which line of a template each rendered line is from.
//!
//! A rendered document is laid along its template so that lines that are the same stand together
//! and the order is kept, but for ranges, which go back to their beginning. The cheapest way wins;
//! a line that nothing explains is not traced.

use super::template::{Line, Piece, Template};

/// Most pairs of lines that are held against each other.
const PAIRS_MAX: usize = 30_000_000;
/// What it costs to pass over a line of the template.
const SKIP: u32 = 1;
/// What it costs to go round a range once more.
const AGAIN: u32 = 2;
/// What a line costs that an action may have put in.
const PUT_IN: u32 = 8;
/// What a line costs that nothing explains.
const UNKNOWN: u32 = 30;
const FAR: u32 = u32::MAX / 4;

/// Where a rendered line is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traced {
    /// Line of the template, from 0.
    pub line: usize,
    /// Whether the line's own text says so, not an action that puts in any number of lines.
    pub is_own: bool,
}

impl Template {
    /// The column of a rendered line in its line of the template, where it stands there as well.
    pub fn column(&self, traced: Traced, column: u32) -> Option<u32> {
        let pieces = &self.lines.get(traced.line)?.pieces;
        let own = match pieces.first()? {
            Piece::Literal(literal) => literal.chars().count(),
            _ => 0,
        };
        let output = pieces.iter().find_map(|piece| match piece {
            Piece::Output(_, at) => Some(*at),
            _ => None,
        });
        if !traced.is_own {
            return output;
        }
        let is_literal = usize::try_from(column).is_ok_and(|column| column <= own + 1);
        (is_literal || output.is_none()).then_some(column)
    }
}

/// The template's line for each line of a rendered document; none where they are too many.
pub fn align(template: &Template, rendered: &[&str]) -> Vec<Option<Traced>> {
    let width = template.lines.len();
    if width == 0 || width.saturating_mul(rendered.len()) > PAIRS_MAX {
        return vec![None; rendered.len()];
    }
    // For each pair: where the way to it came from, and how the line was explained.
    let mut came: Vec<Vec<(u32, How)>> = Vec::with_capacity(rendered.len());
    let mut before: Vec<u32> = (0..width).map(|_| 0).collect();
    let mut is_first = true;
    for text in rendered {
        let ways = ways(template, &before, is_first);
        is_first = false;
        let mut costs = vec![FAR; width];
        let mut row = vec![(0, How::Unknown); width];
        for (at, line) in template.lines.iter().enumerate() {
            let (Some(way), Some(cost), Some(entry)) =
                (ways.get(at), costs.get_mut(at), row.get_mut(at))
            else {
                continue;
            };
            let stay = before.get(at).copied().unwrap_or(FAR);
            let mut take = |new: u32, from: usize, how: How| {
                if new < *cost {
                    *cost = new;
                    *entry = (u32::try_from(from).unwrap_or(0), how);
                }
            };
            if let Some(own) = likeness(line, text) {
                take(way.0.saturating_add(own), way.1, How::Own);
            }
            if puts_in(line) {
                take(way.0.saturating_add(PUT_IN), way.1, How::PutIn);
                take(stay.saturating_add(PUT_IN), at, How::PutIn);
            }
            take(stay.saturating_add(UNKNOWN), at, How::Unknown);
        }
        came.push(row);
        before = costs;
    }
    walked_back(&came, &before)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Own,
    PutIn,
    Unknown,
}

/// The cheapest way to each line of the template from wherever the last rendered line stood.
fn ways(template: &Template, before: &[u32], is_first: bool) -> Vec<(u32, usize)> {
    if is_first {
        return (0..before.len()).map(|at| (0, at)).collect();
    }
    let mut out = Vec::with_capacity(before.len());
    // Forward: from any line above, each line passed over costs a little.
    let mut best = (FAR, 0);
    for (at, cost) in before.iter().enumerate() {
        out.push(best);
        if *cost <= best.0 {
            best = (*cost, at);
        }
        best.0 = best.0.saturating_add(SKIP);
    }
    for block in template.blocks.iter().filter(|block| block.is_range) {
        let to = block.to.min(before.len().saturating_sub(1));
        let inside = before.iter().enumerate().take(to + 1).skip(block.from);
        let Some((from, cost)) = inside.min_by_key(|(_, cost)| **cost) else {
            continue;
        };
        let again = (cost.saturating_add(AGAIN), from);
        for way in out.iter_mut().take(to + 1).skip(block.from) {
            if again.0 < way.0 {
                *way = again;
            }
        }
    }
    out
}

fn walked_back(came: &[Vec<(u32, How)>], last: &[u32]) -> Vec<Option<Traced>> {
    let mut out = vec![None; came.len()];
    let end = last.iter().enumerate().min_by_key(|(_, cost)| **cost);
    let Some((mut at, _)) = end else { return out };
    for (slot, row) in out.iter_mut().zip(came).rev() {
        let Some((from, how)) = row.get(at).copied() else {
            break;
        };
        *slot = (how != How::Unknown).then_some(Traced {
            line: at,
            is_own: how == How::Own,
        });
        at = from as usize;
    }
    out
}

/// How badly a rendered line fits a line of the template; `None` when it does not.
fn likeness(line: &Line, text: &str) -> Option<u32> {
    let text = text.trim_end();
    if let [Piece::Literal(literal)] = &*line.pieces {
        let literal = literal.trim_end();
        if literal == text {
            return Some(0);
        }
        return (literal.trim_start() == text.trim_start() && !text.is_empty()).then_some(3);
    }
    let literals: usize = line
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(literal) => literal.trim().len(),
            _ => 0,
        })
        .sum();
    if line.pieces.is_empty() {
        return text.is_empty().then_some(0);
    }
    if literals == 0 {
        return None;
    }
    fits(&line.pieces, text).then_some(if literals >= 3 { 1 } else { 4 })
}

/// Whether the literal pieces stand in a rendered line, in their order. Behind a control action
/// nothing is certain.
fn fits(pieces: &[Piece], text: &str) -> bool {
    let mut rest = text;
    let mut is_anchored = true;
    let last = pieces.len().saturating_sub(1);
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Control => return index > 0 || text.contains(literal_of(pieces)),
            Piece::Output(..) => is_anchored = false,
            Piece::Literal(literal) => {
                let literal = if index == last {
                    literal.trim_end()
                } else {
                    literal
                };
                let found = if is_anchored {
                    // Nothing may follow on the line where the value is empty.
                    rest.strip_prefix(literal)
                        .or_else(|| rest.strip_prefix(literal.trim_end()))
                } else if index == last {
                    rest.strip_suffix(literal).map(|_| "")
                } else {
                    rest.split_once(literal.trim_end()).map(|(_, after)| after)
                };
                match found {
                    Some(after) => rest = after,
                    None => return false,
                }
                is_anchored = false;
            }
        }
    }
    true
}

fn literal_of(pieces: &[Piece]) -> &str {
    let literals = pieces.iter().filter_map(|piece| match piece {
        Piece::Literal(literal) => Some(literal.trim()),
        _ => None,
    });
    literals
        .max_by_key(|literal| literal.len())
        .unwrap_or_default()
}

/// Whether an action of the line may put in lines of its own.
fn puts_in(line: &Line) -> bool {
    line.pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Output(..)))
}
