//! Which documents were asked for, and where they go.

use std::io::Write;
use std::path::PathBuf;

use crate::cli::NetworkArgs;
use crate::failure::Failure;
use crate::outputs;

/// A form in which flows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Table,
    Json,
    Csv,
    Dot,
    Svg,
}

const FORMS: [(&str, Form); 5] = [
    ("table", Form::Table),
    ("json", Form::Json),
    ("csv", Form::Csv),
    ("dot", Form::Dot),
    ("svg", Form::Svg),
];

/// The documents of one run.
pub struct Wanted {
    list: Vec<(Form, Option<PathBuf>)>,
}

impl Wanted {
    /// From `--format` and any number of `-o FORMAT[=PATH]`.
    pub fn parse(arguments: &NetworkArgs) -> Result<Self, Failure> {
        let mut list = Vec::new();
        if let Some(format) = &arguments.format {
            list.push((find(format)?, None));
        }
        for output in &arguments.outputs {
            match output.split_once('=') {
                Some((format, "-")) => list.push((find(format)?, None)),
                Some((format, path)) if !path.is_empty() => {
                    list.push((find(format)?, Some(path.into())));
                }
                Some(_) => {
                    return Err(
                        Failure::new(format!("failed to read `-o {output}`: no path"))
                            .hint("write `-o FORMAT=PATH`"),
                    );
                }
                None => list.push((find(output)?, None)),
            }
        }
        if list.is_empty() {
            list.push((Form::Table, None));
        }
        Ok(Self { list })
    }

    /// Those of a command that knows only some forms.
    pub fn only(&self, known: &[Form]) -> Result<&Self, Failure> {
        match self.list.iter().find(|(form, _)| !known.contains(form)) {
            None => Ok(self),
            Some((form, _)) => {
                let word = |form: &Form| {
                    FORMS
                        .iter()
                        .find(|(_, it)| it == form)
                        .map_or("", |it| it.0)
                };
                let words: Vec<&str> = known.iter().map(word).collect();
                Err(
                    Failure::new(format!("failed to write this as `{}`", word(form)))
                        .hint(words.join(", ")),
                )
            }
        }
    }

    /// Writes each document whole: to its file, or to standard output.
    pub fn write(
        &self,
        mut write: impl FnMut(Form, &mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), Failure> {
        let failed = |error: &std::io::Error| {
            if error.kind() == std::io::ErrorKind::BrokenPipe {
                return Failure::broken_pipe();
            }
            Failure::new(format!("failed to write: {error}"))
        };
        for (form, path) in &self.list {
            if let Some(path) = path {
                let mut bytes = Vec::new();
                write(*form, &mut bytes).map_err(|error| failed(&error))?;
                outputs::write_atomically(path, &bytes)?;
            } else {
                let stdout = std::io::stdout();
                let mut out = std::io::BufWriter::with_capacity(64 << 10, stdout.lock());
                let result = write(*form, &mut out).and_then(|()| out.flush());
                result.map_err(|error| failed(&error))?;
            }
        }
        Ok(())
    }
}

fn find(word: &str) -> Result<Form, Failure> {
    let found = FORMS.iter().find(|(id, _)| *id == word);
    found.map(|(_, form)| *form).ok_or_else(|| {
        Failure::new(format!("failed to find the output format `{word}`"))
            .hint("one of table, json, csv, dot, svg")
    })
}
