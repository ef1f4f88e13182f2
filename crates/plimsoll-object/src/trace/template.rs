//! The lines of a Go template: what is literal in each, and what is put in.
//!
//! Knows where actions begin and end, blocks, and which values an action speaks of; evaluates
//! nothing. Syntax: <https://pkg.go.dev/text/template>.

/// Most lines of a template that are looked at.
const LINES_MAX: usize = 20_000;
/// Blocks in blocks that are followed.
const BLOCK_DEPTH_MAX: usize = 64;
/// Most look-ups of dots and variables for one line: they may go in circles.
const LOOKUPS_MAX: usize = 64;
/// Most keys of one path.
const PATH_STEPS_MAX: usize = 32;

/// A path below `.Values`; an empty key stands for any item of a list or map.
pub type ValuePath = Vec<String>;

/// A template, line by line.
#[derive(Debug, Default)]
pub struct Template {
    pub lines: Vec<Line>,
    pub blocks: Vec<Block>,
    /// Variables set outside of every block.
    variables: Vec<(String, String)>,
}

/// One line.
#[derive(Debug, Default)]
pub struct Line {
    pub pieces: Vec<Piece>,
    /// The innermost block that it stands in.
    pub block: Option<usize>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    Literal(String),
    /// Puts something in; at this column, 1-based.
    Output(String, u32),
    /// `if`, `range`, `end`, an assignment, a comment.
    Control,
}

/// `{{ range … }}` to `{{ end }}`, lines counted from 0.
#[derive(Debug)]
pub struct Block {
    pub from: usize,
    pub to: usize,
    pub is_range: bool,
    /// What the dot means inside, where the block changes it.
    dot: Option<String>,
    /// Variables that its head sets, with what they stand for.
    variables: Vec<(String, String)>,
    parent: Option<usize>,
}

impl Template {
    /// Reads a template; what is no template has only literal lines.
    pub fn read(text: &str) -> Self {
        let mut out = Self::default();
        let mut reader = Reader {
            open: Vec::new(),
            column: 1,
        };
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        out.lines.push(Line::default());
        while !rest.is_empty() && out.lines.len() < LINES_MAX {
            let (literal, action) = match rest.split_once("{{") {
                Some((literal, after)) => (literal, Some(after)),
                None => (rest, None),
            };
            out.literal(literal, &mut reader);
            let Some(after) = action else { break };
            let end = end_of_action(after);
            let (inside, next) = after.split_at(end);
            out.action(inside, &mut reader);
            rest = next.strip_prefix("}}").unwrap_or(next);
        }
        let last = out.lines.len().saturating_sub(1);
        for block in reader.open.into_iter().flatten() {
            if let Some(block) = out.blocks.get_mut(block) {
                block.to = last;
            }
        }
        out
    }

    fn literal(&mut self, text: &str, reader: &mut Reader) {
        for (index, part) in text.split('\n').enumerate() {
            if index > 0 {
                self.next_line(reader);
            }
            let part = part.strip_suffix('\r').unwrap_or(part);
            if let Some(line) = self.lines.last_mut().filter(|_| !part.is_empty()) {
                line.pieces.push(Piece::Literal(part.to_owned()));
                reader.column += u32::try_from(part.chars().count()).unwrap_or(0);
            }
        }
    }

    fn next_line(&mut self, reader: &mut Reader) {
        reader.column = 1;
        self.lines.push(Line {
            pieces: Vec::new(),
            block: reader.inner(),
        });
    }

