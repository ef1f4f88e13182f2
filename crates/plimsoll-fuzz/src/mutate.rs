//! Changes seeds at random, always in the same way: a little of what a fuzzer does, for tests on
//! the stable toolchain. It learns nothing from what a change leads to.

/// Longest input that comes out, in bytes.
const INPUT_BYTES_MAX: usize = 64 << 10;

/// Bytes that mean something in many formats.
const ODD_BYTES: [u8; 14] = [
    0, 1, 0x7f, 0x80, 0xff, b'\n', b' ', b'"', b'0', b'9', b'{', b'[', b'/', b'#',
];

/// Makes inputs of some seeds and the words of a dictionary.
pub struct Mutator {
    seeds: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
    state: u64,
}

impl Mutator {
    /// `number` chooses the sequence of inputs; seeds must not be empty.
    pub fn new(seeds: Vec<Vec<u8>>, words: Vec<Vec<u8>>, number: u64) -> Self {
        Self {
            seeds,
            words,
            state: number,
        }
    }

    /// The next input.
    pub fn next_input(&mut self) -> Vec<u8> {
        let mut input = self.seed();
        for _ in 0..=self.below(4) {
            self.change(&mut input);
            input.truncate(INPUT_BYTES_MAX);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let end = (at + self.below(32)).min(input.len());
        match self.below(10) {
            0 => self.overwrite(input, at, |byte, random| byte ^ (1 << (random % 8))),
            1 => self.overwrite(input, at, |_, random| random as u8),
            2 => self.overwrite(input, at, |_, random| {
                ODD_BYTES[random as usize % ODD_BYTES.len()]
            }),
            3 => drop(input.drain(at..end)),
            4 => {
                let piece = input[at..end].to_vec();
                let times = 1 + self.below(4);
                let place = self.below(input.len() + 1);
                drop(input.splice(place..place, piece.repeat(times)));
            }
            5 => input.truncate(at),
            6 => {
                // The rest of another seed, from the same place on or from anywhere.
                let other = self.seed();
                let from = if self.below(2) == 0 {
                    at.min(other.len())
                } else {
                    self.below(other.len() + 1)
                };
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            _ if self.words.is_empty() => self.overwrite(input, at, |_, random| random as u8),
            7 => {
                let word = self.word();
                let end = (at + word.len()).min(input.len());
                drop(input.splice(at..end, word));
            }
            _ => {
                let word = self.word();
                drop(input.splice(at..at, word));
            }
        }
    }

    fn overwrite(&mut self, input: &mut [u8], at: usize, change: impl Fn(u8, u64) -> u8) {
        let random = self.random();
        if let Some(byte) = input.get_mut(at) {
            *byte = change(*byte, random);
        }
    }

    fn seed(&mut self) -> Vec<u8> {
        let choice = self.below(self.seeds.len());
        self.seeds[choice].clone()
    }

    fn word(&mut self) -> Vec<u8> {
        let choice = self.below(self.words.len());
        self.words[choice].clone()
    }

    fn below(&mut self, end: usize) -> usize {
        (self.random() % end.max(1) as u64) as usize
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The words of a dictionary: one a line in quotes, with `\x41`, `\"` and `\\`.
pub fn words(dictionary: &str) -> Vec<Vec<u8>> {
    let quoted = |line: &str| Some(line.strip_prefix('"')?.strip_suffix('"')?.to_owned());
    dictionary
        .lines()
        .filter_map(quoted)
        .map(|word| unescape(word.as_bytes()))
        .collect()
}

fn unescape(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = word;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'\\', [b'x', high, low, tail @ ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
                out.push(digit(*high) << 4 | digit(*low));
                rest = tail;
            }
            (b'\\', [escaped, tail @ ..]) => {
                out.push(*escaped);
                rest = tail;
            }
            _ => out.push(*first),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_gives_the_same_inputs() {
        let make = |number| {
            let seeds = vec![b"one two".to_vec(), b"three".to_vec()];
            let mut mutator = Mutator::new(seeds, words("# a\n\"\\x00b\\\"\"\n"), number);
            (0..200).map(|_| mutator.next_input()).collect::<Vec<_>>()
        };
        assert_eq!(make(7), make(7));
        assert_ne!(make(7), make(8));
        assert!(make(7).iter().any(|input| input.ends_with(b"\0b\"")));
    }
}
