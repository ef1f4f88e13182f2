//! Whether a condition can hold for opens like one that was seen: as far as the kernel knows such an
//! open again it is known, everything else is not, and an answer that rests on that is open.
//!
//! The kernel knows an open again by the file and the path to it, by the name as it was given and the
//! folder that it began at, by kind, flags, mode and error, and by the name of the process's first
//! thread (`bpf/asked.h`). What rests on nothing else is in [`Rests::new`].

use plimsoll_model::event::{EventKind, Param};

use super::{Code, Ready, Scratch, Step};
use crate::engine::graph::{Ask, Check, NodeId};
use crate::engine::interest::within;
use crate::engine::source::Source;
use crate::fields::{Argument, Form};
use crate::state::Moment;

/// What the answer to a check rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rests {
    /// On what is the same for all opens that are alike.
    Known,
    /// On the name of the process.
    Command,
    /// On an argument of the call, by kind.
    Argument,
    /// On what the call returned: an error is known, of a descriptor only that it is one. The answer
    /// for any that is never left out, where that is always the same.
    Result(Option<bool>),
    Unknown,
}

/// Descriptors of this number and above can be left out.
const FD_LEAST: i128 = 3;

impl Rests {
    pub(super) fn new(check: &Check, sources: &[Source]) -> Self {
        let Some(source) = sources.get(check.source.0 as usize) else {
            return Self::Unknown;
        };
        let Ask::Spec(spec) = &check.ask else {
            return Self::Unknown;
        };
        match Self::of(source) {
            Self::Result(_) => Self::Result(within(spec, (FD_LEAST, i128::from(i32::MAX)))),
            rests => rests,
        }
    }

    fn of(source: &Source) -> Self {
        match source {
            Source::Field { field, .. } => match field.name {
                "fd.name" | "fd.nameraw" | "fd.directory" | "fd.filename" | "fd.type"
                | "fd.typechar" | "fs.path.name" | "fs.path.nameraw" | "evt.is_open_read"
                | "evt.is_open_write" | "evt.is_open_exec" | "evt.failed" | "evt.res" => {
                    Self::Known
                }
                "proc.name" => Self::Command,
                "evt.arg" | "evt.rawarg" => Self::Argument,
                "fd.num" | "evt.rawres" => Self::Result(None),
                _ => Self::Unknown,
            },
            Source::Map(_, of) => match Self::of(of) {
                // The number as a text is no number.
                Self::Result(_) => Self::Unknown,
                rests => rests,
            },
            Source::Value(_) => Self::Known,
            _ => Self::Unknown,
        }
    }

    /// Whether the answer at this open is that at all that are alike, asked of its source.
    fn is_known(self, source: &Source, moment: &Moment<'_>) -> bool {
        match self {
            Self::Known => true,
            Self::Command => moment.record.param(Param::Comm) == Some(&moment.process.comm),
            Self::Argument => argument_of(source).is_some_and(|argument| {
                let form = argument.of(moment.kind()).map(|argument| argument.form);
                matches!(
                    form,
                    None | Some(Form::Path(Param::Name, _) | Form::Octal(Param::Mode))
                )
            }),
            Self::Result(_) => moment.record.ret < 0,
            Self::Unknown => false,
        }
    }
}

fn argument_of(source: &Source) -> Option<&Argument> {
    match source {
        Source::Field { argument, .. } => Some(argument),
        Source::Map(_, of) => argument_of(of),
        _ => None,
    }
}

/// Whether an open tells all that [`Code::can_hold`] takes for known.
pub(in crate::engine) fn is_told(moment: &Moment<'_>) -> bool {
    let record = moment.record;
    let name = record.param(Param::Name);
    let begins = name.is_some_and(|name| {
        name.starts_with(b"/") || record.ret < 0 || record.param(Param::Folder).is_some()
    });
    let has_path = record.param(Param::Path).is_some();
    let opens = matches!(
        record.kind,
        EventKind::Open | EventKind::Openat | EventKind::Openat2 | EventKind::Creat
    );
    opens && begins && has_path
}

impl Code {
    /// Whether a node can hold for an open that is like this one.
    pub(in crate::engine) fn can_hold(
        &self,
        node: NodeId,
        moment: &Moment<'_>,
        scratch: &mut Scratch,
    ) -> bool {
        self.alike(node, moment, scratch) != Some(false)
    }

    /// The answer for all opens that are alike, where there is one.
    fn alike(&self, node: NodeId, moment: &Moment<'_>, scratch: &mut Scratch) -> Option<bool> {
        match self.nodes.get(node.0 as usize)? {
            Step::Never => Some(false),
            Step::Always => Some(true),
            Step::Not(inner) => self.alike(*inner, moment, scratch).map(|holds| !holds),
            Step::Check(check) => self.check_alike(node, *check, moment, scratch),
            Step::All(parts) => self.together(parts, false, moment, scratch),
            Step::Any(parts) => self.together(parts, true, moment, scratch),
        }
    }

    fn together(
        &self,
        parts: &[NodeId],
        decisive: bool,
        moment: &Moment<'_>,
        scratch: &mut Scratch,
    ) -> Option<bool> {
        let mut all = true;
        for part in parts {
            match self.alike(*part, moment, scratch) {
                Some(answer) if answer == decisive => return Some(decisive),
                Some(_) => {}
                None => all = false,
            }
        }
        all.then_some(!decisive)
    }

    fn check_alike(
        &self,
        node: NodeId,
        check: u32,
        moment: &Moment<'_>,
        scratch: &mut Scratch,
    ) -> Option<bool> {
        let Ready { source, rests, .. } = self.checks.get(check as usize)?;
        let source = self.sources.get(source.0 as usize)?;
        if rests.is_known(source, moment) {
            return Some(self.holds(node, moment, scratch));
        }
        match rests {
            Rests::Result(for_all) => *for_all,
            _ => None,
        }
    }
}
