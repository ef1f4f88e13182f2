//! Folder equals list: every plugin's file is in the written-out list beside the folder.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use super::Problems;
use crate::workspace;

/// A folder of plugins, the file with its list, and the ids in the list.
struct List {
    folder: &'static str,
    /// How its files' names end.
    ending: &'static str,
    ids: Vec<&'static str>,
}

fn lists() -> Vec<List> {
    vec![
        List {
            folder: "crates/plimsoll-check/src/checks",
            ending: "rs",
            ids: plimsoll_check::CHECKS
                .iter()
                .map(|check| check.id)
                .collect(),
        },
        List {
            folder: "crates/plimsoll-scan/src/catalogers",
            ending: "rs",
            ids: plimsoll_scan::catalogers::CATALOGERS
                .iter()
                .map(|c| c.id())
                .collect(),
        },
        List {
            folder: "crates/plimsoll-vuln/src/sources",
            ending: "rs",
            ids: plimsoll_vuln::SOURCES
                .iter()
                .map(|source| source.id())
                .collect(),
        },
        List {
            folder: "crates/plimsoll-vuln/src/schemes",
            ending: "rs",
            // `pub` is a word of the language.
            ids: plimsoll_vuln::SCHEMES
                .iter()
                .map(|scheme| {
                    if scheme.id() == "pub" {
                        "pub-dev"
                    } else {
                        scheme.id()
                    }
                })
                .collect(),
        },
        List {
            folder: "crates/plimsoll-report/src/outputs",
            ending: "rs",
            ids: plimsoll_report::outputs::OUTPUTS
                .iter()
                .map(|output| output.id())
                .collect(),
        },
        List {
            folder: "crates/plimsoll-behavior/src/own/rules",
            ending: "yaml",
            ids: plimsoll_behavior::own::OWN
                .iter()
                .map(|file| file.id)
                .collect(),
        },
    ]
}

pub fn check(problems: &mut Problems) -> Result<()> {
    let files = workspace::files()?;
    for list in lists() {
        let folder = Path::new(list.folder);
        let in_folder: BTreeSet<String> = files
            .iter()
            .filter(|path| path.parent() == Some(folder))
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == list.ending)
            })
            .filter_map(|path| path.file_stem())
            .map(|stem| stem.to_string_lossy().replace('-', "_"))
            .filter(|stem| stem != "tests")
            .collect();
        let in_list: BTreeSet<String> = list.ids.iter().map(|id| id.replace('-', "_")).collect();
        for missing in in_folder.difference(&in_list) {
            problems.push(format!(
                "{}/{missing}.{} is not in the list",
                list.folder, list.ending
            ));
        }
        for missing in in_list.difference(&in_folder) {
            problems.push(format!(
                "{}: `{missing}` is in the list and has no file",
                list.folder
            ));
        }
        if !list.ids.is_sorted() {
            problems.push(format!("{}: the list is not sorted by id", list.folder));
        }
    }
    Ok(())
}
