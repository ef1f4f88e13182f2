//! `rules check`, `rules list` and `rules test`: rules in Falco's language.

use std::path::{Path, PathBuf};

use plimsoll_behavior::Engine;
use plimsoll_behavior::fields::Catalog;
use plimsoll_behavior::own;
use plimsoll_behavior::rules::diagnostic::{ItemKind, Location};
use plimsoll_behavior::rules::{Code, Diagnostic, Loaded, Loader, report};
use plimsoll_image::read_file_capped;

use crate::cli::{RulesArgs, RulesCommand};
use crate::commands::EXIT_ALLOWED;
use crate::failure::Failure;
use crate::outputs;
use crate::watch::{RULE_FILE_BYTES_MAX, rule_folder};

mod list;
mod test;

/// Exit code for rules that cannot be used, and for tests that fail.
const EXIT_WRONG: u8 = 1;

/// Forms of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Json,
}

pub fn run(arguments: &RulesArgs) -> Result<u8, Failure> {
    let form = match arguments.format.as_deref() {
        None | Some("table" | "text") => Form::Text,
        Some("json") => Form::Json,
        Some(other) => {
            let failure = Failure::new(format!("failed to write the form `{other}`"));
            return Err(failure.hint("rules are told as table or json"));
        }
    };
    match &arguments.command {
        RulesCommand::Check { files, own_rules } => check(files, *own_rules, form),
        RulesCommand::List { files, own_rules } => {
            let loaded = load(files, *own_rules || files.is_empty());
            list::run(&loaded, form)
        }
        RulesCommand::Test { files } => test::run(files, form),
    }
}

fn check(files: &[PathBuf], own_rules: bool, form: Form) -> Result<u8, Failure> {
    let mut loaded = load(files, own_rules);
    if loaded.is_ok()
        && let Err(errors) = Engine::new(&loaded.set)
    {
        // What only the engine sees: it is told like everything else.
        for error in errors {
            loaded.diagnostics.push(Diagnostic {
                code: Code::ErrCompileCondition,
                message: error.problem.to_string(),
                hint: None,
                context: vec![
                    Location {
                        item: ItemKind::RulesContent,
                        name: String::new(),
                        site: error.at.clone(),
                        expression: None,
                    },
                    Location {
                        item: ItemKind::Rule,
                        name: error.rule.to_string(),
                        site: error.at,
                        expression: None,
                    },
                ],
            });
        }
    }
    let text = match form {
        Form::Text => report::text(&loaded),
        Form::Json => format!("{:#}\n", report::json(&loaded)),
    };
    outputs::print(&text)?;
    Ok(if loaded.is_ok() {
        EXIT_ALLOWED
    } else {
        EXIT_WRONG
    })
}

/// Loads files and folders in their order. What cannot be read is among the diagnostics.
fn load(paths: &[PathBuf], own_rules: bool) -> Loaded {
    let mut loader = Loader::new(&Catalog);
    if own_rules {
        for (name, text) in own::files() {
            loader.file(&name, text.as_bytes());
        }
    }
    for path in paths {
        if !path.is_dir() {
            one(&mut loader, path);
            continue;
        }
        match rule_folder(path) {
            Ok(files) if files.is_empty() => {
                let reason = "the folder holds no .yaml and no .yml file";
                loader.unreadable(&path.to_string_lossy(), reason);
            }
            Ok(files) => files.iter().for_each(|file| one(&mut loader, file)),
            Err(error) => loader.unreadable(&path.to_string_lossy(), &error.to_string()),
        }
    }
    loader.finish()
}

fn one(loader: &mut Loader<'_>, path: &Path) {
    let name = path.to_string_lossy();
    match read_file_capped(path, RULE_FILE_BYTES_MAX) {
        Ok(bytes) => loader.file(&name, &bytes),
        Err(error) => loader.unreadable(&name, &error.to_string()),
    }
}

/// The failure of a command that needs rules which can be used.
fn unusable(loaded: &Loaded) -> Option<Failure> {
    let first = loaded.errors().next()?;
    let place = first.site().map_or_else(String::new, |site| {
        format!("{}:{}:{}: ", site.file, site.place.line, site.place.column)
    });
    let message = format!("failed to load rules: {place}{}", first.message);
    Some(Failure::new(message).hint("`plimsoll rules check` shows each error with its place"))
}
