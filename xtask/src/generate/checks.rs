//! The list of checks, a page for each, and what they answer to by framework.

use std::fmt::Write as _;
use std::path::PathBuf;

use plimsoll_check::frameworks::{self, About, FRAMEWORKS};
use plimsoll_check::{CHECKS, Check};

use super::{NOTICE, page};

/// Where the pages of single checks are.
pub const FOLDER: &str = "docs/reference/checks";

pub fn list() -> String {
    page(
        "Checks",
        "What `plimsoll check` tests configuration for. `plimsoll explain ID` says what its page says.",
        &["id", "what is wrong", "severity", "told to"],
        CHECKS.iter().map(|check| {
            vec![
                format!("[`{0}`](checks/{0}.md)", check.id),
                check.title.to_owned(),
                check.severity.to_string(),
                check.persona.to_string(),
            ]
        }),
    )
}

/// The page of each check.
pub fn pages() -> impl Iterator<Item = (PathBuf, String)> {
    CHECKS.iter().map(|check| {
        let path = format!("{FOLDER}/{}.md", check.id);
        (PathBuf::from(path), one(check))
    })
}

fn one(check: &Check) -> String {
    let mut text = format!(
        "{NOTICE}# {}\n\n{}{}.\n\n",
        check.id,
        check.title.get(..1).unwrap_or_default().to_uppercase(),
        check.title.get(1..).unwrap_or_default(),
    );
    let _ = writeln!(
        text,
        "| severity | told to |\n| --- | --- |\n| {} | {} |\n",
        check.severity, check.persona
    );
    let _ = writeln!(text, "## Why\n\n{}\n\n## Mend\n\n{}", check.why, check.mend);
    for (word, example) in [("Bad", check.bad), ("Good", check.good)] {
        let _ = writeln!(text, "\n## {word}\n\n```yaml\n{}\n```", example.trim_end());
    }
    let answers: Vec<_> = frameworks::answers(check).collect();
    if !answers.is_empty() {
        text.push_str(
            "\n## Answers to\n\n| framework | control | asks that |\n| --- | --- | --- |\n",
        );
        for (framework, control) in answers {
            let _ = writeln!(
                text,
                "| [{}](../frameworks.md#{}) | `{}` | {} |",
                framework.title,
                anchor(framework.id),
                control.id,
                control.title
            );
        }
    }
    if !check.aliases.is_empty() {
        let aliases: Vec<String> = check.aliases.iter().map(|id| format!("`{id}`")).collect();
        let _ = writeln!(
            text,
            "\n## Elsewhere\n\nOther tools call it {}; exceptions and `explain` take these names too.",
            aliases.join(", ")
        );
    }
    text
}

/// What a heading is linked by.
fn anchor(heading: &str) -> String {
    heading.replace('.', "")
}

/// Every framework by control, with the checks that answer to it.
pub fn by_framework() -> String {
    let mut text = format!(
        "{NOTICE}# Frameworks\n\n`plimsoll check PATH --framework ID` reports by these controls, with a score.\n"
    );
    for framework in FRAMEWORKS {
        let _ = writeln!(
            text,
            "\n## {}\n\n{}.\n\n| control | asks that | checks |\n| --- | --- | --- |",
            framework.id, framework.title
        );
        for control in framework.controls {
            let checks: Vec<String> = CHECKS
                .iter()
                .filter(|check| framework.is_answered(control, check))
                .map(|check| format!("[`{0}`](checks/{0}.md)", check.id))
                .collect();
            let said = match (control.about, checks.is_empty()) {
                (About::Elsewhere(who), _) => format!("none: {who}"),
                (_, true) => "none".to_owned(),
                (_, false) => checks.join(", "),
            };
            let _ = writeln!(text, "| `{}` | {} | {said} |", control.id, control.title);
        }
    }
    text
}
