//! YAML as configuration is written in it, the words of it that have a grammar of their own, and
//! templates laid beside what they rendered.

use plimsoll_model::Date;
use plimsoll_object::allow::{Allowances, Known};
use plimsoll_object::cron;
use plimsoll_object::quantity::Quantity;
use plimsoll_object::trace::{Template, align, find, node_at, path_to};
use plimsoll_object::yaml::{DEPTH_MAX, Document, NODES_MAX, Node, Place, parse, parse_part};
use plimsoll_object::{objects, split};

use super::target;
use crate::Target;
use crate::seeds::configuration as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "yaml",
        "files of objects, whole and document by document",
        Some("kubernetes"),
        yaml,
        seeds::yaml
    ),
    target!(
        "allowances",
        "comments that allow something",
        Some("kubernetes"),
        allowances,
        seeds::allowances
    ),
    target!(
        "quantity",
        "amounts of resources",
        None,
        quantity,
        seeds::quantities
    ),
    target!(
        "cron",
        "schedules of CronJobs",
        None,
        schedule,
        seeds::schedules
    ),
    target!(
        "trace",
        "a template, what it rendered, and its values",
        Some("kubernetes"),
        trace,
        seeds::traces
    ),
];

/// Longest input that is looked at, in bytes: longer ones say nothing new.
const INPUT_BYTES_MAX: usize = 16 << 10;
/// Largest tree that is compared as text, in nodes.
const COMPARED_NODES_MAX: usize = 20_000;
pub const TODAY: Date = Date::constant(2026, 11, 22);

/// The beginning of an input.
pub fn cut(data: &[u8]) -> &[u8] {
    data.get(..INPUT_BYTES_MAX).unwrap_or(data)
}

/// The lengths of a text's lines in characters, as YAML knows lines.
pub struct Lines(Vec<usize>);

impl Lines {
    pub fn of(data: &[u8]) -> Self {
        let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
        let text = String::from_utf8_lossy(data).replace("\r\n", "\n");
        let lines = text.split(['\n', '\r']);
        Self(lines.map(|line| line.chars().count()).collect())
    }

    /// A place is in the text, or right behind a line or the whole.
    pub fn check(&self, at: Place) {
        assert!(at.line >= 1 && at.column >= 1, "{at:?}");
        let line = at.line as usize;
        assert!(line <= self.0.len() + 1, "{at:?} of {} lines", self.0.len());
        let length = self.0.get(line - 1).copied().unwrap_or(0);
        assert!(at.column as usize <= length + 2, "{at:?} of {length}");
    }
}

/// Calls `each` for every node; the number of nodes.
fn walk(node: &Node, depth: usize, each: &mut dyn FnMut(Place)) -> usize {
    assert!(depth <= DEPTH_MAX, "nested deeper than {DEPTH_MAX}");
    each(node.at);
    let mut count = 1;
    for entry in node.entries() {
        each(entry.at);
        count += walk(&entry.value, depth + 1, each);
    }
    for item in node.items() {
        count += walk(item, depth + 1, each);
    }
    count
}

/// What holds of every tree; none is too large to be compared where it says so.
fn check(documents: &[Document], lines: &Lines) -> bool {
    let mut all = 0;
    for document in documents {
        let nodes = walk(&document.root, 0, &mut |at| lines.check(at));
        // Merged maps may be somewhat more than was counted.
        assert!(nodes <= 4 * NODES_MAX, "{nodes}");
        all += nodes;
        for (at, _) in &document.duplicates {
            lines.check(*at);
        }
    }
    all <= COMPARED_NODES_MAX
}

/// Places lie in the text; part by part it is the same as in one go.
fn yaml(data: &[u8]) {
    let data = cut(data);
    let lines = Lines::of(data);
    let (documents, error) = parse(data);
    // A return without a new line is one to some parts of the parser only: places behind it are off.
    if has_lone_returns(data) {
        return;
    }
    if let Some(error) = &error {
        assert!(!error.message.is_empty());
        lines.check(error.at);
    }
    if !check(&documents, &lines) {
        return;
    }
    let shown = format!("{documents:?} {error:?}");
    let (again, error_again) = parse(data);
    assert_eq!(format!("{again:?} {error_again:?}"), shown);
    // An empty line above moves every place, and nothing else; but for a byte order mark, which must
    // come first.
    if !data.starts_with(b"\xef\xbb\xbf") && !data.starts_with(b"%") {
        let (below, _) = parse(&[b"\n", data].concat());
        let (part, _) = parse_part(data, 2);
        assert_eq!(format!("{below:?}"), format!("{part:?}"));
    }
    if error.is_some() {
        return;
    }
    let mut parts = Vec::new();
    for part in split::parts(0, String::new(), data.to_vec()) {
        for (found, error) in part.read() {
            assert_eq!(error, None, "{}", part.bytes().escape_ascii());
            parts.extend(found);
        }
    }
    assert_eq!(format!("{parts:?}"), format!("{documents:?}"));
}

/// Carriage returns by themselves end lines for YAML, and for nobody else.
pub fn has_lone_returns(data: &[u8]) -> bool {
    data.windows(2)
        .any(|pair| pair[0] == b'\r' && pair[1] != b'\n')
        || data.ends_with(b"\r")
}

