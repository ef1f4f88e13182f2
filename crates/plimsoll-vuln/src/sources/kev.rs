//! CISA's catalogue of known exploited vulnerabilities, as JSON or CSV:
//! <https://www.cisa.gov/known-exploited-vulnerabilities-catalog>.

use serde::Deserialize;

use crate::feed::batch::{Coverage, each_file};
use crate::feed::{csv, dates, file_name, has_extension, ids, skipped};
use crate::{AdvisorySource, Enrichment, Input, InputFile, Item, Sink, SourceError};

/// The source `kev`.
pub(super) struct Kev;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalogue {
    date_released: Option<String>,
    vulnerabilities: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "cveID")]
    cve_id: String,
    #[serde(rename = "dateAdded")]
    date_added: String,
    cwes: Option<Vec<String>>,
}

impl AdvisorySource for Kev {
    fn id(&self) -> &'static str {
        "kev"
    }

    fn describe(&self) -> &'static str {
        "CISA's catalogue of known exploited vulnerabilities (JSON or CSV)"
    }

    fn wants(&self, path: &str) -> bool {
        has_extension(path, &["json", "csv"]) && !file_name(path).contains("schema")
    }

    /// A folder may hold the catalogue in both forms; they say the same.
    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        let seen = each_file(input, out, |file| {
            if has_extension(&file.path, &["csv"]) {
                read_csv(file)
            } else {
                read_json(file)
            }
        })?;
        seen.finish(Coverage::Nothing, out)
    }
}

fn read_json(file: &InputFile) -> Vec<Item> {
    let catalogue: Catalogue = match serde_json::from_slice(&file.bytes) {
        Ok(catalogue) => catalogue,
        Err(error) => return vec![skipped(&file.path, error)],
    };
    let day = catalogue.date_released.as_deref().and_then(dates::day);
    let mut items: Vec<Item> = day.map(Item::Snapshot).into_iter().collect();
    for (index, entry) in catalogue.vulnerabilities.into_iter().enumerate() {
        items.push(match serde_json::from_value::<Entry>(entry) {
            Ok(entry) => enrichment(&file.path, &entry),
            Err(error) => skipped(format!("{}[{index}]", file.path), error),
        });
    }
    items
}

fn read_csv(file: &InputFile) -> Vec<Item> {
    let text = String::from_utf8_lossy(&file.bytes);
    let mut rows = csv::rows(&text);
    let header = rows.next().unwrap_or_default();
    let column = |name: &str| header.iter().position(|cell| cell == name);
    let (Some(id), Some(added)) = (column("cveID"), column("dateAdded")) else {
        return vec![skipped(&file.path, "no columns cveID and dateAdded")];
    };
    let cwes = column("cwes");
    let mut items = Vec::new();
    for row in rows.filter(|row| row.iter().any(|cell| !cell.is_empty())) {
        let cell = |at: usize| row.get(at).cloned().unwrap_or_default();
        let entry = Entry {
            cve_id: cell(id),
            date_added: cell(added),
            cwes: cwes.map(|at| {
                cell(at)
                    .split(',')
                    .map(|cwe| cwe.trim().to_owned())
                    .collect()
            }),
        };
        items.push(enrichment(&file.path, &entry));
    }
    items
}

fn enrichment(path: &str, entry: &Entry) -> Item {
    if !ids::is_cve(&entry.cve_id) {
        return skipped(path, format!("id `{}`", entry.cve_id.escape_debug()));
    }
    let Some(day) = dates::day(&entry.date_added) else {
        return skipped(path, format!("{}: no date of listing", entry.cve_id));
    };
    let mut enrichment = Enrichment::new(&entry.cve_id);
    enrichment.known_exploited = Some(day);
    enrichment.weaknesses = ids::weaknesses(entry.cwes.as_deref().unwrap_or_default());
    Item::Enrichment(enrichment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Files;

    /// Two entries of the catalogue, prose left out.
    const JSON: &str = r#"{"title": "", "catalogVersion": "2025.08.25",
        "dateReleased": "2025-08-25T17:04:19.9796Z", "count": 2, "vulnerabilities": [
        {"cveID": "CVE-2025-48384", "dateAdded": "2025-08-25", "cwes": ["CWE-59", "CWE-436"]},
        {"cveID": "CVE-2014-0160", "dateAdded": "2022-05-04"},
        {"cveID": "2014-0160", "dateAdded": "2022-05-04"},
        {"cveID": 7}]}"#;

    const CSV: &str = "cveID,vendorProject,dateAdded,shortDescription,cwes\r\n\
        CVE-2025-48384,Git,2025-08-25,\"a \"\"b\"\",\nc\",\"CWE-59, CWE-436\"\r\n\
        CVE-2014-0160,OpenSSL,2022-05-04,,\r\n";

    fn read(path: &str, text: &str) -> Vec<Item> {
        let mut items = Vec::new();
        Kev.read(&mut Files::one(path, text), &mut items).unwrap();
        items
    }

    #[test]
    fn both_forms_say_the_same() {
        let json = read("known_exploited_vulnerabilities.json", JSON);
        let csv = read("known_exploited_vulnerabilities.csv", CSV);
        let listed = |items: &[Item]| -> Vec<Item> {
            items
                .iter()
                .filter(|item| matches!(item, Item::Enrichment(_)))
                .cloned()
                .collect()
        };
        assert_eq!(listed(&json), listed(&csv));
        let Some(Item::Enrichment(first)) = listed(&json).first().cloned() else {
            panic!("nothing read");
        };
        assert_eq!(first.id, "CVE-2025-48384");
        assert_eq!(first.known_exploited.unwrap().to_string(), "2025-08-25");
        assert_eq!(first.weaknesses, ["CWE-436", "CWE-59"]);
        assert!(json.contains(&Item::Snapshot(dates::day("2025-08-25").unwrap())));
        let skipped = json
            .iter()
            .filter(|item| matches!(item, Item::Skipped { .. }));
        assert_eq!(skipped.count(), 2);
    }
}
