//! How a line of the list of fields is written.

use plimsoll_model::event::EventKind;

use super::{Argument, Value};
use crate::rules::{ArgKind, FieldInfo, FieldKind};
use crate::state::Moment;

/// A field.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub info: FieldInfo,
    /// What it is, for people.
    pub about: &'static str,
    /// Where its value comes from.
    pub from: &'static str,
    pub get: Get,
    /// Values that a kind of events decides.
    pub fixed: Option<Fixed>,
    /// What reading costs, in about nanoseconds.
    pub cost: u8,
}

/// Reads a value; what has to be put together goes into the buffer, which is empty.
pub type Read = for<'v> fn(&'v Moment<'v>, &'v Argument, &'v mut Vec<u8>) -> Value<'v>;

/// Asks each of several values until one answers yes, and says whether one did.
pub type Each =
    fn(&Moment<'_>, &Argument, &mut Vec<u8>, &mut dyn FnMut(&Value<'_>) -> bool) -> bool;

/// The value at each event of a kind; none where it depends on the event.
pub type Fixed = fn(EventKind, &Argument) -> Option<Value<'static>>;

/// How a field is read.
#[derive(Debug, Clone, Copy)]
pub enum Get {
    One(Read),
    /// A path that may have been written in another way than the kernel resolved it: a comparison
    /// holds if it holds for one of both.
    Either(Read, Read),
    /// One value for outputs and with an argument; without one, all of these are compared.
    Many(Read, Each),
    /// Always absent, and why.
    Unknowable(&'static str),
}

/// The process: from its exec, fork, or what was found at start.
pub const FROM_PROCESS: &str = "exec, fork, or the snapshot at start";
pub const FROM_EVENT: &str = "the event";
pub const FROM_FILES: &str = "the call that made the descriptor";
pub const FROM_ENGINE: &str = "the container's engine";
pub const FROM_ACCOUNTS: &str = "`passwd` and `group` of the container or host";
pub const FROM_COUNTERS: &str = "counted over events";

impl Field {
    const fn new(name: &'static str, kind: FieldKind, from: &'static str) -> Self {
        Self {
            name,
            info: FieldInfo::plain(kind),
            about: "",
            from,
            get: Get::Unknowable(""),
            fixed: None,
            cost: 4,
        }
    }

    pub const fn text(name: &'static str, from: &'static str) -> Self {
        Self::new(name, FieldKind::Text, from)
    }

    pub const fn bytes(name: &'static str, from: &'static str) -> Self {
        Self::new(name, FieldKind::Bytes, from)
    }

    pub const fn signed(name: &'static str, from: &'static str) -> Self {
        Self::new(name, FieldKind::Signed, from)
    }

    pub const fn unsigned(name: &'static str, from: &'static str) -> Self {
        Self::new(name, FieldKind::Unsigned, from)
    }

    pub const fn bool(name: &'static str, from: &'static str) -> Self {
        Self::new(name, FieldKind::Bool, from)
    }

    pub const fn time(name: &'static str, from: &'static str) -> Self {
        Self::new(name, FieldKind::Time, from)
    }

    pub const fn address(name: &'static str, from: &'static str) -> Self {
        Self::new(name, FieldKind::Address, from)
    }

    pub const fn network(name: &'static str, from: &'static str) -> Self {
        let mut field = Self::new(name, FieldKind::Network, from);
        field.info.on_right = false;
        field
    }

    pub const fn port(name: &'static str, from: &'static str) -> Self {
        Self::new(name, FieldKind::Port, from)
    }

    pub const fn dynamic(name: &'static str, from: &'static str) -> Self {
        Self::new(name, FieldKind::Dynamic, from).left_only()
    }

    #[must_use]
    pub const fn arg(mut self, arg: ArgKind) -> Self {
        self.info.arg = arg;
        self
    }

    #[must_use]
    pub const fn list(mut self) -> Self {
        self.info.is_list = true;
        self
    }

    #[must_use]
    pub const fn left_only(mut self) -> Self {
        self.info.on_right = false;
        self.info.transformable = false;
        self
    }

    #[must_use]
    pub const fn costs(mut self, nanoseconds: u8) -> Self {
        self.cost = nanoseconds;
        self
    }

    #[must_use]
    pub const fn fixed_by(mut self, fixed: Fixed) -> Self {
        self.fixed = Some(fixed);
        self
    }

    /// Ends the line: what it is, and how it is read.
    #[must_use]
    pub const fn is(mut self, about: &'static str, read: Read) -> Self {
        self.about = about;
        self.get = Get::One(read);
        self
    }

    /// Ends the line of a path: as resolved, and as written.
    #[must_use]
    pub const fn is_either(mut self, about: &'static str, read: Read, other: Read) -> Self {
        self.about = about;
        self.get = Get::Either(read, other);
        self
    }

    /// Ends the line of a field of which one of several values has to answer yes.
    #[must_use]
    pub const fn is_many(mut self, about: &'static str, read: Read, each: Each) -> Self {
        self.about = about;
        self.get = Get::Many(read, each);
        self.cost = 30;
        self
    }

    /// Ends the line of a field that is always absent.
    #[must_use]
    pub const fn never(mut self, about: &'static str, why: &'static str) -> Self {
        self.about = about;
        self.get = Get::Unknowable(why);
        self
    }
}

impl Field {
    /// Whether it has several values where it stands without an argument.
    pub const fn has_many(&self) -> bool {
        matches!(self.get, Get::Many(..))
    }
}
