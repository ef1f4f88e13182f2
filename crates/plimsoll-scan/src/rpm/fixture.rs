//! Package headers and databases made by code, for tests.
//!
//! Stands on its own, so that the tests against rpm itself can include it and have rpm read what
//! is made here: a fixture that both sides misread in the same way would prove nothing.

/// A package to put into a database.
#[derive(Debug, Clone)]
pub struct Spec {
    pub name: String,
    pub version: String,
    pub release: String,
    pub epoch: Option<u32>,
    pub source_rpm: Option<String>,
    pub module: Option<String>,
    /// Folder with a slash at its end, and name.
    pub files: Vec<(String, String)>,
}

impl Spec {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: "1.2.3".to_owned(),
            release: "4.el9".to_owned(),
            epoch: None,
            source_rpm: Some(format!("{name}-src-1.2.3-4.el9.src.rpm")),
            module: None,
            files: Vec::new(),
        }
    }

    /// The same with this many files in two folders.
    pub fn with_files(mut self, count: usize) -> Self {
        self.files = (0..count)
            .map(|number| {
                let folder = if number % 2 == 0 {
                    "/usr/bin/"
                } else {
                    "/usr/lib/"
                };
                (folder.to_owned(), format!("{}-{number}", self.name))
            })
            .collect();
        self
    }
}

/// Index and store of a header that is being made.
#[derive(Default)]
pub struct HeaderMaker {
    entries: Vec<u8>,
    store: Vec<u8>,
}

impl HeaderMaker {
    pub fn entry(&mut self, tag: u32, kind: u32, count: u32, data: &[u8]) -> &mut Self {
        if kind == 4 {
            self.store.resize(self.store.len().next_multiple_of(4), 0);
        }
        for field in [tag, kind, self.store.len() as u32, count] {
            self.entries.extend(field.to_be_bytes());
        }
        self.store.extend(data);
        self
    }

    pub fn string(&mut self, tag: u32, text: &str) -> &mut Self {
        self.entry(tag, 6, 1, format!("{text}\0").as_bytes())
    }

    pub fn strings<'a>(&mut self, tag: u32, all: impl Iterator<Item = &'a str>) -> &mut Self {
        let all: Vec<String> = all.map(|text| format!("{text}\0")).collect();
        self.entry(tag, 8, all.len() as u32, all.concat().as_bytes())
    }

    pub fn int32s(&mut self, tag: u32, all: &[u32]) -> &mut Self {
        let data: Vec<u8> = all.iter().flat_map(|value| value.to_be_bytes()).collect();
        self.entry(tag, 4, all.len() as u32, &data)
    }

    pub fn blob(&self) -> Vec<u8> {
        let mut blob = Vec::new();
        blob.extend((self.entries.len() as u32 / 16).to_be_bytes());
        blob.extend((self.store.len() as u32).to_be_bytes());
        blob.extend(&self.entries);
        blob.extend(&self.store);
        blob
    }
}

/// The header of a package.
pub fn header(spec: &Spec) -> Vec<u8> {
    let mut maker = HeaderMaker::default();
    maker
        .string(1000, &spec.name)
        .string(1001, &spec.version)
        .string(1002, &spec.release);
    if let Some(epoch) = spec.epoch {
        maker.int32s(1003, &[epoch]);
    }
    maker.entry(1004, 9, 1, b"what it is\0").string(1014, "MIT");
    maker.string(1022, "x86_64");
    if let Some(source) = &spec.source_rpm {
        maker.string(1044, source);
    }
    if !spec.files.is_empty() {
        let mut folders: Vec<&str> = spec.files.iter().map(|(folder, _)| &**folder).collect();
        folders.sort_unstable();
        folders.dedup();
        let indexes: Vec<u32> = spec
            .files
            .iter()
            .map(|(folder, _)| folders.binary_search(&&**folder).unwrap() as u32)
            .collect();
        maker
            .int32s(1116, &indexes)
            .strings(1117, spec.files.iter().map(|(_, name)| &**name))
            .strings(1118, folders.into_iter());
    }
    if let Some(module) = &spec.module {
        maker.string(5096, module);
    }
    maker.blob()
}

