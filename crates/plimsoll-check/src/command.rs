//! What containers are told to run: `command` and `args`, shell scripts in them, hooks.
//!
//! Scripts are taken apart only as far as the names of programs and their words go: quotes are
//! stripped, nothing is expanded, here-documents count as commands.

use plimsoll_object::object::Container;
use plimsoll_object::yaml::Node;

/// A word of a command and where it stands; in a script, the whole script.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    pub text: &'a str,
    pub node: &'a Node,
}

/// A program with its words.
#[derive(Debug, Clone, Default)]
pub struct Run<'a> {
    /// The program first.
    pub words: Vec<Word<'a>>,
    /// Its input is another program's output.
    pub is_piped: bool,
    /// It stands in a shell script.
    pub is_script: bool,
}

impl<'a> Run<'a> {
    /// The program's name without its folder; empty where there is none.
    pub fn program(&self) -> &'a str {
        let path = self.words.first().map_or("", |word| word.text);
        path.rsplit(['/', '\\']).next().unwrap_or(path)
    }

    /// Words after the program.
    pub fn arguments(&self) -> &[Word<'a>] {
        self.words.get(1..).unwrap_or_default()
    }

    /// Where it stands.
    pub fn node(&self) -> Option<&'a Node> {
        self.words.first().map(|word| word.node)
    }

    /// Whether one of the words after the program is this.
    pub fn has_word(&self, text: &str) -> bool {
        self.arguments().iter().any(|word| word.text == text)
    }
}

const SHELLS: [&str; 7] = ["sh", "bash", "ash", "dash", "ksh", "zsh", "busybox"];

/// Whether a program is a shell for scripts.
pub fn is_shell(program: &str) -> bool {
    SHELLS.contains(&program)
}

/// Everything that a container is told to run, in order: its command, and what is run after it began
/// and before it ends.
pub fn runs<'a>(container: &Container<'a>) -> Vec<Run<'a>> {
    let mut out = Vec::new();
    let list = |path: &[&str]| container.field(path).map_or(&[][..], Node::items);
    let command: Vec<Word<'a>> = words(list(&["command"]))
        .chain(words(list(&["args"])))
        .collect();
    take(command, &mut out);
    for hook in ["postStart", "preStop"] {
        let hook = ["lifecycle", hook, "exec", "command"];
        take(words(list(&hook)).collect(), &mut out);
    }
    out
}

fn words(items: &[Node]) -> impl Iterator<Item = Word<'_>> {
    items.iter().filter_map(|node| {
        let text = node.as_str()?;
        Some(Word { text, node })
    })
}

fn take<'a>(command: Vec<Word<'a>>, out: &mut Vec<Run<'a>>) {
    let whole = Run {
        words: command,
        ..Run::default()
    };
    if let Some(script) = script_at(&whole) {
        parse(script, out);
    } else if !whole.words.is_empty() {
        out.push(whole);
    }
}

/// The word after `-c`, where the program is a shell.
fn script_at<'a>(run: &Run<'a>) -> Option<Word<'a>> {
    let shell = run.words.iter().position(|word| {
        let name = word.text.rsplit('/').next().unwrap_or(word.text);
        is_shell(name)
    })?;
    let rest = run.words.get(shell + 1..)?;
    let flag = rest.iter().position(|word| {
        word.text.starts_with('-') && !word.text.starts_with("--") && word.text.ends_with('c')
    })?;
    rest.get(flag + 1).copied()
}

/// The commands of a script.
fn parse<'a>(script: Word<'a>, out: &mut Vec<Run<'a>>) {
    for line in script.text.lines() {
        let line = line.trim_start();
        if line.starts_with('#') {
            continue;
        }
        let mut run = Run::default();
        let mut rest = line;
        while let Some((token, after)) = token(rest) {
            match token {
                Token::Word(text) => run.words.push(Word { text, ..script }),
                Token::Break { is_pipe } => {
                    finish(&mut run, is_pipe, out);
                }
            }
            rest = after;
        }
        finish(&mut run, false, out);
    }
}

