//! What the loader has to know of fields to tell a wrong condition from a right one.
//!
//! The fields themselves live with the engine, which implements [`FieldCatalog`].

/// What fields there are.
pub trait FieldCatalog {
    /// A field by its name, without argument; none when nobody knows it.
    fn field(&self, name: &str) -> Option<FieldInfo>;

    /// Kinds of events by the names that `evt.type` takes.
    fn is_event_type(&self, name: &str) -> bool;
}

/// A field, as far as a rule is held against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldInfo {
    pub kind: FieldKind,
    /// A list, which only `in`, `intersects` and `exists` compare. A field that is one of several
    /// values, as `proc.aname` without argument, is none.
    pub is_list: bool,
    pub arg: ArgKind,
    /// May stand on the right side, in `val()`.
    pub on_right: bool,
    /// A transformer may be put around it.
    pub transformable: bool,
}

/// What a field's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldKind {
    /// Text, paths and names included.
    Text,
    /// Raw bytes, as `evt.buffer`.
    Bytes,
    /// A whole number with sign.
    Signed,
    /// A whole number without sign.
    Unsigned,
    Bool,
    /// An IPv4 or IPv6 address.
    Address,
    /// A network, compared with addresses and networks.
    Network,
    /// A port: by number.
    Port,
    /// A point in time or a duration, in nanoseconds.
    Time,
    /// Its type depends on the event, as `evt.rawarg`: nothing is checked.
    Dynamic,
}

/// What may stand in a field's square brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArgKind {
    /// No brackets.
    None,
    /// A number or nothing, as `proc.aname[2]`.
    Index,
    /// A number, and never without.
    IndexRequired,
    /// A name or nothing.
    Key,
    /// A name, and never without, as `proc.env[PATH]`.
    KeyRequired,
    /// A number or a name or nothing.
    Any,
    /// A number or a name, and never without, as `evt.arg[0]`.
    AnyRequired,
}

impl FieldInfo {
    /// A field of one value that takes no argument.
    pub const fn plain(kind: FieldKind) -> Self {
        Self {
            kind,
            is_list: false,
            arg: ArgKind::None,
            on_right: true,
            transformable: true,
        }
    }

    /// The same with an argument.
    #[must_use]
    pub const fn with_arg(mut self, arg: ArgKind) -> Self {
        self.arg = arg;
        self
    }

    /// The same with several values at once.
    #[must_use]
    pub const fn list(mut self) -> Self {
        self.is_list = true;
        self
    }

    /// The same, but neither on the right side nor in a transformer.
    #[must_use]
    pub const fn left_only(mut self) -> Self {
        self.on_right = false;
        self.transformable = false;
        self
    }
}

/// A catalog written out: for tests, and for those who only want a file's form checked.
#[derive(Debug, Clone, Copy)]
pub struct FieldTable<'t> {
    pub fields: &'t [(&'t str, FieldInfo)],
    /// Any name is one where there is none here.
    pub event_types: &'t [&'t str],
}

impl FieldCatalog for FieldTable<'_> {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        let mut fields = self.fields.iter();
        fields
            .find(|(known, _)| *known == name)
            .map(|(_, info)| *info)
    }

    fn is_event_type(&self, name: &str) -> bool {
        self.event_types.is_empty() || self.event_types.contains(&name)
    }
}