/// An NDB file with these headers; the first slot is left free, as after a removal.
pub fn ndb(blobs: &[Vec<u8>]) -> Vec<u8> {
    let le = |fields: &[u32]| -> Vec<u8> { fields.iter().flat_map(|f| f.to_le_bytes()).collect() };
    let mark = |text: &[u8; 4]| u32::from_le_bytes(*text);
    let slot_pages = (blobs.len() + 3).div_ceil(256);
    let mut slots = le(&[
        mark(b"RpmP"),
        0,
        1,
        slot_pages as u32,
        blobs.len() as u32 + 1,
        0,
        0,
        0,
    ]);
    slots.extend(le(&[mark(b"Slot"), 0, 0, 0]));
    let mut data = Vec::new();
    for (index, blob) in blobs.iter().enumerate() {
        let number = index as u32 + 1;
        let start = slot_pages * 4096 + data.len();
        let mut piece = le(&[mark(b"BlbS"), number, 1, blob.len() as u32]);
        piece.extend(blob);
        piece.resize((piece.len() + 12).next_multiple_of(16) - 12, 0);
        let (low, high) = piece.iter().fold((1_u32, 0_u32), |(low, high), byte| {
            let low = (low + u32::from(*byte)) % 65_521;
            (low, (high + low) % 65_521)
        });
        piece.extend(le(&[high << 16 | low, blob.len() as u32, mark(b"BlbE")]));
        slots.extend(le(&[
            mark(b"Slot"),
            number,
            start as u32 / 16,
            piece.len() as u32 / 16,
        ]));
        data.extend(piece);
    }
    while slots.len() < slot_pages * 4096 {
        slots.extend(le(&[mark(b"Slot"), 0, 0, 0]));
    }
    slots.extend(data);
    slots
}

/// An SQLite file with these headers in rpm's table.
pub fn sqlite(blobs: &[Vec<u8>], page_bytes: usize) -> Vec<u8> {
    let mut file = SqliteMaker {
        pages: vec![vec![0; page_bytes]; 2],
        page_bytes,
    };
    // Pages with the last row in them, level by level.
    let mut level: Vec<(u32, u64)> = Vec::new();
    let mut cells: Vec<Vec<u8>> = Vec::new();
    for (index, blob) in blobs.iter().enumerate() {
        // Header of three bytes or more: its own length, NULL for the row's number, the blob.
        let mut record = varint(blob.len() as u64 * 2 + 12);
        record.splice(0..0, [record.len() as u8 + 2, 0]);
        record.extend(blob);
        let cell = file.cell(index as u64 + 1, &record);
        let used: usize = cells.iter().map(|cell| cell.len() + 2).sum();
        if used + cell.len() + 2 + 8 > page_bytes {
            let leaf = file.leaf(&std::mem::take(&mut cells), 0);
            level.push((file.push(leaf), index as u64));
        }
        cells.push(cell);
    }
    let leaf = file.leaf(&cells, 0);
    level.push((file.push(leaf), blobs.len() as u64));
    while level.len() > 1 {
        level = level
            .chunks((page_bytes - 12) / 16)
            .map(|part| {
                let interior = file.interior(part);
                (file.push(interior), part.last().unwrap().1)
            })
            .collect();
    }
    file.pages[1] = file.pages.pop().unwrap();
    let sql =
        "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)";
    let mut record = vec![0, 23, 29, 29, 1];
    record.extend(varint(sql.len() as u64 * 2 + 13));
    record[0] = record.len() as u8;
    record.extend(b"tablePackagesPackages\x02");
    record.extend(sql.as_bytes());
    let cell = file.cell(1, &record);
    let mut first = file.leaf(&[cell], 100);
    first[..16].copy_from_slice(b"SQLite format 3\0");
    first[16..18].copy_from_slice(&(page_bytes as u16).to_be_bytes());
    first[18..24].copy_from_slice(&[1, 1, 0, 64, 32, 32]);
    first[28..32].copy_from_slice(&(file.pages.len() as u32).to_be_bytes());
    first[44..48].copy_from_slice(&4_u32.to_be_bytes());
    first[56..60].copy_from_slice(&1_u32.to_be_bytes());
    file.pages[0] = first;
    file.pages.concat()
}

struct SqliteMaker {
    pages: Vec<Vec<u8>>,
    page_bytes: usize,
}

impl SqliteMaker {
    fn push(&mut self, page: Vec<u8>) -> u32 {
        self.pages.push(page);
        self.pages.len() as u32
    }

    fn interior(&self, children: &[(u32, u64)]) -> Vec<u8> {
        let mut page = vec![0; self.page_bytes];
        let (last, others) = children.split_last().unwrap();
        page[0] = 5;
        page[3..5].copy_from_slice(&(others.len() as u16).to_be_bytes());
        page[8..12].copy_from_slice(&last.0.to_be_bytes());
        let mut end = self.page_bytes;
        for (place, (child, key)) in others.iter().enumerate() {
            let mut cell = child.to_be_bytes().to_vec();
            cell.extend(varint(*key));
            end -= cell.len();
            page[end..end + cell.len()].copy_from_slice(&cell);
            page[12 + place * 2..14 + place * 2].copy_from_slice(&(end as u16).to_be_bytes());
        }
        page[5..7].copy_from_slice(&(end as u16).to_be_bytes());
        page
    }