/// Ends a command: words of the shell and variables before the program are taken off.
fn finish<'a>(run: &mut Run<'a>, is_pipe_next: bool, out: &mut Vec<Run<'a>>) {
    const KEYWORDS: [&str; 12] = [
        "if", "then", "elif", "else", "while", "until", "do", "!", "exec", "time", "nohup", "env",
    ];
    let is_before = |word: &Word<'_>| {
        let name = word.text.split('=').next().unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        KEYWORDS.contains(&word.text)
            || word.text.contains('=') && !name.is_empty() && name.chars().all(is_name)
    };
    let mut done = Run {
        is_script: true,
        ..std::mem::take(run)
    };
    let skip = done.words.iter().take_while(|word| is_before(word)).count();
    // What is set and then not used by a program is kept: secrets are looked for in it.
    if skip > 0 && skip < done.words.len() {
        let before: Vec<Word<'a>> = done.words.drain(..skip).collect();
        out.push(Run {
            words: before,
            is_script: true,
            is_piped: false,
        });
    }
    if !done.words.is_empty() {
        out.push(done);
    }
    run.is_piped = is_pipe_next;
}

enum Token<'a> {
    Word(&'a str),
    Break { is_pipe: bool },
}

/// The next token of a line, and what is behind it.
fn token(line: &str) -> Option<(Token<'_>, &str)> {
    let line = line.trim_start_matches([' ', '\t']);
    let first = line.chars().next()?;
    if matches!(first, ';' | '&' | '|' | '(' | ')' | '`' | '{' | '}') {
        let rest = line.trim_start_matches([';', '&', '|', '(', ')', '`', '{', '}']);
        let is_pipe = line.starts_with('|') && !line.starts_with("||");
        return Some((Token::Break { is_pipe }, rest));
    }
    if first == '"' || first == '\'' {
        let inner = line.get(1..)?;
        let end = inner.find(first).unwrap_or(inner.len());
        let rest = inner.get(end + 1..).unwrap_or_default();
        return Some((Token::Word(inner.get(..end)?), rest));
    }
    let mut quote = None;
    let end = line
        .char_indices()
        .find(|(_, c)| match quote {
            Some(open) => {
                if *c == open {
                    quote = None;
                }
                false
            }
            None if *c == '"' || *c == '\'' => {
                quote = Some(*c);
                false
            }
            None => matches!(c, ' ' | '\t' | ';' | '&' | '|' | '(' | ')' | '`'),
        })
        .map_or(line.len(), |(at, _)| at);
    Some((Token::Word(line.get(..end)?), line.get(end..)?))
}

#[cfg(test)]
mod tests {
    use super::{Run, runs};
    use plimsoll_object::object::{Container, Role};
    use plimsoll_object::yaml::parse;

    fn shown(text: &str) -> Vec<String> {
        let (documents, error) = parse(text.as_bytes());
        assert!(error.is_none(), "{error:?}");
        let container = Container {
            node: &documents[0].root,
            role: Role::Main,
            name: "",
        };
        let shown = |run: &Run<'_>| {
            let words: Vec<&str> = run.words.iter().map(|word| word.text).collect();
            format!(
                "{}{}",
                if run.is_piped { "| " } else { "" },
                words.join(" ")
            )
        };
        runs(&container).iter().map(shown).collect()
    }

    #[test]
    fn commands_of_scripts() {
        let script = r#"
command: [/bin/sh, -ec]
args:
  - |
    # sudo in a comment
    export A=b; if ! curl -fsSL "https://a.example/x y" | sudo bash; then exit 1; fi
    B=c /usr/bin/id $(hostname)
"#;
        let found = shown(script);
        for one in [
            "export A=b",
            "curl -fsSL https://a.example/x y",
            "| sudo bash",
            "exit 1",
        ] {
            assert!(found.iter().any(|run| run == one), "{one}: {found:?}");
        }
        assert!(
            found.iter().all(|run| !run.contains("comment")),
            "{found:?}"
        );
    }

    #[test]
    fn plain_words_are_one_command() {
        let found = shown("command: [cart]\nargs: [\"--note=a; sudo b\", 1, null]\n");
        assert_eq!(found, ["cart --note=a; sudo b"]);
        assert_eq!(
            shown("lifecycle: {postStart: {exec: {command: [a, b]}}}"),
            ["a b"]
        );
        assert!(shown("command: null\nargs: text\n").is_empty());
    }
}
