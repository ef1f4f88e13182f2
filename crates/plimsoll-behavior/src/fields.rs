//! Fields: what conditions and outputs may ask of an event.
//!
//! One written-out list per class, a line each: name, type, argument, what it is, where it comes from,
//! and how it is read. Names, types and meaning are those of Falco (falco.org, "Supported fields for
//! conditions and outputs"); what a kernel sensor cannot know is in the list with the reason. Fields of
//! our own begin with `plimsoll.`. Nothing here compares values; the engine does.

mod arguments;
mod build;
mod container;
mod credentials;
mod event;
mod event_args;
mod event_flags;
mod event_time;
mod file;
mod file_paths;
mod flags;
mod kubernetes;
mod lineage;
mod own;
mod process;
mod process_exe;
mod session;
mod socket;
mod text;
mod thread;
mod unknown;
mod value;

use std::sync::LazyLock;

use foldhash::HashMap;
use plimsoll_model::event::{EventKind, KINDS};

pub use arguments::{Argument, EventArg, Form};
pub use build::{Each, FROM_COUNTERS, Field, Fixed, Get, Read};
pub use event_flags::event_name;
pub use value::{Value, push_number};

use crate::rules::{ArgKind, FieldCatalog, FieldInfo};
use crate::state::Moment;

/// A group of fields.
#[derive(Debug)]
pub struct Class {
    pub name: &'static str,
    /// What its fields tell of.
    pub about: &'static str,
    pub lists: &'static [&'static [Field]],
}

/// All fields.
pub const CLASSES: &[Class] = &[
    Class {
        name: "evt",
        about: "the event itself",
        lists: &[
            event::FIELDS,
            event_flags::FIELDS,
            event_args::FIELDS,
            event_time::FIELDS,
        ],
    },
    Class {
        name: "proc",
        about: "the process that did it, its ancestors, session and process group",
        lists: &[
            process::FIELDS,
            process_exe::FIELDS,
            lineage::FIELDS,
            session::FIELDS,
        ],
    },
    Class {
        name: "thread",
        about: "the thread that did it",
        lists: &[thread::FIELDS],
    },
    Class {
        name: "user",
        about: "the user of the process, and the one who logged in",
        lists: &[credentials::USER],
    },
    Class {
        name: "group",
        about: "the group of the process",
        lists: &[credentials::GROUP],
    },
    Class {
        name: "fd",
        about: "the file or socket that the event is about",
        lists: &[file::FIELDS, socket::FIELDS],
    },
    Class {
        name: "fs.path",
        about: "paths that a successful call was given",
        lists: &[file_paths::FIELDS],
    },
    Class {
        name: "container",
        about: "the container in which it happened",
        lists: &[container::FIELDS, container::MOUNTS],
    },
    Class {
        name: "k8s",
        about: "the pod in which it happened",
        lists: &[kubernetes::FIELDS],
    },
    Class {
        name: "plimsoll",
        about: "what Falco has no fields for",
        lists: own::LISTS,
    },
    Class {
        name: "unknown",
        about: "fields of Falco that are always absent here",
        lists: &[unknown::FIELDS],
    },
];

/// Each field once, in the order of the classes.
pub fn all() -> impl Iterator<Item = &'static Field> {
    CLASSES
        .iter()
        .flat_map(|class| class.lists)
        .copied()
        .flatten()
}

/// Why there is no such field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    #[error("there is no field `{0}`")]
    Unknown(Box<str>),
    #[error("the field `{0}` needs an argument in square brackets")]
    NoArgument(&'static str),
    #[error("the field `{0}` takes no argument `{1}`")]
    Argument(&'static str, Box<str>),
}

static BY_NAME: LazyLock<HashMap<&'static str, &'static Field>> =
    LazyLock::new(|| all().map(|field| (field.name, field)).collect());

/// Fields whose argument may follow a dot.
const DOTTED: &[&str] = &["evt.arg", "evt.rawarg", "evt.type.is", "thread.cgroup"];

/// A field without its argument.
pub fn by_name(name: &str) -> Option<&'static Field> {
    if let Some(field) = BY_NAME.get(name) {
        return Some(field);
    }
    dotted(name).map(|(field, _)| field)
}

fn dotted(name: &str) -> Option<(&'static Field, &str)> {
    DOTTED.iter().find_map(|with| {
        let argument = name.strip_prefix(with)?.strip_prefix('.')?;
        Some((*BY_NAME.get(with)?, argument))
    })
}

/// A field by its name, with what stands in its brackets made ready.
pub fn find(name: &str, argument: Option<&str>) -> Result<(&'static Field, Argument), FieldError> {
    let (field, argument) = match (BY_NAME.get(name), argument) {
        (Some(field), argument) => (*field, argument),
        (None, None) => {
            let (field, rest) = dotted(name).ok_or_else(|| FieldError::Unknown(name.into()))?;
            (field, Some(rest))
        }
        (None, Some(_)) => return Err(FieldError::Unknown(name.into())),
    };
    Ok((field, arguments::read(field, argument)?))
}

impl Field {
    /// Whether there are several values at once.
    pub const fn is_list(&self, argument: &Argument) -> bool {
        self.info.is_list && matches!(argument, Argument::None)
    }

    /// How each of several values is asked, where one is enough.
    pub fn each(&self, argument: &Argument) -> Option<Each> {
        match (self.get, argument) {
            (Get::Many(_, each), Argument::None) => Some(each),
            _ => None,
        }
    }

    /// Its other value, where it has two: the same path as it was written.
    pub const fn other(&self) -> Option<Read> {
        match self.get {
            Get::Either(_, other) => Some(other),
            _ => None,
        }
    }

    /// Its value at an event. What has to be put together is put into `out`, which is empty.
    pub fn read<'v>(
        &self,
        moment: &'v Moment<'v>,
        argument: &'v Argument,
        out: &'v mut Vec<u8>,
    ) -> Value<'v> {
        match self.get {
            Get::One(read) | Get::Either(read, _) | Get::Many(read, _) => {
                read(moment, argument, out)
            }
            Get::Unknowable(_) => Value::Absent,
        }
    }

    /// Its value at each event of a kind, where that is always the same one.
    pub fn fixed(&self, kind: EventKind, argument: &Argument) -> Option<Value<'static>> {
        match (self.get, self.fixed) {
            (Get::Unknowable(_), _) => Some(Value::Absent),
            (_, Some(fixed)) => fixed(kind, argument),
            _ => None,
        }
    }

    /// What reading it costs, in about nanoseconds.
    pub const fn cost(&self) -> f32 {
        self.cost as f32
    }

    /// Why it is always absent, if it is.
    pub const fn unknowable(&self) -> Option<&'static str> {
        match self.get {
            Get::Unknowable(why) => Some(why),
            _ => None,
        }
    }
}

/// What the loader of rules is told of fields.
#[derive(Debug, Clone, Copy, Default)]
pub struct Catalog;

impl FieldCatalog for Catalog {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        let info = by_name(name)?.info;
        if BY_NAME.contains_key(name) {
            return Some(info);
        }
        // The argument is in the name already.
        Some(info.with_arg(ArgKind::None))
    }

    fn is_event_type(&self, name: &str) -> bool {
        KINDS.iter().any(|kind| event_name(*kind) == name)
            || event_flags::OTHER_TYPES.contains(&name)
    }
}

#[cfg(test)]
mod tests;
