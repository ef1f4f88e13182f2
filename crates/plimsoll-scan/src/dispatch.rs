//! Which catalogers want a file, decided from its path without asking each of them.
//!
//! A layer has up to a million files and there are dozens of catalogers, so patterns are indexed
//! by the last part of the path, its extension, or its first folder.

use std::collections::HashMap;

use crate::{Cataloger, Pattern};

/// Longest run of bytes at the start of a file that a pattern may ask for.
pub const MAGIC_BYTES_MAX: usize = 64;

/// Extensions of files that are looked at by content although nobody may execute them.
const BINARY_EXTENSIONS: &[&str] = &["so", "exe", "dll", "dylib", "node", "wasm", "bin"];

/// Position of a cataloger in the list that the dispatch was made from.
pub type CatalogerIndex = usize;

/// The patterns of a list of catalogers, indexed.
pub struct Dispatch<'c> {
    catalogers: Vec<&'c dyn Cataloger>,
    paths: HashMap<&'static str, Vec<CatalogerIndex>>,
    names: HashMap<&'static str, Vec<CatalogerIndex>>,
    /// By extension in lower case; the whole suffix is compared after.
    suffixes: HashMap<String, Vec<(&'static str, CatalogerIndex)>>,
    /// By first folder of the path.
    folders: HashMap<&'static str, Vec<(&'static str, CatalogerIndex)>>,
    /// By last part of the path.
    tails: HashMap<&'static str, Vec<(&'static str, CatalogerIndex)>>,
    magics: Vec<(&'static [u8], CatalogerIndex)>,
}

impl<'c> Dispatch<'c> {
    /// Indexes the patterns of these catalogers.
    pub fn new(catalogers: impl IntoIterator<Item = &'c dyn Cataloger>) -> Self {
        let mut dispatch = Self {
            catalogers: catalogers.into_iter().collect(),
            paths: HashMap::new(),
            names: HashMap::new(),
            suffixes: HashMap::new(),
            folders: HashMap::new(),
            tails: HashMap::new(),
            magics: Vec::new(),
        };
        for (index, cataloger) in dispatch.catalogers.clone().into_iter().enumerate() {
            for pattern in cataloger.patterns() {
                dispatch.insert(*pattern, index);
            }
        }
        dispatch
    }

    fn insert(&mut self, pattern: Pattern, index: CatalogerIndex) {
        match pattern {
            Pattern::Path(path) => self.paths.entry(path).or_default().push(index),
            Pattern::Name(name) => self.names.entry(name).or_default().push(index),
            Pattern::Suffix(suffix) => {
                let key = extension(suffix).to_ascii_lowercase();
                self.suffixes.entry(key).or_default().push((suffix, index));
            }
            Pattern::Under(folder) => {
                let first = folder.split('/').next().unwrap_or(folder);
                self.folders.entry(first).or_default().push((folder, index));
            }
            Pattern::Tail(tail) => {
                self.tails
                    .entry(last_part(tail))
                    .or_default()
                    .push((tail, index));
            }
            Pattern::Magic(bytes) => self.magics.push((bytes, index)),
        }
    }

    /// The catalogers it was made from, in order.
    pub fn catalogers(&self) -> &[&'c dyn Cataloger] {
        &self.catalogers
    }

    /// Collects into `out` who wants the file judged by its path, each once, in list order.
    pub fn by_path(&self, path: &str, mode: u32, size_bytes: u64, out: &mut Vec<CatalogerIndex>) {
        out.clear();
        let name = last_part(path);
        if let Some(indexes) = self.paths.get(path) {
            out.extend(indexes);
        }
        if let Some(indexes) = self.names.get(name) {
            out.extend(indexes);
        }
        if let Some(entries) = self.tails.get(name) {
            out.extend(
                entries
                    .iter()
                    .filter(|(tail, _)| has_tail(path, tail))
                    .map(|e| e.1),
            );
        }
        if let Some(entries) = self.suffix_entries(name) {
            out.extend(
                entries
                    .iter()
                    .filter(|(suffix, _)| has_suffix(name, suffix))
                    .map(|e| e.1),
            );
        }
        if let Some((first, _)) = path.split_once('/')
            && let Some(entries) = self.folders.get(first)
        {
            out.extend(
                entries
                    .iter()
                    .filter(|(folder, _)| is_under(path, folder))
                    .map(|e| e.1),
            );
        }
        self.finish(path, mode, size_bytes, out);
    }

    /// Whether the first bytes of this file are worth looking at: somebody may execute it, or it
    /// is named like a binary.
    pub fn looks_at_content(&self, path: &str, mode: u32) -> bool {
        if self.magics.is_empty() {
            return false;
        }
        let name = last_part(path);
        mode & 0o111 != 0
            || name.contains(".so.")
            || BINARY_EXTENSIONS
                .iter()
                .any(|known| extension(name).eq_ignore_ascii_case(known))
    }

