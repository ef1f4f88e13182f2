//! Text from outside inside Markdown.

use crate::view::clean;

/// As code: nothing inside is markup, a link or a mention.
pub fn code(text: &str) -> String {
    let text = clean(text);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    // The fence is longer than the longest run of backticks inside.
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// As code in a table, where a bar ends the cell even inside code.
pub fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// As running text: every character that could mean something is escaped.
pub fn plain(text: &str) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.trim().chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A zero-width space keeps a name from being mentioned and a number from being linked.
            '@' | '#' => {
                out.push('\\');
                out.push(character);
                out.push('\u{200b}');
            }
            // `\:` keeps an address from becoming a link; `w\ww.` likewise.
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '|' | '~' | ':'
            | '$' | '^' | '=' | '+' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out.replace("www.", "www\\.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cannot_be_left() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a``b|c"), "```a``b|c```");
        assert_eq!(cell("b|c"), "`b\\|c`");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a\nb"), "`a\\u{a}b`");
    }

    #[test]
    fn text_is_no_markup() {
        assert_eq!(plain("<b>[x](y)"), "&lt;b&gt;\\[x\\]\\(y\\)");
        assert_eq!(plain("@org/team"), "\\@\u{200b}org/team");
        assert_eq!(plain("http://x www.y.z"), "http\\://x www\\.y.z");
    }
}