    /// What stands between `{{` and `}}`. A line feed in there begins a line without text.
    fn action(&mut self, inside: &str, reader: &mut Reader) {
        let text = inside.trim_start_matches('-').trim_end_matches('-').trim();
        let at = self.lines.len().saturating_sub(1);
        let word = text
            .split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default();
        let head = text.get(word.len()..).unwrap_or_default().trim();
        let piece = match word {
            "if" | "with" | "range" | "define" | "block" => {
                let parent = reader.inner();
                let (variables, value) = declared(head);
                let changes = matches!(word, "with" | "range");
                self.blocks.push(Block {
                    from: at,
                    to: at,
                    is_range: word == "range",
                    dot: changes.then(|| value.to_owned()),
                    variables: variables
                        .into_iter()
                        .map(|name| (name.to_owned(), value.to_owned()))
                        .collect(),
                    parent,
                });
                let is_kept = reader.open.len() < BLOCK_DEPTH_MAX;
                reader.open.push(is_kept.then(|| self.blocks.len() - 1));
                Piece::Control
            }
            "end" => {
                if let Some(block) = reader.open.pop().flatten()
                    && let Some(block) = self.blocks.get_mut(block)
                {
                    block.to = at;
                }
                Piece::Control
            }
            "else" | "break" | "continue" => Piece::Control,
            _ if text.starts_with("/*") || text.is_empty() => Piece::Control,
            _ if is_assignment(text) => {
                let (variables, value) = declared(text);
                if let Some(block) = reader.inner().and_then(|at| self.blocks.get_mut(at)) {
                    let new = variables.into_iter();
                    block
                        .variables
                        .extend(new.map(|name| (name.to_owned(), value.to_owned())));
                } else {
                    let new = variables.into_iter();
                    self.variables
                        .extend(new.map(|name| (name.to_owned(), value.to_owned())));
                }
                Piece::Control
            }
            _ => Piece::Output(text.to_owned(), reader.column),
        };
        let inner = reader.inner();
        if let Some(line) = self.lines.last_mut() {
            if matches!(piece, Piece::Output(..)) {
                line.block = inner;
            }
            line.pieces.push(piece);
        }
        reader.column += u32::try_from(inside.chars().count() + 4).unwrap_or(0);
        for _ in inside.matches('\n') {
            self.next_line(reader);
        }
    }

    /// The values that a line's outputs speak of, in their order.
    pub fn values(&self, line: usize) -> Vec<ValuePath> {
        let mut out = Vec::new();
        let Some(line) = self.lines.get(line) else {
            return out;
        };
        let mut lookups = LOOKUPS_MAX;
        for piece in &line.pieces {
            if let Piece::Output(text, _) = piece {
                self.values_in(text, line.block, &mut lookups, &mut out);
            }
        }
        out
    }

    fn values_in(
        &self,
        text: &str,
        block: Option<usize>,
        lookups: &mut usize,
        out: &mut Vec<ValuePath>,
    ) {
        for chain in chains(text) {
            if let Some(path) = self.resolve(&chain, block, lookups)
                && !path.is_empty()
                && !out.contains(&path)
            {
                out.push(path);
            }
        }
    }

    /// What a chain such as `.name` or `$item.name` means below `.Values`.
    fn resolve(
        &self,
        chain: &Chain,
        block: Option<usize>,
        lookups: &mut usize,
    ) -> Option<ValuePath> {
        *lookups = lookups.checked_sub(1)?;
        let keys = || chain.keys.iter().cloned();
        let after = |mut base: ValuePath| {
            base.extend(keys());
            (base.len() <= PATH_STEPS_MAX).then_some(base)
        };
        if chain.keys.first().map(String::as_str) == Some("Values") {
            return Some(keys().skip(1).collect());
        }
        let mut at = block;
        while let Some(block) = at.and_then(|at| self.blocks.get(at)) {
            let source = match chain.variable.as_deref() {
                None => block.dot.as_ref(),
                Some(name) => set_to(&block.variables, name),
            };
            if let Some(source) = source {
                let mut bases = Vec::new();
                self.values_in(source, block.parent, lookups, &mut bases);
                let mut base = bases.into_iter().next()?;
                if block.is_range {
                    base.push(String::new());
                }
                return after(base);
            }
            at = block.parent;
        }
        let source = set_to(&self.variables, chain.variable.as_deref()?)?;
        let mut bases = Vec::new();
        self.values_in(source, None, lookups, &mut bases);
        after(bases.into_iter().next()?)
    }
}

/// What a variable was last set to.
fn set_to<'a>(variables: &'a [(String, String)], name: &str) -> Option<&'a String> {
    let mut set = variables.iter().rev();
    set.find(|(set, _)| set == name).map(|(_, value)| value)
}

