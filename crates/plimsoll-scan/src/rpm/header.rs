//! A package header, as it lies in the database.
//!
//! Implements the header structure of the rpm package format (version 4, and the file lists of
//! version 3): the number of index entries, the size of the store, the entries, the store; all
//! numbers with the highest byte first. Signatures and digests are not checked: a database has
//! been changed by whoever may write to the image, and they would not tell.

use super::pages::Order;
use crate::CatalogError;

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const LICENSE: u32 = 1014;
const ARCH: u32 = 1022;
const OLD_FILE_NAMES: u32 = 1027;
const SOURCE_RPM: u32 = 1044;
const DIR_INDEXES: u32 = 1116;
const BASE_NAMES: u32 = 1117;
const DIR_NAMES: u32 = 1118;
const MODULARITY_LABEL: u32 = 5096;

const TYPE_INT32: u32 = 4;
const TYPE_STRING: u32 = 6;
const TYPE_STRING_ARRAY: u32 = 8;
const TYPE_I18N_STRING: u32 = 9;

/// The tags that are read. Of a tag that is there twice the first counts.
const TAGS: [u32; 12] = [
    NAME,
    VERSION,
    RELEASE,
    EPOCH,
    LICENSE,
    ARCH,
    OLD_FILE_NAMES,
    SOURCE_RPM,
    DIR_INDEXES,
    BASE_NAMES,
    DIR_NAMES,
    MODULARITY_LABEL,
];

/// Index entries that a header may have; rpm's own limit.
const ENTRIES_MAX: usize = 0xffff;

/// Folders that a file list may name.
const FOLDERS_MAX: u32 = 1_000_000;

/// Longest path that a file list may name, in bytes; Linux's own limit.
const PATH_BYTES_MAX: usize = 4096;

/// The parts of a header that matter here, borrowed from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    /// Empty where absent, like version and release.
    pub(crate) name: &'a [u8],
    pub(crate) version: &'a [u8],
    pub(crate) release: &'a [u8],
    pub(crate) epoch: Option<u32>,
    pub(crate) arch: Option<&'a [u8]>,
    pub(crate) license: Option<&'a [u8]>,
    /// `bash-5.2.15-1.fc38.src.rpm`.
    pub(crate) source_rpm: Option<&'a [u8]>,
    /// `nodejs:18:8060020220523160029:ad008a3a`.
    pub(crate) modularity_label: Option<&'a [u8]>,
    base_names: Strings<'a>,
    dir_names: Strings<'a>,
    dir_indexes: &'a [u8],
    old_file_names: Strings<'a>,
}

/// Strings one behind the other, each closed by a NUL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Strings<'a> {
    rest: &'a [u8],
    count: u32,
}

/// Reads a header.
pub(crate) fn parse(blob: &[u8]) -> Result<Header<'_>, CatalogError> {
    let wrong = |what: &str| CatalogError::new(format!("package header: {what}"));
    let entries_count = Order::Big.u32(blob, 0).ok_or_else(|| wrong("too short"))? as usize;
    let store_len = Order::Big.u32(blob, 4).ok_or_else(|| wrong("too short"))? as usize;
    if entries_count == 0 || entries_count > ENTRIES_MAX {
        return Err(wrong("impossible number of entries"));
    }
    let (entries, rest) = blob
        .get(8..)
        .and_then(|rest| rest.split_at_checked(entries_count * 16))
        .ok_or_else(|| wrong("entries are cut off"))?;
    let store = rest
        .get(..store_len)
        .ok_or_else(|| wrong("store is cut off"))?;
    let mut header = Header::default();
    let mut taken = [false; TAGS.len()];
    for entry in entries.chunks_exact(16) {
        let field = |at| Order::Big.u32(entry, at).unwrap_or_default();
        let (tag, kind, offset, count) = (field(0), field(4), field(8), field(12));
        // A header that names one long string thousands of times would cost that many searches.
        match TAGS
            .iter()
            .zip(&mut taken)
            .find(|(known, _)| **known == tag)
        {
            Some((_, taken)) if !*taken => *taken = true,
            _ => continue,
        }
        header
            .take(tag, kind, store.get(offset as usize..), count)
            .ok_or_else(|| wrong(&format!("tag {tag} is not in the store")))?;
    }
    if header.name.is_empty() {
        return Err(wrong("no package name"));
    }
    Ok(header)
}