/// What is expired or without a reason lets nothing through.
fn allowances(data: &[u8]) {
    let data = cut(data);
    let lines = data.split(|byte| *byte == b'\n').count();
    let known = |id: &str| match id.len() % 4 {
        0 => Known::LookedFor,
        1 => Known::NotLookedFor,
        2 => Known::Elsewhere,
        _ => Known::Nowhere {
            nearest: Some("host-pid"),
        },
    };
    let mut answers = Vec::new();
    for _ in 0..2 {
        let list = Allowances::read(data, 1);
        let mut answer = Vec::new();
        for line in 0..=u32::try_from(lines).unwrap().min(200) + 1 {
            let found = list.excepted(|id| id.len() % 3 > 0, line, "a.yaml", TODAY);
            if let Some(found) = &found {
                assert!(found.expires.is_none_or(|last| last >= TODAY));
                let reason = found.reason.as_deref().unwrap();
                assert!(!reason.trim().is_empty() && reason.len() <= 1024);
                let by = found.by.strip_prefix("a.yaml:").unwrap();
                let by: usize = by.parse().unwrap();
                assert!((1..=lines).contains(&by), "{by} of {lines}");
            }
            answer.push(format!("{found:?}"));
        }
        let notes = list.notes("a.yaml", TODAY, known);
        assert!(notes.len() <= 2 * lines, "{} notes", notes.len());
        answers.push((answer, notes));
    }
    assert_eq!(answers[0], answers[1]);
}

/// Signs turn the amount, whole numbers are what they are, suffixes mean the same everywhere.
fn quantity(data: &[u8]) {
    let text = String::from_utf8_lossy(cut(data));
    let text = text.trim();
    let amount = Quantity::parse(text);
    assert_eq!(Quantity::parse(text), amount);
    if let Ok(units) = text.parse::<i64>() {
        let units = (units > i64::MIN).then(|| Quantity::units(units));
        assert!(text.len() > 256 || units.is_none() || amount == units);
    }
    let Some(amount) = amount else { return };
    if !text.starts_with(['-', '+']) {
        let turned = Quantity::parse(&format!("-{text}"));
        assert!(turned.is_none_or(|turned| turned.nano() == -amount.nano()));
        assert!(turned.is_some() || text.len() == 256);
    }
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.len() < 250
    {
        let mut last = amount;
        for suffix in ["k", "Ki", "M", "Mi", "G", "Gi"] {
            let larger = Quantity::parse(&format!("{text}{suffix}"));
            let larger = larger.unwrap_or_else(|| panic!("{text}{suffix}"));
            assert!(larger >= last, "{text}{suffix}");
            last = larger;
        }
    }
}

/// Blanks between the fields mean nothing.
fn schedule(data: &[u8]) {
    let text = String::from_utf8_lossy(cut(data));
    let read = cron::parse(&text);
    assert_eq!(cron::parse(&text), read);
    match read {
        Err(reason) => assert!(!reason.is_empty()),
        Ok(_) if text.starts_with('@') => {}
        Ok(_) => {
            let fields: Vec<&str> = text.split_whitespace().collect();
            assert_eq!(fields.len(), 5);
            assert_eq!(cron::parse(&fields.join(" ")), read);
        }
    }
}

/// The pieces of an input between lines of three equals signs.
pub fn pieces(data: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(cut(data)).into_owned();
    text.split("===\n").map(str::to_owned).collect()
}

/// Lines, places and paths that are named are there.
fn trace(data: &[u8]) {
    let pieces = pieces(data);
    let piece = |at: usize| pieces.get(at).map_or("", String::as_str);
    let template = Template::read(piece(0));
    let rendered: Vec<&str> = piece(1).lines().collect();
    let traced = align(&template, &rendered);
    assert_eq!(align(&template, &rendered), traced);
    assert_eq!(traced.len(), rendered.len());
    for block in &template.blocks {
        assert!(block.from <= block.to && block.to < template.lines.len());
    }
    let (documents, _) = parse(piece(1).as_bytes());
    let (values, _) = parse(piece(2).as_bytes());
    let lines = Lines::of(piece(2).as_bytes());
    if !check(&values, &lines) || !check(&documents, &Lines::of(piece(1).as_bytes())) {
        return;
    }
    for (index, from) in traced.iter().enumerate() {
        let Some(from) = *from else { continue };
        assert!(from.line < template.lines.len(), "{from:?}");
        for column in [1, 3, 80] {
            assert!(
                template
                    .column(from, column)
                    .is_none_or(|column| column >= 1)
            );
        }
        let (Some(document), Some(values)) = (documents.first(), values.first()) else {
            continue;
        };
        let line = u32::try_from(index + 1).unwrap();
        let mut ends = Vec::new();
        walk(&document.root, 0, &mut |at| {
            if at.line == line {
                ends.push(at);
            }
        });
        for end in ends.into_iter().take(4) {
            let path = path_to(&document.root, end).unwrap();
            let (node, _, found) = node_at(&document.root, &path);
            assert!(found <= path.len());
            for path_of_value in template.values(from.line) {
                assert!(path_of_value.len() <= 32);
                let found = find(&values.root, &path_of_value, &path, Some(&node.value));
                if let Some(found) = found {
                    lines.check(found.at);
                }
            }
        }
    }
}

/// The objects of some documents.
pub fn objects_of(documents: &[Document]) -> Vec<plimsoll_object::Object<'_>> {
    let mut found = Vec::new();
    for document in documents {
        objects(&document.root, &mut found);
    }
    found
}