    /// Adds to `out` who wants the file judged by its first bytes.
    pub fn by_content(
        &self,
        path: &str,
        mode: u32,
        size_bytes: u64,
        head: &[u8],
        out: &mut Vec<CatalogerIndex>,
    ) {
        out.extend(
            self.magics
                .iter()
                .filter(|(magic, _)| head.starts_with(magic))
                .map(|m| m.1),
        );
        self.finish(path, mode, size_bytes, out);
    }

    fn suffix_entries(&self, name: &str) -> Option<&Vec<(&'static str, CatalogerIndex)>> {
        let extension = extension(name);
        if extension.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return self.suffixes.get(extension.to_ascii_lowercase().as_str());
        }
        self.suffixes.get(extension)
    }

    /// Each cataloger once, in list order, after its own second look.
    fn finish(&self, path: &str, mode: u32, size_bytes: u64, out: &mut Vec<CatalogerIndex>) {
        if out.is_empty() {
            return;
        }
        out.sort_unstable();
        out.dedup();
        out.retain(|index| {
            self.catalogers
                .get(*index)
                .is_some_and(|c| c.wants(path, mode, size_bytes))
        });
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What follows the last dot; empty without one.
fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn has_suffix(name: &str, suffix: &str) -> bool {
    name.len()
        .checked_sub(suffix.len())
        .and_then(|start| name.as_bytes().get(start..))
        .is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
}

/// `tail` at the end of `path`, starting at a folder boundary.
fn has_tail(path: &str, tail: &str) -> bool {
    path.strip_suffix(tail)
        .is_some_and(|front| front.is_empty() || front.ends_with('/'))
}

fn is_under(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use plimsoll_model::State;

    use super::*;
    use crate::{CatalogError, Facts, File};

    struct Fake(&'static str, &'static [Pattern]);

    impl Cataloger for Fake {
        fn id(&self) -> &'static str {
            self.0
        }
        fn version(&self) -> u32 {
            1
        }
        fn describe(&self) -> &'static str {
            "test"
        }
        fn state(&self) -> State {
            State::Installed
        }
        fn patterns(&self) -> &'static [Pattern] {
            self.1
        }
        fn read(&self, _: &File<'_>, _: &mut Facts) -> Result<(), CatalogError> {
            Ok(())
        }
    }

    const FAKES: &[&dyn Cataloger] = &[
        &Fake("path", &[Pattern::Path("var/lib/dpkg/status")]),
        &Fake("under", &[Pattern::Under("var/lib/dpkg/status.d")]),
        &Fake(
            "name",
            &[Pattern::Name("package.json"), Pattern::Suffix(".json")],
        ),
        &Fake(
            "suffix",
            &[Pattern::Suffix(".jar"), Pattern::Suffix(".deps.json")],
        ),
        &Fake("tail", &[Pattern::Tail("lib/apk/db/installed")]),
        &Fake("magic", &[Pattern::Magic(b"\x7fELF")]),
    ];

    fn who(path: &str) -> Vec<&'static str> {
        let dispatch = Dispatch::new(FAKES.iter().copied());
        let mut out = Vec::new();
        dispatch.by_path(path, 0o644, 1, &mut out);
        out.into_iter().map(|index| FAKES[index].id()).collect()
    }

    #[test]
    fn patterns_choose_their_catalogers() {
        for (path, expected) in [
            ("var/lib/dpkg/status", vec!["path"]),
            ("x/var/lib/dpkg/status", vec![]),
            ("var/lib/dpkg/status.d/libc6", vec!["under"]),
            ("var/lib/dpkg/status.dx/libc6", vec![]),
            ("app/package.json", vec!["name"]),
            ("app/A.JAR", vec!["suffix"]),
            ("app/x.deps.json", vec!["name", "suffix"]),
            ("lib/apk/db/installed", vec!["tail"]),
            ("usr/lib/apk/db/installed", vec!["tail"]),
            ("usr/xlib/apk/db/installed", vec![]),
            ("jar", vec![]),
        ] {
            assert_eq!(who(path), expected, "{path}");
        }
    }

    #[test]
    fn content_is_looked_at_where_it_may_run() {
        let dispatch = Dispatch::new(FAKES.iter().copied());
        assert!(dispatch.looks_at_content("usr/bin/tool", 0o755));
        assert!(dispatch.looks_at_content("usr/lib/libssl.so.3", 0o644));
        assert!(!dispatch.looks_at_content("usr/share/doc/readme", 0o644));
        let mut out = Vec::new();
        dispatch.by_content("usr/bin/tool", 0o755, 9, b"\x7fELF\x02", &mut out);
        assert_eq!(out, [5]);
    }
}
