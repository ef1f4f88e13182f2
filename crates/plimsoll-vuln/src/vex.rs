//! VEX taken in: who says that a vulnerability does not matter to a product, and why.
//!
//! Reads OpenVEX 0.0.1 to 0.2.0, CSAF 2.0 (profile `csaf_vex`, and advisories with product
//! status), and the `vulnerabilities` of CycloneDX 1.4 to 1.6, all as JSON, into one form, and
//! excepts findings by it. Deletes no finding, verifies no signature, fetches nothing, and does not
//! guess products by CPE: what cannot be tied to a package URL or a digest is named in
//! [`VexDocument::skipped`].

mod apply;
mod csaf;
mod cyclonedx;
mod openvex;
mod product;

pub use apply::{VexOutcome, apply_vex};
pub use product::VexProduct;

use std::fmt;

use plimsoll_model::Timestamp;
use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};

/// Largest document that is read, in bytes.
pub const VEX_BYTES_MAX: usize = 32 << 20;
/// Most statements that one document may come to.
pub const VEX_STATEMENTS_MAX: usize = 200_000;
/// Most remarks about what was skipped that are kept; the last then says how many there were.
pub const VEX_SKIPPED_MAX: usize = 1000;

/// What a statement says about a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatementStatus {
    NotAffected,
    Affected,
    Fixed,
    UnderInvestigation,
}

impl StatementStatus {
    /// OpenVEX's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAffected => "not_affected",
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::UnderInvestigation => "under_investigation",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [
            Self::NotAffected,
            Self::Affected,
            Self::Fixed,
            Self::UnderInvestigation,
        ]
        .into_iter()
        .find(|status| status.as_str() == word)
    }
}

/// One status of one vulnerability in some products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VexStatement {
    /// The vulnerability's id and its aliases.
    pub vulnerabilities: Vec<String>,
    pub products: Vec<VexProduct>,
    pub status: StatementStatus,
    /// The format's label: `vulnerable_code_not_present`.
    pub justification: Option<String>,
    /// Why, in the author's words.
    pub impact: Option<String>,
    /// The document's own id.
    pub document: String,
    pub author: Option<String>,
    /// When it was last said; the document's time where the statement has none.
    pub timestamp: Option<Timestamp>,
    /// Where it stands: `vex.json: statement 3`.
    pub place: String,
}

/// What a document says, and what of it could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VexDocument {
    pub statements: Vec<VexStatement>,
    /// Each with its place and the reason: `vex.json: statement 2: it has no products`.
    pub skipped: Vec<String>,
}

/// A document that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read VEX document {name}: {reason}")]
pub struct VexError {
    pub name: String,
    pub reason: String,
}

/// Reads a document of any of the formats. The name is the file's, for places and errors.
pub fn read_vex(name: &str, bytes: &[u8]) -> Result<VexDocument, VexError> {
    let name = plimsoll_model::text::clean(name).into_owned();
    let refuse = |reason: String| VexError {
        name: name.clone(),
        reason,
    };
    if bytes.len() > VEX_BYTES_MAX {
        let reason = format!("it has more than {} MiB", VEX_BYTES_MAX >> 20);
        return Err(refuse(reason));
    }
    let wrong = |error: serde_json::Error| refuse(error.to_string());
    let form: Form = serde_json::from_slice(bytes).map_err(wrong)?;
    let mut out = Collector::new(&name);
    if form.context.starts_with("https://openvex.dev/ns") {
        serde_json::from_slice::<openvex::Document>(bytes)
            .map_err(wrong)?
            .collect(&mut out);
    } else if form.is_csaf {
        serde_json::from_slice::<csaf::Document>(bytes)
            .map_err(wrong)?
            .collect(&mut out);
    } else if form.bom_format == "CycloneDX" {
        serde_json::from_slice::<cyclonedx::Document>(bytes)
            .map_err(wrong)?
            .collect(&mut out);
    } else {
        let reason = "it is neither OpenVEX nor CSAF nor CycloneDX";
        return Err(refuse(reason.to_owned()));
    }
    Ok(out.finish())
}

/// The keys by which the formats are told apart.
#[derive(Default)]
struct Form {
    context: String,
    is_csaf: bool,
    bom_format: String,
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Form;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Form, A::Error> {
                let mut form = Form::default();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "@context" => form.context = map.next_value::<Text>()?.0,
                        "bomFormat" => form.bom_format = map.next_value::<Text>()?.0,
                        "document" => {
                            form.is_csaf = true;
                            map.next_value::<IgnoredAny>()?;
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(form)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// A text; anything else (`@context` may be a list) is as good as none.
#[derive(Default)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Text;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_bool<E: de::Error>(self, _: bool) -> Result<Text, E> {
                Ok(Text::default())
            }

            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Text, E> {
                Ok(Text::default())
            }

            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Text, E> {
                Ok(Text::default())
            }

            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Text, E> {
                Ok(Text::default())
            }

            fn visit_unit<E: de::Error>(self) -> Result<Text, E> {
                Ok(Text::default())
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Text, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Gathers what the readers of the formats find, within the limits.
struct Collector<'n> {
    name: &'n str,
    document: VexDocument,
    skipped_count: usize,
}

impl<'n> Collector<'n> {
    fn new(name: &'n str) -> Self {
        Self {
            name,
            document: VexDocument::default(),
            skipped_count: 0,
        }
    }

    fn place(&self, part: &str) -> String {
        format!("{}: {part}", self.name)
    }

    /// Takes a statement, unless it says too little to be used.
    fn statement(&mut self, part: &str, mut statement: VexStatement) {
        statement.place = self.place(part);
        statement.vulnerabilities.retain(|id| !id.trim().is_empty());
        let needs_reason = statement.status == StatementStatus::NotAffected;
        let has_reason = statement.justification.is_some() || statement.impact.is_some();
        if statement.vulnerabilities.is_empty() {
            self.skip(part, "it names no vulnerability");
        } else if statement.products.is_empty() {
            self.skip(part, "it has no product with a package URL or digest");
        } else if needs_reason && !has_reason {
            self.skip(part, "it says `not_affected` without a reason");
        } else if self.document.statements.len() >= VEX_STATEMENTS_MAX {
            self.skip(part, "the document has too many statements");
        } else {
            self.document.statements.push(statement);
        }
    }

    fn skip(&mut self, part: &str, reason: &str) {
        self.skipped_count += 1;
        if self.document.skipped.len() < VEX_SKIPPED_MAX {
            let remark = format!("{}: {reason}", self.place(part));
            self.document
                .skipped
                .push(plimsoll_model::text::clean(&remark).into_owned());
        }
    }

    /// A time as the formats write it; what is none is remarked upon.
    fn time(&mut self, part: &str, text: Option<&str>) -> Option<Timestamp> {
        let text = text?;
        let time = text.trim().parse().ok();
        if time.is_none() {
            self.skip(part, "its time is not RFC 3339; it counts as the oldest");
        }
        time
    }

    fn finish(mut self) -> VexDocument {
        let more = self.skipped_count - self.document.skipped.len();
        if more > 0 {
            let remark = format!("{}: {more} more remarks", self.name);
            self.document.skipped.push(remark);
        }
        self.document
    }
}

/// Text for people, without control characters and blanks around it; nothing if empty.
fn prose(text: Option<&str>) -> Option<String> {
    const SHOWN_CHARS_MAX: usize = 2000;
    let text = text?.trim();
    let cleaned: String = plimsoll_model::text::clean(&text.replace(['\n', '\r', '\t'], " "))
        .chars()
        .take(SHOWN_CHARS_MAX)
        .collect();
    Some(cleaned).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