impl<'a> Header<'a> {
    /// Takes one entry whose data begin at `data`; `None` if they are not as they should be.
    fn take(&mut self, tag: u32, kind: u32, data: Option<&'a [u8]>, count: u32) -> Option<()> {
        match tag {
            NAME => self.name = string(kind, data?)?,
            VERSION => self.version = string(kind, data?)?,
            RELEASE => self.release = string(kind, data?)?,
            ARCH => self.arch = Some(string(kind, data?)?),
            LICENSE => self.license = Some(string(kind, data?)?),
            SOURCE_RPM => self.source_rpm = Some(string(kind, data?)?),
            MODULARITY_LABEL => self.modularity_label = Some(string(kind, data?)?),
            EPOCH => {
                self.epoch = Some(Order::Big.u32(int32s(kind, data?, count)?, 0)?);
            }
            DIR_INDEXES => self.dir_indexes = int32s(kind, data?, count)?,
            BASE_NAMES => self.base_names = strings(kind, data?, count)?,
            DIR_NAMES => self.dir_names = strings(kind, data?, count)?,
            OLD_FILE_NAMES => self.old_file_names = strings(kind, data?, count)?,
            _ => {}
        }
        Some(())
    }

    /// Calls `each` with every path the package owns until it returns `false`; an error if the
    /// list does not hold together.
    pub(crate) fn for_each_path(
        &self,
        each: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), CatalogError> {
        let wrong = || CatalogError::new("package header: file list does not hold together");
        for path in self.old_file_names.clone() {
            let path = path.filter(|path| path.len() <= PATH_BYTES_MAX);
            if !each(path.ok_or_else(wrong)?) {
                return Ok(());
            }
        }
        if self.dir_names.count > FOLDERS_MAX {
            return Err(wrong());
        }
        let folders: Option<Vec<&[u8]>> = self.dir_names.clone().collect();
        let folders = folders.ok_or_else(wrong)?;
        let mut indexes = self.dir_indexes.chunks_exact(4);
        let mut path = Vec::new();
        for name in self.base_names.clone() {
            let index = indexes.next().and_then(|bytes| Order::Big.u32(bytes, 0));
            let folder = index.and_then(|index| folders.get(index as usize));
            let (Some(name), Some(folder)) = (name, folder) else {
                return Err(wrong());
            };
            if folder.len() + name.len() > PATH_BYTES_MAX {
                return Err(wrong());
            }
            path.clear();
            path.extend_from_slice(folder);
            path.extend_from_slice(name);
            if !each(&path) {
                break;
            }
        }
        Ok(())
    }
}

impl<'a> Iterator for Strings<'a> {
    /// `None` for a string that is not closed.
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Option<&'a [u8]>> {
        self.count = self.count.checked_sub(1)?;
        let text = memchr::memchr(0, self.rest).and_then(|end| self.rest.split_at_checked(end));
        let Some((text, rest)) = text else {
            self.count = 0;
            return Some(None);
        };
        self.rest = rest.get(1..).unwrap_or_default();
        Some(Some(text))
    }
}

/// The string at the beginning of `data`; of a translated one the first, which is English.
fn string(kind: u32, data: &[u8]) -> Option<&[u8]> {
    if !matches!(kind, TYPE_STRING | TYPE_STRING_ARRAY | TYPE_I18N_STRING) {
        return None;
    }
    data.get(..memchr::memchr(0, data)?)
}

fn strings(kind: u32, data: &[u8], count: u32) -> Option<Strings<'_>> {
    // Every string takes at least its closing NUL, so that a lying count ends here.
    let fits = (count as usize) <= data.len();
    (matches!(kind, TYPE_STRING | TYPE_STRING_ARRAY) && fits)
        .then_some(Strings { rest: data, count })
}

fn int32s(kind: u32, data: &[u8], count: u32) -> Option<&[u8]> {
    if kind != TYPE_INT32 {
        return None;
    }
    data.get(..(count as usize).checked_mul(4)?)
}
