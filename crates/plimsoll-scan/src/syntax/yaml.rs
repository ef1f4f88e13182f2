//! A pull reader for YAML over `saphyr-parser`'s events.
//!
//! Aliases are not followed: no lockfile needs them, and following them is how a few lines become
//! gigabytes. Keys that are no plain text are stepped over with their values.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScanError, Span, StrInput};

use super::{DEPTH_MAX, error_at};
use crate::CatalogError;

/// Reads a stream of documents from start to end.
pub struct YamlReader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    depth: u32,
}

impl<'a> YamlReader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            depth: 0,
        }
    }

    /// Whether another document follows; its root value is to be read then.
    pub fn next_document(&mut self) -> Result<bool, CatalogError> {
        loop {
            match self.next()? {
                (Event::DocumentStart(_), _) => return Ok(true),
                (Event::StreamEnd, _) => return Ok(false),
                (Event::StreamStart | Event::DocumentEnd | Event::Nothing, _) => {}
                (_, line) => return Err(error_at("yaml", "expected a document", line)),
            }
        }
    }

    /// Reads a mapping: `each` gets every key with its line and must read exactly one value.
    /// Anything but a mapping is stepped over, and the answer is `false`.
    pub fn mapping(
        &mut self,
        mut each: impl FnMut(&mut Self, &str, u32) -> Result<(), CatalogError>,
    ) -> Result<bool, CatalogError> {
        if !matches!(self.peek()?, Event::MappingStart(..)) {
            self.skip()?;
            return Ok(false);
        }
        self.enter()?;
        loop {
            match self.peek()? {
                Event::MappingEnd => break,
                Event::Scalar(..) => {
                    if let (Event::Scalar(key, ..), line) = self.next()? {
                        each(self, &key, line)?;
                    }
                }
                _ => {
                    self.skip()?;
                    self.skip()?;
                }
            }
        }
        self.leave()?;
        Ok(true)
    }

    /// Reads a mapping as [`Self::mapping`] does; nothing (`~`) is one without members, and
    /// anything else is an error.
    pub fn expect_mapping(
        &mut self,
        each: impl FnMut(&mut Self, &str, u32) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        let is_nothing =
            matches!(self.peek()?, Event::Scalar(text, ..) if matches!(&**text, "" | "~" | "null"));
        if self.mapping(each)? || is_nothing {
            return Ok(());
        }
        Err(CatalogError::new("yaml: expected a mapping"))
    }

    /// Reads a scalar as it is written (`1.10` stays `1.10`); anything else is stepped over and
    /// gives `None`.
    pub fn string(&mut self) -> Result<Option<Cow<'a, str>>, CatalogError> {
        if matches!(self.peek()?, Event::Scalar(..))
            && let (Event::Scalar(text, ..), _) = self.next()?
        {
            return Ok(Some(text));
        }
        self.skip()?;
        Ok(None)
    }

    /// Steps over one value, however large.
    pub fn skip(&mut self) -> Result<(), CatalogError> {
        let floor = self.depth;
        loop {
            let inside = self.depth > floor;
            match self.peek()? {
                Event::MappingStart(..) | Event::SequenceStart(..) => self.enter()?,
                Event::MappingEnd | Event::SequenceEnd if inside => self.leave()?,
                Event::Scalar(..) | Event::Alias(_) => {
                    self.next()?;
                }
                _ => {
                    let (_, line) = self.next()?;
                    return Err(error_at("yaml", "expected a value", line));
                }
            }
            if self.depth == floor {
                return Ok(());
            }
        }
    }

    fn enter(&mut self) -> Result<(), CatalogError> {
        let (_, line) = self.next()?;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let what = format!("nested deeper than {DEPTH_MAX}");
            return Err(error_at("yaml", &what, line));
        }
        Ok(())
    }

    fn leave(&mut self) -> Result<(), CatalogError> {
        self.next()?;
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn peek(&mut self) -> Result<&Event<'a>, CatalogError> {
        match self.parser.peek() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(wrong(&error)),
            None => Err(CatalogError::new("yaml: ends early")),
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, u32), CatalogError> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, line(&span))),
            Some(Err(error)) => Err(wrong(&error)),
            None => Err(CatalogError::new("yaml: ends early")),
        }
    }
}

fn line(span: &Span) -> u32 {
    u32::try_from(span.start.line()).unwrap_or(u32::MAX)
}

fn wrong(error: &ScanError) -> CatalogError {
    let line = u32::try_from(error.marker().line()).unwrap_or(u32::MAX);
    error_at("yaml", error.info(), line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(text: &str) -> Result<Vec<String>, String> {
        let mut reader = YamlReader::new(text);
        let mut seen = Vec::new();
        let mut read = || {
            while reader.next_document()? {
                reader.mapping(|reader, key, line| {
                    let value = reader.string()?;
                    seen.push(format!("{line}: {key} = {value:?}"));
                    Ok(())
                })?;
            }
            Ok(())
        };
        read().map_err(|error: CatalogError| error.reason)?;
        Ok(seen)
    }

    #[test]
    fn scalars_as_written_and_the_rest_stepped_over() {
        let text = "a: 1.10\n'b': {x: [1, 2]}\n? [k]\n: v\nc: \"d\"\n---\ne: ~\n";
        assert_eq!(
            walk(text),
            Ok([
                "1: a = Some(\"1.10\")",
                "2: b = None",
                "5: c = Some(\"d\")",
                "7: e = Some(\"~\")"
            ]
            .map(str::to_owned)
            .to_vec())
        );
    }

    #[test]
    fn aliases_are_not_followed() {
        let mut lines = vec!["a0: &a0 [x, x]".to_owned()];
        for level in 1..64 {
            lines.push(format!(
                "a{level}: &a{level} [*a{0}, *a{0}, *a{0}]",
                level - 1
            ));
        }
        let text = lines.join("\n");
        assert_eq!(walk(&text).map(|seen| seen.len()), Ok(64));
    }

    #[test]
    fn depth_is_capped() {
        for (open, count) in [("[", 1 << 20), ("- ", 1 << 20), ("{a: ", 1 << 18)] {
            let text = format!("a:\n  {}", open.repeat(count));
            assert!(walk(&text).is_err(), "{open}");
        }
    }

    #[test]
    fn what_is_cut_off_is_an_error_or_what_was_read() {
        let text = "a: {b: c}\nd: \"e\nf";
        for end in 0..text.len() {
            let _ = walk(text.get(..end).unwrap_or_default());
        }
        assert!(walk("a: \"e").is_err());
        assert!(walk("a: {b").is_err());
    }
}
