//! Comma-separated values as RFC 4180 has them: quoted cells may hold commas, quotes, line ends.

/// The rows of a table.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = Vec<String>> {
    Rows {
        chars: text.chars().peekable(),
    }
}

struct Rows<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
}

impl Iterator for Rows<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Self::Item> {
        self.chars.peek()?;
        let mut row = Vec::new();
        let mut cell = String::new();
        let mut quoted = false;
        while let Some(character) = self.chars.next() {
            match character {
                '"' if quoted && self.chars.peek() == Some(&'"') => {
                    self.chars.next();
                    cell.push('"');
                }
                '"' if quoted || cell.is_empty() => quoted = !quoted,
                ',' if !quoted => row.push(std::mem::take(&mut cell)),
                '\n' if !quoted => break,
                '\r' if !quoted && self.chars.peek() == Some(&'\n') => {}
                other => cell.push(other),
            }
        }
        row.push(cell);
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_cells() {
        let text = "a,\"b, \"\"c\"\"\nd\",\r\n,e";
        let read: Vec<Vec<String>> = rows(text).collect();
        assert_eq!(read, [vec!["a", "b, \"c\"\nd", ""], vec!["", "e"]]);
        assert_eq!(rows("").count(), 0);
    }
}
