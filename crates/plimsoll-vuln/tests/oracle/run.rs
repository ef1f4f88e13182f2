//! Runs a trusted tool on many lines at once, and makes the lines.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A small, seeded generator of random numbers (SplitMix64), so that every run is the same.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

/// What versions of an ecosystem are put together from.
pub struct Vocabulary {
    pub fronts: &'static [&'static str],
    pub separators: &'static [&'static str],
    pub words: &'static [&'static str],
    pub ends: &'static [&'static str],
    /// Characters that a mutation writes.
    pub alphabet: &'static str,
}

impl Vocabulary {
    pub fn version(&self, random: &mut Random) -> String {
        let mut version = random.pick(self.fronts).to_owned();
        version += &number(random);
        for _ in 0..random.below(5) {
            version += random.pick(self.separators);
            match random.below(4) {
                0 => version += random.pick(self.words),
                1 => {
                    version += random.pick(self.words);
                    version += &number(random);
                }
                _ => version += &number(random),
            }
        }
        version += random.pick(self.ends);
        version
    }

    /// A version and another that mostly differs little from it.
    pub fn pair(&self, random: &mut Random) -> (String, String) {
        let a = self.version(random);
        let mut b = match random.below(8) {
            0 => self.version(random),
            _ => a.clone(),
        };
        for _ in 0..random.below(3) {
            b = self.mutate(&b, random);
        }
        if random.below(2) == 0 { (a, b) } else { (b, a) }
    }

    fn mutate(&self, version: &str, random: &mut Random) -> String {
        let mut text: Vec<char> = version.chars().collect();
        let at = random.below(text.len() + 1);
        let letters: Vec<char> = self.alphabet.chars().collect();
        let letter = letters[random.below(letters.len())];
        match random.below(6) {
            0 => text.insert(at, letter),
            1 if at < text.len() => text[at] = letter,
            2 if at < text.len() && text.len() > 1 => {
                text.remove(at);
            }
            3 => {
                let piece = format!("{}{}", random.pick(self.separators), number(random));
                text.splice(at..at, piece.chars());
            }
            4 => {
                let piece = format!(
                    "{}{}",
                    random.pick(self.separators),
                    random.pick(self.words)
                );
                text.extend(piece.chars());
            }
            _ => text.extend(format!("{}0", random.pick(self.separators)).chars()),
        }
        text.into_iter().collect()
    }
}

pub fn number(random: &mut Random) -> String {
    match random.below(12) {
        0 => "0".to_owned(),
        1 => "00".to_owned(),
        2 => format!("0{}", random.below(12)),
        3 => (random.next() % 100_000_000).to_string(),
        4 => "10".to_owned(),
        5 => "9".to_owned(),
        _ => random.below(4).to_string(),
    }
}

/// The value of a variable that `script/test` sets.
pub fn folder(variable: &str, what: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(
        || panic!("{variable} is not set; it names the folder with {what} (script/test sets it)"),
        PathBuf::from,
    )
}

/// A file beside this one.
pub fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/oracle")
        .join(name)
}

/// Feeds lines to a program and returns the lines that it answers, one for each.
pub fn ask(command: &mut Command, package: &str, lines: &[String]) -> Vec<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; install {package}"));
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut text = lines.join("\n");
    text.push('\n');
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("the program's output");
    assert!(
        output.status.success(),
        "{command:?} failed; needs {package}"
    );
    writer
        .join()
        .expect("the writer")
        .unwrap_or_else(|error| panic!("{command:?} did not read all: {error}"));
    let answers: Vec<String> = String::from_utf8(output.stdout)
        .expect("UTF-8")
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(answers.len(), lines.len(), "{command:?}: one answer a line");
    answers
}
