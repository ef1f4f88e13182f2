//! What stands in a field's square brackets, made ready.

use std::sync::Arc;

use plimsoll_model::event::{EventKind, KINDS};

use super::event_args::args_of;
use super::flags::Flags;
use super::{Field, FieldError};
use crate::rules::ArgKind;
use plimsoll_model::event::Param;

/// An argument.
#[derive(Debug, Clone)]
pub enum Argument {
    None,
    Index(u32),
    Key(Box<str>),
    /// Of `evt.arg` and `evt.rawarg`: which argument it is, by number of the kind.
    Event(Arc<[Option<&'static EventArg>]>),
    Kind(Option<EventKind>),
}

/// An argument of an event, as Falco calls and shows it.
#[derive(Debug)]
pub struct EventArg {
    pub name: &'static str,
    pub form: Form,
}

/// Where an argument is taken from, and how it is shown.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// What the call returned: `SUCCESS`'s number, or the error's name.
    Result,
    /// The descriptor that the call returned.
    ResultFd,
    Fd(Param),
    /// Folder descriptor: `AT_FDCWD` by name.
    Folder(Param),
    /// A path relative to the current folder or to a folder's descriptor.
    Path(Param, Option<Param>),
    Text(Param),
    Data,
    Decimal(Param),
    Signed(Param),
    Octal(Param),
    Hex(Param),
    Flags(Param, &'static Flags),
    /// One of several names.
    Name(Param, &'static Flags),
    /// Permission bits by name.
    Mode(Param),
    User(Param),
    Group(Param),
    /// Both ends of a connection.
    Tuple,
    /// The address that was given.
    Given,
    /// Something of the process after the call.
    Process(ProcessPart),
    /// Status with which a process ended.
    Status,
}

/// Parts of a process that exec, clone and fork tell as arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessPart {
    Exe,
    Args,
    Tid,
    Pid,
    ParentPid,
    Cwd,
    Comm,
    Env,
    Tty,
    Vpgid,
    Pgid,
    LoginUid,
    ExeFlags,
    CapInheritable,
    CapPermitted,
    CapEffective,
    ExeInode,
    ExeCtime,
    ExeMtime,
    Uid,
    Gid,
    TrustedExePath,
    Vtid,
    Vpid,
}

/// Reads the argument of a field.
pub fn read(field: &'static Field, argument: Option<&str>) -> Result<Argument, FieldError> {
    let refused = |text: &str| FieldError::Argument(field.name, text.into());
    let Some(text) = argument else {
        let needed = matches!(
            field.info.arg,
            ArgKind::IndexRequired | ArgKind::KeyRequired | ArgKind::AnyRequired
        );
        return if needed {
            Err(FieldError::NoArgument(field.name))
        } else {
            Ok(Argument::None)
        };
    };
    match field.name {
        "evt.arg" | "evt.rawarg" => return event_arg(text).ok_or_else(|| refused(text)),
        "evt.type.is" => return Ok(Argument::Kind(EventKind::from_name(text))),
        _ => {}
    }
    let index = || text.parse().ok().map(Argument::Index);
    match field.info.arg {
        ArgKind::None => Err(refused(text)),
        ArgKind::Index | ArgKind::IndexRequired => index().ok_or_else(|| refused(text)),
        ArgKind::Key | ArgKind::KeyRequired => Ok(Argument::Key(text.into())),
        ArgKind::Any | ArgKind::AnyRequired => {
            Ok(index().unwrap_or_else(|| Argument::Key(text.into())))
        }
    }
}

/// An argument of events by number or name; none when no event has one of that name.
fn event_arg(text: &str) -> Option<Argument> {
    let index: Option<usize> = text.parse().ok();
    let most = KINDS.last().map_or(0, |kind| usize::from(kind.number()));
    let mut table = vec![None; most + 1];
    for kind in KINDS {
        let args = args_of(*kind);
        let found = match index {
            Some(index) => args.get(index),
            None => args.iter().find(|arg| arg.name == text),
        };
        if let Some(slot) = table.get_mut(usize::from(kind.number())) {
            *slot = found;
        }
    }
    let known = table.iter().any(Option::is_some) || super::event_args::OTHER_ARGS.contains(&text);
    known.then(|| Argument::Event(table.into()))
}

impl Argument {
    /// The argument that an event of a kind has.
    pub fn of(&self, kind: EventKind) -> Option<&'static EventArg> {
        match self {
            Self::Event(table) => table.get(usize::from(kind.number())).copied().flatten(),
            _ => None,
        }
    }

    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            _ => None,
        }
    }

    pub const fn index(&self) -> Option<u32> {
        match self {
            Self::Index(index) => Some(*index),
            _ => None,
        }
    }
}
