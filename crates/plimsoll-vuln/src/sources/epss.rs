//! EPSS, the Exploit Prediction Scoring System of FIRST: the daily CSV of
//! <https://www.first.org/epss/>. A comment in front of the header names the model and the day.

use crate::feed::batch::{Coverage, each_file};
use crate::feed::{dates, has_extension, ids, skipped};
use crate::{AdvisorySource, Enrichment, Input, InputFile, Item, Sink, SourceError};

/// The source `epss`.
pub(super) struct Epss;

impl AdvisorySource for Epss {
    fn id(&self) -> &'static str {
        "epss"
    }

    fn describe(&self) -> &'static str {
        "EPSS, the probability of exploitation in the next 30 days (CSV)"
    }

    fn wants(&self, path: &str) -> bool {
        has_extension(path.trim_end_matches(".gz"), &["csv"])
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, read_csv)?.finish(Coverage::Nothing, out)
    }
}

fn read_csv(file: &InputFile) -> Vec<Item> {
    let text = String::from_utf8_lossy(&file.bytes);
    let mut items = Vec::new();
    let mut columns = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            items.extend(day_of(comment).map(Item::Snapshot));
            continue;
        }
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let Some((id, score)) = columns else {
            let at = |name: &str| cells.iter().position(|cell| *cell == name);
            let (Some(id), Some(score)) = (at("cve"), at("epss")) else {
                return vec![skipped(
                    &file.path,
                    "no header with the columns cve and epss",
                )];
            };
            columns = Some((id, score));
            continue;
        };
        let score = cells.get(score).and_then(|cell| cell.parse::<f64>().ok());
        let score = score.filter(|score| (0.0..=1.0).contains(score));
        match (cells.get(id).filter(|id| ids::is_cve(id)), score) {
            (Some(id), Some(score)) => {
                let mut enrichment = Enrichment::new(*id);
                enrichment.epss = Some(score);
                items.push(Item::Enrichment(enrichment));
            }
            _ => items.push(skipped(
                format!("{}:{}", file.path, index + 1),
                "not a CVE id and a probability",
            )),
        }
    }
    items
}

/// `model_version:v2025.03.14,score_date:2025-08-25T12:55:00Z`.
fn day_of(comment: &str) -> Option<plimsoll_model::Date> {
    let (_, date) = comment.split_once("score_date:")?;
    dates::day(date.split(',').next()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Files;

    #[test]
    fn scores_and_day() {
        let csv = "#model_version:v2025.03.14,score_date:2025-08-25T12:55:00+0000\n\
            cve,epss,percentile\nCVE-2014-0160,0.94464,0.99987\nCVE-1999-0001,0.01,0.8\n\
            CVE-2020-1234,1.5,0.8\nnonsense\n";
        let mut items = Vec::new();
        Epss.read(&mut Files::one("epss.csv", csv), &mut items)
            .unwrap();
        let day = dates::day("2025-08-25").unwrap();
        assert_eq!(items.first(), Some(&Item::Snapshot(day)));
        let scores: Vec<(String, f64)> = items
            .iter()
            .filter_map(|item| match item {
                Item::Enrichment(known) => Some((known.id.clone(), known.epss?)),
                _ => None,
            })
            .collect();
        assert_eq!(
            scores,
            [
                ("CVE-2014-0160".to_owned(), 0.94464),
                ("CVE-1999-0001".to_owned(), 0.01)
            ]
        );
        let paths: Vec<&str> = items
            .iter()
            .filter_map(|item| match item {
                Item::Skipped { path, .. } => Some(path.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(paths, ["epss.csv:5", "epss.csv:6"]);
    }

    #[test]
    fn other_tables_are_refused() {
        let mut items = Vec::new();
        assert!(
            Epss.read(&mut Files::one("x.csv", "a,b\n1,2\n"), &mut items)
                .is_err()
        );
    }
}
