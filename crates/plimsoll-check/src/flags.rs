//! The flags of the programs that make a cluster, where pods run them.

use crate::command::{self, Run, Word};
use plimsoll_object::object::Container;
use plimsoll_object::yaml::{Node, Place};

/// A container that runs one of the cluster's own programs.
pub struct Component<'a> {
    pub container: Container<'a>,
    run: Run<'a>,
}

impl<'a> Component<'a> {
    /// The container, if it runs a program of this name.
    pub fn of(container: &Container<'a>, program: &str) -> Option<Self> {
        // Most containers are none: scripts are taken apart only where the name stands in them.
        let mut words = ["command", "args"].iter().flat_map(|list| {
            let items = container.field(&[list]);
            items.map_or(&[][..], Node::items).iter()
        });
        words.find(|word| word.as_str().is_some_and(|text| text.contains(program)))?;
        let run = command::runs(container)
            .into_iter()
            .find(|run| run.program() == program)?;
        Some(Self {
            container: *container,
            run,
        })
    }

    /// The value of a flag and where it stands: `--name=value`, `--name value`, and `true` for
    /// `--name` alone. The last one counts.
    pub fn flag(&self, name: &str) -> Option<(Place, &'a str)> {
        let words = self.run.arguments();
        let is_flag = |word: &Word<'_>| word.text.starts_with("--");
        words.iter().enumerate().rev().find_map(|(index, word)| {
            let rest = word.text.strip_prefix("--")?.strip_prefix(name)?;
            let next = words.get(index + 1).filter(|next| !is_flag(next));
            match rest.strip_prefix('=') {
                Some(value) => Some((word.node.at, value)),
                None if rest.is_empty() => Some((word.node.at, next.map_or("true", |n| n.text))),
                None => None,
            }
        })
    }

    /// Whether a flag of lists holds a word.
    pub fn lists(&self, name: &str, wanted: &str) -> Option<Place> {
        let (at, value) = self.flag(name)?;
        let mut words = value.split(',').map(str::trim);
        words.any(|word| word == wanted).then_some(at)
    }

    /// Where the command begins, for what is missing in it.
    pub fn at(&self) -> Place {
        self.run
            .node()
            .map_or(self.container.node.at, |node| node.at)
    }
}
