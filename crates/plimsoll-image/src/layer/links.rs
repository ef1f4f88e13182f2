//! The second look at a layer: the content of hard links that a visitor wants.
//!
//! In a tar the first name of a file has its bytes, and every other name only says which that is.
//! Package managers link their stores into place (pnpm, uv), so that the names that matter are
//! often the links; and by the time one is seen, the bytes have passed.

use std::collections::HashMap;
use std::sync::Arc;

use plimsoll_model::Unknown;

use super::{Chunks, Unknowns};
use crate::content::HeldContent;
use crate::limits::LINKED_BYTES_MAX;
use crate::tar::{Next, TarContent, TarError, TarReader};
use crate::{Content, Entry, EntryKind, Store, Visitor};

/// A hard link whose content is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WantedLink {
    path: String,
    target: String,
    mode: u32,
    uid: u32,
    gid: u32,
    mtime: i64,
}

impl WantedLink {
    pub fn of(entry: &Entry<'_>) -> Self {
        Self {
            path: entry.path.to_owned(),
            target: entry.link.unwrap_or_default().to_owned(),
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
            mtime: entry.mtime,
        }
    }

    /// The entry that a visitor is shown: a file of its own that says what it is linked to.
    fn entry(&self, size: u64) -> Entry<'_> {
        Entry {
            path: &self.path,
            kind: EntryKind::File,
            mode: self.mode,
            uid: self.uid,
            gid: self.gid,
            size,
            mtime: self.mtime,
            link: Some(&self.target),
        }
    }
}

/// Shows every wanted link with the content of its target. Stops when all have been shown.
pub(super) fn show(
    chunks: &mut Chunks,
    wanted: &[WantedLink],
    visitor: &mut dyn Visitor,
    store: &Arc<Store>,
) -> Result<Vec<Unknown>, TarError> {
    let mut by_target: HashMap<&str, Vec<usize>> = HashMap::new();
    for (position, link) in wanted.iter().enumerate() {
        by_target.entry(&link.target).or_default().push(position);
    }
    let mut unknowns = Unknowns::default();
    let mut room = LINKED_BYTES_MAX;
    let mut reader = TarReader::new(chunks);
    while !by_target.is_empty() {
        match reader.advance()? {
            Next::End => break,
            Next::Refused { .. } => continue,
            Next::Entry => {}
        }
        let (entry, sparse, body) = reader.parts();
        if entry.kind != EntryKind::File {
            continue;
        }
        let Some(positions) = by_target.remove(entry.path) else {
            continue;
        };
        let size = entry.size;
        let positions = positions.as_slice();
        let (positions, refused) = positions.split_at(fitting(positions.len(), size, &mut room));
        for link in refused.iter().filter_map(|at| wanted.get(*at)) {
            unknowns.push(
                &link.path,
                format!(
                    "more content behind hard links than the limit of {LINKED_BYTES_MAX} bytes"
                ),
            );
        }
        let links = positions.iter().filter_map(|at| wanted.get(*at));
        let mut content = TarContent::new(&entry, sparse, body, store);
        if positions.len() == 1 {
            links.for_each(|link| visitor.entry(&link.entry(size), &mut content));
            continue;
        }
        match content.random_access() {
            Ok(data) => {
                for link in links {
                    let mut content = HeldContent::new(Arc::clone(&data));
                    visitor.entry(&link.entry(size), &mut content);
                }
            }
            Err(error) => links.for_each(|link| unknowns.push(&link.path, error.to_string())),
        }
    }
    let mut lost: Vec<usize> = by_target.into_values().flatten().collect();
    lost.sort_unstable();
    for link in lost.into_iter().filter_map(|at| wanted.get(at)) {
        unknowns.push(&link.path, "hard link to a file that is not in this layer");
    }
    Ok(unknowns.finish())
}

/// How many of so many links to a file of this size may be shown; the room for more becomes less.
fn fitting(links: usize, size: u64, room: &mut u64) -> usize {
    let fitting = room.checked_div(size).map_or(links, |most| {
        usize::try_from(most).unwrap_or(links).min(links)
    });
    *room = room.saturating_sub(size.saturating_mul(fitting as u64));
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_links_to_a_large_file_are_not_all_shown() {
        let mut room = LINKED_BYTES_MAX;
        assert_eq!(fitting(1_000, 0, &mut room), 1_000);
        assert_eq!(fitting(1_000, 1 << 30, &mut room), 4);
        assert_eq!(fitting(1, 1, &mut room), 0);
        let mut room = 10;
        assert_eq!(fitting(2, 3, &mut room), 2);
        assert_eq!(fitting(2, 3, &mut room), 1);
        assert_eq!(room, 1);
    }
}
