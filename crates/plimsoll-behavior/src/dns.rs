//! Questions and answers of the DNS, out of bytes that may hold anything (RFC 1035, RFC 3596).
//!
//! Read are the header, the questions and the addresses among the answers. Nothing else is: no other
//! record types, no EDNS, no DNSSEC. A name may point back into the message; each step must lead
//! further back, so that it ends.

use std::net::IpAddr;

/// Longest message that is read, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 4096;
/// Longest name in its text form, in bytes.
pub const NAME_BYTES_MAX: usize = 255;
/// Most questions that are read.
pub const QUESTIONS_MAX: usize = 8;
/// Most answers that are read.
pub const ANSWERS_MAX: usize = 64;

const HEADER_BYTES: usize = 12;
const LABEL_BYTES_MAX: usize = 63;
const TYPE_A: u16 = 1;
const TYPE_AAAA: u16 = 28;
const CLASS_IN: u16 = 1;

/// A message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    pub id: u16,
    /// It answers.
    pub is_answer: bool,
    /// 0 no error, 3 no such name …
    pub code: u8,
    pub questions: Vec<Question>,
    /// Names and addresses, in the order of the message.
    pub addresses: Vec<Address>,
    /// It was cut, by its sender or by who recorded it; or more was in it than is read.
    pub cut: bool,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// In lower case, labels joined by dots, without the last one. Bytes that are no printable
    /// ASCII, and dots inside a label, are written as `\DDD`, as zone files have them.
    pub name: Vec<u8>,
    /// 1 A, 28 AAAA, 15 MX, 16 TXT …
    pub kind: u16,
}

/// An address of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The name that the address belongs to, which for an alias is not the one that was asked for.
    pub name: Vec<u8>,
    pub address: IpAddr,
}

/// Reads a message. `None` when the bytes cannot be one.
pub fn read(bytes: &[u8]) -> Option<Message> {
    let whole = bytes.get(..MESSAGE_BYTES_MAX).unwrap_or(bytes);
    let header = whole.get(..HEADER_BYTES)?;
    let field = |at: usize| u16_at(header, at);
    let flags = field(2)?;
    let (questions, answers) = (usize::from(field(4)?), usize::from(field(6)?));
    // Only ordinary queries, and a message about nothing is none of ours.
    if (flags >> 11) & 15 != 0 || questions == 0 || questions > QUESTIONS_MAX {
        return None;
    }
    let mut message = Message {
        id: field(0)?,
        is_answer: flags & 0x8000 != 0,
        code: (flags & 15) as u8,
        cut: flags & 0x0200 != 0 || bytes.len() > MESSAGE_BYTES_MAX,
        ..Message::default()
    };
    let mut at = HEADER_BYTES;
    for _ in 0..questions {
        let (name, next) = name(whole, at)?;
        let kind = u16_at(whole, next)?;
        u16_at(whole, next + 2)?;
        message.questions.push(Question { name, kind });
        at = next + 4;
    }
    for index in 0..answers {
        if index >= ANSWERS_MAX {
            message.cut = true;
            break;
        }
        let Some((address, next)) = answer(whole, at) else {
            message.cut = true;
            break;
        };
        message.addresses.extend(address);
        at = next;
    }
    Some(message)
}

/// Takes the length off that a message has over TCP.
pub fn over_tcp(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    (length >= HEADER_BYTES).then(|| rest.get(..length).unwrap_or(rest))
}

/// One record, and where the next one begins.
fn answer(whole: &[u8], at: usize) -> Option<(Option<Address>, usize)> {
    let (name, next) = name(whole, at)?;
    let kind = u16_at(whole, next)?;
    let class = u16_at(whole, next + 2)?;
    let length = usize::from(u16_at(whole, next + 8)?);
    let begin = next + 10;
    let data = whole.get(begin..begin + length)?;
    let address = match kind {
        TYPE_A => <[u8; 4]>::try_from(data).ok().map(IpAddr::from),
        TYPE_AAAA => <[u8; 16]>::try_from(data).ok().map(IpAddr::from),
        _ => None,
    };
    let address = address.filter(|_| class == CLASS_IN);
    let address = address.map(|address| Address { name, address });
    Some((address, begin + length))
}

