//! CVSS versions 3.0 and 3.1: the base equation.
//!
//! The two differ in wording and in environmental scores, not in any base score; rounding up is
//! done as 3.1's appendix A does, which no floating point error can disturb.

use super::metrics::{Metric, Metrics, base, optional};

const IMPACTS: &[&str] = &["N", "L", "H"];
const REQUIREMENTS: &[&str] = &["X", "L", "M", "H"];
const MODIFIED_IMPACTS: &[&str] = &["X", "N", "L", "H"];

const METRICS: &[Metric] = &[
    base("AV", &["N", "A", "L", "P"]),
    base("AC", &["L", "H"]),
    base("PR", &["N", "L", "H"]),
    base("UI", &["N", "R"]),
    base("S", &["U", "C"]),
    base("C", IMPACTS),
    base("I", IMPACTS),
    base("A", IMPACTS),
    optional("E", &["X", "U", "P", "F", "H"]),
    optional("RL", &["X", "O", "T", "W", "U"]),
    optional("RC", &["X", "U", "R", "C"]),
    optional("CR", REQUIREMENTS),
    optional("IR", REQUIREMENTS),
    optional("AR", REQUIREMENTS),
    optional("MAV", &["X", "N", "A", "L", "P"]),
    optional("MAC", &["X", "L", "H"]),
    optional("MPR", &["X", "N", "L", "H"]),
    optional("MUI", &["X", "N", "R"]),
    optional("MS", &["X", "U", "C"]),
    optional("MC", MODIFIED_IMPACTS),
    optional("MI", MODIFIED_IMPACTS),
    optional("MA", MODIFIED_IMPACTS),
];

/// The base score in tenths.
pub(super) fn score(text: &str) -> Result<u8, String> {
    let metrics = Metrics::parse(text, METRICS)?;
    let is_changed = metrics.get("S") == "C";
    let spared = |name: &str| match metrics.get(name) {
        "H" => 1.0 - 0.56,
        "L" => 1.0 - 0.22,
        _ => 1.0,
    };
    let vector = match metrics.get("AV") {
        "N" => 0.85,
        "A" => 0.62,
        "L" => 0.55,
        _ => 0.2,
    };
    let complexity = if metrics.get("AC") == "L" { 0.77 } else { 0.44 };
    let privileges = match (metrics.get("PR"), is_changed) {
        ("N", _) => 0.85,
        ("L", true) => 0.68,
        ("L", false) => 0.62,
        (_, true) => 0.5,
        (_, false) => 0.27,
    };
    let interaction = if metrics.get("UI") == "N" { 0.85 } else { 0.62 };

    let lost: f64 = 1.0 - spared("C") * spared("I") * spared("A");
    let impact = if is_changed {
        7.52 * (lost - 0.029) - 3.25 * (lost - 0.02).powi(15)
    } else {
        6.42 * lost
    };
    if impact <= 0.0 {
        return Ok(0);
    }
    let exploitability = 8.22 * vector * complexity * privileges * interaction;
    let factor = if is_changed { 1.08 } else { 1.0 };
    Ok(round_up((factor * (impact + exploitability)).min(10.0)))
}

/// The smallest number of tenths that is not below the value, errors past the fifth decimal
/// apart.
fn round_up(value: f64) -> u8 {
    let hundred_thousandths = (value * 100_000.0).round() as u32;
    hundred_thousandths.div_ceil(10_000) as u8
}
