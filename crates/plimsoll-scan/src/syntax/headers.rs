//! Header fields as in mail (RFC 5322): `Name: value`, folded over lines that start with space.
//!
//! This is what Python writes its core metadata in. The body after the first empty line is not
//! read. Lines that are no field are passed over, as Python's own reader does.

/// One field; its value is unfolded only when asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// As written; compare without regard to case.
    pub name: &'a str,
    /// The value with its continuation lines, as written.
    pub raw: &'a str,
    /// Line of the name, 1-based.
    pub line: u32,
}

impl Header<'_> {
    /// The value on one line: continuation lines joined by one space.
    pub fn value(&self) -> String {
        let mut value = String::new();
        for part in self.raw.lines().map(str::trim).filter(|s| !s.is_empty()) {
            if !value.is_empty() {
                value.push(' ');
            }
            value.push_str(part);
        }
        value
    }

    /// Whether the field has this name, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// The fields up to the first empty line.
pub fn headers(text: &str) -> Headers<'_> {
    Headers {
        rest: text,
        line: 1,
    }
}

/// Iterator of [`headers`].
#[derive(Debug)]
pub struct Headers<'a> {
    rest: &'a str,
    line: u32,
}

impl<'a> Headers<'a> {
    fn take_line(&mut self) -> &'a str {
        let length = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        let (line, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.line = self.line.saturating_add(1);
        line
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        while !self.rest.is_empty() {
            let (start, line) = (self.rest, self.line);
            let mut length = self.take_line().len();
            if start
                .get(..length)?
                .trim_end_matches(['\r', '\n'])
                .is_empty()
            {
                self.rest = "";
                return None;
            }
            while self.rest.starts_with([' ', '\t']) {
                length += self.take_line().len();
            }
            if let Some((name, raw)) = start.get(..length)?.split_once(':')
                && !name.is_empty()
                && !name.contains(char::is_whitespace)
            {
                return Some(Header { name, raw, line });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_fields_and_the_body() {
        let text = "Metadata-Version: 2.1\r\nName: a\nnot a field\nLicense: MIT\n  or\n\tApache\n\nName: body\n";
        let fields: Vec<_> = headers(text)
            .map(|field| (field.name, field.value(), field.line))
            .collect();
        assert_eq!(
            fields,
            [
                ("Metadata-Version", "2.1".to_owned(), 1),
                ("Name", "a".to_owned(), 2),
                ("License", "MIT or Apache".to_owned(), 4),
            ]
        );
    }

    #[test]
    fn odd_input_ends() {
        assert_eq!(headers("").count(), 0);
        assert_eq!(headers(" folded\n from nothing").count(), 0);
        assert_eq!(headers(":\n::\na:").count(), 1);
    }
}