/// A name, and where what follows it begins.
fn name(whole: &[u8], mut at: usize) -> Option<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let mut after = None;
    // Each pointer must lead before the last one: a loop cannot.
    let mut limit = at;
    loop {
        let length = usize::from(*whole.get(at)?);
        match length {
            0 => return Some((out, after.unwrap_or(at + 1))),
            1..=LABEL_BYTES_MAX => {
                let label = whole.get(at + 1..at + 1 + length)?;
                if !out.is_empty() {
                    out.push(b'.');
                }
                write(&mut out, label);
                if out.len() > NAME_BYTES_MAX {
                    return None;
                }
                at += 1 + length;
            }
            _ if length & 0xc0 == 0xc0 => {
                let target = usize::from(u16_at(whole, at)? & 0x3fff);
                if target >= limit {
                    return None;
                }
                after = after.or(Some(at + 2));
                limit = target;
                at = target;
            }
            _ => return None,
        }
    }
}

fn write(out: &mut Vec<u8>, label: &[u8]) {
    for byte in label {
        match byte {
            b'.' | b'\\' => out.extend([b'\\', *byte]),
            b'!'..=b'~' => out.push(byte.to_ascii_lowercase()),
            _ => out.extend(format!("\\{byte:03}").bytes()),
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_be_bytes(*pair))
}

impl Message {
    /// Addresses with the name that was asked for: what an alias leads to answers the question.
    pub fn resolved(&self) -> impl Iterator<Item = (&[u8], IpAddr)> {
        let asked = self.questions.first().map(|question| &*question.name);
        self.addresses
            .iter()
            .map(move |found| (asked.unwrap_or(&found.name), found.address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message made by hand: one question, and answers as they are given.
    fn message(flags: u16, name: &[u8], answers: &[&[u8]]) -> Vec<u8> {
        let mut out = vec![0x12, 0x34];
        out.extend(flags.to_be_bytes());
        out.extend([0, 1]);
        out.extend((answers.len() as u16).to_be_bytes());
        out.extend([0; 4]);
        out.extend(name);
        out.extend([0, 1, 0, 1]);
        for answer in answers {
            out.extend(*answer);
        }
        out
    }

    const NAME: &[u8] = b"\x03WWW\x07example\x03org\x00";

    #[test]
    fn a_question_and_its_answers() {
        let alias = b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x09\x00\x04\x01a\xc0\x10";
        let four = b"\x01a\xc0\x10\x00\x01\x00\x01\x00\x00\x00\x09\x00\x04\xc0\x00\x02\x01";
        let bytes = message(0x8180, NAME, &[alias, four]);
        let read = read(&bytes).unwrap();
        assert_eq!((read.id, read.is_answer, read.cut), (0x1234, true, false));
        assert_eq!(read.questions[0].name, b"www.example.org");
        assert_eq!(read.addresses[0].name, b"a.example.org");
        let (name, address) = read.resolved().next().unwrap();
        assert_eq!(
            (name, address.to_string()),
            (&b"www.example.org"[..], "192.0.2.1".into())
        );
    }

    #[test]
    fn cut_anywhere_it_is_said_or_refused() {
        let four = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x09\x00\x04\xc0\x00\x02\x01";
        let bytes = message(0x8180, NAME, &[four]);
        for end in 0..bytes.len() {
            if let Some(read) = read(&bytes[..end]) {
                assert!(read.cut && read.addresses.is_empty(), "{end}");
            }
        }
        assert!(!read(&bytes).unwrap().cut);
    }

    #[test]
    fn pointers_that_do_not_lead_back_are_refused() {
        for name in [
            &b"\xc0\x0c"[..],
            b"\xc0\x0e",
            b"\x01a\xc0\x0c",
            b"\x40a\x00",
            b"\x80\x00",
        ] {
            assert_eq!(read(&message(0, name, &[])), None, "{name:?}");
        }
        let long: Vec<u8> = [&b"\x3f"[..], &[b'a'; 63]].concat().repeat(5);
        assert_eq!(read(&message(0, &[&long[..], b"\0"].concat(), &[])), None);
    }

    #[test]
    fn odd_bytes_in_names_are_written_out() {
        let read = read(&message(0, b"\x04a.\x00\xff\x00", &[])).unwrap();
        assert_eq!(read.questions[0].name, b"a\\.\\000\\255");
        assert_eq!(over_tcp(&[0, 20, 1, 2]), Some(&[1, 2][..]));
        assert_eq!(over_tcp(&[0, 3, 1, 2]), None);
    }
}
