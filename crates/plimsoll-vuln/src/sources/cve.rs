//! CVE records, format 5, with what CISA's vulnrichment adds as an authorised data publisher:
//! <https://github.com/CVEProject/cvelistV5>, <https://github.com/cisagov/vulnrichment>.
//!
//! Gives ratings, weaknesses, rejection, and how far exploitation went. The products of a CVE
//! record are names for people, not packages; nothing is matched by them.

use serde::Deserialize;
use serde_json::Value;

use crate::feed::batch::{Coverage, each_file};
use crate::feed::{dates, file_name, has_extension, ids, skipped, words};
use crate::{
    AdvisorySource, CvssVector, Enrichment, Exploitation, Input, InputFile, Item, Sink, SourceError,
};

/// The source `cve`.
pub(super) struct Cve;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CveRecord {
    cve_metadata: Metadata,
    containers: Option<Containers>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    cve_id: String,
    state: Option<String>,
    date_published: Option<String>,
}

#[derive(Deserialize)]
struct Containers {
    cna: Option<Container>,
    adp: Option<Vec<Container>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    title: Option<String>,
    provider_metadata: Option<Provider>,
    metrics: Option<Vec<Metric>>,
    problem_types: Option<Vec<ProblemType>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    short_name: Option<String>,
}

#[derive(Deserialize)]
struct Metric {
    #[serde(rename = "cvssV2_0")]
    cvss_v2_0: Option<Vector>,
    #[serde(rename = "cvssV3_0")]
    cvss_v3_0: Option<Vector>,
    #[serde(rename = "cvssV3_1")]
    cvss_v3_1: Option<Vector>,
    #[serde(rename = "cvssV4_0")]
    cvss_v4_0: Option<Vector>,
    other: Option<Other>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    vector_string: Option<String>,
}

#[derive(Deserialize)]
struct Other {
    #[serde(rename = "type")]
    kind: Option<String>,
    content: Option<Value>,
}

#[derive(Deserialize)]
struct ProblemType {
    descriptions: Option<Vec<Problem>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Problem {
    cwe_id: Option<String>,
    description: Option<String>,
}

impl AdvisorySource for Cve {
    fn id(&self) -> &'static str {
        "cve"
    }

    fn describe(&self) -> &'static str {
        "CVE records, format 5, with CISA's vulnrichment"
    }

    fn wants(&self, path: &str) -> bool {
        file_name(path).starts_with("CVE-") && has_extension(path, &["json"])
    }

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError> {
        each_file(input, out, |file| vec![read_record(file)])?.finish(Coverage::Nothing, out)
    }
}

fn read_record(file: &InputFile) -> Item {
    let record: CveRecord = match serde_json::from_slice(&file.bytes) {
        Ok(record) => record,
        Err(error) => return skipped(&file.path, error),
    };
    let metadata = record.cve_metadata;
    if !ids::is_cve(&metadata.cve_id) {
        return skipped(&file.path, "no proper CVE id");
    }
    let mut known = Enrichment::new(metadata.cve_id);
    known.rejected = metadata.state.as_deref() == Some("REJECTED");
    known.published = metadata
        .date_published
        .as_deref()
        .and_then(dates::timestamp);
    if let Some(containers) = record.containers {
        if let Some(cna) = &containers.cna {
            known.summary = cna.title.as_deref().and_then(words::one_line);
        }
        let publishers = containers.adp.unwrap_or_default();
        for container in containers.cna.iter().chain(&publishers) {
            add(&mut known, container);
        }
    }
    known.cvss.sort();
    known.cvss.dedup();
    known.weaknesses = ids::weaknesses(&known.weaknesses);
    Item::Enrichment(known)
}

