//! The events of an OSV range as ranges of versions.
//!
//! Follows the schema's evaluation: events count in the order of their versions. Where a version
//! cannot be ordered, the order in the record stands, in which nearly all feeds write pairs.

use std::cmp::Ordering;

use super::osv_schema::OsvEvent;
use crate::{Range, VersionScheme};

/// The kinds of an event: `limit` bounds like a fix.
enum Edge<'a> {
    Introduced(&'a str),
    Fixed(&'a str),
    LastAffected(&'a str),
}

impl Edge<'_> {
    const fn version(&self) -> &str {
        match self {
            Self::Introduced(version) | Self::Fixed(version) | Self::LastAffected(version) => {
                version
            }
        }
    }
}

/// The ranges that a list of events means; `Err` says which event means nothing.
pub(super) fn ranges(
    events: &[OsvEvent],
    scheme: Option<&dyn VersionScheme>,
) -> Result<Vec<Range>, String> {
    let mut edges = Vec::with_capacity(events.len());
    for event in events {
        edges.push(edge(event)?);
    }
    if let Some(scheme) = scheme {
        sort(&mut edges, scheme);
    }
    Ok(walk(&edges))
}

fn edge(event: &OsvEvent) -> Result<Edge<'_>, String> {
    let edge = if let Some(version) = &event.introduced {
        Edge::Introduced(version)
    } else if let Some(version) = event.fixed.as_ref().or(event.limit.as_ref()) {
        Edge::Fixed(version)
    } else if let Some(version) = &event.last_affected {
        Edge::LastAffected(version)
    } else {
        return Err("an event that is neither introduced, fixed nor last_affected".to_owned());
    };
    if crate::feed::is_name(edge.version()) {
        Ok(edge)
    } else {
        Err("an event without a proper version".to_owned())
    }
}

/// Sorts by version; leaves the order alone when a version cannot be ordered.
fn sort(edges: &mut [Edge<'_>], scheme: &dyn VersionScheme) {
    let sortable = edges.iter().all(|edge| {
        edge.version() == "0" || scheme.compare(edge.version(), edge.version()).is_ok()
    });
    if sortable {
        edges.sort_by(|a, b| match (a.version(), b.version()) {
            ("0", "0") => Ordering::Equal,
            ("0", _) => Ordering::Less,
            (_, "0") => Ordering::Greater,
            (a, b) => scheme.compare(a, b).unwrap_or(Ordering::Equal),
        });
    }
}

fn walk(edges: &[Edge<'_>]) -> Vec<Range> {
    let mut ranges = Vec::new();
    // A first event that closes means: from the first version on.
    let mut open = match edges.first() {
        Some(Edge::Fixed(_) | Edge::LastAffected(_)) => Some(None),
        _ => None,
    };
    for edge in edges {
        match edge {
            Edge::Introduced(version) => {
                if open.is_none() {
                    open = Some((*version != "0").then(|| (*version).to_owned()));
                }
            }
            Edge::Fixed(version) => {
                if let Some(introduced) = open.take() {
                    ranges.push(Range {
                        introduced,
                        fixed: Some((*version).to_owned()),
                        ..Range::default()
                    });
                }
            }
            Edge::LastAffected(version) => {
                if let Some(introduced) = open.take() {
                    ranges.push(Range {
                        introduced,
                        last_affected: Some((*version).to_owned()),
                        ..Range::default()
                    });
                }
            }
        }
    }
    if let Some(introduced) = open {
        ranges.push(Range {
            introduced,
            ..Range::default()
        });
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VersionError;

    /// Numbers, for the order of events alone.
    struct Numbers;

    impl VersionScheme for Numbers {
        fn id(&self) -> &'static str {
            "numbers"
        }

        fn purl_types(&self) -> &'static [&'static str] {
            &[]
        }

        fn describe(&self) -> &'static str {
            "numbers"
        }

        fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
            let number = |text: &str| {
                text.parse::<u32>().map_err(|error| VersionError {
                    scheme: "numbers",
                    version: text.to_owned(),
                    reason: error.to_string(),
                })
            };
            Ok(number(a)?.cmp(&number(b)?))
        }
    }

    fn shown(events: &str, scheme: Option<&dyn VersionScheme>) -> String {
        let events: Vec<OsvEvent> = serde_json::from_str(events).unwrap();
        let text = |version: &Option<String>| version.clone().unwrap_or_default();
        ranges(&events, scheme)
            .unwrap()
            .iter()
            .map(|range| {
                let (from, to, last) = (
                    text(&range.introduced),
                    text(&range.fixed),
                    text(&range.last_affected),
                );
                format!("[{from},{to}){last}")
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn events_become_ranges() {
        for (events, expected) in [
            (r#"[{"introduced":"0"},{"fixed":"5"}]"#, "[,5)"),
            (r#"[{"introduced":"0"}]"#, "[,)"),
            (r#"[{"fixed":"5"}]"#, "[,5)"),
            (r#"[{"introduced":"2"},{"last_affected":"4"}]"#, "[2,)4"),
            (
                r#"[{"introduced":"5"},{"fixed":"6"},{"introduced":"1"},{"fixed":"2"}]"#,
                "[1,2) [5,6)",
            ),
            (
                r#"[{"introduced":"1"},{"fixed":"3"},{"introduced":"2"},{"fixed":"4"}]"#,
                "[1,3)",
            ),
            (r#"[{"introduced":"0"},{"limit":"9"}]"#, "[,9)"),
            (r#"[{"fixed":"7"},{"introduced":"0"}]"#, "[,7)"),
        ] {
            assert_eq!(shown(events, Some(&Numbers)), expected, "{events}");
        }
    }

    #[test]
    fn what_cannot_be_ordered_keeps_its_order() {
        let events = r#"[{"introduced":"b"},{"fixed":"a"},{"introduced":"d"}]"#;
        assert_eq!(shown(events, Some(&Numbers)), "[b,a) [d,)");
        assert_eq!(shown(events, None), "[b,a) [d,)");
    }

    #[test]
    fn an_empty_event_is_refused() {
        let events: Vec<OsvEvent> = serde_json::from_str(r#"[{"other":"1"}]"#).unwrap();
        assert!(ranges(&events, None).is_err());
    }
}
