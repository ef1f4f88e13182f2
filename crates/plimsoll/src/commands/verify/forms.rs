//! In which form the answer is written, and where.

use std::path::PathBuf;

use super::report::Report;
use crate::cli::VerifyArgs;
use crate::failure::Failure;
use crate::outputs;

#[derive(Clone, Copy)]
enum Form {
    Text,
    Json,
}

/// The documents of one run.
pub struct Forms {
    list: Vec<(Form, Option<PathBuf>)>,
}

impl Forms {
    /// From `--format` and any number of `-o FORMAT[=PATH]`.
    pub fn parse(arguments: &VerifyArgs) -> Result<Self, Failure> {
        let mut list = Vec::new();
        for wanted in arguments.format.iter().chain(&arguments.outputs) {
            let (form, path) = match wanted.split_once('=') {
                None | Some((_, "-")) => (wanted.trim_end_matches("=-"), None),
                Some((form, path)) if !path.is_empty() => (form, Some(PathBuf::from(path))),
                Some(_) => {
                    return Err(
                        Failure::new(format!("failed to read `-o {wanted}`: no path"))
                            .hint("write `-o FORMAT=PATH`"),
                    );
                }
            };
            list.push((find(form)?, path));
        }
        if list.is_empty() {
            list.push((Form::Text, None));
        }
        Ok(Self { list })
    }

    /// Writes each document.
    pub fn write(&self, report: &Report<'_>) -> Result<(), Failure> {
        for (form, path) in &self.list {
            let text = match form {
                Form::Text => report.text(),
                Form::Json => format!("{:#}\n", report.json()),
            };
            match path {
                None => outputs::print(&text)?,
                Some(path) => outputs::write_atomically(path, text.as_bytes())?,
            }
        }
        Ok(())
    }
}

fn find(word: &str) -> Result<Form, Failure> {
    match word {
        "text" | "table" => Ok(Form::Text),
        "json" => Ok(Form::Json),
        other => Err(Failure::new(format!("failed to write this as `{other}`")).hint("text, json")),
    }
}
