//! DER, as far as certificates in tests need it.

fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        short @ 0..0x80 => bytes.push(u8::try_from(short).unwrap()),
        long => {
            bytes.push(0x82);
            bytes.extend(u16::try_from(long).unwrap().to_be_bytes());
        }
    }
    // The shortest form, which DER asks for.
    if (0x80..0x100).contains(&content.len()) {
        bytes.truncate(1);
        bytes.extend([0x81, u8::try_from(content.len()).unwrap()]);
    }
    bytes.extend(content);
    bytes
}

pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    value(0x30, &parts.concat())
}

pub fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    value(0x31, &parts.concat())
}

pub fn context(number: u8, content: &[u8]) -> Vec<u8> {
    value(0xa0 | number, content)
}

pub fn implicit(number: u8, content: &[u8]) -> Vec<u8> {
    value(0x80 | number, content)
}

pub fn integer(number: u8) -> Vec<u8> {
    value(2, &[number])
}

pub fn boolean(truth: bool) -> Vec<u8> {
    value(1, &[if truth { 0xff } else { 0 }])
}

pub fn octets(content: &[u8]) -> Vec<u8> {
    value(4, content)
}

pub fn bits(content: &[u8]) -> Vec<u8> {
    value(3, &[&[0], content].concat())
}

pub fn utf8(text: &str) -> Vec<u8> {
    value(12, text.as_bytes())
}

pub fn date(seconds: i64) -> Vec<u8> {
    let time = jiff::Timestamp::from_second(seconds).unwrap();
    let text = time.strftime("%y%m%d%H%M%SZ").to_string();
    value(23, text.as_bytes())
}

pub fn oid(dotted: &str) -> Vec<u8> {
    let parts: Vec<u32> = dotted
        .split('.')
        .map(|part| part.parse().unwrap())
        .collect();
    let mut bytes = vec![u8::try_from(parts[0] * 40 + parts[1]).unwrap()];
    for part in &parts[2..] {
        let mut piece = vec![(part & 0x7f) as u8];
        let mut rest = part >> 7;
        while rest > 0 {
            piece.insert(0, 0x80 | (rest & 0x7f) as u8);
            rest >>= 7;
        }
        bytes.extend(piece);
    }
    value(6, &bytes)
}
