//! One page of a list, object by object as it comes: what is held is one object, not the page.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::connection::BodyError;

/// Largest object, in bytes: the store of Kubernetes takes none of more than 1.5 MiB.
pub(crate) const OBJECT_BYTES_MAX: u64 = 16 << 20;
/// What is read ahead of what is understood, in bytes.
const AHEAD_BYTES: usize = 64 << 10;

/// What a page says of itself.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PageMeta {
    /// How to ask for the next; empty at the end.
    #[serde(default, rename = "continue")]
    pub next: Option<String>,
}

/// Reads a page. `each` is handed every object and may stop the reading by a reason.
pub(crate) fn page(
    reader: impl Read,
    each: &mut dyn FnMut(Value) -> Result<(), String>,
) -> Result<PageMeta, BodyError> {
    let left = Rc::new(Cell::new(OBJECT_BYTES_MAX));
    let metered = Metered {
        inner: reader,
        left: Rc::clone(&left),
    };
    let mut json =
        serde_json::Deserializer::from_reader(BufReader::with_capacity(AHEAD_BYTES, metered));
    let mut stopped = None;
    let seed = List {
        each,
        left: &left,
        stopped: &mut stopped,
    };
    let found = seed.deserialize(&mut json);
    if let Some(reason) = stopped {
        return Err(BodyError::Wrong(reason));
    }
    found.map_err(|error| {
        if left.get() == 0 {
            let limit = OBJECT_BYTES_MAX >> 20;
            return BodyError::Wrong(format!("an object is larger than {limit} MiB"));
        }
        let text = format!("the answer is no list: {error}");
        if error.is_io() || error.is_eof() {
            BodyError::Broken(text)
        } else {
            BodyError::Wrong(text)
        }
    })
}

/// A reader with a budget that is filled up for each object.
struct Metered<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let left = self.left.get().saturating_sub(count as u64);
        self.left.set(left);
        if left == 0 {
            return Err(io::Error::other("too large"));
        }
        Ok(count)
    }
}

struct List<'a> {
    each: &'a mut dyn FnMut(Value) -> Result<(), String>,
    left: &'a Cell<u64>,
    stopped: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = PageMeta;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<PageMeta, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = PageMeta;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PageMeta, A::Error> {
        let Self {
            each,
            left,
            stopped,
        } = self;
        let mut meta = None;
        let mut is_list = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "metadata" => meta = map.next_value::<Option<PageMeta>>()?,
                "items" => {
                    is_list = true;
                    map.next_value_seed(Items {
                        each: &mut *each,
                        left,
                        stopped: &mut *stopped,
                    })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            left.set(OBJECT_BYTES_MAX);
        }
        if !is_list {
            return Err(A::Error::custom("it has no `items`"));
        }
        Ok(meta.unwrap_or_default())
    }
}

struct Items<'a> {
    each: &'a mut dyn FnMut(Value) -> Result<(), String>,
    left: &'a Cell<u64>,
    stopped: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("objects")
    }

    /// Old servers write an empty list so.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(object) = list.next_element::<Value>()? {
            self.left.set(OBJECT_BYTES_MAX);
            if let Err(reason) = (self.each)(object) {
                *self.stopped = Some(reason);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}