/// What is open while a template is read.
struct Reader {
    /// Blocks without their end; `None` for those nested too deep.
    open: Vec<Option<usize>>,
    column: u32,
}

impl Reader {
    fn inner(&self) -> Option<usize> {
        self.open.iter().rev().find_map(|block| *block)
    }
}

/// Where an action ends: at its `}}`, outside of strings and comments, else with the text.
fn end_of_action(text: &str) -> usize {
    let plain = text.trim_start_matches('-').trim_start();
    if plain.starts_with("/*") {
        let close = text.find("*/").map_or(text.len(), |at| at + 2);
        let rest = text.get(close..).unwrap_or_default();
        return rest.find("}}").map_or(text.len(), |at| close + at);
    }
    let mut quote = None;
    let mut is_escaped = false;
    let mut before = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) => {
                if is_escaped {
                    is_escaped = false;
                } else if c == '\\' && open != '`' {
                    is_escaped = true;
                } else if c == open {
                    quote = None;
                }
            }
            None if matches!(c, '"' | '`' | '\'') => quote = Some(c),
            None if c == '}' && before == Some('}') => return at - 1,
            None => {}
        }
        before = Some(c);
    }
    text.len()
}

fn is_assignment(text: &str) -> bool {
    text.starts_with('$')
        && text
            .split(['(', '"', '|'])
            .next()
            .is_some_and(|head| head.contains(":=") || head.contains(" = "))
}

/// `$i, $item := .Values.list`: the variables, without `$`, and what they are set to.
fn declared(text: &str) -> (Vec<&str>, &str) {
    let parts = text.split_once(":=").or_else(|| text.split_once(" = "));
    match parts {
        Some((names, value)) if names.trim_start().starts_with('$') => {
            let names = names
                .split(',')
                .map(|name| name.trim().trim_start_matches('$'));
            (names.collect(), value.trim())
        }
        _ => (Vec::new(), text),
    }
}

/// `.a.b`, `$.Values.a`, `$item.b`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Chain {
    /// `None` for the dot; `$` by itself is the root, whose values are asked for by name.
    variable: Option<String>,
    keys: Vec<String>,
}

/// Every chain of an expression, strings left out; `index CHAIN "key"` counts as one.
fn chains(text: &str) -> Vec<Chain> {
    let mut out: Vec<Chain> = Vec::new();
    let mut is_index = false;
    let mut named = false;
    for word in words(text) {
        if let Some(string) = word.strip_prefix('"') {
            if is_index && let Some(chain) = out.last_mut() {
                chain.keys.push(string.to_owned());
            }
            continue;
        }
        match word.as_str() {
            "index" | "get" | "pluck" => is_index = true,
            "include" | "template" | "tpl" => named = true,
            _ if word.starts_with(['.', '$']) => {
                let mut keys = word.split('.').map(str::to_owned);
                let head = keys.next().unwrap_or_default();
                let variable = head.strip_prefix('$').map(str::to_owned);
                let keys: Vec<String> = keys.filter(|key| !key.is_empty()).collect();
                // The dot that is handed to a named template says nothing of a value.
                if !(named && keys.is_empty()) {
                    out.push(Chain { variable, keys });
                }
            }
            "|" | "(" | ")" => is_index = false,
            _ => {}
        }
    }
    out
}

/// Words of an expression: strings begin with a quote and have lost the other.
fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' | '`' => {
                out.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                let mut string = String::from('"');
                while let Some(inside) = characters.next() {
                    match inside {
                        '\\' if c == '"' => string.extend(characters.next()),
                        _ if inside == c => break,
                        _ => string.push(inside),
                    }
                }
                out.push(string);
            }
            '(' | ')' | '|' | ' ' | '\t' | '\n' | '\r' | ',' => {
                out.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                if matches!(c, '(' | ')' | '|') {
                    out.push(c.to_string());
                }
            }
            _ => word.push(c),
        }
    }
    out.extend((!word.is_empty()).then_some(word));
    out
}
