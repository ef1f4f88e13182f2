//! Alerts as a report: what was seen as findings of the kind behavior, in any format of reports.

use std::collections::BTreeMap;

use plimsoll_behavior::Alert;
use plimsoll_behavior::alert::{SOURCE_INTERNAL, finding, fingerprint};
use plimsoll_model::{Finding, Inventory, Report, Target, TargetKind, Unknown};

use crate::commands::scan::tool;

/// Most behaviors of one report.
const BEHAVIORS_MAX: usize = 10_000;
/// Most things that the sensor said of itself.
const UNKNOWNS_MAX: usize = 1_000;

/// Alerts gathered for a report: one finding for the same behavior, however often and in however
/// many containers of the same image.
#[derive(Debug, Default)]
pub struct Gathered {
    findings: BTreeMap<String, Finding>,
    unknowns: Vec<Unknown>,
    left_out: u64,
}

impl Gathered {
    pub fn add(&mut self, alert: &Alert) {
        if alert.source == SOURCE_INTERNAL {
            // Lost events and alerts held back: what was looked at in part only.
            if self.unknowns.len() < UNKNOWNS_MAX {
                self.unknowns.push(Unknown::whole(alert.output.clone()));
            }
            return;
        }
        let key = fingerprint(alert);
        if self.findings.contains_key(&key) {
            return;
        }
        if self.findings.len() >= BEHAVIORS_MAX {
            self.left_out += 1;
            return;
        }
        self.findings.insert(key, finding(alert));
    }

    /// The report of what was seen on a host, or in a trace of this name.
    pub fn report(mut self, name: String) -> Report {
        if self.left_out > 0 {
            let reason = format!("{} more kinds of behavior are left out", self.left_out);
            self.unknowns.push(Unknown::whole(reason));
        }
        let mut inventory = Inventory::new(Target {
            kind: TargetKind::Container,
            name,
            digest: None,
            platform: None,
            os: None,
        });
        self.unknowns.sort();
        inventory.unknowns = self.unknowns;
        let mut findings: Vec<Finding> = self.findings.into_values().collect();
        findings.sort_by(|a, b| {
            let key = |finding: &Finding| (finding.severity, finding.id.clone());
            let ((a_severity, a_id), (b_severity, b_id)) = (key(a), key(b));
            (b_severity, a_id, &a.title).cmp(&(a_severity, b_id, &b.title))
        });
        Report {
            tool: tool(),
            inventory,
            findings,
            advisories: None,
            compliance: None,
            verdict: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_behavior::alert::Notice;
    use plimsoll_behavior::rules::Priority;
    use plimsoll_model::{FindingKind, Timestamp};
    use plimsoll_report::WriteOptions;
    use plimsoll_report::outputs::OUTPUTS;

    #[test]
    fn every_format_of_reports_takes_alerts() {
        let time = Timestamp::UNIX_EPOCH;
        let alert = |rule: &str, priority| {
            let mut alert = Alert::new(time, rule, priority, "syscall", "text");
            alert.tags = vec!["T1059".to_owned()];
            alert
        };
        let mut gathered = Gathered::default();
        gathered.add(&alert("Low", Priority::Notice));
        gathered.add(&alert("High", Priority::Error));
        gathered.add(&alert("High", Priority::Error));
        let what = "12 events lost".to_owned();
        gathered.add(&Notice::Failed { what }.alert(time, "node"));
        let report = gathered.report("trace".to_owned());
        let ids: Vec<&str> = report.findings.iter().map(|f| f.id.as_str()).collect();
        assert_eq!(ids, ["high", "low"]);
        assert!(
            report
                .findings
                .iter()
                .all(|f| f.kind == FindingKind::Behavior)
        );
        assert_eq!(report.inventory.unknowns.len(), 1);
        for format in OUTPUTS {
            let mut bytes = Vec::new();
            format
                .write(&report, &WriteOptions::default(), &mut bytes)
                .unwrap();
            let text = String::from_utf8_lossy(&bytes);
            let has = |what: &str| text.contains(what);
            match format.id() {
                "json" => assert!(has("\"behavior\"") && has("T1059"), "{text}"),
                "sarif" => assert!(has("\"high\""), "{text}"),
                _ => {}
            }
        }
    }
}
