//! JSON, written as it comes: no tree is built for an event that is forgotten at once.

use std::fmt::{Display, Write as _};

/// An object that is being written.
pub struct Object<'a> {
    out: &'a mut Vec<u8>,
    begun: bool,
}

/// A list that is being written.
pub struct List<'a> {
    out: &'a mut Vec<u8>,
    begun: bool,
}

impl<'a> Object<'a> {
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, begun: false }
    }

    pub fn end(self) {
        self.out.push(b'}');
    }

    pub fn str(&mut self, key: &str, value: &str) {
        self.key(key);
        string(self.out, value);
    }

    /// Bytes from outside; those that are no UTF-8 are there twice.
    pub fn bytes(&mut self, key: &str, value: &[u8]) {
        if let Ok(text) = std::str::from_utf8(value) {
            return self.str(key, text);
        }
        self.str(key, &String::from_utf8_lossy(value));
        self.str(&format!("{key}_hex"), &hex(value));
    }

    pub fn number(&mut self, key: &str, value: impl Display) {
        self.key(key);
        self.out.extend(value.to_string().bytes());
    }

    pub fn bool(&mut self, key: &str, value: bool) {
        self.number(key, value);
    }

    pub fn object(&mut self, key: &str, write: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        let mut object = Object::new(self.out);
        write(&mut object);
        object.end();
    }

    pub fn list(&mut self, key: &str, write: impl FnOnce(&mut List<'_>)) {
        self.key(key);
        self.out.push(b'[');
        let mut list = List {
            out: self.out,
            begun: false,
        };
        write(&mut list);
        self.out.push(b']');
    }

    fn key(&mut self, key: &str) {
        if std::mem::replace(&mut self.begun, true) {
            self.out.push(b',');
        }
        string(self.out, key);
        self.out.push(b':');
    }
}

impl List<'_> {
    pub fn str(&mut self, value: &str) {
        self.next();
        string(self.out, value);
    }

    /// Bytes from outside. A list has no key to put the bytes themselves beside: those that are no
    /// UTF-8 become an object with `text` and `hex`.
    pub fn bytes(&mut self, value: &[u8]) {
        if let Ok(text) = std::str::from_utf8(value) {
            return self.str(text);
        }
        self.object(|object| {
            object.str("text", &String::from_utf8_lossy(value));
            object.str("hex", &hex(value));
        });
    }

    pub fn object(&mut self, write: impl FnOnce(&mut Object<'_>)) {
        self.next();
        let mut object = Object::new(self.out);
        write(&mut object);
        object.end();
    }

    fn next(&mut self) {
        if std::mem::replace(&mut self.begun, true) {
            self.out.push(b',');
        }
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for char in text.chars() {
        match char {
            '"' => out.extend(b"\\\""),
            '\\' => out.extend(b"\\\\"),
            '\n' => out.extend(b"\\n"),
            '\t' => out.extend(b"\\t"),
            // Those that end a line, or turn the direction of text, for whoever prints it.
            _ if char.is_control() || invisible(char) => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    out.extend(format!("\\u{unit:04x}").bytes());
                }
            }
            _ => out.extend(char.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    out.push(b'"');
}

const fn invisible(char: char) -> bool {
    matches!(char, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}