fn add(known: &mut Enrichment, container: &Container) {
    let provider = container.provider_metadata.as_ref();
    let rated_by = provider
        .and_then(|provider| provider.short_name.as_deref())
        .map(|name| match name {
            "CISA-ADP" => "cisa".to_owned(),
            other => other.chars().take(64).collect::<String>().to_lowercase(),
        });
    for metric in container.metrics.iter().flatten() {
        let vectors = [
            &metric.cvss_v2_0,
            &metric.cvss_v3_0,
            &metric.cvss_v3_1,
            &metric.cvss_v4_0,
        ];
        for vector in vectors.into_iter().flatten() {
            if let Some(vector) = vector
                .vector_string
                .as_ref()
                .filter(|text| text.len() < 512)
            {
                known.cvss.push(CvssVector {
                    vector: vector.clone(),
                    rated_by: rated_by.clone(),
                });
            }
        }
        if let Some(other) = &metric.other {
            add_other(known, other);
        }
    }
    let problems = container.problem_types.iter().flatten();
    for problem in problems
        .filter_map(|kind| kind.descriptions.as_ref())
        .flatten()
    {
        let words = problem.description.as_deref().unwrap_or_default();
        let first_word = words.split([' ', ':']).next();
        let id = problem.cwe_id.as_deref().or(first_word);
        known.weaknesses.extend(id.map(str::to_owned));
    }
}

/// CISA's own metrics: SSVC and the listing in KEV.
fn add_other(known: &mut Enrichment, other: &Other) {
    let Some(content) = &other.content else {
        return;
    };
    match other.kind.as_deref() {
        Some("ssvc") => {
            let options = content.get("options").and_then(Value::as_array);
            let stated = options
                .into_iter()
                .flatten()
                .find_map(|option| option.get("Exploitation")?.as_str());
            known.exploitation = match stated.map(str::to_ascii_lowercase).as_deref() {
                Some("none") => Some(Exploitation::None),
                Some("poc") => Some(Exploitation::ProofOfConcept),
                Some("active") => Some(Exploitation::Active),
                _ => known.exploitation,
            };
        }
        Some("kev") => {
            let added = content.get("dateAdded").and_then(Value::as_str);
            known.known_exploited = added.and_then(dates::day).or(known.known_exploited);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Files;

    fn read(text: &str) -> Vec<Item> {
        let mut items = Vec::new();
        let _ = Cve.read(&mut Files::one("CVE-2024-1.json", text), &mut items);
        items
    }

    #[test]
    fn ratings_weaknesses_and_exploitation() {
        let items = read(
            r#"{"dataType": "CVE_RECORD", "dataVersion": "5.1",
            "cveMetadata": {"cveId": "CVE-2024-3400", "state": "PUBLISHED",
                            "datePublished": "2024-04-12T07:20:00.707Z"},
            "containers": {
              "cna": {"providerMetadata": {"shortName": "palo_alto"},
                "metrics": [{"cvssV3_1": {"vectorString":
                  "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}}],
                "problemTypes": [{"descriptions": [
                  {"description": "CWE-77 Command Injection"}, {"cweId": "CWE-20"}]}]},
              "adp": [{"providerMetadata": {"shortName": "CISA-ADP"}, "metrics": [
                {"other": {"type": "ssvc", "content": {"options": [
                  {"Exploitation": "active"}, {"Automatable": "yes"}]}}},
                {"other": {"type": "kev", "content": {"dateAdded": "2024-04-12"}}},
                {"cvssV4_0": {"vectorString": "CVSS:4.0/AV:N"}}]}]}}"#,
        );
        let Some(Item::Enrichment(known)) = items.first() else {
            panic!("nothing read: {items:?}");
        };
        assert_eq!(known.exploitation, Some(Exploitation::Active));
        assert_eq!(known.known_exploited, dates::day("2024-04-12"));
        assert_eq!(known.weaknesses, ["CWE-20", "CWE-77"]);
        let raters: Vec<_> = known
            .cvss
            .iter()
            .map(|cvss| cvss.rated_by.as_deref())
            .collect();
        assert_eq!(raters, [Some("palo_alto"), Some("cisa")]);
        assert!(!known.rejected);
    }

    #[test]
    fn rejected_records_say_so() {
        let items = read(
            r#"{"cveMetadata": {"cveId": "CVE-2024-0001", "state": "REJECTED"},
            "containers": {"cna": {"rejectedReasons": []}}}"#,
        );
        assert!(matches!(items.first(), Some(Item::Enrichment(known)) if known.rejected));
    }

    #[test]
    fn odd_records_are_told() {
        for text in [
            "{}",
            "[]",
            r#"{"cveMetadata": {"cveId": "x"}}"#,
            "{\"cveMetadata\":",
        ] {
            assert!(
                matches!(read(text).as_slice(), [Item::Skipped { .. }]),
                "{text}"
            );
        }
    }
}