    /// A cell of a table's leaf; what does not fit goes to overflow pages.
    fn cell(&mut self, key: u64, record: &[u8]) -> Vec<u8> {
        let usable = self.page_bytes;
        let least = (usable - 12) * 32 / 255 - 23;
        let spilling = least + record.len().saturating_sub(least) % (usable - 4);
        let local = match record.len() {
            len if len <= usable - 35 => len,
            _ if spilling <= usable - 35 => spilling,
            _ => least,
        };
        let mut cell = varint(record.len() as u64);
        cell.extend(varint(key));
        cell.extend(&record[..local]);
        let mut rest = record[local..].chunks(usable - 4).peekable();
        if rest.peek().is_some() {
            cell.extend((self.pages.len() as u32 + 1).to_be_bytes());
        }
        while let Some(piece) = rest.next() {
            let next = rest.peek().map_or(0, |_| self.pages.len() as u32 + 2);
            let mut page = next.to_be_bytes().to_vec();
            page.extend(piece);
            page.resize(usable, 0);
            self.pages.push(page);
        }
        cell
    }

    fn leaf(&self, cells: &[Vec<u8>], start: usize) -> Vec<u8> {
        let mut page = vec![0; self.page_bytes];
        page[start] = 13;
        page[start + 3..start + 5].copy_from_slice(&(cells.len() as u16).to_be_bytes());
        let mut end = self.page_bytes;
        for (place, cell) in cells.iter().enumerate() {
            end -= cell.len();
            page[end..end + cell.len()].copy_from_slice(cell);
            let at = start + 8 + place * 2;
            page[at..at + 2].copy_from_slice(&(end as u16).to_be_bytes());
        }
        page[start + 5..start + 7].copy_from_slice(&(end as u16).to_be_bytes());
        page
    }
}

fn varint(value: u64) -> Vec<u8> {
    let mut bytes = vec![(value & 0x7f) as u8];
    let mut rest = value >> 7;
    while rest > 0 {
        bytes.insert(0, (rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes
}

/// A Berkeley DB hash file of one bucket with these headers on overflow pages.
pub fn bdb(blobs: &[Vec<u8>]) -> Vec<u8> {
    const PAGE: usize = 512;
    let page_head = |number: u32, next: u32, entries: u16, offset: u16, kind: u8| {
        let mut page = vec![0; 8];
        for field in [number, 0, next] {
            page.extend(field.to_le_bytes());
        }
        page.extend(entries.to_le_bytes());
        page.extend(offset.to_le_bytes());
        page.extend([0, kind]);
        page
    };
    // Two items a pair: a key of five bytes and a reference of twelve, each with its offset.
    let pairs_per_page = (PAGE - 26) / (5 + 12 + 4);
    let bucket_pages = blobs.len().div_ceil(pairs_per_page).max(1);
    let mut overflow: Vec<Vec<u8>> = Vec::new();
    let mut buckets = Vec::new();
    for page_index in 0..bucket_pages {
        let start = page_index * pairs_per_page;
        let part = &blobs[start..blobs.len().min(start + pairs_per_page)];
        let next = if page_index + 1 < bucket_pages {
            page_index as u32 + 2
        } else {
            0
        };
        let mut page = page_head(page_index as u32 + 1, next, part.len() as u16 * 2, 0, 13);
        page.resize(PAGE, 0);
        let mut end = PAGE;
        for (place, blob) in part.iter().enumerate() {
            let first = (1 + bucket_pages + overflow.len()) as u32;
            let pieces = blob.chunks(PAGE - 26).len();
            for (index, piece) in blob.chunks(PAGE - 26).enumerate() {
                let number = first + index as u32;
                let next = if index + 1 < pieces { number + 1 } else { 0 };
                let mut page = page_head(number, next, 1, piece.len() as u16, 7);
                page.extend(piece);
                page.resize(PAGE, 0);
                overflow.push(page);
            }
            let mut key = vec![1];
            key.extend(((start + place + 1) as u32).to_le_bytes());
            let mut value = vec![3, 0, 0, 0];
            value.extend(first.to_le_bytes());
            value.extend((blob.len() as u32).to_le_bytes());
            for (item, index) in [(key, place * 2), (value, place * 2 + 1)] {
                end -= item.len();
                page[end..end + item.len()].copy_from_slice(&item);
                page[26 + index * 2..28 + index * 2].copy_from_slice(&(end as u16).to_le_bytes());
            }
        }
        buckets.push(page);
    }
    let mut meta = vec![0; PAGE];
    let last = (bucket_pages + overflow.len()) as u32;
    for (at, value) in [
        (12, 0x0006_1561),
        (16, 9),
        (20, PAGE as u32),
        (32, last),
        (96, 1),
    ] {
        meta[at..at + 4].copy_from_slice(&u32::to_le_bytes(value));
    }
    meta[25] = 8;
    meta.extend(buckets.concat());
    meta.extend(overflow.concat());
    meta
}
