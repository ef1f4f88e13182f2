//! A benchmark rule by rule, and the score.

use maud::{Markup, html};

use crate::view::{View, clean};

pub fn section(view: &View<'_>) -> Markup {
    html! {
        @if let Some(compliance) = &view.report.compliance {
            section #compliance {
                h2 {
                    (clean(&compliance.title)) ": "
                    @match compliance.score {
                        Some(score) => { "score " (score) " of 100" }
                        None => "nothing could be judged",
                    }
                }
                div.scroll { table {
                    thead { tr {
                        th { "Result" } th { "Control" } th { "Asks that" } th.number { "Findings" }
                        th.number { "Excepted" } th { "Checks" }
                    } }
                    tbody {
                        @for rule in &compliance.rules {
                            tr {
                                td.short { span.result.(rule.outcome.as_str()) { (rule.outcome.words()) } }
                                td.short { code { (clean(&rule.id)) } }
                                td {
                                    (clean(&rule.title))
                                    @if let Some(note) = &rule.note { div.digest { (clean(note)) } }
                                }
                                td.number { (rule.findings) }
                                td.number { (rule.excepted) }
                                td { (clean(&rule.checks.join(", "))) }
                            }
                        }
                    }
                } }
            }
        }
    }
}
